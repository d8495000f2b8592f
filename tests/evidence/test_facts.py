"""What can be asked of an estate: places, legs, arrivals, statements, and what stands beside a crossing."""

import pytest

from isthmus.evidence import Evidence, Facts, Kind, met
from tests.guidelines.requirements.judging import facts_of

SERVER = """
services:
  server:
    realm: cloud
    hosts: [server]
    endpoints:
      ssh: {addresses: [10.1.1.10], port: 22}
      https: {addresses: [198.51.100.161], port: 443}
      named: {addresses: [www.example.org], port: 444}
      open: {port: 445}
names:
  www.example.org: {alias: web.example.org}
  web.example.org: {addresses: [198.51.100.162, "2001:db8:c1::2"]}
"""


def with_server(crossing: str) -> Facts:
    return facts_of(f"{SERVER}\ncrossings:\n  it: {crossing}")


def test_a_name_stands_for_all_its_addresses() -> None:
    facts = with_server("{client: {networks: [public]}, service: server, endpoints: [named]}")
    found = facts.reached(facts.estate.crossings["it"])
    assert [each.text for each in found] == ["198.51.100.162", "2001:db8:c1::2"]
    assert {network.id for each in found for network in each.networks} == {"cloud-vips"}


def test_an_endpoint_without_address_is_named() -> None:
    facts = with_server("{client: {networks: [public]}, service: server, endpoints: [open]}")
    [found] = facts.reached(facts.estate.crossings["it"])
    assert (found.address, found.text) == (None, "the address of endpoint `open`")


@pytest.mark.parametrize(
    ("endpoints", "roles", "doubt"),
    [
        ("[ssh]", {"cloud-hosts"}, ""),
        ("[ssh, https]", {"cloud-hosts", "cloud-vips"}, ""),
        ("[ssh, open]", {"cloud-hosts"}, "the network of the address of endpoint `open`"),
    ],
)
def test_a_service_lives_where_the_endpoints_in_use_are(endpoints: str, roles: set[str], doubt: str) -> None:
    facts = with_server(f"{{client: {{networks: [public]}}, service: server, endpoints: {endpoints}}}")
    crossing = facts.estate.crossings["it"]
    place = facts.service_place(facts.service(crossing), facts.endpoints(crossing))
    assert (place.realm, place.kind, set(place.roles), place.doubt) == ("cloud", "hardware", roles, doubt)


@pytest.mark.parametrize(
    ("client", "roles", "kind", "doubt"),
    [
        # a network tells its role; the kind of host only where the role does
        ("{networks: [instances]}", {"instances"}, "instance", ""),
        ("{networks: [egress]}", {"nat-egress"}, None, ""),
        ("{networks: [internet]}", set(), None, ""),
        # a host with one leg uses it
        ("{hosts: [ci]}", {"public-services"}, "hardware", ""),
        # a host with several may use any
        (
            "{hosts: [server]}",
            {"cloud-hosts", "cloud-private"},
            "hardware",
            "by which of its networks host `server` goes (`arrives_as`)",
        ),
        # a service goes by the legs of its hosts, not by the address that others reach
        (
            "{services: [server]}",
            {"cloud-hosts", "cloud-private"},
            "hardware",
            "by which of its networks service `server` goes (`arrives_as`)",
        ),
    ],
)
def test_where_a_client_lives(client: str, roles: set[str], kind: str | None, doubt: str) -> None:
    facts = with_server(f"{{client: {client}, service: server}}")
    [place] = facts.client_places(facts.estate.crossings["it"])
    assert (set(place.roles), place.kind, place.doubt) == (roles, kind, doubt)


@pytest.mark.parametrize(
    ("client", "arrives", "roles"),
    [
        ("{hosts: [server]}", "[10.1.1.10]", {"cloud-hosts"}),
        ("{hosts: [server]}", "[172.20.1.10]", {"cloud-private"}),
        ("{services: [server]}", "[10.1.1.10]", {"cloud-hosts"}),
        # both legs are used
        ("{hosts: [server]}", "[10.1.1.10, 172.20.1.10]", {"cloud-hosts", "cloud-private"}),
        # translated on the way: none of its own legs is seen
        ("{hosts: [server]}", "[198.51.100.1]", {"nat-egress"}),
        # partly translated
        ("{hosts: [server]}", "[10.1.1.10, 198.51.100.1]", {"cloud-hosts", "nat-egress"}),
        # no network covers it, so it is none of the estate's roles
        ("{hosts: [server]}", "[192.0.2.1]", set()),
    ],
)
def test_arriving_addresses_tell_the_leg(client: str, arrives: str, roles: set[str]) -> None:
    facts = with_server(f"{{client: {client}, arrives_as: {arrives}, service: server}}")
    [place] = facts.client_places(facts.estate.crossings["it"])
    assert (set(place.roles), place.doubt) == (roles, "")


def test_of_several_clients_each_has_its_own_addresses() -> None:
    facts = with_server("{client: {hosts: [server, ci]}, arrives_as: [172.20.1.10, 203.0.113.0/26], service: server}")
    places = facts.client_places(facts.estate.crossings["it"])
    assert [place.roles for place in places] == [{"cloud-private"}, {"public-services"}]


