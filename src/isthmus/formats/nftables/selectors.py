"""Tokens → selectors: ``tcp dport``, ``meta iifname``, ``ct state`` and those that are read but not modelled."""

from collections.abc import Callable, Mapping

from isthmus.formats.nftables.fields import FIELDS, UNQUALIFIED
from isthmus.formats.nftables.tokens import Tokens, is_word
from isthmus.formats.nftables.tree import Selector

_PLAIN: Mapping[tuple[str, str], str] = {
    (group, key): name for name in FIELDS if " " in name for group, key in [name.split(" ", 1)]
}


STATEMENTS = frozenset((
    "counter", "log", "limit", "quota", "ct", "last", "reject", "snat", "dnat", "masquerade", "redirect", "add",
    "update", "delete", "set", "meter", "queue", "flow", "notrack", "reset", "accept", "drop", "continue", "return",
    "jump", "goto", "dup", "fwd", "tproxy", "synproxy", "xt",
))  # fmt: skip
"""The words that statements other than tests begin with."""

SELECTORS: Mapping[str, Selector] = {name: Selector(field) for name, field in FIELDS.items()}
"""The selector of each field, which rules share."""


def starts_selector(tokens: Tokens) -> bool:
    """Whether a selector begins here, as far as two words tell."""
    word = tokens.word
    if word in UNQUALIFIED:
        return True
    after = tokens.words[tokens.at + 1]
    if (word, after) in _PLAIN:
        return True
    follows = _FOLLOWS.get(word)
    return word in _SPECIAL and is_word(after) if follows is None else after in follows


def selector(tokens: Tokens) -> Selector:
    """One selector."""
    at = tokens.at
    word = tokens.words[at]
    name = _PLAIN.get((word, tokens.words[at + 1]))
    if name is not None and name not in _LONGER:
        tokens.at = at + 2
        return SELECTORS[name]
    if word in UNQUALIFIED:
        tokens.at = at + 1
        return SELECTORS[f"meta {word}"]
    special = _SPECIAL.get(word)
    if special is None:
        raise tokens.unknown(_BEGINNINGS)
    tokens.at = at + 1
    name, modulus = special(tokens)
    return Selector(FIELDS[name], modulus) if modulus else SELECTORS[name]


_LONGER = frozenset(("tcp option", "ip option", "sctp chunk", "dccp option"))


def _option(name: str) -> Callable[[Tokens], tuple[str, int]]:
    def read(tokens: Tokens) -> tuple[str, int]:
        header = tokens.words[tokens.at - 1]
        if f"{header} {tokens.word}" != name:
            raise tokens.unknown(key for group, key in _PLAIN if group == header)
        tokens.take()
        tokens.take_name("an option")
        if tokens.word in _OPTION_FIELDS:
            tokens.take()
        return name, 0

    return read


_OPTION_FIELDS = frozenset((
    "kind", "length", "size", "count", "left", "right", "tsval", "tsecr", "ptr", "addr", "type", "value", "tsn",
    "stream", "ssn",
))  # fmt: skip


def _connection(tokens: Tokens) -> tuple[str, int]:
    """``ct original ip daddr`` and the like; what has no direction is a plain selector."""
    if tokens.word in ("original", "reply"):
        tokens.take()
    if tokens.word in ("ip", "ip6"):
        tokens.take()
    key = tokens.word
    if ("ct", key) not in _PLAIN:
        raise tokens.unexpected("keys of `ct`: `state`, `status`, `mark`, `direction` and others")
    tokens.take()
    return f"ct {key}", 0


def _route(tokens: Tokens) -> tuple[str, int]:
    if tokens.word in ("ip", "ip6"):
        tokens.take()
    tokens.expect("nexthop")
    return "rt nexthop", 0


def _fib(tokens: Tokens) -> tuple[str, int]:
    tokens.take_name("what `fib` looks up")
    while tokens.skips("."):
        tokens.take_name("what `fib` looks up")
    if tokens.word not in ("type", "oif", "oifname", "check"):
        raise tokens.unexpected("`fib` gives `type`, `oif` or `oifname`")
    tokens.take()
    return "fib", 0


def _words(name: str, *known: str) -> Callable[[Tokens], tuple[str, int]]:
    """A selector made of words that are listed, and the number behind ``level``, ``spnum`` or the like."""

    def read(tokens: Tokens) -> tuple[str, int]:
        begin = tokens.at
        while tokens.word in known:
            word = tokens.take()
            if word in ("level", "spnum") and tokens.word.isdigit():
                tokens.take()
        if tokens.at == begin:
            raise tokens.unexpected()
        return name, 0

    return read


