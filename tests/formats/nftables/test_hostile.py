"""Whatever a file holds, reading it ends soon, with diagnostics that point into it, and nothing is raised."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.formats.nftables import FORMAT, body
from isthmus.network import Unclear
from tests.formats.nftables.reading import read

CASES = sorted((Path(__file__).parent / "testdata").glob("*/in/*"))
TEXTS = [path.read_text() for path in CASES if path.is_file()]

SPELLED = r"""
table chain set map inet ip ip6 netdev type filter hook input priority 0 policy drop ; { } ( ) , : . - / @ $ * = == !=
< ! & | vmap jump accept tcp dport flags syn ct state new established meta mark iifname eth* elements add rule element
delete flush ruleset define include $x @s s 192.0.2.1 10.0.0.0/8 22-25 ::1 'x' " dnat to redirect masquerade limit rate
10/second counter log prefix comment numgen inc mod reject with icmp th notrack set
"""
WORDS = st.sampled_from(["\n", *SPELLED.split()])


def usable(text: str, name: str = "ruleset.nft") -> None:
    part, problems = read(text, name)
    lines = text.splitlines()
    for each in problems:
        assert each.code in {code.code for code in FORMAT.codes} or each.code.startswith("DOC")
        assert 1 <= each.where.line <= max(1, len(lines))
        assert each.render({name: lines})
    for chain in part.chains.values():
        for rule in chain.rules:
            assert rule.where.file == name
    assert 0 <= part.coverage.share <= 1


@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_any_words(text: str) -> None:
    usable(text)
    usable(f"table inet t {{\nchain c {{\n{text}\n}}\n}}\n")


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    usable(text)


@given(st.sampled_from(TEXTS), st.data())
def test_any_damage(text: str, data: st.DataObject) -> None:
    """A good file with a piece taken out, or put in elsewhere."""
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 40)))
    at = data.draw(st.none() | st.integers(0, len(text)))
    usable(text[:begin] + text[end:] if at is None else text[:at] + text[begin:end] + text[at:])


KEYS = """
match op left right payload protocol field meta key set map vmap data concat range prefix addr len elem val rule chain
table family name expr accept jump target mangle value ct | & dnat type hook prio policy add delete handle index comment
counter packets stmt numgen mod
"""
JSON = st.recursive(
    st.sampled_from([None, True, 1, -1, 1.5, "", "x", "@s", "*", "tcp", "192.0.2.1", "drop"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_any_json(entries: list[object]) -> None:
    usable(json.dumps({"nftables": entries}), "nft.json")
    rule = {"rule": {"family": "inet", "table": "t", "chain": "c", "expr": entries}}
    usable(json.dumps({"nftables": [rule]}), "nft.json")


def table(inside: str) -> str:
    return f"table ip t {{\n{inside}\n}}\n"


def elements(kind: str, values: list[str]) -> str:
    return f"s {{ type {kind}; elements = {{ {', '.join(values)} }}; }}\n"


HOSTS = [f"10.0.{n // 250}.{n % 250}" for n in range(3000)]
VARIABLES = "".join(f"define v{n + 1} = {{ {', '.join([f'$v{n}'] * 10)} }}\n" for n in range(12))

LONG = {
    "braces": "{" * 100_000,
    "closing braces": "}" * 100_000,
    "blocks": "table ip t { chain c { " * 20_000,
    "sets": "table ip t { chain c { ip saddr " + "{ " * 50_000,
    "brackets": "table ip t { chain c { tcp flags & " + "(" * 50_000,
    "operators": "table ip t { chain c { tcp flags & syn" + "|syn" * 50_000 + " == 0\n",
    "jumps": "table ip t { chain c { " + "jump { " * 30_000,
    "spaces": "table ip t { }" + " " * 500_000,
    "broken lines": "table ip t { chain c {\n" + "ip saddr { 192.0.2.1\n" * 20_000,
    "garbage": "tpc dprot 22 acept\n" * 20_000,
    "unknown sets": table("chain c {\n" + "ip saddr @nothing accept\n" * 10_000 + "}"),
    "variables that grow": VARIABLES + "define v0 = { 1, 2 }\n" + table("chain c { tcp dport $v12 accept; }"),
    "a variable that is itself": "define a = $a\n" + table("chain c { tcp dport $a accept; jump $a; }"),
    "masks": table(
        "set " + elements("ipv4_addr", HOSTS)
        + "chain c { ip saddr & 1.1.1.1 @s ip saddr & 2.2.2.2 @s ip saddr @s accept; }"
    ),
    "pairs": table(
        "set " + elements("ipv4_addr . inet_service", [f"{host} . {n}" for n, host in enumerate(HOSTS)])
        + "chain c { ip saddr . tcp dport @s ip daddr . tcp sport @s accept; ip saddr . tcp dport != @s drop; }"
    ),
    "deletions": table("set s { type inet_service; }") + "".join(
        f"add element ip t s {{ {n} }}\ndelete element ip t s {{ {n} }}\n" for n in range(5000)
    ),
    "insertions": table("chain c { }") + "insert rule ip t c accept\n" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("case", LONG)
def test_long_and_nested_texts_end_soon(case: str) -> None:
    begin = time.process_time()
    read(LONG[case])
    assert time.process_time() - begin < 20


def test_maps_are_taken_apart_so_far_and_no_farther(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many rules that look into a large map would be as many rules as both numbers multiplied."""
    monkeypatch.setattr(body, "MOST_RULES", 1000)
    inside = "map " + elements("inet_service : verdict", [f"{n} : accept" for n in range(300)])
    part, _ = read(table(inside + "chain c {\n" + "tcp dport vmap @s\n" * 300 + "}"))
    rules = part.chains["ip t c"].rules
    assert len(rules) == 3 * 300 + 297
    assert isinstance(rules[-1].action, Unclear)
    assert rules[-1].doubts


def test_deep_json_ends() -> None:
    usable('{"nftables": ' + "[" * 100_000, "nft.json")
    usable('{"nftables": [{"rule": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}]}", "nft.json")
    usable('{"nftables": [], "nftables": []}', "nft.json")
    usable('{"nothing": []}', "nft.json")
