"""Values beside a field → what a box demands: blocks, intervals, interfaces, flags, states, marks.

A *piece* is one value in the shape of its field: a block of addresses, an interval of numbers, or an interface's name.
"""

from collections.abc import Sequence
from typing import Any

from isthmus.formats.nftables.fields import Field, Kind
from isthmus.formats.nftables.masks import flag_tests, marks, mask_of, states
from isthmus.formats.nftables.members import resolved
from isthmus.formats.nftables.names import VERSIONS
from isthmus.formats.nftables.state import PlacedElement, Scope
from isthmus.formats.nftables.tree import Binary, Concat, Expression, Listed, Literal, Prefix, Range, Selector, Variable
from isthmus.formats.nftables.values import address, block, interval, under_mask
from isthmus.network import InterfaceTest
from isthmus.packetset import (
    Address,
    AddressRange,
    Block,
    Interval,
    MaskedAddresses,
    joined,
    other_addresses,
    other_masked,
    other_numbers,
)
from isthmus.packetset.addresses import WIDTHS, prefix

Piece = Block | Interval | str
Demand = Any
"""The value of one slot of a box."""

_NUMBERS = frozenset((Kind.PROTOCOL, Kind.PORT, Kind.TYPE, Kind.CODE))


def piece_of(field: Field, each: PlacedElement) -> Piece:
    """The piece that an element's key stands for; ValueError where it does not fit the field."""
    key = each.element.key
    try:
        return plain_piece(field, key)
    except ValueError:
        plain = without_variables(key, each.scope)
        if plain == key:
            raise
        return plain_piece(field, plain)


def plain_piece(field: Field, found: Expression) -> Piece:
    """The piece that a value without variables stands for; ValueError where it does not fit the field."""
    if isinstance(found, Listed) and not field.is_mask:
        raise ValueError("its values stand in braces: `{ a, b }`")
    if field.kind is Kind.ADDRESS:
        return block(found, field.version or 4)
    if field.kind is Kind.INTERFACE:
        if not isinstance(found, Literal):
            raise ValueError("it is not the name of an interface")
        if found.text.endswith("\\*") or (found.text.isdecimal() and not field.name.endswith("name")):
            raise ValueError("which interface that is, the files do not tell")
        return found.text
    return interval(found, field.words, field.most)


def without_variables(found: Expression, scope: Scope) -> Expression:
    """The same expression with the values of variables in their places."""
    if isinstance(found, Variable):
        return resolved(found, scope)
    if isinstance(found, Prefix):
        return found._replace(base=resolved(found.base, scope))
    if isinstance(found, Range):
        return found._replace(first=resolved(found.first, scope), last=resolved(found.last, scope))
    if isinstance(found, Concat):
        return found._replace(parts=tuple(without_variables(each, scope) for each in found.parts))
    if isinstance(found, Listed):
        return found._replace(items=tuple(resolved(each, scope) for each in found.items))
    return found


def demands(left: Expression, field: Field, op: str, pieces: Sequence[Any], versions: frozenset[int]) -> list[Demand]:
    """What the field's slot may demand so that ``left op pieces`` holds: one value, several, or none.

    ValueError where boxes cannot say it. None as a value demands nothing.
    """
    kind = field.kind
    if kind is Kind.FLAGS:
        return _unless_empty(flag_tests(left, op, pieces, field.words))
    if kind is Kind.STATE:
        return _unless_empty(states(left, op, pieces, field.words))
    if kind is Kind.MARK:
        if op == "!=" and not pieces:
            return [None]
        return list(marks(left, op, pieces))
    op = {"in": "==", "!": "!="}.get(op, op)
    if kind is Kind.VERSION:
        return _versions(left, op, pieces, versions)
    if kind is Kind.INTERFACE:
        return _interfaces(left, op, pieces)
    if isinstance(left, Binary):
        return _masked(left, field, op, pieces)
    if kind is Kind.ADDRESS:
        return _addresses(field.version or 4, op, pieces)
    return _numbers(field, op, pieces)


def _unless_empty(found: tuple[Any, ...]) -> list[Demand]:
    return [found] if found else []


