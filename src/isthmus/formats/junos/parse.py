"""Text → tree, in whichever of its two forms Junos wrote it; and how to tell a Junos configuration from other texts."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.format import Parsed, Text
from isthmus.formats.junos.building import Building
from isthmus.formats.junos.codes import SYNTAX
from isthmus.formats.junos.commands import EDITS, VERBS, Commands
from isthmus.formats.junos.hierarchy import Hierarchy, is_chatter
from isthmus.formats.junos.sections import TOP

_OWN_NAMES = ("junos.conf", "junos.set")
_BLOCK = re.compile(r"(?:replace:\s+|inactive:\s+)?(?P<word>[a-z-]+)\s*(?:\{|[^;{}]*;)")
_FIRST_LINES = 20_000
"""Characters in which the first statement is looked for."""


def looks_like(path: str, text: str) -> bool:
    """Whether a text is a Junos configuration, by its name or, where that is just ``*.conf``, by its first statement.

    >>> looks_like("filters.junos", ""), looks_like("cr1.conf", "firewall {"), looks_like("nft.conf", "table ip x {")
    (True, True, False)
    """
    name = PurePosixPath(path).name
    if name.endswith(".junos") or name in _OWN_NAMES:
        return True
    if not name.endswith(".conf"):
        return False
    first = next(_statements(text[:_FIRST_LINES].splitlines()), "")
    if _is_command(first):
        return first.split()[1:2] != [] and first.split()[1] in TOP
    found = _BLOCK.match(first)
    return found is not None and found["word"] in TOP


def parse(text: Text) -> Parsed:
    """Read a configuration. Nothing is raised."""
    building = Building.of(text.name)
    lines = text.lines
    first = next(_statements(lines), "")
    if not first:
        message, help_ = "the configuration holds no statement", "collect it again: `show configuration | no-more`"
        building.problems.append(Diagnostic(SYNTAX, message, Span(text.name), help_))
    elif _is_command(first):
        Commands(building).read(lines)
    else:
        Hierarchy(building).read(lines)
    return Parsed(building.tree(applies_groups="apply-groups" in text.text), tuple(building.problems))


def _is_command(line: str) -> bool:
    words = line.split(None, 2)
    return len(words) > 1 and words[0] in VERBS | EDITS and not words[1].startswith(("{", ";"))


def _statements(lines: Sequence[str]) -> Iterator[str]:
    """The lines that are no comment and nothing that a terminal shows around a configuration."""
    is_comment = False
    for line in lines:
        text = line.strip()
        if not is_comment and text.startswith("/*"):
            is_comment, text = True, text[2:]
        if is_comment:
            _, end, text = text.partition("*/")
            is_comment, text = not end, text.strip()
        if text and not is_comment and not text.startswith("#") and not is_chatter(text):
            yield text
