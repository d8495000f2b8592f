"""A policy as flat tables: immutable, named by its content, kept in one Arrow file.

``tables`` are what kernels read (their meaning is at each field of :class:`Tables`), ``names`` what people read.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.policy import End
from isthmus.observe.words import BORDER, INTERNET, LOCAL, UNPLANNED

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

VERSION = 1
"""Of the file's layout and of what the tables mean: another one is not read, and gives other content hashes."""

PORTED = (6, 17, 132)
"""Protocols whose ports are looked at: TCP, UDP, SCTP; each has 65,536 rows of ``port_class``, the others one row."""

AT_BORDER = -2
"""In place of a realm's row: the exporter is the gateway between realms."""

REALM_INTERNET, REALM_UNPLANNED, REALM_LOCAL = 0, 1, 2
"""The first rows of ``realms``."""
BUILT_IN = (INTERNET, UNPLANNED, LOCAL)


class NotAPolicyError(ValueError):
    """A file is no compiled policy, or one of another version."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables. A *place* is what all addresses of an interval have in common; 0 is the internet's."""

    v4_top: Ints
    """By the upper 16 bits: a place, or -1 - the number of a block."""
    v4_blocks: Ints
    """Blocks of 256 rows, by the next 8 bits, then by the last: a place, or -1 - the number of a block."""
    v6_index: Ints
    """By the upper 16 bits: the last row of ``v6_hi`` that is not above them; one row more at the end."""
    v6_hi: Longs
    """Upper halves at which something changes, in unsigned order."""
    v6_after: Ints
    """The place of all addresses between that upper half and the next one."""
    v6_from: Ints
    """Where the lower halves of each upper half begin; one row more at the end."""
    v6_lo: Longs
    """Lower halves at which the place changes, in unsigned order; the first of each upper half is 0."""
    v6_place: Ints
    place_class: Ints
    """The row of ``classes`` (realm, role, sphere, kind) of each place."""
    place_realm: Ints
    place_client: Ints
    """The client group: places of one group are clients of the same crossings; 0: of none."""
    place_target: Ints
    """The target group: places of one group are reached by the same crossings at the same ports; 0: by none."""
    place_zone: Ints
    place_service: Ints
    """The row of ``services``; -1: none, or several."""
    port_class: Ints
    """By protocol and port: ports of one class are in the same declared ranges; 0: in none."""
    pair_key: Longs
    """Client group * number of target groups + target group, sorted: the pairs that have rules."""
    pair_rules: Ints
    """The rule set of each pair; equal ones are shared."""
    rule_from: Ints
    rule_first: Ints
    """Port classes from here …"""
    rule_last: Ints
    """… to here, disjoint and ascending in each rule set …"""
    rule_match: Ints
    """… are this match."""
    match_from: Ints
    match_flow: Ints
    """The crossings that a match stands for."""
    match_running: Ints
    match_case: Ints
    """Row of ``cases``; their number: none."""
    excuse_from: Ints
    """Where the excuses of each match begin."""
    excuse_row: Ints
    excuse_mask: Ints
    excuse_first: Longs
    excuse_last: Longs
    case_of_pair: Ints
    """By client class and service class: the case that an undeclared flow fits."""
    effect: Ints
    """By version, 0 or 1 + the case of a declaration, client class, service class, side: a row of the next two."""
    broken: Ints
    """The demands that such a record shows broken, a bit each."""
    kept: Ints
    """The demands that such a record shows kept."""
    sizes: Longs
    """Number of target groups, classes, cases."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows of the tables are called."""

    estate: str
    edition: str
    realms: tuple[str, ...]
    zones: tuple[str, ...]
    classes: tuple[End, ...]
    services: tuple[str, ...]
    cases: tuple[str, ...]
    demands: tuple[tuple[str, str], ...]
    """Code and name of each bit."""
    flows: tuple[tuple[str, str, bool], ...]
    """Id, case (empty: none) and whether it runs, of each declared crossing."""
    unresolved: tuple[tuple[str, str], ...]
    """Crossings that no record can show, and what is not known of them."""
    excuses: tuple[tuple[str, str], ...]
    """Id and crossing of each exception."""
    exporters: tuple[tuple[str, str], ...]
    """The realm on whose side each known exporter stands."""


@dataclass(frozen=True)
class CompiledPolicy:
    """A policy that kernels can run."""

    names: Names
    tables: Tables

    @cached_property
    def content(self) -> str:
        """The hash that names it: equal tables and names have equal ones."""
        digest = hashlib.sha256(f"isthmus {VERSION} {self._words()}".encode())
        for each in fields(Tables):
            values = getattr(self.tables, each.name)
            digest.update(f"{each.name} {len(values)} ".encode())
            digest.update(values.tobytes())
        return digest.hexdigest()

    def _words(self) -> str:
        return json.dumps(asdict(self.names), sort_keys=True)

    def save(self, sink: BinaryIO) -> None:
        """Write it as an Arrow file: one row, a list column for each table."""
        arrays = [pa.array([getattr(self.tables, each.name)]) for each in fields(Tables)]
        schema = pa.schema(
            [pa.field(each.name, array.type) for each, array in zip(fields(Tables), arrays, strict=True)],
            metadata={"isthmus": f"policy {VERSION}", "names": self._words(), "content": self.content},
        )
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))

    @classmethod
    def load(cls, source: BinaryIO) -> Self:
        """The inverse of :meth:`save`. Raises NotAPolicyError for anything else."""
        try:
            with pa.ipc.open_file(source) as reader:
                metadata = reader.schema.metadata or {}
                if metadata.get(b"isthmus") != f"policy {VERSION}".encode():
                    raise NotAPolicyError("this is no compiled policy of this version")
                batch = reader.get_batch(0)
            names = _names(json.loads(metadata[b"names"]))
            tables = Tables(*(batch.column(each.name)[0].values.to_numpy() for each in fields(Tables)))
            loaded = cls(names, tables)
        except (pa.ArrowException, KeyError, IndexError, TypeError, ValueError) as error:
            raise NotAPolicyError(f"the compiled policy cannot be read: {error}") from None
        if loaded.content.encode() != metadata.get(b"content"):
            raise NotAPolicyError("the compiled policy is not what its hash says")
        return loaded

    @cached_property
    def exporters(self) -> dict[str, int]:
        """The realm's row of each known exporter; :data:`AT_BORDER` for those that stand on the border."""
        rows = {name: row for row, name in enumerate(self.names.realms)} | {BORDER: AT_BORDER}
        return {name: rows[realm] for name, realm in self.names.exporters if realm in rows}


def _names(plain: dict[str, Any]) -> Names:
    values: dict[str, Any] = {
        key: tuple(map(_frozen, value)) if isinstance(value, list) else value for key, value in plain.items()
    }
    values["classes"] = tuple(End(**each) for each in plain["classes"])
    return Names(**values)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
