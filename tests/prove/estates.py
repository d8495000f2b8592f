"""Estates for tests of this room, and provers that hold them against networks made by hand."""

from datetime import date
from functools import cache
from pathlib import Path

from isthmus.decide import Edition, Question, classify
from isthmus.diagnostics import Severity
from isthmus.documents import parse_yaml
from isthmus.estate import read_estate
from isthmus.evidence import Answer, Facts
from isthmus.guidelines import checks, read_edition
from isthmus.network import Network
from isthmus.packetset import Space
from isthmus.prove import Prover
from isthmus.sources.editions import read_edition_text
from isthmus.sources.files import TextFile

HERE = Path(__file__).parent
TWO_REALMS = (HERE / "testdata" / "estate.yaml").read_text(encoding="utf-8")
"""The estate around `two_realms()`."""
TODAY = date(2026, 12, 1)
NODES = 1 << 20


@cache
def edition() -> Edition:
    """The shipped edition."""
    text = read_edition_text("wikimedia", HERE)
    assert isinstance(text, TextFile)
    read = read_edition(text.text, text.name)
    assert read.edition is not None
    return read.edition


@cache
def facts_of(*texts: str) -> Facts:
    """What is known of the estate that some YAML texts describe together; fails with what is wrong with them."""
    documents = [parse_yaml(text, f"estate-{at}.yaml") for at, text in enumerate(texts)]
    reading = read_estate(documents, edition().vocabulary)
    problems = [str(each.message) for each in reading.diagnostics if each.severity is Severity.ERROR]
    assert reading.estate is not None, problems
    assert not problems, problems
    return Facts(reading.estate, edition().vocabulary, TODAY)


def prover_of(network: Network, *texts: str, space: Space | None = None) -> Prover:
    """The estate around `two_realms()`, or one of these texts, held against a network."""
    return Prover(facts_of(*(texts or (TWO_REALMS,))), network, space or Space(NODES))


def asked(prover: Prover, code: str, crossing: str = "") -> Answer:
    """What the configured network says of a requirement, of one crossing or of the whole estate."""
    found = edition().find(code)
    assert found is not None
    check = checks.find(found[0].check.name)
    assert check is not None
    assert check.configured is not None
    question = Question(found[0], prover.facts, edition())
    if crossing:
        one = prover.estate.crossings[crossing]
        question = Question(found[0], prover.facts, edition(), classify(one, prover.facts, edition()), one)
    return check.configured(question, prover)
