"""Every example of every kind of finding comes out as its page says, and every kind has its examples."""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module

import pytest

from isthmus.diagnostics import Code, Diagnostic
from isthmus.packetset import Space
from isthmus.prove import Prover, findings
from isthmus.prove.findings import codes
from isthmus.prove.reach import explore
from tests.guidelines.requirements.configuring import NODES, network_of
from tests.guidelines.requirements.judging import facts_of
from tests.prove.findings.examples import ESTATE, Example, Page, pages, read_page

EXAMPLES = [example for page in pages() for example in page.examples]


def prover(estate: str, files: dict[str, str]) -> Prover:
    return Prover(facts_of(estate), network_of(files), Space(NODES))


def found(example: Example) -> list[Diagnostic]:
    """The findings of an example's kind."""
    for each in pkgutil.iter_modules(findings.__path__):
        kind = import_module(f"{findings.__name__}.{each.name}")
        if example.code in {code.code for code in kind.CODES}:
            told: Iterator[Diagnostic] = kind.find(prover(example.estate, dict(example.files)))
            return sorted((each for each in told if each.code == example.code), key=Diagnostic.sort_key)
    raise AssertionError(f"no kind of finding has the code {example.code}")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_example(example: Example) -> None:
    told = found(example)
    assert [f"{each.where.file}:{each.where.line}" for each in told] == [where for where, _ in example.found], told
    for each, (_, because) in zip(told, example.found, strict=True):
        assert because in each.message
        assert each.help


def test_the_network_of_all_examples_has_no_finding() -> None:
    assert list(findings.findings(prover(ESTATE, {}))) == []


def lacking_examples(every: Iterable[Code], written: Iterable[Page]) -> Iterator[str]:
    """What keeps codes and pages from belonging together."""
    by_code = {page.code: page for page in written}
    for code in every:
        page = by_code.pop(code.code, None)
        if page is None:
            yield f"{code.code} has no page {code.code}.md"
            continue
        if page.title != code.title:
            yield f"{code.code}.md: the title is not that of the code: {code.title}"
        if not any(example.found for example in page.examples):
            yield f"{code.code}.md shows no network that has it"
        if all(example.found for example in page.examples):
            yield f"{code.code}.md shows no network that looks like it and has it not"
    yield from (f"{code}.md is of no code" for code in by_code)


def test_every_kind_of_finding_has_its_examples() -> None:
    shown = [each for each in codes() if each != findings.UNTOLD]
    assert list(lacking_examples(shown, pages())) == []


def test_what_takes_too_long_is_told_and_the_rest_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST_STEPS", 0)
    untold = [each for each in findings.findings(prover(ESTATE, {})) if each.code == findings.UNTOLD.code]
    assert any("PRV003" in each.message and "could not be looked for" in each.message for each in untold)


PAGE = "# PRV001: {title}\n## One\n**PRV001** at `router/file:3` because so it is\n## Two\n**no PRV001**\n"


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (PAGE.replace("{title}", "another"), "PRV001.md: the title is not that of the code"),
        (PAGE.replace("**PRV001** at `router/file:3` because so it is", "**no PRV001**"), "no network that has it"),
        (PAGE.partition("## Two")[0], "and has it not"),
        (PAGE.replace("PRV001", "PRV999"), "PRV001 has no page"),
        (PAGE.replace("PRV001", "PRV999"), "PRV999.md is of no code"),
    ],
)
def test_a_page_that_falls_short_is_refused(page: str, complaint: str) -> None:
    first = [code for code in codes() if code.code == "PRV001"]
    written = read_page(page.replace("{title}", first[0].title), "PRV001.md")
    assert any(complaint in each for each in lacking_examples(first, [written]))


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (PAGE.removeprefix("# "), "the first line is not"),
        (PAGE.replace("**no PRV001**", ""), "`Two` needs lines"),
        (PAGE.replace("**no PRV001**", "**no PRV002**"), "`Two` needs lines"),
        (PAGE.replace("because so it is", "because so it is\n**no PRV001**"), "`One` needs lines"),
    ],
)
def test_a_page_that_cannot_be_read_says_where(page: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_page(page, "PRV001.md")
