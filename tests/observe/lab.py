"""The recorded lab: its estate (`testdata/lab-a`), its captures (real traffic), and what was dialled in it."""

import csv
import os
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.classify import Classifier, classify
from isthmus.observe.words import Attempt, Direction, Verdict
from isthmus.sources.flows import Asked, items, reader_of
from isthmus.workflows.audit import classifier_of
from isthmus.workflows.load import load

ESTATE = Path(__file__).parent / "testdata" / "lab-a"
_NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[3] / "shared" / "realdata")
CAPTURES = _NAMED / "flows" / "lab-a"
TODAY = date(2026, 11, 24)
SIDES = {"router": "border", "vm1": "cloud", "prodpub": "production"}


@dataclass(frozen=True, slots=True)
class Dialled:
    """A row of GROUND_TRUTH.csv."""

    client: str
    service: str
    protocol: int
    port: int
    connections: int
    expected: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is found of one record."""

    client: str
    service: str
    protocol: int
    port: int
    translated: tuple[str | None, str | None]
    verdict: Verdict
    case: str
    codes: frozenset[str]
    kept: frozenset[str]
    attempt: Attempt
    is_reply: bool


def truth() -> list[Dialled]:
    with (CAPTURES / "GROUND_TRUTH.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [
        Dialled(
            row["src_seen_by_client"],
            row["dst_dialled"],
            {"tcp": 6, "udp": 17}[row["proto"]],
            int(row["dport"]),
            int(row["connections"]),
            row["expected_case"],
        )
        for row in rows
    ]


def classifier() -> Classifier:
    return classifier_of(load(ESTATE), SIDES, TODAY)


def found(name: str, exporter: str) -> list[Found]:
    """Every record of a capture, judged."""
    judge, asked = classifier(), Asked(exporter=exporter)
    path = CAPTURES / name
    batches = [each for each in items(path, reader_of(path, asked), asked) if isinstance(each, pa.RecordBatch)]
    return [row for each in batches for row in _rows(each, judge)]


def _rows(batch: pa.RecordBatch, judge: Classifier) -> list[Found]:
    names = judge.compiled.names
    version = 4 if "src" in batch.schema.names else 6
    made = []
    for row in classify(batch, judge.compiled).to_pylist():
        is_reply = Direction(row["direction"]).is_reply
        ends = [_address(row, end, version) for end in ("src", "dst", "nat_src", "nat_dst")]
        assert ends[0] is not None
        assert ends[1] is not None
        client, service = (ends[1], ends[0]) if is_reply else (ends[0], ends[1])
        case = names.cases[row["case"]] if row["case"] < len(names.cases) else ""
        made.append(
            Found(
                client,
                service,
                row["protocol"],
                row["src_port"] if is_reply else row["dst_port"],
                (ends[2], ends[3]),
                Verdict(row["verdict"]),
                case,
                frozenset(code for at, (code, _) in enumerate(names.demands) if row["broken"] >> at & 1),
                frozenset(code for at, (code, _) in enumerate(names.demands) if row["kept"] >> at & 1),
                Attempt(row["attempt"]),
                is_reply,
            )
        )
    return made


def _address(row: dict[str, int | None], end: str, version: int) -> str | None:
    if version == 4:
        value = row[end]
        return None if value is None else str(IPv4Address(value & 0xFFFFFFFF))
    high, low = row[f"{end}_hi"], row[f"{end}_lo"]
    if high is None or low is None:
        return None
    return str(IPv6Address((high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1))
