"""JSON → expressions (libnftables-json(5)), and where the elements of sets stand."""

import re
from collections.abc import Iterator, Mapping

from isthmus.documents import Json, Record
from isthmus.formats.nftables.fields import FIELDS
from isthmus.formats.nftables.selectors import SELECTORS, raw_field
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
    Unknown,
)

_WRITTEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{\[]|[^\s{}\[\],:"]++', re.DOTALL)
"""A key, a single value, or the bracket that opens a value."""

_VERDICTS = ("accept", "drop", "continue", "return", "jump", "goto")
_OPERATORS = ("|", "&", "^", "<<", ">>")
_OPAQUE = (
    "fib", "socket", "osf", "ipsec", "exthdr", "tcp option", "ip option", "sctp chunk", "dccp option",
)  # fmt: skip
_STATEFUL = ("timeout", "expires", "limit", "quota", "ct count")


class Values:
    """Reads the values of one record; all of them stand where the record does, but for elements."""

    def __init__(self, text: str, record: Record) -> None:
        self.text, self.record = text, record
        self.start, self.end = record.start, record.start + 1
        self._items: dict[int, list[int]] | None = None

    def expression(self, value: Json) -> Expression:
        """Any expression; what is not known becomes ``Unknown``."""
        if isinstance(value, str):
            if value.startswith("@") and len(value) > 1:
                return NamedSet(value[1:], self.start, self.end)
            return Anything(self.start, self.end) if value == "*" else Literal(value, self.start, self.end)
        if isinstance(value, bool):
            return Literal("exists" if value else "missing", self.start, self.end)
        if isinstance(value, int | float):
            return Literal(str(value), self.start, self.end)
        if isinstance(value, list) and value:
            items = tuple(self.expression(each) for each in value)
            return items[0] if len(items) == 1 else Listed(items, self.start, self.end)
        if isinstance(value, dict) and len(value) == 1:
            [(key, inside)] = value.items()
            return self.named(key, inside)
        return Unknown("an expression", self.start, self.end)

    def named(self, key: str, inside: Json) -> Expression:
        """The expression that an object with one key stands for."""
        if key in _VERDICTS:
            return self.decision(key, inside)
        if key == "set":
            return self.set_of(inside)
        if key == "elem" and isinstance(inside, dict):
            return self.expression(inside.get("val"))
        if isinstance(inside, list) and len(inside) > 0:
            return self.of_list(key, inside)
        if not isinstance(inside, dict):
            return Unknown(f"`{key}`", self.start, self.end)
        if key == "prefix":
            return self.prefix(inside)
        if key == "map":
            found, table = self.expression(inside.get("key")), self.table(inside.get("data"))
            return LookedUp(found, table, self.start, self.end)
        return self.selector(key, inside)

    def of_list(self, key: str, inside: list[Json]) -> Expression:
        """``{"concat": […]}``, ``{"range": [first, last]}`` or bits."""
        if key == "concat":
            return Concat(tuple(self.expression(each) for each in inside), self.start, self.end)
        if key == "range" and len(inside) == 2:
            first, last = str(inside[0]), str(inside[1])
            if first[:1].isdigit() and last[:1].isdigit() and "-" not in last:
                return Literal(f"{first}-{last}", self.start, self.end)
            return Range(self.expression(inside[0]), self.expression(inside[1]), self.start, self.end)
        if key in _OPERATORS and len(inside) >= 2:
            return self.bitwise(key, inside)
        return Unknown(f"`{key}`", self.start, self.end)

    def prefix(self, inside: Mapping[str, Json]) -> Expression:
        """``{"prefix": {"addr": …, "len": …}}``."""
        base, length = inside.get("addr"), str(inside.get("len"))
        if isinstance(base, str):
            return Literal(f"{base}/{length}", self.start, self.end)
        return Prefix(self.expression(base), length, self.start, self.end)

    def bitwise(self, operator: str, values: list[Json]) -> Expression:
        """``{"|": [a, b, …]}``."""
        found = self.expression(values[0])
        for each in values[1:26]:
            found = Binary(operator, found, self.expression(each), self.start, self.end)
        return found if len(values) <= 26 else Unknown(f"`{operator}`", self.start, self.end)

    def decision(self, verdict: str, inside: Json) -> Decision:
        """A verdict; the chain of `jump` and `goto` is ``{"target": name}``."""
        target: Expression | None = None
        if verdict in ("jump", "goto"):
            name = inside.get("target") if isinstance(inside, dict) else None
            target = Literal(str(name), self.start, self.end)
        return Decision(verdict, target, self.start, self.end)

    def selector(self, key: str, inside: Mapping[str, Json]) -> Expression:
        """A field of the packet."""
        modulus = 0
        if key == "payload":
            name = f"{inside.get('protocol')} {inside.get('field')}"
            if "base" in inside:
                name = raw_field(str(inside["base"]), str(inside.get("offset")), str(inside.get("len")))
            elif "tunnel" in inside:
                name = "inner payload"
        elif key in ("meta", "rt"):
            name = f"{key} {inside.get('key')}"
        elif key == "ct":
            name = f"ct {str(inside.get('key')).removeprefix('ip ').removeprefix('ip6 ')}"
        elif key in ("numgen", "jhash", "symhash"):
            name = key
            number = inside.get("mod")
            modulus = number if isinstance(number, int) and not inside.get("offset") and key != "jhash" else 0
        elif key in _OPAQUE:
            full = f"{inside.get('name')} {inside.get('field')}"
            name = full if key == "exthdr" and full in FIELDS else key
        else:
            return Unknown(f"`{key}`", self.start, self.end)
        field = FIELDS.get(name)
        if field is None:
            return Unknown(f"`{name}`", self.start, self.end)
        return Selector(field, modulus) if modulus else SELECTORS[name]

    def table(self, value: Json) -> Expression:
        """The table of a map: ``"@name"``, ``{"set": […]}``, or the list alone."""
        return self.set_of(value) if isinstance(value, list) else self.expression(value)

    def set_of(self, value: Json) -> Expression:
        """An anonymous set or map."""
        if isinstance(value, list):
            return SetOf(self.elements(value), self.start, self.end)
        return SetOf((self.element(value, self.start),), self.start, self.end)

    def elements(self, values: Json) -> tuple[Element, ...]:
        """The elements of a set, each at its own place."""
        if not isinstance(values, list):
            return () if values is None else (self.element(values, self.start),)
        places = self.places(values)
        return tuple(self.element(each, at) for each, at in zip(values, places, strict=True))

    def element(self, value: Json, at: int) -> Element:
        """One element: a value, ``{"elem": …}``, or a pair of key and data."""
        key, data = value, None
        if isinstance(value, list) and len(value) == 2:
            key, data = value[0], self.expression(value[1])
        hits, stateful = None, ""
        if isinstance(key, dict) and isinstance(inside := key.get("elem"), dict):
            stateful = next(iter(stateful_words(inside)), "")
            counter = inside.get("counter")
            packets = counter.get("packets") if isinstance(counter, dict) else None
            hits = packets if isinstance(packets, int) else None
        return Element(self.expression(key), data, at, at + 1, hits, stateful)

    def places(self, values: list[Json]) -> list[int]:
        """Where the items of a list of the record stand."""
        if self._items is None:
            self._items = {}
            written = _WRITTEN.finditer(self.text, self.record.start)
            self._walk(self.record.values, (each.start() for each in written))
        return self._items.get(id(values)) or [self.start] * len(values)

    def _walk(self, value: Json, places: Iterator[int]) -> int:
        at = next(places, self.start)
        if isinstance(value, dict):
            for each in value.values():
                next(places, None)
                self._walk(each, places)
        elif isinstance(value, list):
            assert self._items is not None
            self._items[id(value)] = [self._walk(each, places) for each in value]
        return at


def stateful_words(inside: Mapping[str, Json]) -> list[str]:
    """What makes an element or a set match now and then."""
    found = ["timeout" if each == "expires" else each for each in _STATEFUL if each in inside]
    statements = inside.get("stmt")
    if isinstance(statements, list):
        found += [each for entry in statements if isinstance(entry, dict) for each in _STATEFUL if each in entry]
    return found
