"""An edition's text to the edition that the engine uses: shapes, then sense, then checks bound to their rows."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from isthmus.decide import Case, Edition, Example, Fit, Placement, Reason, Requirement, Selector
from isthmus.diagnostics import Diagnostic
from isthmus.documents import Document, Node, Path, explain, faulty_paths, parse_toml
from isthmus.estate import Vocabulary
from isthmus.guidelines import checks, codes
from isthmus.guidelines.rows import CaseRow, EditionFile, PlacementRow, RequirementRow, SelectorRow
from isthmus.guidelines.sense import misused


@dataclass(frozen=True, slots=True)
class ReadEdition:
    """What came of reading an edition: the edition if it is sound, the document, and what is wrong."""

    edition: Edition | None
    document: Document
    diagnostics: tuple[Diagnostic, ...]


def read_edition(text: str, file: str) -> ReadEdition:
    """Read an edition of the guidelines from TOML; every mistake becomes a diagnostic."""
    document = parse_toml(text, file)
    root = document.root
    if root is None:
        return ReadEdition(None, document, tuple(document.diagnostics))
    rows: EditionFile | None = None
    problems: list[Diagnostic] = []
    told: tuple[Path, ...] = ()
    try:
        rows = EditionFile.model_validate(root.plain())
    except ValidationError as error:
        problems = explain(codes.SHAPE, error, EditionFile, file, root, root)
        told = faulty_paths(error, root)
    problems = sorted([*problems, *misused(root, file, told)], key=Diagnostic.sort_key)
    edition = None if rows is None or problems else _Builder(rows, root, file).edition()
    return ReadEdition(edition, document, tuple(problems))


def edition_schema() -> dict[str, Any]:
    """The JSON Schema of an edition's file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **EditionFile.model_json_schema()}


class _Builder:
    """Turns sound rows into the engine's types."""

    def __init__(self, rows: EditionFile, root: Node, file: str) -> None:
        self.rows = rows
        self.root = root
        self.file = file

    def edition(self) -> Edition:
        rows, header = self.rows, self.rows.edition
        general = tuple(
            self._requirement(row, ("general", "requirement", at)) for at, row in enumerate(rows.general.requirement)
        )
        cases = tuple(self._case(row, ("case", at)) for at, row in enumerate(rows.case))
        placements = tuple(_placement(row) for row in rows.placement)
        words = self._vocabulary((*general, *(each for case in cases for each in case.requirements)))
        return Edition(header.id, header.title, header.dated, header.source, words, general, cases, placements)

    def _vocabulary(self, requirements: tuple[Requirement, ...]) -> Vocabulary:
        roles: dict[str, str] = {name: row.kind for name, row in self.rows.roles.items()}
        codes_ = tuple(each.code for each in requirements)
        return Vocabulary(tuple(self.rows.realms), roles, tuple(self.rows.facilities), codes_)

    def _case(self, row: CaseRow, path: Path) -> Case:
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
        bound = checks.find(row.check)
        assert bound is not None, "a row whose check does not exist was refused"
        where = self.root.nearest((*path, "code")).span(self.file)
        return Requirement(
            row.code, row.name, row.says, row.quote, row.level, row.judged_by, bound.check,
            bound.params.model_validate(row.params), row.scope, row.excusable, row.applies, where,
        )  # fmt: skip


def _placement(row: PlacementRow) -> Placement:
    return Placement(row.id, row.case, row.title, row.speaks_for, row.service, row.client, row.to_do)


def _selector(row: SelectorRow) -> Selector:
    return Selector(row.realm, row.kind, row.role, row.sphere, frozenset(row.audience))
