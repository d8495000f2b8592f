"""What Neutron lets through and stops whatever the groups say, in the rules of its iptables firewall driver.

The driver of Neutron 29 (``IptablesFirewallDriver``, with the rules for DHCP and router advertisements that the server
adds for each port) is followed rule by rule. Its Open vSwitch driver differs in what hardly crosses a realm's border:
it drops packets that connection tracking calls invalid before any rule may accept them, lets no IPv6 out of a port that
has only IPv4 addresses (nor the reverse; iptables holds such packets to no source), lets DHCP answers in to any address
and out of ICMPv6 without a rule only what neighbours need, and takes protocol 0 for itself, not for any.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network

from isthmus.packetset import Block, IcmpType, IpProtocol, Match, State, only

_UDP = (only(IpProtocol.UDP),)
_ICMPV6 = (only(IpProtocol.ICMPV6),)
_BROADCAST = IPv4Network("255.255.255.255/32")


def _udp(version: int, source: int, destination: int) -> Match:
    return Match(version=version, protocols=_UDP, source_ports=(only(source),), destination_ports=(only(destination),))


def _icmpv6(*types: int) -> Match:
    return Match(version=6, protocols=_ICMPV6, icmp=tuple(IcmpType(each) for each in types))


REPLIES = Match(states=(State.ESTABLISHED, State.RELATED))
INVALID = Match(states=(State.INVALID,))

NEIGHBOURS = _icmpv6(130, 135, 136)
"""Into an instance: multicast listener queries, neighbour solicitation and advertisement."""

ROUTER_ADVERTISEMENTS = _icmpv6(134)
ICMPV6 = Match(version=6, protocols=_ICMPV6)

DHCP_REQUESTS = {4: _udp(4, 68, 67), 6: _udp(6, 546, 547)}
"""Out of an instance; those before it has an address are :data:`DISCOVER`."""

DHCP_ANSWERS = {4: _udp(4, 67, 68), 6: _udp(6, 547, 546)}
"""Those of a server: they come into an instance and never out of one."""

ANSWERED_AT: Mapping[int, Block] = {4: _BROADCAST, 6: IPv6Network("fe80::/64")}
"""Where DHCP answers go, beside the port's own addresses."""

DISCOVER = Match(
    source=(IPv4Network("0.0.0.0/32"),),
    destination=(_BROADCAST,),
    protocols=_UDP,
    source_ports=(only(68),),
    destination_ports=(only(67),),
    version=4,
)
"""What an instance without an address asks."""

UNSPECIFIED = Match(
    source=(IPv6Network("::/128"),),
    destination=(IPv6Network("ff02::/16"),),
    protocols=_ICMPV6,
    icmp=(IcmpType(131), IcmpType(135), IcmpType(143)),
    version=6,
)
"""Listener reports and duplicate address detection of an instance that has no IPv6 address yet."""
