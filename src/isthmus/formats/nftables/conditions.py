"""Tests → boxes: the packets that pass a test, surely or perhaps."""

from collections.abc import Sequence

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.nftables.boxes import SLOTS, Box, both
from isthmus.formats.nftables.codes import BAD_VALUE
from isthmus.formats.nftables.concats import others
from isthmus.formats.nftables.demands import Demand, Piece, demands, piece_of, plain_piece, without_variables
from isthmus.formats.nftables.fields import FIELDS, Field, Kind
from isthmus.formats.nftables.members import Members, Names, place
from isthmus.formats.nftables.names import EXTENSION_HEADERS, FAMILIES
from isthmus.formats.nftables.script import Source
from isthmus.formats.nftables.spelling import spelled
from isthmus.formats.nftables.state import PlacedElement, Scope
from isthmus.formats.nftables.tree import (
    Binary,
    Concat,
    Element,
    Expression,
    Literal,
    LookedUp,
    Prefix,
    Selector,
    SetOf,
    Test,
    Unknown,
)
from isthmus.network import Unmodelled
from isthmus.packetset import only, other_numbers
from isthmus.packetset.packets import WITH_PORTS

_NO_PORTS = other_numbers([only(number) for number in WITH_PORTS], 255)
_BARE_PORTS = FIELDS["th dport"]
_MOST_REMEMBERED = 100_000
_PLAIN = frozenset((Kind.ADDRESS, Kind.PORT, Kind.PROTOCOL, Kind.TYPE))
_BESIDES = frozenset(("th sport", "th dport", "ip6 nexthdr"))
"""Fields that packets without them can pass a test of."""

_Pieces = tuple[list[Piece], list[Piece], list[Unmodelled]]


def _is_lone(right: Expression, members: Members) -> bool:
    """Whether a set stands for its only element: nft takes ``{ syn }`` for ``syn``."""
    return isinstance(right, SetOf) and len(right.elements) == len(members.values) == 1 and not members.has_rest


