"""Whatever stands in a file, reading it ends, raises nothing, and what it says can be shown."""

import re
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.formats import Text
from isthmus.formats.junos import FORMAT
from isthmus.formats.junos.codes import CODES
from isthmus.formats.junos.flags import flag_tests, flags_of
from isthmus.formats.junos.prefixes import longest_match, read_block
from isthmus.packetset import AddressRange
from tests.formats.junos.reading import HERE, codes, device, lowered

EVERY_WORD = sorted(
    {
        word
        for path in HERE.glob("*/in/*")
        for word in re.findall(r'[{};\[\]"]|/\*|\*/|[^\s{};\[\]"]+', path.read_text())
    }
    | {
        "inactive:",
        "replace:",
        "delete:",
        "except",
        "\n",
        "\n\n",
        "set",
        "<*>",
        "<ge-*>",
        "0/0",
        "::/0",
        "apply-groups",
    }
)
SCRAPS = st.lists(st.one_of(st.sampled_from(EVERY_WORD), st.text(max_size=4)), max_size=60).map(" ".join)
COMMANDS = st.lists(st.lists(st.sampled_from(EVERY_WORD), max_size=12).map(" ".join), max_size=12).map(
    lambda lines: "\n".join(f"set {line}" for line in lines)
)


def read_fully(text: str) -> None:
    parsed = FORMAT.parse(Text("x.junos", text))
    result = FORMAT.lower("device", [parsed.tree])
    lines = {"x.junos": Text("x.junos", text).lines}
    for each in (*parsed.diagnostics, *result.diagnostics):
        assert each.kind in CODES
        assert 1 <= each.where.line <= max(1, len(lines["x.junos"]))
        assert "\n" not in each.headline()
        assert each.render(lines)
    for found in result.devices:
        assert 0 <= found.coverage.share <= 1
        assert len(found.coverage.unmodelled) <= found.coverage.statements or not found.coverage.unmodelled
        noted = set(found.coverage.unmodelled)
        assert noted >= {doubt for chain in found.chains.values() for rule in chain.rules for doubt in rule.doubts}
        assert noted >= set(found.doubts)


@given(SCRAPS)
def test_scraps(text: str) -> None:
    read_fully(text)


@given(COMMANDS)
def test_commands(text: str) -> None:
    read_fully(text)


@given(st.text())
def test_any_text(text: str) -> None:
    read_fully(text)


@given(
    st.sampled_from(sorted(HERE.glob("*/in/*"))),
    st.integers(0, 6000),
    st.integers(0, 60),
    st.text(max_size=3),
)
def test_damaged(path: object, at: int, lost: int, new: str) -> None:
    """A real text with a piece cut out."""
    text = getattr(path, "read_text")()  # noqa: B009
    read_fully(text[:at] + new + text[at + lost :])


