"""Laws of regions and of conditions in three values, against packets one by one."""

from hypothesis import given
from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.formats.haproxy.regions import Box, Numbers, Region, TooManyBoxesError, both, either, matches, rest
from isthmus.formats.haproxy.truth import FALSE, TRUE, Truth
from isthmus.network import Unmodelled
from isthmus.packetset import Interval, Packet, joined, tcp
from tests.formats.haproxy.concrete import SPACE

ADDRESSES = ["0.0.0.3", "0.0.0.1", "0.0.0.2", "255.255.255.255"]
ADDRESSES6 = ["::", "::1", "::2", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
PORTS = [0, 1, 2, 65535]
PACKETS = [
    tcp(source, destination, port, source_port=source_port)
    for family in (ADDRESSES, ADDRESSES6)
    for source in family
    for destination in family[1:3]
    for port in PORTS
    for source_port in PORTS[:2]
]
DOUBT = (Unmodelled(Span("f"), "something"),)


def _numbers(edges: list[int]) -> st.SearchStrategy[Numbers | None]:
    ends = st.tuples(st.sampled_from(edges), st.sampled_from(edges)).map(sorted)
    runs = st.lists(ends.map(lambda pair: Interval(*pair)), min_size=1, max_size=3)
    return st.none() | runs.map(lambda each: tuple(joined(each)))


_LINE = [0, 1, 2, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, (1 << 32) + 2, (1 << 32) + (1 << 128) - 1]
boxes = st.builds(Box, _numbers(_LINE), _numbers(_LINE), _numbers(PORTS), _numbers(PORTS))
regions = st.lists(boxes, max_size=3).map(lambda each: either((), tuple(each)))


def holds(region: Region, packet: Packet) -> bool:
    """By the definition of a box."""
    offset = 0 if packet.source.version == 4 else 1 << 32
    values = {
        "source": int(packet.source) + offset,
        "destination": int(packet.destination) + offset,
        "source_ports": packet.source_port or 0,
        "destination_ports": packet.destination_port or 0,
    }
    return any(all(_lies(value, getattr(box, name)) for name, value in values.items()) for box in region)


def _lies(value: int, within: Numbers | None) -> bool:
    return within is None or any(value in run for run in within)


@given(regions, regions)
def test_either_and_both_mean_what_they_say(one: Region, other: Region) -> None:
    """Packet by packet."""
    for packet in PACKETS:
        assert holds(either(one, other), packet) == (holds(one, packet) or holds(other, packet))
        assert holds(both(one, other), packet) == (holds(one, packet) and holds(other, packet))


@given(regions)
def test_the_rest_is_all_that_a_region_is_not(region: Region) -> None:
    """Packet by packet; a region that is too large is refused, never answered wrongly."""
    try:
        outside = rest(region)
    except TooManyBoxesError:
        return
    for packet in PACKETS:
        assert holds(outside, packet) != holds(region, packet)


@given(regions)
def test_matches_are_the_packets_of_the_region(region: Region) -> None:
    """The neutral model's matches hold the same packets, of the versions that are asked for."""
    found = matches(region, (4, 6))
    only_ipv4 = matches(region, (4,))
    for packet in PACKETS[::3]:
        assert any(packet in SPACE.match(each) for each in found) == holds(region, packet)
        if packet.source.version == 4:
            assert any(packet in SPACE.match(each) for each in only_ipv4) == holds(region, packet)


truths = st.sampled_from([TRUE, FALSE, Truth.unknown(DOUBT)]) | regions.map(Truth.sure)


@given(truths, truths)
def test_three_values_never_round_up(one: Truth, other: Truth) -> None:
    """What surely holds also may; nothing is sure of an unknown or of its opposite; what is unsure says why."""
    for each in (one & other, one | other, ~one, ~(one & ~other)):
        assert each.is_sure or each.doubts
        for packet in PACKETS[::5]:
            assert not holds(each.must, packet) or holds(each.may, packet)
    for packet in PACKETS[::5]:
        assert holds((~one).must, packet) == (not holds(one.may, packet))
        assert holds((one & other).must, packet) == (holds(one.must, packet) and holds(other.must, packet))
        assert holds((one | other).may, packet) == (holds(one.may, packet) or holds(other.may, packet))
