"""What routers make of addresses, packet by packet: hooks walked by hand, in the order of netfilter."""

from dataclasses import replace
from ipaddress import IPv4Network, ip_address
from typing import Any

import pytest

from isthmus.network import Chain, Device, HookPoint, Jump, Redirect, Rule, SetMark, Translate, Unclear, Verdict
from isthmus.packetset import Packet, Rewrite, ping, tcp, udp
from tests.formats.neutron.workshop import folder, lowered
from tests.packetset.concrete import passes

INSIDE, OUTSIDE = "qr-inside", "qg-outside"


def cloud(*, enable_snat: bool, floating: bool = True, scopes: tuple[str | None, str | None] = (None, None)) -> Device:
    """A router with one network inside, and two hosts of it behind floating addresses."""
    ports = [
        {"id": "inside", "device_id": "r-1", "device_owner": "network:router_interface", "network_id": "n-1",
         "fixed_ips": [{"ip_address": "172.16.0.1", "subnet_id": "s-4"}], "security_groups": []},
        {"id": "outside", "device_id": "r-1", "device_owner": "network:router_gateway", "network_id": "n-out",
         "fixed_ips": [{"ip_address": "185.15.56.238", "subnet_id": "s-out"}], "security_groups": []},
    ]  # fmt: skip
    floats: list[dict[str, Any]] = [
        {"id": f"f-{host}", "router_id": "r-1", "fixed_ip_address": f"172.16.0.{host}",
         "floating_ip_address": f"185.15.56.{host}", "port_id": None}
        for host in (87, 88)
    ]  # fmt: skip
    forwarding = {"protocol": "tcp", "external_port": 2222, "internal_port": 22, "internal_ip_address": "172.16.0.90"}
    only_ports = {"router_id": "r-1", "floating_ip_address": "185.15.56.9", "port_forwardings": [forwarding]}
    floats.append({"id": "f-9", **only_ports})
    router = {"id": "r-1", "name": "gw", "external_gateway_info": {"network_id": "n-out", "enable_snat": enable_snat}}
    whole = folder(ports=ports, routers=[router], floatingips=floats if floating else [])
    whole["networks"][0]["ipv4_address_scope"] = scopes[0]
    whole["networks"].append({"id": "n-out", "name": "transport", "ipv4_address_scope": scopes[1]})
    whole["subnets"].append(
        {"id": "s-out", "network_id": "n-out", "cidr": "185.15.56.232/29", "gateway_ip": "185.15.56.237"}
    )
    return lowered(whole)[0]["gw"]


def forwarded(device: Device, packet: Packet, arriving: str, leaving: str) -> str:
    """The first packet of a connection as it leaves: `source > destination`; or what became of it."""
    mark = 0
    hooks = sorted(device.hooks, key=lambda each: each.priority)
    for at in (HookPoint.PREROUTING, HookPoint.POSTROUTING):
        for hook in (each for each in hooks if each.at is at and packet.version in each.versions):
            names = (arriving, leaving if at is HookPoint.POSTROUTING else "")
            packet, mark, end = walked(device, device.chains[hook.chain], packet, mark, names)
            if end in ("here", "unclear"):
                return end
    return str(packet).split(" ", 1)[1].removesuffix(" new").removesuffix(" syn")


def walked(
    device: Device, chain: Chain, packet: Packet, mark: int, names: tuple[str, str]
) -> tuple[Packet, int, str | None]:
    for rule in chain.rules:
        if not applies(rule, packet, mark, names):
            continue
        match rule.action:
            case SetMark(value, mask):
                mark = mark & ~mask | value
            case Jump(name):
                packet, mark, end = walked(device, device.chains[name], packet, mark, names)
                if end:
                    return packet, mark, end
            case Verdict.ACCEPT:
                return packet, mark, "accepted"
            case Redirect():
                return packet, mark, "here"
            case Unclear():
                return packet, mark, "unclear"
            case Translate(_, rewrite):
                return written(packet, rewrite), mark, "translated"
            case _:
                raise AssertionError(rule)
    return packet, mark, None


def written(packet: Packet, rewrite: Rewrite) -> Packet:
    if isinstance(rewrite.source, IPv4Network):
        packet = replace(packet, source=rewrite.source.network_address)
    if isinstance(rewrite.destination, IPv4Network):
        packet = replace(packet, destination=rewrite.destination.network_address)
    return replace(packet, destination_port=rewrite.destination_port.first) if rewrite.destination_port else packet


