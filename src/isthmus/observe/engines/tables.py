"""Rows of any table that has the schema's columns, checked and brought to its types: what a cluster's tables hold.

Addresses may be signed, as in the schema, or unsigned; times may be milliseconds or timestamps. A row with a value
that cannot be is set aside with its reason. Tables have no positions: where ``record`` is missing it is -1.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.readers import Item, Quarantined, UnreadableError
from isthmus.observe.schema import COLUMNS_V4, COLUMNS_V6, FLOWS_V4, FLOWS_V6, UNKNOWN, Column, batch

Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NEEDED_V4 = ("src", "dst", "protocol", "start_ms")
NEEDED_V6 = ("src_hi", "src_lo", "dst_hi", "dst_lo", "protocol", "start_ms")

LATEST_MS = 253_402_300_799_999
"""The end of the year 9999."""

_LIMITS = {
    "IANA protocol number": (0, 255),
    "port": (0, 65535),
    "ICMP type": (UNKNOWN, 255),
    "ICMP code": (UNKNOWN, 255),
    "TCP flag bits": (UNKNOWN, (1 << 16) - 1),
    "Unix ms UTC": (0, LATEST_MS),
    "packets": (UNKNOWN, (1 << 63) - 1),
    "octets": (UNKNOWN, (1 << 63) - 1),
    "1 in N packets": (0, (1 << 31) - 1),
    "0, 1 or 2": (0, 2),
    "0 or 1": (0, 1),
    "SNMP ifIndex": (-(1 << 31), (1 << 32) - 1),
    "byte offset or line": (UNKNOWN, (1 << 63) - 1),
    "IPv4 address": (-(1 << 31), (1 << 32) - 1),
}
"""By unit: the least and the greatest value that there may be."""


def schema_of(names: list[str]) -> tuple[pa.Schema, tuple[Column, ...]]:
    """The schema that a table of such columns can be read as. Raises UnreadableError for neither, and for both."""
    fits_v4, fits_v6 = (set(needed) <= set(names) for needed in (NEEDED_V4, NEEDED_V6))
    if fits_v4 and fits_v6:
        raise UnreadableError("the table has columns of IPv4 and of IPv6 addresses", "hand in two selections of it")
    if not fits_v4 and not fits_v6:
        missing = [f"`{each}`" for each in NEEDED_V4 if each not in names]
        help_ = f"IPv6 records need {', '.join(NEEDED_V6)}; name the table's columns so in a selection"
        raise UnreadableError(f"the table has no column {', '.join(missing)}", help_)
    return (FLOWS_V4, COLUMNS_V4) if fits_v4 else (FLOWS_V6, COLUMNS_V6)


def records_in(rows: pa.RecordBatch) -> Iterator[Item]:
    """The rows as a batch of the schema, and what is wrong with the others."""
    schema, columns = schema_of(rows.schema.names)
    wrong: Mask = np.zeros(rows.num_rows, np.bool_)
    made: dict[str, pa.Array] = {}
    for column in columns:
        if column.name in rows.schema.names and column.name != "exporter":
            made[column.name], bad = _checked(column, rows.column(column.name))
            fresh = bad & ~wrong
            if fresh.any():
                yield Quarantined(UNKNOWN, f"`{column.name}` has a value that cannot be", int(fresh.sum()))
            wrong |= bad
    made |= _implied(rows, made)
    if "exporter" in rows.schema.names:
        made["exporter"] = rows.column("exporter").cast(pa.string()).fill_null("").dictionary_encode()
    found = batch(schema, made, rows.num_rows)
    yield found.filter(pa.array(~wrong)) if wrong.any() else found


def _implied(rows: pa.RecordBatch, made: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """What follows for columns that must be told and are not."""
    count = rows.num_rows
    implied = {"end_ms": made["start_ms"], "biflow": np.zeros(count, np.int32), "record": np.full(count, UNKNOWN)}
    return {name: values for name, values in implied.items() if name not in made}


def _checked(column: Column, values: pa.Array) -> tuple[pa.Array, Mask]:
    """A column as the schema has it, and the rows in which it holds what cannot be."""
    untold = values.is_null().to_numpy(zero_copy_only=False)
    numbers = _numbers(values)
    low, high = _LIMITS.get(column.unit, (-(1 << 63), (1 << 63) - 1))
    bad = (numbers < low) | (numbers > high)
    told = numbers.astype(column.type.to_pandas_dtype())
    if column.nullable:
        return pa.array(told, column.type, mask=untold), bad & ~untold
    if column.untold is None:
        return pa.array(told, column.type), bad | untold
    return pa.array(np.where(untold, int(column.untold), told), column.type), bad & ~untold


def _numbers(values: pa.Array) -> Longs:
    """Whole numbers; 0 for nulls."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        values, kind = values.cast(pa.timestamp("ms", kind.tz), safe=False).cast(pa.int64()), pa.int64()
    if pa.types.is_decimal(kind):  # an unsigned column of 64 bits, as Spark reads it
        values, kind = values.cast(pa.uint64(), safe=False), pa.uint64()
    if pa.types.is_uint64(kind):
        return np.asarray(values.fill_null(0).to_numpy(zero_copy_only=False).view(np.int64), np.int64)
    if not pa.types.is_integer(kind):
        raise UnreadableError(f"a column of type {kind} holds no numbers", "cast it in a selection of the table")
    numbers = values.cast(pa.int64(), safe=False).fill_null(0).to_numpy(zero_copy_only=False)
    return np.asarray(numbers, np.int64)
