"""What terms do to packets, as tables."""

import pytest

from isthmus.packetset import Packet, Space, TcpFlags, ping, tcp, udp
from tests.formats.aerleon.folder import policy, read
from tests.formats.aerleon.verdicts import accepted

DEFINITIONS = """
LAB = 10.20.0.0/16
      2001:db8:20::/48
PRINTERS = 10.20.9.0/24
SIX = 2001:db8:6::/48
HALF_KNOWN = 192.0.2.80
             NOT_HERE
"""
SERVICES = """
HTTP = 80/tcp
DNS = 53/udp 53/tcp
SNMP = 161/udp
"""


def _fates(packets: list[Packet], *terms: str) -> list[str]:
    """accept, refuse or perhaps, for each packet."""
    device, _ = read({"p.yaml": policy(*terms), "a.net": DEFINITIONS, "a.svc": SERVICES})
    space = Space(1 << 18)
    bounds = {4: accepted(device.chains["f4"], space), 6: accepted(device.chains["f6"], space)}
    found = [(packet in bounds[packet.version][0], packet in bounds[packet.version][1]) for packet in packets]
    return ["accept" if surely else "perhaps" if possibly else "refuse" for surely, possibly in found]


def _reply(source: str, destination: str) -> Packet:
    request = tcp(source, destination, 443, source_port=80)
    return Packet(request.source, request.destination, 6, 80, 50000, flags=TcpFlags.SYN | TcpFlags.ACK)


LAB4, LAB6, PRINTER = "10.20.0.1", "2001:db8:20::1", "10.20.9.9"
WEB4, WEB6 = "192.0.2.80", "2001:db8:6::80"


