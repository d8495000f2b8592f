"""Writing the estate: in one step, and never over what somebody else wrote."""

import json
from pathlib import Path

import pytest

from isthmus.sources.wikimedia import RECORD, FolderTaken, check_folder, write_folder
from isthmus.sources.wikimedia import folder as module

TEXTS = {"estate.yaml": "estate: a\n", "names.yaml": "names: {}\n"}


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    out = tmp_path / "a/b"
    write_folder(out, TEXTS, {"schema": 1})

    assert sorted(path.name for path in out.iterdir()) == ["estate.yaml", RECORD, "names.yaml"]
    assert (out / "names.yaml").read_text() == TEXTS["names.yaml"]
    assert list(json.loads((out / RECORD).read_text())["written"]) == ["estate.yaml", "names.yaml"]


def test_the_same_import_writes_the_same_bytes(tmp_path: Path) -> None:
    write_folder(tmp_path, TEXTS, {"schema": 1})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_folder(tmp_path, TEXTS, {"schema": 1})

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_somebodys_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("mine")
    with pytest.raises(FolderTaken, match=f"no import wrote it: it has no `{RECORD}`"):
        write_folder(tmp_path, TEXTS, {})

    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_of_ours_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    write_folder(tmp_path, TEXTS, {})
    (tmp_path / "names.yaml").write_text("names: {mine: {}}\n")
    with pytest.raises(FolderTaken, match="was changed since it was imported") as problem:
        write_folder(tmp_path, TEXTS, {})

    assert "move the changes" in problem.value.help
    assert "mine" in (tmp_path / "names.yaml").read_text()


def test_somebodys_file_beside_ours_stays_and_is_never_replaced(tmp_path: Path) -> None:
    write_folder(tmp_path, TEXTS, {})
    (tmp_path / "crossings.yaml").write_text("mine")
    write_folder(tmp_path, {"estate.yaml": "estate: b\n"}, {})

    assert sorted(path.name for path in tmp_path.iterdir()) == ["crossings.yaml", "estate.yaml", RECORD]
    with pytest.raises(FolderTaken, match="was not written by an import"):
        write_folder(tmp_path, {"crossings.yaml": "ours"}, {})


def test_an_import_that_was_interrupted_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, TEXTS, {})
    replace = module._replace

    def fail_at_names(path: Path, content: bytes) -> None:
        if path.name == "names.yaml":
            raise OSError("the disk is full")
        replace(path, content)

    changed = {name: text.upper() for name, text in TEXTS.items()}
    monkeypatch.setattr(module, "_replace", fail_at_names)
    with pytest.raises(OSError, match="full"):
        write_folder(tmp_path, changed, {})
    assert (tmp_path / "estate.yaml").read_text() == changed["estate.yaml"], "half of it was written"

    monkeypatch.undo()
    write_folder(tmp_path, changed, {})
    assert (tmp_path / "names.yaml").read_text() == changed["names.yaml"]


@pytest.mark.parametrize("record", ["", "{}", '{"written": 1}', '{"written": {"a": 1}}', "\x00"])
def test_a_record_that_is_not_ours_is_not_believed(tmp_path: Path, record: str) -> None:
    (tmp_path / RECORD).write_text(record)

    with pytest.raises(FolderTaken, match="cannot be understood"):
        check_folder(tmp_path)


def test_a_record_cannot_point_out_of_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, TEXTS, {})
    (tmp_path / "precious").write_text("keep")
    record = json.loads((out / RECORD).read_text())
    record["written"]["../precious"] = ["x"]
    (out / RECORD).write_text(json.dumps(record))
    write_folder(out, TEXTS, {})

    assert (tmp_path / "precious").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")

    with pytest.raises(FolderTaken, match="is not a folder"):
        check_folder(tmp_path / "out")