def _header(tokens: Tokens) -> tuple[str, int]:
    tokens.take_name("an extension header")
    return "exthdr", 0


def _segment(tokens: Tokens) -> tuple[str, int]:
    """``srh sid[1]``, which has brackets."""
    tokens.expect("sid")
    tokens.expect("[")
    tokens.take()
    tokens.expect("]")
    return "exthdr", 0


def _arp(tokens: Tokens) -> tuple[str, int]:
    if tokens.word not in ("saddr", "daddr"):
        raise tokens.unexpected()
    tokens.take()
    if tokens.word not in ("ip", "ether"):
        raise tokens.unexpected()
    tokens.take()
    return "arp address", 0


def _numgen(tokens: Tokens) -> tuple[str, int]:
    if tokens.word not in ("inc", "random"):
        raise tokens.unexpected("write `numgen inc mod 2` or `numgen random mod 2`")
    tokens.take()
    return "numgen", _modulus(tokens)


def _hash(tokens: Tokens) -> tuple[str, int]:
    selector(tokens)
    while tokens.skips("."):
        selector(tokens)
    _modulus(tokens)
    return "jhash", 0  # packets without its fields have no hash, so no value is sure


def _symmetric(tokens: Tokens) -> tuple[str, int]:
    return "symhash", _modulus(tokens)


def _modulus(tokens: Tokens) -> int:
    """``mod 2 [seed 7] [offset 3]``; 0 where the values are not those from 0 to below the modulus."""
    tokens.expect("mod")
    modulus = tokens.take()
    while tokens.word in ("seed", "offset"):
        if tokens.take() == "offset" and tokens.word != "0":
            modulus = ""
        tokens.take()
    return int(modulus) if modulus.isdecimal() and len(modulus) < 10 else 0


def _raw(tokens: Tokens) -> tuple[str, int]:
    """``@th,16,16``: bits of a header by their place."""
    base = tokens.words[tokens.at - 1]
    numbers = []
    for _ in range(2):
        tokens.expect(",", "write `@th,16,16`: the header, the first bit, and how many")
        numbers.append(tokens.take())
    return raw_field(base[1:], *numbers), 0


def raw_field(base: str, offset: str, length: str) -> str:
    """The selector that stands for bits of a header: ports are named, all others are not modelled."""
    return {("th", "0", "16"): "th sport", ("th", "16", "16"): "th dport"}.get((base, offset, length), "raw payload")


def is_raw(tokens: Tokens) -> bool:
    """Whether the name behind ``@`` is a header, not a set."""
    return tokens.word in _RAW and tokens.words[tokens.at + 1] == ","


_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "tcp": ("option",), "ip": ("option",), "sctp": ("chunk",), "dccp": ("option",), "ct": ("original", "reply"),
    "rt": ("ip", "ip6"), "srh": ("sid",), "arp": ("saddr", "daddr"), "@th": (",",), "@nh": (",",), "@ll": (",",),
    "@ih": (",",),
}  # fmt: skip
"""What must follow a word that begins a selector, where not any word may."""

_RAW = ("@th", "@nh", "@ll", "@ih")
_SPECIAL: Mapping[str, Callable[[Tokens], tuple[str, int]]] = {
    "tcp": _option("tcp option"), "ip": _option("ip option"), "sctp": _option("sctp chunk"),
    "dccp": _option("dccp option"), "ct": _connection, "rt": _route, "fib": _fib,
    "socket": _words("socket", "transparent", "mark", "wildcard", "cgroupv2", "level"),
    "osf": _words("osf", "ttl", "loose", "skip", "name", "version"),
    "ipsec": _words("ipsec", "in", "out", "spnum", "reqid", "spi", "ip", "ip6", "saddr", "daddr"),
    "exthdr": _header, "srh": _segment, "arp": _arp, "numgen": _numgen, "jhash": _hash, "symhash": _symmetric,
} | dict.fromkeys(_RAW, _raw)  # fmt: skip

_BEGINNINGS = sorted({*_SPECIAL, *UNQUALIFIED, *(group for group, _ in _PLAIN), *STATEMENTS})
"""What a statement can begin with, for guesses."""
