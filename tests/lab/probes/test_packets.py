"""Probes as bytes: what is written is read back, whatever arrives is answered without a traceback."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.lab.probes.packets import Probe, encode, encode_answer
from isthmus.lab.probes.sightings import Role, read_packet
from isthmus.packetset import IpProtocol, Packet, TcpFlags, ping, tcp, udp

NUMBERS = st.integers(0, 0xFFFFFFFF)
PORTS = st.integers(0, 65535)


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    kind = IPv4Address if draw(st.booleans()) else IPv6Address
    width = 32 if kind is IPv4Address else 128
    source, destination = (str(kind(draw(st.integers(0, (1 << width) - 1)))) for _ in range(2))
    shape = draw(st.sampled_from(["tcp", "udp", "icmp"]))
    if shape == "icmp":
        return ping(source, destination)
    return (tcp if shape == "tcp" else udp)(source, destination, draw(PORTS), draw(PORTS))


def ones(data: bytes) -> int:
    """The sum of sixteen-bit words in one's complement, by adding and carrying."""
    total = 0
    padded = data + bytes(len(data) % 2)
    for at in range(0, len(padded), 2):
        total += padded[at] << 8 | padded[at + 1]
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(NUMBERS, packets())
def test_what_is_written_is_read_back(number: int, packet: Packet) -> None:
    seen = read_packet(encode(Probe(number, packet)))
    assert seen is not None
    assert (seen.number, seen.role, seen.protocol) == (number, Role.PROBE, packet.protocol)
    assert (seen.source, seen.destination) == (packet.source, packet.destination)
    if packet.source_port is not None:
        assert (seen.source_port, seen.destination_port) == (packet.source_port, packet.destination_port)


@given(NUMBERS, packets())
def test_an_answer_goes_the_other_way_with_the_same_number(number: int, packet: Packet) -> None:
    seen = read_packet(encode_answer(Probe(number, packet)))
    assert seen is not None
    assert (seen.number, seen.role) == (number, Role.ANSWER)
    assert (seen.source, seen.destination) == (packet.destination, packet.source)


@given(NUMBERS, packets())
def test_checksums_hold(number: int, packet: Packet) -> None:
    """A checksum and what it covers add up to all ones (RFC 1071 section 1)."""
    data = encode(Probe(number, packet))
    head = 20 if packet.version == 4 else 40
    segment = data[head:]
    ends = packet.source.packed + packet.destination.packed
    pseudo = b"" if packet.protocol == IpProtocol.ICMP else ends + bytes((0, packet.protocol, 0, len(segment)))
    assert ones(pseudo + segment) == 0xFFFF
    if packet.version == 4:
        assert ones(data[:20]) == 0xFFFF


@given(st.binary(max_size=120))
def test_any_bytes_are_read_without_complaint(data: bytes) -> None:
    read_packet(data)
    for first in (b"\x45", b"\x60"):
        read_packet(first + data)


@given(NUMBERS, packets(), st.data())
def test_a_packet_cut_short_belongs_to_no_probe_or_to_its_own(number: int, packet: Packet, data: st.DataObject) -> None:
    whole = encode(Probe(number, packet))
    seen = read_packet(whole[: data.draw(st.integers(0, len(whole)))])
    assert seen is None or seen.number == number


@pytest.mark.parametrize("packet", [tcp("10.0.0.1", "10.0.0.2", 80), udp("10.0.0.1", "10.0.0.2", 53)])
def test_an_icmp_error_tells_of_the_probe_that_it_quotes(packet: Packet) -> None:
    """A router quotes the header and eight octets at least (RFC 792); of a datagram, Linux quotes all."""
    whole = encode(Probe(77, packet))
    quoted = whole[:28] if packet.protocol == IpProtocol.TCP else whole
    error = bytes((3, 13, 0, 0, 0, 0, 0, 0)) + quoted
    router = bytes.fromhex("45c00000000000004001000000000000") + IPv4Address("10.0.0.1").packed
    head = router[:12] + IPv4Address("10.0.9.9").packed + router[16:]
    seen = read_packet(head + error)
    assert seen is not None
    assert (seen.number, seen.role, seen.complaint) == (77, Role.REFUSAL, (3, 13))


def test_other_protocols_cannot_carry_a_number() -> None:
    gre = Packet(IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"), IpProtocol.GRE)
    with pytest.raises(ValueError, match="cannot carry a number"):
        encode(Probe(1, gre))
    reply = Packet(IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"), 1, icmp_type=0, icmp_code=0)
    with pytest.raises(ValueError, match="cannot carry a number"):
        encode(Probe(1, reply))


def test_a_segment_of_somebody_else_is_no_probe() -> None:
    """The window tells our first segments from others."""
    whole = bytearray(encode(Probe(5, tcp("10.0.0.1", "10.0.0.2", 80))))
    whole[34:36] = (64240).to_bytes(2)
    assert read_packet(bytes(whole)) is None
    assert whole[33] == TcpFlags.SYN
