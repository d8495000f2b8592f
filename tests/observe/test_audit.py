"""The engine and what it keeps: nothing is lost and nothing counted twice, whatever happens."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from isthmus.decide import Judgement
from isthmus.observe.results import Audit
from isthmus.observe.words import Verdict
from isthmus.sources.flows import Asked
from isthmus.sources.observations import Observations
from isthmus.workflows.audit import Progress, Wanted, audit, follow
from isthmus.workflows.check import check
from isthmus.workflows.refusal import Refused
from tests.observe import lab, logs

TODAY = date(2026, 11, 24)


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    return Path(shutil.copytree(lab.ESTATE, tmp_path / "estate"))


def wanted(*paths: Path, keep: bool = True) -> Wanted:
    return Wanted(paths, Asked(exporter="router"), {"router": "border"}, threads=2, keep=keep)


def content(found: Audit) -> Audit:
    """What an audit says, without where the input lay."""
    return replace(found, inputs=())


def test_what_was_read_is_not_read_again(estate: Path, tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    for number in range(4):
        logs.write(flows / f"log{number}", number * 50, 50)
    first = audit(estate, wanted(flows), today=TODAY)
    assert first.records == 200
    assert first.verdicts == {Verdict.DECLARED: 200}
    for path in flows.iterdir():
        content = path.read_bytes()
        status = path.stat()
        path.write_bytes(b"x" * len(content))  # nobody looks: size and time are those that were noted
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert audit(estate, wanted(flows), today=TODAY) == first


def test_a_log_that_grows_is_counted_once(estate: Path, tmp_path: Path) -> None:
    log = tmp_path / "conntrack.log"
    logs.write(log, 0, 30)
    assert audit(estate, wanted(log), today=TODAY).records == 30
    logs.write(log, 0, 50)
    assert audit(estate, wanted(log), today=TODAY).records == 50
    log.rename(tmp_path / "conntrack.log.1")
    logs.write(log, 50, 5)
    both = audit(estate, wanted(tmp_path / "conntrack.log.1", log), today=TODAY)
    assert both.records == 55
    store = Observations.beside(estate)
    assert sorted(Path(each).name for each in store.inputs) == ["conntrack.log", "conntrack.log.1"]
    assert sum(read.records for _, read in store.results(both.policy)) == 55


def test_the_same_content_twice_is_counted_once(estate: Path, tmp_path: Path) -> None:
    logs.write(tmp_path / "one", 0, 10)
    shutil.copy(tmp_path / "one", tmp_path / "two")
    found = audit(estate, wanted(tmp_path / "one", tmp_path / "two"), today=TODAY)
    assert found.records == 10
    assert "counted once" in "".join(each.failed for each in found.inputs)


def test_many_threads_and_one_find_the_same(estate: Path, tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    for number in range(6):
        logs.write(flows / f"log{number}", number * 20, 20, port=443 if number % 2 else 25)
    results = [audit(estate, replace(wanted(flows, keep=False), threads=number), today=TODAY) for number in (1, 3)]
    assert results[0] == results[1]
    assert results[0].exit_code == 1


KILLED = """
import sys
from datetime import date
from functools import partial
from pathlib import Path
from isthmus.sources.flows import Asked
from isthmus.workflows.audit import Wanted, audit
wanted = Wanted((Path(sys.argv[2]),), Asked(exporter="router"), {"router": "border"}, threads=2)
print("begun", flush=True)
audit(Path(sys.argv[1]), wanted, today=date(2026, 11, 24))
print("done", flush=True)
"""


def test_killed_at_any_moment(estate: Path, tmp_path: Path) -> None:
    """A program that is killed with -9, again and again, leaves what one that is not killed finds."""
    flows = tmp_path / "flows"
    flows.mkdir()
    for number in range(40):
        logs.write(flows / f"log{number:02}", number * 500, 500, port=443 if number % 3 else 25)
    whole = audit(estate, wanted(flows, keep=False), today=TODAY)
    kills = 0
    for attempt in range(12):
        running = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(estate), str(flows)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert running.stdout is not None
        with running:
            assert running.stdout.readline() == "begun\n"
            time.sleep(0.05 + 0.15 * attempt)
            running.send_signal(signal.SIGKILL)
            kills += running.stdout.readline() != "done\n"
            running.wait()
        kept = [each for each in Observations.beside(estate).root.glob("*/*") if "partial" not in each.name]
        if len(kept) == 40 and kills >= 3:
            break
    assert kills >= 3
    found = audit(estate, wanted(flows), today=TODAY)
    assert content(found) == content(whole)
    assert found.records == 20_000
    assert not list(Observations.beside(estate).root.rglob(".partial-*"))
    assert len([each for each in Observations.beside(estate).root.iterdir() if each.is_dir()]) == 1
    store = Observations.beside(estate)
    assert sum(read.records for _, read in store.results(found.policy)) == 20_000


def test_a_result_that_is_damaged_is_made_again(estate: Path, tmp_path: Path) -> None:
    logs.write(tmp_path / "log", 0, 10)
    first = audit(estate, wanted(tmp_path / "log"), today=TODAY)
    part = next(each for each in Observations.beside(estate).root.glob("*/*/cells.parquet"))
    part.write_bytes(b"PAR1")
    assert audit(estate, wanted(tmp_path / "log"), today=TODAY) == first
    listed = Observations.beside(estate).root / "inputs.json"
    listed.write_text('{"version": 1, "inputs": {"x": {}}}')
    assert audit(estate, wanted(tmp_path / "log"), today=TODAY) == first


def test_two_audits_do_not_write_at_once(estate: Path, tmp_path: Path) -> None:
    logs.write(tmp_path / "log", 0, 10)
    with Observations.beside(estate).writing(), pytest.raises(Refused, match="another audit writes"):
        audit(estate, wanted(tmp_path / "log"), today=TODAY)


def test_following_a_folder(estate: Path, tmp_path: Path) -> None:
    flows, stop = tmp_path / "flows", Event()
    found: list[int] = []
    flows.mkdir()
    logs.write(flows / "nfcapd.current.1", 0, 10)
    logs.write(flows / "log0", 0, 10)

    def run() -> None:
        every = follow(estate, wanted(flows), clock=lambda: TODAY, every=0.05, stop=stop)
        found.extend(each.records for each in every)

    thread = Thread(target=run)
    thread.start()
    try:
        for number, so_far in ((1, 10), (2, 20)):
            _until(partial(_ends_with, found, so_far))
            logs.write(flows / f".log{number}", number * 10, 10)
            (flows / f".log{number}").rename(flows / f"log{number}")
        _until(partial(_ends_with, found, 30))
    finally:
        stop.set()
        thread.join()
    assert found == sorted(set(found))


def _ends_with(found: list[int], last: int) -> bool:
    return found[-1:] == [last]


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about in 30 seconds")


def test_what_cannot_be_read_is_told(estate: Path, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "half.gz").write_bytes(b"\x1f\x8b\x08\x00\x00")
    found = audit(estate, wanted(tmp_path / "noise", tmp_path / "empty", tmp_path / "half.gz"), today=TODAY)
    assert [bool(each.failed) for each in found.inputs] == [True, True, True]
    assert found.exit_code == 3
    with pytest.raises(Refused, match="there is no"):
        audit(estate, wanted(tmp_path / "nowhere"), today=TODAY)
    with pytest.raises(Refused, match="cannot stand in realm `moon`"):
        audit(estate, replace(wanted(tmp_path / "empty"), sides={"router": "moon"}), today=TODAY)


def test_progress_counts_everything(estate: Path, tmp_path: Path) -> None:
    logs.write(tmp_path / "log", 0, 100)
    progress = Progress()
    audit(estate, wanted(tmp_path / "log", keep=False), today=TODAY, progress=progress)
    assert (progress.records, progress.files, progress.of_files) == (100, 1, 1)
    assert progress.octets == progress.of_octets == (tmp_path / "log").stat().st_size


def test_check_takes_observations_as_evidence(estate: Path, tmp_path: Path) -> None:
    before = check(estate, today=TODAY).judgement
    logs.write(tmp_path / "log", 0, 10)
    logs.write(tmp_path / "other", 10, 5, service="10.64.0.10", port=3306)
    audit(estate, wanted(tmp_path / "log", tmp_path / "other"), today=TODAY)
    after = check(estate, today=TODAY).judgement
    assert before is not None
    assert after is not None

    def told(judgement: Judgement, crossing: str, code: str) -> dict[str, str]:
        judged = next(each for each in judgement.crossings if each.crossing.id == crossing)
        requirement = next(each for each in judged.requirements if each.requirement.code == code)
        return {each.kind.value: each.answer.finding.value for each in requirement.evidence if not each.absent}

    assert told(before, "vms-to-text", "XR202") == {"declared": "met"}
    assert told(after, "vms-to-text", "XR202") == {"declared": "met", "observed": "met"}
    assert told(after, "vms-to-database", "XR102") == {"declared": "met"}
    whole = {each.requirement.code: each.finding.value for each in after.requirements}
    assert whole["XR003"] == "not met"
    codes = {each.code for each in after.findings}
    assert {"OBS101", "OBS102"} <= codes
    text = (estate / "estate.yaml").read_text()
    (estate / "estate.yaml").write_text(text.replace("port: 873", "port: 874"))
    stale = check(estate, today=TODAY).judgement
    assert stale is not None
    assert {each.code for each in stale.findings} & {"OBS101", "OBS102", "OBS104"} == {"OBS104"}


def test_results_are_parquet_that_others_can_read(estate: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    logs.write(tmp_path / "log", 0, 10)
    audit(estate, wanted(tmp_path / "log"), today=TODAY)
    pattern = str(estate / "observations" / "*" / "*" / "cells.parquet")
    asked = duckdb.execute("select sum(records) from read_parquet(?)", [pattern])
    assert asked.fetchall() == [(10,)]
    part = next((estate / "observations").glob("*/*/input.json"))
    assert json.loads(part.read_text())["records"] == 10
