"""Reading the fields of one record: what cannot be understood is told, becomes a doubt, and reads as absent."""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network

from isthmus.diagnostics import shown
from isthmus.documents import Json, Record
from isthmus.formats.neutron import codes
from isthmus.formats.neutron.kinds import Kind
from isthmus.formats.neutron.notes import Notes
from isthmus.network import Unmodelled
from isthmus.packetset import Address, Prefix

_EMPTY: tuple[Json, ...] = (None, "", [], {}, False)

Path = str | int


class Fields:
    """The fields of a record of one kind; ``doubts`` grows with what is not understood."""

    __slots__ = ("_notes", "doubts", "kind", "record")

    def __init__(self, record: Record, kind: Kind, notes: Notes) -> None:
        self.record, self.kind, self._notes = record, kind, notes
        self.doubts: list[Unmodelled] = []
        if not record.values.keys() <= kind.known:
            for key, value in record.values.items():
                if key not in kind.known and value not in _EMPTY:
                    self._unknown(key)

    def _unknown(self, key: str) -> None:
        where = self._notes.place(self.record, key)
        what = f"field `{shown(key)}` of a {self.kind.title}"
        self._notes.tell_once((self.kind.key, key), codes.UNKNOWN_FIELD, f"{what} is not known", where)
        self.doubts.append(Unmodelled(where, what))

    def fault(self, message: str, *path: Path, help_: str = "") -> None:
        """Tell that a value is not understood, and doubt what the record says."""
        doubt = Unmodelled(self._notes.place(self.record, *path), message)
        if doubt not in self.doubts:
            self._notes.tell(codes.NOT_UNDERSTOOD, message, doubt.where, help_)
            self.doubts.append(doubt)

    def value(self, *path: Path) -> Json:
        """What stands at ``path``; None where nothing does."""
        found: Json = self.record.values
        for step in path:
            if isinstance(found, dict) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int):
                found = found[step]
            else:
                return None
        return found

    def text(self, *path: Path) -> str:
        """Text; empty where it is absent."""
        found = self.value(*path)
        if found is None or isinstance(found, str):
            return found or ""
        self.fault(f"`{shown(found)}` is not text", *path)
        return ""

    def flag(self, *path: Path, default: bool) -> bool:
        """True or false."""
        found = self.value(*path)
        if found is None or isinstance(found, bool):
            return default if found is None else found
        self.fault(f"`{shown(found)}` is neither true nor false", *path)
        return default

    def address(self, *path: Path) -> Address | None:
        """An IP address."""
        found = self.value(*path)
        if found is None or found == "":
            return None
        address = read_address(found) if isinstance(found, str) else None
        if address is None:
            self.fault(f"`{shown(found)}` is not an IP address", *path)
        return address

    def prefix(self, *path: Path) -> Prefix | None:
        """A prefix or an address; bits beyond the mask are ignored, as Neutron does."""
        found = self.value(*path)
        if found is None or found == "":
            return None
        prefix = read_prefix(found) if isinstance(found, str) else None
        if prefix is None:
            self.fault(f"`{shown(found)}` is not a prefix", *path, help_="write `192.0.2.0/24`")
        return prefix

    def has(self, *path: Path) -> bool:
        """Whether an object stands there."""
        found = self.value(*path)
        if found is not None and not isinstance(found, dict):
            self.fault(f"`{shown(found)}` is not an object", *path)
        return isinstance(found, dict)

    def entries(self, *path: Path) -> Iterator[tuple[Path, ...]]:
        """The way to each object of a list."""
        for each in self.places(*path):
            if isinstance(self.value(*each), dict):
                yield each
            else:
                self.fault("an entry is not an object", *each)

    def names(self, *path: Path) -> tuple[str, ...]:
        """A list of texts."""
        found = [(each, self.value(*each)) for each in self.places(*path)]
        for each, value in found:
            if not isinstance(value, str):
                self.fault(f"`{shown(value)}` is not text", *each)
        return tuple(value for _, value in found if isinstance(value, str))

    def places(self, *path: Path) -> list[tuple[Path, ...]]:
        """The way to each entry of a list."""
        found = self.value(*path)
        if isinstance(found, list):
            return [(*path, at) for at in range(len(found))]
        if found is not None:
            self.fault(f"`{shown(found)}` is not a list", *path)
        return []


@lru_cache(maxsize=1 << 16)
def read_address(text: str) -> Address | None:
    """An IP address, or None."""
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def read_prefix(text: str) -> Prefix | None:
    """A prefix whose bits beyond the mask may be set, or None.

    >>> str(read_prefix("192.0.2.7/24"))
    '192.0.2.0/24'
    """
    try:
        return None if "%" in text else ip_network(text, strict=False)
    except ValueError:
        return None
