"""Any security groups, judged on any packet by a plain reading of what Neutron's API says of them."""

from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from isthmus.packetset import Packet, State, TcpFlags
from tests.formats.neutron.workshop import folder, judged, lowered, port

GROUPS = ("g-a", "g-b", "g-c")
FOUR = ("172.16.0.4", "172.16.0.5", "172.16.0.6", "10.0.0.1", "255.255.255.255", "0.0.0.0")  # noqa: S104
SIX = ("2001:db8::4", "2001:db8::5", "2001:db8:f::1", "fe80::1", "fe80::f816:3eff:fe00:1", "::", "ff02::1")
PREFIXES = {
    "IPv4": (None, "0.0.0.0/0", "172.16.0.4/31", "172.16.0.5", "10.0.0.7/8"),
    "IPv6": (None, "::/0", "2001:db8::/64", "2001:db8:f::1"),
}
NAMES = {
    "tcp": 6,
    "udp": 17,
    "icmp": 1,
    "ipv6-icmp": 58,
    "icmpv6": 58,
    "gre": 47,
    "6": 6,
    "any": None,
    None: None,
    "0": None,
}
NUMBERS = (53, 67, 68, 80, 546, 547)
DHCP = ((67, 68), (68, 67), (546, 547), (547, 546))
TYPES = (0, 8, 128, 130, 131, 134, 135, 136)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    ethertype = draw(st.sampled_from(("IPv4", "IPv6")))
    protocol = draw(
        st.sampled_from([each for each in NAMES if ethertype == "IPv6" or each not in ("ipv6-icmp", "icmpv6")])
    )
    first = last = None
    if protocol in ("tcp", "udp", "6") and draw(st.booleans()):
        first, last = sorted((draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(NUMBERS))))
    elif "icmp" in str(protocol) and draw(st.booleans()):
        first, last = draw(st.sampled_from(TYPES)), draw(st.sampled_from((None, 0)))
    remote = draw(st.sampled_from(("remote_ip_prefix", "remote_group_id", "remote_address_group_id")))
    value = {"remote_ip_prefix": st.sampled_from(PREFIXES[ethertype]), "remote_group_id": st.sampled_from(GROUPS)}
    return {
        "direction": draw(st.sampled_from(("ingress", "egress"))),
        "ethertype": ethertype,
        "protocol": protocol,
        "port_range_min": first,
        "port_range_max": last,
        remote: draw(value.get(remote, st.just("a-1"))),
    }


@st.composite
def clouds(draw: st.DrawFn) -> dict[str, Any]:
    """Three groups with rules, one address group, two ports."""
    groups = [
        {"id": id_, "name": "same", "security_group_rules":
            [each | {"id": f"{id_}-{at}"} for at, each in enumerate(draw(st.lists(rules(), max_size=4)))]}
        for id_ in GROUPS
    ]  # fmt: skip
    pairs = st.lists(st.sampled_from(("172.16.0.6", "10.0.0.0/8", "2001:db8:f::1")), max_size=2, unique=True)
    ports = [
        port(name, *draw(st.sampled_from(((four,), (six,), (four, six), ()))),
             groups=tuple(draw(st.lists(st.sampled_from(GROUPS), max_size=2, unique=True))),
             allowed_address_pairs=[{"ip_address": each} for each in draw(pairs)])
        for name, four, six in (("one", FOUR[0], SIX[0]), ("two", FOUR[1], SIX[1]))
    ]  # fmt: skip
    offices = {"id": "a-1", "name": "offices", "addresses": draw(st.lists(st.sampled_from(("172.16.0.4/30", SIX[2]))))}
    return folder(security_groups=groups, ports=ports, address_groups=[offices])


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    hosts = draw(st.sampled_from((FOUR, SIX)))
    source, destination = ip_address(draw(st.sampled_from(hosts))), ip_address(draw(st.sampled_from(hosts)))
    protocol = draw(st.sampled_from((1, 6, 17, 47, 58)))
    state = draw(st.sampled_from((State.NEW, State.NEW, State.NEW, State.ESTABLISHED, State.INVALID)))
    if protocol in (6, 17):
        numbers = st.sampled_from(NUMBERS)
        ports = draw(st.sampled_from(DHCP) | st.tuples(numbers, numbers))
        return Packet(source, destination, protocol, *ports, flags=TcpFlags.SYN if protocol == 6 else None, state=state)
    if protocol in (1, 58):
        kind, code = draw(st.sampled_from(TYPES)), draw(st.sampled_from((0, 1)))
        return Packet(source, destination, protocol, icmp_type=kind, icmp_code=code, state=state)
    return Packet(source, destination, protocol, state=state)


