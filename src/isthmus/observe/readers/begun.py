"""Looking at the first octet of a stream that cannot be wound back."""

import io
from dataclasses import replace
from typing import BinaryIO, cast

from isthmus.observe.readers.reader import FlowFile


class _Begun(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The first bytes, and then the rest."""
        if self._first:
            first, self._first = self._first, b""
            return first
        return self._rest.read(size)


def begun(file: FlowFile) -> tuple[bytes, FlowFile]:
    """The first byte that is no blank, and the file from its beginning on."""
    first = file.stream.read(1)
    taken = first
    while first and first in b" \t\r\n" and len(taken) < 1024:
        first = file.stream.read(1)
        taken += first
    return first, replace(file, stream=cast(BinaryIO, _Begun(taken, file.stream)))
