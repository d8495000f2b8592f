"""Tokens → expressions: what stands left and right of a test, in sets, maps and translations."""

from collections.abc import Callable, Mapping

from isthmus.formats.nftables.fields import Kind
from isthmus.formats.nftables.selectors import is_raw, selector, starts_selector
from isthmus.formats.nftables.tokens import Tokens, is_word, unquoted
from isthmus.formats.nftables.tree import (
    Anything,
    Binary,
    Concat,
    Decision,
    Element,
    Expression,
    Listed,
    Literal,
    LookedUp,
    NamedSet,
    Prefix,
    Range,
    Selector,
    SetOf,
    Variable,
)

OPERATORS: Mapping[str, str] = {
    "==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "eq": "==", "ne": "!=", "lt": "<", "gt": ">",
    "le": "<=", "ge": ">=", "!": "!",
}  # fmt: skip
_BITWISE = {
    "|": ("|", 1), "or": ("|", 1), "^": ("^", 2), "xor": ("^", 2), "&": ("&", 3), "and": ("&", 3),
    "<<": ("<<", 4), "lshift": ("<<", 4), ">>": (">>", 4), "rshift": (">>", 4),
}  # fmt: skip
_VERDICTS = frozenset(("accept", "drop", "continue", "return", "jump", "goto", "queue", "reject"))


def operand(tokens: Tokens) -> Expression:
    """What stands left of a test: selectors, bits of one, or several with dots between."""
    start = tokens.start
    first = _selector_or_bracket(tokens)
    if tokens.word in _BITWISE:
        first = _bitwise(tokens, first, 1, start)
    if tokens.word != ".":
        return first
    parts = [first]
    while tokens.skips("."):
        parts.append(selector(tokens))
    return Concat(tuple(parts), start, tokens.end_before)


def _selector_or_bracket(tokens: Tokens) -> Expression:
    if tokens.word != "(":
        return selector(tokens)
    return _bracketed(tokens, operand)


def _bracketed(tokens: Tokens, inside: Callable[[Tokens], Expression]) -> Expression:
    tokens.expect("(")
    tokens.enter()
    found = inside(tokens)
    tokens.expect(")")
    tokens.leave()
    return found


def _bitwise(tokens: Tokens, left: Expression, level: int, start: int) -> Expression:
    """What ``left``, read from ``start`` on, is the beginning of; operators bind at least as close as ``level``."""
    for _ in range(_MOST_OPERATORS):
        if tokens.word not in _BITWISE:
            return left
        operator, binds = _BITWISE[tokens.word]
        if binds < level:
            return left
        tokens.take()
        at = tokens.start
        right = _bitwise(tokens, _bit_value(tokens), binds + 1, at)
        left = Binary(operator, left, right, start, tokens.end_before)
    raise tokens.fail(f"more than {_MOST_OPERATORS} operators stand in one value")


_MOST_OPERATORS = 24


def _bit_value(tokens: Tokens) -> Expression:
    if starts_selector(tokens):
        return selector(tokens)
    return _primary(tokens)


def right_side(tokens: Tokens) -> Expression:
    """What stands right of a test: a value, bits with commas between, a set, or values with dots between."""
    start = tokens.start
    first = value(tokens)
    if tokens.word != ",":
        return first
    items = [first]
    while tokens.skips(","):
        tokens.skip_newlines()
        items.append(value(tokens))
    return Listed(tuple(items), start, tokens.end_before)


def value(tokens: Tokens) -> Expression:
    """A value without commas: a word, a prefix, a range, bits, or several with dots between."""
    start = tokens.start
    first = _term(tokens)
    if tokens.word != ".":
        return first
    parts = [first]
    while tokens.skips("."):
        tokens.skip_newlines()
        parts.append(_term(tokens))
    return Concat(tuple(parts), start, tokens.end_before)


def _term(tokens: Tokens) -> Expression:
    start = tokens.start
    first = _primary(tokens)
    word = tokens.words[tokens.at]
    if word == "/" and tokens.words[tokens.at + 1].isdecimal():
        tokens.at += 2
        return Prefix(first, tokens.words[tokens.at - 1], start, tokens.end_before)
    if word == "-":
        tokens.at += 1
        last = _primary(tokens)
        return Range(first, last, start, tokens.end_before)
    return _bitwise(tokens, first, 1, start) if word in _BITWISE else first


def _primary(tokens: Tokens) -> Expression:
    at = tokens.at
    word = tokens.words[at]
    if is_word(word):
        tokens.at = at + 1
        return Literal(unquoted(word), tokens.starts[at], tokens.ends[at])
    if word == "{":
        return set_of(tokens)
    if word[0] == "@" and len(word) > 1 and not is_raw(tokens):
        tokens.at = at + 1
        return NamedSet(word[1:], tokens.starts[at], tokens.ends[at])
    if word[0] == "$" and len(word) > 1:
        tokens.at = at + 1
        return Variable(word[1:], tokens.starts[at], tokens.ends[at])
    if word == "(":
        return _bracketed(tokens, value)
    if word == "*":
        tokens.at = at + 1
        return Anything(tokens.starts[at], tokens.ends[at])
    if word == "[":
        tokens.at = at + 1
        found = _primary(tokens)
        tokens.expect("]")
        return found
    raise tokens.unexpected()


