"""Laws of reading: no text raises, what is said of it lies inside it, and no text takes long."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from isthmus.documents import parse_yaml
from isthmus.formats.cloudgw import FORMAT
from isthmus.formats.format import Text
from tests.documents.texts import YAML_TOKENS, assert_in_place, heaps, mutated
from tests.formats.cloudgw.folder import read
from tests.formats.cloudgw.test_translation import GATEWAY, HALF_KNOWN

TESTDATA = Path(__file__).parent / "testdata"
GOOD = [each.read_text() for each in sorted(TESTDATA.glob("*/in/**/*.yaml"))]
KEYS = tuple(
    f"profile::wmcs::cloudgw::{each}: " for each in ("dmz_cidr", "wan_vlan", "virt_addr", "vrrp_vips", "wan_gw")
)
TOKENS = (
    *YAML_TOKENS, *KEYS, "%{lookup('a')}", "%{alias('profile::wmcs::cloudgw::dmz_cidr')}", "%{::site}", "%{", "}",
    "10.0.0.0/21 . 192.0.2.1", "10.0.0.0/8:192.0.2.1", "10.0.0.9-10.0.0.1", "fe80::1%eth0", " dev vlan1120",
)  # fmt: skip


@given(heaps(TOKENS) | mutated(GOOD, TOKENS), mutated([GATEWAY, HALF_KNOWN], TOKENS), some.text())
def test_any_folder_is_read(one: str, other: str, third: str) -> None:
    """Every message points into the text that it is about, and each doubt of a rule is in the coverage."""
    files = {"hosts/gw.yaml": one, "role/north/a.yaml": other, "role/common/b.yaml": third}
    device, told = read({**files, "neutron.yaml": one + other})
    for problem in told:
        path = problem.where.file.removeprefix("gw/")
        if path in files:
            assert_in_place([problem], parse_yaml(files[path], path).lines)
    for chain in device.chains.values():
        for rule in chain.rules:
            assert set(rule.doubts) <= set(device.coverage.unmodelled)


@pytest.mark.parametrize(
    "text",
    [
        "profile::wmcs::cloudgw::dmz_cidr:\n" + "  - 192.0.2.1\n" * 20_000,
        "profile::wmcs::cloudgw::dmz_cidr: '" + ",".join(["192.0.2.1"] * 20_000) + "'\n",
        "profile::wmcs::cloudgw::dmz_cidr:\n" + "  # comment\n" * 20_000 + "  - 192.0.2.1\n",
        "\n".join(f"a{n}: \"%{{lookup('a{n + 1}')}}%{{lookup('a{n + 1}')}}\"" for n in range(60))
        + "\na60: x\nprofile::wmcs::cloudgw::routing_source_ip: \"%{lookup('a0')}\"\n",
        "\n".join(f"profile::wmcs::cloudgw::p{n}: 1" for n in range(10_000)),
        "profile::wmcs::cloudgw::dmz_cidr:\n" + "  - \"%{alias('profile::wmcs::cloudgw::dmz_cidr')}\"\n" * 20,
    ],
    ids=["long", "one text", "comments", "doubling marks", "unknown keys", "aliases of itself"],
)
def test_large_and_hostile_files_end_soon(text: str) -> None:
    began = time.monotonic()
    parsed = FORMAT.parse(Text("gw/a.yaml", text))
    FORMAT.lower("gw", [parsed.tree])

    assert time.monotonic() - began < 20
