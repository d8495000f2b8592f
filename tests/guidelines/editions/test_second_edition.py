"""Another organisation's guidelines are data: its own realms, roles, cases, codes and facilities, and no Python."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from isthmus.decide import Judgement
from isthmus.documents import parse_toml
from isthmus.evidence import Finding, Kind
from isthmus.guidelines import edition_schema, read_edition
from isthmus.workflows.check import check
from isthmus.workflows.load import load

FACTORY = Path(__file__).parent / "testdata/office-plant"
ROOMS = Path(__file__).resolve().parents[3] / "src/isthmus"
AT_HAND = (Kind.DECLARED, Kind.ATTESTED)


def judged() -> Judgement:
    report = check(FACTORY, today=date(2026, 4, 1), kinds=AT_HAND)
    assert report.judgement is not None, [each.headline() for each in report.problems]
    return report.judgement


def test_the_edition_is_read_in_its_own_words() -> None:
    loaded = load(FACTORY)
    assert loaded.diagnostics == ()
    assert loaded.edition is not None
    assert loaded.edition.vocabulary.realms == ("office", "plant")
    assert loaded.edition.vocabulary.facilities == ("maintenance", "backup", "patching")
    assert [case.id for case in loaded.edition.cases] == ["cell", "figures", "maintenance"]


# crossing, its case, the decision on what is declared and attested, what is not met, who is still to be asked
@pytest.mark.parametrize(
    ("crossing", "case", "decision", "unmet", "to_ask"),
    [
        ("recipes", "cell", "conforms", [], []),
        ("daily-figures", "figures", "conforms", [], []),
        ("live-figures", "figures", "does not conform", ["OT004", "OT201", "OT202", "OT203"], ["client-maintainers"]),
        ("program-backup", "maintenance", "conforms", [], []),
        ("safety-by-remote", "maintenance", "does not conform", ["OT301"], ["office-it", "plant-it"]),
        ("steering-from-a-desk", None, "does not conform", ["OT001"], []),
    ],
)
def test_crossings_are_judged_by_it(
    crossing: str, case: str | None, decision: str, unmet: list[str], to_ask: list[str]
) -> None:
    (found,) = [each for each in judged().crossings if each.crossing.id == crossing]
    assert (found.case.id if found.case else None) == case
    assert found.decision == decision
    assert [each.requirement.code for each in found.requirements if each.finding is Finding.NOT_MET] == unmet
    assert [each.partition(" (")[0] for each in found.owners_to_ask] == to_ask


def test_it_follows_the_schema_of_editions() -> None:
    root = parse_toml((FACTORY / "office-plant.toml").read_text(encoding="utf-8"), "office-plant.toml").root
    assert root is not None
    Draft202012Validator.check_schema(edition_schema())
    assert list(Draft202012Validator(edition_schema()).iter_errors(root.plain())) == []


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Every text in a program that is not documentation."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_no_room_of_the_core_knows_the_words_of_an_edition() -> None:
    """The names of realms, the codes of requirements and most roles appear in data only."""
    text = (ROOMS / "guidelines/editions/wikimedia/edition.toml").read_text(encoding="utf-8")
    edition = read_edition(text, "edition.toml").edition
    assert edition is not None
    words = [*edition.vocabulary.realms, *edition.vocabulary.requirements, *edition.vocabulary.roles, edition.id]
    plain = {"instances", "private", "storage", "management"}  # words of any network
    known = re.compile(rf"(?<![\w.-])({'|'.join(sorted(set(words) - plain))})(?![\w.-])")
    rooms = ("decide", "diagnostics", "documents", "estate", "evidence", "guidelines", "report")
    found = [
        f"{path.relative_to(ROOMS)}:{line}: {text}"
        for room in rooms
        for path in sorted((ROOMS / room).rglob("*.py"))
        for line, text in texts(path.read_text(encoding="utf-8"))
        if known.search(text) and "such as" not in text
    ]
    assert not found, "\n".join(found)
