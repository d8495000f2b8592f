"""The rows of the table ``violators`` with names, and what is said of single ones."""

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv6Address

from isthmus.observe.keys import Meta
from isthmus.observe.results import Amount, Violation
from isthmus.observe.words import Attempt, Verdict

Address = tuple[int, int, int]
"""Version, and both halves of the address's bits."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ``violators``, with names."""

    meta: Meta
    client: Address
    service: Address
    protocol: int
    port: int
    codes: tuple[str, ...]
    match: int
    exporter: str
    amount: Amount
    first_ms: int
    last_ms: int
    file: str
    record: int


def answered(rows: list[Row]) -> list[Row]:
    """The rows, without attempts that seem unanswered where other records of the same two show that they were not.

    Exporters that tell packets with different flags in different records show first packets alone, too.
    """
    came_about = {(row.client, row.service, row.protocol, row.port) for row in rows if not row.meta.attempt}
    return [
        replace(row, meta=replace(row.meta, attempt=0))
        if row.meta.attempt == Attempt.UNANSWERED and (row.client, row.service, row.protocol, row.port) in came_about
        else row
        for row in rows
    ]


@cache
def meta_of(packed: int) -> Meta:
    """What stands in a violator's key above protocol and port."""
    return replace(Meta.of(packed << 24), case=packed >> 12 & 0xFF)


def amount_of(meta: Meta, value: list[int]) -> Amount:
    """How much a row of counts tells."""
    records, replies = (0, value[0]) if meta.is_reply else (value[0], 0)
    return Amount(records, replies, value[1], value[2], value[3])


@lru_cache(1 << 18)
def text_of(address: Address) -> str:
    """An address as people write it."""
    version, high, low = address
    if version == 4:
        return str(IPv4Address(low & 0xFFFFFFFF))
    return str(IPv6Address((high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1))


def gravest_first(violation: Violation) -> tuple[object, ...]:
    """The order in which violations are told: what passed before attempts, then by verdict and number of flows."""
    order = (Verdict.DEVIATES, Verdict.UNDECLARED, Verdict.NOT_COVERED, Verdict.UNPLANNED)
    return (
        violation.attempt is not Attempt.PASSED,
        order.index(violation.verdict),
        -violation.flows,
        violation.service,
        violation.protocol,
        violation.port,
        violation.clients,
    )
