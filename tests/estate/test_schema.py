"""The JSON Schema of an estate, for editors: it accepts what loads and refuses what has the wrong shape."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from isthmus.documents import parse_yaml
from isthmus.estate import SECTIONS
from isthmus.estate.schema import estate_schema

ROOT = Path(__file__).resolve().parents[2]
BROKEN = Path(__file__).parent / "testdata/broken"
EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*.yaml") if "snapshot" not in path.parts)
SHAPE = ("EST100", "EST101", "EST102", "EST106", "EST107")

SEES_NOT = {
    "EST107-address", "EST107-prefix-length-v4", "EST107-prefix-length-v6", "EST107-port-range-backwards",
    "EST107-behind-an-anchor",
}  # fmt: skip
"""Faults in a number inside a text, which a schema does not read."""

VALIDATOR = Draft202012Validator(estate_schema(), format_checker=FormatChecker())


def plain(path: Path) -> Any:
    root = parse_yaml(path.read_bytes().decode("utf-8-sig"), path.name).root
    return root.plain() if root else None


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(estate_schema())


def test_it_describes_every_section() -> None:
    assert set(SECTIONS) | {"estate", "edition", "agreed", "attestations"} == set(estate_schema()["properties"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_accepts_what_ships(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(plain(path))) == []


@pytest.mark.parametrize("case", sorted(each.name for each in BROKEN.iterdir() if each.name.startswith(SHAPE)))
def test_it_refuses_what_has_the_wrong_shape(case: str) -> None:
    is_accepted = all(VALIDATOR.is_valid(plain(path)) for path in (BROKEN / case).rglob("*.yaml"))
    assert is_accepted == (case in SEES_NOT)


def test_keys_are_told_what_they_are_for() -> None:
    role = estate_schema()["$defs"]["Network"]["properties"]["role"]
    assert role["description"].startswith("What it is for")
