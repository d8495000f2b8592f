"""Which services, load balancers and crossings come of which data."""

import pytest

from isthmus.sources.wikimedia import import_tree
from isthmus.sources.wikimedia.importers.nat_exceptions import comment_of
from tests.sources.wikimedia.workshop import SUBNETS, imported, plain, tally, told, tree

HERE = import_tree(tree())


def test_a_catalogue_entry_is_a_service_with_an_endpoint_for_each_address() -> None:
    assert plain(HERE, "services", "front") == {
        "realm": "production",
        "endpoints": {
            "north-textlb": {"addresses": ["192.0.2.225"], "port": 443, "application": "https"},
            "north-textlb6": {"addresses": ["2001:db8:1:ed1a::1"], "port": 443, "application": "https"},
        },
        "load_balancer": "lvs-high-traffic1",
        "tags": ["public-wiki", "state:production"],
    }


def test_what_the_entry_does_not_tell_is_absent() -> None:
    """No probe speaks HTTP, so the application is not known; the description is told as it is."""
    assert plain(HERE, "services", "directory") == {
        "title": "Read-only directory",
        "realm": "production",
        "endpoints": {"north": {"addresses": ["192.0.2.230"], "protocol": "udp", "port": 389}},
        "names": ["directory.discovery.wmnet"],
        "load_balancer": "lvs-high-traffic2",
        "tags": ["state:lvs_setup"],
    }


def test_a_mark_in_a_description_is_a_gap_and_never_a_title() -> None:
    found = tally(HERE, "lvs-services")

    assert "title" not in plain(HERE, "services", "front")
    assert [(each.name, each.where.line) for each in found.gaps] == [("%{::site}", 3)]


def test_an_entry_without_a_class_stands_behind_the_balancer_of_its_address() -> None:
    assert plain(HERE, "services", "behind-front")["load_balancer"] == "lvs-high-traffic1"
    assert plain(HERE, "load_balancers", "lvs-high-traffic1") == {
        "title": "LVS, class high-traffic1",
        "realm": "production",
        "addresses": ["192.0.2.225", "2001:db8:1:ed1a::1"],
    }


def test_a_broken_entry_is_refused_at_its_value() -> None:
    assert told(tally(HERE, "lvs-services").refused) == [
        "puppet/hieradata/common/service.yaml:46:11: `https` is not a whole number"
    ]


def test_an_api_listens_on_the_announced_address_and_on_every_leg() -> None:
    assert plain(HERE, "services", "compute-api-north") == {
        "title": "compute-api through HAProxy",
        "realm": "cloud",
        "hosts": ["cloudcontrol1001"],
        "endpoints": {
            "port-8774": {"addresses": ["198.51.100.65"], "port": 8774, "application": "http", "bind": "any"},
            "port-28774": {"addresses": ["198.51.100.65"], "port": 28774, "application": "https", "bind": "any"},
        },
        "names": ["api.north.example.net"],
        "load_balancer": "cloudlb-north",
        "audience": ["internet"],
        "admits": ["0.0.0.0/0", "::/0"],
    }


def test_a_frontend_with_an_address_listens_there_alone() -> None:
    database = plain(HERE, "services", "database-north")

    assert database["endpoints"] == {"port-3306": {"addresses": ["198.51.100.65"], "port": 3306}}
    assert (database["audience"], database["admits"]) == (["cloud"], ["172.20.1.0/24"])


def test_a_firewall_that_only_says_what_it_is_not_open_to_says_nothing() -> None:
    metadata = plain(HERE, "services", "metadata-api-north")

    assert "admits" not in metadata
    assert "audience" not in metadata
    assert "hosts" not in metadata, "the list of hosts hides behind a mark that nothing resolves"


def test_names_that_only_other_systems_resolve_are_kept() -> None:
    assert plain(HERE, "names", "cloudcontrol1001.private.north.wikimedia.cloud") == {}
    assert plain(HERE, "load_balancers", "cloudlb-north")["hosts"] == ["cloudlb1001"]


def test_a_wiki_replica_has_an_address_of_its_own() -> None:
    replica = plain(HERE, "services", "wikireplicas-web-s1-north")

    assert replica["endpoints"] == {"mariadb": {"addresses": ["172.20.255.10"], "port": 3306, "application": "mysql"}}
    assert replica["names"] == ["replica-web-s1.north.example.net"]


def test_a_nat_exception_is_a_running_crossing_where_private_addresses_arrive() -> None:
    assert plain(HERE, "crossings", "no-nat-192.0.2.225-front") == {
        "title": "Not translated by the cloud's gateways: VMs --> wikis (front.north)",
        "client": {"networks": ["cloud-instances-north"]},
        "service": "front",
        "endpoints": ["north-textlb"],
        "arrives_as": ["172.16.0.0/21"],
        "state": "running",
    }


def test_every_service_at_the_address_is_reached_without_translation() -> None:
    assert [id_ for id_ in HERE.draft.sections["crossings"] if "192.0.2.225" in id_] == [
        "no-nat-192.0.2.225-front",
        "no-nat-192.0.2.225-behind-front",
    ]


