"""What a snapshot adds to `check`, `explain` and `diff`: packets with their way, findings about layers, refusals."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isthmus.cli.app import run
from isthmus.diagnostics import Code
from isthmus.prove.findings import codes
from isthmus.prove.replay import EndKind, Walker, Ways
from isthmus.report import Report
from isthmus.workflows.check import check
from isthmus.workflows.diff import diff
from isthmus.workflows.explain import explain
from isthmus.workflows.refusal import Refused
from tests.guidelines.requirements.configuring import SNAPSHOT
from tests.guidelines.requirements.examples import PREAMBLE
from tests.guidelines.requirements.judging import TODAY
from tests.prove.findings.examples import ESTATE

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXCEPTION = "ip daddr 203.0.113.130 accept\n"
RULE = "\t\tip saddr { 172.16.0.0/21"


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """The estate of examples with its snapshot, in a folder of its own."""
    folder = tmp_path / "estate"
    folder.mkdir()
    (folder / "preamble.yaml").write_text(PREAMBLE.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "estate.yaml").write_text(ESTATE, encoding="utf-8")
    shutil.copytree(SNAPSHOT, folder / "snapshot")
    return folder


def change(estate: Path, file: str, old: str, new: str) -> None:
    path = estate / "snapshot" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def with_exception(estate: Path) -> None:
    """The gateway lets instances go untranslated to the mirror."""
    change(estate, "gateway/egress.nft", RULE, f"\t\t{EXCEPTION}{RULE}")


def configured(report: Report, code: str, crossing: str = "") -> tuple[str, str]:
    """Finding and reason of the configured evidence of a requirement."""
    assert report.judgement is not None
    rows = report.judgement.requirements
    for each in report.judgement.crossings:
        rows = each.requirements if each.crossing.id == crossing else rows
    [told] = [
        one.answer for row in rows if row.requirement.code == code for one in row.evidence if one.kind == "configured"
    ]
    return told.finding, told.because


def document(estate: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    run(["check", str(estate), "--today", TODAY.isoformat(), "--format", "json", *words])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_an_error_in_the_snapshot_refuses_everything_with_its_place(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is judged around a broken file: exit code 2, each problem at its place."""
    (estate / "snapshot/ci/ip-route.json").write_text("[\n", encoding="utf-8")
    (estate / "snapshot/lvs/ip-addr.json").write_text('[{"ifname": 5}]\n', encoding="utf-8")
    report = check(estate, today=TODAY)
    assert report.judgement is None
    assert run(["check", str(estate)]) == 2
    told = "".join(capsys.readouterr())
    assert "ci/ip-route.json:2:1: " in told
    assert "lvs/ip-addr.json:1:" in told
    assert "nothing was judged" in told