def _versions(left: Expression, op: str, pieces: Sequence[Interval], versions: frozenset[int]) -> list[Demand]:
    if not isinstance(left, Selector) or op not in ("==", "!="):
        raise ValueError("it calculates with the field")
    named = {VERSIONS[each.first] for each in pieces if each.first == each.last and each.first in VERSIONS}
    left_over = (named if op == "==" else {4, 6} - named) & versions
    return [None] if left_over == versions else sorted(left_over)


def _interfaces(left: Expression, op: str, pieces: Sequence[str]) -> list[Demand]:
    if not isinstance(left, Selector) or op not in ("==", "!="):
        raise ValueError("it calculates with the field")
    if not pieces:
        return [None] if op == "!=" else []
    return [InterfaceTest(tuple(dict.fromkeys(pieces)), negated=op == "!=")]


def _addresses(version: int, op: str, pieces: Sequence[Block]) -> list[Demand]:
    if op == "==":
        return _unless_empty(tuple(pieces))
    if op == "!=":
        return _unless_empty(other_addresses(pieces, version)) if pieces else [None]
    number = _only_address(pieces)
    most = (1 << WIDTHS[version]) - 1
    run = _compared(op, number, most)
    return [(AddressRange(_at(version, run.first), _at(version, run.last)),)] if run else []


def _at(version: int, number: int) -> Address:
    return address(str(number), version)


def _only_address(pieces: Sequence[Block]) -> int:
    if len(pieces) != 1 or isinstance(pieces[0], AddressRange | MaskedAddresses) or pieces[0].num_addresses != 1:
        raise ValueError("it is not one address")
    return int(pieces[0].network_address)


def _compared(op: str, number: int, most: int) -> Interval | None:
    """The numbers that are smaller, or larger."""
    first, last = {
        "<": (0, number - 1), "<=": (0, number), ">": (number + 1, most), ">=": (number, most),
    }[op]  # fmt: skip
    return Interval(first, last) if first <= last else None


def _numbers(field: Field, op: str, pieces: Sequence[Interval]) -> list[Demand]:
    found = _chosen(field, op, pieces)
    if field.kind is Kind.CODE and sum(run.last - run.first + 1 for each in found for run in each) > _MOST_CODES:
        raise ValueError(f"it asks for more than {_MOST_CODES} codes")
    return found


_MOST_CODES = 16


def _chosen(field: Field, op: str, pieces: Sequence[Interval]) -> list[Demand]:
    if op == "==":
        return _unless_empty(tuple(pieces))
    if op == "!=":
        return _unless_empty(other_numbers(pieces, field.most))
    if len(pieces) != 1 or pieces[0].first != pieces[0].last:
        raise ValueError("it is not one number")
    run = _compared(op, pieces[0].first, field.most)
    return [(run,)] if run else []


def _masked(left: Binary, field: Field, op: str, pieces: Sequence[Any]) -> list[Demand]:
    """``field & mask op pieces``."""
    if op not in ("==", "!="):
        raise ValueError("it compares some bits")
    if field.kind in _NUMBERS:
        mask = mask_of(left, field.words, field.most)
        if any(each.first != each.last for each in pieces):
            raise ValueError("it is not one number")
        runs = tuple(joined(run for each in pieces for run in under_mask(each.first, mask, field.most)))
        return _unless_empty(runs if op == "==" else other_numbers(runs, field.most))
    version = field.version or 4
    if left.operator != "&" or not isinstance(left.left, Selector) or not isinstance(left.right, Literal):
        raise ValueError("it calculates with the address")
    mask = int(address(left.right.text, version))
    values = [_only_address([each]) for each in pieces]
    if op == "!=" and len(values) == 1:
        value = values[0]
        return [None] if value & ~mask else _unless_empty(other_masked(MaskedAddresses(version, value, mask)))
    if op == "!=":
        raise ValueError("it excludes several addresses under a mask")
    return _unless_empty(tuple(_under(version, each, mask) for each in values if not each & ~mask))


def _under(version: int, value: int, mask: int) -> Block:
    """The addresses that equal ``value`` under a mask: a prefix where the mask is one."""
    host = ((1 << WIDTHS[version]) - 1) ^ mask
    if host & (host + 1):
        return MaskedAddresses(version, value, mask)
    return prefix(version, value, WIDTHS[version] - host.bit_length())
