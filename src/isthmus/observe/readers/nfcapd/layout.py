"""The layout of nfcapd files: file header and data blocks (nfdump 1.7, ``src/libnffile/nffileV2.h``).

A file is a header of 40 octets, data blocks, and an appendix with the file's own statistics. A data block has a
header of 12 octets (how many records, how many octets, type, flags) and is compressed by itself. Numbers are in the
order of the machine that wrote the file; only little-endian files are read.
"""

import bz2
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import TypeAlias

from isthmus.observe.readers.reader import LONGEST, UnreadableError

MAGIC = b"\x0c\xa5"
SWAPPED = b"\xa5\x0c"
HEADER = Struct("<2xHIqBBHIqII")
BLOCK = Struct("<IIHH")

Packed: TypeAlias = bytes | memoryview

RECORDS, ARRAY = 3, 4
"""Types of data blocks: records one after another; one array (which nfdump makes for its databases, not of flows)."""

UNCOMPRESSED_BLOCK = 1
"""The flag of a block that is not compressed, whatever the file's header says."""

_USUAL = 1_310_720
"""Octets that the unpacked blocks of nfcapd do not exceed."""

MOST_LZO = 2 * 1024 * 1024
"""The largest LZO block that is unpacked: it can grow 255-fold, and nfdump's own are half as large at most."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the file header says, as far as reading needs it."""

    compression: int
    appendix: int
    """Where the appendix begins; 0 while the file is being written."""
    blocks: int

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """Read the first 40 octets; raises :class:`UnreadableError` for what no block can be read of."""
        if data[:2] == SWAPPED:
            raise UnreadableError(
                "the file was written on a big-endian machine", "convert it there with `nfdump -o csv`"
            )
        if len(data) < 4:
            raise UnreadableError("the file ends inside its header")
        version = int.from_bytes(data[2:4], "little")
        if version != 2:
            raise UnreadableError(
                f"the nfcapd file has layout {version}, not 2 (nfdump 1.7)",
                "install nfdump 1.7, which can read it",
                instead="nfdump",
            )
        if len(data) < HEADER.size:
            raise UnreadableError("the file ends inside its header")
        _, _, _, compression, encryption, _, _, appendix, _, blocks = HEADER.unpack(data)
        if encryption:
            raise UnreadableError("the nfcapd file is encrypted", "decrypt it first")
        if compression not in UNPACK:
            raise UnreadableError(f"compression {compression} of nfcapd files is not known", instead="nfdump")
        return cls(compression, max(appendix, 0), blocks)


def _lz4(data: memoryview) -> Packed:
    """The block does not tell how long it was: nfdump's own were a megabyte; more memory is asked for where needed."""
    import lz4.block  # type: ignore[import-untyped]

    most = min(LONGEST, 255 * len(data) + 64)
    size = min(_USUAL, most)
    while True:
        try:
            plain: bytes = lz4.block.decompress(data, uncompressed_size=size)
        except lz4.block.LZ4BlockError as error:
            if size >= most:
                raise ValueError("damaged") from error
            size = min(4 * size, most)
        else:
            return plain


def _zstd(data: memoryview) -> Packed:
    import zstandard

    try:
        if zstandard.frame_content_size(data) > LONGEST:
            raise ValueError("too large")
        unpacker = zstandard.ZstdDecompressor(max_window_size=LONGEST)
        with unpacker.stream_reader(data) as stream:
            return stream.read(LONGEST)
    except zstandard.ZstdError as error:
        raise ValueError("damaged") from error


def _bz2(data: memoryview) -> Packed:
    try:
        return bz2.BZ2Decompressor().decompress(data, max_length=LONGEST)
    except (OSError, EOFError) as error:
        raise ValueError("damaged") from error


def _lzo(data: memoryview) -> Packed:
    from lzallright import LZOCompressor, LZOError

    if len(data) > MOST_LZO:
        raise ValueError("too large")
    try:
        return LZOCompressor.decompress(data, output_size_hint=min(LONGEST, 16 * len(data)))
    except LZOError as error:
        raise ValueError("damaged") from error


def _as_it_is(data: memoryview) -> Packed:
    return data


UNPACK: dict[int, Callable[[memoryview], Packed]] = {0: _as_it_is, 1: _lzo, 2: _bz2, 3: _lz4, 4: _zstd}
"""By the number of the compression in the header: raises ``ValueError`` for what cannot be unpacked."""
