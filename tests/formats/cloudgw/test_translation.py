"""Who keeps his address on the way out of the cloud, as tables; and the ruleset itself as a twin."""

import pytest

from isthmus.formats import every_format
from isthmus.formats.format import Text
from isthmus.packetset import Match, Packet, Space, State, tcp
from tests.formats.cloudgw.folder import read, translated

GATEWAY = """
profile::wmcs::cloudgw::routing_source_ip: 185.15.56.1
profile::wmcs::cloudgw::virt_subnets_cidr: [172.16.0.0/21]
profile::wmcs::cloudgw::virt_floating: [185.15.56.0/25]
profile::wmcs::cloudgw::virt_vlan: 1107
profile::wmcs::cloudgw::virt_addr: 185.15.56.233/29
profile::wmcs::cloudgw::virt_peer: 185.15.56.238
profile::wmcs::cloudgw::wan_vlan: 1120
profile::wmcs::cloudgw::wan_addr: 185.15.56.245/29
profile::wmcs::cloudgw::wan_gw: 185.15.56.242
profile::wmcs::cloud_private_subnet::public_cidrs: [185.15.56.0/24]
profile::wmcs::cloud_private_subnet::supernet: 172.20.0.0/16
"""
LIST = """
profile::wmcs::cloudgw::dmz_cidr:
  # VMs --> wiki
  - "208.80.154.224"
  - 208.80.153.0/26
"""
HALF_KNOWN = (
    LIST
    + """  - "%{lookup('profile::elsewhere')}"
"""
)

RULESET = """
table inet cloudgw {
    set virtual { type ipv4_addr; flags interval; elements = { 172.16.0.0/21 } }
    set exceptions { type ipv4_addr; flags interval; auto-merge; elements = { 208.80.154.224, 208.80.153.0/26 } }
    set public { type ipv4_addr; flags interval; elements = { 185.15.56.0/24 } }
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        meta nfproto ipv6 accept
        oifname != "vlan1120" counter accept
        ip saddr != @virtual counter accept
        ip daddr @exceptions counter accept
        ip daddr @public counter accept
        ip daddr 172.20.0.0/16 counter accept
        counter snat ip to 185.15.56.1
    }
    chain forward {
        type filter hook forward priority filter; policy drop;
        iifname "vrf-cloudgw" oifname { "vlan1107", "vlan1120" } counter accept
    }
}
"""

WAN = "vlan1120"


@pytest.mark.parametrize(
    ("packet", "out", "source"),
    [
        # an instance to the world
        (tcp("172.16.5.10", "198.51.100.7", 443), WAN, "185.15.56.1"),
        # its exceptions
        (tcp("172.16.5.10", "208.80.154.224", 443), WAN, "172.16.5.10"),
        (tcp("172.16.5.10", "208.80.153.9", 443), WAN, "172.16.5.10"),
        # the cloud's own addresses know instances by theirs
        (tcp("172.16.5.10", "185.15.56.161", 25000), WAN, "172.16.5.10"),
        (tcp("172.16.5.10", "172.20.255.1", 53), WAN, "172.16.5.10"),
        # a floating address is none of the virtual networks'
        (tcp("185.15.56.87", "198.51.100.7", 443), WAN, "185.15.56.87"),
        # what stays inside
        (tcp("172.16.5.10", "198.51.100.7", 443), "vlan1107", "172.16.5.10"),
        # IPv6
        (tcp("2001:db8::1", "2001:db8:9::1", 443), WAN, "2001:db8::1"),
    ],
)
def test_the_source_on_the_way_out(packet: Packet, out: str, source: str) -> None:
    device, told = read({"gw.yaml": GATEWAY, "list.yaml": LIST})
    found, possibly = translated(device.chains["inet cloudgw postrouting"], Space(1 << 18), out)
    sources = [each for each, packets in found.items() if packet in packets] or [str(packet.source)]

    assert told == []
    assert sources == [source]
    assert (packet in possibly) == (source == "185.15.56.1")


def test_an_entry_that_is_not_known_may_be_anything() -> None:
    """It may except any destination from translation, so nothing is translated for sure, and the rest is as before."""
    device, told = read({"gw.yaml": GATEWAY, "list.yaml": HALF_KNOWN})
    found, possibly = translated(device.chains["inet cloudgw postrouting"], Space(1 << 18), WAN)

    assert [each.code for each in told] == ["CGW005"]
    assert not found["185.15.56.1"]
    assert tcp("172.16.5.10", "198.51.100.7", 443) in possibly
    assert tcp("172.16.5.10", "208.80.154.224", 443) not in possibly


def test_the_ruleset_that_the_values_stand_for() -> None:
    """The same rules as the gateway would have them, read as nftables, translate the same packets."""
    form = next((each for each in every_format() if each.name == "nftables"), None)
    if form is None:
        pytest.skip("no format nftables")
    ours, _ = read({"gw.yaml": GATEWAY, "list.yaml": LIST})
    theirs = form.lower("gw", [form.parse(Text("gw/rules.nft", RULESET)).tree]).devices[0]
    space = Space(1 << 18)
    first = space.match(Match(states=(State.NEW,)))

    assert ours.chains.keys() == theirs.chains.keys()
    assert {(each.chain, each.at, each.priority, each.translates) for each in ours.hooks} == {
        (each.chain, each.at, each.priority, each.translates) for each in theirs.hooks
    }
    for out in (WAN, "vlan1107"):
        mine, _ = translated(ours.chains["inet cloudgw postrouting"], space, out)
        told, _ = translated(theirs.chains["inet cloudgw postrouting"], space, out)
        assert {each: packets & first for each, packets in mine.items()} == {
            each: packets & first for each, packets in told.items()
        }


@pytest.mark.parametrize(
    ("path", "text", "is_ours"),
    [
        ("role/common/wmcs/cloudgw.yaml", LIST, True),
        ("neutron.yaml", "profile::openstack::eqiad1::neutron::dmz_cidr: ''\n", True),
        ("cloud_private_subnet.yaml", "profile::wmcs::cloud_private_subnet::supernet: 172.20.0.0/16\n", True),
        ("haproxy.yaml", "profile::wmcs::cloudlb::haproxy::services: {}\n", False),
        ("cloudgw.txt", LIST, False),
    ],
)
def test_what_is_taken_for_hiera_of_a_gateway(path: str, text: str, *, is_ours: bool) -> None:
    from isthmus.formats.cloudgw import FORMAT

    assert FORMAT.looks_like(path, text) is is_ours


def test_the_most_specific_level_answers() -> None:
    """Hosts over role at a site, over role, over site, over common; other hosts and sites are not asked."""
    key = "profile::wmcs::cloudgw::routing_source_ip"
    paths = (
        "hosts/gw.yaml",
        "role/north/a.yaml",
        "role/common/a.yaml",
        "north/profile/a.yaml",
        "common/profile/a.yaml",
    )
    files = {path: f"{key}: 192.0.2.{number}\n" for number, path in enumerate(paths, 1)}
    strangers = {"hosts/gw2.yaml": f"{key}: 192.0.2.99\n"}
    answers = []
    while files:
        device, _ = read(files | strangers)
        answers += list(translated(device.chains["inet cloudgw postrouting"], Space(1 << 18), WAN)[0])
        files.pop(next(iter(files)))

    assert answers == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"]
