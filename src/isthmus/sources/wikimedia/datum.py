"""A value of a source file with its place: every reader of a field says where the field is wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from isthmus.diagnostics import Span
from isthmus.documents import Node
from isthmus.estate import IPAddress, IPPrefix, PortRange
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve

MARK = "%{"
"""What begins a Hiera interpolation mark."""


def nobody(datum: "Datum") -> "Datum":
    """Resolves no mark: for files that stand outside Hiera."""
    raise CannotResolve(str(datum.node.value)[:60], "only Hiera resolves such marks", datum.where)


@dataclass(frozen=True, slots=True)
class Datum:
    """A value, the file it stands in, and who resolves the marks in it; None once they are resolved."""

    file: str
    node: Node
    resolve: "Callable[[Datum], Datum] | None" = nobody
    key: Node | None = None
    """The key that the value stands under, where it is a mapping's: that is where readers look for it."""

    @property
    def where(self) -> Span:
        """The place of the value; of a mapping, the place of its key."""
        return (self.key or self.node).span(self.file)

    @property
    def origin(self) -> str:
        """The place as an estate's record keeps it: ``file:line``."""
        return f"{self.file}:{self.where.line}"

    def settled(self) -> "Datum":
        """The value with its marks resolved; raises CannotResolve where one stands for something unknown."""
        marked = isinstance(self.node.value, str) and MARK in self.node.value
        return self.resolve(self) if marked and self.resolve else self

    def child(self, key: str) -> "Datum | None":
        """The value under a key, or None."""
        whole = self.settled()
        node = whole.node.child(key)
        return None if node is None else whole._below(node, whole.node.keys.get(key))

    def need(self, key: str) -> "Datum":
        """The value under a key that must be there."""
        found = self.child(key)
        if found is None:
            raise CannotImport(f"`{key}` is missing", self.where)
        return found

    def items(self) -> "Iterator[tuple[Datum, Datum]]":
        """Keys and values of a mapping; raises CannotImport for anything else."""
        whole = self.settled()
        if not isinstance(whole.node.value, dict):
            raise CannotImport(f"a mapping is expected here, not {whole.node.described()}", self.where)
        for name, node in whole.node.items():
            key = whole.node.keys.get(name, Node(name, node.line, node.column, node.width))
            yield whole._below(key), whole._below(node, key)

    def values(self) -> "Iterator[Datum]":
        """The values of a mapping; raises CannotImport for anything else."""
        yield from (value for _, value in self.items())

    def elements(self) -> "Iterator[Datum]":
        """The elements of a list; a single value stands for a list of one."""
        whole = self.settled()
        if not isinstance(whole.node.value, list):
            yield whole
            return
        for node in whole.node.elements():
            yield whole._below(node)

    def _below(self, node: Node, key: Node | None = None) -> "Datum":
        """A value inside this one."""
        return replace(self, node=node, key=key if isinstance(node.value, dict) else None)

    def text(self) -> str:
        """The value as one line of text; numbers and truth values as they are spelled."""
        node = self.settled().node
        if isinstance(node.value, str | int | float):
            spelled = node.value if isinstance(node.value, str) else node.text or str(node.value).lower()
            if spelled.strip():
                return re.sub(r"\s+", " ", spelled).strip()
        raise CannotImport(f"text is expected here, not {node.described()}", self.where)

    def whole(self) -> int:
        """The value as a whole number, however it is quoted."""
        text = self.text()
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise CannotImport(f"`{text[:60]}` is not a whole number", self.where)
        return int(text)

    def port(self) -> PortRange:
        """The value as one port."""
        number = self.whole()
        if number > 65535:
            raise CannotImport(f"`{number}` is not a port between 0 and 65535", self.where)
        return PortRange(number, number)

    def truth(self) -> bool:
        """The value as true or false."""
        text = self.text()
        if text not in ("true", "false"):
            raise CannotImport(f"`{text[:60]}` is neither true nor false", self.where)
        return text == "true"

    def address(self) -> IPAddress:
        """The value as one address."""
        return read_address(self.text(), self.where)

    def prefix(self) -> IPPrefix:
        """The value as a prefix; an address alone stands for itself."""
        return read_prefix(self.text(), self.where)


def read_address(text: str, where: Span) -> IPAddress:
    """Read one address; raises CannotImport for anything else."""
    try:
        if "%" in text:
            raise ValueError
        return ip_address(text)
    except ValueError:
        raise CannotImport(f"`{text[:60]}` is not an address", where) from None


def read_prefix(text: str, where: Span) -> IPPrefix:
    """Read one prefix without host bits; raises CannotImport for anything else."""
    try:
        if not re.fullmatch(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?", text):
            raise ValueError
        return ip_network(text)
    except ValueError:
        raise CannotImport(f"`{text[:60]}` is not a prefix", where) from None