def set_of(tokens: Tokens) -> SetOf:
    """``{ … }``: a set, or a map."""
    start = tokens.start
    tokens.expect("{")
    tokens.enter()
    elements: list[Element] = []
    tokens.skip_newlines()
    while tokens.word != "}":
        elements.append(_element(tokens))
        tokens.skip_newlines()
        if not tokens.skips(","):
            break
        tokens.skip_newlines()
    tokens.expect("}", "elements stand with commas between")
    tokens.leave()
    return SetOf(tuple(elements), start, tokens.end_before)


def _element(tokens: Tokens) -> Element:
    at = tokens.at
    if tokens.words[at + 1] in ",}\n" and is_word(tokens.words[at]):
        tokens.at = at + 1
        start, end = tokens.starts[at], tokens.ends[at]
        return Element(Literal(unquoted(tokens.words[at]), start, end), None, start, end)
    start = tokens.start
    return element_of(tokens, value(tokens), start)


def element_of(tokens: Tokens, key: Expression, start: int) -> Element:
    """What stands behind the key of an element, which began at ``start``: statements, a comment, the data of a map."""
    data: Expression | None = None
    hits: int | None = None
    stateful = ""
    while True:
        word = tokens.word
        if word == ":" and data is None:
            tokens.take()
            tokens.skip_newlines()
            data = _data(tokens)
        elif word in ("timeout", "expires"):
            tokens.take()
            stateful = stateful or "timeout"
            tokens.take_name("a time")
        elif word == "comment":
            tokens.take()
            tokens.take()
        elif word == "counter":
            hits = counted(tokens)
        elif word in ("limit", "quota", "ct", "last"):
            told = stateful_statement(tokens)
            stateful = stateful or told
        elif word == "\n" and tokens.words[tokens.at + 1] in (":", "comment", "counter", "timeout"):
            tokens.take()
        else:
            return Element(key, data, start, tokens.end_before, hits, stateful)


def _data(tokens: Tokens) -> Expression:
    if tokens.word in _VERDICTS:
        return decision(tokens)
    if starts_selector(tokens):
        return operand(tokens)
    return value(tokens)


def decision(tokens: Tokens) -> Decision:
    """A verdict with its chain."""
    start = tokens.start
    verdict = tokens.take()
    if verdict not in ("jump", "goto"):
        return Decision(verdict, None, start, tokens.end_before)
    if tokens.word[0] == "$" and len(tokens.word) > 1:
        return Decision(verdict, _primary(tokens), start, tokens.end_before)
    at = tokens.start
    name = tokens.take_name("the chain")
    return Decision(verdict, Literal(name, at, tokens.end_before), start, tokens.end_before)


def counted(tokens: Tokens) -> int | None:
    """``counter packets 3 bytes 4`` → 3."""
    tokens.expect("counter")
    packets = None
    while tokens.word in ("packets", "bytes"):
        what = tokens.take()
        number = tokens.take()
        if not number.isdecimal() or len(number) > 30:
            tokens.at -= 1
            raise tokens.unexpected("counters hold whole numbers")
        packets = int(number) if what == "packets" else packets
    return packets


_LOOSE = frozenset((
    "rate", "over", "until", "burst", "packets", "second", "minute", "hour", "day", "week", "bytes", "kbytes", "mbytes",
    "used", "never", "/", "-",
))  # fmt: skip


def stateful_statement(tokens: Tokens) -> str:
    """``limit``, ``quota``, ``ct count`` and ``last``: what they are called; their numbers do not matter."""
    what = tokens.take()
    if what == "ct":
        tokens.expect("count")
        what = "ct count"
    if tokens.skips("name"):
        if starts_selector(tokens):
            table_lookup(tokens, operand(tokens))
        else:
            tokens.take_name("an object")
        return what
    begin = tokens.at
    while tokens.word in _LOOSE or tokens.word[0].isdigit() or tokens.word.endswith(_RATES):
        tokens.take()
    if tokens.at == begin and what != "last":
        raise tokens.unexpected()
    return what


_RATES = ("/second", "/minute", "/hour", "/day", "/week")


def table_lookup(tokens: Tokens, key: Expression) -> Expression:
    """``key map table``, where it follows; else the key alone."""
    if not tokens.skips("map"):
        return key
    start = tokens.start
    table = _primary(tokens)
    return LookedUp(key, table, start, tokens.end_before)


def assigned(tokens: Tokens) -> Expression:
    """What stands behind ``set``: a value, a selector, or a map."""
    if starts_selector(tokens) or (tokens.word == "(" and _opens_selector(tokens)):
        return table_lookup(tokens, operand(tokens))
    return right_side(tokens)


def _opens_selector(tokens: Tokens) -> bool:
    tokens.at += 1
    found = starts_selector(tokens)
    tokens.at -= 1
    return found


def asks_for_bits(left: Expression) -> bool:
    """Whether a value alone, right of it, stands for any of its bits."""
    return isinstance(left, Selector) and left.field.is_mask


def is_flags(left: Expression) -> bool:
    """Whether it is ``tcp flags``."""
    return isinstance(left, Selector) and left.field.kind is Kind.FLAGS
