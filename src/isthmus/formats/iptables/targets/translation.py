"""Targets that translate addresses: DNAT, SNAT, MASQUERADE, REDIRECT, NETMAP."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

from isthmus.formats.iptables.meet import bounds
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.targets.outcome import Options, Outcome, Setting, Target, unclear
from isthmus.formats.iptables.values import address_range, block, ports
from isthmus.network import Changes, HookPoint, Masquerade, Redirect, Translate
from isthmus.packetset import AddressRange, Block, Interval, MaskedAddresses, Prefix, PrefixMap, Rewrite

ANY_PORT = Interval(1, 65535)
"""What ``--random`` writes: the kernel stays among low ports for low ports, which is more than we tell."""

_RANDOM = ("--random", "--random-fully")
_DESTINATION = frozenset({HookPoint.PREROUTING, HookPoint.OUTPUT})
_TO = re.compile(r"(?=.)(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[^:\[\]]+))?(?::(?P<ports>[^/]+)(?P<base>/.*)?)?\Z")


def _dnat(options: Options, setting: Setting) -> Outcome:
    target, numbers, shifted = _where_to(options, "--to-destination", setting)
    if shifted:
        return unclear("ports that are shifted")
    return _translate(Changes.DESTINATION, Rewrite(destination=target, destination_port=numbers))


def _snat(options: Options, setting: Setting) -> Outcome:
    target, numbers, shifted = _where_to(options, "--to-source", setting)
    if shifted:
        raise RefusedError("`SNAT` does not shift ports")
    if numbers is None and _is_random(options):
        numbers = ANY_PORT
    return _translate(Changes.SOURCE, Rewrite(source=target, source_port=numbers))


def _translate(changes: Changes, rewrite: Rewrite) -> Outcome:
    return Outcome((Translate(changes, rewrite),))


def _where_to(options: Options, name: str, setting: Setting) -> tuple[Block | None, Interval | None, bool]:
    """Addresses, ports, and whether the ports are shifted (``:1000-2000/3000``)."""
    word = options.get(name, "")
    if not word:
        raise RefusedError(f"`{name}` is missing")
    if word.count(":") > 1 and not word.startswith("["):
        return _narrow(address_range(word, setting.version)), None, False
    found = _TO.match(word)
    if found is None:
        raise RefusedError(f"`{word[:60]}` is neither an address nor a port")
    written = found["v6"] or found["v4"]
    target = _narrow(address_range(written, setting.version)) if written else None
    return target, ports(found["ports"], "-") if found["ports"] else None, found["base"] is not None


def _narrow(addresses: AddressRange) -> Block:
    return ip_network(addresses.first) if addresses.first == addresses.last else addresses


def _masquerade(options: Options, _: Setting) -> Outcome:
    numbers = ports(options["--to-ports"], "-") if "--to-ports" in options else None
    return Outcome((Masquerade(numbers or (ANY_PORT if _is_random(options) else None)),))


def _redirect(options: Options, _: Setting) -> Outcome:
    return Outcome((Redirect(ports(options["--to-ports"], "-") if "--to-ports" in options else None),))


def _is_random(options: Options) -> bool:
    return any(each in options for each in _RANDOM)


def _netmap(options: Options, setting: Setting) -> Outcome:
    """The kernel keeps the bits behind the prefix; that is a map where the rule asks for addresses of one prefix."""
    after = block(options.get("--to", ""), setting.version)
    if isinstance(after, AddressRange | MaskedAddresses):
        return unclear("a map under a mask that is no prefix")
    is_destination = setting.points <= _DESTINATION
    if not is_destination and setting.points & _DESTINATION:
        return unclear("a map that writes the source of some packets and the destination of others")
    asked = setting.asked.destination if is_destination else setting.asked.source
    before = {_around(each, after) for each in asked or ()}
    if len(before) != 1 or None in before:
        return unclear("a map of addresses that lie in no one prefix of its length")
    (prefix,) = before
    assert prefix is not None
    rewritten = PrefixMap(prefix, after)
    if is_destination:
        return _translate(Changes.DESTINATION, Rewrite(destination=rewritten))
    return _translate(Changes.SOURCE, Rewrite(source=rewritten))


def _around(each: Block, after: Prefix) -> IPv4Network | IPv6Network | None:
    """The prefix, as long as the other, that holds the whole block."""
    if isinstance(each, MaskedAddresses) or each.version != after.version:
        return None
    numbers = bounds(each)
    start = ip_network((numbers.first, after.max_prefixlen)).supernet(new_prefix=after.prefixlen)
    return start if numbers.last <= int(start.broadcast_address) else None


_PORTS = ("--to-ports", *_RANDOM)

TARGETS = {
    "DNAT": Target(_dnat, frozenset({"--to-destination", "--persistent", *_RANDOM}), "nat"),
    "SNAT": Target(_snat, frozenset({"--to-source", "--persistent", *_RANDOM}), "nat"),
    "MASQUERADE": Target(_masquerade, frozenset(_PORTS), "nat"),
    "REDIRECT": Target(_redirect, frozenset(_PORTS), "nat"),
    "NETMAP": Target(_netmap, frozenset({"--to"}), "nat"),
}
