"""What an exercise says to checks, as one would write it down by hand: no lab, no packets, the words alone."""

from dataclasses import replace
from datetime import date
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.evidence import Answer, Facts, Finding
from isthmus.guidelines.exercise import Back, Behind, Exercise, Probed, Refusal, Stop, Talk, Tried
from isthmus.guidelines.testify_exercised import exercised_evidence
from isthmus.sources.exercises import FILE, FOLDER, exercise_text, read_exercise, state_digest, write_exercise
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.exercised import findings
from isthmus.workflows.load import Loaded, load
from tests.conftest import ROOT

DAY = date(2026, 11, 24)
VM, PROXIED, WORKER = "172.16.5.10", "185.15.56.1", "172.16.2.44"
EDGE = Stop("cloudgw1001", "vlan1120", ("cloud-instance-transport1-b-eqiad",))
BORDER = Stop("cr1-eqiad", "xe-3/0/4.1102")
INSIDE = Stop("cloudinstances2b-gw", "qr", ("cloud-instances2-b-eqiad",))


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(ROOT / "examples/eqiad1")


@pytest.fixture(scope="module")
def facts(loaded: Loaded) -> Facts:
    return facts_of(loaded, DAY)


def probe(crossing: str, source: str, destination: str, at: str, seen_as: str = "", *path: Stop) -> Probed:
    """A probe that was let in and answered."""
    protocol, _, port = at.partition("/")
    return Probed(
        crossing,
        "somebody",
        ip_address(source),
        ip_address(destination),
        protocol,
        int(port) if port else None,
        path or (INSIDE, EDGE, BORDER),
        "server",
        ip_address(seen_as or source),
        Back.ANSWER,
    )


def told(loaded: Loaded, facts: Facts, crossing: str, code: str, *probes: Probed, **more: object) -> Answer:
    """What an exercise of these probes says about one requirement of one crossing."""
    assert loaded.edition is not None
    tried = tuple(Tried((each.source,), (each.destination,), (each.at,)) for each in probes)
    exercise = replace(Exercise("eqiad1", DAY, "sha256:0", probes, tried), **more)  # type: ignore[arg-type]
    testimony = exercised_evidence(facts, loaded.edition, exercise, [crossing])
    return testimony[code, crossing][0].answer


DUMPS = ("dumps", VM, "208.80.154.142", "tcp/443")
TOOLS = ("toolsdb", VM, "172.16.6.37", "tcp/3306", VM)
CI = ("puppet-compiler-ci", "208.80.154.132", WORKER, "tcp/22")
NFS = ("dumps-nfs", VM, "208.80.154.142", "tcp/2049")
API = ("openstack-apis", VM, "185.15.56.161", "tcp/25000")


@pytest.mark.parametrize(
    ("crossing", "code", "probes", "finding", "word"),
    [
        ("dumps", "XR202", [probe(*DUMPS, "185.15.56.1")], Finding.MET, "185.15.56.1"),
        ("dumps", "XR202", [probe(*DUMPS, "185.15.56.87")], Finding.MET, "185.15.56.87"),
        ("dumps", "XR202", [probe(*DUMPS, VM)], Finding.NOT_MET, "role instances"),
        ("dumps", "XR202", [probe(*DUMPS, "198.51.100.1")], Finding.NOT_MET, "198.51.100.1"),
        ("dumps", "XR202", [], Finding.UNKNOWN, "nothing was sent"),
        ("dumps", "XR202", [replace(probe(*DUMPS, VM), admitted_by="")], Finding.UNKNOWN, "no packet"),
        ("dumps", "XR206", [probe(*DUMPS, "185.15.56.1")], Finding.MET, "cloudgw1001"),
        ("dumps", "XR206", [probe(*DUMPS, "185.15.56.1", INSIDE, BORDER)], Finding.NOT_MET, "without passing"),
        ("toolsdb", "XR102", [probe(*TOOLS, INSIDE)], Finding.MET, "cloud"),
        ("toolsdb", "XR102", [probe(*TOOLS, Stop("cr1", "ae1", ("public1-b-eqiad",)))],
         Finding.NOT_MET, "public1-b-eqiad"),
        ("puppet-compiler-ci", "XR304", [probe(*CI)], Finding.NOT_MET, "sent to a private address"),
        ("puppet-compiler-ci", "XR303", [probe(*CI)], Finding.MET, "only the audience"),
        ("puppet-compiler-ci", "XR303", [probe(*CI), probe("", "203.0.113.77", WORKER, "tcp/22")],
         Finding.NOT_MET, "the internet"),
        ("puppet-compiler-ci", "XR303", [probe(*CI), probe("", "203.0.113.77", WORKER, "tcp/23")], Finding.MET, "only"),
        ("dumps-nfs", "XR203", [probe(*NFS, "185.15.56.1")], Finding.MET, "only the audience"),
        ("dumps-nfs", "XR203", [probe(*NFS, "185.15.56.1"), probe("", "203.0.113.77", "208.80.154.142", "tcp/2049")],
         Finding.NOT_MET, "the internet"),
        ("openstack-apis", "XR403", [probe(*API), probe("", "10.64.20.254", "10.64.151.11", "tcp/25000")],
         Finding.NOT_MET, "on its cloud-hosts address"),
        ("openstack-apis", "XR403", [probe(*API), probe("", "10.64.20.254", "185.15.56.161", "tcp/25000")],
         Finding.UNKNOWN, "nobody tried"),
    ],
)  # fmt: skip
def test_probes_answer_requirements(
    loaded: Loaded, facts: Facts, crossing: str, code: str, probes: list[Probed], finding: Finding, word: str
) -> None:
    answer = told(loaded, facts, crossing, code, *probes)
    assert (answer.finding, word in answer.because) == (finding, True), answer.because
    if finding is Finding.NOT_MET:
        assert answer.exhibit is not None
        assert answer.exhibit.path


