"""Tokens → the statements that do something to a packet, or to a set."""

from collections.abc import Callable

from isthmus.formats.nftables.expressions import (
    assigned,
    element_of,
    operand,
)
from isthmus.formats.nftables.selectors import STATEMENTS, starts_selector
from isthmus.formats.nftables.tokens import Tokens, is_word
from isthmus.formats.nftables.tree import (
    Expression,
    Nat,
    Note,
    Offload,
    Reject,
    SetChange,
    Statement,
    Strange,
    Untracked,
)


def reject(tokens: Tokens) -> Statement:
    """``reject with tcp reset``."""
    start = tokens.start
    tokens.take()
    kind = "icmpx"
    if tokens.skips("with"):
        kind = tokens.take()
        if kind == "tcp":
            tokens.expect("reset")
            kind = "tcp reset"
        elif kind in ("icmp", "icmpv6", "icmpx"):
            tokens.skips("type")
            tokens.take()
        else:
            tokens.at -= 1
            raise tokens.unexpected("write `reject with tcp reset` or `reject with icmpx admin-prohibited`")
    return Reject(kind, start, tokens.end_before)


def nat(tokens: Tokens) -> Statement:
    """``dnat ip to 10.0.0.1:80 persistent``, and the like."""
    start = tokens.start
    kind = tokens.take()
    family = tokens.take() if tokens.word in ("ip", "ip6") else ""
    flags: set[str] = set()
    if tokens.word in ("prefix", "interval"):
        flags.add(tokens.take())
    elif tokens.skips("addr"):
        tokens.expect(".")
        tokens.expect("port")
    address = port = None
    if tokens.skips("to"):
        address, port = _nat_target(tokens)
        if kind == "redirect" and port is None:
            address, port = None, address
    while tokens.word in _NAT_FLAGS:
        flags.add(tokens.take())
        if not tokens.skips(","):
            break
    return Nat(kind, family, address, port, frozenset(flags), start, tokens.end_before)


_NAT_FLAGS = frozenset(("random", "fully-random", "persistent"))


def _nat_target(tokens: Tokens) -> tuple[Expression | None, Expression | None]:
    address = None if tokens.word == ":" else assigned(tokens)
    return address, assigned(tokens) if tokens.skips(":") else None


def set_change(tokens: Tokens) -> Statement:
    """``add @name { key … }``, or as it was written before: ``set add key @name``."""
    start = tokens.start
    operation = tokens.take()
    if operation == "set":
        operation = tokens.take()
        if operation not in ("add", "update", "delete"):
            tokens.at -= 1
            raise tokens.unexpected()
        key = operand(tokens)
        return SetChange(operation, _set_name(tokens), key, start, tokens.end_before)
    name = _set_name(tokens)
    return SetChange(operation, name, _dynamic(tokens), start, tokens.end_before)


def meter(tokens: Tokens) -> Statement:
    """``meter name { key … }``."""
    start = tokens.start
    tokens.take()
    tokens.take_name("the meter")
    if tokens.skips("size"):
        tokens.take()
    return SetChange("meter", "", _dynamic(tokens), start, tokens.end_before)


def _set_name(tokens: Tokens) -> str:
    word = tokens.word
    if word[0] != "@" or len(word) == 1:
        raise tokens.unexpected("a set is named with `@`")
    tokens.take()
    return word[1:]


def _dynamic(tokens: Tokens) -> Expression:
    tokens.expect("{")
    tokens.skip_newlines()
    start = tokens.start
    key = operand(tokens)
    element_of(tokens, key, start)
    tokens.skip_newlines()
    tokens.expect("}")
    return key


def strange(*, ends: bool) -> Callable[[Tokens], Statement]:
    """A statement that is read but not modelled, with the words behind it."""

    def read(tokens: Tokens) -> Statement:
        start = tokens.start
        what = tokens.take()
        while tokens.word in ",:-[]" or (is_word(tokens.word) and not _begins(tokens)):
            tokens.take()
        return Strange(what, start, tokens.end_before, ends)

    return read


def _begins(tokens: Tokens) -> bool:
    """Whether another statement begins here."""
    return tokens.word in STATEMENTS or tokens.word == "comment" or starts_selector(tokens)


def queue(tokens: Tokens) -> Statement:
    """``queue num 0-3 bypass``."""
    start = tokens.start
    tokens.take()
    while tokens.word in _QUEUE_WORDS or tokens.word[0].isdigit():
        if tokens.take() == "to":
            assigned(tokens)
    return Strange("queue", start, tokens.end_before, ends=True)


_QUEUE_WORDS = frozenset(("num", "flags", "to", "bypass", "fanout", ",", "-"))


def flow(tokens: Tokens) -> Statement:
    """``flow add @name``."""
    start = tokens.start
    tokens.take()
    if tokens.word not in ("add", "offload"):
        raise tokens.unexpected("write `flow add @name`")
    tokens.take()
    _set_name(tokens)
    return Offload(start, tokens.end_before)


def untracked(tokens: Tokens) -> Statement:
    """``notrack``."""
    tokens.take()
    return Untracked(tokens.starts[tokens.at - 1], tokens.end_before)


def reset(tokens: Tokens) -> Statement:
    """``reset tcp option NAME`` takes an option out of the header."""
    start = tokens.start
    tokens.take()
    operand(tokens)
    return Note(start, tokens.end_before)
