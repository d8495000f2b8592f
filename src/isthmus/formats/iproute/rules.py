"""Records of ``ip -j rule`` → choices of routing tables.

Without any rule of its own a device looks into its main table, which the neutral model does by itself: then there are
no choices. Otherwise every rule is one, and a version whose rules were not read has the kernel's usual ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from isthmus.diagnostics import Code, Diagnostic, Span
from isthmus.formats.iproute.codes import NO_VERSION, NOT_MODELLED
from isthmus.formats.iproute.fields import Fields, read_address
from isthmus.formats.services import PROTOCOLS
from isthmus.network import (
    MAIN_TABLE,
    InterfaceTest,
    MarkTest,
    Route,
    RouteKind,
    TableChoice,
    Unmodelled,
)
from isthmus.packetset import Block, Interval, Match, Prefix, only, other_addresses
from isthmus.packetset.addresses import prefix as made_prefix

USUAL = ((0, "local"), (32766, MAIN_TABLE), (32767, "default"))
"""Priorities and tables of the rules that the kernel makes."""

_ENDINGS = {"blackhole": RouteKind.DISCARD, "unreachable": RouteKind.REJECT, "prohibit": RouteKind.REJECT}

_KNOWN = (
    "priority", "not", "src", "srclen", "dst", "dstlen", "iif", "fwmark", "fwmask", "ipproto", "table", "action", "nop",
    "goto", "sport", "sport_start", "sport_end", "dport", "dport_start", "dport_end", "l3mdev", "suppress_prefixlen",
)  # fmt: skip
_HARMLESS = ("iif_detached", "oif_detached", "protocol", "unresolved")
_MAYBE = (
    "oif", "tos", "dsfield", "dscp", "flowlabel", "uid_start", "uid_end", "tun_id", "suppress_ifgroup", "flow_from",
    "flow_to",
)  # fmt: skip
"""Keys for what is no field of our packets: the rule may apply."""


@dataclass(slots=True)
class Choices:
    """The rules of a device, and the tables that they need beside those of its routes."""

    choices: list[TableChoice] = field(default_factory=list)
    tables: dict[str, tuple[Route, ...]] = field(default_factory=dict)
    narrowed: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Tables that hold the routes of another one whose prefixes are longer than a number."""
    doubts: list[Unmodelled] = field(default_factory=list)
    """What makes every answer unknown."""
    unmodelled: list[Unmodelled] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    versions: set[int] = field(default_factory=set)
    is_special: bool = False
    """Whether there is a rule that the kernel does not make."""


def read_rules(records: Iterable[Fields]) -> Choices:
    """Read every rule of both IP versions.

    That of the VRFs (``l3mdev``) is none of the choices: the neutral model looks into the table of a VRF by itself.
    """
    choices = Choices()
    every = list(records)
    versions = _versions(every)
    for fields in every:
        _Rule(fields, versions[fields.listing.name], choices).read()
        choices.problems += fields.problems
        choices.unmodelled += fields.doubts
    choices.choices.sort(key=lambda each: each.priority)
    return choices


def usual(version: int, where: Span) -> list[TableChoice]:
    """The rules that the kernel makes for one IP version."""
    return [TableChoice(priority, table, where, Match(version=version)) for priority, table in USUAL]


def _versions(records: Iterable[Fields]) -> dict[str, int | None]:
    """The IP version of each listing: by its name, an address in it, or the table that IPv4 alone has a rule for."""
    found: dict[str, set[int]] = {}
    for fields in records:
        told = found.setdefault(fields.listing.name, set())
        if fields.listing.version is not None:
            told.add(fields.listing.version)
        for key in ("src", "dst"):
            address = read_address(fields.text(key) or "")
            told |= {address.version} if address is not None else set()
        if fields.value("table") == "default":
            told.add(4)
    return {name: told.pop() if len(told) == 1 else None for name, told in found.items()}


