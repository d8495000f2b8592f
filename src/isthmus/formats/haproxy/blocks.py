"""`.if`, `.elif`, `.else`, `.endif`: which lines count, where the text alone can tell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.diagnostics import Diagnostic
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.tree import Statement
from isthmus.network import Unmodelled

_MESSAGES = (".diag", ".notice", ".warning", ".alert")
_NUMBER = re.compile(r"(!*)\s*([0-9]{1,18})")


@dataclass(slots=True)
class _Block:
    """An open ``.if``. ``counts``: whether the branch that we are in does (None: nobody knows)."""

    opened: Statement
    counts: bool | None
    was_taken: bool | None
    """Whether an earlier branch surely counted (None: perhaps)."""
    has_else: bool = False
    doubt: Unmodelled | None = None


class Blocks:
    """The blocks that are open at a line, innermost last."""

    def __init__(self) -> None:
        self.open: list[_Block] = []
        self.unmodelled: list[Unmodelled] = []

    @property
    def is_skipping(self) -> bool:
        """Whether the line surely does not count."""
        return any(each.counts is False for each in self.open)

    @property
    def doubt(self) -> Unmodelled | None:
        """The condition that decides whether the line counts, where we cannot."""
        return next((each.doubt for each in self.open if each.counts is None), None)

    def take(self, line: Statement) -> Iterator[Diagnostic]:
        """Read a line that begins with a dot."""
        word = line.keyword
        if word in (".if", ".elif", ".else", ".endif"):
            yield from self._block(line)
        elif word not in _MESSAGES:
            known = ", ".join((".if", ".elif", ".else", ".endif", *_MESSAGES))
            yield Diagnostic(codes.BROKEN_BLOCK, f"`{word}` is no directive", line.where, f"directives: {known}")
            self.unmodelled.append(Unmodelled(line.where, f"`{line.text}`"))
        elif word == ".alert" and not self.is_skipping:
            self.unmodelled.append(Unmodelled(line.where, "`.alert`: HAProxy does not start where it is reached"))

    def _block(self, line: Statement) -> Iterator[Diagnostic]:
        word = line.keyword
        if word == ".if":
            self.open.append(_Block(line, None, was_taken=False))
            yield from self._enter(self.open[-1], line)
        elif not self.open:
            yield Diagnostic(codes.BROKEN_BLOCK, f"`{word}` without `.if`", line.where, "remove it, or open the block")
        elif word == ".endif":
            self.open.pop()
        elif self.open[-1].has_else:
            message = f"`{word}` after the `.else` of line {self.open[-1].opened.where.line}"
            yield Diagnostic(codes.BROKEN_BLOCK, message, line.where, "a block has one `.else`, and it comes last")
        else:
            block = self.open[-1]
            block.has_else = word == ".else"
            if block.counts or (block.counts is None and block.was_taken is False):
                block.was_taken = block.counts
            yield from self._enter(block, line)

    def _enter(self, block: _Block, line: Statement) -> Iterator[Diagnostic]:
        """Begin a branch."""
        wanted = True if line.keyword == ".else" else _decided(line)
        if block.was_taken or wanted is False:
            block.counts = False
        elif block.was_taken is None or wanted is None:
            block.counts = None
            if line.keyword != ".else" or block.doubt is None:
                block.doubt = Unmodelled(line.where, f"`{line.text}` is not decided")
            if not self.is_skipping and block.doubt.where == line.where:
                self.unmodelled.append(block.doubt)
                message = f"whether `{line.text}` holds is not known"
                help_ = "what stands in the block is treated both ways"
                yield Diagnostic(codes.UNDECIDED_BLOCK, message, line.where, help_)
        else:
            block.counts = True

    def close(self) -> Iterator[Diagnostic]:
        """The file ends."""
        for each in self.open:
            yield Diagnostic(codes.BROKEN_BLOCK, "this block is never closed", each.opened.where, "add `.endif`")


def _decided(line: Statement) -> bool | None:
    """What a condition says by itself: a number, perhaps negated, or nothing at all."""
    words = [each.text for each in line.words[1:]]
    if any(each.variables for each in line.words):
        return None
    if not "".join(words):
        return False
    found = _NUMBER.fullmatch(" ".join(words))
    return None if found is None else bool(int(found[2])) != bool(len(found[1]) % 2)
