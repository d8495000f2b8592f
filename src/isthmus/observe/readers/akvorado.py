"""Exports of Akvorado: its ClickHouse table ``flows`` as JSON lines (``JSONEachRow``), CSV or TSV with names.

Source: Akvorado's documentation (console/data/docs, the columns of ``flows``). Recognised by its names of addresses and
exporter. Its table of raw flows keeps addresses and ports; the tables of longer resolutions do not, and cannot be
read. A record's position is its line. ``Bytes`` and ``Packets`` are as exported; ``SamplingRate`` stands beside them.
Addresses of IPv4 are written as IPv6 (``::ffff:192.0.2.1``). ``TimeReceived`` is taken as UTC.
"""

from collections.abc import Iterator

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.begun import begun
from isthmus.observe.readers.columns import LineFile, first_object
from isthmus.observe.readers.headed import names_of, read_headed
from isthmus.observe.readers.reader import FlowFile, Item, Reader

KEYS = {
    "SrcAddr": (values.SOURCE, 0),
    "DstAddr": (values.TARGET, 0),
    "Proto": (values.PROTOCOL, 0),
    "SrcPort": (values.PORT, rows.SRC_PORT),
    "DstPort": (values.PORT, rows.DST_PORT),
    "SrcAddrNAT": (values.NAT_SOURCE, 0),
    "DstAddrNAT": (values.NAT_TARGET, 0),
    "SrcPortNAT": (values.NAT_PORT, rows.NAT_SRC_PORT),
    "DstPortNAT": (values.NAT_PORT, rows.NAT_DST_PORT),
    "TCPFlags": (values.FLAGS, 0),
    "ICMPv4Type": (values.FALLBACK, rows.ICMP_TYPE),
    "ICMPv4Code": (values.FALLBACK, rows.ICMP_CODE),
    "ICMPv6Type": (values.FALLBACK, rows.ICMP_TYPE),
    "ICMPv6Code": (values.FALLBACK, rows.ICMP_CODE),
    "Packets": (values.COUNT, rows.PACKETS),
    "Bytes": (values.COUNT, rows.BYTES),
    "TimeReceived": (values.TIME, rows.START_MS),
    "SamplingRate": (values.SAMPLING, rows.SAMPLING),
    "ExporterAddress": (values.EXPORTER, 0),
    "ForwardingStatus": (values.FORWARDING, 0),
}
NAMES = {name.lower(): does for name, does in KEYS.items()}
_OWN = ("exporteraddress", "exportername", "timereceived")


def looks_like(beginning: bytes) -> bool:
    """Whether the first line, as an object or as a header, names addresses and exporter as Akvorado does."""
    found = first_object(beginning)
    names = list(found) if found is not None else names_of(beginning.partition(b"\n")[0])
    small = {each.lower() for each in names}
    return "srcaddr" in small and any(each in small for each in _OWN) and "sampleraddress" not in small


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each line."""
    first, file = begun(file)
    if first == b"{":
        return LineFile(file).objects(file.stream, KEYS)
    return read_headed(file, NAMES)


READER = Reader("akvorado", "exports of Akvorado", looks_like, read, appended=True)
