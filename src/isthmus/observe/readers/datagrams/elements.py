"""The information elements that a flow record of ours is made of, and what each does to it.

Source: the IPFIX registry of IANA (RFC 7012), which contains those of NetFlow v9 (RFC 3954); for events of Cisco ASA
their NSEL documentation; RFC 5103 for the other direction of biflows. Elements that are not listed are skipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isthmus.observe.readers import rows

(
    SKIP, STORE, FALLBACK, ADDRESS4, ADDRESS6, START_UPTIME, END_UPTIME, START_UNIT, END_UNIT, START_NTP, END_NTP,
    START_DELTA, END_DELTA, DURATION, ICMP, FLAGS, FORWARDING, FIREWALL, RATE, SAMPLER, NAT4, NAT6, NAT_PORT, REVERSE,
    SYSTEM_START, FRAME, IP_PACKET, IGNORE_ZERO,
) = range(28)  # fmt: skip
"""What a field does: the loop in ``decode`` knows each."""


@dataclass(frozen=True, slots=True)
class Element:
    """What an element does, to which cell, in which unit (of times: how many milliseconds, or parts of one)."""

    does: int
    cell: int = 0
    unit: int = 0


REVERSE_ENTERPRISE = 29305
"""RFC 5103: the same elements, of packets that flow back."""

VARIABLE = 65535

ELEMENTS: Mapping[int, Element] = MappingProxyType(
    {
        1: Element(STORE, rows.BYTES),
        2: Element(STORE, rows.PACKETS),
        4: Element(STORE, rows.PROTOCOL),
        6: Element(FLAGS, rows.TCP_FLAGS),
        7: Element(STORE, rows.SRC_PORT),
        8: Element(ADDRESS4, rows.SRC_HI),
        10: Element(STORE, rows.IN_INTERFACE),
        11: Element(STORE, rows.DST_PORT),
        12: Element(ADDRESS4, rows.DST_HI),
        14: Element(STORE, rows.OUT_INTERFACE),
        21: Element(END_UPTIME),
        22: Element(START_UPTIME),
        23: Element(FALLBACK, rows.BYTES),
        24: Element(FALLBACK, rows.PACKETS),
        27: Element(ADDRESS6, rows.SRC_HI),
        28: Element(ADDRESS6, rows.DST_HI),
        32: Element(ICMP),
        34: Element(RATE),
        48: Element(SAMPLER),
        50: Element(RATE),
        85: Element(FALLBACK, rows.BYTES),
        86: Element(FALLBACK, rows.PACKETS),
        89: Element(FORWARDING),
        104: Element(FRAME),
        139: Element(ICMP),
        150: Element(START_UNIT, unit=1000),
        151: Element(END_UNIT, unit=1000),
        152: Element(START_UNIT, unit=1),
        153: Element(END_UNIT, unit=1),
        154: Element(START_NTP),
        155: Element(END_NTP),
        156: Element(START_NTP),
        157: Element(END_NTP),
        158: Element(START_DELTA),
        159: Element(END_DELTA),
        160: Element(SYSTEM_START),
        161: Element(DURATION, unit=1),
        162: Element(DURATION, unit=-1000),
        176: Element(STORE, rows.ICMP_TYPE),
        177: Element(STORE, rows.ICMP_CODE),
        178: Element(STORE, rows.ICMP_TYPE),
        179: Element(STORE, rows.ICMP_CODE),
        180: Element(STORE, rows.SRC_PORT),
        181: Element(STORE, rows.DST_PORT),
        182: Element(STORE, rows.SRC_PORT),
        183: Element(STORE, rows.DST_PORT),
        225: Element(NAT4, rows.NAT_SRC_HI, rows.KNOWN_SRC),
        226: Element(NAT4, rows.NAT_DST_HI, rows.KNOWN_DST),
        227: Element(NAT_PORT, rows.NAT_SRC_PORT, rows.KNOWN_SRC_PORT),
        228: Element(NAT_PORT, rows.NAT_DST_PORT, rows.KNOWN_DST_PORT),
        231: Element(FALLBACK, rows.BYTES),
        232: Element(REVERSE, rows.REPLY_BYTES),
        233: Element(FIREWALL),
        252: Element(FALLBACK, rows.IN_INTERFACE),
        253: Element(FALLBACK, rows.OUT_INTERFACE),
        281: Element(NAT6, rows.NAT_SRC_HI, rows.KNOWN_SRC),
        282: Element(NAT6, rows.NAT_DST_HI, rows.KNOWN_DST),
        298: Element(FALLBACK, rows.PACKETS),
        299: Element(REVERSE, rows.REPLY_PACKETS),
        302: Element(SAMPLER),
        305: Element(IGNORE_ZERO),
        313: Element(IP_PACKET),
        315: Element(FRAME),
        322: Element(START_UNIT, unit=1000),
        323: Element(START_UNIT, unit=1),
        40001: Element(NAT4, rows.NAT_SRC_HI, rows.KNOWN_SRC),
        40002: Element(NAT4, rows.NAT_DST_HI, rows.KNOWN_DST),
        40003: Element(NAT_PORT, rows.NAT_SRC_PORT, rows.KNOWN_SRC_PORT),
        40004: Element(NAT_PORT, rows.NAT_DST_PORT, rows.KNOWN_DST_PORT),
        40005: Element(FIREWALL),
    }
)

BACKWARDS: Mapping[int, Element] = MappingProxyType(
    {1: Element(REVERSE, rows.REPLY_BYTES), 2: Element(REVERSE, rows.REPLY_PACKETS)}
)
"""Elements of the enterprise of RFC 5103."""

_NOTHING = Element(SKIP)


def element(number: int, enterprise: int) -> Element:
    """What a field of a template does."""
    if enterprise == 0:
        return ELEMENTS.get(number, _NOTHING)
    return BACKWARDS.get(number, _NOTHING) if enterprise == REVERSE_ENTERPRISE else _NOTHING
