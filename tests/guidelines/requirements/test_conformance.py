"""A requirement is admitted with its page of examples, a check with its page and a row that uses it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from isthmus.decide import Check, Edition, Level, Requirement
from isthmus.evidence import Finding, Kind, met
from isthmus.guidelines import checks
from tests.guidelines.requirements.examples import Page, pages, read_page
from tests.guidelines.requirements.judging import edition


def lacking_examples(rows: Iterable[Requirement], written: Sequence[Page]) -> Iterator[str]:
    """What keeps rows and pages from belonging together."""
    by_code = {page.code: page for page in written}
    codes = set()
    for row in rows:
        codes.add(row.code)
        page = by_code.get(row.code)
        if page is None:
            yield f"{row.code} has no page {row.code}.md"
            continue
        if page.says != row.says:
            yield f"{row.code}.md: the title is not the requirement's sentence: {row.says}"
        shown = {example.finding for example in page.examples}
        for finding in _due(row):
            if finding not in shown | page.never:
                yield f"{row.code}.md shows no `{finding}`"
        for word in sorted(shown & page.never):
            yield f"{row.code}.md says that `{word}` never is, and shows it"
        yield from _lacking_configured(row, page)
    yield from (f"{code}.md is of no row of the edition" for code in sorted(set(by_code) - codes))


def _lacking_configured(row: Requirement, page: Page) -> Iterator[str]:
    """What a page lacks of what configurations say by themselves, where the row lets them speak."""
    shown = {example.finding for example in page.configured}
    if Kind.CONFIGURED not in row.judged_by:
        if shown or page.never_configured:
            yield f"{row.code}.md shows configurations, and the row is not judged by them"
        return
    for finding in _due(row):
        if finding not in shown | page.never_configured:
            yield f"{row.code}.md shows no configured `{finding}`"
    for word in sorted(shown & page.never_configured):
        yield f"{row.code}.md says that configured `{word}` never is, and shows it"


def _due(row: Requirement) -> Iterator[Finding]:
    yield from (Finding.MET, Finding.NOT_MET, Finding.UNKNOWN)
    if row.applies:
        yield Finding.NOT_APPLICABLE


def unfit_checks(rows: Iterable[Requirement], every: Iterable[Check]) -> Iterator[str]:
    """What is wrong with checks, by themselves and in the rows that use them."""
    used: dict[str, list[Requirement]] = {}
    for row in rows:
        used.setdefault(row.check.name, []).append(row)
    for check in every:
        if len(check.page.split()) < 10:
            yield f"{check.name}.py has no docstring that explains it"
        if check.name not in used:
            yield f"{check.name}.py is used by no shipped row"
        for row in used.get(check.name, ()):
            if (Kind.DECLARED in row.judged_by) != (check.declared is not None):
                yield f"{row.code}: {check.name}.py and `judged_by` disagree on declared evidence"
            if check.attested is not None and Kind.ATTESTED not in row.judged_by:
                yield f"{row.code}: {check.name}.py asks people, and `judged_by` does not"


def every_check() -> list[Check]:
    bound = [checks.find(name) for name in checks.names()]
    return [each.check for each in bound if each is not None]


def rows_of(which: Edition) -> list[Requirement]:
    return [requirement for requirement, _ in which.requirements()]


def test_every_requirement_has_its_examples() -> None:
    assert list(lacking_examples(rows_of(edition()), list(pages()))) == []


def test_every_check_is_explained_and_used() -> None:
    assert list(unfit_checks(rows_of(edition()), every_check())) == []


def test_examples_of_one_page_have_names_of_their_own() -> None:
    names = [example.id for page in pages() for example in (*page.examples, *page.configured)]
    assert len(names) == len(set(names))


ROW = Requirement(
    "XX001",
    "a-name",
    "A sentence.",
    "A quote.",
    Level.MUST,
    (Kind.DECLARED,),
    Check("a_check", "A page that tells what is demanded and how it is judged.", lambda _: met("so it is")),
    None,
    applies="now and then",
)
PAGE = """# XX001: A sentence.
## One
**XX001: met** because so it is
## Two
**XX001: not met** because it is not
## Three
**XX001: not applicable** because it is now
## Never
**XX001: never unknown** because it always tells
"""


def test_a_row_and_its_page_pass() -> None:
    assert list(lacking_examples([ROW], [read_page(PAGE, "XX001.md")])) == []
    assert list(unfit_checks([ROW], [ROW.check])) == []


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (PAGE.replace("A sentence.", "Another."), "the title is not the requirement's sentence"),
        (PAGE.replace(": not met**", ": met**"), "shows no `not met`"),
        (
            PAGE.replace("**XX001: never unknown** because it always tells", "**XX001: met** because yes"),
            "no `unknown`",
        ),
        (PAGE.replace("not applicable", "met"), "shows no `not applicable`"),
        (PAGE.replace("never unknown", "never met"), "says that `met` never is, and shows it"),
        (PAGE.replace("XX001", "XX002"), "XX001 has no page XX001.md"),
        (PAGE.replace("XX001", "XX002"), "XX002.md is of no row of the edition"),
    ],
)
def test_a_page_that_falls_short_is_refused(page: str, complaint: str) -> None:
    assert any(complaint in each for each in lacking_examples([ROW], [read_page(page, "XX001.md")]))


CONFIGURED = replace(ROW, judged_by=(Kind.DECLARED, Kind.CONFIGURED), applies="")
SHOWN = """
## Four
**XX001, configured: met** because so it is
## Five
```router/filter.nft
```
**XX001, configured: not met** because it is not (`router/filter.nft:3`)
## Six
**XX001, configured: never unknown** because it always tells
"""


def test_a_page_with_configured_examples_passes() -> None:
    page = read_page(PAGE + SHOWN, "XX001.md")
    assert list(lacking_examples([CONFIGURED], [page])) == []
    [_, changed] = page.configured
    assert (changed.files, changed.because, changed.where) == (
        {"router/filter.nft": ""},
        "it is not",
        "router/filter.nft:3",
    )


@pytest.mark.parametrize(
    ("row", "page", "complaint"),
    [
        (CONFIGURED, PAGE, "shows no configured `met`"),
        (CONFIGURED, PAGE + SHOWN.replace("configured: not met", "configured: met"), "shows no configured `not met`"),
        (CONFIGURED, PAGE + SHOWN.replace("never unknown", "never met"), "shows no configured `unknown`"),
        (CONFIGURED, PAGE + SHOWN.replace("never unknown", "never met"), "configured `met` never is, and shows it"),
        (ROW, PAGE + SHOWN, "the row is not judged by them"),
    ],
)
def test_a_page_that_falls_short_of_configured_examples_is_refused(row: Requirement, page: str, complaint: str) -> None:
    assert any(complaint in each for each in lacking_examples([row], [read_page(page, "XX001.md")]))


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (PAGE + SHOWN.replace("configured: not met", "set up: not met"), "`Five` needs one line"),
        (PAGE + SHOWN.replace("XX001, configured: not met", "XX001: not met"), "`Five` shows configurations"),
        (PAGE.removeprefix("# "), "the first line is not"),
        (PAGE.replace("**XX001: met**", "XX001: met"), "`One` needs one line"),
        (PAGE.replace("**XX001: met**", "**XX002: met**"), "`One` needs one line"),
        (PAGE.replace("**XX001: met**", "**XX001: conforms**"), "`One` needs one line"),
    ],
)
def test_a_page_that_cannot_be_read_says_where(page: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_page(page, "XX001.md")


@pytest.mark.parametrize(
    ("check", "judged_by", "complaint"),
    [
        (replace(ROW.check, page=""), (Kind.DECLARED,), "has no docstring that explains it"),
        (replace(ROW.check, declared=None), (Kind.DECLARED,), "disagree on declared evidence"),
        (ROW.check, (Kind.CONFIGURED,), "disagree on declared evidence"),
        (replace(ROW.check, attested=ROW.check.declared), (Kind.DECLARED,), "asks people, and `judged_by` does not"),
    ],
)
def test_a_check_that_does_not_fit_is_refused(check: Check, judged_by: tuple[Kind, ...], complaint: str) -> None:
    row = replace(ROW, check=check, judged_by=judged_by)
    assert any(complaint in each for each in unfit_checks([row], [check]))


def test_a_check_that_no_row_uses_is_refused() -> None:
    assert list(unfit_checks([], [ROW.check])) == ["a_check.py is used by no shipped row"]
