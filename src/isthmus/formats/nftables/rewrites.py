"""Statements that write into a packet: translations, marks and the rest."""

from functools import partial

from isthmus.formats.nftables.body import Body
from isthmus.formats.nftables.boxes import Box, product
from isthmus.formats.nftables.demands import without_variables
from isthmus.formats.nftables.members import resolved
from isthmus.formats.nftables.state import PlacedElement
from isthmus.formats.nftables.translations import mark_action, nat_action, version_of
from isthmus.formats.nftables.tree import Assign, Expression, LookedUp, Nat
from isthmus.network import Unclear, Unmodelled

_WITHOUT_EFFECT = frozenset((
    "meta priority", "meta nftrace", "meta secmark", "ct mark", "ct label", "ct event", "ct secmark", "ct timeout",
    "ip dscp", "ip ecn", "ip ttl", "ip6 dscp", "ip6 ecn", "ip6 hoplimit", "ip6 flowlabel", "tcp option", "tcp window",
    "ip id", "ip checksum", "tcp checksum", "udp checksum",
))  # fmt: skip
"""What a rule may write without changing what happens to the packet: no test of ours can see it."""


def assign(body: Body, statement: Assign) -> None:
    """``field set value``."""
    field = statement.field
    body.narrow_to_field(field, statement)
    if field.name == "meta mark":
        _set_mark(body, statement)
    elif field.name in ("ct helper", "ct expectation"):
        body.table.unmodelled.append(Unmodelled(body.span(statement), f"`{field.name} set`"))
    elif field.name not in _WITHOUT_EFFECT:
        body.unclear(statement, f"`{field.name} set`", writes=True)


def _set_mark(body: Body, statement: Assign) -> None:
    value = resolved(statement.value, body.scope)
    try:
        if not isinstance(value, LookedUp):
            body.emit(mark_action(value, body.scope))
            return
        found = body.look_up(value.key, value.table, statement)
        if any(box.mark for _, boxes in found for box in boxes):
            raise ValueError("it looks the mark up under the mark")
        for each, boxes in found:
            body.emit(mark_action(_data(each), each.scope), boxes=boxes, element=each)
    except ValueError:
        body.unclear(statement, "`meta mark set` to what is not in the text")


def translate(body: Body, nat: Nat) -> None:
    """``snat``, ``dnat``, ``masquerade`` or ``redirect``: one rule, or one for each element of a map."""
    table = next((each for each in (nat.address, nat.port) if isinstance(each, LookedUp)), None)
    if table is None:
        address, port = (
            None if each is None else without_variables(each, body.scope) for each in (nat.address, nat.port)
        )
        _emit(body, nat._replace(address=address, port=port), None, body.boxes)
    elif table is nat.port and nat.address is not None:
        body.unclear(nat, f"`{nat.kind}` with a map of ports beside an address")
    else:
        for each, boxes in body.look_up(table.key, table.table, nat):
            _emit(body, nat, each, boxes)
    body.has_ended = True


def _emit(body: Body, nat: Nat, element: PlacedElement | None, boxes: tuple[Box, ...]) -> None:
    """A translation of these packets, to the data of an element where the target is a map."""
    versions = body.conditions.versions
    try:
        data = None if element is None else _data(element)
        version = version_of(nat, data, versions)
        if version is not None and len(versions) > 1:
            boxes = product(boxes, (Box(version=version),), partial(body.span, nat))
        action = nat_action(nat, data, element, boxes)
    except ValueError:
        what = f"`{nat.kind}` to what is not in the text"
        body.emit(Unclear(), boxes=boxes, element=element, doubts=(Unmodelled(body.span(nat), what),))
    else:
        body.emit(action, boxes=boxes, element=element)


def _data(each: PlacedElement) -> Expression:
    """The data of an element of a map; ValueError where it has none."""
    if each.element.data is None:
        raise ValueError("it has no value")
    return without_variables(each.element.data, each.scope)
