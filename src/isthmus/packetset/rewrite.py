"""What address translation writes into a packet."""

from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network

from isthmus.packetset.addresses import Block
from isthmus.packetset.intervals import Bounds


@dataclass(frozen=True, slots=True)
class PrefixMap:
    """Each address of ``before`` becomes the one at the same place of ``after`` (Linux ``NETMAP``): 1:1.

    Both are of one IP version and one length, else ValueError.
    """

    before: IPv4Network | IPv6Network
    after: IPv4Network | IPv6Network

    def __post_init__(self) -> None:
        if (self.before.version, self.before.prefixlen) != (self.after.version, self.after.prefixlen):
            raise ValueError(f"`{self.before}` and `{self.after}` are not of one family and length")

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.before.version


Target = IPv4Network | IPv6Network | PrefixMap | Block


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a translation writes into a packet: None leaves a field as it is, more than one value means any of them.

    It applies to packets of the IP version of its addresses and, with a map, to addresses of ``before``; all other
    packets pass unchanged. Ports are written where the protocol has ports: masquerading ICMP changes the address alone.
    """

    source: Target | None = None
    destination: Target | None = None
    source_port: Bounds | None = None
    destination_port: Bounds | None = None

    def __post_init__(self) -> None:
        versions = {each.version for each in (self.source, self.destination) if each is not None}
        if len(versions) > 1:
            raise ValueError("a rewrite writes addresses of one family")
        if all(getattr(self, each.name) is None for each in fields(self)):
            raise ValueError("a rewrite writes something")
