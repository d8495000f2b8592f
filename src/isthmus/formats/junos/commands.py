"""The form with commands → tree: ``set``, ``deactivate`` and ``activate``, as ``show | display set`` prints them."""

import re
from collections.abc import Sequence

from isthmus.diagnostics import did_you_mean, shown
from isthmus.formats.junos.building import Building, Item, Word
from isthmus.formats.junos.codes import SYNTAX
from isthmus.formats.junos.hierarchy import is_chatter, unescaped
from isthmus.formats.junos.tree import DEEPEST, Node

VERBS = frozenset({"set", "deactivate", "activate", "protect", "unprotect", "annotate"})
"""Commands that state something, and those that say nothing about packets."""

EDITS = frozenset(
    {"delete", "rename", "insert", "copy", "replace", "wildcard", "load", "rollback", "edit", "top", "up"}
)
"""Commands that change what is there, or what later commands mean."""

_SILENT = frozenset({"protect", "unprotect", "annotate", "commit", "run", "show", "exit", "quit", "configure"})
_UNUSUAL = re.compile(r'[\[\]"]')
_TOKEN = re.compile(r'\s*(?:(?P<mark>[\[\]])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<quote>")|(?P<word>[^\s\[\]"]+))')


class Commands:
    """Reads one text into a Building."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._inactive: dict[tuple[str, ...], None] = {}

    def read(self, lines: Sequence[str]) -> None:
        """Read all lines."""
        building = self._building
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text or text[0] == "#" or (text[:4] != "set " and is_chatter(text)):
                continue
            if text[:4] == "set " and not _UNUSUAL.search(text):
                self._plain(line, number, text)
            else:
                self._command(line, number, text)
        for path in self._inactive:
            parent = building.root.get(*path[:-1])
            if parent is not None and path[-1] in parent:
                building.deactivate(parent, path[-1])

    def _plain(self, line: str, number: int, text: str) -> None:
        """A ``set`` of words that are not quoted and no list."""
        words = text.split()
        if len(words) > DEEPEST:
            self._command(line, number, text)
            return
        node = self._building.root
        for place in range(1, len(words)):
            child = node.words.get(words[place])
            if not isinstance(child, Node):
                self._grow(node, words, place, line, number)
                return
            node = child

    def _grow(self, node: Node, words: list[str], place: int, line: str, number: int) -> None:
        """Put the words from ``place`` on below a node."""
        column = len(line) - len(line.lstrip()) + sum(map(len, words[:place])) + place
        if not line.startswith(words[place], column):  # more than one space somewhere
            column = 0
            for word in words[:place]:
                column = line.index(word, column) + len(word)
        for word in words[place:-1]:
            column = line.index(word, column)
            node = node.grow(word, number, column + 1)
            column += len(word)
        node.end(words[-1], number, line.index(words[-1], column) + 1)

    def _command(self, line: str, number: int, text: str) -> None:
        building, verb = self._building, text.split(None, 1)[0]
        column = len(line) - len(line.lstrip()) + 1
        where = building.span(number, column, len(verb))
        if verb in EDITS:
            building.complain_of_edit(verb, where)
        elif verb in ("set", "activate", "deactivate"):
            items = self._items(line, number, column - 1 + len(verb))
            if not items or building.is_too_long(items, 0):
                return
            if verb == "set":
                building.add(building.root, items)
            else:
                self._switch(verb, items)
        elif verb not in _SILENT:
            building.complain(SYNTAX, f"`{shown(verb)}` is no command", where, did_you_mean(verb, VERBS | EDITS))

    def _switch(self, verb: str, items: list[Item]) -> None:
        words = [item.text if isinstance(item, Word) else item[0].text for item in items]
        if verb == "deactivate":
            self._inactive[tuple(words)] = None
        else:
            self._inactive.pop(tuple(words), None)

    def _items(self, line: str, number: int, at: int) -> list[Item]:
        """The words and lists of a line from ``at`` on."""
        items: list[Item] = []
        into: list[Word] | None = None
        while found := _TOKEN.match(line, at):
            at, kind = found.end(), found.lastgroup or ""
            column = found.start(kind) + 1
            if kind == "quote":
                where = self._building.span(number, column, len(line) - column + 1)
                self._building.complain(SYNTAX, "a text is not closed by a quotation mark", where)
                return []
            if kind == "mark":
                if (found["mark"] == "[") != (into is None):
                    where = self._building.span(number, column)
                    self._building.complain(SYNTAX, f"`{found['mark']}` does not belong here", where)
                    return []
                if into is not None:
                    items.append(into)
                into = [] if into is None else None
                continue
            word = Word(unescaped(found[kind]), number, column - (kind == "text"))
            (items if into is None else into).append(word)
        if into is not None:
            self._building.complain(SYNTAX, "`[` is not closed", self._building.span(number, 1, len(line)))
            return []
        return items
