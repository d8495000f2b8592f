"""A match as conditions of nftables rules: a rule for each alternative that one rule cannot say."""

from collections.abc import Iterable, Iterator
from functools import reduce
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from itertools import product
from operator import or_
from typing import Any

from isthmus.formats.format import CannotRenderError
from isthmus.packetset import (
    AddressRange,
    Block,
    Bounds,
    FlagTest,
    Interval,
    IpProtocol,
    MaskedAddresses,
    Match,
    Prefix,
    joined,
)
from isthmus.packetset.addresses import address, prefix

_WORDS = {4: "ip", 6: "ip6"}
_PORTS = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"}
"""The protocols with ports, and the word by which nftables reads them."""
_ICMP = {4: (IpProtocol.ICMP, "icmp"), 6: (IpProtocol.ICMPV6, "icmpv6")}
_WIDTH = {4: 32, 6: 128}
_PREFIXES: dict[int, type[Any]] = {4: IPv4Network, 6: IPv6Network}


def conditions(match: Match) -> Iterator[str]:
    """The conditions, each of them for one rule, that together let the same packets through.

    >>> from ipaddress import ip_network
    >>> web = Match((ip_network("10.0.0.0/8"),), protocols=(Interval(6, 6),), destination_ports=(Interval(80, 81),))
    >>> list(conditions(web)), list(conditions(Match()))
    (['ip saddr 10.0.0.0/8 tcp dport 80-81'], [''])
    """
    for addresses, rest, states in product(_addresses(match), _rest(match), _states(match)):
        yield " ".join(each for each in (addresses, rest, states) if each)


def _addresses(match: Match) -> Iterator[str]:
    if match.source is None and match.destination is None:
        yield "" if match.version is None else f"meta nfproto ipv{match.version}"
        return
    for version in (4, 6) if match.version is None else (match.version,):
        ends = [_end(word, version, blocks) for word, blocks in (("saddr", match.source), ("daddr", match.destination))]
        yield from (" ".join(each for each in parts if each) for parts in product(*ends))


def _end(word: str, version: int, blocks: Iterable[Block] | None) -> list[str]:
    """The ways in which one address can pass: as a set of prefixes and ranges, and each masked address by itself."""
    if blocks is None:
        return [""]
    mine = [each for each in blocks if each.version == version]
    plain = [each for each in mine if not isinstance(each, MaskedAddresses)]
    found = [f"{_WORDS[version]} {word} {_listed(_ranges(version, plain))}"] if plain else []
    for each in mine:
        if isinstance(each, MaskedAddresses):
            value, _, mask = str(each).partition("/")
            found.append(f"{_WORDS[version]} {word} & {mask} == {value}")
    return found


def _bounds(block: Prefix | AddressRange) -> Interval:
    if isinstance(block, AddressRange):
        return Interval(int(block.first), int(block.last))
    return Interval(int(block.network_address), int(block.broadcast_address))


def _ranges(version: int, blocks: Iterable[Prefix | AddressRange]) -> Iterator[str]:
    """The fewest prefixes, or the fewest ranges where a block is one: an interval set holds nothing twice."""
    every = list(blocks)
    if any(isinstance(each, AddressRange) for each in every):
        yield from (_range(version, each) for each in joined(_bounds(each) for each in every))
        return
    fewest = collapse_addresses(each for each in every if isinstance(each, _PREFIXES[version]))
    yield from (_range(version, _bounds(each)) for each in fewest)


def _range(version: int, run: Interval) -> str:
    """A run of addresses as an address, a prefix or a range."""
    length = run.last - run.first + 1
    if length == 1:
        return str(address(version, run.first))
    if length & (length - 1) == 0 and run.first % length == 0:
        return str(prefix(version, run.first, _WIDTH[version] - length.bit_length() + 1))
    return f"{address(version, run.first)}-{address(version, run.last)}"


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    return every[0] if len(every) == 1 else "{ " + ", ".join(every) + " }"


def _numbers(bounds: Iterable[Bounds]) -> str:
    return _listed(str(each) for each in joined(bounds))


def _among(protocols: Iterable[Bounds] | None, number: int) -> bool:
    return protocols is None or any(each.first <= number <= each.last for each in protocols)


def _rest(match: Match) -> Iterator[str]:
    """What is asked of the protocol and what lies behind it."""
    asks_ports = match.source_ports is not None or match.destination_ports is not None
    if match.icmp is not None:
        yield from () if asks_ports or match.flags is not None else _icmp(match)
    elif match.flags is not None:
        for flags in _flags(match.flags) if _among(match.protocols, IpProtocol.TCP) else ():
            yield from (f"{ports} {flags}".strip() for ports in _ports("tcp", match))
    elif asks_ports:
        for number, word in _PORTS.items():
            if _among(match.protocols, number):
                yield from _ports(word, match)
    elif match.protocols is None:
        yield ""
    elif match.protocols:
        yield f"meta l4proto {_numbers(match.protocols)}"


def _ports(word: str, match: Match) -> Iterator[str]:
    """The test of both ports in one rule; none where a test is empty, and lets nothing through."""
    parts: list[str] = []
    for field, ports in (("sport", match.source_ports), ("dport", match.destination_ports)):
        if ports is not None and not ports:
            return
        parts += [] if ports is None else [f"{word} {field} {_numbers(ports)}"]
    yield " ".join(parts)


def _icmp(match: Match) -> Iterator[str]:
    """The test of ICMP types: nftables reads ``icmp`` in IPv4 alone, and ``icmpv6`` in IPv6."""
    number, word = _ICMP.get(match.version or 0, (None, ""))
    if [(each.first, each.last) for each in match.protocols or ()] != [(number, number)]:
        raise CannotRenderError("ICMP types are asked of the ICMP of one IP version")
    plain = sorted({each.type for each in match.icmp or () if each.code is None})
    if plain:
        yield f"{word} type {_listed(map(str, plain))}"
    for each in match.icmp or ():
        if each.code is not None:
            yield f"{word} type {each.type} {word} code {each.code}"


def _flags(tests: tuple[FlagTest, ...]) -> Iterator[str]:
    """Tests for one set flag each are one test together: whether any of them is set."""
    single = [each for each in tests if each.mask == each.value and each.mask & (each.mask - 1) == 0]
    if single:
        yield f"tcp flags & {reduce(or_, (each.mask for each in single)):#x} != 0x0"
    for each in tests:
        if each not in single:
            yield f"tcp flags & {each.mask:#x} == {each.value:#x}"


def _states(match: Match) -> Iterator[str]:
    if match.states is None:
        yield ""
    elif match.states:
        yield f"ct state {_listed(each.value for each in match.states)}"


def one_address(block: Block) -> str:
    """A block to translate to: an address, or a range. Raises CannotRenderError for masked addresses."""
    if isinstance(block, MaskedAddresses):
        raise CannotRenderError(f"nftables cannot translate to masked addresses, such as `{block}`")
    run = _bounds(block)
    first, last = address(block.version, run.first), address(block.version, run.last)
    return str(first) if first == last else f"{first}-{last}"
