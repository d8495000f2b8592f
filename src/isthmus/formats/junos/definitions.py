"""Prefix lists, also those that collect addresses from elsewhere in the configuration; and who uses them for routes."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from isthmus.diagnostics import shown
from isthmus.formats.junos.prefixes import Blocks
from isthmus.formats.junos.tree import META, Node
from isthmus.network import Definition, Unmodelled
from isthmus.packetset import Block

PREFIX_LIST = "prefix-list"
ROUTE_POLICY = "policy-statement"
"""The kind of a definition that says which prefix lists a routing policy refers to: no rule for packets."""

_LIST_WORDS = ("prefix-list", "prefix-list-filter")
_LONGEST_PATH = 30


@dataclass(frozen=True, slots=True)
class PrefixList:
    """The addresses of a list, of both IP versions."""

    blocks: tuple[Block, ...]
    doubts: tuple[Unmodelled, ...]


def prefix_lists(root: Node, blocks: Blocks) -> dict[str, PrefixList]:
    """Every prefix list by its name."""
    return {each.word: _prefix_list(each, root, blocks) for each in root.below("policy-options", "prefix-list")}


def definitions(root: Node, lists: dict[str, PrefixList]) -> dict[str, Definition]:
    """The lists, and the routing policies that use some."""
    found: dict[str, Definition] = {}
    for node in root.below("policy-options", "prefix-list"):
        known = lists[node.word]
        found[node.word] = Definition(
            node.word, PREFIX_LIST, node.where, known.blocks, doubts=known.doubts, comment=node.comment
        )
    for node in root.below("policy-options", "policy-statement"):
        uses = tuple(dict.fromkeys(name for name in _used_by(node) if name in lists))
        if uses:
            name = node.word if node.word not in found else f"{node.word} ({ROUTE_POLICY})"
            found[name] = Definition(name, ROUTE_POLICY, node.where, uses=uses, comment=node.comment)
    return found


def _used_by(policy: Node) -> Iterator[str]:
    rest = [policy]
    while rest:
        node = rest.pop()
        for child in node.statements():
            if child.word in _LIST_WORDS:
                yield from child.words
            else:
                rest.append(child)


def _prefix_list(node: Node, root: Node, blocks: Blocks) -> PrefixList:
    found: dict[Block, None] = {}
    doubts: list[Unmodelled] = []
    for each in node.statements():
        if each.word == "apply-path":
            for path in each:
                _apply_path(path, root, blocks, found, doubts)
            continue
        block = blocks.read(each)
        if block is None:
            doubts.append(blocks.reading.bad_value(each, "prefix"))
        else:
            found[block] = None
    return PrefixList(tuple(found), tuple(doubts))


def _apply_path(path: Node, root: Node, blocks: Blocks, found: dict[Block, None], doubts: list[Unmodelled]) -> None:
    """The prefixes that stand where a path such as ``interfaces <*> unit <*> family inet address <*>`` leads."""
    words = path.word.split()
    if not words or len(words) > _LONGEST_PATH:
        doubts.append(blocks.reading.bad_value(path, "path through the configuration"))
        return
    for word in at_path(root, words):
        block = blocks.read_quietly(word)
        if block is not None:
            found[block] = None


def at_path(root: Node, path: list[str]) -> Iterator[str]:
    """The words at the end of a path in which ``<…>`` stands for every word of that pattern."""
    level = [root]
    for step in path:
        level = [child for node in level for child in node if child.word not in META and is_named(step, child.word)]
    for node in level:
        yield node.word


def is_named(step: str, word: str) -> bool:
    """Whether a step of a path, or a name in a configuration group, means this word.

    >>> is_named("<ge-*>", "ge-0/0/1"), is_named("unit", "unit"), is_named("<*>", "unit")
    (True, True, True)
    """
    if step[:1] == "<" and step[-1:] == ">":
        return step == "<*>" or fnmatchcase(word, step[1:-1])
    return step == word


def undefined(name: str) -> str:
    """How a rule says that it refers to a list that is nowhere."""
    return f"prefix list `{shown(name)}` is not defined"
