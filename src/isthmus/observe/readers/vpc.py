"""Flow logs of AWS VPC: fields between blanks, in the order that the header tells, or in that of version 2.

Source: Amazon VPC user guide, *Flow log records*. Recognised by the names of the header, or by a first line of the
default format. ``-`` tells nothing; lines of NODATA and SKIPDATA hold no flow and are counted. A record's position is
its line. Addresses of the packet itself (``pkt-srcaddr``, ``pkt-dstaddr``) count before those of the interface. All
traffic is logged, so the sampling rate is 1. The exporter is the interface.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.columns import Does, LineFile
from isthmus.observe.readers.headed import has_ends
from isthmus.observe.readers.reader import FlowFile, Item, Quarantined, Reader, UnreadableError
from isthmus.observe.readers.streams import Lines, lines

NAMES: dict[str, Does] = {
    "srcaddr": (values.SOURCE, 0),
    "dstaddr": (values.TARGET, 0),
    "pkt-srcaddr": (values.WIRE_SOURCE, 0),
    "pkt-dstaddr": (values.WIRE_TARGET, 0),
    "srcport": (values.PORT, rows.SRC_PORT),
    "dstport": (values.PORT, rows.DST_PORT),
    "protocol": (values.PROTOCOL, 0),
    "packets": (values.COUNT, rows.PACKETS),
    "bytes": (values.COUNT, rows.BYTES),
    "start": (values.SECONDS, rows.START_MS),
    "end": (values.SECONDS, rows.END_MS),
    "action": (values.OUTCOME, 0),
    "log-status": (values.STATUS, 0),
    "tcp-flags": (values.FLAGS, 0),
    "interface-id": (values.EXPORTER, 0),
}
DEFAULT = [
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol"),
    *("packets", "bytes", "start", "end", "action", "log-status"),
]
_ONLY_HERE = {"account-id", "interface-id", "pkt-srcaddr", "log-status", "vpc-id", "instance-id", "subnet-id"}


def _is_default(line: bytes) -> bool:
    parts = line.split()
    return len(parts) == len(DEFAULT) and parts[0] == b"2" and parts[-1] in (b"OK", b"NODATA", b"SKIPDATA")


def _names(line: bytes) -> list[str]:
    return [each.replace("_", "-") for each in line.decode(errors="replace").lower().split()]


def looks_like(beginning: bytes) -> bool:
    """Whether the first line is a header of these names, or a line of the default format."""
    line = beginning.partition(b"\n")[0]
    names = _names(line)
    return _is_default(line) or (has_ends(names, NAMES) and bool(_ONLY_HERE & set(names)))


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each line that tells a flow."""
    reading = LineFile(file)
    columns: list[Does] = []
    for block in lines(file.stream):
        if isinstance(block, Quarantined):
            yield block
            continue
        rest = block
        if not columns:
            line, _, text = block.text.partition(b"\n")
            if _is_default(line):
                names = DEFAULT
            else:
                names = _names(line)
                rest = Lines(text, block.first + 1)
            if not has_ends(names, NAMES):
                raise UnreadableError("the first line does not name the fields `srcaddr` and `dstaddr`")
            columns = [NAMES.get(each, (values.IGNORE, 0)) for each in names]
        for item in reading.delimited(rest, b" ", columns, _no_comment):
            yield _unsampled(item)
    for item in reading.end():
        yield _unsampled(item)


def _no_comment(line: bytes) -> None:
    del line


def _unsampled(item: Item) -> Item:
    """The same batch with a sampling rate of 1."""
    if not isinstance(item, pa.RecordBatch):
        return item
    place = item.schema.get_field_index("sampling")
    ones = pa.array(np.ones(item.num_rows, np.int32))
    return item.set_column(place, item.schema.field(place), ones)


READER = Reader("vpc", "flow logs of AWS VPC", looks_like, read, appended=True)
