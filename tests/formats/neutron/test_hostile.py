"""Whatever stands in a controller's folder: nothing raises, and everything that is said can be shown."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from isthmus.formats.format import Text
from isthmus.formats.neutron import FORMAT
from isthmus.formats.neutron.kinds import KINDS
from isthmus.network import assemble
from tests.documents.texts import assert_in_place, mutated
from tests.formats.outline import outline

CASES = sorted((Path(__file__).parent / "testdata").glob("*/in/*.json"))
TOKENS = (
    '"', "{", "}", "[", "]", ",", "null", "true", "-1", "1e5", '"\\u0000"', '"g-1"', "\u2028", '{"id": "g-1"}',
)  # fmt: skip
INNER = {
    "destination", "enable_snat", "external_fixed_ips", "external_port", "internal_port", "ip_address", "mac_address",
    "nexthop", "port_id", "subnet_id",
}  # fmt: skip
WORDS = sorted(INNER.union(*(kind.reads for kind in KINDS.values())))
TEXTS = (
    "", "x", "ingress", "egress", "IPv4", "IPv6", "tcp", "icmp", "any", "0.0.0.0/0", "10.0.0.1", "::1", "fe80::1%eth0",
    "network:router_gateway", "network:router_interface", "compute:nova", "trunk:subport", "8000:8001",
    "fa:16:3e:00:00:01", "\x00\n", "ü" * 200,
)  # fmt: skip
NUMBERS = st.integers(-1, 300) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(TEXTS),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(WORDS), below, max_size=5),
    max_leaves=6,
)
RECORDS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=8).flatmap(
    lambda each: st.sampled_from(["x", "y", None]).map(lambda id_: each if id_ is None else each | {"id": id_})
)
FOLDERS = st.dictionaries(st.sampled_from([*KINDS, "ports_links", "firewall_groups", "quotas"]),
                          st.lists(RECORDS, max_size=3) | VALUES, max_size=6)  # fmt: skip


def swallow(text: str) -> None:
    """Read a text as a folder, twice, and show all that is said and made."""
    parsed = FORMAT.parse(Text("in/neutron.json", text))
    lines = text.splitlines()
    assert_in_place(parsed.diagnostics, lines)
    if parsed.tree is None:
        assert parsed.diagnostics
        return
    made, again = FORMAT.lower("in", [parsed.tree]), FORMAT.lower("in", [parsed.tree])
    assert made == again
    assert_in_place(made.diagnostics, lines)
    assert len({each.name for each in made.devices}) == len(made.devices)
    assert not assemble(made.devices).diagnostics
    outline(made.devices).encode()


@given(FOLDERS)
def test_any_values_are_lowered(folder: dict[str, Any]) -> None:
    swallow(json.dumps(folder))


@given(mutated([each.read_text() for each in CASES], TOKENS))
def test_any_accident_is_told(text: str) -> None:
    swallow(text)


def test_many_diagnostics_are_told_up_to_a_bound() -> None:
    ports = [{"id": str(number), "name": number, "security_groups": []} for number in range(5000)]
    parsed = FORMAT.parse(Text("in/ports.json", json.dumps({"ports": ports})))
    made = FORMAT.lower("in", [parsed.tree])

    told = [each.message for each in made.diagnostics if each.code == "NEU008"]
    assert len(told) == 101
    assert told[-1] == "4900 more like this, up to here"
