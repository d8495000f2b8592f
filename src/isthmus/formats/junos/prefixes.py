"""Addresses as Junos writes them in filters, and lists of them in which the longest match counts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from isthmus.diagnostics import shown
from isthmus.formats.junos.asked import Asked
from isthmus.formats.junos.codes import HOST_BITS, MATCHES_NOTHING
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node
from isthmus.network import Unmodelled
from isthmus.packetset import AddressRange, Block, MaskedAddresses, other_addresses

_PLAIN = re.compile(
    r"(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})(?:/([0-9]{1,2}))?"
)


def read_block(text: str) -> tuple[Block, bool] | None:
    """A prefix, an address or an IPv4 address under a mask, and whether bits were set that are not compared.

    >>> [str(read_block(each)[0]) for each in ("10.1.2.3/16", "192.168/16", "10", "::1", "10.0.0.9/255.0.0.255")]
    ['10.1.0.0/16', '192.168.0.0/16', '10.0.0.0/32', '::1/128', '10.0.0.9/255.0.0.255']
    >>> read_block("10.0.0.0/33") is None
    True
    """
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return _plain(*map(int, plain.groups("32")))
    address, slash, length = text.partition("/")
    try:
        if ":" in text:
            return None if "%" in text else _network(IPv6Network, address, length or "128")
        if not slash or "." not in length:
            address += ".0" * (3 - address.count("."))
            return _network(IPv4Network, address, length if slash else "32")
        value, mask = int(IPv4Address(address)), int(IPv4Address(length))
        ones = mask.bit_count()
        if mask == (0xFFFFFFFF << (32 - ones)) & 0xFFFFFFFF:
            return _network(IPv4Network, address, str(ones))
        return MaskedAddresses(4, value & mask, mask), bool(value & ~mask)
    except ValueError:
        return None


def _plain(a: int, b: int, c: int, d: int, length: int) -> tuple[Block, bool] | None:
    """Four numbers and a length, as nearly all are: several times faster than having ``ipaddress`` read the text."""
    if a > 255 or b > 255 or c > 255 or d > 255 or length > 32:
        return None
    number = a << 24 | b << 16 | c << 8 | d
    first = number >> (32 - length) << (32 - length)
    return IPv4Network((first, length)), first != number


def _network(kind: type[IPv4Network] | type[IPv6Network], address: str, length: str) -> tuple[Block, bool] | None:
    if not (length.isascii() and length.isdigit()):
        return None
    text = f"{address}/{length}"
    try:
        return kind(text), False
    except ValueError:
        return kind(text, strict=False), True


@dataclass(slots=True)
class Blocks:
    """Reads the addresses of one device, each text once."""

    reading: Reading
    _known: dict[str, tuple[Block, bool] | None] = field(default_factory=dict)

    def read_quietly(self, word: str) -> Block | None:
        """The addresses that a word stands for; None where it is none."""
        found = self._read(word)
        return found[0] if found is not None else None

    def _read(self, word: str) -> tuple[Block, bool] | None:
        if word not in self._known:
            self._known[word] = read_block(word)
        return self._known[word]

    def read(self, node: Node) -> Block | None:
        """The same, with a warning about host bits."""
        word = node.word
        found = self._read(word)
        if found is None:
            return None
        block, has_host_bits = found
        if has_host_bits:
            message = f"`{shown(word)}` has bits set that are not compared"
            self.reading.complain(HOST_BITS, message, node, f"Junos reads `{block}`")
        return block


@dataclass(slots=True)
class AddressList:
    """The addresses that one condition names, from its own statement and from prefix lists, for one IP version."""

    version: int
    where: Node
    """The first statement of the condition."""
    entries: list[tuple[Block, bool]] = field(default_factory=list)
    """Each with whether it is an exception."""
    lost: list[Unmodelled] = field(default_factory=list)
    """Entries that could not be read."""
    lost_exceptions: list[Unmodelled] = field(default_factory=list)

    def add(self, block: Block, *, is_exception: bool) -> None:
        """Put in an entry; one of the other IP version does not count."""
        if block.version == self.version:
            self.entries.append((block, is_exception))

    def asked(self, reading: Reading) -> Asked[Block]:
        """What it asks for: the longest matching entry decides, and none matching means no."""
        wanted = tuple(dict.fromkeys(block for block, is_exception in self.entries if not is_exception))
        doubts = (*self.lost, *self.lost_exceptions)
        if doubts:
            surely: tuple[Block, ...] = () if self.lost_exceptions else self._chosen(reading).surely or ()
            return Asked(surely, None if self.lost else wanted, doubts)
        if not wanted:
            return self._nothing(reading)
        if len(wanted) == len(self.entries):
            return Asked(wanted, wanted)
        return self._chosen(reading)

    def _nothing(self, reading: Reading) -> Asked[Block]:
        """Exceptions alone, or no entry at all."""
        what = "only exceptions" if self.entries else f"no IPv{self.version} address"
        message = f"`{self.where.word}` names {what}, which matches nothing"
        reading.complain(MATCHES_NOTHING, message, self.where, "state the addresses that are meant")
        doubt = reading.doubt(self.where, message)
        if any(isinstance(block, MaskedAddresses) for block, _ in self.entries) or not self.entries:
            return Asked((), None, (doubt,))
        rest = other_addresses([block for block, _ in self.entries], self.version)
        return Asked((), rest, (doubt,))

    def _chosen(self, reading: Reading) -> Asked[Block]:
        """The entries without their exceptions."""
        wanted = tuple(dict.fromkeys(block for block, is_exception in self.entries if not is_exception))
        if any(isinstance(block, MaskedAddresses) for block, _ in self.entries):
            if len(wanted) == len(self.entries):
                return Asked(wanted, wanted)
            message = "exceptions beside a mask that is no prefix length"
            return Asked((), wanted, (reading.doubt(self.where, message),))
        surely = tuple(longest_match(self.entries))
        both = {block for block, is_exception in self.entries if is_exception} & set(wanted)
        if both:
            message = f"`{min(map(str, both))}` is listed both as an entry and as an exception"
            return Asked(surely, wanted, (reading.doubt(self.where, message),))
        return Asked(surely, surely)


def longest_match(entries: Iterable[tuple[Block, bool]]) -> Iterator[Block]:
    """The addresses whose longest matching prefix is no exception; of equal ones, the exception counts.

    >>> list_ = [(IPv4Network("10.0.0.0/8"), False), (IPv4Network("10.128.0.0/9"), True),
    ...          (IPv4Network("10.200.0.0/16"), False)]
    >>> [str(each) for each in longest_match(list_)]
    ['10.0.0.0/9', '10.200.0.0/16']
    """
    every = [(block, is_exception) for block, is_exception in entries if isinstance(block, IPv4Network | IPv6Network)]
    if not every:
        return
    kind = type(every[0][0])
    runs: list[tuple[int, int]] = []
    for first, last in _won(sorted((int(b[0]), -int(b[-1]), no) for b, no in every)):
        if runs and runs[-1][1] + 1 == first:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    for first, last in runs:
        yield _block(kind, first, last)


def _won(ordered: Iterable[tuple[int, int, bool]]) -> Iterator[tuple[int, int]]:
    """Pieces of prefixes that no longer exception takes away; wider prefixes come before those inside them."""
    around: list[tuple[int, bool]] = []
    at = 0
    for first, minus_last, is_exception in ordered:
        while around and around[-1][0] < first:
            last, lost = around.pop()
            if not lost and at <= last:
                yield at, last
            at = last + 1
        if around and not around[-1][1] and at < first:
            yield at, first - 1
        around.append((-minus_last, is_exception))
        at = first
    while around:
        last, lost = around.pop()
        if not lost and at <= last:
            yield at, last
        at = last + 1


def _block(kind: type[IPv4Network] | type[IPv6Network], first: int, last: int) -> Block:
    size = last - first + 1
    width = 32 if kind is IPv4Network else 128
    if size & (size - 1) == 0 and not first & (size - 1):
        return kind((first, width - size.bit_length() + 1))
    address = kind((first, width)).network_address
    return AddressRange(address, kind((last, width)).network_address)