HOSTILE = {
    "many opening braces": "{" * 50_000,
    "many opening braces with names": "a {\n" * 50_000,
    "many closing braces": "}\n" * 50_000,
    "brackets": "a [ b ] " * 5_000 + ";",
    "lists in lists": "a " + "[ b c ] " * 40 + ";",
    "open quotation marks": '"\n' * 20_000,
    "open comments": "/*" * 50_000,
    "one endless line": "a " * 100_000,
    "one endless command": "set " + "a " * 100_000,
    "a long range": "interfaces { interface-range x { member-range ge-0/0/0 to ge-9/9/999999; } }",
    "numbers without end": "firewall { filter f { term t { from { ttl 1; port 9N; protocol N; } } } }".replace(
        "N", "1" * 5000
    ),
    "prefixes without end": "policy-options { prefix-list a { N/N; 1.2.3.4/N; :: /; /1; } }".replace("N", "1" * 5000),
    "deep flags": f'firewall {{ filter f {{ term t {{ from {{ tcp-flags "{"(" * 5000}"; }} }} }} }}',
    "groups that grow": "groups { g { <*> { <*> { <*> { <*> { a; b; c; } } } } } }\napply-groups g;\n"
    + "".join(f"s{x} {{ a {{ b {{ c{x}; }} }} }}\n" for x in range(2_000)),
    "filters in a ring": "firewall { family inet {"
    + "\n".join(f"filter f{x} {{ term t {{ filter f{(x + 1) % 2000}; }} }}" for x in range(2_000))
    + "} }",
    "patterns": f"groups {{ g {{ interfaces {{ <{'*a' * 200}> {{ disable; }} }} }} }} apply-groups g;"
    + f"interfaces {{ {'a' * 5000}; }}",
    "paths": 'policy-options { prefix-list p { apply-path "' + "<*> " * 5000 + '"; } }',
    "not numbers": "interfaces { a { native-vlan-id ²; vlan-tagging; unit 0 { vlan-id ٣; } } }"
    "vlans { x { vlan-id ²-³; } }",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile(text: str) -> None:
    read_fully(text)


def test_complaints_are_bounded() -> None:
    assert len(codes("}\n" * 50_000)) == 100


@given(
    st.lists(
        st.tuples(st.integers(0, 15), st.integers(28, 32), st.booleans()).map(
            lambda each: (IPv4Network((each[0], each[1]), strict=False), each[2])
        ),
        max_size=6,
        unique_by=lambda each: each[0],
    )
)
@example([(IPv4Network("0.0.0.0/28"), False), (IPv4Network("0.0.0.15/32"), True)])
@example([(IPv4Network("0.0.0.0/28"), True), (IPv4Network("0.0.0.0/30"), False), (IPv4Network("0.0.0.3/32"), True)])
def test_the_longest_match_decides(entries: list[tuple[IPv4Network, bool]]) -> None:
    """Address by address: the longest prefix around it decides."""
    blocks = list(longest_match(entries))
    for number in range(16):
        address = IPv4Address(number)
        around = sorted((each for each in entries if address in each[0]), key=lambda each: each[0].prefixlen)
        wanted = bool(around) and not around[-1][1]
        assert any(_holds(block, address) for block in blocks) == wanted


def _holds(block: object, address: IPv4Address) -> bool:
    if isinstance(block, AddressRange):
        return int(block.first) <= int(address) <= int(block.last)
    assert isinstance(block, IPv4Network)
    return address in block


FLAGS = {"fin": 1, "syn": 2, "rst": 4, "push": 8, "ack": 16, "urgent": 32}
EXPRESSIONS = st.recursive(
    st.sampled_from(sorted(FLAGS)),
    lambda inner: st.one_of(
        inner.map(lambda one: f"!{one}"),
        st.tuples(inner, st.sampled_from(["&", "|", "+", ","]), inner).map(lambda each: f"({' '.join(each)})"),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_flags_mean_what_they_say(text: str) -> None:
    """Every way to set the flags, judged by Python's own logic."""
    python = re.sub(r"[a-z]+", lambda word: f"bool(flags & {FLAGS[word[0]]})", text)
    python = (
        python.replace("!", " not ").replace("& b", "and b").replace("+", "and").replace(",", "or").replace("|", "or")
    )
    python = re.sub(r"&(?! \d)", "and", re.sub(r"not ", "True ^ ", python))
    tests = flag_tests(flags_of(text))
    for flags in range(64):
        wanted = bool(eval(python, {"flags": flags, "bool": bool}))  # noqa: S307
        assert any(flags & each.mask == each.value for each in tests) == wanted, python


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.256", "::/129", "fe80::1%eth0", "1.2.3.4.5", "/8", "a/b"]
)
def test_no_prefix(text: str) -> None:
    assert read_block(text) is None


def test_a_file_that_says_otherwise_is_a_doubt() -> None:
    """Two texts of one device that disagree about a filter: neither is believed."""
    one, other = ("set firewall filter f term t then " + action for action in ("accept", "discard"))
    assert "JUN015" in codes(one, other)
    assert device(one, other).doubts
    assert not device(one, one).doubts
    assert not lowered().devices


@pytest.mark.parametrize(
    "text", ["a [", "a [ {", "a [ }", "a [ ;", "[ a ];", "inactive: [ a ];", "inactive: ;", "a [ ] [ b ];"]
)
def test_lists_that_are_cut_off(text: str) -> None:
    read_fully(text)
    assert "JUN001" in codes(text) or text.startswith("inactive:")
