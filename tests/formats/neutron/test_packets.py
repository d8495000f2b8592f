"""Packets as a table: what the ports of the golden folders let in and out."""

import json
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from isthmus.network import Device
from isthmus.packetset import Packet, State, TcpFlags, ping, tcp, udp
from tests.formats.neutron.workshop import folder, judged, lowered, port

CASES = Path(__file__).parent / "testdata"
IN, OUT = "ingress", "egress"


@cache
def devices(case: str) -> dict[str, Device]:
    lists: dict[str, Any] = {}
    for file in sorted((CASES / case / "in").iterdir()):
        lists |= json.loads(file.read_text())
    return lowered(lists)[0]


def reply(packet: Packet, state: State = State.ESTABLISHED) -> Packet:
    """The same packet of a connection that is known already."""
    flags = TcpFlags.ACK if packet.flags is not None else None
    return Packet(packet.source, packet.destination, packet.protocol, packet.source_port, packet.destination_port,
                  packet.icmp_type, packet.icmp_code, flags, state)  # fmt: skip


def icmp(source: str, destination: str, type_: int, code: int = 0) -> Packet:
    host = ip_address(source)
    protocol = 1 if host.version == 4 else 58
    return Packet(host, ip_address(destination), protocol, icmp_type=type_, icmp_code=code)


def bare(source: str, destination: str, protocol: int) -> Packet:
    return Packet(ip_address(source), ip_address(destination), protocol)


PACKETS: list[tuple[str, str, str, bool | None, Packet]] = [
    # a group without rules lets nothing in, and nothing out
    ("default-deny", "bastion", IN, False, tcp("198.51.100.7", "172.16.3.145", 22)),
    ("default-deny", "bastion", IN, False, ping("172.16.3.1", "172.16.3.145")),
    ("default-deny", "bastion", OUT, False, tcp("172.16.3.145", "198.51.100.7", 443)),
    # but replies, and what an instance needs to have an address
    ("default-deny", "bastion", IN, True, reply(tcp("198.51.100.7", "172.16.3.145", 50000, 443))),
    ("default-deny", "bastion", IN, True, udp("172.16.0.2", "172.16.3.145", 68, 67)),
    ("default-deny", "bastion", IN, True, udp("172.16.0.2", "255.255.255.255", 68, 67)),
    ("default-deny", "bastion", IN, False, udp("172.16.0.2", "172.16.3.146", 68, 67)),
    ("default-deny", "bastion", OUT, True, udp("0.0.0.0", "255.255.255.255", 67, 68)),  # noqa: S104
    ("default-deny", "bastion", OUT, True, udp("172.16.3.145", "172.16.0.2", 67, 68)),
    ("default-deny", "bastion", OUT, False, udp("172.16.3.145", "172.16.0.9", 68, 67)),
    ("default-deny", "bastion", IN, True, icmp("fe80::1", "fe80::2", 135)),
    ("default-deny", "bastion", IN, False, icmp("fe80::1", "fe80::2", 134)),
    # a port counts, and the IP version
    ("remote-group", "web-1", IN, True, tcp("198.51.100.7", "172.16.5.4", 80)),
    ("remote-group", "web-1", IN, False, tcp("198.51.100.7", "172.16.5.4", 443)),
    ("remote-group", "web-1", IN, True, tcp("2001:db8:f::7", "2001:db8:a000::4", 443)),
    ("remote-group", "web-1", IN, False, udp("198.51.100.7", "172.16.5.4", 80)),
    # members of a group are those of its ports that have the addresses now
    ("remote-group", "db", IN, True, tcp("172.16.5.4", "172.16.6.37", 3306)),
    ("remote-group", "db", IN, True, tcp("172.16.5.5", "172.16.6.37", 3306)),
    ("remote-group", "db", IN, True, tcp("172.16.6.37", "172.16.6.37", 3306)),
    ("remote-group", "db", IN, False, tcp("172.16.5.6", "172.16.6.37", 3306)),
    ("remote-group", "web-2", OUT, True, tcp("172.16.5.5", "172.16.6.37", 3306)),
    ("remote-group", "web-2", OUT, False, tcp("172.16.5.5", "172.16.5.4", 3306)),
    # nobody sends from an address that is not its own
    ("remote-group", "web-2", OUT, False, tcp("172.16.5.4", "172.16.6.37", 3306)),
    ("remote-group", "web-2", OUT, False, reply(tcp("172.16.5.4", "198.51.100.7", 50000, 80))),
    ("remote-group", "web-2", OUT, True, reply(tcp("172.16.5.5", "198.51.100.7", 50000, 80))),
    ("remote-group", "web-1", OUT, True, icmp("fe80::f816:3eff:fe00:1", "ff02::1", 128)),
    ("remote-group", "web-1", OUT, False, icmp("fe80::f816:3eff:fe00:2", "ff02::1", 128)),
    ("remote-group", "web-1", OUT, False, icmp("fe80::f816:3eff:fe00:1", "ff02::1", 134)),
    ("remote-group", "web-1", IN, True, icmp("fe80::1", "ff02::1", 134)),
    # host bits of a prefix do not count
    ("remote-group", "db", IN, True, udp("10.200.0.1", "172.16.6.37", 53)),
    # address groups, of both IP versions
    ("address-group", "vm", IN, True, tcp("192.0.2.200", "172.16.5.4", 22)),
    ("address-group", "vm", IN, False, tcp("198.51.100.8", "172.16.5.4", 22)),
    ("address-group", "vm", IN, True, tcp("2001:db8:1::7", "2001:db8::4", 22)),
    ("address-group", "vm", OUT, True, tcp("172.16.5.4", "192.0.2.1", 22)),
    ("address-group", "vm", OUT, None, tcp("172.16.5.4", "203.0.113.1", 22)),
    # type and code stand where ports do
    ("icmp", "vm", IN, True, icmp("198.51.100.7", "172.16.5.4", 8)),
    ("icmp", "vm", IN, False, icmp("198.51.100.7", "172.16.5.4", 8, 1)),
    ("icmp", "vm", IN, True, icmp("198.51.100.7", "172.16.5.4", 3, 4)),
    ("icmp", "vm", IN, False, icmp("198.51.100.7", "172.16.5.4", 13)),
    ("icmp", "vm", IN, True, icmp("2001:db8:f::7", "2001:db8::4", 128)),
    ("icmp", "vm", OUT, None, icmp("172.16.5.4", "198.51.100.7", 0)),
    ("icmp", "vm", OUT, False, tcp("172.16.5.4", "198.51.100.7", 80)),
    # allowed address pairs may be sent from, and are members of the group
    ("address-pairs", "one", OUT, False, bare("172.16.5.100", "172.16.5.5", 112)),
    ("address-pairs", "one", IN, True, bare("172.16.5.100", "172.16.5.4", 112)),
    ("address-pairs", "one", IN, True, bare("10.244.7.7", "172.16.5.4", 112)),
    ("address-pairs", "one", IN, False, bare("10.245.7.7", "172.16.5.4", 112)),
    ("address-pairs", "one", OUT, True, bare("2001:db8::5", "2001:db8::9", 17 + 30)),
    ("address-pairs", "one", OUT, False, bare("2001:db8::6", "2001:db8::9", 17 + 30)),
    # no filter without port security; without groups nothing passes
    ("port-security-off", "dhcp instances", IN, True, tcp("198.51.100.7", "172.16.0.2", 53)),
    ("port-security-off", "no-group", IN, False, tcp("198.51.100.7", "172.16.5.5", 80)),
    ("port-security-off", "no-group", OUT, False, tcp("172.16.5.5", "198.51.100.7", 80)),
    # a stateless group needs a rule for replies too
    ("stateless", "ns0", IN, True, udp("198.51.100.7", "172.16.5.4", 53)),
    ("stateless", "ns0", IN, False, reply(udp("198.51.100.7", "172.16.5.4", 50000, 53))),
    ("stateless", "mixed", IN, None, reply(udp("198.51.100.7", "172.16.5.5", 50000, 53))),
    # what a group that is not in the folder admits is not known
    ("dangling-ids", "vm", IN, None, tcp("198.51.100.7", "172.16.5.4", 22)),
    ("dangling-ids", "vm", OUT, False, tcp("172.16.5.5", "198.51.100.7", 22)),
]


