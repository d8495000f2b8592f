"""The columns of a flow record, declared once: readers make them, the kernel reads them.

IPv4 and IPv6 records come in batches of their own: :data:`FLOWS_V4` and :data:`FLOWS_V6` differ only in their
addresses. Physical types are signed, since Spark and Parquet readers know no others: an unsigned field keeps its bits
(``10.0.0.1`` and ``192.0.2.1`` as int32 are 167772161 and -1073741311).

No column holds nulls but those of ``nat_*``, where null says that no translation was told: the exporter does not tell
of any, or what it tells is the same as before. That an exporter did not translate does not mean that nobody did.
Times are by the exporter's clock. Counters are as exported: not multiplied by the sampling rate.

>>> FLOWS_V4.names[:4], FLOWS_V6.names[:4]
(['src', 'dst', 'nat_src', 'nat_dst'], ['src_hi', 'src_lo', 'dst_hi', 'dst_lo'])
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import pyarrow as pa  # type: ignore[import-untyped]

UNKNOWN = -1
"""A counter, an interface, flags: not told."""

OUTCOME_UNKNOWN, PASSED, REFUSED = 0, 1, 2
"""``outcome``: what the exporter says became of the flow."""

ONE_WAY, BOTH_WAYS = 0, 1
"""``biflow``: whether ``reply_*`` belong to the record."""

FEWEST_ROWS, MOST_ROWS = 64 * 1024, 256 * 1024
"""How many rows a reader puts in a batch; the last of a file, and those of a slow log, may be smaller."""

EXPORTERS = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, its unit, what it says, where readers find it, and its value for ``not told``."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str
    source: str
    untold: int | str | None = None
    """The value that stands for `not told`; None where every record has it, or (``nat_*``) null."""
    nullable: bool = False

    @property
    def field(self) -> pa.Field:
        """The `pyarrow.Field`, with the words of this table as its metadata."""
        words = {"unit": self.unit, "meaning": self.meaning, "source": self.source}
        return pa.field(self.name, self.type, nullable=self.nullable, metadata=words)


_BITS = "the address's bits, network order read as a signed integer"
_HALF = "half of the address's bits, network order read as a signed integer"
_NAT = "the {end} after translation; null: no translation told"
_NAT_SOURCE = "IPFIX post-NAT{end} (225-228), NetFlow NSEL, conntrack's reply tuple; only where it differs"

_ADDRESSES_V4 = (
    Column("src", pa.int32(), "IPv4 address", f"source address as on the wire at the exporter: {_BITS}", "IPFIX 8"),
    Column("dst", pa.int32(), "IPv4 address", f"destination address, likewise: {_BITS}", "IPFIX 12"),
    Column(
        "nat_src", pa.int32(), "IPv4 address", _NAT.format(end="source"), _NAT_SOURCE.format(end="Source"), None, True
    ),
    Column(
        "nat_dst",
        pa.int32(),
        "IPv4 address",
        _NAT.format(end="destination"),
        _NAT_SOURCE.format(end="Destination"),
        None,
        True,
    ),
)
_ADDRESSES_V6 = (
    Column("src_hi", pa.int64(), "IPv6 address", f"source address, upper {_HALF}", "IPFIX 27"),
    Column("src_lo", pa.int64(), "IPv6 address", f"source address, lower {_HALF}", "IPFIX 27"),
    Column("dst_hi", pa.int64(), "IPv6 address", f"destination address, upper {_HALF}", "IPFIX 28"),
    Column("dst_lo", pa.int64(), "IPv6 address", f"destination address, lower {_HALF}", "IPFIX 28"),
    Column("nat_src_hi", pa.int64(), "IPv6 address", _NAT.format(end="source"), "IPFIX 281", None, True),
    Column("nat_src_lo", pa.int64(), "IPv6 address", _NAT.format(end="source"), "IPFIX 281", None, True),
    Column("nat_dst_hi", pa.int64(), "IPv6 address", _NAT.format(end="destination"), "IPFIX 282", None, True),
    Column("nat_dst_lo", pa.int64(), "IPv6 address", _NAT.format(end="destination"), "IPFIX 282", None, True),
)
_REST = (
    Column("protocol", pa.int32(), "IANA protocol number", "what is carried in IP, 0 to 255", "IPFIX 4"),
    Column("src_port", pa.int32(), "port", "source port; 0 of protocols without ports", "IPFIX 7", 0),
    Column("dst_port", pa.int32(), "port", "destination port; 0 of protocols without ports", "IPFIX 11", 0),
    Column("icmp_type", pa.int32(), "ICMP type", "type of ICMP and ICMPv6", "IPFIX 32, 139, 176, 178", UNKNOWN),
    Column("icmp_code", pa.int32(), "ICMP code", "code of ICMP and ICMPv6", "IPFIX 32, 139, 177, 179", UNKNOWN),
    Column("nat_src_port", pa.int32(), "port", _NAT.format(end="source port"), "IPFIX 227", None, True),
    Column("nat_dst_port", pa.int32(), "port", _NAT.format(end="destination port"), "IPFIX 228", None, True),
    Column("tcp_flags", pa.int32(), "TCP flag bits", "the flags of all packets, or-ed", "IPFIX 6", UNKNOWN),
    Column("start_ms", pa.int64(), "Unix ms UTC", "when the first packet was seen", "IPFIX 152, 22, 150"),
    Column(
        "end_ms", pa.int64(), "Unix ms UTC", "when the last packet was seen; start_ms if not told", "IPFIX 153, 21, 151"
    ),
    Column("packets", pa.int64(), "packets", "packets from source to destination, as exported", "IPFIX 2", UNKNOWN),
    Column("bytes", pa.int64(), "octets", "octets of IP from source to destination, as exported", "IPFIX 1", UNKNOWN),
    Column(
        "reply_packets", pa.int64(), "packets", "packets from destination to source, of biflows", "RFC 5103", UNKNOWN
    ),
    Column("reply_bytes", pa.int64(), "octets", "octets from destination to source, of biflows", "RFC 5103", UNKNOWN),
    Column("sampling", pa.int32(), "1 in N packets", "N; 1 if every packet is counted", "IPFIX 34, 305, 306, 309", 0),
    Column(
        "outcome",
        pa.int32(),
        "0, 1 or 2",
        "what became of it: 1 passed, 2 refused by a filter",
        "IPFIX 89, ACCEPT/REJECT",
        0,
    ),
    Column("biflow", pa.int32(), "0 or 1", "1 if the record tells both directions, 0 if one", "conn.log, conntrack"),
    Column("in_interface", pa.int32(), "SNMP ifIndex", "where packets came in", "IPFIX 10", UNKNOWN),
    Column("out_interface", pa.int32(), "SNMP ifIndex", "where packets left", "IPFIX 14", UNKNOWN),
    Column(
        "exporter",
        EXPORTERS,
        "name",
        "who saw it: the address or name that the file tells, else the one handed in",
        "header",
        "",
    ),
    Column(
        "record", pa.int64(), "byte offset or line", "where in the input the record stands, to find it again", "reader"
    ),
)

COLUMNS_V4: tuple[Column, ...] = (*_ADDRESSES_V4, *_REST)
COLUMNS_V6: tuple[Column, ...] = (*_ADDRESSES_V6, *_REST)
FLOWS_V4 = pa.schema([each.field for each in COLUMNS_V4], metadata={"isthmus": "flows", "ip": "4"})
FLOWS_V6 = pa.schema([each.field for each in COLUMNS_V6], metadata={"isthmus": "flows", "ip": "6"})


def batch(schema: pa.Schema, columns: Mapping[str, pa.Array], rows: int) -> pa.RecordBatch:
    """A `pyarrow.RecordBatch` of ``schema``; a column that is not given holds its ``not told`` in every row.

    The values are Arrow or numpy arrays, or lists. Raises ``ValueError`` for a column that the schema does not have,
    or that must be told and is not.

    >>> one = batch(FLOWS_V4, {"src": [1], "dst": [2], "protocol": [6], "start_ms": [0], "end_ms": [0], "biflow": [0],
    ...                        "record": [0]}, rows=1)
    >>> one.column("nat_src").null_count, one.column("packets").to_pylist(), one.schema == FLOWS_V4
    (1, [-1], True)
    """
    unknown = columns.keys() - set(schema.names)
    if unknown:
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
    arrays = [_array(schema.field(name), columns.get(name), rows) for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(field: pa.Field, values: pa.Array | None, rows: int) -> pa.Array:
    if values is None:
        return _untold(field, rows)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array):
        values = pa.array(values, type=field.type if field.name != "exporter" else None)
    if values.type != field.type:
        values = values.dictionary_encode() if pa.types.is_string(values.type) else values.cast(field.type)
    return values


@lru_cache(maxsize=64)
def _untold(field: pa.Field, rows: int) -> pa.Array:
    """What a column holds that is not told; arrays never change, so batches of one size share it."""
    if field.nullable:
        return pa.nulls(rows, field.type)
    column = _BY_NAME[field.name]
    if column.untold is None:
        raise ValueError(f"column `{field.name}` must be told")
    if field.name == "exporter":
        return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), [str(column.untold)])
    return pa.repeat(pa.scalar(column.untold, field.type), rows)


_BY_NAME: Mapping[str, Column] = MappingProxyType({each.name: each for each in (*COLUMNS_V4, *COLUMNS_V6)})