SERVERS = (Behind(ip_address("185.15.56.161"), "tcp/25000", ip_address("172.20.1.21"), "tcp/15000"),)


@pytest.mark.parametrize(
    ("probes", "finding", "word"),
    [
        ([probe(*API), probe("", "172.20.1.11", "172.20.1.21", "tcp/15000")], Finding.UNKNOWN, "nobody tried"),
        ([probe(*API), probe("", "172.20.2.21", "172.20.1.21", "tcp/15000")], Finding.NOT_MET, "without the load"),
        ([replace(probe(*API), back=Back.NOTHING)], Finding.UNKNOWN, "no proxy"),
    ],
)  # fmt: skip
def test_servers_behind_a_proxy_are_for_it_alone(
    loaded: Loaded, facts: Facts, probes: list[Probed], finding: Finding, word: str
) -> None:
    answer = told(loaded, facts, "openstack-apis", "XR408", *probes, behind=SERVERS)
    assert (answer.finding, word in answer.because) == (finding, True), answer.because


def test_a_server_that_refused_everybody_else_is_alone(loaded: Loaded, facts: Facts) -> None:
    server = ip_address("172.20.1.21")
    tried = (Tried((ip_address(VM),), (server,), ("tcp/15000",)),)
    answer = told(loaded, facts, "openstack-apis", "XR408", probe(*API), behind=SERVERS, tried=tried)
    assert answer.finding is Finding.MET


def test_what_the_lab_leaves_out_on_the_way_makes_a_good_answer_unknown(loaded: Loaded, facts: Facts) -> None:
    good = probe(*DUMPS, "185.15.56.1")
    answer = told(loaded, facts, "dumps", "XR202", good, left_out={"cr1-eqiad": "a translation that it cannot write"})
    assert (answer.finding, "cr1-eqiad" in answer.because) == (Finding.UNKNOWN, True)
    bad = probe(*DUMPS, VM)
    answer = told(loaded, facts, "dumps", "XR202", bad, left_out={"cr1-eqiad": "a translation that it cannot write"})
    assert answer.finding is Finding.NOT_MET


def test_a_host_whose_filters_nobody_read_proves_nothing_by_letting_in(loaded: Loaded, facts: Facts) -> None:
    stranger = probe("", "203.0.113.77", "208.80.154.142", "tcp/2049")
    answer = told(loaded, facts, "dumps-nfs", "XR203", probe(*NFS, PROXIED), stranger, unread=("server",))
    assert (answer.finding, "was not read" in answer.because) == (Finding.UNKNOWN, True)


def test_ends_between_which_nothing_was_sent_were_not_tried() -> None:
    source, destination = ip_address(VM), ip_address("10.64.0.40")
    block = (Tried((source,), (destination,), ("tcp/22",)),)
    assert Exercise("x", DAY, "", tried=block).sources_tried(destination, "tcp/22") == {source}
    left = Exercise("x", DAY, "", tried=block, unusual=((source, destination),))
    assert not left.sources_tried(destination, "tcp/22")


