"""`isthmus audit` as people and programs use it."""

import csv
import json
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

from isthmus.cli import audit as command
from isthmus.cli.app import run
from isthmus.report import audit as report
from tests.observe import lab, logs, synthetic


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    return Path(shutil.copytree(lab.ESTATE, tmp_path / "estate"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    good = [logs.line(number) for number in range(8)]
    bad = [logs.line(number, service="10.64.0.10", port=3306) for number in range(8, 11)]
    path.write_text("".join(good + bad) + "[1795457999.000000] [DESTROY] ipv4 2 tcp 6 src=172.16.0.10 dst=\n")
    return path


@pytest.fixture
def asked(estate: Path, log: Path) -> list[str]:
    return ["audit", str(estate), str(log), "--exporter", "router", "--side", "router=border"]


def test_text_names_what_is_wrong_and_drafts_a_declaration(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(asked) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("Flows of `lab-a`: flows were seen that should not be\n")
    assert "undeclared XR003 XR202" not in out  # the log's reply tuple shows a translated client
    assert "undeclared XR003: 172.16.0.10 (cloud) → 10.64.0.10 3306/tcp, case 2: 3 flows" in out
    assert "    |   observed-cloud-to-10-64-0-10-mysql:" in out
    assert "vms-to-text: 8 flows" in out
    assert "vms-to-idle: `router` saw something in 1 of 1 hours" in out


def test_json_has_everything(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*asked, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == report.SCHEMA
    assert found["verdicts"] == {"declared": 8, "undeclared": 3}
    [violation] = found["violations"]
    assert (violation["on"], violation["codes"], violation["flows"]) == ("3306/tcp", ["XR003"], 3)
    assert [each["exporter"] for each in violation["sightings"]] == ["router"]
    assert sum(cell["amount"]["records"] for cell in found["matrix"]) == 11
    assert {each["crossing"] for each in found["not_seen"]} >= {"vms-to-idle", "agent-ldap"}


def test_a_draft_can_be_added_to_the_estate(asked: list[str], estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run([*asked, "--format", "json", "--no-keep"])
    draft = json.loads(capsys.readouterr().out)["violations"][0]["draft"]
    (estate / "drafts.yaml").write_text(draft)
    assert run(["check", str(estate), "--format", "json"]) in (1, 3)
    crossings = {each["id"] for each in json.loads(capsys.readouterr().out)["crossings"]}
    assert "observed-cloud-to-10-64-0-10-mysql" in crossings


def test_csv_and_markdown(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*asked, "--format", "csv"]) == 1
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert [row["finding"] for row in rows][:2] == ["undeclared", "seen"]
    assert run([*asked, "--format", "markdown"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("# Flows of `lab-a`")
    assert "\n```yaml\nservices:\n" in out


def test_sql(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*asked, "--sql", 'select "on", flows, codes from violations', "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == [{"on": "3306/tcp", "flows": 3, "codes": ["XR003"]}]
    assert run([*asked, "--sql", "select verdict, sum(records) as n from matrix group by all order by all"]) == 1
    assert capsys.readouterr().out.split() == ["verdict", "n", "declared", "8", "undeclared", "3"]


@pytest.mark.parametrize(
    "question", ["select 1 +", "select * from 'estate.yaml'", "select * from read_text('/etc/hosts')"]
)
def test_sql_reaches_nothing_else(asked: list[str], question: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*asked, "--sql", question]) == 2
    assert "is not understood" in capsys.readouterr().err


def test_exit_codes(
    asked: list[str], estate: Path, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.write(log, 0, 5)
    assert run(asked) == 0
    (tmp_path / "noise").write_bytes(b"\0" * 100)
    assert run([*asked[:2], str(log), str(tmp_path / "noise"), *asked[3:]]) == 3
    assert run(["audit", str(estate)]) == 2
    assert run([*asked, "--side", "router"]) == 2
    assert run([*asked, "--format", "poetry"]) == 2
    assert run(["audit", str(estate), str(tmp_path / "nowhere")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_without_the_extra_a_sentence_says_so(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert run(asked) == 2
    assert capsys.readouterr().err == (
        "isthmus: this needs `pyarrow`, `numpy`, which is not installed\n"
        "  help: install the extra: `pip install 'isthmus[flows]'`\n"
    )


def test_the_estate_is_this_folder_if_none_is_named(
    estate: Path, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(estate)
    assert run(["audit", str(log), "--no-keep", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["estate"] == "lab-a"
    assert not (estate / "observations").exists()


def test_without_numba_the_same_is_found(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flows = tmp_path / "flows.parquet"
    made = synthetic.flows(1, synthetic.policy(1), rows=3000)
    parquet.write_table(pa.Table.from_batches([made]), flows)
    words = ["audit", str(estate), str(flows), "--side", "router-a=cloud", "--no-keep", "--format", "json"]
    code = run(words)
    found = capsys.readouterr().out
    assert json.loads(found)["records"] > 100
    program = "import sys; sys.modules['numba'] = None; from isthmus.cli import main; main(sys.argv[1:])"
    without = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert (without.returncode, without.stderr) == (code, "")
    assert without.stdout == found