@pytest.mark.parametrize(
    ("terms", "packet", "fate"),
    [
        # a filter discards what no term decides
        (["source-address: LAB; action: accept"], tcp(LAB4, WEB4, 80), "accept"),
        (["source-address: LAB; action: accept"], tcp(LAB6, WEB6, 80), "accept"),
        (["source-address: LAB; action: accept"], tcp("10.30.0.1", WEB4, 80), "refuse"),
        # a term without addresses of a version is in no filter for it, and does not match everything there
        (["destination-address: SIX; action: accept"], tcp(LAB4, WEB4, 80), "refuse"),
        (["destination-address: SIX; action: accept"], tcp(LAB6, WEB6, 80), "accept"),
        (["protocol: icmp; action: accept"], ping(LAB6, WEB6), "refuse"),
        (["protocol: icmpv6; action: accept"], ping(LAB6, WEB6), "accept"),
        (["restrict-address-family: inet; action: accept"], tcp(LAB6, WEB6, 80), "refuse"),
        # excluded parts
        (["source-address: LAB; source-exclude: PRINTERS; action: accept"], tcp(PRINTER, WEB4, 80), "refuse"),
        (["source-address: LAB; source-exclude: PRINTERS; action: accept"], tcp(LAB4, WEB4, 80), "accept"),
        # either end
        (["address: LAB; action: accept"], tcp("192.0.2.9", LAB4, 80), "accept"),
        (["protocol: udp; port: SNMP; action: accept"], udp(LAB4, WEB4, 50001, source_port=161), "accept"),
        # the ports of every protocol of a term hold for each of them
        (["protocol: tcp udp; destination-port: HTTP; action: accept"], udp(LAB4, WEB4, 80), "accept"),
        (["protocol: tcp; destination-port: DNS; action: accept"], udp(LAB4, WEB4, 53), "refuse"),
        # a token of which a part is not defined surely stands for the rest
        (["destination-address: HALF_KNOWN; action: accept"], tcp(LAB4, "192.0.2.80", 80), "accept"),
        (["destination-address: HALF_KNOWN; action: accept"], tcp(LAB4, "192.0.2.81", 80), "perhaps"),
        (["destination-address: HALF_KNOWN; action: deny", "action: accept"], tcp(LAB4, "192.0.2.81", 80), "perhaps"),
        (["destination-address: HALF_KNOWN; action: deny", "action: accept"], tcp(LAB4, "192.0.2.80", 80), "refuse"),
        # what excludes is not defined: nothing is sure any more, and nothing else can match
        (["source-address: LAB; source-exclude: NOT_HERE; action: accept"], tcp(LAB4, WEB4, 80), "perhaps"),
        (["source-address: LAB; source-exclude: NOT_HERE; action: accept"], tcp("10.30.0.1", WEB4, 80), "refuse"),
        # established flows: flags for TCP, high ports as well for Aerleon's other spelling
        (["protocol: tcp; option: [tcp-established]; action: accept"], tcp(LAB4, WEB4, 50000), "refuse"),
        (["protocol: tcp; option: [tcp-established]; action: accept"], _reply(WEB4, LAB4), "accept"),
        (["protocol: udp; option: [established]; action: accept"], udp(WEB4, LAB4, 50000), "accept"),
        (["protocol: udp; option: [established]; action: accept"], udp(WEB4, LAB4, 53), "refuse"),
        (["protocol: tcp; option: [initial]; action: accept"], _reply(WEB4, LAB4), "refuse"),
        # conditions on what a packet of ours does not have
        (["protocol: icmp; fragment-offset: 1-8191; action: deny", "action: accept"], ping(LAB4, WEB4), "perhaps"),
        (["ttl: 1; action: deny", "action: accept"], ping(LAB6, WEB6), "refuse"),
        # an end date may have passed
        (["expiration: 2027-03-31; action: accept"], tcp(LAB4, WEB4, 80), "perhaps"),
        # switched off, or for other platforms
        (["option: [inactive]; action: accept"], tcp(LAB4, WEB4, 80), "refuse"),
        (["platform: cisco; action: accept"], tcp(LAB4, WEB4, 80), "refuse"),
        (["platform-exclude: cisco; action: accept"], tcp(LAB4, WEB4, 80), "accept"),
        # a term that only counts goes on
        (["counter: all; action: next", "action: accept"], tcp(LAB4, WEB4, 80), "accept"),
        # what sends packets another way may do anything to them
        (["routing-instance: scrubber", "action: deny"], tcp(LAB4, WEB4, 80), "perhaps"),
        # a condition that Aerleon does not render alone is none
        (["option: [is-fragment]; restrict-address-family: inet; action: accept"], tcp(LAB4, WEB4, 80), "accept"),
    ],
)
def test_packets(terms: list[str], packet: Packet, fate: str) -> None:
    assert _fates([packet], *terms) == [fate]


def test_a_policer_may_drop_what_its_term_accepts() -> None:
    limited = ["protocol: icmp; policer: slow; action: accept"]

    assert _fates([ping(LAB4, WEB4), tcp(LAB4, WEB4, 80)], *limited) == ["perhaps", "refuse"]


@pytest.mark.parametrize(
    ("path", "text", "is_ours"),
    [
        ("policies/border.pol", "", True),
        ("definitions/static.net", "", True),
        ("definitions/SERVICES.svc", "", True),
        ("policies/border.yaml", "# a policy\nfilters:\n- header:\n", True),
        ("includes/end.yaml", "terms:\n- name: x\n", True),
        ("includes/end.inc", "# terms\nterm x {\n", True),
        ("definitions/a.yaml", "networks:\n  A:\n", True),
        ("a.yml", "services:\n  WEB:\n  - protocol: tcp\n    port: 80\n", True),
        ("prefix-lists.yaml", "private4: [10.0.0.0/8]\n", True),
        ("networks.yaml", "networks:\n  cloud-a:\n    realm: cloud\n", False),
        ("hiera.yaml", "profile::filters: []\n", False),
        ("router.conf", "firewall { family inet { filter a { term x { } } } }", False),
        ("end.inc", "set interfaces", False),
    ],
)
def test_what_is_taken_for_a_file_of_ours(path: str, text: str, *, is_ours: bool) -> None:
    from isthmus.formats.aerleon import FORMAT

    assert FORMAT.looks_like(path, text) is is_ours
