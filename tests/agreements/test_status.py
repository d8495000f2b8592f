"""`isthmus status`: what waits, for whom, and what a scheduled job and a calendar get."""

import json
from pathlib import Path

import pytest

from tests.agreements.test_exceptions import GIVEN, NAME
from tests.agreements.world import CLOUD, NETWORK, World, isthmus, needs_ssh

pytestmark = needs_ssh


def status(world: World, *words: str, today: str = "2026-12-01") -> tuple[int, str]:
    done = isthmus("status", world.root, "--today", today, *words)
    return done.returncode, done.stdout or done.stderr


def waiting(world: World, *words: str, today: str = "2026-12-01") -> list[str]:
    plain = json.loads(status(world, "--format", "json", *words, today=today)[1])
    assert plain["schema"] == 1
    return [f"{each['owner']} {each['what']} {each['subject']} {each['id']}" for each in plain["due"]]


@pytest.fixture
def settled(world: World) -> World:
    """A deviation under an exception until 2027-06-30, and everything signed."""
    world.edit("crossings.yaml", "[198.51.100.1/32]", "[10.20.0.0/16]")
    world.edit("crossings.yaml", "state: proposed", "state: running")
    assert isthmus("except", "mirror", world.root, *GIVEN).returncode == 0
    for what in ("mirror", NAME, "edition"):
        world.both_sign(what)
    return world


def test_everything_is_unsigned_at_first(world: World) -> None:
    assert waiting(world) == [
        f"{CLOUD} unsigned crossing mirror",
        f"{CLOUD} unsigned edition wikimedia",
        f"{NETWORK} unsigned crossing mirror",
        f"{NETWORK} unsigned edition wikimedia",
    ]
    assert status(world) == (
        1,
        f"{CLOUD}\n  unsigned: crossing `mirror`: not agreed yet\n  unsigned: edition `wikimedia`: not agreed yet\n\n"
        f"{NETWORK}\n  unsigned: crossing `mirror`: not agreed yet\n  unsigned: edition `wikimedia`: not agreed yet\n",
    )


def test_nothing_waits(settled: World) -> None:
    assert status(settled) == (0, "nothing waits for anybody\n")
    assert json.loads(status(settled, "--format", "json")[1]) == {"schema": 1, "due": []}


@pytest.mark.parametrize(
    ("today", "within", "waits"),
    [
        ("2026-12-01", "30d", []),
        ("2026-12-01", "210d", []),
        ("2026-12-01", "211d", ["ending"]),
        ("2026-12-01", "1y", ["ending"]),
        ("2026-12-01", "99999y", ["ending"]),
        ("2027-06-15", "2w", []),
        ("2027-06-16", "2w", ["ending"]),
        ("2027-06-30", "0d", ["ending"]),
        ("2027-07-01", "0d", ["expired"]),
    ],
)
def test_exceptions_that_end(settled: World, today: str, within: str, waits: list[str]) -> None:
    expected = [f"{CLOUD} {word} exception {NAME}" for word in waits]
    assert waiting(settled, "--within", within, today=today) == expected
    assert status(settled, "--within", within, today=today)[0] == (1 if waits else 0)


def test_what_changed_is_void_and_what_is_spoilt_is_refused(settled: World) -> None:
    settled.edit("services.yaml", "port: 443", "port: 8443")
    settled.signature(CLOUD).write_text("nonsense")
    found = waiting(settled)
    assert found == [
        f"{CLOUD} void exception {NAME}",
        f"{CLOUD} refused crossing mirror",
        f"{NETWORK} void crossing mirror",
        f"{NETWORK} void exception {NAME}",
    ]
    told = status(settled)[1]
    assert "void: crossing `mirror`: entries.services.mirror.endpoints.https.port: 443 → 8443" in told
    assert f"refused: crossing `mirror`: `{CLOUD}.json.sig` is not an SSH signature" in told


def test_a_retired_crossing_waits_for_nobody(settled: World) -> None:
    settled.edit("crossings.yaml", "state: running", "state: retired")
    settled.edit("services.yaml", "port: 443", "port: 8443")
    assert status(settled)[0] == 0


def test_a_calendar(settled: World) -> None:
    """RFC 5545: lines end in CRLF, none has more than 75 octets, unfolded they are properties."""
    settled.edit(f"exceptions/{NAME}.yaml", "T209011", "Tä; 1, 2\\n" + "é" * 60)
    output = settled.root.parent / "out.ics"
    code, _ = status(settled, "--within", "1y", "--format", "ics", "--output", str(output))
    assert code == 1
    raw = output.read_bytes()
    assert raw.endswith(b"\r\n")
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert not any({b"\r", b"\n"} & {line[at : at + 1] for at in range(len(line))} for line in lines)
    unfolded = raw.decode().replace("\r\n ", "").split("\r\n")[:-1]
    properties = dict(line.split(":", 1) for line in unfolded if not line.startswith(("BEGIN", "END")))
    assert [line for line in unfolded if line.startswith(("BEGIN", "END"))] == [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    assert properties["VERSION"] == "2.0"
    assert properties["DTSTART;VALUE=DATE"] == "20270630"
    assert properties["DTSTAMP"] == "20261201T000000Z"
    assert properties["UID"] == f"{NAME}-20270630@isthmus"
    assert properties["SUMMARY"] == f"{CLOUD}: exception {NAME} ends"
    assert properties["DESCRIPTION"] == "ends on 2027-06-30 (Tä\\; 1\\, 2\\\\n" + "é" * 60 + ")"


@pytest.mark.parametrize("words", [("--within", "soon"), ("--format", "pdf"), ("--today", "1st"), ("--within", "-1d")])
def test_wrong_words(world: World, words: tuple[str, str]) -> None:
    assert isthmus("status", world.root, *words).returncode == 2


def test_no_estate(tmp_path: Path) -> None:
    done = isthmus("status", tmp_path)
    assert done.returncode == 2
    assert "the estate cannot be used" in done.stderr