def test_failing_crossings_are_told_with_the_rule_that_refused(facts: Facts) -> None:
    by = Refusal("cr1-eqiad", "f: rule `drop`", "cr1/junos.conf:7")
    lost = replace(probe(*DUMPS), admitted_by="", back=Back.NOTHING, refused=by)
    mute = replace(probe(*NFS, "185.15.56.1"), back=Back.NOTHING)
    idle = replace(probe(*API), talk=Talk("refused"))
    other = probe(*CI, "208.80.154.150")
    stray = probe("", "172.20.1.21", "10.64.0.40", "tcp/22")
    found = {
        each.code: each.message for each in findings(facts, Exercise("x", DAY, "", (lost, mute, idle, other, stray)))
    }
    assert set(found) == {"EXE003", "EXE004", "EXE005", "EXE006", "EXE007"}
    assert "cr1-eqiad: f: rule `drop` (cr1/junos.conf:7)" in found["EXE003"]
    assert "from cloud cloud-private to production private" in found["EXE007"]


def test_what_was_not_exercised_is_told(facts: Facts) -> None:
    exercise = Exercise("x", DAY, "", unplaced=("egress", "vips"), left_out={"gw1": "a queue"})
    found = {each.code: each.message for each in findings(facts, exercise)}
    assert "`egress`, `vips`" in found["EXE008"]
    assert "gw1 does: a queue" in found["EXE009"]


ADDRESSES = st.ip_addresses()
PROBES = st.builds(
    Probed,
    crossing=st.sampled_from(["", "dumps"]),
    client=st.text(max_size=8),
    source=ADDRESSES,
    destination=ADDRESSES,
    protocol=st.sampled_from(["tcp", "udp", "icmp"]),
    port=st.none() | st.integers(0, 65535),
    path=st.lists(st.builds(Stop, st.text(max_size=5), st.text(max_size=5), st.just(("a",))), max_size=2).map(tuple),
    admitted_by=st.text(max_size=5),
    seen_as=st.none() | ADDRESSES,
    back=st.sampled_from(Back),
    talk=st.none() | st.builds(Talk, st.text(max_size=5), st.none() | ADDRESSES),
    refused=st.none() | st.builds(Refusal, st.text(max_size=5), st.text(max_size=5)),
)


@given(st.lists(PROBES, max_size=4).map(tuple))
def test_a_record_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, probes: tuple[Probed, ...]) -> None:
    folder = tmp_path_factory.mktemp("estate")
    exercise = Exercise("x", DAY, "sha256:1", probes, left_out={"a": "b"}, behind=SERVERS)
    write_exercise(exercise, folder)
    read = read_exercise(folder, "sha256:1")
    assert read.exercise is not None
    assert not read.diagnostics
    assert sorted(map(str, read.exercise.probes)) == sorted(map(str, probes))
    assert exercise_text(read.exercise) == exercise_text(exercise)


def test_the_same_facts_are_the_same_bytes() -> None:
    one, other = probe(*DUMPS), probe(*NFS)
    assert exercise_text(Exercise("x", DAY, "", (one, other))) == exercise_text(Exercise("x", DAY, "", (other, one)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"schema": 7, "estate": "x", "on": "2026-11-24", "digest": ""}',
        '{"estate": 5}',
        "\0",
        "[" * 9999,
    ],
)
def test_a_record_that_is_none_is_told_and_nothing_is_known(tmp_path: Path, text: str) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / FILE).write_text(text)
    read = read_exercise(tmp_path, "sha256:1")
    assert (read.exercise, [each.code for each in read.diagnostics]) == (None, ["EXE001"])
    assert read.doubt


def test_an_exercise_of_another_state_is_stale_and_says_so(tmp_path: Path, loaded: Loaded, facts: Facts) -> None:
    write_exercise(Exercise("x", DAY, "sha256:1", (probe(*DUMPS, VM),)), tmp_path)
    read = read_exercise(tmp_path, "sha256:2")
    assert [each.code for each in read.diagnostics] == ["EXE002"]
    assert loaded.edition is not None
    testimony = exercised_evidence(facts, loaded.edition, read.exercise, ["dumps"], doubt=read.doubt)
    assert {each[0].answer.finding for each in testimony.values()} == {Finding.UNKNOWN}


def test_the_digest_knows_every_line_of_estate_and_snapshot_and_not_their_folder(tmp_path: Path) -> None:
    def made(name: str, estate: str, device: str) -> str:
        root = tmp_path / name
        (root / "snapshot/gw1").mkdir(parents=True)
        (root / "estate.yaml").write_text(estate)
        (root / "snapshot/gw1/ruleset.nft").write_text(device)
        found = load(root)
        return state_digest(found.texts, found.root)

    assert made("a", "estate: x\n", "flush ruleset\n") == made("b", "estate: x\n", "flush ruleset\n")
    assert len({made("c", "estate: x\n", "1\n"), made("d", "estate: x\n", "2\n"), made("e", "estate: y\n", "1\n")}) == 3
