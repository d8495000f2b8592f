"""The UDP datagrams in captures: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).

A compiled loop walks one piece of the file and lists its datagrams: where they lie, when they were captured, by whom
they were sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from isthmus.observe.readers import rows
from isthmus.observe.readers.datagrams.packet import (
    LINKS,
    PACKET_CELLS,
    PAYLOAD,
    PAYLOAD_END,
    headers,
    network,
    word32,
)
from isthmus.observe.readers.native import Ints, Octets, Whole, big16, inlined, native, octets
from isthmus.observe.readers.reader import Quarantined, Skipped, UnreadableError
from isthmus.observe.readers.streams import PIECE

# Columns of the list of datagrams.
START, END, TIME_MS, FAMILY, SRC_HI, SRC_LO, SRC_PORT, DST_PORT = range(8)
COLUMNS = 8
_MOST = 16_384

# Places in the loop's ``state``.
POSITION, COUNT, SWAPPED, NANO, OTHERS, FRAGMENTS, CUT, INTERFACES, UNKNOWN_LINK, STOPPED = range(10)

LONGEST_PACKET = 1 << 20
"""Longer than any capture tool takes; a length beyond it means that the capture is damaged."""

PCAP, PCAPNG = 1, 2
_MOST_INTERFACES = 256
_HEADER = 24

MAGICS = {
    b"\xd4\xc3\xb2\xa1": (0, 0),
    b"\xa1\xb2\xc3\xd4": (1, 0),
    b"\x4d\x3c\xb2\xa1": (0, 1),
    b"\xa1\xb2\x3c\x4d": (1, 1),
}
"""Of pcap: whether numbers are in network order, and whether times have nanoseconds."""
SECTION = b"\x0a\x0d\x0d\x0a"


@inlined
def _take(data: Octets, start: int, end: int, link: int, time: int, found: Ints, state: Ints, cells: Ints) -> None:
    """List the datagram in a packet, if there is one."""
    at = network(data, start, end, link)
    if at < 0 or headers(data, at, end, cells) == 0 or cells[rows.PROTOCOL] != 17:
        state[OTHERS] += 1
        return
    where = cells[PAYLOAD]
    stop = cells[PAYLOAD_END]
    if where == 0:
        state[FRAGMENTS] += 1
        return
    if stop - where < 8:
        state[CUT] += 1
        return
    length = big16(data, where + 4)
    if length < 8 or length > stop - where:
        state[CUT] += 1
        return
    row = state[COUNT]
    found[row, START] = where + 8
    found[row, END] = where + length
    found[row, TIME_MS] = time
    found[row, FAMILY] = cells[rows.FAMILY]
    found[row, SRC_HI] = cells[rows.SRC_HI] if cells[rows.FAMILY] == 6 else 0
    found[row, SRC_LO] = cells[rows.SRC_LO]
    found[row, SRC_PORT] = cells[rows.SRC_PORT]
    found[row, DST_PORT] = cells[rows.DST_PORT]
    state[COUNT] = row + 1


@native
def walk_pcap(data: Octets, end: int, link: int, found: Ints, state: Ints, cells: Ints) -> None:
    """List datagrams from ``POSITION`` on, up to a packet that is not whole."""
    at = state[POSITION]
    swapped = state[SWAPPED]
    while end - at >= 16 and state[COUNT] < found.shape[0]:
        length = word32(data, at + 8, swapped)
        if length > LONGEST_PACKET:
            state[STOPPED] = 1
            break
        if end - at - 16 < length:
            break
        fraction = word32(data, at + 4, swapped) // (1_000_000 if state[NANO] else 1000)
        time = word32(data, at, swapped) * 1000 + fraction
        _take(data, at + 16, at + 16 + length, link, time, found, state, cells)
        at += 16 + length
    state[POSITION] = at


@native
def walk_pcapng(data: Octets, end: int, links: Ints, found: Ints, state: Ints, cells: Ints) -> None:
    """List datagrams from ``POSITION`` on, up to a block that is not whole; ``links`` holds link layers and units."""
    at = state[POSITION]
    while end - at >= 12 and state[COUNT] < found.shape[0]:
        kind = word32(data, at, state[SWAPPED])
        if kind == 0x0A0D0D0A:
            state[SWAPPED] = 1 if word32(data, at + 8, 1) == 0x1A2B3C4D else 0
            state[INTERFACES] = 0
        swapped = state[SWAPPED]
        length = word32(data, at + 4, swapped)
        if length > 4 * LONGEST_PACKET or length < 12 or length % 4 != 0:
            state[STOPPED] = 1
            break
        if end - at < length:
            break
        if kind == 1 and length >= 20:
            _interface(data, at, length, links, state)
        elif kind == 6 and length >= 32:
            number = word32(data, at + 8, swapped)
            size = word32(data, at + 20, swapped)
            if number >= state[INTERFACES] or size > length - 32:
                state[CUT] += 1
            else:
                units = word32(data, at + 12, swapped) << 32 | word32(data, at + 16, swapped)
                time = _milliseconds(units, links[number, 1])
                _take(data, at + 28, at + 28 + size, links[number, 0], time, found, state, cells)
        elif kind == 3 and length >= 16 and state[INTERFACES] > 0:
            size = min(word32(data, at + 8, swapped), length - 16)
            _take(data, at + 12, at + 12 + size, links[0, 0], 0, found, state, cells)
        at += length
    state[POSITION] = at


@native
def _interface(data: Octets, at: Whole, length: Whole, links: Ints, state: Ints) -> None:
    """An interface's link layer, and the unit of its times (option 9, ``if_tsresol``)."""
    swapped = state[SWAPPED]
    number = state[INTERFACES]
    if number >= links.shape[0]:
        return
    first = word32(data, at + 8, swapped)
    links[number, 0] = first >> 16 if swapped else first & 0xFFFF
    links[number, 1] = 6
    where = at + 16
    while where + 4 <= at + length - 4:
        option = word32(data, where, swapped)
        code, size = (option >> 16, option & 0xFFFF) if swapped else (option & 0xFFFF, option >> 16)
        if code == 0:
            break
        if code == 9 and size >= 1 and where + 5 <= at + length - 4:
            links[number, 1] = data[where + 4]
        where += 4 + (size + 3) // 4 * 4
    state[INTERFACES] = number + 1


