"""Real traffic with a known truth: each of the 14 kinds of flow is told as what it is, wherever it can be seen."""

import json

import pytest

from isthmus.observe.words import Attempt, Verdict
from tests.observe import lab

pytestmark = pytest.mark.skipif(
    not lab.CAPTURES.is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)

# What each line of the truth means: verdict, case, demands broken where it can be shown, demands that must be kept.
MEANING: dict[str, tuple[Verdict, str, set[str]]] = {
    "case2 cloud->prod via general NAT 185.15.56.1": (Verdict.DECLARED, "2", set()),
    "case2 cloud->prod via floating IP 185.15.56.20": (Verdict.DECLARED, "2", set()),
    "case1 east-west": (Verdict.DECLARED, "1", set()),
    "case3 prod->cloud": (Verdict.DECLARED, "3", set()),
    "internet->cloud": (Verdict.INTERNET, "", set()),
    "violation: private VM address reaches production private service": (Verdict.UNDECLARED, "2", {"XR003", "XR202"}),
    "case4 VM -> cloud-dedicated hardware": (Verdict.DECLARED, "4", set()),
    "violation: cloud-private to production private": (Verdict.UNDECLARED, "2", {"XR003", "XR202", "XR405"}),
    "case4 management traffic over cloud-hosts": (Verdict.DECLARED, "management", set()),
    "IPv6 cloud->prod without NAT": (Verdict.NOT_COVERED, "2", set()),
    "cloud->internet via general NAT": (Verdict.INTERNET, "", set()),
    "violation: production private reaches private VM address": (Verdict.UNDECLARED, "3", {"XR003", "XR304"}),
}
TRANSLATED = {  # as whom a client arrives, to where a service's address leads
    "172.16.0.10": {"185.15.56.1"},
    "172.16.0.20": {"185.15.56.20"},
    "185.15.56.20": {"172.16.0.20"},
}


def meaning(text: str) -> tuple[Verdict, str, set[str]]:
    found = [value for key, value in MEANING.items() if text.startswith(key)]
    assert len(found) == 1, text
    return found[0]


def is_of(record: lab.Found, row: lab.Dialled) -> bool:
    """Whether a record is of what was dialled, before or after translation."""
    clients = {row.client} | TRANSLATED.get(row.client, set())
    services = {row.service} | TRANSLATED.get(row.service, set())
    same = (record.protocol, record.port) == (row.protocol, row.port)
    return same and record.client in clients and record.service in services


def test_fourteen_of_fourteen_from_the_connection_table() -> None:
    records = lab.found("conntrack-events.log", "router")
    rows = lab.truth()
    assert len(rows) == 14
    for row in rows:
        mine = [
            each for each in records if (each.client, each.service) == (row.client, row.service) and is_of(each, row)
        ]
        assert len(mine) == row.connections, row
        verdict, case, codes = meaning(row.expected)
        assert {each.verdict for each in mine} == {verdict}, row
        assert {each.codes for each in mine} == {frozenset(codes)}, row
        if verdict is not Verdict.INTERNET:
            assert {each.case for each in mine} == {case}, row
        refused = Attempt.REFUSED if "refused" in row.expected else Attempt.PASSED
        assert {each.attempt for each in mine} == {refused}, row
        if "via general NAT" in row.expected or "case2 cloud->prod via floating" in row.expected:
            assert {each.translated[0] for each in mine} <= TRANSLATED[row.client], row
        if verdict is Verdict.DECLARED and case in ("2", "3"):
            assert all({"2": "XR202", "3": "XR304"}[case] in each.kept for each in mine), row


CAPTURES = [
    ("nfcapd-vm1.lz4", "vm1", "nfdump-vm1.json"),
    ("nfcapd-prodpub.lz4", "prodpub", "nfdump-prodpub.json"),
    ("export-datagrams-v9.pcap", "router", "nfdump-prodpub.json"),
    ("pmacctd.json", "prodpub", "nfdump-prodpub.json"),
]


@pytest.mark.parametrize(("name", "exporter", "oracle"), CAPTURES)
def test_every_row_that_an_interface_saw_is_told(name: str, exporter: str, oracle: str) -> None:
    """What nfdump itself saw at an interface says which rows are visible there."""
    records = lab.found(name, exporter)
    oracles = {
        (each["src4_addr"], each["dst4_addr"], each["proto"], each["dst_port"])
        for each in json.loads(f"[{(lab.CAPTURES / oracle).read_text()}]")
        if "src4_addr" in each and "dst_port" in each
    }
    visible = 0
    for row in lab.truth():
        clients = {row.client} | TRANSLATED.get(row.client, set())
        services = {row.service} | TRANSLATED.get(row.service, set())
        seen = [each for each in oracles if each[0] in clients and each[1] in services and each[2:] == _port(row)]
        is_seen = bool(seen) or ":" in row.client
        mine = [each for each in records if is_of(each, row)]
        assert mine or not is_seen, row
        visible += is_seen
        verdict, case, codes = meaning(row.expected)
        assert {each.verdict for each in mine} <= {verdict}, row
        assert all(each.codes <= codes for each in mine), row
        if verdict is Verdict.UNDECLARED:
            assert all("XR003" in each.codes for each in mine), row
            assert all(each.case == case for each in mine), row
        if "refused" in row.expected:
            assert {each.attempt for each in mine} <= {Attempt.REFUSED, Attempt.UNANSWERED}, row
    assert visible >= 5


def _port(row: lab.Dialled) -> tuple[int, int]:
    return (row.protocol, row.port)


def test_a_private_address_of_an_instance_in_production_is_named() -> None:
    """The capture at the production side shows NAT addresses only; had it shown the instance's own, XR202 says so."""
    assert not [each for each in lab.found("nfcapd-prodpub.lz4", "prodpub") if "XR202" in each.codes]
    shown = [each for each in lab.found("nfcapd-vm1.lz4", "prodpub") if "XR202" in each.codes]
    assert {each.client for each in shown} == {"172.16.0.10"}
    assert not [each for each in lab.found("nfcapd-vm1.lz4", "vm1") if "XR202" in each.codes]
