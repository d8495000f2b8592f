"""`isthmus import`, from the folder that is read to the one that is written."""

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from isthmus.cli.import_estate import EXAMPLES, import_command
from isthmus.workflows.import_estate import import_estate
from isthmus.workflows.load import load
from isthmus.workflows.refusal import Refused
from tests.sources.wikimedia.workshop import DATA

app = Typer()
app.command("import", epilog=EXAMPLES)(import_command)


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_is_written_is_an_estate_that_the_shipped_edition_can_judge(tmp_path: Path) -> None:
    summary = import_estate([DATA], tmp_path / "estate")
    loaded = load(tmp_path / "estate")

    assert loaded.errors == ()
    assert loaded.estate is not None
    assert summary.entries["networks"] == len(loaded.estate.networks)
    assert summary.written == (
        *sorted(set(summary.written) - {"import.json"}, key=summary.written.index),
        "import.json",
    )


def test_the_record_lists_whatever_was_left_out(tmp_path: Path) -> None:
    summary = import_estate([DATA], tmp_path)
    record = json.loads((tmp_path / "import.json").read_text())

    assert record["not_looked_at"] == list(summary.not_looked_at)
    for kind in ("unresolved", "refused"):
        assert len(record[kind]) == sum(each[kind] for each in record["importers"])
        assert all(each["where"].count(":") >= 2 and each["why"] for each in record[kind])
    for each in record["importers"]:
        assert each["read"] == each["imported"] + each["unresolved"] + each["refused"]


def test_a_part_of_the_tree_can_be_read_by_itself(tmp_path: Path) -> None:
    whole = import_estate([DATA], tmp_path / "whole")
    parts = import_estate([DATA / "puppet", DATA / "dns"], tmp_path / "parts")
    dns = import_estate([DATA / "dns"], tmp_path / "dns")

    assert parts.entries == whole.entries
    assert (dns.entries["names"], "networks" in dns.entries) == (6, False)
    assert load(tmp_path / "dns").errors == ()


def test_the_text_is_a_table_with_what_was_left_out(tmp_path: Path) -> None:
    text = run(DATA, "--out", tmp_path / "estate")

    assert "all records" in text
    assert "203.0.113.0/24: the data names no realm for this prefix" in text
    assert f"estate `wikimedia` in {tmp_path / 'estate'}: " in text
    assert "\x1b" not in text


def test_json_says_the_same(tmp_path: Path) -> None:
    summary = json.loads(run(DATA, "--out", tmp_path / "estate", "--format", "json"))

    assert summary["schema"] == 1
    assert summary["out"] == str(tmp_path / "estate")
    assert {each["importer"] for each in summary["importers"]} >= {"files", "subnets", "nat-exceptions", "zones"}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("nothing", "does not exist"),
        ("estate.txt", "is not a folder"),
        ("empty", "no importer knows any of the 1 files"),
    ],
)
def test_wrong_usage_writes_nothing(tmp_path: Path, source: str, problem: str) -> None:
    (tmp_path / "estate.txt").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/readme.txt").write_text("")
    with pytest.raises(Refused, match=problem):
        run(tmp_path / source, "--out", tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no format `yaml`"):
        run(DATA, "--out", tmp_path / "out", "--format", "yaml")


def test_a_folder_that_no_import_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(Refused, match="no import wrote it"):
        run(DATA, "--out", tmp_path)
