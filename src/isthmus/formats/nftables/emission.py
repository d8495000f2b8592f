"""Boxes and an action → rules of the network model: one for each interface and mark that is asked for."""

from typing import NamedTuple

from isthmus.diagnostics import Span
from isthmus.formats.nftables.boxes import Box
from isthmus.network import Action, InterfaceTest, Jump, MarkTest, Rule, Unclear, Unmodelled

_Tests = tuple[InterfaceTest | None, InterfaceTest | None, MarkTest | None]


class Origin(NamedTuple):
    """Where rules come from: what is the same for all of them."""

    where: Span
    name: str
    comment: str
    hits: int | None
    uses: tuple[str, ...]


def network_rules(
    action: Action, boxes: tuple[Box, ...], doubts: tuple[Unmodelled, ...], origin: Origin
) -> list[Rule]:  # fmt: skip
    """The rules; none where nothing can match and what would happen is not known either."""
    if len(boxes) == 1:
        return [_rule(action, boxes[0][10:13], boxes, doubts, origin)]
    groups: dict[_Tests, list[Box]] = {}
    for each in boxes:
        groups.setdefault(each[10:13], []).append(each)
    if not groups:
        return [] if isinstance(action, Unclear) else [_rule(action, (None, None, None), (), (), origin)]
    made: list[Rule] = []
    for tests, members in groups.items():
        alternatives = tuple(members)
        comes_back = isinstance(action, Jump) and action.comes_back
        if comes_back and any(each.mark != tests[2] for each in made):
            why = Unmodelled(origin.where, "a jump for several marks, which the chain may change")
            alternatives = tuple(each._replace(doubts=(*each.doubts, why)) for each in alternatives)
        made.append(_rule(action, tests, alternatives, doubts, origin))
    return made


def _rule(
    action: Action, tests: _Tests, boxes: tuple[Box, ...], doubts: tuple[Unmodelled, ...], origin: Origin
) -> Rule:  # fmt: skip
    arriving, leaving, mark = tests
    where, name, comment, hits, uses = origin
    matches = tuple(each.match() for each in boxes if not each.doubts)
    perhaps = tuple(each.match() for each in boxes if each.doubts)
    if perhaps:
        doubts = tuple(dict.fromkeys((*doubts, *(doubt for each in boxes for doubt in each.doubts))))
    return Rule(matches, action, where, name, perhaps, doubts, arriving, leaving, mark, comment, hits, uses)
