"""Zone files, line by line."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.sources.wikimedia.zone import ZoneLine, absolute, read_zone


def zone(text: str) -> list[ZoneLine]:
    return list(read_zone(text, "templates/example.org", "example.org"))


def shown(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(line.kind, line.owner, line.values) for line in zone(text)]


@pytest.mark.parametrize(
    ("line", "record"),
    [
        ("www IN A 192.0.2.1", ("A", "www.example.org", ("192.0.2.1",))),
        ("www 1H IN A 192.0.2.1", ("A", "www.example.org", ("192.0.2.1",))),
        ("www IN 300 A 192.0.2.1", ("A", "www.example.org", ("192.0.2.1",))),
        ("www 300/60 DYNA geoip!front", ("DYNA", "www.example.org", ("geoip!front",))),
        ("WWW.Example.NET. AAAA 2001:db8::1 ; there", ("AAAA", "www.example.net", ("2001:db8::1",))),
        ("@ 1D IN NS ns0", ("NS", "example.org", ("ns0",))),
        ("*.wild CNAME www", ("CNAME", "*.wild.example.org", ("www",))),
        ('_dmarc TXT "v=DMARC1; p=none"', ("TXT", "_dmarc.example.org", ("v=DMARC1; p=none",))),
        ("a.@Z A 192.0.2.1", ("A", "a.example.org", ("192.0.2.1",))),
    ],
)
def test_a_record(line: str, record: tuple[str, str, tuple[str, ...]]) -> None:
    assert shown(line) == [record]


def test_a_line_without_a_name_speaks_of_the_last_one() -> None:
    assert [owner for _, owner, _ in shown("a A 192.0.2.1\n  A 192.0.2.2\n\n; note\n\tA 192.0.2.3\n")] == [
        "a.example.org"
    ] * 3


def test_origins_hold_until_the_next_one() -> None:
    text = dedent("""\
        a A 192.0.2.1
        $ORIGIN north.@Z
        a A 192.0.2.2
        $ORIGIN r1
        a CNAME @
        $ORIGIN example.net.
        a CNAME b
        """)
    assert [(line.owner, line.kind == "CNAME" and line.target()) for line in zone(text)] == [
        ("a.example.org", False),
        ("a.north.example.org", False),
        ("a.r1.north.example.org", "r1.north.example.org"),
        ("a.example.net", "b.example.net"),
    ]


def test_parentheses_hold_a_record_together() -> None:
    text = '@ SOA ns0 root ( 1 ; serial "\n 12H\n 2H ) 2W 1H\nwww A 192.0.2.1\n'

    assert [(line.kind, line.where.line) for line in zone(text)] == [("SOA", 1), ("A", 4)]


def test_a_parenthesis_that_is_never_closed_costs_one_line() -> None:
    assert [(line.kind, line.where.line) for line in zone("a TXT (\nb A 192.0.2.1\nc A 192.0.2.2")] == [
        ("unreadable", 1),
        ("A", 2),
        ("A", 3),
    ]


def test_includes_and_templates_are_kept_as_they_are() -> None:
    text = "$INCLUDE netbox/example.org\n{% for n in range(3) %}\nh{{ n }} A 192.0.2.{{ n }}\n; {{ serial }}\n"

    assert shown(text) == [
        ("$INCLUDE", "example.org", ("netbox/example.org",)),
        ("template", "", ("{% for n in range(3) %}",)),
        ("template", "", ("h{{ n }} A 192.0.2.{{ n }}",)),
    ]


def test_a_template_does_not_hide_what_kind_of_record_it_is() -> None:
    assert [kind for kind, _, _ in shown("@ 1H IN SOA ns0 root {{ serial_num }} 12H 2H 2W 1H")] == ["SOA"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("  A 192.0.2.1", "the line names nothing, and no line above does"),
        ("www A6X 1", "the line has no record type that is known"),
        ("www 1H IN", "the line has no record type that is known"),
        ("$GENERATE 1-9 a A 192.0.2.$", "directive `$GENERATE` is not understood"),
        ('www TXT "open', "the line is not well-formed"),
        (f"{'a' * 64} A 192.0.2.1", "is not a DNS name"),
    ],
)
def test_what_cannot_be_read_is_told(line: str, problem: str) -> None:
    found = zone(line)

    assert [each.kind for each in found] == ["unreadable"]
    assert problem in found[0].values[0]


WORDS = st.sampled_from(
    [
        "@", "@Z", "a", "a.b.", "$ORIGIN", "$INCLUDE", "$TTL", "IN", "1H", "5/3", "A", "AAAA", "CNAME", "DYNA", "TXT",
        '"', "(", ")", ";", "{{", "}}", "{%", "\\", "\\999", "192.0.2.1", "::1", "\n", " ", "\t", "1" * 60, "..", "*",
        "é", "\u2028",
    ]
)  # fmt: skip


@given(st.text() | st.lists(WORDS, max_size=30).map(" ".join))
def test_no_text_breaks_the_reader(text: str) -> None:
    lines = text.split("\n")
    for line in read_zone(text, "zone", "example.org"):
        assert 1 <= line.where.line <= len(lines)
        assert lines[line.where.line - 1].strip(), "a record stands on a line that holds something"


@given(st.text() | st.lists(WORDS, max_size=5).map("".join))
def test_no_name_breaks_the_reader(name: str) -> None:
    try:
        found = absolute(name, "example.org")
    except ValueError:
        return
    assert found == found.lower()
