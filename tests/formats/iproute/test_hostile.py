"""Laws of reading iproute2: nothing that anybody writes raises, what is said lies in its text, devices stay whole."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.formats.format import Text
from isthmus.formats.iproute import FORMAT
from isthmus.network import assemble
from isthmus.packetset import Space
from tests.documents.texts import assert_in_place, heaps, mutated

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("testdata/*/in/*"))
TEXTS = [each.read_text() for each in FILES]
NAMES = (
    "ip-addr.json",
    "ip-link.json",
    "ip-route.json",
    "ip6-route.json",
    "ip-rule.json",
    "ip6-rule.json",
    "sysctl.txt",
)
SPACE = Space(max_nodes=1 << 18)

TOKENS = (
    "[", "]", "{", "}", ",", ":", "\"", "\"dst\"", "\"dev\"", "\"default\"", "\"10.0.0.0/8\"", "\"::/0\"",
    "\"gateway\"", "\"10.0.0.1\"", "\"table\"", "\"priority\"", "\"src\"", "\"all\"", "\"ifname\"", "\"eth0\"",
    "\"addr_info\"", "\"local\"", "\"prefixlen\"", "24", "null", "true", "-1", "1e9", "\"linkinfo\"", "\"info_kind\"",
    "\"vrf\"", "\"info_data\"", "\"master\"", "\"nexthops\"", "\"not\"", "\"fwmark\"", "\"0x1\"", "\"goto\"", "\n",
    " ", "net.ipv4.ip_forward = 1\n", "net.ipv4.conf.all.rp_filter = 1\n", "net.ipv6.conf.eth0/1.forwarding=0\n",
    "\u2028", "\x00",
)  # fmt: skip

WORDS = [
    "default",
    "all",
    "10.0.0.0/8",
    "10.0.0.1",
    "::/0",
    "fe80::1",
    "eth0",
    "vrf",
    "main",
    "0x1",
    "x" * 99,
    "",
    "50",
]
INNER = ["local", "prefixlen", "dev", "gateway", "host", "info_kind", "info_data", "info_slave_kind", "id", "table"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 1 << 40) | st.floats(0, 9) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=3),
    max_leaves=6,
)
KEYS = """
ifname dst priority link master linkinfo addr_info flags operstate type gateway via dev table metric nexthops nhid
encap tos src srclen dstlen iif oif fwmark fwmask not ipproto sport dport_start dport_end action nop goto l3mdev
suppress_prefixlen xdp
"""
RECORDS = st.lists(st.dictionaries(st.sampled_from(KEYS.split()), VALUES, max_size=6), max_size=4)


def read(texts: list[tuple[str, str]]) -> None:
    """Texts, read to the end, with every match as a set."""
    parsed = [FORMAT.parse(Text(f"host/{name}", text)) for name, text in texts]
    done = FORMAT.lower("host", [each.tree for each in parsed if each.tree is not None])
    for (name, text), each in zip(texts, parsed, strict=True):
        said = [one for one in (*each.diagnostics, *done.diagnostics) if one.where.file == f"host/{name}"]
        assert_in_place(said, Text("", text).lines)
    for device in done.devices:
        assert 0 <= device.coverage.share <= 1
        for choice in device.choices:
            SPACE.match(choice.match)
            assert choice.table in device.tables
    assemble(done.devices)


@given(st.sampled_from(NAMES), st.text() | heaps(TOKENS) | mutated(TEXTS, TOKENS))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_told_why_not(name: str, text: str) -> None:
    FORMAT.looks_like(name, text)
    read([(name, text)])


@given(st.dictionaries(st.sampled_from(NAMES[:-1]), RECORDS, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_records_are_read_or_told_why_not(listings: dict[str, list[object]]) -> None:
    read([(name, json.dumps(records)) for name, records in listings.items()])


def test_other_json_is_nobody_of_ours() -> None:
    for text in (
        '{"security_groups": []}',
        '{"nftables": [{"metainfo": {}}]}',
        '[{"ID": "1"}]',
        "[]",
        "",
        '[{"type": "x"}]',
    ):
        assert not FORMAT.looks_like("host/other.json", text)
    for path in FILES:
        assert FORMAT.looks_like(path.name, path.read_text()), path
