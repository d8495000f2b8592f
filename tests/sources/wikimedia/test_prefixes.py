"""Arithmetic of prefixes: nothing is lost, nothing is given twice."""

from ipaddress import IPv4Network, ip_network

from hypothesis import given
from hypothesis import strategies as st

from isthmus.estate import IPPrefix
from isthmus.sources.wikimedia.prefixes import cut, split_by_realm

PREFIXES = st.builds(
    lambda bits, length: IPv4Network((bits << (32 - length) & 0xFFFFFFFF, length)),
    st.integers(0, 255),
    st.integers(24, 32),
)


def addresses(prefixes: list[IPPrefix]) -> list[int]:
    return sorted(int(address) for prefix in prefixes for address in prefix)


@given(PREFIXES, st.lists(PREFIXES, max_size=5))
def test_what_remains_and_what_was_cut_out_make_the_whole(prefix: IPPrefix, others: list[IPPrefix]) -> None:
    taken = {int(address) for other in others for address in other}

    assert addresses(cut(prefix, others)) == [int(each) for each in prefix if int(each) not in taken]


@given(PREFIXES, st.lists(st.tuples(PREFIXES, st.sampled_from(["a", "b"])), max_size=5))
def test_pieces_make_the_whole_and_each_holds_one_realm(prefix: IPPrefix, claims: list[tuple[IPPrefix, str]]) -> None:
    pieces = list(split_by_realm(prefix, claims))

    assert addresses([piece for piece, _ in pieces]) == [int(each) for each in prefix]
    for piece, realm in pieces:
        exact = {owner for claimed, owner in claims if claimed == piece}
        held = {owner for claimed, owner in claims if set(claimed) <= set(piece)}
        assert realm == "" or exact == {realm} or held == {realm}


def test_families_never_touch() -> None:
    assert cut(ip_network("0.0.0.0/0"), [ip_network("::/0")]) == [ip_network("0.0.0.0/0")]
