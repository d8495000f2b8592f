"""What records are counted by: four tables of keys, all whole numbers, so that counting is the same everywhere.

========= ==========================================================================================================
cells     hour · realms, case, verdict, attempt … (``meta``) · exporter · sampling
hits      match and exception · side, verdict, attempt … · demands broken and kept · exporter
violators client (two halves) · service (two halves) · port, verdict … · demands broken, match · exporter
twins     version · service as dialled (two halves) · as translated (two halves)
========= ==========================================================================================================

Exporters and files are named by a hash of their name, so that no table depends on what came before.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

WIDTHS = {"cells": 4, "hits": 4, "violators": 7, "twins": 5}
"""How many numbers a key has."""

VALUES = ("records", "packets", "bytes", "uncounted", "first_ms", "file", "record", "last_ms")
"""What is kept of each key: sums, the earliest record (its time, file and place in it), and the latest time.

``packets`` and ``bytes`` are scaled by the sampling rate; ``uncounted`` records told none, or none that can be."""

MOST_PACKETS, MOST_SAMPLING = 1 << 36, 1 << 16
"""A record that tells more is not counted: no link carries that in one record, and sums must not run over."""


def name_id(name: str) -> int:
    """The number that stands for an exporter or a file: 63 bits of a hash of its name.

    >>> name_id("") == name_id(""), name_id("a") == name_id("b")
    (True, False)
    """
    return int.from_bytes(blake2b(name.encode(errors="surrogateescape"), digest_size=8).digest(), "big") >> 1


@dataclass(frozen=True, slots=True)
class Meta:
    """What is packed into one number of a key; fields that a table does not use are 0."""

    client_realm: int = 0
    service_realm: int = 0
    case: int = 0
    verdict: int = 0
    attempt: int = 0
    is_reply: bool = False
    is_inferred: bool = False
    version: int = 4
    side: int = 0

    @classmethod
    def of(cls, packed: int) -> Self:
        """Unpack.

        >>> Meta.of(Meta(1, 2, 3, 3, 1, True, False, 6, 2).packed) == Meta(1, 2, 3, 3, 1, True, False, 6, 2)
        True
        """
        return cls(
            packed & 0xFF,
            packed >> 8 & 0xFF,
            packed >> 16 & 0xFF,
            packed >> 24 & 0xF,
            packed >> 28 & 3,
            bool(packed >> 30 & 1),
            bool(packed >> 31 & 1),
            6 if packed >> 32 & 1 else 4,
            packed >> 33 & 3,
        )

    @property
    def packed(self) -> int:
        """The inverse of :meth:`of`."""
        return (
            self.client_realm
            | self.service_realm << 8
            | self.case << 16
            | self.verdict << 24
            | self.attempt << 28
            | self.is_reply << 30
            | self.is_inferred << 31
            | (self.version == 6) << 32
            | self.side << 33
        )