class _Rule:
    """One record."""

    def __init__(self, fields: Fields, version: int | None, choices: Choices) -> None:
        self.fields, self.version, self.choices = fields, version, choices
        self.priority = fields.number("priority") or 0

    def read(self) -> None:
        fields = self.fields
        table = fields.name("table")
        self.choices.versions |= {4, 6} if self.version is None else {self.version}
        is_usual = (self.priority, table) in USUAL and fields.record.values.keys() <= {
            "priority",
            "src",
            "table",
            "protocol",
        }
        self.choices.is_special |= not is_usual and not fields.has("l3mdev")
        fields.unknown(_KNOWN, _HARMLESS, _MAYBE)
        if fields.has("nop") or fields.has("l3mdev"):
            return
        if fields.has("goto"):
            self.choices.doubts.append(
                self.told(NOT_MODELLED, "a rule that goes to another one is not modelled", "goto")
            )
            return
        if fields.has("action"):
            table = self.ending()
        if table is None:
            self.choices.doubts.append(self.told(NOT_MODELLED, "what the rule does is not told"))
            return
        self.apply(self.narrowed(table))

    def ending(self) -> str | None:
        """A table whose only routes end the way of every packet."""
        kind = _ENDINGS.get(self.fields.text("action") or "")
        if kind is None:
            return None
        name = f"rule {self.priority} ({self.fields.text('action')})"
        self.choices.tables[name] = tuple(
            Route(made_prefix(version, 0, 0), kind, self.fields.where) for version in (4, 6)
        )
        return name

    def narrowed(self, table: str) -> str:
        """``suppress_prefixlength``: routes whose prefixes are no longer than that do not count."""
        length = self.fields.number("suppress_prefixlen", most=128)
        if length is None:
            return table
        name = f"{table} (longer than /{length})"
        self.choices.narrowed[name] = (table, length)
        return name

    def apply(self, table: str) -> None:
        """The rule as a choice; where it asks for more than a choice can, it may apply to more packets."""
        fields = self.fields
        for key in _MAYBE:
            if fields.has(key):
                self.told(NOT_MODELLED, f"`{key}` of a rule is not modelled", key)
        match = Match(
            source=self.blocks("src"),
            destination=self.blocks("dst"),
            protocols=self.protocols(),
            source_ports=self.ports("sport"),
            destination_ports=self.ports("dport"),
            version=self.version,
        )
        name = fields.text("iif")
        arriving = InterfaceTest((name,)) if name is not None else None
        value, mask = fields.number("fwmark"), fields.number("fwmask")
        mark = None if value is None else MarkTest(value & (full := 0xFFFFFFFF if mask is None else mask), full)
        if value is not None and mark is not None and mark.value != value:
            return
        if not fields.has("not"):
            self.add(table, match, arriving, mark)
        else:
            self.add_negated(table, match, arriving, mark)

    def add_negated(self, table: str, match: Match, arriving: InterfaceTest | None, mark: MarkTest | None) -> None:
        """``not`` turns over all that the rule asks for together: exact where that is one thing."""
        blocks = [each for each in (match.source, match.destination) if each is not None]
        others = [match.protocols, match.source_ports, match.destination_ports]
        asks = len(blocks) + sum(each is not None for each in (arriving, mark, *others))
        if asks == 1 and arriving is not None:
            self.add(table, Match(version=self.version), InterfaceTest(arriving.names, negated=True))
        elif asks == 1 and mark is not None:
            self.add(table, Match(version=self.version), None, MarkTest(mark.value, mark.mask, negated=True))
        elif asks == 1 and blocks:
            rest = other_addresses(blocks[0], blocks[0][0].version)
            source = rest if match.source is not None else None
            self.add(
                table, Match(source=source, destination=None if source is not None else rest, version=self.version)
            )
        else:
            self.told(NOT_MODELLED, "a rule that turns over several tests is not modelled", "not")
            self.add(table, Match(version=self.version))

    def add(
        self,
        table: str,
        match: Match | None = None,
        arriving: InterfaceTest | None = None,
        mark: MarkTest | None = None,
    ) -> None:
        """Add a choice."""
        if self.version is None and not any(each[1] == table for each in USUAL):
            self.told(NO_VERSION, "it cannot be told whether the rule is for IPv4 or IPv6")
        chosen = match or Match(version=self.version)
        doubts = tuple(self.fields.doubts)
        self.choices.choices.append(
            TableChoice(self.priority, table, self.fields.where, chosen, arriving, mark, doubts)
        )

    def blocks(self, key: str) -> tuple[Block, ...] | None:
        """The addresses that come from or go to a prefix; ``all`` asks nothing."""
        if self.fields.value(key) in (None, "all"):
            return None
        found: Prefix | None = self.fields.prefix(key, length=self.fields.number(f"{key}len", most=128))
        return None if found is None else (found,)

    def protocols(self) -> tuple[Interval, ...] | None:
        """The protocol, which ``ip`` prints by name where it has one."""
        word = self.fields.name("ipproto")
        if word is None:
            return None
        number = PROTOCOLS.get(word.lower(), int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 256)
        if number > 255:
            self.fields.bad("a protocol", "ipproto")
            return None
        return (only(number),)

    def ports(self, key: str) -> tuple[Interval, ...] | None:
        """A port, or the ends of a range."""
        one = self.fields.number(key, most=65535)
        first, last = (self.fields.number(f"{key}_{end}", most=65535) for end in ("start", "end"))
        if one is not None:
            return (only(one),)
        if first is None or last is None:
            return None
        if first > last:
            self.fields.bad("the beginning of a range", f"{key}_start")
            return None
        return (Interval(first, last),)

    def told(self, code: Code, message: str, *path: str) -> Unmodelled:
        """Tell what of the rule is not known."""
        self.fields.doubt(code, message, "answers that need the rule are unknown", *path)
        return self.fields.doubts[-1]
