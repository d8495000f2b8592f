"""The format's own shape of a file: the commands that ``nft -f`` would carry out, in the order of the text."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from isthmus.diagnostics import Span
from isthmus.formats.nftables.fields import Field
from isthmus.formats.nftables.tree import Element, Expression, Rule


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and the offsets at which its lines begin (those of ``str.splitlines``, which messages quote)."""

    file: str
    begins: tuple[int, ...]

    @classmethod
    def of(cls, file: str, text: str) -> "Source":
        """The source of a text."""
        begins, at = [], 0
        for line in text.splitlines(keepends=True):
            begins.append(at)
            at += len(line)
        return cls(file, (*begins, at + 1) if begins else (0, 1))

    def span(self, start: int, end: int) -> Span:
        """The place from ``start`` to before ``end``, as far as it lies on its first line."""
        begins = self.begins
        line = min(bisect_right(begins, start), len(begins) - 1)
        width = min(end, begins[line] - 1) - start
        return Span(self.file, line, start - begins[line - 1] + 1, width if width > 1 else 1)


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """What a chain's block says besides rules. ``hook`` is empty for a chain that is only jumped to."""

    kind: str = ""
    hook: str = ""
    priority: Expression | None = None
    devices: Expression | None = None
    policy: Expression | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class SetSpec:
    """What a set's block says: a field or type for each part of its key, and of its data where it is a map."""

    kind: str
    types: tuple[Field | None, ...] = ()
    flags: frozenset[str] = frozenset()
    is_map: bool = False
    stateful: str = ""
    comment: str = ""
    elements: tuple[Element, ...] = ()


class Target(NamedTuple):
    """What a command is about; empty where it names no table or no part of one."""

    family: str = "ip"
    table: str = ""
    name: str = ""


class Command(NamedTuple):
    """One command: ``verb`` is what is done, ``noun`` to what kind of thing; the rest as the noun needs it.

    Blocks are taken apart: ``table inet t { chain c { accept; } }`` is `add table`, `add chain`, `add rule`.
    """

    verb: str
    noun: str
    start: int
    end: int
    target: Target = Target()
    rule: Rule | None = None
    chain: ChainSpec | None = None
    set: SetSpec | None = None
    value: Expression | None = None
    text: str = ""
    scope: int = 0
    """The number of the block whose variables it sees; see ``Tree.scopes``."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One file. ``scopes`` tells the block around each block, by number; the file itself is 0."""

    source: Source
    commands: tuple[Command, ...]
    scopes: tuple[int, ...] = (0,)
    is_broken: bool = False
    """Part of the file could not be read at all."""
