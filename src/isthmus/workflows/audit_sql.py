"""Asking further of an audit with SQL: its findings as tables of DuckDB, which can reach nothing else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from isthmus.observe.draft import port_text
from isthmus.observe.results import Audit, Violation
from isthmus.workflows.refusal import Refused

Row = Mapping[str, Any]


def ask(audit: Audit, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of an answer. Raises Refused where DuckDB does not understand the question."""
    import duckdb
    import pyarrow as pa  # type: ignore[import-untyped]

    database = duckdb.connect(config={"enable_external_access": False, "lock_configuration": False})
    try:
        for name, rows in _TABLES.items():
            table = pa.Table.from_pylist(list(rows(audit)) or [{"empty": None}])
            database.register(name, table)
        answer = database.execute(sql)
        columns = [each[0] for each in answer.description or ()]
        return columns, answer.fetchall() if columns else []
    except duckdb.Error as error:
        known = ", ".join(_TABLES)
        raise Refused(f"the question is not understood: {error}", f"tables: {known}") from None
    finally:
        database.close()


def _violations(audit: Audit) -> Iterable[Row]:
    for number, each in enumerate(audit.violations):
        yield {
            "violation": number,
            **_plain(each),
            "verdict": each.verdict.word,
            "attempt": each.attempt.name.lower(),
            "codes": list(each.codes),
            "clients": list(each.clients),
            "addresses": list(each.addresses),
            "on": port_text(each.protocol, each.port),
        }


def _plain(each: Violation) -> Row:
    plain = asdict(each)
    amount = plain.pop("amount")
    del plain["sightings"]
    return {**plain, "packets": amount["packets"], "bytes": amount["bytes"], **_times(plain)}


def _times(plain: Row) -> Row:
    return {name.removesuffix("_ms"): _time(plain[name]) for name in ("first_ms", "last_ms") if name in plain}


def _time(milliseconds: int | None) -> datetime | None:
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _sightings(audit: Audit) -> Iterable[Row]:
    for number, violation in enumerate(audit.violations):
        for each in violation.sightings:
            yield {"violation": number, **_flat(asdict(each)), "side": each.side.name.lower()}


def _flat(plain: dict[str, Any]) -> Row:
    """Amounts beside the rest, and times that can be compared."""
    amount = plain.pop("amount", {})
    return {**plain, **amount, **_times(plain)}


def _crossings(audit: Audit) -> Iterable[Row]:
    for each in audit.hits:
        plain = asdict(each)
        told = {name: sorted(plain.pop(name)) for name in ("broken", "excused", "broken_excused", "kept")}
        yield {**_flat(plain), **told, "exporters": list(each.exporters)}


def _matrix(audit: Audit) -> Iterable[Row]:
    for each in audit.cells:
        words = {"verdict": each.verdict.word, "attempt": each.attempt.name.lower(), "hour": _time(each.hour_ms)}
        yield {**_flat(asdict(each)), **words}


def _inputs(audit: Audit) -> Iterable[Row]:
    for each in audit.inputs:
        plain = asdict(each)
        for name in ("reasons", "examples", "skipped", "lost"):
            del plain[name]
        yield _flat(plain)


_TABLES: dict[str, Callable[[Audit], Iterable[Row]]] = {
    "violations": _violations,
    "sightings": _sightings,
    "crossings": _crossings,
    "not_seen": lambda audit: (asdict(each) for each in audit.unseen),
    "matrix": _matrix,
    "exporters": lambda audit: (_flat(asdict(each)) for each in audit.exporters),
    "inputs": _inputs,
}
