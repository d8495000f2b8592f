"""Named sets, maps and variables → definitions of the network model."""

from collections.abc import Iterable, Iterator

from isthmus.formats.nftables.fields import Field, Kind
from isthmus.formats.nftables.members import Names
from isthmus.formats.nftables.state import Defined, SetState, full_name
from isthmus.formats.nftables.tree import Concat, Expression, Literal, NamedSet, SetOf, Variable
from isthmus.formats.nftables.values import block, interval
from isthmus.network import Definition
from isthmus.packetset import Block, Interval

_TRANSPORTS = (6, 17)
"""The protocols whose ports a set of ports means, where it does not name one."""


def of_set(state: SetState, names: Names) -> Definition:
    """A named set or map: its addresses, and its ports."""
    members = names.of_set(state)
    rows = [_parts(each.element.key) for each in members.values]
    blocks, ports = _told(rows, state.spec.types)
    return Definition(
        full_name(state.target), state.spec.kind, state.where, tuple(dict.fromkeys(blocks)),
        tuple(dict.fromkeys(ports)), tuple(members.uses[1:]), members.doubts, state.spec.comment,
    )  # fmt: skip


def of_variable(name: str, defined: Defined) -> Definition:
    """A variable: the addresses that it names, and the variables and sets in it; its numbers may be anything."""
    blocks: list[Block] = []
    uses: list[str] = []
    for each in _flat(defined.value):
        if isinstance(each, Variable):
            uses.append(f"${each.name}")
        elif isinstance(each, NamedSet):
            uses.append(f"@{each.name}")
        else:
            blocks += [found for part in _parts(each) if (found := _address(part)) is not None]
    return Definition(
        f"${name}", "define", defined.where, tuple(dict.fromkeys(blocks)), uses=tuple(dict.fromkeys(uses))
    )


def _flat(found: Expression) -> Iterator[Expression]:
    if isinstance(found, SetOf):
        for each in found.elements:
            yield from _flat(each.key)
    else:
        yield found


def _parts(key: Expression) -> tuple[Expression, ...]:
    return key.parts if isinstance(key, Concat) else (key,)


def _told(
    rows: Iterable[tuple[Expression, ...]], types: tuple[Field | None, ...]
) -> tuple[list[Block], list[tuple[int, Interval]]]:  # fmt: skip
    blocks: list[Block] = []
    ports: list[tuple[int, Interval]] = []
    for row in rows:
        transports: tuple[int, ...] = _TRANSPORTS
        for part, field in zip(row, types, strict=False):
            if field is None:
                continue
            try:
                if field.kind is Kind.ADDRESS:
                    blocks.append(block(part, field.version or 4))
                elif field.kind is Kind.PROTOCOL:
                    run = interval(part, field.words, field.most)
                    transports = (run.first,) if run.first == run.last else transports
                elif field.kind is Kind.PORT:
                    run = interval(part, field.words, field.most)
                    named = tuple(each.first for each in field.protocols) if field.protocols else transports
                    ports += [(number, run) for number in named]
            except ValueError:
                continue  # where a rule uses the value, it is told there
    return blocks, ports


def _address(found: Expression) -> Block | None:
    """A block, where the value is written as one; numbers alone are not addresses."""
    if isinstance(found, Literal) and "." not in found.text and ":" not in found.text:
        return None
    for version in (4, 6):
        try:
            return block(found, version)
        except ValueError:
            continue
    return None
