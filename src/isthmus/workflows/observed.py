"""What the observations beside an estate say: observed evidence, and where it disagrees with declarations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from isthmus.diagnostics import Diagnostic, Span
from isthmus.evidence import Facts
from isthmus.observe.codes import STALE, UNREADABLE
from isthmus.workflows.load import Loaded


def observed(facts: Facts, loaded: Loaded, only: Collection[str] = ()) -> tuple[Facts, tuple[Diagnostic, ...]]:
    """The facts with observed evidence, and remarks; nothing changes where nothing was observed.

    Arrow is loaded where there are observations only.
    """
    folder = loaded.root / "observations"
    if not (folder / "inputs.json").is_file():
        return facts, ()
    if find_spec("pyarrow") is None:
        told = "observations cannot be read: `pyarrow` is not installed"
        return facts, (Diagnostic(UNREADABLE, told, Span(str(folder)), "`pip install 'isthmus[flows]'`"),)
    return _observed(facts, loaded, folder, only)


def _observed(
    facts: Facts, loaded: Loaded, folder: Path, only: Collection[str]
) -> tuple[Facts, tuple[Diagnostic, ...]]:
    from isthmus.guidelines.observed import disagreements, observed_evidence
    from isthmus.observe.aggregate import State
    from isthmus.observe.finish import finish
    from isthmus.observe.persist import add_tables
    from isthmus.sources.observations import Observations
    from isthmus.workflows.audit import classifier_of

    store = Observations.beside(loaded.root)
    classifier = classifier_of(loaded, store.sides, facts.today)
    policy = classifier.compiled.content
    state, inputs = State(classifier), []
    for tables, read in store.results(policy):
        add_tables(state, tables)
        inputs.append(read)
    stale = store.missing(policy)
    remarks: tuple[Diagnostic, ...] = ()
    if stale:
        told = f"{len(stale):,} of {len(store.inputs):,} observed inputs were judged by other declarations"
        remarks = (Diagnostic(STALE, told, Span(str(folder)), "run `isthmus audit` again over the same flows"),)
    if not inputs:
        return facts, remarks
    audit = finish(state, inputs)
    assert loaded.edition is not None, "facts come from an estate that can be used"
    testimony = dict(facts.testimony)
    for key, evidence in observed_evidence(facts, loaded.edition, audit, only).items():
        testimony[key] = (*testimony.get(key, ()), *evidence)
    found = () if only else tuple(disagreements(facts, audit))
    return replace(facts, testimony=testimony), (*remarks, *found)
