"""Values in text, as the compiled loops read them, against Python's own readers."""

from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isthmus.observe.readers import text
from isthmus.observe.readers.native import octets


def address(written: str) -> tuple[int, int]:
    data = written.encode()
    cells = np.zeros(4, np.int64)
    family = text.address(octets(data), 0, len(data), cells, 1)
    return (family, (int(cells[1]) % (1 << 64)) << 64 | int(cells[2]) % (1 << 64)) if family else (0, 0)


def as_python_reads(written: str) -> tuple[int, int]:
    try:
        found = ip_address(written)
    except ValueError:
        return (0, 0)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return (found.version, int(found))


ADDRESSES = st.one_of(
    st.builds(lambda value: str(IPv4Address(value)), st.integers(0, 2**32 - 1)),
    st.builds(lambda value, mask: str(IPv6Address(value & mask)), *[st.integers(0, 2**128 - 1)] * 2),
    st.builds(lambda value: f"::ffff:{IPv4Address(value)}", st.integers(0, 2**32 - 1)),
)


@given(ADDRESSES)
def test_addresses_are_read_as_python_reads_them(written: str) -> None:
    assert address(written) == as_python_reads(written)


@given(ADDRESSES, st.lists(st.tuples(st.integers(0, 45), st.sampled_from("0123456789abF:.g-%")), max_size=3))
def test_what_is_nearly_an_address_is_judged_as_python_judges_it(written: str, edits: list[tuple[int, str]]) -> None:
    for at, char in edits:
        written = written[:at] + ("" if char == "-" else char) + written[at + 1 :]
    if "%" not in written:
        assert address(written) == as_python_reads(written)


def number(written: str) -> int | None:
    data = written.encode()
    value = int(text.signed_number(octets(data), 0, len(data)))
    return None if value == text.NONE else value


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_numbers_are_read(value: int) -> None:
    assert number(str(value)) == value


@given(st.text(st.sampled_from("0123456789-+._ eE"), max_size=8))
def test_what_is_no_number_is_none(written: str) -> None:
    digits = written.removeprefix("-")
    assert number(written) == (int(written) if digits.isascii() and digits.isdigit() else None)


@given(st.decimals(0, 10**11, allow_nan=False, allow_infinity=False, places=6))
def test_seconds_become_milliseconds(seconds: Decimal) -> None:
    data = f"{seconds:f}".encode()
    assert text.milliseconds(octets(data), 0, len(data)) == int(seconds * 1000)
