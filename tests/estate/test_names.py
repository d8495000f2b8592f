"""What a DNS name stands for: its addresses, those of the name that it is an alias of, or nothing that is known."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.documents import parse_yaml
from isthmus.estate import Estate, NameRecord, read_estate

ESTATE = """\
estate: names
edition: none
names:
  www.example.org: {addresses: [203.0.113.1, "2001:db8::1"]}
  web.example.org: {alias: WWW.example.org.}
  home.example.org: {alias: web.example.org}
  later.example.org: {}
  elsewhere.example.org: {alias: www.example.net}
"""


def estate() -> Estate:
    reading = read_estate([parse_yaml(ESTATE, "names.yaml")], None)
    assert reading.estate is not None, reading.diagnostics
    return reading.estate


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("www.example.org", ["203.0.113.1", "2001:db8::1"]),
        ("web.example.org", ["203.0.113.1", "2001:db8::1"]),
        ("home.example.org", ["203.0.113.1", "2001:db8::1"]),
        ("later.example.org", []),
        ("elsewhere.example.org", []),
        ("unheard.example.org", []),
    ],
)
def test_names_lead_to_addresses(name: str, addresses: list[str]) -> None:
    assert [str(each) for each in estate().resolve(name)] == addresses


def test_an_address_stands_for_itself() -> None:
    address = ip_address("192.0.2.1")
    assert estate().resolve(address) == (address,)


names = st.sampled_from(["a.example", "b.example", "c.example", "d.example"])


@given(st.dictionaries(names, names), names)
def test_aliases_come_to_an_end_whatever_they_say(aliases: dict[str, str], start: str) -> None:
    records = {name: NameRecord.model_validate({"alias": alias}) for name, alias in aliases.items()}
    records["d.example"] = NameRecord.model_validate({"addresses": ["192.0.2.1"]})
    whole = Estate("names", "none", Span("names.yaml"), names=records)
    reached, steps = start, 0
    while reached in aliases and reached != "d.example" and steps < len(aliases):
        reached, steps = aliases[reached], steps + 1
    assert bool(whole.resolve(start)) == (reached == "d.example")
