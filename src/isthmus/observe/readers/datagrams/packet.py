"""Packets as captured, down to the header of layer 4, in compiled loops: of captures, and of samples that hold headers.

Link layers are numbered as in captures (tcpdump.org/linktypes.html): Ethernet with VLAN tags and MPLS labels, Linux
cooked (two versions), raw IP, BSD loopback. Of tunnels the outer header is read.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Ints, Octets, Whole, big16, big32, big64, inlined, little32, native, octet

ETHERNET, RAW, RAW_OLD, RAW_OPENBSD, NULL, COOKED, COOKED2, RAW_IPV4, RAW_IPV6, LOOPBACK = (
    1, 101, 12, 14, 0, 113, 276, 228, 229, 108,
)  # fmt: skip
LINKS = (ETHERNET, RAW, RAW_OLD, RAW_OPENBSD, NULL, COOKED, COOKED2, RAW_IPV4, RAW_IPV6, LOOPBACK)
"""The link layers that are read."""

# Cells of a packet, after those of a record.
LENGTH = rows.CELLS
"""Octets of IP, by its own header."""
PAYLOAD = rows.CELLS + 1
"""Where the header of layer 4 begins; 0 if it is not there (a later fragment)."""
PAYLOAD_END = rows.CELLS + 2
PACKET_CELLS = rows.CELLS + 3


@native
def network(data: Octets, at: int, end: int, link: int) -> int:
    """Where the IP header begins behind a link layer's header; -1 if there is none."""
    if link == ETHERNET:
        return _ethernet(data, at + 12, end)
    if link == COOKED:
        return _ethernet(data, at + 14, end)
    if link == COOKED2:
        if end - at < 20:
            return -1
        kind = big16(data, at)
        return at + 20 if kind == 0x0800 or kind == 0x86DD else -1
    if link in (NULL, LOOPBACK):
        return at + 4 if end - at > 4 else -1
    return at


@native
def _ethernet(data: Octets, at: int, end: int) -> int:
    """From an EtherType on, over VLAN tags and MPLS labels."""
    for _ in range(16):
        if end - at < 4:
            return -1
        kind = big16(data, at)
        at += 2
        if kind == 0x0800 or kind == 0x86DD:
            return at
        if kind == 0x8100 or kind == 0x88A8 or kind == 0x9100:
            at += 2
        elif kind == 0x8847 or kind == 0x8848:
            while end - at >= 4 and (octet(data, at + 2) & 1) == 0:
                at += 4
            return at + 4
        else:
            return -1
    return -1


@native
def headers(data: Octets, at: int, end: int, cells: Ints) -> int:
    """Read the IP header and that of layer 4 into ``cells``: 1, or 0 if there is no IP header."""
    cells[PAYLOAD] = 0
    if end - at < 20:
        return 0
    version = octet(data, at) >> 4
    if version == 4:
        size = (octet(data, at) & 15) * 4
        if size < 20 or end - at < size:
            return 0
        cells[rows.FAMILY] = 4
        cells[rows.SRC_LO] = big32(data, at + 12)
        cells[rows.DST_LO] = big32(data, at + 16)
        cells[LENGTH] = big16(data, at + 2)
        protocol = octet(data, at + 9)
        fragment = big16(data, at + 6) & 0x1FFF
        where = at + size
        cells[PAYLOAD_END] = min(end, at + max(cells[LENGTH], size))
    elif version == 6 and end - at >= 40:
        cells[rows.FAMILY] = 6
        cells[rows.SRC_HI] = big64(data, at + 8)
        cells[rows.SRC_LO] = big64(data, at + 16)
        cells[rows.DST_HI] = big64(data, at + 24)
        cells[rows.DST_LO] = big64(data, at + 32)
        cells[LENGTH] = 40 + big16(data, at + 4)
        cells[PAYLOAD_END] = min(end, at + cells[LENGTH])
        protocol, where, fragment = _extensions(data, at + 40, end, octet(data, at + 6))
    else:
        return 0
    cells[rows.PROTOCOL] = protocol
    if fragment == 0:
        cells[PAYLOAD] = where
        _layer4(data, where, end, protocol, cells)
    return 1


@native
def _extensions(data: Octets, at: Whole, end: Whole, protocol: Whole) -> tuple[Whole, Whole, Whole]:
    """Over the extension headers of IPv6: the protocol behind them, where it begins, and its place in a fragment."""
    fragment = 0
    for _ in range(16):
        if end - at < 8:
            break
        if protocol == 44:
            protocol = octet(data, at)
            fragment = big16(data, at + 2) >> 3
            at += 8
            if fragment != 0:
                break
        elif protocol == 0 or protocol == 43 or protocol == 60 or protocol == 135:
            protocol = octet(data, at)
            at += 8 + 8 * octet(data, at + 1)
        elif protocol == 51:
            protocol = octet(data, at)
            at += 8 + 4 * octet(data, at + 1)
        else:
            break
    return protocol, at, fragment


@inlined
def _layer4(data: Octets, at: Whole, end: Whole, protocol: Whole, cells: Ints) -> None:
    if protocol == 1 or protocol == 58:
        if end - at >= 2:
            cells[rows.ICMP_TYPE] = octet(data, at)
            cells[rows.ICMP_CODE] = octet(data, at + 1)
    elif protocol == 6 or protocol == 17 or protocol == 132 or protocol == 33 or protocol == 136:
        if end - at >= 4:
            cells[rows.SRC_PORT] = big16(data, at)
            cells[rows.DST_PORT] = big16(data, at + 2)
        if protocol == 6 and end - at >= 14:
            cells[rows.TCP_FLAGS] = octet(data, at + 13)


@inlined
def word32(data: Octets, at: Whole, swapped: Whole) -> Whole:
    """Four octets of a capture's own headers, in the order of the machine that wrote it."""
    return big32(data, at) if swapped else little32(data, at)
