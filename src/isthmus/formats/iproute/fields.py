"""The values of one record, each asked for by its kind; what is none becomes a diagnostic and a doubt."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface, ip_network

from isthmus.diagnostics import Code, Diagnostic, Span, shown
from isthmus.documents import Json, Record
from isthmus.formats.iproute.codes import BAD_VALUE, NOT_MODELLED
from isthmus.formats.iproute.parse import Listing
from isthmus.network import Unmodelled
from isthmus.packetset import Address, Prefix

Path = str | int


class Fields:
    """One record; ``doubts`` and ``problems`` grow with what is not understood."""

    __slots__ = ("doubts", "listing", "problems", "record")

    def __init__(self, listing: Listing, record: Record) -> None:
        self.listing, self.record = listing, record
        self.doubts: list[Unmodelled] = []
        self.problems: list[Diagnostic] = []

    @property
    def where(self) -> Span:
        """The record's place."""
        return self.record.where

    def place(self, *path: Path) -> Span:
        """The place of one of its values."""
        return self.listing.records.place(self.record, *path)

    def doubt(self, code: Code, what: str, help_: str, *path: Path) -> None:
        """Something is not known."""
        where = self.place(*path)
        self.problems.append(Diagnostic(code, what, where, help_))
        self.doubts.append(Unmodelled(where, what))

    def bad(self, expected: str, *path: Path) -> None:
        """A value is none of the expected kind."""
        self.doubt(BAD_VALUE, f"`{shown(self.value(*path))}` is not {expected}", "collect the text again", *path)

    def unknown(self, *known: Iterable[str]) -> None:
        """Doubt every key that is in none of the collections."""
        every = set().union(*known)
        for key in self.record.values:
            if key not in every:
                self.doubt(NOT_MODELLED, f"`{shown(key)}` is not modelled", "answers that need it are unknown", key)

    def has(self, key: str) -> bool:
        """Whether there is such a key; ``ip`` writes null for a word without a value."""
        return key in self.record.values

    def value(self, *path: Path) -> Json:
        """What stands at the path, None where nothing does."""
        found: Json = self.record.values
        for step in path:
            if isinstance(found, dict) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def text(self, *path: Path) -> str | None:
        """A word."""
        found = self.value(*path)
        if found is None or (isinstance(found, str) and found):
            return found
        self.bad("a word", *path)
        return None

    def name(self, *path: Path) -> str | None:
        """A word, or a number that stands for one: the name of a table."""
        found = self.value(*path)
        if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
            return str(found)
        return self.text(*path)

    def number(self, *path: Path, most: int = 0xFFFFFFFF) -> int | None:
        """A number from 0 on, decimal or with ``0x`` in a word."""
        found = self.value(*path)
        if found is None:
            return None
        number = _number(found)
        if number is None or not 0 <= number <= most:
            self.bad(f"a number from 0 to {most}", *path)
            return None
        return number

    def address(self, *path: Path) -> Address | None:
        """An address."""
        found = self.value(*path)
        if found is None:
            return None
        address = read_address(found) if isinstance(found, str) else None
        if address is None:
            self.bad("an address", *path)
        return address

    def prefix(self, *path: Path, length: int | None = None) -> Prefix | None:
        """A prefix or an address; bits behind the length are not looked at."""
        found = self.value(*path)
        if not isinstance(found, str):
            self.bad("a prefix", *path)
            return None
        prefix = _prefix(found if length is None else f"{found}/{length}")
        if prefix is None:
            self.bad("a prefix", *path)
        return prefix

    def interface(self, address: tuple[Path, ...], length: tuple[Path, ...]) -> IPv4Interface | IPv6Interface | None:
        """An address with the length of its prefix."""
        found, bits = self.address(*address), self.number(*length, most=128)
        if found is None or bits is None:
            for path in (address, length):
                if self.value(*path) is None:
                    self.doubt(BAD_VALUE, f"an address has no `{path[-1]}`", "collect the text again", *path[:-1])
            return None
        if bits > found.max_prefixlen:
            self.bad(f"a number from 0 to {found.max_prefixlen}", *length)
            return None
        return ip_interface((found, bits))

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        found = self.value(key)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.bad("a list of words", key)
            return ()
        return tuple(each for each in found if isinstance(each, str))

    def objects(self, key: str) -> Iterator[int]:
        """The places of the objects of a list; empty ones are left out, as ``ip`` prints them for what it filters."""
        found = self.value(key)
        if not isinstance(found, list):
            if found is not None:
                self.bad("a list", key)
            return
        for place, each in enumerate(found):
            if not isinstance(each, dict):
                self.bad("an object", key, place)
            elif each:
                yield place


def _number(found: Json) -> int | None:
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    if isinstance(found, str) and len(found) <= 20 and found.isascii():
        try:
            return int(found, 0)
        except ValueError:
            return None
    return None


@lru_cache(maxsize=1 << 14)
def read_address(word: str) -> Address | None:
    """An address; None for any other word."""
    try:
        found = ip_address(word)
    except ValueError:
        return None
    return None if isinstance(found, IPv6Address) and found.scope_id else found


@lru_cache(maxsize=1 << 14)
def _prefix(word: str) -> Prefix | None:
    try:
        return None if "%" in word else ip_network(word, strict=False)
    except ValueError:
        return None