def test_a_filter_that_no_file_defines_is_refused(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The border applies a filter whose file was not collected."""
    (estate / "snapshot/border/from-cloud.conf").unlink()
    assert run(["check", str(estate)]) == 2
    told = "".join(capsys.readouterr())
    assert "snapshot/border/interfaces.conf:6:" in told
    assert "`from-cloud`" in told


def test_a_file_that_no_format_recognises_is_told_and_leaves_answers_unknown(estate: Path) -> None:
    assert configured(check(estate, today=TODAY), "XR304", "web")[0] == "met"
    (estate / "snapshot/border/notes.xyz").write_text("may let anything through\n", encoding="utf-8")
    report = check(estate, today=TODAY)
    assert report.judgement is not None
    [told] = [each for each in report.judgement.findings if each.code == "FMT001"]
    assert told.where.file.endswith("snapshot/border/notes.xyz")
    for code, crossing in (("XR304", "web"), ("XR003", "")):
        finding, because = configured(report, code, crossing)
        assert finding == "unknown"
        assert "the whole file was not read" in because
    [border] = [each for each in report.devices if each.name == "border"]
    assert border.coverage.unmodelled
    assert border.coverage.share < 1


def test_the_json_of_a_check_has_the_packet_its_way_and_the_devices(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_exception(estate)
    told = document(estate, capsys, "--only", "mirror")
    [crossing] = told["crossings"]
    [row] = [each for each in crossing["requirements"] if each["code"] == "XR202"]
    [shown] = [each for each in row["evidence"] if each["kind"] == "configured"]
    assert shown["finding"] == "not met"
    assert shown["packet"].startswith("tcp ")
    assert shown["path"][-1]["text"] == "delivered, at mirror"
    hops = [f"{each['text']} {each['where']['file']}:{each['where']['line']}" for each in shown["path"][:-1]]
    assert any(
        "border: interface filter in: from-cloud: term web" in each and "from-cloud.conf:4" in each for each in hops
    )
    assert {each["name"] for each in told["devices"]} >= {"border", "gateway", "qrouter", "vm", "server"}
    assert all(0 < each["share"] <= 1 for each in told["devices"] if each["statements"])


def test_a_finding_of_the_whole_has_its_packet_in_the_json(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(estate, "border/to-cloud.conf", "            term rest", """\
            term deaf {
                from { protocol tcp; source-port 443; }
                then discard;
            }
            term rest""")  # fmt: skip
    told = document(estate, capsys)
    found = {each["code"]: each for each in told["findings"]}
    assert {"PRV001", "PRV002"} <= set(found)
    assert found["PRV001"]["packet"].startswith("tcp ")


@pytest.mark.parametrize("code", codes(), ids=lambda each: each.code)
def test_every_finding_about_layers_is_explained(code: Code, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(code.code.lower(), Path("no-such-folder"), TODAY) == code
    assert run(["explain", code.code]) == 0
    assert code.title in " ".join(capsys.readouterr().out.split())


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, timeout=60)


def test_two_revisions_are_compared_with_their_snapshots(
    estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A commit opens a port on production's server: which packets, and what becomes of the requirements."""
    monkeypatch.chdir(estate.parent)
    git(estate.parent, "init", "-q", "-b", "main")
    git(estate.parent, "add", ".")
    git(estate.parent, "commit", "-qm", "first")
    change(estate, "border/from-cloud.conf", "destination-port 443", "destination-port [ 80 443 ]")
    change(estate, "lvs/firewall.nft", "tcp dport 443", "tcp dport { 80, 443 }")
    git(estate.parent, "commit", "-qam", "second")
    told = diff("main~1:estate", "main:estate", estate=estate, today=TODAY)
    [opens] = told.traffic
    assert str(opens) == "opens from cloud to production"
    assert any("to 203.0.113.130/32 port 80" in row for row in opens.rows)
    assert opens.exhibit.packet.endswith("203.0.113.130:80 syn new")
    back = diff("main:estate", "main~1:estate", estate=estate, today=TODAY)
    assert [str(each) for each in back.traffic] == ["closes from cloud to production"]
    assert run(["diff", "main~1:estate", "main:estate", "--format", "markdown"]) == 1
    assert "traffic opens from cloud to production" in capsys.readouterr().out


def test_a_revision_whose_snapshot_is_broken_is_refused(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate.parent)
    (estate / "snapshot/ci/ip-route.json").write_text("[\n", encoding="utf-8")
    git(estate.parent, "init", "-q", "-b", "main")
    git(estate.parent, "add", ".")
    git(estate.parent, "commit", "-qm", "first")
    with pytest.raises(Refused, match=r"ci/ip-route\.json:2:1"):
        diff("main:estate", "estate", estate=estate, today=TODAY)


# The two evaluators

Walk = Callable[..., Ways]


def refusing(walk: Walk) -> Walk:
    """An evaluator that is wrong: whatever arrives is refused at its end."""

    def walk_wrongly(*arguments: Any, **options: Any) -> Ways:
        found = walk(*arguments, **options)
        ways = [replace(way, end=replace(way.end, kind=EndKind.REFUSED)) for way in found.ways]
        return replace(found, ways=tuple(ways))

    return walk_wrongly


def test_a_disagreement_of_the_evaluators_is_our_bug_and_no_finding(
    estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, with the packet: nobody's network is blamed for it."""
    with_exception(estate)
    words = ["check", str(estate), "--today", TODAY.isoformat(), "--only", "mirror"]
    assert run(words) == 1
    capsys.readouterr()
    monkeypatch.setattr(Walker, "walk", refusing(Walker.walk))
    assert run(words) == 4
    told = capsys.readouterr()
    assert "DisagreementError" in told.err
    assert "203.0.113.130:443" in told.err
    assert "not met" not in told.out


def test_a_theorem_needs_no_packet_and_no_second_opinion(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is met shows no packet, so a wrong evaluator changes nothing about it."""
    monkeypatch.setattr(Walker, "walk", refusing(Walker.walk))
    report = check(estate, today=date(2026, 12, 1), only=["web"])
    assert configured(report, "XR304", "web") == ("met", "no private address is seen on either side")


def test_only_some_crossings_are_told_that_they_do_not_work(tmp_path: Path) -> None:
    """What speaks of a chosen crossing is told where only it is asked for."""
    estate = tmp_path / "eqiad1"
    shutil.copytree(EXAMPLES / "eqiad1", estate)
    firewall = estate / "snapshot" / "clouddumps1001" / "iptables.save"
    lines = firewall.read_text().splitlines(keepends=True)
    firewall.write_text("".join(line for line in lines if "nfs_clients src" not in line))
    report = check(estate, today=date(2026, 11, 24), only=("dumps-nfs",))
    assert report.judgement is not None
    assert "PRV001" in [each.code for each in report.judgement.findings]
    assert report.exit_code == 1
