"""Zone snippets, read back by dnspython."""

import dns.zone
import pytest

from isthmus.diagnostics import Diagnostic
from isthmus.generate.needs import needs
from isthmus.generate.zones import zones
from tests.generate.world import ESTATE, built
from tests.prove.estates import facts_of

SERVICE = """
  shell: {realm: cloud, endpoints: {ssh: {addresses: [%s], port: 22}}, names: [%s]}
"""
CROSSING = "  login: {client: {networks: [public]}, arrives_as: [192.0.2.0/24], service: shell, state: running}\n"


def snippets(addresses: str, names: str, records: str = "") -> tuple[dict[str, str], list[Diagnostic]]:
    head, _, _ = ESTATE.partition("services:")
    text = f"{head}services:{SERVICE % (addresses, names)}\nnames: {{{records}}}\ncrossings:\n{CROSSING}"
    facts = facts_of(text)
    problems: list[Diagnostic] = []
    found = zones(needs(built(facts), facts), facts.estate, ("made for a test",), problems)
    return {each.name: each.text for each in found}, problems


def told(text: str) -> set[str]:
    """The records of a snippet, one a line."""
    zone = dns.zone.from_text(text, check_origin=False, relativize=False)
    return {f"{name} {each.rdtype.name} {one}" for name, each in zone.iterate_rdatasets() for one in each}


@pytest.mark.parametrize(
    ("addresses", "names", "records", "expected"),
    [
        ("203.0.113.10", "a.cloud.example.org", "", {"a.cloud.example.org. A 203.0.113.10"}),
        (
            '203.0.113.10, "2001:db8::1"', "a.cloud.example.org", "",
            {"a.cloud.example.org. A 203.0.113.10", "a.cloud.example.org. AAAA 2001:db8::1"},
        ),
        (
            "203.0.113.10", "a.cloud.example.org", "a.cloud.example.org: {alias: b.example.net}",
            {"a.cloud.example.org. CNAME b.example.net."},
        ),
        ("203.0.113.10", '"*.cloud.example.org"', "", {"*.cloud.example.org. A 203.0.113.10"}),
    ],
    ids=["one", "both-versions", "alias", "wildcard"],
)  # fmt: skip
def test_records_of_a_service(addresses: str, names: str, records: str, expected: set[str]) -> None:
    texts, problems = snippets(addresses, names, records)

    assert told(texts["cloud.example.org.zone"]) == expected
    assert not problems


def test_names_elsewhere_are_not_ours() -> None:
    assert snippets("203.0.113.10", "a.example.net") == ({}, [])


def test_which_name_has_which_address_is_not_guessed() -> None:
    texts, problems = snippets("203.0.113.10, 203.0.113.11", "a.cloud.example.org, b.cloud.example.org")

    assert not texts
    assert [each.code for each in problems] == ["GEN007", "GEN007"]
