"""JUnit: what is red on the CI server's page is what decides, and nothing else."""

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest

from isthmus.report import Report
from isthmus.report.writers.junit import write
from tests.report.states import STATES, report

ELEMENTS = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped", "system-out"},
    "failure": set(),
    "error": set(),
    "skipped": set(),
    "system-out": set(),
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname", "file", "line"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}
"""The part of the format that Jenkins, GitLab and GitHub's actions all read."""


def read(made: Report) -> Element:
    """The document, after its shape was found to be right."""
    root = fromstring(write(made).encode())  # noqa: S314 - what we wrote ourselves
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= ELEMENTS[element.tag]
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
    for suite in (root, *root.iter("testsuite")):
        for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert int(suite.attrib[attribute]) == len(list(suite.iter(tag)))
    assert all(len(case) == 1 for case in root.iter("testcase"))
    return root


@pytest.mark.parametrize("state", STATES)
def test_red_means_what_the_exit_code_means(state: str) -> None:
    made = report(state)
    root = read(made)
    assert (root.attrib["failures"] != "0") is (made.exit_code == 1)
    assert (root.attrib["errors"] != "0") is (made.exit_code == 2)
    if made.exit_code == 3:
        assert list(root.iter("skipped"))


@pytest.mark.parametrize("state", STATES)
def test_every_requirement_and_finding_is_a_case(state: str) -> None:
    made = report(state)
    judgement = made.judgement
    expected = len(made.problems)
    if judgement is not None:
        expected = sum(len(each.requirements) for each in judgement.crossings)
        expected += len(judgement.requirements) + len(judgement.findings)
    assert len(list(read(made).iter("testcase"))) == expected


# state, case, what stands in it
CASES = [
    # a must that is not met
    ("does-not-conform", "crossing reports", "PO101 public-address", "failure"),
    # a should that is not met
    ("does-not-conform", "crossing reports", "PO103 behind-load-balancer", "system-out"),
    # met
    ("does-not-conform", "crossing updates", "PO101 public-address", "system-out"),
    # not applicable
    ("does-not-conform", "crossing updates", "PO004 exception-current", "system-out"),
    # unknown
    ("does-not-conform", "crossing updates", "PO002 owners-agree", "skipped"),
    # a must that a retired crossing does not meet
    ("does-not-conform", "crossing old-reports (retired)", "PO102 client-translated", "skipped"),
    # not met and excused
    ("excepted", "crossing time", "PO102 client-translated", "system-out"),
    # nobody was asked
    ("excepted", "the estate as a whole", "PO003 nothing-undeclared", "skipped"),
    # a warning
    ("does-not-conform", "findings", "EXC001 exception `reports-untranslated` ended on 2026-02-01", "system-out"),
]


@pytest.mark.parametrize(("state", "suite", "case", "element"), CASES)
def test_case_tells_what_was_found(state: str, suite: str, case: str, element: str) -> None:
    found = read(report(state)).find(f'./testsuite[@name="{suite}"]/testcase[@name="{case}"]/*')
    assert found is not None
    assert found.tag == element


def test_excused_case_names_the_exception() -> None:
    found = read(report("excepted")).find('.//testcase[@name="PO102 client-translated"]/system-out')
    assert found is not None
    assert "excused by time-untranslated" in (found.text or "")


def test_nothing_is_declared_in_the_document() -> None:
    """No document type, so no reader can be made to expand or fetch anything."""
    assert "<!" not in write(report("does-not-conform"))


def test_a_crossing_without_requirements_is_no_empty_suite() -> None:
    made = report("conforms")
    assert made.judgement is not None
    empty = replace(made, judgement=replace(made.judgement, requirements=(), findings=(), crossings=()))
    assert list(read(empty)) == []
