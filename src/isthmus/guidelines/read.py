"""An edition's text to the edition that the engine uses: shapes, then words, then checks bound to their rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from isthmus.decide import (
    Case,
    Edition,
    Example,
    Fit,
    Placement,
    Reason,
    Requirement,
    Selector,
)
from isthmus.diagnostics import Code, Diagnostic, did_you_mean
from isthmus.documents import Document, Node, explain, parse_toml
from isthmus.estate import INTERNET, Vocabulary
from isthmus.guidelines import checks, codes
from isthmus.guidelines.rows import CaseRow, EditionFile, PlacementRow, RequirementRow, SelectorRow

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ReadEdition:
    """What came of reading an edition: the edition if it is sound, the document, and what is wrong."""

    edition: Edition | None
    document: Document
    diagnostics: tuple[Diagnostic, ...]


def read_edition(text: str, file: str) -> ReadEdition:
    """Read an edition of the guidelines from TOML; every mistake becomes a diagnostic."""
    document = parse_toml(text, file)
    if document.root is None:
        return ReadEdition(None, document, tuple(document.diagnostics))
    try:
        rows = EditionFile.model_validate(document.root.plain())
    except ValidationError as error:
        problems = explain(codes.SHAPE, error, EditionFile, file, document.root, document.root)
        return ReadEdition(None, document, tuple(sorted(problems, key=Diagnostic.sort_key)))
    reader = _Reader(rows, document.root, file)
    edition = reader.edition()
    problems = sorted(reader.problems, key=Diagnostic.sort_key)
    return ReadEdition(None if problems else edition, document, tuple(problems))


def edition_schema() -> dict[str, Any]:
    """The JSON Schema of an edition's file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **EditionFile.model_json_schema()}


class _Reader:
    """Turns well-shaped rows into the engine's types and notes what they name wrongly."""

    def __init__(self, rows: EditionFile, root: Node, file: str) -> None:
        self.rows = rows
        self.root = root
        self.file = file
        self.problems: list[Diagnostic] = []
        self.seen: dict[str, Path] = {}

    def edition(self) -> Edition:
        rows = self.rows
        general = tuple(
            self._requirement(row, ("general", "requirement", at)) for at, row in enumerate(rows.general.requirement)
        )
        cases = tuple(self._case(row, ("case", at)) for at, row in enumerate(rows.case))
        placements = tuple(self._placement(row, ("placement", at)) for at, row in enumerate(rows.placement))
        header = rows.edition
        words = self._vocabulary(general, cases)
        self._check_words()
        return Edition(header.id, header.title, header.dated, header.source, words, general, cases, placements)

    def _vocabulary(self, general: tuple[Requirement, ...], cases: tuple[Case, ...]) -> Vocabulary:
        every = (*general, *(each for case in cases for each in case.requirements))
        roles: dict[str, str] = {name: row.kind for name, row in self.rows.roles.items()}
        codes_ = tuple(each.code for each in every)
        return Vocabulary(tuple(self.rows.realms), roles, tuple(self.rows.facilities), codes_)

    def _say(self, code: Code, message: str, path: Path, help_: str = "") -> None:
        self.problems.append(Diagnostic(code, message, self.root.nearest(path).span(self.file), help_))

    def _once(self, word: str, path: Path, what: str) -> None:
        earlier = self.seen.setdefault(f"{what} {word}", path)
        if earlier != path:
            where = self.root.nearest(earlier).span(self.file)
            self._say(codes.TWICE, f"{what} `{word}` is used twice", path, f"the first one stands at {where}")

    def _case(self, row: CaseRow, path: Path) -> Case:
        self._once(row.id, (*path, "id"), "case")
        return Case(
            row.id,
            row.name,
            row.title,
            row.says,
            row.quote,
            fits=tuple(Fit(_selector(fit.client), _selector(fit.service)) for fit in row.fits),
            ask=row.ask,
            requirements=tuple(
                self._requirement(each, (*path, "requirement", at)) for at, each in enumerate(row.requirement)
            ),
            examples=tuple(Example(each.name, each.says, each.quote) for each in row.example),
            also_known_as=row.also_known_as,
            reasons=tuple(Reason(**each.model_dump()) for each in row.reason),
        )

    def _requirement(self, row: RequirementRow, path: Path) -> Requirement:
        self._once(row.code, (*path, "code"), "code")
        bound = checks.find(row.check)
        if bound is None:
            help_ = did_you_mean(row.check, checks.names(), what="checks")
            self._say(codes.UNKNOWN_CHECK, f"unknown check `{row.check}`", (*path, "check"), help_)
            bound = checks.find("stated")
            assert bound is not None
            row = row.model_copy(update={"params": {}})
        where = self.root.nearest((*path, "code")).span(self.file)
        return Requirement(
            row.code, row.name, row.says, row.quote, row.level, row.judged_by, bound.check,
            self._params(bound.params, row, (*path, "params")), row.scope, row.excusable, row.applies, where,
        )  # fmt: skip

    def _params(self, model: type[BaseModel], row: RequirementRow, path: Path) -> BaseModel | None:
        place = self.root.nearest(path)
        try:
            return model.model_validate(row.params)
        except ValidationError as error:
            self.problems += explain(codes.SHAPE, error, model, self.file, place, place)
            return None

    def _placement(self, row: PlacementRow, path: Path) -> Placement:
        self._once(row.id, (*path, "id"), "placement")
        known = [case.id for case in self.rows.case]
        if row.case not in known:
            help_ = did_you_mean(row.case, known, what="cases")
            self._say(codes.NOT_THIS_EDITION, f"unknown case `{row.case}`", (*path, "case"), help_)
        return Placement(row.id, row.case, row.title, row.speaks_for, row.service, row.client, row.to_do)

    def _check_words(self) -> None:
        """Every realm and role that a selector, parameter or placement names is one of the edition's."""
        realms = {*self.rows.realms, INTERNET}
        roles = set(self.rows.roles)
        for key, word, path in _named(self.rows.model_dump(exclude={"realms", "roles", "facilities", "edition"}), ()):
            known = realms if key in _REALM_KEYS else roles
            if word not in known:
                what = "realm" if key in _REALM_KEYS else "role"
                help_ = did_you_mean(word, known, what=f"{what}s")
                self._say(codes.NOT_THIS_EDITION, f"the edition defines no {what} `{word}`", path, help_)


_REALM_KEYS = {"realm", "audience", "exposed_to"}
_ROLE_KEYS = {"role", "roles", "on", "never_on", "native", "tagged", "leg", "arrives_as"}


def _named(value: Any, path: Path) -> Iterator[tuple[str, str, Path]]:  # noqa: ANN401 - any part of an edition
    """Every word of a row that names a realm or a role, with its key and path."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in _REALM_KEYS or key in _ROLE_KEYS:
                words = each if isinstance(each, list | tuple) else [each]
                yield from ((key, word, (*path, key)) for word in words if isinstance(word, str))
            else:
                yield from _named(each, (*path, key))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _named(each, (*path, at))


def _selector(row: SelectorRow) -> Selector:
    return Selector(row.realm, row.kind, row.role, row.sphere, frozenset(row.audience))
