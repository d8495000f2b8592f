"""Estates for tests, written as YAML on the shared preamble, and their judgement by the shipped edition."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from isthmus.decide import Edition, Judgement, judge
from isthmus.diagnostics import Severity
from isthmus.documents import parse_yaml
from isthmus.estate import Estate, read_estate
from isthmus.evidence import Answer, Evidence, Facts, Finding, Kind, Testimony
from isthmus.guidelines import read_edition
from isthmus.sources.editions import read_edition_text
from isthmus.sources.files import TextFile
from tests.guidelines.requirements.examples import PREAMBLE

TODAY = date(2026, 12, 1)


@cache
def edition() -> Edition:
    """The shipped edition."""
    text = read_edition_text("wikimedia", PREAMBLE.parent)
    assert isinstance(text, TextFile)
    read = read_edition(text.text, text.name)
    assert read.edition is not None, read.diagnostics
    return read.edition


def estate_of(text: str, name: str = "example.yaml") -> Estate:
    """The estate that ``text`` describes on the preamble; fails with what is wrong with it."""
    texts = {PREAMBLE.name: PREAMBLE.read_text(encoding="utf-8"), name: text}
    documents = [parse_yaml(each, file) for file, each in texts.items() if each.strip()]
    reading = read_estate(documents, edition().vocabulary)
    lines = {document.file: document.lines for document in documents}
    problems = [each.render(lines) for each in reading.diagnostics if each.severity is Severity.ERROR]
    assert reading.estate is not None, "\n".join(problems)
    return reading.estate


def facts_of(text: str, testimony: Testimony | None = None, *, today: date = TODAY) -> Facts:
    """What is known of that estate."""
    return Facts(estate_of(text), edition().vocabulary, today, testimony or {})


def judged(text: str, testimony: Testimony | None = None, **options: Any) -> Judgement:
    """The judgement of that estate by the shipped edition."""
    return judge(facts_of(text, testimony), edition(), **options)


def witnesses(text: str) -> tuple[Evidence, ...]:
    """The evidence that a YAML list of kind, finding and because describes."""
    root = parse_yaml(text, "evidence").root
    said: Iterable[dict[str, str]] = root.plain() if root is not None else ()
    return tuple(Evidence(Kind(each["kind"]), Answer(Finding(each["finding"]), each["because"])) for each in said)
