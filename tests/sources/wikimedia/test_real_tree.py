"""The real data, where it lies beside the checkout (or where ISTHMUS_REALDATA says)."""

import os
from functools import cache
from pathlib import Path

import pytest

from isthmus.diagnostics import Severity
from isthmus.sources.wikimedia import Importing, import_tree, read_tree, wanted
from tests.sources.wikimedia.test_accounting import assert_accounted, errors
from tests.sources.wikimedia.workshop import plain, reading, tally

NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[4] / "shared" / "realdata")
ROOT = NAMED / "wikimedia" if (NAMED / "wikimedia").is_dir() else NAMED

pytestmark = pytest.mark.skipif(
    not ROOT.is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)


@cache
def real() -> Importing:
    return import_tree(read_tree([ROOT], wanted))


@pytest.mark.parametrize(
    ("importer", "read", "imported", "unresolved", "refused"),
    [
        ("files", 64, 64, 0, 0),
        ("subnets", 170, 170, 0, 0),
        ("infrastructure", 23, 23, 0, 0),
        ("aggregates", 20, 15, 1, 4),
        ("cloud-private", 8, 8, 0, 0),
        ("cloudgw-networks", 15, 15, 0, 0),
        ("cloudgw-hosts", 4, 4, 0, 0),
        ("lvs-services", 136, 136, 0, 0),
        ("nat-exceptions", 18, 18, 0, 0),
        ("cloudlb-services", 30, 30, 0, 0),
        ("wikireplicas", 16, 16, 0, 0),
        ("vips", 21, 21, 0, 0),
        ("zones", 59, 51, 8, 0),
        ("geo-resources", 54, 42, 6, 6),
        ("hiera-networks", 6, 6, 0, 0),
    ],
)
def test_each_kind_of_record_is_read_to_the_last(
    importer: str, read: int, imported: int, unresolved: int, refused: int
) -> None:
    found = tally(real(), importer)

    assert (found.read, found.imported, len(found.unresolved), len(found.refused)) == (
        read,
        imported,
        unresolved,
        refused,
    )


def test_every_record_has_one_outcome_and_the_estate_loads() -> None:
    assert_accounted(real())
    assert errors(real()) == []


def test_the_ranges_that_two_realms_claim_are_found() -> None:
    found = [each for each in reading(real()).diagnostics if each.severity is Severity.FINDING]

    assert {each.code for each in found} == {"EST201"}
    overlaps = " | ".join(each.message for each in found)
    assert "`172.20.0.0/16` of `gitlab-runner-docker-subnet` (realm production) overlaps `172.20.1.0/24`" in overlaps
    assert "`208.80.153.184/29` of `cloudgw-vlan2120-codfw` (realm cloud)" in overlaps, (
        "a transport in production's space"
    )


def test_only_one_customers_prefix_is_nobodys() -> None:
    assert [each.name for each in tally(real(), "aggregates").unresolved] == ["91.198.174.0/24"]


def test_longest_prefix_tells_the_two_realms_apart() -> None:
    estate = reading(real()).estate

    assert estate is not None
    realms = {
        address: {
            network.realm for network in estate.plan.find(estate.networks[network_id].prefixes[0].network_address)
        }
        for address, network_id in (
            ("185.15.56.0", "cloud-eqiad1-floating"),
            ("185.15.58.0", "public1-b12-drmrs"),
            ("208.80.155.0", "frack-external1-c-eqiad"),
            ("208.80.152.240", "sandbox1-a-codfw"),
        )
    }
    assert realms == {
        "185.15.56.0": {"cloud"},
        "185.15.58.0": {"production"},
        "208.80.155.0": {"frack"},
        "208.80.152.240": {"sandbox"},
    }


def test_each_nat_exception_is_a_crossing_where_private_addresses_arrive() -> None:
    crossings = real().draft.sections["crossings"]
    lines = {entry.origin for entry in crossings.values()}

    assert len(lines) == 18, "every entry of the list has a crossing of its own"
    for id_ in crossings:
        assert plain(real(), "crossings", id_)["arrives_as"] == ["172.16.128.0/24", "172.16.129.0/24", "172.16.0.0/21"]


def test_an_exception_whose_comment_is_out_of_date_is_told() -> None:
    assert [each.name for each in tally(real(), "nat-exceptions").gaps] == ["gerrit-replica.wikimedia.org"]


def test_what_the_tree_does_not_hold_is_named() -> None:
    names = {each.name for each in tally(real(), "cloudlb-services").gaps}

    assert "%{alias('profile::openstack::codfw1dev::public_apis')}" in names
    assert not any("eqiad1" in name for name in names)
    assert {each.name for each in tally(real(), "zones").unresolved} >= {"netbox/wikimediacloud.org-eqiad"}
