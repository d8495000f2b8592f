"""A match as the conditions of nftables rules: one rule for each alternative that a single rule cannot say."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import product

from isthmus.packetset import (
    AddressRange,
    Block,
    Bounds,
    Interval,
    IpProtocol,
    MaskedAddresses,
    Match,
    joined,
)
from isthmus.packetset.packets import WITH_PORTS

_FAMILY = {4: "ip", 6: "ip6"}
_NFPROTO = {4: "meta nfproto ipv4", 6: "meta nfproto ipv6"}
_ICMP = {IpProtocol.ICMP: "icmp", IpProtocol.ICMPV6: "icmpv6"}
_NUMBERS = 256


def conditions(match: Match) -> Iterator[str]:
    """The conditions, each of them for one rule, that together let the same packets through.

    >>> from ipaddress import ip_network
    >>> list(conditions(Match(source=(ip_network("10.0.0.0/8"),), destination_ports=(Interval(80, 81),))))
    ['ip saddr 10.0.0.0/8 meta l4proto { 6, 17, 33, 132, 136 } th dport 80-81']
    >>> list(conditions(Match()))
    ['']
    """
    for parts in product(_addresses(match), _transport(match), _states(match)):
        yield " ".join(each for each in parts if each)


def _addresses(match: Match) -> list[str]:
    asked = [
        (word, blocks) for word, blocks in (("saddr", match.source), ("daddr", match.destination)) if blocks is not None
    ]
    if not asked:
        return ["" if match.version is None else _NFPROTO[match.version]]
    found: list[str] = []
    for version in (4, 6) if match.version is None else (match.version,):
        ways = [list(_ways(word, version, blocks)) for word, blocks in asked]
        found += [" ".join(each) for each in product(*ways)]
    return found


def _ways(word: str, version: int, blocks: Iterable[Block]) -> Iterator[str]:
    """How one address field can pass: as a set of ranges, and each masked address by itself."""
    mine = [each for each in blocks if each.version == version]
    plain = [each for each in mine if not isinstance(each, MaskedAddresses)]
    if plain:
        yield f"{_FAMILY[version]} {word} {address_set(plain)}"
    for each in mine:
        if isinstance(each, MaskedAddresses):
            value, _, mask = str(each).partition("/")
            yield f"{_FAMILY[version]} {word} & {mask} == {value}"


def address_set(blocks: Iterable[Block]) -> str:
    """Addresses of one version as nftables writes them: alone, or as a set without overlaps."""
    every = list(blocks)
    version = every[0].version
    ranges = [Interval(*_ends(each)) for each in every]
    names = [_range(version, each) for each in joined(ranges)]
    return names[0] if len(names) == 1 else "{ " + ", ".join(names) + " }"


def _ends(block: Block) -> tuple[int, int]:
    if isinstance(block, AddressRange):
        return int(block.first), int(block.last)
    if isinstance(block, MaskedAddresses):
        raise TypeError("masked addresses are no range")
    return int(block.network_address), int(block.broadcast_address)


def _range(version: int, each: Interval) -> str:
    length = each.last - each.first + 1
    width = 32 if version == 4 else 128
    first = _address(version, each.first)
    if length & (length - 1) == 0 and each.first % length == 0:
        return first if length == 1 else f"{first}/{width - length.bit_length() + 1}"
    return f"{first}-{_address(version, each.last)}"


def _address(version: int, number: int) -> str:
    return str(ip_address(number.to_bytes(4 if version == 4 else 16, "big")))


def _numbers(bounds: Iterable[Bounds]) -> str:
    names = [str(each) for each in joined(bounds)]
    return names[0] if len(names) == 1 else "{ " + ", ".join(names) + " }"


def _transport(match: Match) -> list[str]:
    if match.icmp is not None:
        return list(_icmp(match))
    protocols = match.protocols
    asks_ports = match.source_ports is not None or match.destination_ports is not None
    if asks_ports or match.flags is not None:
        able = (IpProtocol.TCP,) if match.flags is not None else sorted(WITH_PORTS)
        protocols = tuple(Interval(each, each) for each in able if _among(protocols, each))
    if protocols is not None and not protocols:
        return []
    if any(each is not None and not each for each in (match.source_ports, match.destination_ports, match.flags)):
        return []
    words = [] if protocols is None else [f"meta l4proto {_numbers(protocols)}"]
    words += [] if match.source_ports is None else [f"th sport {_numbers(match.source_ports)}"]
    words += [] if match.destination_ports is None else [f"th dport {_numbers(match.destination_ports)}"]
    if match.flags is None:
        return [" ".join(words)]
    return [" ".join([*words, f"tcp flags & {each.mask:#x} == {each.value:#x}"]) for each in match.flags]


def _icmp(match: Match) -> Iterator[str]:
    if match.source_ports is not None or match.destination_ports is not None or match.flags is not None:
        return
    for number, word in _ICMP.items():
        if _among(match.protocols, number):
            for each in match.icmp or ():
                code = "" if each.code is None else f" {word} code {each.code}"
                yield f"meta l4proto {number.value} {word} type {each.type}{code}"


def _among(protocols: Iterable[Bounds] | None, number: int) -> bool:
    return protocols is None or any(each.first <= number <= each.last for each in protocols)


def _states(match: Match) -> list[str]:
    if match.states is None:
        return [""]
    return [f"ct state {{ {', '.join(each.value for each in match.states)} }}"] if match.states else []
