"""`isthmus plan`: where should a service live, what must be done, whom to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from isthmus.decide import Advice, Change, Edition, Option, Wish, advise, changes, wish_of
from isthmus.diagnostics import Code, Diagnostic, Severity, Span, did_you_mean
from isthmus.documents import Document, Node, ShapeCodes, explain, parse_yaml
from isthmus.estate import INTERNET, Estate
from isthmus.evidence import Agreements, Facts
from isthmus.sources.files import TextFile, read_text
from isthmus.workflows.agreements import signed
from isthmus.workflows.load import load
from isthmus.workflows.refusal import Refused

ANSWER = Code(
    "PLN101",
    Severity.ERROR,
    "an answer cannot be used",
    "An answers file holds one mapping; `isthmus schema answers` prints its keys. What is left out is not known.",
)
CODES = (ANSWER,)
_SHAPE = ShapeCodes(ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER, ANSWER)


@dataclass(frozen=True)
class Ground:
    """The estate and edition that a plan is made on."""

    estate: Estate
    edition: Edition
    today: date
    signed: Agreements | None = None

    @property
    def facts(self) -> Facts:
        """What is known of the estate."""
        return Facts(self.estate, self.edition.vocabulary, self.today, signed=self.signed)


@dataclass(frozen=True)
class Plan:
    """The advice, the placement chosen, and what it changes of a service that runs already."""

    advice: Advice
    chosen: Option
    changes: tuple[Change, ...]


def ground(path: Path, today: date) -> Ground:
    """Read the estate to plan in. Raises Refused, with every problem, if it cannot be used."""
    loaded = load(path)
    estate, edition = loaded.usable()
    return Ground(estate, edition, today, signed(estate, edition, loaded.root, today))


def read_answers(path: Path, on: Ground) -> Wish:
    """Read the answers to the interview from a YAML file. Raises Refused with every problem at its place."""
    read = read_text(path, str(path))
    if not isinstance(read, TextFile):
        raise Refused(read.message, read.help)
    document = parse_yaml(read.text, read.name)
    if document.root is None or document.diagnostics:
        raise _refusal(document, document.diagnostics or [_empty(document)])
    return _wish(document, on)


def understand(answers: Mapping[str, Any], on: Ground) -> Wish:
    """Make sense of answers given one by one. Raises Refused with what is wrong."""
    return _wish(Document("the answers", Node.of(dict(answers)), []), on)


def plan(wish: Wish, on: Ground, placement: str | None = None) -> Plan:
    """Advise on ``wish``; the best placement is chosen unless another is named."""
    facts = on.facts
    advice = advise(wish, facts, on.edition)
    if not advice.options:
        raise Refused(f"edition `{on.edition.id}` has no placements", "add `[[placement]]` rows to it")
    chosen = advice.options[0] if placement is None else _named(placement, advice)
    before = on.estate.services.get(wish.existing or "")
    return Plan(advice, chosen, changes(before, chosen, facts) if before else ())


def _named(placement: str, advice: Advice) -> Option:
    for option in advice.options:
        if option.placement.id == placement:
            return option
    known = [option.placement.id for option in advice.options]
    raise Refused(f"there is no placement `{placement}`", did_you_mean(placement, known, what="placements"))


def _wish(document: Document, on: Ground) -> Wish:
    root = document.root
    assert root is not None, "callers refuse an empty document"
    plain = root.plain()
    if not isinstance(plain, dict):
        raise _refusal(document, [_empty(document)])
    known = _known_of(plain.get("existing"), on, document)
    try:
        wish = Wish.model_validate(known | plain)
    except ValidationError as error:
        raise _refusal(document, explain(_SHAPE, error, Wish, document.file, root, root)) from None
    problems = list(_dangling(wish, document, root, on))
    if problems:
        raise _refusal(document, problems)
    return wish


def _known_of(existing: object, on: Ground, document: Document) -> dict[str, Any]:
    """The answers that a declared service gives by itself. Raises Refused if the estate has no such service."""
    if not isinstance(existing, str):
        return {}
    services = on.estate.services
    if existing not in services:
        assert document.root is not None
        where = document.root.nearest(("existing",)).span(document.file)
        help_ = did_you_mean(existing, services, what="services")
        raise _refusal(document, [Diagnostic(ANSWER, f"the estate has no service `{existing}`", where, help_)])
    return dict(wish_of(services[existing]))


def _dangling(wish: Wish, document: Document, root: Node, on: Ground) -> list[Diagnostic]:
    """Answers that name what the estate does not have."""
    estate = on.estate
    named = (
        ("clients", wish.clients, {*estate.realms, INTERNET}, "realms"),
        ("maintainers", wish.maintainers, set(estate.owners), "owners"),
        ("client_maintainers", wish.client_maintainers, set(estate.owners), "owners"),
        ("project", (wish.project,) if wish.project else (), set(estate.projects), "projects"),
    )
    problems = []
    for key, words, known, what in named:
        for at, word in enumerate(words):
            if word not in known:
                where = root.nearest((key, at)).span(document.file)
                message = f"the estate has no {what.removesuffix('s')} `{word}`"
                problems.append(Diagnostic(ANSWER, message, where, did_you_mean(word, known, what=what)))
    return problems


def _empty(document: Document) -> Diagnostic:
    return Diagnostic(ANSWER, "answers are a mapping from questions to answers", Span(document.file))


def _refusal(document: Document, problems: list[Diagnostic]) -> Refused:
    told = [each.render({document.file: document.lines}) for each in problems]
    return Refused("the answers cannot be used\n" + "\n".join(told))
