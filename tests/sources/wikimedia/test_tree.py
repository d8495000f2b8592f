"""Reading the disk: what is read, what is refused, what is only listed."""

import os
from pathlib import Path

import pytest

from isthmus.sources import files
from isthmus.sources.wikimedia import SourceMissing, Tree, read_tree
from tests.sources.wikimedia.workshop import told


def read(*sources: Path) -> Tree:
    return read_tree(sources, lambda path: path.endswith(".yaml"))


def test_files_are_read_in_order_and_the_others_are_listed(tmp_path: Path) -> None:
    for name in ("b/two.yaml", "b/one.yaml", "a.yaml", "note.txt", ".git/config.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found = read(tmp_path)

    assert [file.name for file in found.files] == ["a.yaml", "b/one.yaml", "b/two.yaml"]
    assert found.not_looked_at == ("note.txt",)


def test_with_several_sources_their_names_stand_in_front(tmp_path: Path) -> None:
    for name in ("puppet/a.yaml", "dns/a.yaml", "old/dns/a.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    names = [file.name for file in read(tmp_path / "puppet", tmp_path / "dns", tmp_path / "old/dns").files]
    assert names == ["puppet/a.yaml", "dns-2/a.yaml", "dns-3/a.yaml"]


def test_a_link_is_followed_inside_the_source_alone(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "real").mkdir(parents=True)
    (source / "real/a.yaml").write_text("a")
    (tmp_path / "secret.yaml").write_text("secret")
    (source / "inside.yaml").symlink_to(source / "real/a.yaml")
    (source / "outside.yaml").symlink_to(tmp_path / "secret.yaml")
    (source / "nowhere.yaml").symlink_to(source / "nothing")
    (source / "round.yaml").symlink_to(source / "round.yaml")
    (source / "linked").symlink_to(tmp_path)
    found = read(source)

    assert [file.name for file in found.files] == ["inside.yaml", "real/a.yaml"]
    assert told(list(found.refused)) == [
        "nowhere.yaml:1:1: SRC001 cannot read `nowhere.yaml`: there is no such file",
        "outside.yaml:1:1: the link leads out of the source",
        "round.yaml:1:1: the link leads nowhere",
    ]
    assert found.not_looked_at == ("linked",), "a linked folder is listed and not entered"


def test_files_that_cannot_be_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    (tmp_path / "large.yaml").write_text("x" * 11)
    (tmp_path / "latin.yaml").write_bytes(b"caf\xe9")
    os.mkfifo(tmp_path / "pipe.yaml")

    found = read(tmp_path)
    assert found.files == ()
    assert [each.where.file for each in found.refused] == ["large.yaml", "latin.yaml", "pipe.yaml"]


def test_a_source_must_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceMissing, match="does not exist"):
        read(tmp_path / "nothing")
    with pytest.raises(SourceMissing, match="is not a folder"):
        read(tmp_path / "file")
