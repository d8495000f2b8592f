"""Sets of packets: union, intersection, difference, translation, one sample, a readable description.

A packet is source, destination, protocol, ports or ICMP type and code, TCP flags and the state that connection tracking
gives it, in IPv4 or IPv6. A set is made in a Space from matches, and is canonical: ``==`` means the same packets.

>>> from ipaddress import ip_network
>>> from isthmus.packetset import Space
>>> space = Space(max_nodes=1 << 16)
>>> web = space.match(Match(destination=(ip_network("192.0.2.0/24"),), destination_ports=(Interval(80, 80),)))
>>> tcp("198.51.100.7", "192.0.2.1", 80) in web, ping("198.51.100.7", "192.0.2.1") in web
(True, False)
>>> print(web & space.match(Match(protocols=(Interval(6, 6),))))
tcp from any to 192.0.2.0/24 port 80
>>> print((web - space.match(Match(destination=(ip_network("192.0.2.0/25"),)))).sample())
tcp 1.0.0.1:49152 > 192.0.2.129:80 syn new

Sets themselves are loaded when somebody names them: who only speaks of packets and matches needs no decision diagrams.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from isthmus.packetset.addresses import Address, AddressRange, Block, MaskedAddresses, Prefix
from isthmus.packetset.complements import other_addresses, other_flags, other_masked, other_numbers, other_types
from isthmus.packetset.engine import DifferentSpacesError, TooLargeError
from isthmus.packetset.intervals import Bounds, Interval, joined, only
from isthmus.packetset.match import FlagTest, IcmpType, Match
from isthmus.packetset.packets import IpProtocol, Packet, State, TcpFlags, ping, tcp, udp
from isthmus.packetset.rewrite import PrefixMap, Rewrite

if TYPE_CHECKING:
    from isthmus.packetset.decided import Decided, accepting, first_match, refusing
    from isthmus.packetset.describe import Description
    from isthmus.packetset.sets import Forgettable, PacketSet, Space

_WITH_SETS = {
    "Decided": "decided",
    "Description": "describe",
    "Forgettable": "sets",
    "PacketSet": "sets",
    "Space": "sets",
    "accepting": "decided",
    "first_match": "decided",
    "refusing": "decided",
}
"""The names that need decision diagrams, and the modules that have them."""


def __getattr__(name: str) -> object:
    """One of the names that are loaded late."""
    if name not in _WITH_SETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WITH_SETS[name]}"), name)


__all__ = [
    "Address",
    "AddressRange",
    "Block",
    "Bounds",
    "Decided",
    "Description",
    "DifferentSpacesError",
    "FlagTest",
    "Forgettable",
    "IcmpType",
    "Interval",
    "IpProtocol",
    "MaskedAddresses",
    "Match",
    "Packet",
    "PacketSet",
    "Prefix",
    "PrefixMap",
    "Rewrite",
    "Space",
    "State",
    "TcpFlags",
    "TooLargeError",
    "accepting",
    "first_match",
    "joined",
    "only",
    "other_addresses",
    "other_flags",
    "other_masked",
    "other_numbers",
    "other_types",
    "ping",
    "refusing",
    "tcp",
    "udp",
]
