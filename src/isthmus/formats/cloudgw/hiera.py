"""Asking a device's hiera files for a key: the levels, and the marks in texts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.documents import Node
from isthmus.formats.cloudgw.codes import MANY_SITES, TWICE, UNRESOLVED
from isthmus.formats.cloudgw.comments import comments_of
from isthmus.formats.cloudgw.levels import Level, level_of
from isthmus.formats.cloudgw.shapes import HieraFile, Said

_MARK = re.compile(r"%\{([^{}]*)\}")
_CALL = re.compile(r"\s*(lookup|hiera|alias|literal)\(\s*(['\"])(.*?)\2\s*\)\s*")
_HOST = frozenset({"hostname", "facts.hostname", "facts.networking.hostname", "networking.hostname"})
_DEEPEST = 20
"""How many marks may lead from one to the next."""
_LONGEST = 10_000
"""How many characters a text may have once its marks are followed."""
_MOST = 100_000
"""How many texts a list may have once its marks are followed."""


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a key, in the file that answers for it; ``doubt`` says why it may be another one."""

    key: str
    file: HieraFile
    node: Node
    doubt: str = ""

    @property
    def where(self) -> Span:
        """The place of the key."""
        return self.file.root.keys[self.key].span(self.file.name)


class Hiera:
    """The hiera of one device; ``files`` are those that count for it, in the order in which they are asked."""

    def __init__(self, device: str, files: Sequence[HieraFile], problems: list[Diagnostic]) -> None:
        """Put the files in order; what is wrong goes to ``problems``."""
        self.device, self.host, self.problems = device, device.partition(".")[0], problems
        levels = [(level_of(each.name, device), each) for each in files]
        self.site = self._site([pair for pair in levels if pair[0].site])
        own = [pair for pair in levels if self._concerns(pair[0])]
        self._known: dict[str, list[Said]] = {}
        self._depth = 0
        self.levels = sorted(own, key=lambda pair: (pair[0].rank, pair[1].name))

    def _concerns(self, level: Level) -> bool:
        return level.site in ("", self.site) and level.host in ("", self.device, self.host)

    def _site(self, files: Sequence[tuple[Level, HieraFile]]) -> str:
        """The site of the device: the only one that there is, else the one whose files name the device."""
        sites = sorted({level.site for level, _ in files})
        if len(sites) < 2:
            return sites[0] if sites else ""
        naming = {
            level.site for level, each in files if any(self.host in node.keys for node in each.root.value.values())
        }
        if len(naming) == 1:
            return naming.pop()
        message = f"the files speak of several sites: {', '.join(f'`{shown(each)}`' for each in sites)}"
        help_ = "keep the files of the device's own site"
        self.problems.append(Diagnostic(MANY_SITES, message, Span(files[0][1].name), help_))
        return "?"

    def every_key(self) -> Iterator[tuple[str, Span]]:
        """Every key of every file that counts, with its place."""
        for _, file in self.levels:
            for key, node in file.root.keys.items():
                yield key, node.span(file.name)

    def statements(self, prefixes: Sequence[str]) -> int:
        """How much is written under keys with these prefixes: a statement each, or one for each element of a list."""
        roots = [file.root for _, file in self.levels]
        values = [node for root in roots for key, node in root.items() if key.rpartition("::")[0] in prefixes]
        return sum(max(1, len(list(_scalars(each)))) for each in values)

    def find(self, *keys: str) -> Found | None:
        """The value of the first of these keys that any level answers."""
        for key in keys:
            holding = [(level, file) for level, file in self.levels if file.root.child(key) is not None]
            if holding:
                level, file = holding[0]
                node = file.root.value[key]
                rivals = [each for other, each in holding[1:] if other.rank == level.rank]
                other = next((each for each in rivals if each.root.value[key].plain() != node.plain()), None)
                found = Found(key, file, node)
                return found if other is None else self._contested(found, other)
        return None

    def _contested(self, found: Found, other: HieraFile) -> Found:
        where = other.root.keys[found.key].span(other.name)
        message = f"`{shown(found.key)}` has another value at {found.where}, on the same level"
        self.problems.append(Diagnostic(TWICE, message, where, "keep one of them"))
        return replace(found, doubt=message)

    def texts(self, found: Found) -> list[Said]:
        """The texts of a value: its own, or those of its elements; marks are followed.

        Of a value that may be another one there is a single text, of which nothing is known.
        """
        if found.doubt:
            return [Said(shown(found.key), found.where, doubt=found.doubt)]
        nodes = list(_scalars(found.node))
        comments = comments_of(found.file.lines, [each.line for each in nodes])
        said: list[Said] = []
        for node, comment in zip(nodes, comments, strict=True):
            said += self._followed(Said(node.spelled, node.span(found.file.name), comment))
            if len(said) > _MOST:
                return [Said(shown(found.key), found.where, doubt=f"`{shown(found.key)}` has too many entries")]
        return said

    def _followed(self, said: Said) -> list[Said]:
        """A text with its marks followed: one text, or those of the list that an alias stands for."""
        if "%{" not in said.text:
            return [said]
        call = _CALL.fullmatch(said.text[2:-1]) if said.text.endswith("}") else None
        if call and call[1] == "alias":
            return self._looked_up(call[3]) or [self._unresolved(said, said.text)]
        parts: list[str] = []
        end = 0
        for mark in _MARK.finditer(said.text):
            value = self._value(mark[1])
            if value is None:
                return [self._unresolved(said, mark[0])]
            parts += [said.text[end : mark.start()], value]
            end = mark.end()
        text = "".join([*parts, said.text[end:]])
        return [replace(said, text=text) if len(text) <= _LONGEST else self._unresolved(said, said.text)]

    def _value(self, inside: str) -> str | None:
        """What the inside of a mark stands for; None where that is not known, or is no single text."""
        call = _CALL.fullmatch(inside)
        if call is None:
            name = inside.strip().removeprefix("::")
            known = {"site": self.site if self.site != "?" else ""} | dict.fromkeys(_HOST, self.host)
            return known.get(name) or None
        if call[1] == "literal":
            return call[3]
        said = self._looked_up(call[3])
        found = self.find(call[3].removeprefix("::"))
        is_text = found is not None and not isinstance(found.node.value, list | dict)
        return said[0].text if is_text and len(said) == 1 and not said[0].doubt else None

    def _looked_up(self, key: str) -> list[Said]:
        """The texts of another key; none where no file has it, or where it leads back to itself."""
        key = key.removeprefix("::")
        if key not in self._known:
            self._known[key] = []
            found = self.find(key) if self._depth < _DEEPEST else None
            self._depth += 1
            self._known[key] = self.texts(found) if found is not None else []
            self._depth -= 1
        return self._known[key]

    def _unresolved(self, said: Said, mark: str) -> Said:
        message = f"`{shown(mark)}` stands for something that no file of the device tells"
        help_ = "add the file that has the key, to the device's folder"
        self.problems.append(Diagnostic(UNRESOLVED, message, said.where, help_))
        return replace(said, doubt=message)


def _plain(key: str) -> str:
    return key.removeprefix("::")


def _scalars(node: Node) -> Iterator[Node]:
    """The texts and numbers of a value, in order; what is nothing, or a mapping, has none."""
    if isinstance(node.value, list):
        for each in node.elements():
            yield from _scalars(each)
    elif not isinstance(node.value, dict) and node.spelled:
        yield node