class Conditions:
    """Tests of the rules of one table. ``uses`` gathers the names of the definitions that they refer to."""

    def __init__(self, family: str, names: Names) -> None:
        self.family = family
        self.versions = FAMILIES[family]
        self.settled = next(iter(self.versions)) if len(self.versions) == 1 else None
        self.names = names
        self.diagnostics: list[Diagnostic] = []
        self._bases: dict[tuple[str, bool], Box | None] = {}
        self._known: dict[tuple[str, str, bool, str, str], tuple[Box, ...]] = {}
        self.uses: list[str] = []
        self._pieces: dict[tuple[int, str], tuple[Members, _Pieces]] = {}

    def test(self, test: Test, source: Source, scope: Scope, settled: int | None) -> tuple[Box, ...]:
        """The packets that pass; ``settled`` is the IP version that the rule has asked for before."""
        left, right = test.left, test.right
        key = None
        if isinstance(left, Selector):
            if isinstance(right, Literal):
                key = (left.field.name, test.op, settled is None, right.text, "")
            elif isinstance(right, Prefix) and isinstance(right.base, Literal):
                key = (left.field.name, test.op, settled is None, right.base.text, right.length)
            if key is not None and (known := self._known.get(key)) is not None:
                return known
        if key is not None and (box := self._plain(left.field, test.op, right, settled)) is not None:  # type: ignore[union-attr]
            self._known[key] = (box,)
            return (box,)
        where = source.span(test.start, test.end)
        if isinstance(right, Selector | LookedUp | Unknown):
            return self.doubtful(left, where, settled, "a comparison of two fields")
        members = self.names.members(right, source, scope)
        self.uses += members.uses
        op = test.op
        if members.is_set and not _is_lone(right, members):
            op = {"in": "==", "!": "!="}.get(op, op)
        boxes = self.asked(left, op, members, where, settled)
        if key is not None and len(self._known) < _MOST_REMEMBERED and not any(each.doubts for each in boxes):
            self._known[key] = boxes
        return boxes

    def _plain(self, field: Field, op: str, value: Expression, settled: int | None) -> Box | None:
        """The box of the most usual tests, by the shortest way; None for any other."""
        if op != "==" or field.kind not in _PLAIN or field.name in _BESIDES:
            return None
        base = self.base(field, settled)
        if base is None or len(self._known) > _MOST_REMEMBERED:
            return None
        try:
            return _with(base, field.slot, (plain_piece(field, value),))
        except ValueError:
            return None

    def asked(
        self, left: Expression, op: str, members: Members, where: Span, settled: int | None
    ) -> tuple[Box, ...]:  # fmt: skip
        """The packets for which ``left op members`` holds."""
        if isinstance(left, Concat):
            return self._concat(left, op, members, where, settled)
        field = field_of(left)
        if field is None:
            return (Box(doubts=(Unmodelled(where, "a test that is not understood"),)),)
        base = self.base(field, settled)
        if base is None:
            return ()
        if field.kind is Kind.OTHER:
            return (base._replace(doubts=(Unmodelled(where, f"test of `{field.name}`"),)),)
        if members.doubts:
            return (base._replace(doubts=members.doubts),)
        if members.has_rest:
            return () if op == "!=" else (base,)
        boxes = self._boxes(left, field, op, base, members, where)
        return (*boxes, *self._besides(field, op, base, members, where))

    def _boxes(
        self, left: Expression, field: Field, op: str, base: Box, members: Members, where: Span
    ) -> list[Box]:  # fmt: skip
        pieces, stateful, faults = self.pieces(field, members)
        doubts = tuple(faults)
        found: list[Box] = []
        try:
            if op in ("!=", "!"):
                found += self._filled(base, field, demands(left, field, op, pieces + stateful, self.versions), doubts)
            else:
                found += (
                    self._filled(base, field, demands(left, field, op, pieces, self.versions), ()) if pieces else []
                )
                found += [base._replace(doubts=doubts)] if doubts else []
            if stateful:
                perhaps = demands(left, field, "==", stateful, self.versions)
                why = (Unmodelled(where, "elements that match now and then"),)
                found += self._filled(base, field, perhaps, why)
        except ValueError as error:
            return [base._replace(doubts=(Unmodelled(where, f"test of `{field.name}`: {error}"),))]
        if field.name == "ether type" and self.family not in ("netdev", "bridge"):
            why = (Unmodelled(where, "test of `ether type`, in a header that not each packet has"),)
            return [each._replace(doubts=why) for each in found]
        return found

    def _filled(
        self, base: Box, field: Field, values: Sequence[Demand], doubts: tuple[Unmodelled, ...]
    ) -> list[Box]:  # fmt: skip
        """The base with each of the demands."""
        made = []
        for each in values:
            filled = base if each is None else _with(base, field.slot, each)
            made.append(filled._replace(doubts=doubts) if doubts else filled)
        return made

    def _besides(
        self, field: Field, op: str, base: Box, members: Members, where: Span
    ) -> tuple[Box, ...]:  # fmt: skip
        """Packets that pass because what stands at the field's place is something else."""
        if field.kind is Kind.PORT and field.protocols is None:
            return (self.without_ports(field, base, where),)
        if field.name == "ip6 nexthdr" and op == "==":
            pieces, stateful, _ = self.pieces(field, members)
            numbers = [each for each in (*pieces, *stateful) if not isinstance(each, str)]
            if any(each.first <= header <= each.last for each in numbers for header in EXTENSION_HEADERS):  # type: ignore[union-attr, operator]
                return (base._replace(doubts=(Unmodelled(where, "a test of extension headers"),)),)
        return ()

    def without_ports(self, field: Field, base: Box, where: Span) -> Box:
        """``th dport`` reads the same bytes of packets that have no ports there."""
        why = Unmodelled(where, f"test of `{field.name}`, which reads other bytes where there are no ports")
        return base._replace(protocols=_NO_PORTS, doubts=(*base.doubts, why))

    def base(self, field: Field, settled: int | None) -> Box | None:
        """What asking for a field asks for besides; None where no packet of the family has it."""
        key = (field.name, settled is None)
        if key in self._bases:
            return self._bases[key]
        version = field.version or (field.usual_version if settled is None else None)
        made = None
        if version is None or version in self.versions:
            only_version = len(self.versions) == 1
            made = Box(version=None if only_version else version, protocols=field.protocols)
        self._bases[key] = made
        return made

    def doubtful(self, left: Expression, where: Span, settled: int | None, why: str) -> tuple[Box, ...]:
        """A test that may pass wherever its fields are."""
        box: Box | None = Box(doubts=(Unmodelled(where, why),))
        for field in fields_of(left):
            base = self.base(field, settled)
            box = None if box is None or base is None else both(base, box)
        return () if box is None else (box,)

    def pieces(self, field: Field, members: Members) -> _Pieces:
        """The values in the shape of the field, those that hold now and then, and why others are not among them."""
        key = (id(members), field.name)
        if key in self._pieces:
            return self._pieces[key][1]
        found: _Pieces = ([], [], [])
        for each in members.values:
            try:
                (found[1] if each.element.stateful else found[0]).append(piece_of(field, each))
            except ValueError as error:
                found[2].append(self.bad_value(field, each, error))
        if members.uses:
            self._pieces[key] = (members, found)
        return found

    def bad_value(self, field: Field, each: PlacedElement, error: ValueError) -> Unmodelled:
        """Tell of a value that does not fit its field."""
        where = place(each)
        written = spelled(each.element.key)
        message = f"`{written}` is not a value of `{field.name}`"
        help_ = str(error) if str(error).startswith(("it ", "its ", "which ")) else ""
        self.diagnostics.append(Diagnostic(BAD_VALUE, message, where, help_))
        return Unmodelled(where, f"value `{written}` of `{field.name}`")

    def _concat(
        self, left: Concat, op: str, members: Members, where: Span, settled: int | None
    ) -> tuple[Box, ...]:  # fmt: skip
        """The packets whose fields, taken together, are among the elements."""
        fields = fields_of(left)
        base = self._base_of(fields, settled)
        if base is None:
            return ()
        if len(fields) != len(left.parts) or op not in ("==", "!="):
            return (base._replace(doubts=(Unmodelled(where, "a test that is not understood"),)),)
        opaque = tuple(Unmodelled(where, f"test of `{each.name}`") for each in fields if each.kind is Kind.OTHER)
        if members.doubts or (opaque and op == "!="):
            return (base._replace(doubts=members.doubts or opaque),)
        if members.has_rest:
            return () if op == "!=" else (base,)
        boxes = [box for each in members.values for box in self._row(fields, base, each, where, opaque)]
        if op == "==":
            return tuple(boxes)
        if any(each.doubts for each in boxes):
            return (base._replace(doubts=(Unmodelled(where, "elements that are not all known"),)),)
        try:
            return tuple(others(boxes, base, [each.slot for each in fields], self._mosts(fields)))
        except ValueError as error:
            return (base._replace(doubts=(Unmodelled(where, str(error)),)),)

    def _mosts(self, fields: Sequence[Field]) -> list[int]:
        return [
            (1 << (32 if each.version == 4 else 128)) - 1 if each.kind is Kind.ADDRESS else each.most for each in fields
        ]

    def _base_of(self, fields: Sequence[Field], settled: int | None) -> Box | None:
        made: Box | None = Box()
        for each in fields:
            base = self.base(each, settled)
            made = None if made is None or base is None else both(made, base)
        return made

    def _row(
        self, fields: Sequence[Field], base: Box, each: PlacedElement, where: Span, opaque: tuple[Unmodelled, ...]
    ) -> list[Box]:  # fmt: skip
        """The boxes of one element: one, but for marks that take several."""
        key = without_variables(each.element.key, each.scope)
        doubts = opaque
        if each.element.stateful:
            doubts = (*doubts, Unmodelled(where, "elements that match now and then"))
        if not isinstance(key, Concat) or len(key.parts) != len(fields):
            wrong = self.bad_value(fields[0], each, ValueError(f"it has not {len(fields)} parts"))
            return [base._replace(doubts=(*doubts, wrong))]
        boxes = [base._replace(doubts=doubts)]
        has_bare_ports = any(field.kind is Kind.PORT and field.protocols is None for field in fields)
        besides = [self.without_ports(_BARE_PORTS, boxes[0], where)] if has_bare_ports else []
        for field, part in zip(fields, key.parts, strict=True):
            if field.kind is Kind.OTHER:
                continue
            inner = PlacedElement(Element(part, None, each.element.start, each.element.end), each.source, each.scope)
            try:
                values = demands(Selector(field), field, "==", [piece_of(field, inner)], self.versions)
            except ValueError as error:
                wrong = self.bad_value(field, inner, error)
                boxes = [box._replace(doubts=(*box.doubts, wrong)) for box in boxes]
                continue
            filled = [box for value in values for box in self._filled(Box(), field, [value], ())]
            boxes = [met for box in boxes for more in filled if (met := both(box, more)) is not None]
            besides = [met for box in besides for more in filled if (met := _kept(box, more, field)) is not None]
        return boxes + besides


def _with(base: Box, slot: str, demand: Demand) -> Box:
    """The base with one more demand."""
    demanded = list(base)
    demanded[SLOTS[slot]] = demand
    return Box._make(demanded)


def _kept(box: Box, more: Box, field: Field) -> Box | None:
    """A box of packets without ports, with a further demand that is not about ports."""
    return box if field.kind is Kind.PORT else both(box, more)


def field_of(left: Expression) -> Field | None:
    """The field that a test is about, through the arithmetic around it."""
    while isinstance(left, Binary):
        left = left.left
    return left.field if isinstance(left, Selector) else None


def fields_of(left: Expression) -> list[Field]:
    """The fields of a key, as far as they are plain."""
    parts = left.parts if isinstance(left, Concat) else (left,)
    if isinstance(left, Concat):
        return [each.field for each in parts if isinstance(each, Selector)]
    found = field_of(left)
    return [found] if found is not None else []
