"""ICMP types and codes: ``icmp`` and ``icmp6``."""

from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.icmp_types import icmp_type
from isthmus.formats.iptables.meet import types_met
from isthmus.formats.iptables.options import Extension, Option, Told, named
from isthmus.packetset import IcmpType, IpProtocol, other_types


def _option(version: int) -> Option:
    def read(asked: Asked, told: Told) -> None:
        wanted = icmp_type(told.word, version)
        if wanted is None:
            types: tuple[IcmpType, ...] | None = () if told.negated else None
        else:
            types = other_types((wanted,)) if told.negated else (wanted,)
        if types is not None:
            asked.icmp = types if asked.icmp is None else types_met(asked.icmp, types)

    return Option(read)


_V6 = Extension(named(_option(6), "--icmpv6-type", "--icmp6-type"), frozenset({int(IpProtocol.ICMPV6)}))

EXTENSIONS = {
    "icmp": Extension({"--icmp-type": _option(4)}, frozenset({int(IpProtocol.ICMP)})),
    **dict.fromkeys(("icmp6", "icmpv6", "ipv6-icmp"), _V6),
}
