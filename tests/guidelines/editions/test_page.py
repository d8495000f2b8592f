"""The shipped edition against its page: every quotation is the page's own, and every bullet of the page is quoted."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.decide import Edition
from isthmus.guidelines import read_edition

ROOT = Path(__file__).resolve().parents[3]
EDITION = ROOT / "src/isthmus/guidelines/editions/wikimedia/edition.toml"
PAGE = Path(os.environ.get("ISTHMUS_SHARED", ROOT.parent / "shared")) / "guideline-page.txt"

needs_page = pytest.mark.skipif(
    not PAGE.is_file(), reason=f"the page is not at {PAGE}; ISTHMUS_SHARED names its folder"
)


def edition() -> Edition:
    read = read_edition(EDITION.read_text(encoding="utf-8"), "edition.toml")
    assert read.edition is not None, [each.headline() for each in read.diagnostics]
    return read.edition


def folded(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(text.split())


def quotations(found: Edition) -> Iterator[tuple[str, str]]:
    """What the edition says that the page says, and where it says so."""
    for requirement, _ in found.requirements():
        yield requirement.code, requirement.quote
    for case in found.cases:
        yield f"case {case.id}", case.quote
        yield from ((f"case {case.id}, also known as", each) for each in case.also_known_as)
        yield from ((f"case {case.id}, example {each.name}", each.quote) for each in case.examples)
        yield from ((f"case {case.id}, reason {each.id}", each.quote) for each in case.reasons)


@needs_page
def test_every_quotation_stands_on_the_page() -> None:
    page = folded(PAGE.read_text(encoding="utf-8"))
    invented = [f"{where}: {quote}" for where, quote in quotations(edition()) if folded(quote) not in page]
    assert not invented, "\n".join(invented)


@needs_page
def test_every_bullet_of_the_page_is_quoted() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    bullets = [folded(line.lstrip(" •")) for line in lines if line.lstrip().startswith("•")]
    quoted = folded(" ".join(quote for _, quote in quotations(edition())))
    assert len(bullets) > 20
    missing = [bullet for bullet in bullets if bullet not in quoted]
    assert not missing, "\n".join(missing)


# code, name, level, and who can speak: declared, configured, observed, exercised, attested
CATALOGUE = """
XR001 follows-a-case               must   D
XR002 both-owners-agree            must   A
XR003 nothing-undeclared           must   C O
XR004 exception-current            must   D A
XR005 guidelines-agreed            must   A
XR006 managed-as-production        must   D C O
XR101 runs-in-cloud                must   D
XR102 stays-in-cloud               must   D C O X
XR103 capacity                     must   D
XR201 public-ipv4                  must   D C
XR202 client-translated            must   D C O X
XR203 cloud-only-firewalled        must   D C X
XR204 moving-inside-evaluated      must   A
XR205 behind-load-balancer         should D C
XR206 crosses-at-the-edge          must   C X
XR301 web-proxy                    must   D C
XR302 floating-ip                  must   D C
XR303 production-only-firewalled   must   D C X
XR304 private-addresses-hidden     must   D C O X
XR305 merits-agreed                must   A
XR306 crosses-at-the-edge          must   C X
XR401 no-other-case                must   D A
XR402 cloud-private-leg            must   D C
XR403 service-on-cloud-private     must   D C O X
XR404 management-on-cloud-hosts    must   D C O
XR405 backend-crosses-at-the-border must  D C O X
XR406 nat-optional                 note   D C
XR407 cloud-pool-address-and-name  must   D C
XR408 cloud-load-balancer          must   D C X
""".strip().splitlines()

CONDITIONAL = {"XR004", "XR203", "XR301", "XR302", "XR303", "XR405", "XR406", "XR407", "XR408"}
"""Demands that the page makes of some crossings only; the rows say of which."""


def test_the_catalogue_is_complete_and_in_page_order() -> None:
    found = [
        [each.code, each.name, each.level.value, *(kind.letter for kind in each.judged_by)]
        for each, _ in edition().requirements()
    ]
    assert found == [line.split() for line in CATALOGUE]
    assert len(found) == 29


def test_conditional_demands_say_when_they_apply() -> None:
    assert {each.code for each, _ in edition().requirements() if each.applies} == CONDITIONAL


def test_the_codes_of_a_case_begin_with_its_number() -> None:
    for requirement, case in edition().requirements():
        number = case.id if case is not None and case.id.isdecimal() else "0"
        assert requirement.code.startswith(f"XR{number}")
