"""`isthmus lab test`, `lab trace` and `lab flows` as a user runs them, and `check` with the record at hand."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lab.exercising import missing
from tests.lab.redundant import EGRESS, VIP, VM, VM6, WWW, WWW6, write_redundant

pytestmark = pytest.mark.skipif(bool(missing("bird")), reason=missing("bird"))
DAY = "2026-11-24"


def isthmus(*words: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-m", "isthmus", *words]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_redundant(tmp_path_factory.mktemp("redundant"))


@pytest.fixture(scope="module")
def tested(estate: Path) -> "subprocess.CompletedProcess[str]":
    return isthmus("lab", "test", str(estate), "--format", "json", "--today", DAY)


def exercised(report: str) -> dict[tuple[str, str], str]:
    """By crossing and code, what real packets say in a report."""
    return {
        (crossing["id"], requirement["code"]): evidence["finding"]
        for crossing in json.loads(report)["crossings"]
        for requirement in crossing["requirements"]
        for evidence in requirement["evidence"]
        if evidence["kind"] == "exercised"
    }


def web_of(record: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    """What a record holds of one crossing."""
    return [each for each in record["probes"] if each["crossing"] == "web"]


def test_a_test_judges_by_what_packets_did_of_both_ip_versions(tested: "subprocess.CompletedProcess[str]") -> None:
    """The page says nothing of IPv6, so what is sent over it makes the translated client unknown."""
    assert tested.returncode == 1, tested.stderr
    told = exercised(tested.stdout)
    assert told["web", "XR202"] == "unknown"
    assert told["web", "XR206"] == "met"
    assert told["api", "XR408"] == "not met"
    assert told["api", "XR403"] == "unknown"
    assert told["api", "XR405"] == "not met"
    findings = {(each["code"], each["message"].split(" ")[0]) for each in json.loads(tested.stdout)["findings"]}
    assert ("EXE006", "`feed`:") in findings


def test_the_record_holds_every_declared_flow_there_and_back(
    estate: Path, tested: "subprocess.CompletedProcess[str]"
) -> None:
    """TCP, UDP and ICMP, IPv4 and IPv6, with the address that the server saw."""
    assert tested.returncode == 1
    record = json.loads((estate / "exercises/lab.json").read_text())
    web = web_of(record)
    assert {(each["protocol"], each["destination"], each["seen_as"]) for each in web} == {
        ("tcp", WWW, EGRESS),
        ("udp", WWW, EGRESS),
        ("icmp", WWW, EGRESS),
        ("tcp", WWW6, VM6),
    }
    assert {each["back"] for each in web} == {"answer"}
    talks = {each["destination"]: each["talk"] for each in record["probes"] if "talk" in each}
    assert talks[VIP]["forwarded_for"] == VM
    assert talks[WWW6]["seen_as"] == VM6


def test_a_check_hears_the_record_and_the_same_run_gives_the_same_one(
    estate: Path, tested: "subprocess.CompletedProcess[str]"
) -> None:
    checked = isthmus("check", str(estate), "--evidence", "exercised", "--format", "json", "--today", DAY)
    assert exercised(checked.stdout) == exercised(tested.stdout)
    before = json.loads((estate / "exercises/lab.json").read_text())
    again = isthmus("lab", "test", str(estate), "--format", "junit", "--today", DAY)
    assert again.stdout.startswith("<?xml")
    after = json.loads((estate / "exercises/lab.json").read_text())
    assert after["digest"] == before["digest"]
    assert web_of(after) == web_of(before)


def test_a_changed_snapshot_makes_the_record_stale(
    estate: Path, tmp_path: Path, tested: "subprocess.CompletedProcess[str]"
) -> None:
    assert tested.returncode == 1
    copy = tmp_path / "changed"
    shutil.copytree(estate, copy)
    ruleset = copy / "snapshot/gw1/ruleset.nft"
    ruleset.write_text(ruleset.read_text() + "# a remark\n")
    checked = isthmus("check", str(copy), "--evidence", "exercised", "--format", "json", "--today", DAY)
    assert set(exercised(checked.stdout).values()) == {"unknown"}
    assert "EXE002" in {each["code"] for each in json.loads(checked.stdout)["findings"]}


def test_a_trace_tells_the_rules_that_one_packet_meets(estate: Path) -> None:
    traced = isthmus("lab", "trace", str(estate), VM, WWW, "80/tcp")
    assert traced.returncode == 0, traced.stderr
    assert f"let in by www, which sees {EGRESS}" in traced.stdout
    assert f"snat to {EGRESS}" in traced.stdout
    assert "snapshot/gw1/ruleset.nft:6" in traced.stdout
    assert "an answer comes back" in traced.stdout


def test_a_trace_as_json_names_each_step(estate: Path) -> None:
    traced = isthmus("lab", "trace", str(estate), "vm1", WWW6, "80/tcp", "--format", "json")
    told = json.loads(traced.stdout)
    assert (told["let_in_by"], told["seen_as"], told["back"], told["refused_by"]) == ("www", VM6, "answer", None)
    assert [each["node"] for each in told["steps"] if each["role"] == "probe"] == ["vm1", "gw1", "rt1", "www"]


def test_flows_of_both_sides_of_the_gateway_and_the_truth(estate: Path, tmp_path: Path) -> None:
    lacking = [each for each in ("pmacctd", "nfcapd", "nfdump") if shutil.which(each) is None]
    if lacking:
        pytest.skip(f"`{lacking[0]}` is not installed")
    out = tmp_path / "flows"
    done = isthmus("lab", "flows", str(estate), "--out", str(out), "--version", "ipfix")
    assert done.returncode == 0, done.stderr
    truth = list(csv.DictReader((out / "truth.csv").read_text().splitlines()))
    sent = [each for each in truth if (each["node"], each["destination"], each["outcome"]) == ("vm1", WWW, "answered")]
    assert {each["protocol"] for each in sent} == {"tcp", "udp"}
    for leg, source in (("lan", VM), ("wan", EGRESS)):
        told = subprocess.run(
            ["nfdump", "-r", str(out / f"gw1.{leg}.nfcapd"), "-q", "-o", "csv"],
            stdout=subprocess.PIPE, text=True, timeout=30, check=True,
        )  # fmt: skip
        flows = [line.split(",") for line in told.stdout.splitlines() if line[:2] == "20"]
        seen = {(each[3], each[5], each[4], each[6], each[7].lower()) for each in flows}
        for each in sent:
            expected = (source, each["source_port"], WWW, each["destination_port"], each["protocol"])
            assert expected in seen


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lab", "trace", "here", "vm1", "www", "80/tcp", "more"], "three words, or four"),
        (["lab", "trace", "/nowhere", "vm1", "www", "80/tcp"], "cannot be used"),
        (["lab", "test", "/nowhere"], "cannot be used"),
        (["lab", "test", "--format", "xml"], "`xml`"),
        (["lab", "flows", "--out", "x", "--version", "sflow"], "`sflow`"),
    ],
)
def test_mistakes_are_told(words: list[str], told: str) -> None:
    done = isthmus(*words)
    assert done.returncode == 2
    assert told in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
