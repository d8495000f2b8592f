"""One rule on its way from statement to statement: which packets have come so far, and the rules made of it."""

from functools import partial

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.nftables.boxes import EVERYTHING, Box, product
from isthmus.formats.nftables.codes import NEVER
from isthmus.formats.nftables.conditions import Conditions, fields_of
from isthmus.formats.nftables.emission import Origin, network_rules
from isthmus.formats.nftables.fields import Field, Kind
from isthmus.formats.nftables.lookups import looked_up
from isthmus.formats.nftables.members import Members, place
from isthmus.formats.nftables.spelling import spelled
from isthmus.formats.nftables.state import Placed, PlacedElement
from isthmus.formats.nftables.tree import Expression, Statement
from isthmus.network import Action, Chain, Rule, Unclear, Unmodelled

MOST_ALTERNATIVES = 20_000
"""How many boxes one rule may become."""
MOST_RULES = 200_000
"""How many rules the elements of maps may become, in one table."""

_START: tuple[Box, ...] = (EVERYTHING,)


class Table:
    """What the rules of one table share: its names, the chains that rules become, and what is told on the way."""

    def __init__(self, title: str, conditions: Conditions) -> None:
        self.title = title
        self.conditions = conditions
        self.chains: dict[str, Chain] = {}
        self.unmodelled: list[Unmodelled] = []
        self.diagnostics: list[Diagnostic] = []
        self.left = MOST_RULES


class Body:
    """One rule. ``boxes`` are the packets that have come so far, ``settled`` the IP version that they have.

    ``hits`` is what the rule's counter has counted since the last test; ``out`` are the rules made so far.
    """

    def __init__(self, table: Table, chain: str, name: str, placed: Placed, settled: int | None) -> None:
        self.table, self.chain, self.name = table, chain, name
        self.rule, self.source, self.scope = placed
        self.conditions = table.conditions
        self.where = self.source.span(self.rule.start, self.rule.end)
        self.settled = settled
        self.boxes = _START
        self.hits: int | None = None
        self.out: list[Rule] = []
        self.has_ended = False

    def span(self, statement: Statement) -> Span:
        """Where a statement stands."""
        return self.source.span(statement.start, statement.end)

    def narrow(self, boxes: tuple[Box, ...], statement: Statement) -> None:
        """Only packets of these boxes go on."""
        if self.boxes is _START:
            self.boxes = boxes
            return
        if len(self.boxes) * len(boxes) > MOST_ALTERNATIVES:
            boxes = (Box(doubts=(Unmodelled(self.span(statement), "more alternatives than are followed"),)),)
        before = self.boxes
        self.boxes = product(before, boxes, partial(self.span, statement))
        if before and boxes and not self.boxes:
            message, help_ = "no packet passes this test and those before it", "correct one of them, or remove the rule"
            self.table.diagnostics.append(Diagnostic(NEVER, message, self.span(statement), help_))

    def narrow_to_field(self, field: Field, statement: Statement) -> None:
        """Only packets that have the field go on."""
        base = self.conditions.base(field, self.settled)
        self.narrow(() if base is None else (base,), statement)

    def doubt(self, statement: Statement, what: str) -> None:
        """From here on, the rule goes on now and then."""
        self.narrow((Box(doubts=(Unmodelled(self.span(statement), what),)),), statement)

    def settle(self, left: Expression, op: str) -> None:
        """Note the IP version that a test implies."""
        if self.settled is not None:
            return
        for field in fields_of(left):
            if field.version or field.usual_version:
                self.settled = field.version or field.usual_version
            elif field.kind is Kind.VERSION and op == "==" and len({box.version for box in self.boxes}) == 1:
                self.settled = next(iter(self.boxes)).version

    def look_up(
        self, key: Expression, table: Expression, statement: Statement
    ) -> tuple[tuple[PlacedElement, tuple[Box, ...]], ...]:
        """The elements of a map with their packets; a map that is not known becomes a rule that may do anything."""
        members = self.conditions.names.members(table, self.source, self.scope)
        self.conditions.uses += members.uses
        self.table.left -= len(members.values) * len(self.boxes)
        if self.table.left < 0:
            members = Members((), (Unmodelled(self.span(statement), "more elements of maps than are followed"),))
        where = partial(self.span, statement)
        found = looked_up(self.conditions, self.boxes, key, members, self.settled, where)
        if found.doubts:
            self.emit(Unclear(), boxes=found.concerned, doubts=found.doubts)
        return found.elements

    def unclear(
        self, statement: Statement, what: str, boxes: tuple[Box, ...] | None = None, *, writes: bool = False
    ) -> None:
        """What happens to the packets that have come so far, or to these, is not known."""
        self.emit(Unclear(writes), boxes=boxes, doubts=(Unmodelled(self.span(statement), what),))

    def emit(
        self,
        action: Action,
        *,
        boxes: tuple[Box, ...] | None = None,
        element: PlacedElement | None = None,
        doubts: tuple[Unmodelled, ...] = (),
    ) -> None:
        """Rules for the packets that have come so far, or for these; in the name of an element where it is one's."""
        uses = tuple(dict.fromkeys(self.conditions.uses)) if self.conditions.uses else ()
        if element is None:
            origin = Origin(self.where, self.name, self.rule.comment, self.hits, uses)
        else:
            name = f"{self.name} element {spelled(element.element.key)}"
            origin = Origin(place(element), name, self.rule.comment, element.element.hits, uses)
        self.out += network_rules(action, self.boxes if boxes is None else boxes, doubts, origin)