def held(one: dict[str, Any]) -> list[str]:
    """The addresses and prefixes that a port may use."""
    return [each["ip_address"] for each in (*one["fixed_ips"], *one["allowed_address_pairs"])]


def among(host: Any, prefixes: list[str]) -> bool:
    return any(":" in each if host.version == 6 else ":" not in each for each in prefixes) and any(
        host in ip_network(each, strict=False)
        for each in prefixes
        if ip_network(each, strict=False).version == host.version
    )


def asks(rule: dict[str, Any], packet: Packet, cloud: dict[str, Any]) -> bool:
    """Whether a rule names a packet, field by field as the API explains them."""
    protocol = NAMES[rule["protocol"]]
    if rule["ethertype"] == "IPv6" and rule["protocol"] == "icmp":
        protocol = 58
    first, last = rule["port_range_min"], rule["port_range_max"]
    other = packet.source if rule["direction"] == "ingress" else packet.destination
    remote = [rule["remote_ip_prefix"]] if rule.get("remote_ip_prefix") else None
    if rule.get("remote_group_id"):
        remote = [
            each for one in cloud["ports"] if rule["remote_group_id"] in one["security_groups"] for each in held(one)
        ]
    if rule.get("remote_address_group_id"):
        remote = cloud["address_groups"][0]["addresses"]
    return (
        rule["ethertype"] == f"IPv{packet.version}"
        and protocol in (None, packet.protocol)
        and (first is None or protocol in (1, 58) or first <= (packet.destination_port or 0) <= last)
        and (
            first is None or protocol not in (1, 58) or (packet.icmp_type == first and last in (None, packet.icmp_code))
        )
        and (remote is None or among(other, remote))
    )


def expected(one: dict[str, Any], direction: str, packet: Packet, cloud: dict[str, Any]) -> bool:
    """Whether Neutron lets the packet through the port, by its documentation."""
    fixed = [each["ip_address"] for each in one["fixed_ips"]]
    ports, v6 = (packet.source_port, packet.destination_port) if packet.protocol == 17 else None, packet.version == 6
    kind = packet.icmp_type if packet.protocol == 58 and v6 else None
    mine = [rule for each in cloud["security_groups"] if each["id"] in one["security_groups"]
            for rule in each["security_group_rules"] if rule["direction"] == direction]  # fmt: skip
    admitted = packet.state is State.ESTABLISHED or any(asks(rule, packet, cloud) for rule in mine)
    if direction == "ingress":
        answer = ports == ((547, 546) if v6 else (67, 68))
        told = among(packet.destination, [*fixed, "fe80::/64", "255.255.255.255"])
        advertised = kind == 134 and any(":" in each for each in fixed)
        return admitted or kind in (130, 135, 136) or advertised or (answer and told)
    if ports == (68, 67) and not v6 and str(packet.source) == "0.0.0.0" and packet.destination == ip_address(FOUR[4]):  # noqa: S104
        return True
    if kind in (131, 135, 143) and str(packet.source) == "::" and packet.destination in ip_network("ff02::/16"):
        return True
    own = [each for each in held(one) if (":" in each) == v6]
    if fixed and own and not among(packet.source, [*own, SIX[4]] if v6 else own):
        return False
    if ports == ((546, 547) if v6 else (68, 67)):
        return True
    if kind is not None:
        return kind != 134
    return admitted and ports != ((547, 546) if v6 else (67, 68))


@given(clouds(), st.lists(packets(), min_size=30, max_size=30))
def test_groups_admit_what_the_api_says(cloud: dict[str, Any], sent: list[Packet]) -> None:
    devices, said = lowered(cloud)
    assert said == []
    for one in cloud["ports"]:
        for packet in sent:
            for direction in ("ingress", "egress"):
                assert judged(devices[one["name"]], direction, packet) == expected(one, direction, packet, cloud), (
                    direction,
                    str(packet),
                )
