"""Ports of transport protocols."""

import re
from dataclasses import dataclass
from typing import Self

from isthmus.documents import bad_value


@dataclass(frozen=True, slots=True, order=True)
class PortRange:
    """TCP, UDP or SCTP ports, both ends included: 0 <= first <= last <= 65535.

    >>> str(PortRange.parse("8000-8080")), 8010 in PortRange(8000, 8080)
    ('8000-8080', True)
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last <= 65535:
            raise ValueError(f"`{self}` is not a range of ports between 0 and 65535")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``443`` or ``8000-8080``; the inverse of ``str()``. Raises ValueError for anything else."""
        if not re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", text):
            raise ValueError(f"`{text[:40]}` is not a port or a range of ports")
        first, _, last = text.partition("-")
        return cls(int(first), int(last or first))

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


_USUAL = {"domain": 53, "dns": 53, "http": 80, "https": 443, "imap": 143, "ldap": 389, "mysql": 3306, "nfs": 2049,
          "ntp": 123, "postgresql": 5432, "smtp": 25, "ssh": 22}  # fmt: skip


def read_ports(value: object) -> PortRange:
    """Read a port number or a range such as ``8000-8080``; port 0 alone is none that anything listens on."""
    if isinstance(value, PortRange):
        return value
    help_ = "write a number from 1 to 65535, or a range such as `8000-8080`"
    if isinstance(value, str) and value.lower() in _USUAL:
        help_ = f"write its number: `{_USUAL[value.lower()]}`"
    try:
        if isinstance(value, int | str) and not isinstance(value, bool):
            ports = PortRange.parse(str(value))
            if ports.last > 0:
                return ports
    except ValueError:
        pass
    raise bad_value("`{given}` is not a port or a range of ports", value, "a port", help_)
