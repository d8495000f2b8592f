"""An exporter for tests: messages of NetFlow v9 and IPFIX, samples of sFlow, and captures to hold them."""

import struct
from collections.abc import Iterable

EXPORTED = 1_700_000_000
UPTIME = 100_000


def v9(*sets: bytes, sequence: int = 1, domain: int = 7) -> bytes:
    return struct.pack(">HHIIII", 9, len(sets), UPTIME, EXPORTED, sequence, domain) + b"".join(sets)


def ipfix(*sets: bytes, sequence: int = 0, domain: int = 7) -> bytes:
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, 16 + len(body), EXPORTED, sequence, domain) + body


def a_set(number: int, body: bytes) -> bytes:
    return struct.pack(">HH", number, 4 + len(body)) + body


def template(number: int, *fields: tuple[int, int] | tuple[int, int, int], kind: int = 2) -> bytes:
    """A set of one template; a field is an element and a length, and perhaps an enterprise."""
    body = struct.pack(">HH", number, len(fields))
    for field in fields:
        if len(field) == 3:
            body += struct.pack(">HHI", field[0] | 0x8000, field[1], field[2])
        else:
            body += struct.pack(">HH", *field)
    return a_set(kind, body)


def options(number: int, scopes: int, *fields: tuple[int, int]) -> bytes:
    """A set of one options template of IPFIX."""
    body = struct.pack(">HHH", number, len(fields), scopes) + b"".join(struct.pack(">HH", *each) for each in fields)
    return a_set(3, body)


def udp(payload: bytes, *, sender: bytes = b"\xc0\x00\x02\x01", port: int = 2055) -> bytes:
    """An Ethernet frame."""
    datagram = struct.pack(">HHHH", 50_000, port, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0, sender, b"\xc0\x00\x02\xfe")
    return bytes(12) + b"\x08\x00" + header + datagram


def pcap(*frames: bytes, order: str = "<", magic: int = 0xA1B2C3D4, link: int = 1) -> bytes:
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    packets = (struct.pack(f"{order}IIII", EXPORTED, 500_000, len(each), len(each)) + each for each in frames)
    return head + b"".join(packets)


def pcapng(frames: Iterable[bytes], *, order: str = "<", resolution: int | None = None) -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack(f"{order}II", kind, 12 + len(body)) + body + struct.pack(f"{order}I", 12 + len(body))

    choices = b""
    units = EXPORTED * 1_000_000 + 500_000
    if resolution is not None:
        choices = struct.pack(f"{order}HHB3xHH", 9, 1, resolution, 0, 0)
        units = EXPORTED * 10**resolution + 5 * 10 ** (resolution - 1)
    file = block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    file += block(1, struct.pack(f"{order}HHI", 1, 0, 0) + choices)
    for frame in frames:
        head = struct.pack(f"{order}IIIII", 0, units >> 32, units & 0xFFFFFFFF, len(frame), len(frame))
        file += block(6, head + frame)
    return file


FIELDS = ((8, 4), (12, 4), (4, 1), (7, 2), (11, 2), (2, 4), (1, 4))
"""The least that a flow is: addresses, protocol, ports, counters."""


def flow(last: int = 1, packets: int = 5) -> bytes:
    return struct.pack(">4B4BBHHII", 10, 0, 0, last, 192, 0, 2, 9, 6, 40_000, 443, packets, 100 * packets)
