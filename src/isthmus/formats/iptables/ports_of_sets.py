"""The dimension of sets that holds protocol and port in one number, as Linux counts them, and back as matches.

``protocol << 16 | port``. ICMP has type and code in place of a port (``type << 8 | code``), in both directions; other
protocols, DCCP among them, have the number 0.
"""

from collections.abc import Iterable, Sequence

from isthmus.formats.iptables.icmp_types import icmp_type
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.values import ports, protocol
from isthmus.packetset import IcmpType, Interval, IpProtocol, Match, joined, only

MOST = (1 << 24) - 1
"""Protocol 255, number 65535."""

_TYPED = {int(IpProtocol.ICMP): 4, int(IpProtocol.ICMPV6): 6}
_WITH_PORTS = frozenset(int(each) for each in (IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP, IpProtocol.UDPLITE))


def numbers(word: str) -> Interval:
    """``tcp:80``, ``udp:53-60``, ``80``, ``icmp:8/0``, ``gre:0``. Raises RefusedError.

    >>> numbers("udp:53-60") == Interval(17 << 16 | 53, 17 << 16 | 60)
    True
    """
    name, colon, value = word.partition(":")
    if not colon:
        name, value = "tcp", word
    carrier = protocol(name)
    if carrier in _TYPED:
        wanted = icmp_type(value, _TYPED[carrier])
        if wanted is None:
            raise RefusedError(f"`{word[:40]}` has no ICMP type")
        return only(carrier << 16 | wanted.type << 8 | (wanted.code or 0))
    found = ports(value, "-")
    if carrier not in _WITH_PORTS and found != only(0):
        raise RefusedError(f"`{word[:40]}` has a port, and its protocol has none in sets", "write port 0")
    return Interval(carrier << 16 | found.first, carrier << 16 | found.last)


def matches(spans: Sequence[Interval], direction: str) -> tuple[Match, ...]:
    """The packets whose number in that direction (``src`` or ``dst``) is in one of the spans.

    >>> [str(each) for each in matches([Interval(6 << 16, 6 << 16 | 1023), only(47 << 16)], "dst")]
    ['gre from any to any', 'tcp from any to any port 0-1023']
    """
    whole: list[Interval] = []
    alike: dict[tuple[str, tuple[Interval, ...]], list[Interval]] = {}
    for carrier in _carriers(spans, whole):
        numbered = tuple(_within(spans, carrier))
        if carrier in _TYPED:
            alike.setdefault((f"icmp {carrier}", numbered), []).append(only(carrier))
        elif carrier in _WITH_PORTS:
            alike.setdefault(("ports", numbered), []).append(only(carrier))
        elif numbered and numbered[0].first == 0:
            whole.append(only(carrier))
    found = [Match(protocols=tuple(joined(whole)))] if whole else []
    for (kind, numbered), carriers in alike.items():
        found.append(_match(kind, numbered, tuple(carriers), direction))
    return tuple(found)


def _carriers(spans: Sequence[Interval], whole: list[Interval]) -> Iterable[int]:
    """The protocols that have some numbers in the spans; of which all are in them goes to ``whole``."""
    partly = set()
    for each in spans:
        first, last = each.first >> 16, each.last >> 16
        begins, ends = each.first & 0xFFFF == 0, each.last & 0xFFFF == 0xFFFF
        least, most = first if begins else first + 1, last if ends else last - 1
        if least <= most:
            whole.append(Interval(least, most))
        partly |= {edge for edge in (first, last) if not least <= edge <= most}
    return sorted(partly)


def _within(spans: Sequence[Interval], carrier: int) -> Iterable[Interval]:
    start, end = carrier << 16, carrier << 16 | 0xFFFF
    for each in spans:
        if each.first <= end and each.last >= start:
            yield Interval(max(each.first, start) - start, min(each.last, end) - start)


def _match(kind: str, numbered: tuple[Interval, ...], carriers: tuple[Interval, ...], direction: str) -> Match:
    if kind != "ports":
        return Match(protocols=carriers, icmp=tuple(_types(numbered)))
    if direction == "src":
        return Match(protocols=carriers, source_ports=numbered)
    return Match(protocols=carriers, destination_ports=numbered)


def _types(numbered: Iterable[Interval]) -> Iterable[IcmpType]:
    for each in numbered:
        place = each.first
        while place <= each.last:
            if place & 0xFF == 0 and place | 0xFF <= each.last:
                yield IcmpType(place >> 8)
                place += 0x100
            else:
                yield IcmpType(place >> 8, place & 0xFF)
                place += 1