@pytest.mark.parametrize(("case", "device", "direction", "passes", "packet"), PACKETS,
                         ids=lambda each: str(each).replace(" ", "_"))  # fmt: skip
def test_packet(case: str, device: str, direction: str, passes: bool | None, packet: Packet) -> None:
    assert judged(devices(case)[device], direction, packet) is passes


def test_the_default_group_of_a_project() -> None:
    """Everything out, and in from its own members alone."""
    rules = [
        {"id": f"{direction}-{version}", "direction": direction, "ethertype": f"IPv{version}", "protocol": None,
         "remote_group_id": "g" if direction == IN else None}
        for direction in (IN, OUT)
        for version in (4, 6)
    ]  # fmt: skip
    groups = [{"id": "g", "name": "default", "security_group_rules": rules}]
    ports = [port("one", "172.16.0.4", "2001:db8::4", groups=("g",)), port("two", "172.16.0.5", groups=("g",))]
    made, said = lowered(folder(security_groups=groups, ports=ports))

    assert said == []
    assert judged(made["one"], OUT, tcp("172.16.0.4", "198.51.100.7", 443))
    assert judged(made["one"], OUT, tcp("2001:db8::4", "2001:db8:f::7", 443))
    assert judged(made["one"], IN, tcp("172.16.0.5", "172.16.0.4", 22))
    assert not judged(made["one"], IN, tcp("172.16.0.6", "172.16.0.4", 22))
    assert not judged(made["one"], IN, tcp("2001:db8::5", "2001:db8::4", 22))
