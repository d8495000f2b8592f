"""Which networks come of which data: subnets, aggregates, the cloud's gateways, keys that name a network."""

import pytest

from isthmus.sources.wikimedia import import_tree
from tests.sources.wikimedia.workshop import SUBNETS, imported, plain, reading, tally, told, tree

HERE = import_tree(tree())


def subnets(text: str, **others: str) -> dict[str, str]:
    return {SUBNETS: f"network::subnets:\n{text}", **others}


@pytest.mark.parametrize(
    ("id_", "realm", "role", "sphere"),
    [
        ("public1-a-north", "production", "public-services", "public"),
        ("public1-lvs-north", "production", "load-balancer", "public"),
        ("private1-a-north", "production", "private", "private"),
        ("cloud-hosts1-r1-north", "production", "cloud-hosts", "private"),
        ("vault-payments-north", "vault", "private", "private"),
        ("cloud-instances-north", "cloud", "instances", "private"),
        ("cloud-private-r1-north", "cloud", "cloud-private", "private"),
        ("cloud-north-private-vips", "cloud", "cloud-vips", "private"),
        ("cloud-north-public-vips", "cloud", "cloud-vips", "public"),
        ("cloud-north-floating", "cloud", "floating", "public"),
        ("infrastructure-north", "production", "infrastructure", "public"),
        ("infrastructure-north-private", "production", "infrastructure", "private"),
        ("management-north", "production", "management", "private"),
        ("cloud-nat-egress-north", "cloud", "nat-egress", "public"),
        ("cloudgw-vlan1107-north", "cloud", "transport", "public"),
        ("cloud-storage-192.168.4.0-24", "cloud", "storage", "private"),
        ("runner-docker-subnet", "production", "private", "private"),
    ],
)
def test_realm_role_and_sphere(id_: str, realm: str, role: str, sphere: str) -> None:
    network = plain(HERE, "networks", id_)

    assert (network["realm"], network["role"], network["sphere"]) == (realm, role, sphere)


def test_a_subnet_keeps_both_families_and_gains_its_vlan_from_another_file() -> None:
    assert plain(HERE, "networks", "public1-a-north")["prefixes"] == ["192.0.2.0/27", "2001:db8:1:1::/64"]
    assert plain(HERE, "networks", "private1-a-north")["vlan"] == 1017
    assert plain(HERE, "networks", "cloud-private-r1-north") == {
        "realm": "cloud",
        "role": "cloud-private",
        "sphere": "private",
        "prefixes": ["172.20.1.0/24"],
        "site": "north",
        "rack": "r1",
        "vlan": 1151,
    }


def test_a_realm_of_the_data_alone_gets_an_owner_who_says_so() -> None:
    assert plain(HERE, "realms", "vault") == {"owners": ["vault-owner"]}
    assert plain(HERE, "owners", "vault-owner") == {"title": "The data names no owner of realm vault"}


def test_an_aggregate_leaves_out_what_a_subnet_gives_to_another_realm() -> None:
    """10.0.0.0/8 is production's, apart from the vault's 10.1.40.0/27."""
    prefixes = plain(HERE, "networks", "production-10.0.0.0-8")["prefixes"]

    assert isinstance(prefixes, list)
    assert "10.1.40.32/27" in prefixes
    assert "10.1.40.0/27" not in prefixes


def test_a_customers_prefix_belongs_to_the_realm_whose_subnets_it_holds() -> None:
    assert plain(HERE, "networks", "cloud-198.51.100.0-25")["realm"] == "cloud"
    assert [each.name for each in tally(HERE, "aggregates").unresolved] == ["203.0.113.0/24"]


def test_a_prefix_that_two_realms_share_is_split_and_never_given_to_one() -> None:
    importing = imported(
        {
            SUBNETS: """\
                network::customers: [198.51.100.0/22]
                network::subnets:
                  production: {north: {public: {p1: {ipv4: 198.51.102.0/24}}}}
                  cloud: {north: {public: {c1: {ipv4: 198.51.100.0/28}, c2: {ipv4: 198.51.101.0/28}}}}
                """
        }
    )
    assert plain(importing, "networks", "cloud-198.51.100.0-23")["prefixes"] == ["198.51.100.0/23"]
    assert plain(importing, "networks", "production-198.51.102.0-23")["prefixes"] == ["198.51.102.0/23"]
    assert tally(importing, "aggregates").read == 2, "each part is a record"
    assert not reading(importing).diagnostics


def test_an_aggregate_that_holds_a_customers_prefix_is_cut_there() -> None:
    importing = imported(
        {
            SUBNETS: """\
                network::customers: [198.51.100.0/24]
                network::aggregate_networks: {production: [198.51.100.0/22]}
                network::subnets: {cloud: {north: {public: {c1: {ipv4: 198.51.100.0/28}}}}}
                """
        }
    )
    assert plain(importing, "networks", "production-198.51.100.0-22")["prefixes"] == [
        "198.51.101.0/24",
        "198.51.102.0/23",
    ]
    assert not reading(importing).diagnostics


