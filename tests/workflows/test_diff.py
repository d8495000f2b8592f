"""Two estates, two revisions, two editions: what changes, and why."""

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from isthmus.decide import Comparison
from isthmus.report.comparison import document, markdown, text
from isthmus.workflows.diff import diff
from isthmus.workflows.refusal import Refused
from tests.conftest import ROOT

DAY = date(2026, 11, 23)
EXAMPLES = ROOT / "examples"
EDITION = ROOT / "src/isthmus/guidelines/editions/wikimedia/edition.toml"


def compared(old: Path | str, new: Path | str, estate: Path = EXAMPLES / "eqiad1") -> Comparison:
    return diff(str(old), str(new), estate=estate, today=DAY)


def test_the_story_of_toolsdb() -> None:
    told = text(compared(EXAMPLES / "toolsdb-before", EXAMPLES / "toolsdb-after"))
    assert "toolsdb: does not conform (case 1) → conforms (case 1)" in told
    assert "entries.services.toolsdb.hosts: labsdb-hardware → tools-db" in told
    assert "XR101 runs-in-cloud: not met → met" in told
    assert "1 crossing differs, 0 for the worse" in told


def test_the_way_back_is_for_the_worse() -> None:
    back = compared(EXAMPLES / "toolsdb-after", EXAMPLES / "toolsdb-before")
    assert back.is_graver
    assert "1 crossing differs, 1 for the worse" in markdown(back)


def test_nothing_changed_is_said() -> None:
    same = compared(EXAMPLES / "eqiad1", EXAMPLES / "eqiad1")
    assert not same.differs
    assert text(same) == "no crossing changes, and no finding\n"


def changed_edition(folder: Path, *changes: tuple[str, str]) -> Path:
    edition = EDITION.read_text()
    for old, new in changes:
        assert old in edition
        edition = edition.replace(old, new, 1)
    path = folder / "next.toml"
    path.write_text(edition)
    return path


def test_an_edition_that_asks_for_more_says_whom_it_hits(tmp_path: Path) -> None:
    """If the load balancer were a must, both dumps services would no longer conform."""
    stricter = changed_edition(
        tmp_path, ('level     = "should"\njudged_by = ["declared", "configured"]\ncheck     = "behind_load_balancer"',
                   'level     = "must"\njudged_by = ["declared", "configured"]\ncheck     = "behind_load_balancer"')
    )  # fmt: skip
    found = compared("wikimedia", stricter)
    assert [str(each) for each in found.edition] == ["cases.2.requirements.XR205.level: should → must"]
    assert {each.id for each in found.crossings if each.is_graver} == {"dumps", "dumps-nfs"}


def test_wording_of_an_edition_changes_nothing(tmp_path: Path) -> None:
    reworded = changed_edition(
        tmp_path, ('The production service uses a public IPv4 address."\nquote', 'It has a public address."\nquote')
    )
    assert not compared("wikimedia", reworded).differs


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, timeout=60)


def test_a_revision_is_compared_with_the_work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = tmp_path / "estate"
    estate.mkdir()
    for file in (EXAMPLES / "minimal").glob("*.yaml"):
        (estate / file.name).write_text(file.read_text())
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    services = estate / "services.yaml"
    services.write_text(services.read_text().replace("port: 443", "port: 8443"))
    monkeypatch.chdir(tmp_path)
    found = compared("main:estate", "estate")
    assert [str(each) for each in found.crossings[0].fields] == [
        "entries.services.mirror.endpoints.https.port: 443 → 8443"
    ]
    assert json.loads(document(found))["crossings"][0]["id"] == "mirror"


@pytest.mark.parametrize("name", ["nobranch:estate", "--output=x:y", ":estate", "no-such-folder"])
def test_a_side_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"no revision|cannot be used"):
        compared(name, EXAMPLES / "minimal")