def test_a_site_with_a_list_of_its_own_does_not_use_the_common_one() -> None:
    crossing = plain(HERE, "crossings", "no-nat-192.0.2.10-builds.north.example.org")

    assert crossing["arrives_as"] == ["172.16.0.0/21"], "not 172.16.128.0/24, which is in the south"


def test_an_address_that_nothing_else_describes_is_named_by_the_comment() -> None:
    assert plain(HERE, "services", "plain.example.org") == {
        "title": "VMs --> plain.example.org",
        "realm": "production",
        "endpoints": {"any-port": {"addresses": ["192.0.2.11"], "port": "0-65535"}},
        "names": ["plain.example.org"],
    }


def test_the_data_is_believed_before_a_comment_and_the_difference_is_told() -> None:
    assert plain(HERE, "services", "ns0.example.org")["title"] == "VMs --> moved.example.org"
    assert [(each.name, each.why) for each in tally(HERE, "nat-exceptions").gaps] == [
        (
            "moved.example.org",
            "the comment names it, but the data knows `192.0.2.20` as `ns0.example.org` (dns/templates/example.org:5)",
        )
    ]


def test_entries_with_one_name_share_a_service() -> None:
    importing = imported(
        {
            SUBNETS: "network::subnets: {cloud: {north: {private: {instances: {ipv4: 172.16.0.0/21}}}}}",
            "hieradata/role/north/wmcs/cloudgw.yaml": """\
                profile::wmcs::cloudgw::virt_subnets_cidr: [172.16.0.0/21]
                profile::wmcs::cloudgw::dmz_cidr:
                  - 192.0.2.1 # VMs --> a.example.org
                  - 192.0.2.2 # VMs --> a.example.org
                """,
        }
    )
    assert list(importing.draft.sections["services"]) == ["a.example.org"]
    assert plain(importing, "crossings", "no-nat-192.0.2.2-a.example.org")["endpoints"] == ["any-port-2"]


def test_a_list_that_no_site_uses_is_not_guessed_at() -> None:
    importing = imported({"hieradata/role/common/wmcs/cloudgw.yaml": "profile::wmcs::cloudgw::dmz_cidr: [192.0.2.1]"})

    found = tally(importing, "nat-exceptions")
    assert (found.read, len(found.unresolved)) == (1, 1)
    assert importing.draft.sections["crossings"] == {}


@pytest.mark.parametrize(
    ("lines", "number", "comment"),
    [
        (["- a # behind"], 1, "behind"),
        (["# above", "- a"], 2, "above"),
        (["# one", "# two", "- a"], 3, "one two"),
        (["# far", "", "- a"], 3, ""),
        (["- a"], 1, ""),
        (["- a"], 9, ""),
    ],
)
def test_the_comment_of_a_line(lines: list[str], number: int, comment: str) -> None:
    assert comment_of(lines, number) == comment


def test_names_of_zones_resources_and_replicas() -> None:
    assert plain(HERE, "names", "ns0.example.org") == {"addresses": ["192.0.2.20", "2001:db8:1:1::20"]}
    assert plain(HERE, "names", "www.example.org") == {"alias": "front.example.org"}
    assert plain(HERE, "names", "mirror.example.net") == {"alias": "www.example.org"}
    assert plain(HERE, "names", "front.example.org") == {}, "the server chooses the address when it is asked"
    assert plain(HERE, "names", "front-addrs") == {"addresses": ["192.0.2.225", "2001:db8:1:ed1a::1"]}
    assert plain(HERE, "names", "meta.web.db.example.net") == {"alias": "s1.web.db.example.net"}


def test_an_older_version_of_a_zone_is_not_read() -> None:
    assert plain(HERE, "names", "builds.north.example.org") == {"addresses": ["192.0.2.10"]}


@pytest.mark.parametrize(
    ("zone", "problem"),
    [
        ("a CNAME b\nb CNAME a", "following the aliases of `b.example.org` leads back to it"),
        ("a CNAME a", "following the aliases of `a.example.org` leads back to it"),
        ("a A 192.0.2.1\na CNAME b", "`a.example.org` already stands for something else (templates/example.org:2)"),
        ("a CNAME b\na A 192.0.2.1", "`a.example.org` already stands for `b.example.org` (templates/example.org:2)"),
        ("a AAAA 192.0.2.1", "`192.0.2.1` is not an address for a record of type AAAA"),
        ("a\\.b A 192.0.2.1", "is not a name that an estate can hold"),
        ("a A", "`` is not an address"),
    ],
)
def test_a_name_that_cannot_be_is_refused(zone: str, problem: str) -> None:
    importing = imported({"templates/example.org": f"@ SOA a b 1 1 1 1 1\n{zone}\n"})

    assert [problem in each.why for each in tally(importing, "zones").refused] == [True]


def test_two_files_that_contradict_each_other_are_told() -> None:
    importing = imported(
        {
            "hieradata/common.yaml": "servers: {a.example.org: 192.0.2.1}",
            "hieradata/hosts/b1.yaml": "others: {a.example.org: 192.0.2.2}",
        }
    )
    assert told(tally(importing, "named-addresses").refused) == [
        "hieradata/hosts/b1.yaml:1:25: `a.example.org` already has address `192.0.2.1` (hieradata/common.yaml:1)"
    ]