def test_an_aggregate_is_not_cut_where_another_file_claims_a_part_of_it() -> None:
    """That two files disagree is for the owners to see."""
    importing = imported(
        {
            SUBNETS: "network::aggregate_networks: {production: [198.51.100.0/22]}",
            "hieradata/role/north/wmcs/cloudgw.yaml": "profile::wmcs::cloudgw::virt_floating: [198.51.100.0/24]",
        }
    )
    assert plain(importing, "networks", "production-198.51.100.0-22")["prefixes"] == ["198.51.100.0/22"]
    assert [each.code for each in reading(importing).diagnostics] == ["EST201"]


def test_loopback_belongs_to_nobody() -> None:
    refused = tally(HERE, "aggregates").refused

    assert [each.where.line for each in refused] == [15, 18]
    assert refused[0].why == "`127.0.0.0/8` is every host's own loopback and belongs to no realm"


def test_a_key_that_names_a_subnet_claims_it_and_the_overlap_is_found() -> None:
    found = [each for each in reading(HERE).diagnostics if each.code == "EST201"]

    assert [each.message.split(" overlaps ")[0] for each in found] == [
        "`172.16.0.0/12` of `cloud-172.16.0.0-12` (realm cloud)",
        "`172.20.0.0/16` of `cloud-private` (realm cloud)",
        "`172.20.0.0/16` of `runner-docker-subnet` (realm production)",
    ]


@pytest.mark.parametrize(
    ("path", "text", "realm"),
    [
        ("role/common/runner.yaml", "profile::runner::docker_subnet: 10.9.0.0/24", "production"),
        ("role/common/wmcs/thing.yaml", "profile::thing::network: 10.9.0.0/24", "cloud"),
        ("hosts/cloudthing1001.yaml", "thing::subnet_v4: 10.9.0.0/24", "cloud"),
        ("common/profile/openstack/x.yaml", "profile::openstack::x::cidr: 10.9.0.0/24", "cloud"),
        ("common.yaml", "pools: {cluster_cidr: {v4: 10.9.0.0/24}}", "production"),
    ],
)
def test_such_a_network_is_of_the_realm_that_the_file_configures(path: str, text: str, realm: str) -> None:
    importing = imported({f"hieradata/{path}": text})

    assert [entry.realm for _, entry in importing.draft.sections["networks"].items()] == [realm]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "thing::range: 10.9.0.0/24",
        "thing::netmask: 10.9.0.0/24",
        "thing::docker_network: bridge",
        "thing::network: 10.9.0.1",
        "thing::network: \"%{lookup('x')}\"",
    ],
)
def test_other_keys_and_values_claim_nothing(text: str) -> None:
    assert tally(imported({"hieradata/common.yaml": text}), "hiera-networks").read == 0


def test_a_list_of_prefixes_claims_nothing_and_is_compared_with_what_is_known() -> None:
    found = tally(HERE, "hiera-networks")

    assert [each.name for each in found.unresolved] == ["10.99.0.0/24"]
    assert found.imported == 2, "the runner's subnet, and the cloud-hosts network that the list names"


def test_a_transport_joins_what_the_role_and_the_hosts_say_of_it() -> None:
    assert plain(HERE, "networks", "cloudgw-vlan1107-north") == {
        "title": "Transport of the cloud gateways, shared address 198.51.100.108",
        "realm": "cloud",
        "role": "transport",
        "sphere": "public",
        "prefixes": ["198.51.100.104/29"],
        "site": "north",
        "vlan": 1107,
    }
    assert plain(HERE, "hosts", "cloudgw1001") == {
        "realm": "cloud",
        "kind": "hardware",
        "site": "north",
        "interfaces": {
            "vlan1107": {"tagged": ["cloudgw-vlan1107-north"], "addresses": ["198.51.100.105"]},
            "vlan1120": {"tagged": ["cloudgw-vlan1120-north"], "addresses": ["198.51.100.117"]},
        },
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  cloud: {north: {private: {a: {ipv4: 10.0.0.1/8}}}}", "`10.0.0.1/8` is not a prefix"),
        ("  cloud: {north: {secret: {a: {ipv4: 10.0.0.0/8}}}}", "sphere `secret` is neither `public` nor `private`"),
        ("  cloud: {north: {private: [10.0.0.0/8]}}", "a mapping is expected here, not a list"),
        ("  cloud: {north: {private: {a b: {ipv4: 10.0.0.0/8}}}}", "`a b` cannot be an id of an estate"),
        ("  cloud: {north: {private: {a: 10.0.0.0/8}}}", "a mapping is expected here, not text"),
        ("  cloud: {north: {private: {a: {}}}}", "`prefixes`: tuple should have at least 1 item"),
    ],
)
def test_a_subnet_that_cannot_be_read_is_refused(text: str, problem: str) -> None:
    found = tally(imported(subnets(text)), "subnets")

    assert (found.read, found.imported) == (1, 0)
    assert problem in found.refused[0].why
    assert found.refused[0].where.line == 2


def test_two_subnets_with_one_prefix_are_not_both_believed() -> None:
    found = imported(subnets("  cloud: {north: {private: {a: {ipv4: 10.0.0.0/24}, b: {ipv4: 10.0.0.0/24}}}}"))

    assert told(tally(found, "subnets").refused) == [f"{SUBNETS}:2:53: prefix `10.0.0.0/24` is already that of `a`"]
