"""The list of exceptions means, when it is read back, the exceptions that were written."""

from ipaddress import ip_network

import pytest

from isthmus.formats import CannotRenderError, Text
from isthmus.formats.cloudgw import FORMAT
from isthmus.formats.cloudgw.render import render
from isthmus.network import Chain, Device, Hook, HookPoint, Rule, Verdict
from isthmus.packetset import Match, only
from tests.generate.drawing import HERE

NAME = "inet cloudgw postrouting"
HOOK = Hook(NAME, HookPoint.POSTROUTING, 100, translates=True)


def gateway(*rules: Rule) -> Device:
    return Device("gw", HERE, chains={NAME: Chain(NAME, rules, HERE, Verdict.ACCEPT)}, hooks=(HOOK,))


def exception(*prefixes: str, comment: str = "") -> Rule:
    match = Match(destination=tuple(ip_network(each) for each in prefixes))
    return Rule((match,), Verdict.ACCEPT, HERE, "exception", comment=comment)


def test_every_entry_is_an_exception_with_its_reason() -> None:
    part = gateway(
        exception("208.80.154.224/32", "10.0.0.0/8", comment="crossing wikis; exception w until 2027-01-31 (T1)"),
        exception("192.0.2.1/32", comment="crossing b\nwritten badly"),
    )
    text = render([part], ["made for a test"])[0]
    parsed = FORMAT.parse(Text("gw/cloudgw.yaml", text.text))
    found = FORMAT.lower("gw", [parsed.tree]).devices[0].chains[NAME].rules
    entries = [each for each in found if each.name.startswith("dmz_cidr")]

    assert not parsed.diagnostics
    assert [str(block) for each in entries for block in each.matches[0].destination or ()] == [
        "208.80.154.224/32", "10.0.0.0/8", "192.0.2.1/32",
    ]  # fmt: skip
    assert entries[0].comment == "crossing wikis; exception w until 2027-01-31 (T1)"
    assert entries[2].comment == "crossing b written badly"


def test_no_exception_is_an_empty_list() -> None:
    assert render([gateway()])[0].text == "profile::wmcs::cloudgw::dmz_cidr: []\n"


@pytest.mark.parametrize(
    "rule",
    [
        exception("2001:db8::/32"),
        Rule((Match(destination_ports=(only(80),)),), Verdict.ACCEPT, HERE),
        Rule((Match(destination=(ip_network("192.0.2.1/32"),)),), Verdict.DROP, HERE),
    ],
    ids=["IPv6", "ports", "drop"],
)
def test_a_list_of_destinations_says_no_more(rule: Rule) -> None:
    with pytest.raises(CannotRenderError):
        render([gateway(rule)])