def test_legs_are_vlans_and_addresses() -> None:
    facts = facts_of("""
hosts:
  both:
    realm: cloud
    kind: hardware
    interfaces:
      eth0: {native: cloud-hosts-a, tagged: [cloud-private-a]}
      lo: {addresses: [198.51.100.161, 172.20.1.10]}
""")
    legs = facts.legs(facts.estate.hosts["both"])
    assert [leg.id for leg in legs] == ["cloud-hosts-a", "cloud-private-a", "cloud-vips"]


@pytest.mark.parametrize(
    ("prefix", "networks", "is_covered", "is_contested"),
    [
        ("198.51.100.1/32", ["egress"], True, False),
        ("198.51.100.0/24", ["egress", "floating", "cloud-vips", "border-end", "gateway-end", "inside"], False, False),
        ("192.0.2.0/25", [], False, False),
        ("10.9.0.0/24", ["mine", "yours"], True, True),
        ("10.9.0.7/32", ["mine", "yours"], True, True),
        # a part of it belongs to the internet for sure
        ("10.9.0.0/23", ["mine", "yours"], False, False),
    ],
)
def test_arrivals(prefix: str, networks: list[str], is_covered: bool, is_contested: bool) -> None:
    facts = facts_of(f"""
networks:
  mine: {{realm: cloud, role: floating, sphere: public, prefixes: [10.9.0.0/24]}}
  yours: {{realm: production, role: private, sphere: private, prefixes: [10.9.0.0/24]}}
services:
  db: {{realm: cloud, endpoints: {{mysql: {{network: instances, port: 3306}}}}}}
crossings:
  it: {{client: {{networks: [instances]}}, arrives_as: [{prefix}], service: db}}
""")
    [arrival] = facts.arrivals(facts.estate.crossings["it"])
    assert [network.id for network in arrival.networks] == networks
    assert (arrival.is_covered, arrival.is_contested) == (is_covered, is_contested)


@pytest.mark.parametrize(
    ("state", "beside"),
    [
        ("running", {"now"}),
        ("proposed", {"now", "later"}),
        ("retired", {"now", "once"}),
    ],
)
def test_what_stands_beside_a_crossing(state: str, beside: set[str]) -> None:
    client = "client: {networks: [instances]}, service: db"
    facts = facts_of(f"""
services:
  db: {{realm: cloud, endpoints: {{mysql: {{network: instances, port: 3306}}}}}}
crossings:
  it: {{{client}, state: {state}}}
  now: {{{client}, state: running}}
  once: {{{client}, state: retired}}
  later: {{{client}, state: proposed}}
""")
    found = facts.beside(facts.estate.crossings["it"])
    assert {each.id for each in found} == {"it", *beside}


def said(*statements: str) -> list[tuple[str, bool]]:
    """What counts of statements written as ``DAY OWNER PERSON yes|no``; `-` for no owner."""
    lines = []
    for statement in statements:
        day, owner, person, answer = statement.split()
        named = "" if owner == "-" else f"owner: {owner}, "
        holds = str(answer == "yes").lower()
        lines.append(f"  - {{requirement: XR003, {named}by: {person}, on: {day}, holds: {holds}, says: So it is.}}")
    facts = facts_of("attestations:\n" + "\n".join(lines))
    return [(each.by, each.holds) for each in facts.statements("XR003", None)]


def test_the_latest_word_of_each_voice_counts() -> None:
    # an owner's later word takes the place of its earlier one, whoever speaks
    assert said("2026-01-01 sre Ann no", "2026-02-01 sre Bob yes") == [("Bob", True)]
    # the order in the file does not matter
    assert said("2026-02-01 sre Bob yes", "2026-01-01 sre Ann no") == [("Bob", True)]
    # owners do not speak for each other, even through one person
    assert said("2026-01-01 sre Ann no", "2026-02-01 wmcs Ann yes") == [("Ann", False), ("Ann", True)]
    # who speaks for nobody takes back their own word only
    assert said("2026-01-01 - Ann no", "2026-02-01 - Ann yes") == [("Ann", True)]
    assert said("2026-01-01 - Ann no", "2026-02-01 - Bob yes") == [("Ann", False), ("Bob", True)]
    # who spoke for nobody and speaks for an owner now has changed their mind
    assert said("2026-01-01 - Ann no", "2026-02-01 sre Ann yes") == [("Ann", True)]


def test_of_one_day_the_no_is_the_last_word() -> None:
    assert said("2026-01-01 sre Ann no", "2026-01-01 sre Bob yes") == [("Ann", False)]


def test_tomorrow_does_not_count_and_today_does() -> None:
    assert said("2026-12-01 sre Ann yes", "2026-12-02 sre Ann no") == [("Ann", True)]


def test_testimony_is_by_requirement_and_crossing() -> None:
    seen = Evidence(Kind.OBSERVED, met("nothing else is seen"))
    facts = facts_of(
        """
services:
  db: {realm: cloud, endpoints: {mysql: {network: instances, port: 3306}}}
crossings:
  it: {client: {networks: [instances]}, service: db}
""",
        {("XR102", "it"): (seen,), ("XR003", ""): (seen,)},
    )
    crossing = facts.estate.crossings["it"]
    assert facts.heard("XR102", crossing) == (seen,)
    assert facts.heard("XR003", None) == (seen,)
    assert facts.heard("XR003", crossing) == ()
    assert facts.heard("XR101", crossing) == ()
