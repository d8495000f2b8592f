"""Zeek's conn.log, as TSV with its own header or as JSON lines.

Source: Zeek's documentation (logs/conn). Recognised by ``#path conn`` or by the keys ``id.orig_h`` and ``id.resp_h``.
A record's position is its line. A line tells both directions: the originator is the source. Octets are those of IP
(``orig_ip_bytes``) where they are told, else of the payload. ``conn_state`` tells whether the connection was answered
(`passed`) or refused. Zeek writes type and code of ICMP as ports.
"""

from collections.abc import Iterator

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.begun import begun
from isthmus.observe.readers.columns import Does, LineFile, first_object
from isthmus.observe.readers.reader import FlowFile, Item, Quarantined, Reader, Skipped, UnreadableError
from isthmus.observe.readers.streams import Lines, lines

KEYS: dict[str, Does] = {
    "ts": (values.TIME, rows.START_MS),
    "id.orig_h": (values.SOURCE, 0),
    "id.orig_p": (values.ICMP, rows.SRC_PORT),
    "id.resp_h": (values.TARGET, 0),
    "id.resp_p": (values.ICMP, rows.DST_PORT),
    "proto": (values.PROTOCOL, 0),
    "ip_proto": (values.PROTOCOL, 0),
    "duration": (values.DURATION, 0),
    "conn_state": (values.STATE, 0),
    "history": (values.HISTORY, 0),
    "orig_pkts": (values.COUNT, rows.PACKETS),
    "orig_ip_bytes": (values.COUNT, rows.BYTES),
    "resp_pkts": (values.COUNT, rows.REPLY_PACKETS),
    "resp_ip_bytes": (values.COUNT, rows.REPLY_BYTES),
    "orig_bytes": (values.FALLBACK, rows.BYTES),
    "resp_bytes": (values.FALLBACK, rows.REPLY_BYTES),
}


def looks_like(beginning: bytes) -> bool:
    """Whether the first lines are the header of a conn.log, or the first is an object with its keys."""
    found = first_object(beginning)
    if found is not None:
        return "id.orig_h" in found and "id.resp_h" in found
    header = [line for line in beginning.split(b"\n")[:20] if line.startswith(b"#")]
    return any(line.startswith(b"#fields") and b"id.orig_h" in line for line in header) and b"#separator" in beginning


class _Log:
    """A conn.log of tabs, while it is read: its header lines may come again."""

    def __init__(self, file: FlowFile) -> None:
        self.reading = LineFile(file)
        self.columns: list[Does] = []
        self.separator = b"\t"
        self.headers = 0

    def comment(self, line: bytes) -> None:
        """A line of the header."""
        self.headers += 1
        word, _, rest = line.rstrip(b"\r").partition(self.separator)
        if line.startswith(b"#separator "):
            self.separator = _separator(line[11:].strip())
        elif word == b"#fields":
            names = [each.decode(errors="replace") for each in rest.split(self.separator)]
            self.columns = [KEYS.get(each, (values.IGNORE, 0)) for each in names[:1000]]

    def items(self, file: FlowFile) -> Iterator[Item]:
        for block in lines(file.stream):
            if isinstance(block, Quarantined):
                yield block
            else:
                yield from self._block(block)
        yield from self.reading.end()
        if self.headers:
            yield Skipped("lines of the header", self.headers)

    def _block(self, block: Lines) -> Iterator[Item]:
        """Read a block; header lines in it change how the rest is read, so it is read in stretches between them."""
        at, number = 0, block.first
        text = block.text
        while at < len(text):
            if text.startswith(b"#", at):
                end = text.find(b"\n", at)
                end = len(text) if end < 0 else end
                self.comment(text[at:end])
                at, number = end + 1, number + 1
                continue
            end = text.find(b"\n#", at)
            stretch = Lines(text[at:] if end < 0 else text[at : end + 1], number)
            if not self.columns:
                raise UnreadableError("the log has no line `#fields` before its first record")
            yield from self.reading.delimited(stretch, self.separator, self.columns, self.comment)
            number += stretch.count
            at += len(stretch.text)


def _separator(text: bytes) -> bytes:
    if text.startswith(b"\\x") and len(text) == 4:
        try:
            return bytes.fromhex(text[2:].decode())
        except ValueError:
            pass
    return text[:1] or b"\t"


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each connection."""
    first, file = begun(file)
    if first == b"{":
        return LineFile(file).objects(file.stream, KEYS)
    return _Log(file).items(file)


READER = Reader("zeek", "conn.log of Zeek", looks_like, read, appended=True)
