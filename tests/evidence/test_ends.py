"""Listeners, arrivals and what fronts hold: three answers, and none is guessed."""

from ipaddress import ip_address, ip_network

import pytest

from isthmus.diagnostics import Span
from isthmus.estate import Network, Sphere
from isthmus.evidence import Arrival, Held, Listener

HERE = Span("estate.yaml")
PUBLIC = Network(realm="cloud", role="floating", sphere=Sphere.PUBLIC, prefixes=(ip_network("198.51.100.0/24"),))
PRIVATE = Network(realm="cloud", role="instances", sphere=Sphere.PRIVATE, prefixes=(ip_network("172.16.0.0/21"),))
DUAL = Network(
    realm="cloud",
    role="cloud-vips",
    sphere=Sphere.PUBLIC,
    prefixes=(ip_network("198.51.100.0/24"), ip_network("2001:db8::/64")),
)


def is_public(network: Network) -> bool:
    return network.sphere is Sphere.PUBLIC


def listener(address: str | None, *networks: Network, text: str = "") -> Listener:
    return Listener("https", text or address or "somewhere", ip_address(address) if address else None, networks, HERE)


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        ((PUBLIC,), True),
        ((PRIVATE,), False),
        # nothing is known of an address that no network covers
        ((), None),
        # rivals that agree settle it, rivals that do not leave it open
        ((PUBLIC, DUAL), True),
        ((PUBLIC, PRIVATE), None),
    ],
)
def test_where_a_listener_lies(networks: tuple[Network, ...], expected: bool | None) -> None:
    assert listener("198.51.100.5", *networks).lies_in(is_public) is expected


@pytest.mark.parametrize(
    ("address", "networks", "families"),
    [
        ("198.51.100.5", (DUAL,), {4}),
        ("2001:db8::5", (DUAL,), {6}),
        # an address that is not assigned yet may be of any family that its network has
        (None, (DUAL,), {4, 6}),
        (None, (PUBLIC,), {4}),
        (None, (), set()),
    ],
)
def test_families_of_a_listener(address: str | None, networks: tuple[Network, ...], families: set[int]) -> None:
    assert listener(address, *networks).families == families


@pytest.mark.parametrize(
    ("networks", "is_covered", "is_contested", "expected"),
    [
        ((PUBLIC,), True, False, True),
        ((PRIVATE,), True, False, False),
        # a part that is not public makes the whole not public
        ((PUBLIC, PRIVATE), True, False, False),
        # a part that no network covers is the internet's, which no network of an estate is
        ((PUBLIC,), False, False, False),
        ((), False, False, False),
        # rivals for all of it: nobody knows, unless they agree
        ((PUBLIC, PRIVATE), True, True, None),
        ((PUBLIC, DUAL), True, True, True),
        ((PRIVATE, PRIVATE), True, True, False),
    ],
)
def test_where_an_arrival_lies(
    networks: tuple[Network, ...], is_covered: bool, is_contested: bool, expected: bool | None
) -> None:
    arrival = Arrival(ip_network("198.51.100.0/28"), networks, is_covered, is_contested, HERE)
    assert arrival.lies_in(is_public) is expected


@pytest.mark.parametrize(
    ("addresses", "unresolved", "asked", "expected"),
    [
        ({"198.51.100.5"}, set(), listener("198.51.100.5"), True),
        ({"198.51.100.5"}, set(), listener("198.51.100.6"), False),
        # one of its names is not resolved: it may be that address
        ({"198.51.100.5"}, {"lb.example.org"}, listener("198.51.100.6"), None),
        # nothing is declared of it
        (set(), set(), listener("198.51.100.5"), None),
        # the same name that nothing resolves is the same address
        (set(), {"lb.example.org"}, listener(None, text="lb.example.org"), True),
        ({"198.51.100.5"}, set(), listener(None, text="www.example.org"), None),
    ],
)
def test_what_a_front_holds(addresses: set[str], unresolved: set[str], asked: Listener, expected: bool | None) -> None:
    held = Held(frozenset(ip_address(each) for each in addresses), frozenset(unresolved))
    assert held.holds(asked) is expected
