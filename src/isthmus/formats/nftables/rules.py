"""Rules → rules of the network model: one for each effect, each interface, and each element of a verdict map."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.nftables.body import Body, Table
from isthmus.formats.nftables.boxes import Box, product
from isthmus.formats.nftables.codes import AFTER_THE_END
from isthmus.formats.nftables.conditions import fields_of
from isthmus.formats.nftables.members import place, resolved
from isthmus.formats.nftables.rewrites import assign, translate
from isthmus.formats.nftables.state import Placed, PlacedElement
from isthmus.formats.nftables.tree import (
    Assign,
    ByMap,
    Count,
    Decision,
    Literal,
    Maybe,
    Nat,
    Note,
    Offload,
    Reject,
    SetChange,
    Statement,
    Strange,
    Test,
    Untracked,
)
from isthmus.network import Action, Chain, Continue, Jump, Return, Rule, Unclear, Unmodelled, Untrack, Verdict
from isthmus.packetset import State, only

_VERDICTS: Mapping[str, Action] = {
    "accept": Verdict.ACCEPT, "drop": Verdict.DROP, "return": Return(), "continue": Continue(),
}  # fmt: skip


def rules_of(table: Table, chain: str, placed: Iterable[Placed]) -> tuple[Rule, ...]:
    """The rules of a chain."""
    made: list[Rule] = []
    for number, each in enumerate(placed, 1):
        made += _walked(Body(table, chain, f"rule {number}", each, table.conditions.settled))
    return tuple(made)


def _walked(body: Body) -> list[Rule]:
    """The rules that one rule becomes."""
    body.conditions.uses.clear()
    statements = body.rule.statements
    for number, statement in enumerate(statements):
        if body.has_ended:
            if not isinstance(statement, Note | Count):
                message = "this statement stands behind one that ends the rule"
                where = body.span(statement)
                body.table.diagnostics.append(Diagnostic(AFTER_THE_END, message, where, "remove it"))
            break
        if isinstance(statement, Assign | Untracked) and _changes_its_test(body, statement, statements[number:]):
            _apart(body, statements[number:])
            break
        _HANDLERS[type(statement)](body, statement)
    if not body.out:
        body.emit(Continue())
    return body.out


def _changes_its_test(body: Body, statement: Assign | Untracked, rest: tuple[Statement, ...]) -> bool:
    """Whether the rule has asked for what it changes now, and does more afterwards."""
    if all(isinstance(each, Note | Count) for each in rest[1:]):
        return False
    if isinstance(statement, Untracked):
        return any(box.states for box in body.boxes)
    return statement.field.name == "meta mark" and any(box.mark for box in body.boxes)


def _apart(body: Body, rest: tuple[Statement, ...]) -> None:
    """What is left of the rule becomes a chain of its own: it must not ask again for what it changes."""
    leaves = isinstance(rest[-1], Decision) and rest[-1].verdict in ("return", "goto")
    if leaves and any(isinstance(each, Test | Maybe | SetChange | ByMap) for each in rest):
        body.unclear(rest[0], "a rule that tests what it has changed, and then leaves the chain")
        return
    name = f"{body.chain} {body.name}"
    inner = Placed(body.rule._replace(statements=rest), body.source, body.scope)
    uses = list(body.conditions.uses)
    rules = _walked(Body(body.table, name, "rule 1", inner, body.settled))
    body.conditions.uses[:] = uses
    body.table.chains[name] = Chain(name, tuple(rules), body.where)
    body.emit(Jump(name, comes_back=not leaves))


def _test(body: Body, test: Test) -> None:
    body.narrow(body.conditions.test(test, body.source, body.scope, body.settled), test)
    body.settle(test.left, test.op)
    body.hits = None


def _count(body: Body, statement: Count) -> None:
    body.hits = statement.packets


def _note(body: Body, statement: Note) -> None:
    """Nothing happens to the packet."""


def _maybe(body: Body, statement: Maybe) -> None:
    body.doubt(statement, f"`{statement.what}`")


def _set_change(body: Body, statement: SetChange) -> None:
    for field in fields_of(statement.key):
        body.narrow_to_field(field, statement)
    body.settle(statement.key, "==")
    body.doubt(statement, f"`{statement.operation}` of an element")


def _reject(body: Body, statement: Reject) -> None:
    if statement.kind == "tcp reset":
        body.narrow((Box(protocols=(only(6),)),), statement)
    elif statement.kind in ("icmp", "icmpv6") and len(body.conditions.versions) > 1:
        body.narrow((Box(version=4 if statement.kind == "icmp" else 6),), statement)
    body.emit(Verdict.REJECT)
    body.has_ended = True


def _untracked(body: Body, statement: Untracked) -> None:
    body.emit(Untrack())


def _strange(body: Body, statement: Strange) -> None:
    body.unclear(statement, f"`{shown(statement.what)}`", writes=True)
    body.has_ended = statement.ends


def _offload(body: Body, statement: Offload) -> None:
    """Packets of connections that are known pass by all chains from then on; new ones are not concerned."""
    known = (Box(states=(State.ESTABLISHED, State.RELATED)),)
    why = "`flow add`, by which packets of known connections pass by the chains"
    body.unclear(statement, why, product(body.boxes, known, partial(body.span, statement)))


def _decide(body: Body, decision: Decision) -> None:
    _emit_decision(body, decision, body.boxes)
    body.has_ended = True


def _by_map(body: Body, statement: ByMap) -> None:
    for each, boxes in body.look_up(statement.key, statement.table, statement):
        data = resolved(each.element.data, each.scope) if each.element.data is not None else None
        if isinstance(data, Decision):
            _emit_decision(body, data, boxes, each)
        else:
            body.emit(Unclear(), boxes=boxes, element=each, doubts=(Unmodelled(place(each), "no verdict"),))
    if not body.out:
        body.emit(Continue(), boxes=())
    body.has_ended = True


def _emit_decision(
    body: Body, decision: Decision, boxes: tuple[Box, ...], element: PlacedElement | None = None
) -> None:  # fmt: skip
    """A verdict, for these packets."""
    action = _VERDICTS.get(decision.verdict) or _jump(body, decision, element)
    if action is not None:
        body.emit(action, boxes=boxes, element=element)
        return
    source = element.source if element else body.source
    why = Unmodelled(source.span(decision.start, decision.end), f"`{decision.verdict}`")
    body.emit(Unclear(), boxes=boxes, element=element, doubts=(why,))


def _jump(body: Body, decision: Decision, element: PlacedElement | None) -> Jump | None:
    comes_back = decision.verdict == "jump"
    if decision.verdict not in ("jump", "goto"):
        return None
    if decision.block is not None:
        name = f"{body.chain} {body.name}"
        uses = list(body.conditions.uses)
        rules = rules_of(body.table, name, [Placed(each, body.source, body.scope) for each in decision.block])
        body.conditions.uses[:] = uses
        body.table.chains[name] = Chain(name, rules, body.where)
        return Jump(name, comes_back)
    scope = element.scope if element else body.scope
    target = resolved(decision.target, scope) if decision.target is not None else None
    return Jump(f"{body.table.title} {target.text}", comes_back) if isinstance(target, Literal) else None


_HANDLERS: Mapping[type, Callable[[Body, Any], None]] = {
    Test: _test, Count: _count, Note: _note, Maybe: _maybe, SetChange: _set_change, Decision: _decide,
    Reject: _reject, Untracked: _untracked, Strange: _strange, Offload: _offload, Assign: assign, ByMap: _by_map,
    Nat: translate,
}  # fmt: skip