def applies(rule: Rule, packet: Packet, mark: int, names: tuple[str, str]) -> bool:
    return (
        any(passes(each, packet) for each in (*rule.matches, *rule.perhaps))
        and (rule.arriving is None or rule.arriving.holds(names[0]))
        and (rule.leaving is None or rule.leaving.holds(names[1]))
        and (rule.mark is None or rule.mark.holds(mark))
    )


WORLD, PLAIN, BASTION, OTHER = "198.51.100.7", "172.16.0.10", "172.16.0.87", "172.16.0.88"
OUT, IN, ROUND = (INSIDE, OUTSIDE), (OUTSIDE, INSIDE), (INSIDE, INSIDE)
WAYS: list[tuple[bool, Packet, tuple[str, str], str]] = [
    # a host with a floating address shows it; others show the gateway's, or their own
    (True, tcp(BASTION, WORLD, 443), OUT, "185.15.56.87:50000 > 198.51.100.7:443"),
    (True, tcp(PLAIN, WORLD, 443), OUT, "185.15.56.238:50000 > 198.51.100.7:443"),
    (False, tcp(PLAIN, WORLD, 443), OUT, "172.16.0.10:50000 > 198.51.100.7:443"),
    (True, ping(PLAIN, WORLD), OUT, "185.15.56.238 > 198.51.100.7 type 8 code 0"),
    # what comes to a floating address goes to its host, whoever sent it, and the world sees itself unchanged
    (True, tcp(WORLD, "185.15.56.87", 22), IN, "198.51.100.7:50000 > 172.16.0.87:22"),
    (True, tcp(WORLD, "172.16.0.10", 22), IN, "198.51.100.7:50000 > 172.16.0.10:22"),
    (True, tcp(WORLD, "185.15.56.9", 2222), IN, "198.51.100.7:50000 > 172.16.0.90:22"),
    (True, tcp(WORLD, "185.15.56.9", 22), IN, "198.51.100.7:50000 > 185.15.56.9:22"),
    # from inside to a floating address: the reply must come back here
    (True, tcp(PLAIN, "185.15.56.87", 22), ROUND, "185.15.56.238:50000 > 172.16.0.87:22"),
    (False, tcp(PLAIN, "185.15.56.87", 22), ROUND, "185.15.56.238:50000 > 172.16.0.87:22"),
    (True, tcp(OTHER, "185.15.56.87", 22), ROUND, "185.15.56.88:50000 > 172.16.0.87:22"),
    # between networks inside nothing changes, floating address or not
    (True, tcp(PLAIN, BASTION, 22), ROUND, "172.16.0.10:50000 > 172.16.0.87:22"),
    (True, tcp(BASTION, PLAIN, 22), ROUND, "172.16.0.87:50000 > 172.16.0.10:22"),
    # metadata is answered here; IPv6 is never translated
    (True, tcp(PLAIN, "169.254.169.254", 80), OUT, "here"),
    (True, udp("2001:db8::4", "2001:db8:f::1", 53), OUT, "[2001:db8::4]:50000 > [2001:db8:f::1]:53"),
]


@pytest.mark.parametrize(("enable_snat", "packet", "way", "seen"), WAYS, ids=lambda each: str(each).replace(" ", "_"))
def test_packet(enable_snat: bool, packet: Packet, way: tuple[str, str], seen: str) -> None:
    assert forwarded(cloud(enable_snat=enable_snat), packet, *way) == seen


def test_nothing_is_translated_inside_one_address_scope() -> None:
    device = cloud(enable_snat=True, scopes=("s", "s"), floating=False)

    assert forwarded(device, tcp(PLAIN, WORLD, 443), *OUT) == "172.16.0.10:50000 > 198.51.100.7:443"
    assert device.doubts == ()


def test_between_address_scopes_nothing_is_sure() -> None:
    assert cloud(enable_snat=True, scopes=("s", "t")).doubts != ()


def test_the_router_takes_packets_to_floating_addresses() -> None:
    held = {str(each) for each in cloud(enable_snat=False).interfaces[OUTSIDE].addresses}

    assert held == {"185.15.56.238/29", "185.15.56.87/32", "185.15.56.88/32", "185.15.56.9/32"}
    assert {each.version for each in map(ip_address, (each.split("/")[0] for each in held))} == {4}
