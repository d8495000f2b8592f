"""What the kernel reports of traced packets: nftables' own messages, read from their netlink group.

`nft monitor trace` prints the same as text and loses some of a burst. The layout is that of
linux/netfilter/nf_tables.h (NFTA_TRACE_*). Attributes of other numbers, and messages of other kinds, are passed over.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from isthmus.lab.probes.capture import SO_RCVBUFFORCE
from isthmus.lab.probes.sightings import Seen, read_packet

NETLINK_NETFILTER = 12
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NFNLGRP_NFTRACE = 9
NFT_MSG_TRACE = 10 << 8 | 17
ENOBUFS = 105

_MESSAGE = Struct("=IHHII")
_GENERIC = Struct("=BBH")
_ATTRIBUTE = Struct("=HH")
_FAMILIES = {1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}
_VERDICTS = {0: "drop", 1: "accept", 2: "stolen", 3: "queue", -1: "continue", -3: "jump", -4: "goto", -5: "return"}


class Step(IntEnum):
    """What a message tells of."""

    POLICY = 1
    RETURN = 2
    RULE = 3


@dataclass(frozen=True, slots=True)
class Traced:
    """One thing that a packet met in a ruleset."""

    packet: int
    """The kernel's own number for this passage of the packet."""
    step: Step
    family: str
    table: str
    chain: str
    handle: int
    """Of the rule; 0 at the end of a chain."""
    verdict: str
    to_chain: str = ""
    comes_by: int = 0
    """Index of the interface."""
    leaves_by: int = 0
    seen: Seen | None = None
    """The packet itself, where this message shows it: the first of each chain with a hook."""


class Tracer:
    """Hears of traced packets in the current network namespace."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        self._socket.bind((0, 0))
        self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE)
        self._socket.setblocking(False)
        self.lost = False
        """Whether messages came faster than they were read."""

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def read(self) -> Iterator[Traced]:
        """What was reported since the last look, in the order in which it happened."""
        while True:
            try:
                data = self._socket.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != ENOBUFS:
                    raise
                self.lost = True
                continue
            yield from read_messages(data)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


def read_messages(data: bytes) -> Iterator[Traced]:
    """The trace messages in what one read from the group gave; what is cut short ends it.

    >>> list(read_messages(b"")) == list(read_messages(bytes(100))) == []
    True
    """
    while len(data) >= _MESSAGE.size + _GENERIC.size:
        length, kind, _, _, _ = _MESSAGE.unpack_from(data)
        if length < _MESSAGE.size + _GENERIC.size:
            return
        if kind == NFT_MSG_TRACE:
            traced = _traced(data[_MESSAGE.size : length])
            if traced is not None:
                yield traced
        data = data[_aligned(length) :]


def _traced(body: bytes) -> Traced | None:
    family = _FAMILIES.get(_GENERIC.unpack_from(body)[0], "")
    told = dict(_attributes(body[_GENERIC.size :]))
    step = _number(told, 4)
    if step not in Step.__members__.values():
        return None
    verdict, chain = _verdict(told.get(5, b""))
    if step == Step.POLICY:
        verdict = _VERDICTS.get(_number(told, 16), "")
    return Traced(
        _number(told, 6),
        Step(step),
        family,
        _name(told.get(1, b"")),
        _name(told.get(2, b"")),
        _number(told, 3),
        verdict,
        chain,
        _number(told, 10),
        _number(told, 12),
        read_packet(told.get(8, b"") + told.get(9, b"")) if 8 in told else None,
    )


def _verdict(data: bytes) -> tuple[str, str]:
    told = dict(_attributes(data))
    code = int.from_bytes(told.get(1, b"\0\0\0\0"), signed=True)
    return _VERDICTS.get(code, str(code)), _name(told.get(2, b""))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size:
            return
        yield kind & 0x3FFF, data[_ATTRIBUTE.size : length]
        data = data[_aligned(length) :]


def _aligned(length: int) -> int:
    return length + 3 & ~3


def _number(told: dict[int, bytes], kind: int) -> int:
    return int.from_bytes(told.get(kind, b""))


def _name(data: bytes) -> str:
    return data.rstrip(b"\0").decode("ascii", "replace")
