"""Arithmetic of prefixes: what two lists have in common, what is left of one without the other, the fewest that say it.

A list of prefixes stands for its addresses, of both IP versions; every answer is in the same order for the same
addresses, so that what is generated from it is the same text.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from isthmus.estate import IPAddress, IPPrefix, Network, holds

Blocks = tuple[IPPrefix, ...]


def blocks(prefixes: Iterable[IPPrefix]) -> Blocks:
    """The same addresses as the fewest prefixes, IPv4 first.

    >>> [str(each) for each in blocks(map(ip_network, ("2001:db8::/32", "10.0.0.128/25", "10.0.0.0/25")))]
    ['10.0.0.0/24', '2001:db8::/32']
    """
    every = list(prefixes)
    four = collapse_addresses(each for each in every if isinstance(each, IPv4Network))
    six = collapse_addresses(each for each in every if isinstance(each, IPv6Network))
    return (*four, *six)


def hosts(addresses: Iterable[IPAddress]) -> Blocks:
    """Single addresses."""
    return blocks(ip_network(each) for each in addresses)


def both(one: Iterable[IPPrefix], other: Iterable[IPPrefix]) -> Blocks:
    """The addresses that are in both.

    >>> [str(each) for each in both([ip_network("10.0.0.0/8")], [ip_network("10.1.0.0/16"), ip_network("::/0")])]
    ['10.1.0.0/16']
    """
    others = list(other)
    return blocks(inner for each in one for theirs in others for inner in _both(each, theirs))


def _both(one: IPPrefix, other: IPPrefix) -> Iterator[IPPrefix]:
    if holds(one, other):
        yield other
    elif holds(other, one):
        yield one


def without(one: Iterable[IPPrefix], other: Iterable[IPPrefix]) -> Blocks:
    """The addresses that are in the first list alone.

    >>> [str(each) for each in without([ip_network("10.0.0.0/30")], [ip_network("10.0.0.1/32")])]
    ['10.0.0.0/32', '10.0.0.2/31']
    """
    rest = list(blocks(one))
    for hole in other:
        rest = [part for each in rest for part in _without(each, hole)]
    return blocks(rest)


def _without(prefix: IPPrefix, hole: IPPrefix) -> Iterator[IPPrefix]:
    if holds(hole, prefix):
        return
    if not holds(prefix, hole):
        yield prefix
    elif isinstance(prefix, IPv4Network):
        yield from prefix.address_exclude(hole)  # type: ignore[arg-type]
    else:
        yield from prefix.address_exclude(hole)  # type: ignore[arg-type]


def of_networks(networks: Iterable[Network], every: Iterable[Network]) -> Blocks:
    """The addresses of some networks: by longest prefix, so without those of other networks inside them."""
    mine = {each.id: each for each in networks}
    rest: list[IPPrefix] = []
    others = [(prefix, each.id) for each in every for prefix in each.prefixes]
    for network in mine.values():
        for prefix in network.prefixes:
            inside = [each for each, owner in others if owner not in mine and _is_inside(each, prefix)]
            rest += without([prefix], inside)
    return blocks(rest)


def _is_inside(inner: IPPrefix, outer: IPPrefix) -> bool:
    return inner.prefixlen > outer.prefixlen and holds(outer, inner)
