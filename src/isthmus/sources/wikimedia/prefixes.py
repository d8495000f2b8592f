"""Arithmetic of prefixes: what a prefix leaves when others are cut out, and how it splits between realms."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from isthmus.estate import IPPrefix, Sphere

_PRIVATE = [ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]


def sphere_of(prefix: IPPrefix) -> Sphere:
    """Private for RFC 1918 and RFC 4193 space, public for the rest: for data that does not tell the sphere.

    >>> sphere_of(ip_network("172.20.0.0/16")).value, sphere_of(ip_network("192.0.2.0/24")).value
    ('private', 'public')
    """
    return Sphere.PRIVATE if any(within(prefix, each) for each in _PRIVATE) else Sphere.PUBLIC


def slug(prefix: IPPrefix) -> str:
    """A prefix as part of an id.

    >>> slug(ip_network("192.0.2.0/24")), slug(ip_network("2001:db8::/32"))
    ('192.0.2.0-24', '2001-db8-32')
    """
    return re.sub(r"[:/]+", "-", str(prefix)).strip("-")


def within(inner: IPPrefix, outer: IPPrefix) -> bool:
    """Whether every address of ``inner`` is one of ``outer``; never across address families."""
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return False


def cut(prefix: IPPrefix, others: Iterable[IPPrefix]) -> list[IPPrefix]:
    """What remains of ``prefix`` without ``others``, as the fewest prefixes, in order.

    >>> [str(each) for each in cut(ip_network("192.0.2.0/26"), [ip_network("192.0.2.16/28")])]
    ['192.0.2.0/28', '192.0.2.32/27']
    """
    touching = [other for other in others if within(other, prefix) or within(prefix, other)]
    if any(within(prefix, other) for other in touching):
        return []
    if not touching:
        return [prefix]
    return [piece for half in prefix.subnets() for piece in cut(half, touching)]


def split_by_realm(prefix: IPPrefix, claims: Iterable[tuple[IPPrefix, str]]) -> Iterator[tuple[IPPrefix, str]]:
    """Halve ``prefix`` until no piece holds prefixes of two realms.

    The realm of a piece is ``""`` where it holds none, or where two realms claim just that piece.

    >>> claims = [(ip_network("192.0.2.0/27"), "cloud"), (ip_network("192.0.2.128/27"), "production")]
    >>> [(str(piece), realm) for piece, realm in split_by_realm(ip_network("192.0.2.0/24"), claims)]
    [('192.0.2.0/25', 'cloud'), ('192.0.2.128/25', 'production')]
    """
    held = [(claimed, realm) for claimed, realm in claims if within(claimed, prefix)]
    realms = {realm for _, realm in held}
    exact = {realm for claimed, realm in held if claimed == prefix}
    if len(realms) < 2 or exact:
        owners = exact or realms
        yield prefix, next(iter(owners)) if len(owners) == 1 else ""
        return
    for half in prefix.subnets():
        yield from split_by_realm(half, held)
