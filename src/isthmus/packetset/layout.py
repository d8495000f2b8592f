"""Where each header field lies among the variables, and how a packet is spelled in them.

From the top: version, destination, protocol, destination port, source, source port, TCP flags, state; each with its
most significant bit first. This order was measured: it gives the smallest diagrams for filters that people write.

An IPv4 address takes the first 32 of its 128 variables. ICMP type and code take the place of the destination port.
Variables that a packet has no use for (the rest of an IPv4 address, ports of ICMP or GRE, flags of UDP, the last bit of
a short state) are free: no set ever depends on them. So every assignment spells exactly one packet, every packet is
spelled by at least one, and two diagrams are the same exactly when they hold the same packets.
"""

from collections.abc import Iterator, Sequence
from enum import Enum

from isthmus.packetset.addresses import WIDTHS, address
from isthmus.packetset.packets import WITH_PORTS, WITH_TYPES, IpProtocol, Packet, State, TcpFlags


class Field(Enum):
    """A header field: its first variable and how many it has."""

    VERSION = (0, 1)
    DESTINATION = (1, 128)
    PROTOCOL = (129, 8)
    DESTINATION_PORT = (137, 16)  # or ICMP type and code
    SOURCE = (153, 128)
    SOURCE_PORT = (281, 16)
    FLAGS = (297, 8)
    STATE = (305, 3)

    def __init__(self, start: int, width: int) -> None:
        self.start = start
        """The variable of its most significant bit."""
        self.width = width
        """How many variables it has."""


VARIABLES = 308

STATES = {
    State.ESTABLISHED: (0b000, 3),
    State.RELATED: (0b001, 3),
    State.NEW: (0b010, 2),
    State.UNTRACKED: (0b100, 2),
    State.INVALID: (0b110, 2),
}
"""The spelling of each state and how many of its three bits count; every spelling is some state."""


def spelled(packet: Packet) -> list[bool]:
    """The packet as the value of every variable; free ones are false."""
    number = 0

    def put(field: Field, value: int, width: int) -> None:
        nonlocal number
        number |= value << VARIABLES - field.start - width

    put(Field.VERSION, packet.version == 6, 1)
    put(Field.DESTINATION, int(packet.destination), WIDTHS[packet.version])
    put(Field.PROTOCOL, packet.protocol, 8)
    put(Field.SOURCE, int(packet.source), WIDTHS[packet.version])
    put(Field.STATE, STATES[packet.state][0], 3)
    if packet.destination_port is not None and packet.source_port is not None:
        put(Field.DESTINATION_PORT, packet.destination_port, 16)
        put(Field.SOURCE_PORT, packet.source_port, 16)
    if packet.icmp_type is not None and packet.icmp_code is not None:
        put(Field.DESTINATION_PORT, packet.icmp_type << 8 | packet.icmp_code, 16)
    put(Field.FLAGS, packet.flags or 0, 8)
    return [bit == "1" for bit in f"{number:0{VARIABLES}b}"]


def read(bits: Sequence[bool]) -> Packet:
    """The packet that these values of all variables spell."""
    version = 6 if bits[0] else 4

    def take(field: Field, width: int) -> int:
        return sum(bit << place for place, bit in enumerate(reversed(bits[field.start : field.start + width])))

    protocol = take(Field.PROTOCOL, 8)
    destination_port = take(Field.DESTINATION_PORT, 16)
    has_ports, has_type = protocol in WITH_PORTS, protocol in WITH_TYPES
    return Packet(
        address(version, take(Field.SOURCE, WIDTHS[version])),
        address(version, take(Field.DESTINATION, WIDTHS[version])),
        protocol,
        take(Field.SOURCE_PORT, 16) if has_ports else None,
        destination_port if has_ports else None,
        destination_port >> 8 if has_type else None,
        destination_port & 255 if has_type else None,
        TcpFlags(take(Field.FLAGS, 8)) if protocol == IpProtocol.TCP else None,
        state_of(take(Field.STATE, 3)),
    )


def state_of(spelling: int) -> State:
    """The state that three bits spell."""
    return next(state for state, (value, bits) in STATES.items() if value >> 3 - bits == spelling >> 3 - bits)


def kinds() -> Iterator[tuple[tuple[int, ...], int]]:
    """Groups of protocols that leave equally many variables free, and how many those are."""
    yield (IpProtocol.TCP,), 0
    yield tuple(sorted(WITH_PORTS - {IpProtocol.TCP})), 8
    yield tuple(sorted(WITH_TYPES)), 16 + 8
    yield tuple(number for number in range(256) if number not in WITH_PORTS | WITH_TYPES), 16 + 16 + 8
