"""Tokens → the statements of one rule. What is not understood stays in the rule, as a statement of unknown effect."""

from collections.abc import Callable, Mapping

from isthmus.formats.nftables import effects
from isthmus.formats.nftables.expressions import (
    OPERATORS,
    asks_for_bits,
    assigned,
    counted,
    decision,
    is_flags,
    operand,
    right_side,
    set_of,
    stateful_statement,
    table_lookup,
    value,
)
from isthmus.formats.nftables.fields import Kind
from isthmus.formats.nftables.selectors import starts_selector
from isthmus.formats.nftables.tokens import ENDS, NotUnderstoodError, Tokens, is_word, unquoted
from isthmus.formats.nftables.tree import (
    Assign,
    Binary,
    ByMap,
    Count,
    Decision,
    Expression,
    Literal,
    Maybe,
    NamedSet,
    Note,
    Prefix,
    Rule,
    Selector,
    SetOf,
    Statement,
    Strange,
    Test,
    Variable,
)


def rule(tokens: Tokens) -> Rule:
    """One rule, up to the end of its statement; what is not understood is told to ``tokens.faults`` as well."""
    begin, start = tokens.at, tokens.start
    statements: list[Statement] = []
    comment = ""
    words = tokens.words
    while (word := words[tokens.at]) not in ENDS:
        if word == "comment":
            tokens.take()
            comment = unquoted(tokens.take())
            continue
        at = tokens.at
        depth = tokens.depth
        try:
            read = _READERS.get(word)
            statements.append(_test(tokens) if read is None else read(tokens))
        except NotUnderstoodError as fault:
            tokens.faults.append(fault)
            tokens.depth = depth
            tokens.skip_failed(at, tokens.at)
            what = tokens.text_between(at, tokens.at, 12)
            statements.append(Strange(what, tokens.starts[at], tokens.end_before))
    return Rule(tuple(statements), comment, start, tokens.ends[max(begin, tokens.at - 1)])


def _test(tokens: Tokens) -> Statement:
    """A selector and what follows it: a test, a verdict map, or a value to write."""
    start = tokens.start
    left = operand(tokens)
    word = tokens.word
    if word == "vmap":
        tokens.take()
        return ByMap(left, _table(tokens), start, tokens.end_before)
    if word == "set" and isinstance(left, Selector):
        tokens.take()
        found = assigned(tokens)
        _skip_colons(tokens, left)
        return Assign(left.field, found, start, tokens.end_before)
    op = OPERATORS.get(word)
    if op is not None:
        tokens.take()
    if starts_selector(tokens) and tokens.word in ("meta", "ct"):
        right: Expression = operand(tokens)
    else:
        right = right_side(tokens)
    _skip_colons(tokens, left)
    if (tokens.word == "/" or isinstance(right, Prefix)) and is_flags(left):
        left, right = _under_mask(tokens, left, right)
        return Test(left, op or "==", right, start, tokens.end_before)
    if op is None:
        is_set = isinstance(right, NamedSet) or (isinstance(right, SetOf) and len(right.elements) != 1)
        op = "in" if asks_for_bits(left) and not is_set else "=="
    return Test(left, op, right, start, tokens.end_before)


def _skip_colons(tokens: Tokens, left: Expression) -> None:
    """``10:00-12:00`` and ``0:10``, which stand beside fields that are not modelled."""
    if isinstance(left, Selector) and left.field.kind is Kind.OTHER:
        while tokens.word in ":-" and is_word(tokens.words[tokens.at + 1]):
            tokens.at += 2


def _under_mask(tokens: Tokens, left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """``tcp flags syn / syn,ack`` asks for ``syn`` among the two."""
    if isinstance(right, Prefix):
        mask: Expression = Literal(right.length, right.start, right.end)
        right = right.base
    else:
        tokens.expect("/")
        mask = right_side(tokens)
    return Binary("&", left, mask, tokens.start, tokens.end_before), right


def _table(tokens: Tokens) -> Expression:
    """What stands behind ``vmap`` or ``map``."""
    if tokens.word == "{":
        return set_of(tokens)
    found = value(tokens)
    if not isinstance(found, NamedSet | Variable):
        tokens.at -= 1
        raise tokens.unexpected("a map is `{ … }` or `@name`")
    return found


def _counter(tokens: Tokens) -> Statement:
    start = tokens.start
    if tokens.words[tokens.at + 1] != "name":
        return Count(counted(tokens), start, tokens.end_before)
    tokens.at += 2
    _object_name(tokens)
    return Note(start, tokens.end_before)


def _object_name(tokens: Tokens) -> None:
    """The name of an object, or a map that tells it."""
    if starts_selector(tokens):
        table_lookup(tokens, operand(tokens))
    else:
        tokens.take_name("an object")


def _log(tokens: Tokens) -> Note:
    start = tokens.start
    tokens.take()
    while True:
        word = tokens.word
        if word in ("prefix", "level", "group", "snaplen", "queue-threshold"):
            tokens.take()
            tokens.take()
        elif word == "flags":
            tokens.take()
            if tokens.word in ("tcp", "ip"):
                tokens.take()
            _comma_words(tokens)
        else:
            return Note(start, tokens.end_before)


def _comma_words(tokens: Tokens) -> list[str]:
    words = [tokens.take_name("a flag")]
    while tokens.skips(","):
        words.append(tokens.take_name("a flag"))
    return words


def _maybe(tokens: Tokens) -> Statement:
    start = tokens.start
    return Maybe(stateful_statement(tokens), start, tokens.end_before)


def _last(tokens: Tokens) -> Statement:
    start = tokens.start
    stateful_statement(tokens)
    return Note(start, tokens.end_before)


def _connection(tokens: Tokens) -> Statement:
    return _maybe(tokens) if tokens.words[tokens.at + 1] == "count" else _test(tokens)


def _jump(tokens: Tokens) -> Statement:
    if tokens.words[tokens.at + 1] != "{":
        return decision(tokens)
    start = tokens.start
    verdict = tokens.take()
    block = rules(tokens)
    return Decision(verdict, None, start, tokens.end_before, block)


def rules(tokens: Tokens) -> tuple[Rule, ...]:
    """``{ … }`` with rules in it."""
    tokens.expect("{")
    tokens.enter()
    found = []
    tokens.skip_lines()
    while tokens.word != "}":
        if tokens.is_over:
            raise tokens.fail("the block is never closed", "write `}`")
        found.append(rule(tokens))
        tokens.skip_lines()
    tokens.take()
    tokens.leave()
    return tuple(found)


_READERS: Mapping[str, Callable[[Tokens], Statement]] = {
    "counter": _counter, "log": _log, "limit": _maybe, "quota": _maybe, "ct": _connection, "last": _last,
    "reject": effects.reject, "snat": effects.nat, "dnat": effects.nat, "masquerade": effects.nat,
    "redirect": effects.nat, "add": effects.set_change, "update": effects.set_change, "delete": effects.set_change,
    "set": effects.set_change, "meter": effects.meter, "queue": effects.queue, "flow": effects.flow,
    "notrack": effects.untracked, "reset": effects.reset, "accept": decision, "drop": decision, "continue": decision,
    "return": decision, "jump": _jump, "goto": _jump, "dup": effects.strange(ends=False),
    "fwd": effects.strange(ends=True), "tproxy": effects.strange(ends=False), "synproxy": effects.strange(ends=True),
    "xt": effects.strange(ends=False),
}  # fmt: skip
