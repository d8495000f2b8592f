"""The real tool: what `ip -j` and `sysctl` print in a network namespace is read as what was configured there."""

import json
import shutil
import subprocess
from ipaddress import ip_address, ip_interface, ip_network

import pytest

from isthmus.formats import Text
from isthmus.formats.iproute import FORMAT
from isthmus.network import Device, NextHop, RouteKind

SETUP = """
ip link add br0 type bridge
ip link add v0 type veth peer name v1
ip link set v0 master br0
for each in lo br0 v0 v1; do ip link set $each up; done
ip addr add 10.0.0.1/24 dev br0
ip addr add 10.9.0.1/30 dev v1
ip addr add 2001:db8::1/64 dev br0 nodad
ip addr add 192.0.2.6/32 dev lo
ip route add default via 10.0.0.254 metric 100
ip route add blackhole 10.3.0.0/16
ip route add unreachable 10.4.0.0/16 table 50
ip route add throw 10.6.0.0/16 table 50
ip route add 10.7.0.0/16 table 50 nexthop via 10.0.0.2 weight 2 nexthop via 10.9.0.2 dev v1
ip -6 route add default via 2001:db8::fe dev br0
ip rule add from 172.16.0.0/12 lookup 50 priority 100
ip rule add fwmark 0x1/0xff lookup 50 priority 101
ip rule add iif v1 to 10.0.0.0/8 ipproto tcp dport 80-90 lookup 50 priority 102
ip rule add not from 10.0.0.0/8 lookup 50 priority 103
ip rule add from 203.0.113.9 prohibit priority 104
sysctl -qw net.ipv4.ip_forward=1
"""
LISTINGS = {
    "ip-link.json": "ip -j -d link", "ip-addr.json": "ip -j addr", "ip-route.json": "ip -j route show table all",
    "ip6-route.json": "ip -j -6 route show table all", "ip-rule.json": "ip -j rule", "ip6-rule.json": "ip -j -6 rule",
    "sysctl.txt": "sysctl -a 2>/dev/null",
}  # fmt: skip


@pytest.fixture(scope="module")
def device() -> Device:
    for name in ("unshare", "ip", "sysctl"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed: packages util-linux, iproute2 and procps")
    shown = "\n".join(f"echo '###{name}'\n{command}" for name, command in LISTINGS.items())
    command = ["unshare", "-rn", "sh", "-c", f"set -e\n{SETUP}\n{shown}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let us configure a network namespace: {done.stderr.strip()[:100]}")
    parts = [each.partition("\n") for each in done.stdout.split("###")[1:]]
    texts = [Text(f"host/{name}", text) for name, _, text in parts]
    assert all(FORMAT.looks_like(each.name, each.text) for each in texts)
    assert all(json.loads(each.text) for each in texts if each.name.endswith(".json"))
    parsed = [FORMAT.parse(each) for each in texts]
    lowered = FORMAT.lower("host", [each.tree for each in parsed])
    assert not [each for reading in parsed for each in reading.diagnostics]
    assert not lowered.diagnostics
    return lowered.devices[0]


def test_interfaces(device: Device) -> None:
    assert device.interfaces["br0"].addresses == (ip_interface("10.0.0.1/24"), ip_interface("2001:db8::1/64"))
    assert device.interfaces["lo"].addresses == (ip_interface("192.0.2.6/32"),)
    assert device.interfaces["br0"].segment == device.interfaces["v0"].segment == "host br0"
    assert device.interfaces["v1"].segment is None
    assert all(each.is_up for each in device.interfaces.values())


def test_routes(device: Device) -> None:
    main = {each.prefix: each for each in device.tables["main"]}
    default = main[ip_network("0.0.0.0/0")]
    assert default.next_hops == (NextHop(ip_address("10.0.0.254"), "br0"),)
    assert default.preference == 100
    assert main[ip_network("10.3.0.0/16")].kind is RouteKind.DISCARD
    assert main[ip_network("10.0.0.0/24")].next_hops == (NextHop(interface="br0"),)
    assert main[ip_network("::/0")].next_hops == (NextHop(ip_address("2001:db8::fe"), "br0"),)
    fifty = {each.prefix: each for each in device.tables["50"]}
    assert fifty[ip_network("10.4.0.0/16")].kind is RouteKind.REJECT
    assert fifty[ip_network("10.6.0.0/16")].kind is RouteKind.THROW
    hops = (NextHop(ip_address("10.0.0.2"), "br0"), NextHop(ip_address("10.9.0.2"), "v1"))
    assert fifty[ip_network("10.7.0.0/16")].next_hops == hops


def test_every_route_is_there_once(device: Device) -> None:
    """`table all` prints IPv6, too, and so does the listing of IPv6; the kernel's own entries are left out."""
    for routes in device.tables.values():
        assert len({(each.prefix, each.next_hops) for each in routes}) == len(routes)
        assert not [each for each in routes if each.kind is RouteKind.LOCAL]


def test_choices(device: Device) -> None:
    told = [
        f"{each.priority} {each.table}: {each.match} {each.arriving or ''} {each.mark or ''}".strip()
        for each in device.choices
        if each.match.version == 4
    ]
    assert told == [
        "0 local: ipv4 any protocol from any to any",
        "100 50: ipv4 any protocol from 172.16.0.0/12 to any",
        "101 50: ipv4 any protocol from any to any  MarkTest(value=1, mask=255, negated=False)",
        "102 50: ipv4 tcp from any to 10.0.0.0/8 port 80-90 v1",
        "103 50: ipv4 any protocol from 0.0.0.0-9.255.255.255, 11.0.0.0-255.255.255.255 to any",
        "104 rule 104 (prohibit): ipv4 any protocol from 203.0.113.9/32 to any",
        "32766 main: ipv4 any protocol from any to any",
        "32767 default: ipv4 any protocol from any to any",
    ]
    assert not [each for each in device.choices if each.doubts]


def test_forwarding(device: Device) -> None:
    assert device.forwards
    assert not device.doubts
    assert not device.coverage.unmodelled
    (hook,) = device.hooks
    assert hook.versions == {6}
    assert hook.chain == "sysctl: no forwarding of IPv6"
