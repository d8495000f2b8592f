"""`isthmus generate`: the folder that it writes, and what it refuses to overwrite."""

import json
from pathlib import Path

import pytest

from isthmus.cli.app import run
from isthmus.sources.snapshot import FOLDER
from isthmus.workflows.generate import generated, write
from isthmus.workflows.generated_folder import MANIFEST, write_folder
from isthmus.workflows.refusal import Refused
from tests.generate.test_eqiad1 import EXAMPLE
from tests.prove.estates import TODAY

ABOUT = {"generator": "isthmus 0"}


def tree(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_it_writes_a_folder_for_each_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made"
    code = run(["generate", str(EXAMPLE), "--out", str(out), "--today", "2026-12-01", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    manifest = json.loads((out / MANIFEST).read_text())

    assert code == 1
    assert set(manifest["files"]) == set(tree(out)) - {MANIFEST} == set(told["files"])
    assert {each.name for each in (out / "devices").iterdir()} <= {each.name for each in (EXAMPLE / FOLDER).iterdir()}
    assert {each["code"] for each in told["left_out"]} == {"GEN002", "GEN005", "GEN007"}
    for path, content in tree(out).items():
        if not path.endswith(("ports.json", "rules.json")):
            assert manifest["digests"]["estate"] in content.decode(), path


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    report = generated(EXAMPLE, today=TODAY)
    write(report, tmp_path / "made", replace_edited=False)
    before = tree(tmp_path / "made")
    write(report, tmp_path / "made", replace_edited=False)

    assert tree(tmp_path / "made") == before
    assert [each.name for each in tmp_path.iterdir()] == ["made"]


def test_files_that_are_no_longer_needed_go(tmp_path: Path) -> None:
    write_folder(tmp_path / "made", {"a/b.txt": "one", "c.txt": "two"}, ABOUT, replace_edited=False)
    write_folder(tmp_path / "made", {"c.txt": "two"}, ABOUT, replace_edited=False)

    assert set(tree(tmp_path / "made")) == {"c.txt", MANIFEST}


@pytest.mark.parametrize("name", ["notes.txt", "a/other.txt", ".hidden"])
def test_a_stranger_is_never_overwritten(tmp_path: Path, name: str) -> None:
    out = tmp_path / "made"
    write_folder(out, {"a/b.txt": "one"}, ABOUT, replace_edited=False)
    (out / name).write_text("mine")
    before = tree(out)
    for told in (False, True):
        with pytest.raises(Refused, match="was not made by"):
            write_folder(out, {"a/b.txt": "two"}, ABOUT, replace_edited=told)

    assert tree(out) == before


def test_what_was_changed_by_hand_is_replaced_only_when_told(tmp_path: Path) -> None:
    out = tmp_path / "made"
    write_folder(out, {"a.txt": "one"}, ABOUT, replace_edited=False)
    (out / "a.txt").write_text("edited")
    with pytest.raises(Refused, match="was changed since"):
        write_folder(out, {"a.txt": "two"}, ABOUT, replace_edited=False)
    write_folder(out, {"a.txt": "two"}, ABOUT, replace_edited=True)

    assert (out / "a.txt").read_text() == "two"


def test_where_no_folder_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below", Path("/")):
        with pytest.raises(Refused):
            write_folder(out, {"a.txt": "one"}, ABOUT, replace_edited=True)

    assert tree(tmp_path) == {"file": b"mine"}


def test_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made").mkdir()
    monkeypatch.chdir(tmp_path / "made")
    write_folder(Path(), {"a.txt": "one"}, ABOUT, replace_edited=False)

    assert set(tree(tmp_path / "made")) == {"a.txt", MANIFEST}


@pytest.mark.parametrize("manifest", ["", "[]", '{"files": 3}', '{"generator": "other 1", "files": {"a.txt": "x"}}'])
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)
    (tmp_path / "a.txt").write_text("theirs")
    with pytest.raises(Refused):
        write_folder(tmp_path, {"a.txt": "ours"}, ABOUT, replace_edited=True)


def test_an_estate_without_a_snapshot_says_what_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["generate", str(EXAMPLE.parent / "wikis-excepted"), "--today", "2026-12-01"])
    told = capsys.readouterr().out

    assert code == 3
    assert "hiera/cloud-nat-egress-eqiad: cloudgw.yaml" in told
    assert "no gateway of the snapshot translates to `cloud-nat-egress-eqiad`" in told
    assert "no router of the snapshot leads from one realm to another" in told


def test_nothing_is_written_into_the_estate_itself(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text((EXAMPLE.parent / "wikis-excepted" / "estate.yaml").read_text())
    report = generated(tmp_path, today=TODAY)
    for out in (tmp_path, tmp_path / "made", tmp_path / "snapshot" / "made"):
        with pytest.raises(Refused, match="inside the estate"):
            write(report, out, replace_edited=True)

    assert [each.name for each in tmp_path.iterdir()] == ["estate.yaml"]