@native
def _milliseconds(units: Whole, resolution: Whole) -> Whole:
    """Times in tenths to the power of ``resolution``, or halves if its highest bit is set."""
    if resolution & 128:
        bits = min(resolution & 127, 62)
        seconds = units >> bits
        rest = units & ((1 << bits) - 1)
        if bits > 50:
            rest >>= bits - 50
            bits = 50
        return seconds * 1000 + (rest * 1000 >> bits)
    for _ in range(min(resolution, 18), 3):
        units *= 10
    for _ in range(3, min(resolution, 18)):
        units //= 10
    return units


@dataclass(frozen=True, slots=True)
class Datagrams:
    """The datagrams of one piece of a capture."""

    data: Octets
    base: int
    """Where in the file the piece begins."""
    table: Ints


class Capture:
    """A capture, read piece by piece."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._state = np.zeros(10, np.int64)
        self._cells = np.zeros(PACKET_CELLS, np.int64)
        self._links = np.zeros((_MOST_INTERFACES, 2), np.int64)
        self._link = 0
        self._kind = PCAP

    def _begin(self, data: bytes) -> int:
        """Read the header of the file; where packets begin."""
        if data[:4] == SECTION:
            self._kind = PCAPNG
            return 0
        if data[:4] not in MAGICS:
            raise UnreadableError("the file is no capture: it begins with neither magic number")
        self._state[SWAPPED], self._state[NANO] = MAGICS[data[:4]]
        if len(data) < _HEADER:
            raise UnreadableError("the capture ends inside its header")
        self._link = int.from_bytes(data[20:24], "big" if self._state[SWAPPED] else "little") & 0xFFFF
        if self._link not in LINKS:
            raise UnreadableError(f"link layer {self._link} of captures is not read", "capture on another interface")
        return _HEADER

    def pieces(self) -> Iterator[Datagrams | Quarantined | Skipped]:
        """All datagrams, and what else was in the capture."""
        state = self._state
        kept = self._stream.read(PIECE)
        while len(kept) < _HEADER and (more := self._stream.read(_HEADER - len(kept))):
            kept += more
        base = 0
        state[POSITION] = self._begin(kept)
        while True:
            data = octets(kept)
            before = -1
            while state[POSITION] > before and not state[STOPPED]:
                before = int(state[POSITION])
                yield from self._walk(data, base)
            if state[STOPPED]:
                at = base + int(state[POSITION])
                yield Quarantined(at, "the length of a packet is out of all bounds: the rest is not read")
                break
            rest = kept[int(state[POSITION]) :]
            base += int(state[POSITION])
            state[POSITION] = 0
            more = self._stream.read(PIECE)
            if not more:
                if rest:
                    yield Quarantined(base, "the capture ends inside a packet", 1, rest[:48])
                break
            kept = rest + more
        yield from self._others()

    def _walk(self, data: Octets, base: int) -> Iterator[Datagrams]:
        state = self._state
        found = np.zeros((_MOST, COLUMNS), np.int64)
        state[COUNT] = 0
        if self._kind == PCAP:
            walk_pcap(data, len(data), self._link, found, state, self._cells)
        else:
            walk_pcapng(data, len(data), self._links, found, state, self._cells)
        if state[COUNT]:
            yield Datagrams(data, base, found[: state[COUNT]])

    def _others(self) -> Iterator[Quarantined | Skipped]:
        state = self._state
        if state[OTHERS]:
            yield Skipped("packets without a UDP datagram", int(state[OTHERS]))
        if state[FRAGMENTS]:
            yield Quarantined(0, "a later fragment of a datagram", int(state[FRAGMENTS]))
        if state[CUT]:
            yield Quarantined(0, "a datagram is cut off", int(state[CUT]))
