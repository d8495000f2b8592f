"""One entry of an ipset (``10.0.0.0/8,tcp:80``) as a box in the set's space, by the parts of the set's type."""

from collections.abc import Iterator, Sequence
from itertools import product

from isthmus.diagnostics import did_you_mean
from isthmus.formats.iptables import ports_of_sets
from isthmus.formats.iptables.interfaces import interface
from isthmus.formats.iptables.meet import bounds
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.regions import Entry
from isthmus.formats.iptables.values import address_range, block, number, plain, ports
from isthmus.packetset import AddressRange, Interval, MaskedAddresses
from isthmus.packetset.addresses import WIDTHS

PARTS = {
    "hash": ("ip", "net", "port", "iface", "mac", "mark"),
    "bitmap": ("ip", "port", "mac"),
    "list": ("set",),
}
"""What entries of each kind of set are made of."""

_FLAGS = ("nomatch", "wildcard", "-exist", "-!")
_VALUES = ("timeout", "packets", "bytes", "comment", "skbmark", "skbprio", "skbqueue", "before", "after")

Piece = tuple[Interval | None, int | None, bool]
"""A span (None: any), its prefix length where that counts, and whether it may or may not hold."""


class Reader:
    """Reads the entries of one set; it numbers the interfaces that they name."""

    def __init__(self, parts: Sequence[str], version: int, mask: int | None, *, is_bitmap: bool) -> None:
        self._parts = parts
        self._version = version
        self._mask = mask
        self._is_bitmap = is_bitmap
        self.interfaces: dict[str, int] = {}

    def read(self, words: Sequence[str], lifetime: str | None) -> Iterator[Entry]:
        """The boxes of one ``add`` line behind the set's name; ``lifetime`` is what the set gives its entries.

        Raises RefusedError.
        """
        options = _options(words[1:])
        written = words[0].split(",")
        if len(written) > len(self._parts) or len(written) < self._least():
            raise RefusedError(f"`{words[0][:60]}` has not the parts `{','.join(self._parts)}`")
        written += [""] * (len(self._parts) - len(written))
        pieces = [list(self._piece(part, word)) for part, word in zip(self._parts, written, strict=True)]
        if sum(map(len, pieces)) > 4096:
            raise RefusedError(f"`{words[0][:60]}` stands for too many networks")
        passing = options.get("timeout", lifetime) not in (None, "0") or "wildcard" in options
        for chosen in product(*pieces):
            yield Entry(
                tuple(span for span, _, _ in chosen),
                tuple(length for _, length, _ in chosen if length is not None),
                is_exception="nomatch" in options,
                is_passing=passing or any(unsure for _, _, unsure in chosen),
            )

    def most(self) -> tuple[int, ...]:
        """The greatest number of each dimension, once every entry is read."""
        address = (1 << WIDTHS[self._version]) - 1
        sizes = {"ip": address, "net": address, "port": ports_of_sets.MOST, "iface": len(self.interfaces)}
        return tuple(sizes.get(part, 0) for part in self._parts)

    def _least(self) -> int:
        """``bitmap:ip,mac`` may leave the second part out."""
        return 1 if self._is_bitmap else len(self._parts)

    def _piece(self, part: str, word: str) -> Iterator[Piece]:
        if part == "ip":
            yield self._addresses(word), None, False
        elif part == "net":
            for span, length in self._networks(word):
                yield span, length, False
        elif part == "port" and self._is_bitmap:
            found = ports(word.rpartition(":")[2], "-")
            for carrier in (6, 17):
                yield Interval(carrier << 16 | found.first, carrier << 16 | found.last), None, False
        elif part == "port":
            yield ports_of_sets.numbers(word), None, False
        elif part == "iface":
            yield self._interface(word)
        elif part == "mark":
            number(word, 0xFFFFFFFF)
            yield None, None, True
        else:
            yield None, None, bool(word)

    def _addresses(self, word: str) -> Interval:
        span = self._run(word)[0] if "-" not in word else bounds(address_range(word, self._version))
        if self._mask is None:
            return span
        holes = ~self._mask & (1 << WIDTHS[self._version]) - 1
        return Interval(span.first & self._mask, span.last | holes)

    def _run(self, word: str) -> tuple[Interval, int]:
        """The numbers of a prefix, and its length."""
        quick = plain(word) if self._version == 4 else None
        if quick is not None:
            number, length = quick
            rest = (1 << 32 - length) - 1
            return Interval(number & ~rest, number | rest), length
        found = block(word, self._version)
        if isinstance(found, MaskedAddresses | AddressRange):
            raise RefusedError(f"`{word[:60]}` is not a prefix")
        return bounds(found), found.prefixlen

    def _networks(self, word: str) -> Iterator[tuple[Interval, int]]:
        if "-" not in word:
            yield self._run(word)
            return
        for each in address_range(word, self._version).prefixes():
            yield bounds(each), each.prefixlen

    def _interface(self, word: str) -> Piece:
        try:
            if word.startswith("physdev:") or word.endswith("+") or interface(word, negated=False) is None:
                return None, None, True
        except ValueError as error:
            raise RefusedError(str(error)) from None
        place = self.interfaces.setdefault(word, len(self.interfaces))
        return Interval(place, place), None, False


def _options(words: Sequence[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    place = 0
    while place < len(words):
        word = words[place]
        if word in _FLAGS:
            options[word] = ""
            place += 1
        elif word in _VALUES and place + 1 < len(words):
            options[word] = words[place + 1]
            place += 2
        else:
            raise RefusedError(f"`{word[:40]}` is no option of an entry", did_you_mean(word, _FLAGS[:2] + _VALUES))
    return options
