"""nfcapd files of nfdump 1.7 (file layout 2): what nfcapd, sfcapd and nfpcapd write, and ``nfdump -w``.

Source: the headers of nfdump 1.7 (``src/libnffile``: nffileV2.h, nfxV3.h, id.h). Recognised by the file's first two
octets. A record's position is its number in the file, from 1, as ``nfdump -o raw`` counts. nfcapd multiplies the
counters of sampled flows; they are divided again here, by the rate that the file tells. Files of nfdump 1.6 (layout 1)
and later layouts are for ``nfdump`` itself: they are refused with its name in ``UnreadableError.instead``.
"""

from collections.abc import Iterator

from isthmus.observe.readers.nfcapd.blocks import Blocks
from isthmus.observe.readers.nfcapd.layout import HEADER, MAGIC, SWAPPED, Header
from isthmus.observe.readers.reader import FlowFile, Item, Reader
from isthmus.observe.readers.streams import Buffer


def looks_like(beginning: bytes) -> bool:
    """Whether the first octets are the magic number, in either order, and a version that there may be."""
    if beginning[:2] == MAGIC:
        return beginning[3:4] in (b"", b"\0")
    return beginning[:2] == SWAPPED and beginning[2:3] in (b"", b"\0")


def read(file: FlowFile) -> Iterator[Item]:
    """Yield the file's flow records, block by block."""
    buffer = Buffer(file.stream)
    header = Header.parse(bytes(buffer.exactly(HEADER.size)))
    return Blocks(file, header, buffer).items()


READER = Reader("nfcapd", "nfcapd files of nfdump 1.7", looks_like, read)
