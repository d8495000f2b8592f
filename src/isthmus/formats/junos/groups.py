"""Configuration groups and interface ranges: statements written once, put where they are meant.

``apply-groups`` adds the statements of a group below the place where it stands. A name in angle brackets in a group
means every statement of that pattern that is there already. What a place says itself counts more than what it
inherits, and the group named first more than later ones.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.diagnostics import did_you_mean, shown
from isthmus.formats.junos.codes import NO_GROUP
from isthmus.formats.junos.definitions import is_named
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import META, Node

_SINGLE = frozenset({
    "description", "vlan-id", "native-vlan-id", "interface-mode", "port-mode", "instance-type", "preference",
    "l3-interface", "routing-interface", "input", "output", "mtu", "host-name", "encapsulation",
})  # fmt: skip
"""Statements that take one value: what is inherited does not stand beside one's own."""

_PROVIDED = frozenset({"junos-defaults"})
"""Groups that every device has, with nothing about packets in them."""

_MOST_STEPS = 300_000
_LONGEST_RANGE = 1000
_MEMBER = re.compile(r"(?P<front>.*?)(?P<number>[0-9]{1,6})")

Positions = Mapping[str, tuple[Node, ...]]
"""Where each group stands on the way through the configuration, by its name."""


@dataclass(slots=True)
class Groups:
    """Puts the groups of a configuration where they are applied."""

    reading: Reading
    _steps: int = 0
    _told: set[str] = field(default_factory=set)

    def expanded(self, root: Node, *, applied: bool) -> Node:
        """The configuration with all that it inherits. The tree that is given stays as it is."""
        if not applied:
            return self._ranges(root)
        groups_ = root.get("groups") or root
        groups = {each.word: each for each in groups_.statements()} if groups_ is not root else {}
        names = {name.word: name for name in _applied(root)}
        for name, node in names.items():
            if name not in groups and name not in _PROVIDED:
                self._lost(node, groups)
        positions = {name: (group,) for name, group in groups.items() if name in names}
        for name in positions:
            if groups[name].get("when") is not None:
                self.reading.doubt_everything(groups[name], f"conditions of group `{shown(name)}`")
            if any(True for _ in _applied(groups[name])):
                self.reading.doubt_everything(groups[name], f"groups applied inside group `{shown(name)}`")
        if positions:
            root = self._node(root, positions, ())
            if self._steps > _MOST_STEPS:
                self.reading.doubt_everything(groups_, "groups that add too much to follow")
        return self._ranges(root)

    def _lost(self, node: Node, groups: Mapping[str, Node]) -> None:
        message = f"group `{shown(node.word)}` is not defined"
        self.reading.complain(NO_GROUP, message, node, did_you_mean(node.word, groups, what="groups"))
        self.reading.device_doubts.append(self.reading.doubt(node, message))

    def _node(self, own: Node, positions: Positions, active: tuple[str, ...]) -> Node:
        """A node with what it inherits from the groups that are active there."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return own
        refused = {each.word for each in own.below("apply-groups-except")}
        named = [each.word for each in own.get("apply-groups") or _NOTHING]
        active = tuple(name for name in dict.fromkeys((*named, *active)) if name not in refused and name in positions)
        words = dict(own.words)
        node = Node(own.word, own.file, own.line, own.column, words, own.comment, own.is_emptied)
        for name in active:
            if own.word in _SINGLE and words:
                break
            before = len(words)
            for child in _plain(positions[name]):
                words.setdefault(child.word, Node(child.word, child.file, child.line, child.column, {}, child.comment))
            if own.word == "term" and len(words) > before > 0:
                self._doubt_order(own, name)
        for child in node:
            inside = {name: found for name in positions if (found := _positions(positions[name], child.word))}
            if inside and child.word not in META and (own.word or child.word != "groups"):
                words[child.word] = self._node(child, inside, active)
        node.is_emptied = own.is_emptied and not words
        return node

    def _doubt_order(self, terms: Node, group: str) -> None:
        """Terms have an order: whether inherited ones come before one's own is not known."""
        if group not in self._told:
            self._told.add(group)
            self.reading.doubt_everything(terms, f"whether terms of group `{shown(group)}` come before or after")

    def _ranges(self, root: Node) -> Node:
        """The configuration with what ``interface-range`` says of its members."""
        interfaces = root.get("interfaces")
        if interfaces is None or "interface-range" not in interfaces:
            return root
        words = dict(interfaces.words)
        whole = Node(interfaces.word, interfaces.file, interfaces.line, interfaces.column, words)
        for range_ in interfaces.below("interface-range"):
            said: dict[str, Node | int] = {each.word: each for each in range_ if each.word not in _ABOUT_RANGES}
            for member in [*self._members(range_, list(words))]:
                own = whole.get(member.word) or member
                words[member.word] = _with(own, Node(member.word, member.file, member.line, member.column, said))
        return Node(root.word, root.file, words={**root.words, "interfaces": whole})

    def _members(self, range_: Node, interfaces: Sequence[str]) -> Iterator[Node]:
        for each in range_.below("member"):
            if any(mark in each.word for mark in "*?["):
                for name in [name for name in interfaces if is_named(f"<{each.word}>", name)]:
                    yield Node(name, each.file, each.line, each.column)
                self.reading.unmodelled(each, f"members `{shown(each.word)}` that are not configured by their names")
            else:
                yield Node(each.word, each.file, each.line, each.column)
        for first in range_.below("member-range"):
            last = first.value("to")
            names = _between(first.word, last.word) if last is not None else None
            if names is None:
                self.reading.doubt_everything(first, f"members of interface range `{shown(range_.word)}`")
            for name in names or ():
                yield Node(name, first.file, first.line, first.column)


_NOTHING = Node("", "")
_ABOUT_RANGES = META | {"member", "member-range", "description"}


def _applied(root: Node) -> Iterator[Node]:
    """Every name of a group that is applied somewhere below, groups themselves aside."""
    rest = [root]
    while rest:
        node = rest.pop()
        yield from node.get("apply-groups") or _NOTHING
        rest.extend(child for child in node if child.words and (node.word or child.word != "groups"))


def _plain(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for child in (child for node in nodes for child in node):
        if not (child.word[:1] == "<" and child.word[-1:] == ">") and child.word not in META:
            yield child


def _positions(nodes: tuple[Node, ...], word: str) -> tuple[Node, ...]:
    """Where a group stands one word further."""
    return tuple(child for node in nodes for child in node if is_named(child.word, word))


def _with(own: Node, inherited: Node) -> Node:
    """A node with all that another says besides."""
    words = dict(own.words)
    for child in inherited:
        before = own.get(child.word)
        if before is None:
            words[child.word] = child
        elif child.word not in _SINGLE:
            words[child.word] = _with(before, child)
    return Node(own.word, own.file, own.line, own.column, words, own.comment)


def _between(first: str, last: str) -> list[str] | None:
    """The interfaces of a range such as ``ge-0/0/0`` to ``ge-0/0/7``; None where it is none.

    >>> _between("ge-0/0/9", "ge-0/0/11")
    ['ge-0/0/9', 'ge-0/0/10', 'ge-0/0/11']
    """
    start, end = _MEMBER.fullmatch(first), _MEMBER.fullmatch(last)
    if start is None or end is None or start["front"] != end["front"]:
        return None
    count = int(end["number"]) - int(start["number"])
    if not 0 <= count < _LONGEST_RANGE:
        return None
    return [f"{start['front']}{int(start['number']) + step}" for step in range(count + 1)]
