"""Tokens → what the blocks of chains and sets say."""

from dataclasses import replace

from isthmus.formats.nftables.expressions import operand, right_side, set_of, stateful_statement, value
from isthmus.formats.nftables.fields import DATATYPES, Field
from isthmus.formats.nftables.script import ChainSpec, SetSpec
from isthmus.formats.nftables.tokens import Tokens, unquoted
from isthmus.formats.nftables.tree import Binary, Concat, Element, Expression, Literal, Selector


def chain_line(tokens: Tokens, spec: ChainSpec) -> ChainSpec | None:
    """A line of a chain's block that is no rule: its place, its policy. None for what is a rule."""
    word, start = tokens.word, tokens.start
    if word == "type":
        return _hooked(tokens, spec)
    if word == "policy":
        tokens.take()
        return replace(spec, policy=value(tokens), end=tokens.end_before)
    if word == "flags":
        tokens.take()
        right_side(tokens)
        return replace(spec, end=tokens.end_before)
    if word == "comment":
        tokens.take()
        tokens.take()
        return spec
    if word in ("device", "devices"):
        return replace(spec, devices=_devices(tokens), start=spec.start or start, end=tokens.end_before)
    return None


def _hooked(tokens: Tokens, spec: ChainSpec) -> ChainSpec:
    """``type filter hook input device "eth0" priority filter - 10``."""
    start = tokens.start
    tokens.expect("type")
    kind = tokens.take_name("the type")
    tokens.expect("hook")
    hook = tokens.take_name("the hook")
    devices = _devices(tokens) if tokens.word in ("device", "devices") else spec.devices
    priority: Expression | None = None
    if tokens.skips("priority"):
        priority = _priority(tokens)
    return replace(
        spec, kind=kind, hook=hook, priority=priority, devices=devices, start=start, end=tokens.end_before
    )  # fmt: skip


def _devices(tokens: Tokens) -> Expression:
    tokens.take()
    tokens.skips("=")
    return value(tokens)


def _priority(tokens: Tokens) -> Expression:
    start = tokens.start
    if tokens.word in "+-":
        sign = tokens.take()
        zero = Literal("0", start, tokens.end_before)
        number = value(tokens)
        return Binary(sign, zero, number, start, number.end)
    word = tokens.word
    if word[0] != "$":
        tokens.take_name("the priority")
        first: Expression = Literal(unquoted(word), start, tokens.end_before)
    else:
        first = value(tokens)
    if tokens.word in "+-":
        sign = tokens.take()
        number = value(tokens)
        return Binary(sign, first, number, start, number.end)
    return first


def set_block(tokens: Tokens, spec: SetSpec) -> SetSpec:
    """``{ type …; flags …; elements = { … } }``."""
    tokens.expect("{")
    tokens.enter()
    tokens.skip_lines()
    while tokens.word != "}":
        if tokens.is_over:
            raise tokens.fail("the block is never closed", "write `}`")
        spec = _set_line(tokens, spec)
        if tokens.word not in "\n;}":
            raise tokens.unexpected()
        tokens.skip_lines()
    tokens.take()
    tokens.leave()
    return spec


def _set_line(tokens: Tokens, spec: SetSpec) -> SetSpec:
    word = tokens.word
    if word in ("limit", "quota", "ct", "last"):
        told = stateful_statement(tokens)
        return replace(spec, stateful=spec.stateful or told)
    tokens.take()
    if word == "type":
        types, is_map = _types(tokens)
        return replace(spec, types=types, is_map=is_map or spec.is_map)
    if word == "typeof":
        types = _fields(operand(tokens))
        if tokens.skips(":"):
            tokens.skip_statement()
        return replace(spec, types=types)
    if word == "flags":
        flags = {tokens.take_name("a flag")}
        while tokens.skips(","):
            flags.add(tokens.take_name("a flag"))
        return replace(spec, flags=spec.flags | flags)
    if word == "timeout":
        tokens.take_name("a time")
        return replace(spec, flags=spec.flags | {"timeout"})
    if word == "elements":
        tokens.expect("=")
        tokens.skip_newlines()
        return replace(spec, elements=spec.elements + elements(tokens))
    if word == "comment":
        return replace(spec, comment=unquoted(tokens.take()))
    if word not in ("size", "policy", "gc-interval", "auto-merge", "counter"):
        tokens.at -= 1
        raise tokens.unexpected("a set has `type`, `flags`, `timeout`, `size`, `elements` and others")
    if word not in ("auto-merge", "counter"):
        tokens.take_name("a value")
    return spec


def elements(tokens: Tokens) -> tuple[Element, ...]:
    """``{ … }`` or ``$name``: the elements of a set."""
    if tokens.word == "{":
        return set_of(tokens).elements
    found = value(tokens)
    return (Element(found, None, found.start, found.end),)


def _types(tokens: Tokens) -> tuple[tuple[Field | None, ...], bool]:
    types = [DATATYPES.get(tokens.take_name("the type"))]
    while tokens.skips("."):
        types.append(DATATYPES.get(tokens.take_name("the type")))
    if not tokens.skips(":"):
        return tuple(types), False
    tokens.skip_statement()
    return tuple(types), True


def _fields(found: Expression) -> tuple[Field | None, ...]:
    parts = found.parts if isinstance(found, Concat) else (found,)
    return tuple(each.field if isinstance(each, Selector) else None for each in parts)
