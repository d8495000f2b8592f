"""Reading a stream in pieces: as many bytes as asked for, and blocks of whole lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from isthmus.observe.readers.reader import EXCERPT, LONGEST, Quarantined

PIECE = 1024 * 1024
"""How many bytes are read at once."""


class Buffer:
    """Memory for one piece of a stream at a time, used again for the next: what it gave is gone with the next piece."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._memory = bytearray(PIECE)

    def exactly(self, size: int) -> memoryview:
        """The next ``size`` bytes; fewer only where the stream ends. Memory grows with what is there alone."""
        filled = 0
        while filled < size:
            if filled == len(self._memory):
                self._memory = self._memory + bytes(min(size, 2 * filled) - filled)
            piece = memoryview(self._memory)[filled:size]
            read = self._stream.readinto(piece)  # type: ignore[attr-defined] # every buffered stream has it
            if not read:
                break
            filled += read
        return memoryview(self._memory)[:filled].toreadonly()


def skip(stream: BinaryIO, size: int) -> int:
    """Read over ``size`` bytes; how many there were."""
    left = size
    while left > 0:
        part = stream.read(min(left, PIECE))
        if not part:
            break
        left -= len(part)
    return size - left


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines, each with its line feed (but perhaps the last of the file), and the number of the first."""

    text: bytes
    first: int

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self.text.count(b"\n") + (not self.text.endswith(b"\n") and bool(self.text))


def lines(stream: BinaryIO, *, begin: bytes = b"", first: int = 1, piece: int = PIECE) -> Iterator[Lines | Quarantined]:
    """The stream as blocks of whole lines; a line longer than :data:`LONGEST` is quarantined and read over.

    ``begin`` are bytes that were read already; they belong to line ``first``.
    """
    kept = [begin] if begin else []
    held = len(begin)
    number = first
    while part := stream.read(piece):
        end = part.rfind(b"\n") + 1
        if not end:
            kept.append(part)
            held += len(part)
            if held > LONGEST:
                yield Quarantined(number, "a line is longer than 64 MiB", 1, b"".join(kept)[:EXCERPT])
                kept = [_rest_of_line(stream, piece)]
                held = len(kept[0])
                number += 1
            continue
        block = Lines(b"".join((*kept, part[:end])), number)
        yield block
        number += block.count
        kept = [part[end:]] if end < len(part) else []
        held = len(part) - end
    rest = b"".join(kept)
    if rest:
        yield Lines(rest, number)


def _rest_of_line(stream: BinaryIO, piece: int) -> bytes:
    """Read on to the end of the line; what was read of the next one."""
    while part := stream.read(piece):
        end = part.find(b"\n")
        if end >= 0:
            return part[end + 1 :]
    return b""
