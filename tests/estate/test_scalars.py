"""Laws of an estate's scalars: one spelling each, and reading undoes writing."""

from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.estate import PortRange, holds, show_size, spell_size
from isthmus.estate.types import (
    is_name,
    read_address,
    read_address_or_name,
    read_date,
    read_name,
    read_ports,
    read_prefix,
    read_size,
)

addresses = st.ip_addresses()


@st.composite
def prefixes(draw: st.DrawFn) -> IPv4Network | IPv6Network:
    address = draw(addresses)
    return ip_network((address, draw(st.integers(0, address.max_prefixlen))), strict=False)


@given(addresses)
def test_addresses_read_as_they_are_written(address: IPv4Address | IPv6Address) -> None:
    assert read_address(str(address)) == address
    assert read_address_or_name(address.exploded) == address


@given(prefixes())
def test_prefixes_read_as_they_are_written(prefix: IPv4Network | IPv6Network) -> None:
    assert read_prefix(str(prefix)) == prefix


@given(addresses, st.data())
def test_host_bits_are_refused_and_the_prefix_is_told(address: IPv4Address | IPv6Address, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, address.max_prefixlen))
    prefix = ip_network((address, length), strict=False)
    if prefix.network_address == address:
        assert read_prefix(f"{address}/{length}") == prefix
    else:
        with pytest.raises(ValueError, match=f"the prefix is `{prefix}`"):
            read_prefix(f"{address}/{length}")


@given(addresses)
def test_an_address_alone_is_the_prefix_of_itself(address: IPv4Address | IPv6Address) -> None:
    assert read_prefix(str(address)) == ip_network(address)


@given(prefixes(), prefixes())
def test_holding_is_what_the_standard_library_calls_subnet(
    outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network
) -> None:
    same = outer.version == inner.version
    assert holds(outer, inner) == (same and inner.subnet_of(outer))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", " ", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/32", "fe80::1%eno1", "::g", "1" * 999, 10, True, None, []],
)
def test_what_is_no_address_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not an IPv4 or IPv6 address"):
        read_address(text)


@pytest.mark.parametrize(
    "text", ["", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/255.0.0.0", "10.0.0.0/", " 10.0.0.0/8", 10]
)
def test_what_is_no_prefix_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a prefix"):
        read_prefix(text)


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_ports_read_as_they_are_written(one: int, other: int) -> None:
    ports = PortRange(min(one, other), max(one, other))
    assert PortRange.parse(str(ports)) == ports
    assert one in ports
    assert other in ports
    assert ports.last + 1 not in ports
    if ports.last:
        assert read_ports(str(ports)) == ports


@pytest.mark.parametrize("value", [0, "0", -1, 65536, "80-79", "80-", "-80", "http", "", " 80", "8 0", True, None, 1.5])
def test_what_is_no_port_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a port or a range of ports"):
        read_ports(value)


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 4), (0, 65536)])
def test_a_range_outside_the_bounds_cannot_be_made(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="is not a range of ports"):
        PortRange(first, last)


@given(st.integers(0, 10**18 - 1))
def test_sizes_read_as_they_are_spelled(size: int) -> None:
    assert read_size(spell_size(size)) == size
    assert read_size(size) == size


@given(st.integers(0, 10**18 - 1))
def test_a_size_for_people_is_right_to_four_digits(size: int) -> None:
    assert abs(read_size(show_size(size)) - size) <= size / 1000


# the units differ by powers of 1000 and of 1024, and a blank before them is optional
@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0 B", 0), ("1 B", 1), ("1kB", 1000), ("1 KB", 1000), ("1 KiB", 1024), ("1 MB", 10**6), ("1 MiB", 2**20),
        ("2.5 GB", 2_500_000_000), ("0.5 TiB", 2**39), ("3 PB", 3 * 10**15), ("9007199254740993 B", 9007199254740993),
    ],
)  # fmt: skip
def test_sizes_by_their_units(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    "value", ["", "40", "40 tb", "40 TBs", "-1 B", "1,5 GB", "1. GB", "TB", "1 iB", -1, 1.5, True, None]
)
def test_what_is_no_size_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a size in bytes"):
        read_size(value)


@given(st.dates())
def test_days_read_as_they_are_written(day: date) -> None:
    assert read_date(day.isoformat()) == day


@pytest.mark.parametrize("value", ["2026-1-1", "20260101", "01.02.2026", "2026-01-01T00:00", "2026-W01-1", "", 2026])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        read_date(value)


@pytest.mark.parametrize("value", ["2026-02-30", "2026-13-01", "2025-02-29", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="there is no day"):
        read_date(value)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("dumps.wikimedia.org", True), ("dumps.wikimedia.org.", True), ("*.example.org", True), ("_sip._tcp.a", True),
        ("localhost", True), ("xn--bcher-kva.example", True), ("a" * 63 + ".org", True), ("3com.example", True),
        ("", False), (".", False), ("a..b", False), ("-a.org", False), ("a-.org", False), ("a.-b", False),
        ("a" * 64 + ".org", False), ("a b", False), ("a/b", False), ("10.0.0.300", False), ("a.*.b", False),
        ("x." * 127 + "xx", False), ("bücher.example", False), ("a\n", False),
    ],
)  # fmt: skip
def test_what_can_be_a_name(text: str, is_one: bool) -> None:
    assert is_name(text) == is_one


@given(st.from_regex(r"([A-Za-z]{1,5}\.){1,3}[A-Za-z]{1,5}\.?", fullmatch=True))
def test_names_have_one_form(name: str) -> None:
    read = read_name(name)
    assert read == name.lower().rstrip(".")
    assert read_name(read) == read_name(name.upper()) == read_address_or_name(name) == read
