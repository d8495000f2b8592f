"""`isthmus check`: judge everything known about an estate."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from isthmus import __version__
from isthmus.decide import EVERY_KIND, judge
from isthmus.diagnostics import Severity, did_you_mean
from isthmus.evidence import Kind
from isthmus.report import Report
from isthmus.sources.snapshot import FOLDER
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.exercised import Heard, heard
from isthmus.workflows.load import load
from isthmus.workflows.observed import observed
from isthmus.workflows.proving import Proved, proved
from isthmus.workflows.refusal import Refused


def check(path: Path, *, today: date, only: Sequence[str] = (), kinds: tuple[Kind, ...] = EVERY_KIND) -> Report:
    """Read the estate at ``path`` and judge its crossings (``only`` some) on some ``kinds`` of evidence.

    Raises Refused where ``only`` names a crossing that the estate does not have.
    """
    loaded = load(path)
    if loaded.estate is None or loaded.edition is None:
        return Report(None, loaded.diagnostics, loaded.texts, __version__)
    estate = loaded.estate
    for name in only:
        if name not in estate.crossings:
            help_ = did_you_mean(name, estate.crossings, what="crossings")
            raise Refused(f"the estate has no crossing `{name}`", help_)
    facts = facts_of(loaded, today)
    remarks = [each for each in loaded.diagnostics if each.severity is not Severity.ERROR]
    told = proved(facts, loaded.edition, loaded.root / FOLDER, only) if Kind.CONFIGURED in kinds else Proved(facts)
    texts = {**loaded.texts, **told.texts}
    if told.errors:
        return Report(None, told.errors, texts, __version__)
    lab = heard(told.facts, loaded.edition, loaded, only) if Kind.EXERCISED in kinds else Heard(told.facts)
    seen, unlike = observed(lab.facts, loaded, only) if Kind.OBSERVED in kinds else (lab.facts, ())
    remarks += [*lab.remarks, *unlike]
    judgement = judge(seen, loaded.edition, only=only, kinds=kinds, remarks=remarks, remarks_of_chosen=told.remarks)
    return Report(judgement, (), texts, __version__, told.devices)
