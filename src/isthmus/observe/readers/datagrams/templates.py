"""Templates of NetFlow v9 (RFC 3954) and IPFIX (RFC 7011, section 3.4), compiled into lists of fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from isthmus.observe.readers.datagrams.decode import FIELD
from isthmus.observe.readers.datagrams.elements import IGNORE_ZERO, SKIP, VARIABLE, element
from isthmus.observe.readers.native import Ints

SAMPLER_ID, SELECTOR_ID = 48, 302
INTERVAL, RANDOM_INTERVAL, PACKET_INTERVAL, PACKET_SPACE, SIZE, POPULATION = 34, 50, 305, 306, 309, 310
"""Elements of option data that tell a sampling rate."""

MOST_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template: its element, its enterprise (0: IANA's), its length, whether it is a scope of options."""

    number: int
    enterprise: int
    length: int
    scope: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What records of one kind look like."""

    fields: tuple[Field, ...]
    options: bool = False
    least: int = field(init=False)
    """The fewest octets that a record takes."""
    varies: bool = field(init=False)
    """Whether records may be longer."""

    def __post_init__(self) -> None:
        """Worked out once, since it is asked for every set."""
        least = sum(1 if each.length == VARIABLE else each.length for each in self.fields)
        object.__setattr__(self, "least", least)
        object.__setattr__(self, "varies", any(each.length == VARIABLE for each in self.fields))

    def same(self, other: "Template | None") -> bool:
        """Whether another one says the same."""
        return other is not None and self.fields == other.fields and self.options == other.options

    def compiled(self) -> Ints:
        """The fields as the compiled loop reads them; neighbours that tell nothing are one."""
        lines: list[tuple[int, int, int, int]] = []
        for each in self.fields:
            does = element(each.number, each.enterprise)
            what = SKIP if does.does == IGNORE_ZERO else does.does
            if what == SKIP and each.length != VARIABLE and lines and lines[-1][:1] == (SKIP,):
                before = lines[-1][1]
                if before != VARIABLE and before + each.length < VARIABLE:
                    lines[-1] = (SKIP, before + each.length, 0, 0)
                    continue
            lines.append((what, each.length, does.cell, does.unit))
        return np.array(lines, np.int64).reshape(-1, FIELD)

    def values(self, data: bytes, at: int, end: int) -> tuple[dict[int, int], int] | None:
        """The numbers of one record by their elements, and where the next begins; None where it is cut off."""
        found = {}
        for each in self.fields:
            length = each.length
            if length == VARIABLE:
                if at >= end:
                    return None
                length, at = data[at], at + 1
                if length == 255:
                    length, at = int.from_bytes(data[at : at + 2], "big"), at + 2
            if length > end - at:
                return None
            told = not each.scope or each.number in (SAMPLER_ID, SELECTOR_ID)
            if told and each.enterprise == 0 and length <= 8:
                found[each.number] = int.from_bytes(data[at : at + length], "big")
            at += length
        return found, at


def rate(values: dict[int, int]) -> int:
    """One in how many packets, as option data tells it; 0 if it does not."""
    if values.get(PACKET_INTERVAL) and PACKET_SPACE in values:
        return (values[PACKET_INTERVAL] + values[PACKET_SPACE]) // values[PACKET_INTERVAL]
    if values.get(SIZE) and POPULATION in values:
        return values[POPULATION] // values[SIZE]
    for each in (RANDOM_INTERVAL, INTERVAL, PACKET_INTERVAL):
        if values.get(each):
            return values[each]
    return 0


def _fields(data: bytes, at: int, end: int, count: int, scopes: int, *, ipfix: bool) -> tuple[list[Field], int] | None:
    """``count`` fields, the first ``scopes`` of them of scope; None where they are cut off."""
    fields = []
    for number in range(count):
        if end - at < 4:
            return None
        kind, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        enterprise, at = 0, at + 4
        if ipfix and kind & 0x8000:
            if end - at < 4:
                return None
            enterprise, at = int.from_bytes(data[at : at + 4], "big"), at + 4
            kind &= 0x7FFF
        fields.append(Field(kind, enterprise, length, scope=number < scopes))
    return fields, at


def templates(data: bytes, at: int, end: int, *, ipfix: bool, options: bool) -> Iterator[tuple[int, Template | None]]:
    """The templates of a set with their numbers; None in place of one: it is withdrawn, or (number 0) malformed."""
    while end - at >= (6 if options else 4):
        number, count = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        scopes = 0
        if ipfix and count == 0:
            yield number, None
            at += 4
            continue
        if not ipfix and number == 0:
            return  # padding
        if options:
            scopes, after = int.from_bytes(data[at + 4 : at + 6], "big"), at + 6
            if not ipfix:
                scopes, count = count // 4, count // 4 + scopes // 4
        else:
            after = at + 4
        found = _fields(data, after, end, count, scopes, ipfix=ipfix) if count <= MOST_FIELDS else None
        if found is None or number < 256:
            yield 0, None
            return
        fields, at = found
        if not ipfix and options:
            fields = [each if not each.scope else Field(0, 0, each.length, scope=True) for each in fields]
        template = Template(tuple(fields), options)
        if template.least == 0:
            yield 0, None
        else:
            yield number, template
