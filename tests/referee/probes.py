"""Probes: packets as columns of numbers, as frames on a wire, and as single packets of the model.

Every probe ends in the same mark and its own number, which neither filters nor translation touch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import numpy as np
import numpy.typing as npt

from isthmus.packetset import Address, Packet, TcpFlags

MARK = b"ISTH"
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
WITH_PORTS = (TCP, UDP, 33, 132, 136)
TRANSPORT = 28
"""Octets behind the IP header, in every probe: a header of 20 or less, filling, the mark and the number."""
HEADS = {4: 20, 6: 40}
REPLY = 1 << 20
"""The reply to a probe has the probe's number and this."""
SEEN = 9
"""What a reply acknowledges of a SYN with its 8 octets of data."""

Octets = npt.NDArray[np.uint8]

ROW = np.dtype(
    [
        ("version", "u1"), ("protocol", "u1"), ("flags", "u1"), ("side", "u1"), ("source_high", "u8"),
        ("source_low", "u8"), ("destination_high", "u8"), ("destination_low", "u8"), ("one", "u2"), ("other", "u2"),
    ]
)  # fmt: skip
"""``one`` and ``other`` are the ports; of ICMP type and code, and nothing of other protocols."""

Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A probe where it came out: by which side, and what it looked like there."""

    side: int
    packet: Packet


def row(packet: Packet, side: int) -> tuple[int, ...]:
    """A packet as a row, that comes in by a side."""
    source, destination = int(packet.source), int(packet.destination)
    low = (1 << 64) - 1
    one = packet.source_port if packet.icmp_type is None else packet.icmp_type
    other = packet.destination_port if packet.icmp_code is None else packet.icmp_code
    flags = 0 if packet.flags is None else int(packet.flags)
    return (
        packet.version, packet.protocol, flags, side, source >> 64, source & low, destination >> 64, destination & low,
        one or 0, other or 0,
    )  # fmt: skip


def rows(packets: Iterable[tuple[Packet, int]]) -> Rows:
    """Packets with the sides by which they come."""
    return np.array([row(packet, side) for packet, side in packets], dtype=ROW)


def address(version: int, high: int, low: int) -> Address:
    """An address from its two halves."""
    return IPv4Address(low) if version == 4 else IPv6Address(high << 64 | low)


def packet_of(found: np.void) -> Packet:
    """The packet of a row."""
    version, protocol, flags, _, source_high, source_low, high, low, one, other = found.item()
    source, destination = address(version, source_high, source_low), address(version, high, low)
    if protocol in WITH_PORTS:
        told = TcpFlags(flags) if protocol == TCP else None
        return Packet(source, destination, protocol, one, other, flags=told)
    if protocol in (ICMP, ICMPV6):
        return Packet(source, destination, protocol, icmp_type=one, icmp_code=other)
    return Packet(source, destination, protocol)


# Frames


def frames(probes: Rows, numbers: npt.NDArray[np.uint32], ether: dict[int, bytes]) -> list[bytes]:
    """The probes as Ethernet frames, in their order; ``ether`` are the addresses before the type, for each side."""
    made: list[bytes] = [b""] * len(probes)
    for version in (4, 6):
        chosen = np.flatnonzero(probes["version"] == version)
        if len(chosen):
            ip = _ip(probes[chosen], numbers[chosen], version)
            kind = b"\x08\x00" if version == 4 else b"\x86\xdd"
            whole, length = ip.tobytes(), ip.shape[1]
            sides = probes["side"][chosen]
            for at, (place, side) in enumerate(zip(chosen.tolist(), sides.tolist(), strict=True)):
                made[place] = ether[side] + kind + whole[at * length : (at + 1) * length]
    return made


def _ip(probes: Rows, numbers: npt.NDArray[np.uint32], version: int) -> Octets:
    head = HEADS[version]
    octets = np.zeros((len(probes), head + TRANSPORT), dtype=np.uint8)
    source = _addresses(probes, "source", version)
    destination = _addresses(probes, "destination", version)
    if version == 4:
        octets[:, 0] = 0x45
        octets[:, 3] = head + TRANSPORT
        octets[:, 4:6] = _wide(numbers.astype(">u2"))
        octets[:, 8], octets[:, 9] = 64, probes["protocol"]
        octets[:, 12:16], octets[:, 16:20] = source, destination
        octets[:, 10:12] = _wide(_checksum(octets[:, :20]))
    else:
        octets[:, 0], octets[:, 5], octets[:, 6], octets[:, 7] = 0x60, TRANSPORT, probes["protocol"], 64
        octets[:, 8:24], octets[:, 24:40] = source, destination
    _transport(octets[:, head:], probes, numbers)
    pseudo = np.zeros((len(probes), 4), dtype=np.uint8)
    pseudo[:, 1], pseudo[:, 3] = probes["protocol"], TRANSPORT
    summed = np.concatenate([source, destination, pseudo, octets[:, head:]], axis=1)
    protocol = probes["protocol"]
    for kind, at, what in (
        (TCP, 16, summed), (UDP, 6, summed), (136, 6, summed), (ICMPV6, 2, summed), (ICMP, 2, octets[:, head:]),
    ):  # fmt: skip
        chosen = protocol == kind
        checksum = _checksum(what[chosen])
        if kind in (UDP, 136):
            checksum = np.where(checksum == 0, np.uint16(0xFFFF), checksum).astype(">u2")
        octets[chosen, head + at : head + at + 2] = _wide(checksum)
    return octets


def _transport(octets: Octets, probes: Rows, numbers: npt.NDArray[np.uint32]) -> None:
    protocol = probes["protocol"]
    with_ports = np.isin(protocol, WITH_PORTS)
    octets[with_ports, 0:2] = _wide(probes["one"][with_ports].astype(">u2"))
    octets[with_ports, 2:4] = _wide(probes["other"][with_ports].astype(">u2"))
    tcp = protocol == TCP
    octets[tcp, 12], octets[tcp, 13], octets[tcp, 14] = 0x50, probes["flags"][tcp], 0x10
    octets[tcp, 4:8] = _wide(numbers[tcp].astype(">u4"))
    octets[tcp, 8:12] = _wide((numbers[tcp] % REPLY + SEEN).astype(">u4"))
    measured = (protocol == UDP) | (protocol == 136)
    octets[measured, 5] = TRANSPORT
    typed = (protocol == ICMP) | (protocol == ICMPV6)
    octets[typed, 0], octets[typed, 1] = probes["one"][typed], probes["other"][typed]
    octets[typed, 4:6] = _wide(numbers[typed].astype(">u2"))
    octets[:, 20:24] = np.frombuffer(MARK, dtype=np.uint8)
    octets[:, 24:28] = _wide(numbers.astype(">u4"))


def _addresses(probes: Rows, end: str, version: int) -> Octets:
    if version == 4:
        return _wide(probes[f"{end}_low"].astype(">u4"))
    halves = (_wide(probes[f"{end}_{half}"].astype(">u8")) for half in ("high", "low"))
    return np.concatenate(list(halves), axis=1)


def _wide(numbers: npt.NDArray[np.unsignedinteger]) -> Octets:
    """Numbers of one size as rows of octets."""
    return np.frombuffer(np.ascontiguousarray(numbers).tobytes(), dtype=np.uint8).reshape(
        len(numbers), numbers.dtype.itemsize
    )


def _checksum(octets: Octets) -> npt.NDArray[np.uint16]:
    """The checksum of the internet (RFC 1071) over rows."""
    total = np.ascontiguousarray(octets).view(">u2").astype(np.uint32).sum(axis=1)
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    checksum: npt.NDArray[np.uint16] = (~total & 0xFFFF).astype(">u2")
    return checksum


# What came out


def read(datagrams: Sequence[tuple[int, bytes]]) -> dict[int, list[Arrival]]:
    """The probes among datagrams (from the IP header on, each with its side), by their numbers."""
    found: dict[int, list[Arrival]] = {}
    for side, data in datagrams:
        version = data[0] >> 4 if data else 0
        head = HEADS.get(version, 0)
        if not head or len(data) != head + TRANSPORT or data[-8:-4] != MARK:
            continue
        number = int.from_bytes(data[-4:], "big")
        found.setdefault(number, []).append(Arrival(side, _told(data, version, head)))
    return found


def number_of(data: bytes) -> int | None:
    """The number of a probe; None of what is none, as an ICMP error about one."""
    head = HEADS.get(data[0] >> 4, 0) if data else 0
    if not head or len(data) != head + TRANSPORT or data[-8:-4] != MARK:
        return None
    return int.from_bytes(data[-4:], "big")


def _told(data: bytes, version: int, head: int) -> Packet:
    if version == 4:
        protocol = data[9]
        source: Address = IPv4Address(data[12:16])
        destination: Address = IPv4Address(data[16:20])
    else:
        protocol = data[6]
        source, destination = IPv6Address(data[8:24]), IPv6Address(data[24:40])
    if protocol in WITH_PORTS:
        ports = int.from_bytes(data[head : head + 2], "big"), int.from_bytes(data[head + 2 : head + 4], "big")
        return Packet(
            source, destination, protocol, *ports, flags=TcpFlags(data[head + 13]) if protocol == TCP else None
        )
    if protocol in (ICMP, ICMPV6):
        return Packet(source, destination, protocol, icmp_type=data[head], icmp_code=data[head + 1])
    return Packet(source, destination, protocol)
