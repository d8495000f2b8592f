"""The tokens that routers take from an inventory which is not public, with the addresses that published files tell.

An address stands from the day on which a public change speaks of it through the one on which a change says that it is
gone; the NAT list names the hosts beside their addresses. What no published file tells is not here, and stays unknown.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

_TABLE = Path(__file__).parent / "border" / "inventory.csv"


def definitions(day: str) -> str:
    """The tokens as they stood on a day, in the form of a definition file."""
    tokens: dict[str, list[str]] = {}
    for token, address, first, last in _rows():
        if (first or day) <= day <= (last or day):
            tokens.setdefault(token, []).append(address)
    return "".join(f"{token} = {' '.join(addresses)}\n" for token, addresses in sorted(tokens.items()))


def days_of_change() -> set[str]:
    """The days on which a token begins to stand for something else."""
    days = {first for _, _, first, _ in _rows() if first}
    return days | {str(date.fromisoformat(last) + timedelta(1)) for _, _, _, last in _rows() if last}


def _rows() -> Iterator[tuple[str, str, str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["token"], row["address"], row["from"], row["through"]
