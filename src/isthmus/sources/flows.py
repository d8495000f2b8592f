"""Files of flow records: finding them, recognising their format, opening them as bounded, counted streams."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from isthmus.observe.readers import PEEK, FlowFile, Item, Reader, UnreadableError, every_reader, recognise

_CHUNK = 1 << 20

UNFINISHED = ("nfcapd.current", "nfpcapd.current")
"""Files that a collector is still writing; it renames them when they are complete."""

Counter = Callable[[int], None]
"""Told of every so many octets that were read."""


def find(paths: Iterable[Path]) -> list[Path]:
    """Every file of records: those named, and those in folders named, oldest names first.

    In folders, hidden files and those that a collector is still writing are left out.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if _counts(each, path)) if path.is_dir() else [path]
        found |= dict.fromkeys(inside)
    return list(found)


def _counts(path: Path, below: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.relative_to(below).parts)
    return not is_hidden and not path.name.startswith(UNFINISHED) and path.is_file()


@dataclass(frozen=True, slots=True)
class Asked:
    """How the person who hands in the files wants them read."""

    reader: str = ""
    """The reader to use, whatever files look like."""
    exporter: str = ""
    """Whose records they are, where files do not tell."""
    definitions: tuple[Path, ...] = ()
    """Files with templates, read first."""

    @property
    def content(self) -> str:
        """A hash of everything that changes what is read."""
        digest = hashlib.sha256(f"{self.reader}\n{self.exporter}".encode())
        for path in self.definitions:
            digest.update(content_of(path).encode())
        return digest.hexdigest()[:16]


def content_of(path: Path, size: int | None = None) -> str:
    """The hash of a file's first ``size`` octets, or of all of them."""
    digest, left = hashlib.sha256(), size
    with path.open("rb", buffering=0) as file:
        while left is None or left > 0:
            chunk = file.read(_CHUNK if left is None else min(_CHUNK, left))
            if not chunk:
                break
            digest.update(chunk)
            left = None if left is None else left - len(chunk)
    return digest.hexdigest()


def reader_of(path: Path, asked: Asked) -> Reader:
    """The reader for a file. Raises UnreadableError where none, or several, recognise it."""
    if asked.reader:
        found = [each for each in every_reader() if each.name == asked.reader]
    else:
        with _opened(path, None, None) as stream:
            found = list(recognise(_beginning(stream)))
    if len(found) == 1:
        return found[0]
    known = ", ".join(each.name for each in every_reader())
    if not found:
        raise UnreadableError("no reader recognises it", f"readers: {known}; `--from NAME` chooses one")
    names = " or ".join(each.name for each in found)
    raise UnreadableError(f"it could be {names}", "`--from NAME` chooses one")


def _beginning(stream: BinaryIO) -> bytes:
    try:
        return stream.read(PEEK)
    except (EOFError, OSError, lzma.LZMAError, ValueError) as error:
        raise UnreadableError(f"it cannot be unpacked: {error}".lower()) from None


def items(
    path: Path,
    reader: Reader,
    asked: Asked,
    *,
    size: int | None = None,
    pieces: range | None = None,
    counter: Counter | None = None,
) -> Iterator[Item]:
    """What a reader finds in the first ``size`` octets of a file. Raises UnreadableError and OSError."""
    definitions = [_opened(each, None, None) for each in asked.definitions]
    try:
        with _opened(path, size, counter) as stream:
            file = FlowFile(str(path), stream, size, asked.exporter, definitions, pieces)
            written = path.stat().st_mtime_ns // 1_000_000
            for item in reader.read(file):
                yield _timed(item, written) if isinstance(item, pa.RecordBatch) else item
    except (EOFError, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise UnreadableError(f"it cannot be unpacked: {error}".lower()) from None
    finally:
        for each in definitions:
            each.close()


def pieces_of(path: Path, reader: Reader, asked: Asked) -> int:
    """How many pieces of a file can be read one without the other."""
    if reader.pieces is None:
        return 1
    with _opened(path, None, None) as stream:
        return max(1, reader.pieces(FlowFile(str(path), stream, path.stat().st_size, asked.exporter)))


def _timed(batch: pa.RecordBatch, written: int) -> pa.RecordBatch:
    """The batch with a time for records that tell none (a connection table's): when the file was written."""
    start = batch.column("start_ms")
    if pc.min(start).as_py() != 0:
        return batch
    for name in ("start_ms", "end_ms"):
        times = batch.column(name)
        filled = pc.if_else(pc.equal(start, 0), pa.scalar(written, pa.int64()), times)
        at = batch.schema.get_field_index(name)
        batch = batch.set_column(at, batch.schema.field(name), filled)
    return batch


class _Bounded(io.RawIOBase):
    """The first octets of a file, counted as they are read, so that what is appended meanwhile belongs to next time."""

    def __init__(self, path: Path, size: int | None, counter: Counter | None) -> None:
        self._file = path.open("rb", buffering=0)
        self._size = os.fstat(self._file.fileno()).st_size if size is None else size
        self._counter = counter
        self._furthest = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            return self._file.seek(max(0, self._size + offset))
        return self._file.seek(offset, whence)

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        here = self._file.tell() if self._file.seekable() else 0
        wanted = min(len(buffer), max(0, self._size - here)) if self._file.seekable() else len(buffer)
        read = self._file.readinto(memoryview(buffer)[:wanted]) or 0
        if self._counter is not None and here + read > self._furthest:
            self._counter(here + read - self._furthest)
            self._furthest = here + read
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


def _opened(path: Path, size: int | None, counter: Counter | None) -> BinaryIO:
    """A file as a stream; one that is packed as a whole is unpacked on the way."""
    raw = io.BufferedReader(_Bounded(path, size, counter), _CHUNK)
    magic = raw.peek(6)[:6]
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if magic.startswith(b"\xfd7zXZ\x00"):
        return cast(BinaryIO, lzma.LZMAFile(raw))
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(raw))
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        import zstandard

        unpacked = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True)
        return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, unpacked), _CHUNK))
    return raw


def readers() -> Sequence[Reader]:
    """Every reader that there is."""
    return every_reader()
