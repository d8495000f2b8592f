"""ICMP types and codes by the names that iptables and ipset print."""

from collections.abc import Mapping

from isthmus.diagnostics import did_you_mean
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.values import number
from isthmus.packetset import IcmpType

_NAMES_4 = """
0 echo-reply pong; 3 destination-unreachable; 3/0 network-unreachable; 3/1 host-unreachable; 3/2 protocol-unreachable;
3/3 port-unreachable; 3/4 fragmentation-needed; 3/5 source-route-failed; 3/6 network-unknown; 3/7 host-unknown;
3/9 network-prohibited; 3/10 host-prohibited; 3/11 tos-network-unreachable; 3/12 tos-host-unreachable;
3/13 communication-prohibited; 3/14 host-precedence-violation; 3/15 precedence-cutoff; 4 source-quench; 5 redirect;
5/0 network-redirect; 5/1 host-redirect; 5/2 tos-network-redirect; 5/3 tos-host-redirect; 8 echo-request ping;
9 router-advertisement; 10 router-solicitation; 11 time-exceeded ttl-exceeded; 11/0 ttl-zero-during-transit;
11/1 ttl-zero-during-reassembly; 12 parameter-problem; 12/0 ip-header-bad; 12/1 required-option-missing;
13 timestamp-request; 14 timestamp-reply; 17 address-mask-request; 18 address-mask-reply
"""
_NAMES_6 = """
1 destination-unreachable; 1/0 no-route; 1/1 communication-prohibited; 1/2 beyond-scope; 1/3 address-unreachable;
1/4 port-unreachable; 1/5 failed-policy; 1/6 reject-route; 2 packet-too-big; 3 time-exceeded ttl-exceeded;
3/0 ttl-zero-during-transit; 3/1 ttl-zero-during-reassembly; 4 parameter-problem; 4/0 bad-header;
4/1 unknown-header-type; 4/2 unknown-option; 128 echo-request ping; 129 echo-reply pong; 133 router-solicitation;
134 router-advertisement; 135 neighbour-solicitation neighbor-solicitation; 136 neighbour-advertisement
neighbor-advertisement; 137 redirect
"""


def _table(rows: str) -> Mapping[str, IcmpType]:
    table: dict[str, IcmpType] = {}
    for row in rows.split(";"):
        numbers, *names = row.split()
        kind, _, code = numbers.partition("/")
        table |= dict.fromkeys(names, IcmpType(int(kind), int(code) if code else None))
    return table


NAMES = {4: _table(_NAMES_4), 6: _table(_NAMES_6)}
"""ICMP types and codes by name, of each IP version; without a code it is any."""


def icmp_type(word: str, version: int) -> IcmpType | None:
    """``8``, ``3/4``, ``echo-request``; None for ``any``. Raises RefusedError.

    >>> str(icmp_type("fragmentation-needed", 4))
    '3/4'
    """
    if word.lower() == "any":
        return None
    known = NAMES[version].get(word.lower())
    if known is not None:
        return known
    kind, slash, code = word.partition("/")
    if not kind[:1].isdigit():
        raise RefusedError(f"`{word[:40]}` is not an ICMP type", did_you_mean(word, NAMES[version], what="names"))
    if version == 4 and kind == "255" and not slash:
        return None
    return IcmpType(number(kind, 255), number(code, 255) if slash else None)
