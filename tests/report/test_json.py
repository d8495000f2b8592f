"""JSON and its published schema are one contract."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from isthmus.report import Report
from isthmus.report.schema import report_schema
from isthmus.report.writers.json import write
from isthmus.workflows.check import check
from tests.conftest import ROOT
from tests.report.states import DAY, STATES, report

SCHEMA = report_schema()
PUBLISHED = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())


def read(made: Report) -> dict[str, Any]:
    """The document, after it was found to be valid."""
    document = json.loads(write(made))
    PUBLISHED.validate(document)
    assert isinstance(document, dict)
    return document


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def objects(schema: object) -> Iterator[dict[str, Any]]:
    """Every part of a schema that describes an object."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from objects(each)
    if isinstance(schema, list):
        for each in schema:
            yield from objects(each)


def test_schema_tells_what_every_key_means_and_admits_no_other() -> None:
    found = list(objects(SCHEMA))
    assert len(found) > 8
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
        assert each["description"]
        untold = [key for key, value in each["properties"].items() if "description" not in value]
        assert not untold, f"{each['title']}: {untold}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_shipped_estate_follows_the_schema(example: str) -> None:
    document = read(check(ROOT / "examples" / example, today=DAY))
    assert document["crossings"]


@pytest.mark.parametrize("state", STATES)
def test_report_follows_the_schema(state: str) -> None:
    made = report(state)
    assert read(made)["exit_code"] == made.exit_code


def test_chosen_crossings_follow_the_schema() -> None:
    assert read(report("does-not-conform", only=("updates",)))["partial"] is True


def test_missing_estate_follows_the_schema() -> None:
    assert read(check(ROOT / "no-such-estate", today=DAY))["diagnostics"][0]["code"] == "SRC004"


def test_keys_that_other_programs_rely_on_are_there() -> None:
    document = read(report("does-not-conform"))
    assert set(document) >= {"schema", "estate", "edition", "decision", "crossings", "findings"}
    assert document["schema"] == 1
    crossing = document["crossings"][0]
    assert set(crossing) >= {"id", "client", "service", "case", "decision", "owners_to_ask", "requirements"}
    requirement = crossing["requirements"][0]
    assert set(requirement) >= {"code", "name", "level", "finding", "evidence"}
    assert set(requirement["evidence"][0]) >= {"kind", "finding", "because", "where"}
    assert set(document["findings"][0]) >= {"code", "message", "where", "packet"}


@pytest.mark.parametrize(
    ("key", "value"), [("schema", 2), ("decision", "maybe"), ("exit_code", 2), ("surprise", 1), ("asked_on", "today")]
)
def test_schema_refuses_what_is_no_report(key: str, value: object) -> None:
    assert not PUBLISHED.is_valid(json.loads(write(report("cannot-tell"))) | {key: value})


def test_name_that_is_no_text_is_still_json() -> None:
    """The bytes of a file's name may be no UTF-8; Python keeps them as lone surrogates."""
    made = report("wrong-input")
    problem = replace(made.problems[0], where=replace(made.problems[0].where, file="e\udcffstate.yaml"))
    told = write(replace(made, problems=(problem,)))
    assert json.loads(told.encode())["diagnostics"][0]["where"]["file"].startswith("e\ufffd")
