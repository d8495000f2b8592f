"""`isthmus trace` as its users meet it: exit codes, formats, files, mistakes."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree

import pytest
from typer import Context

from isthmus.cli.app import run
from isthmus.cli.trace import _ends, _formats
from tests.cli.test_commands import isthmus
from tests.conftest import ROOT

FLOW = ("examples/eqiad1", "172.16.5.10", "208.80.154.142", "2049/tcp")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the checkout's folder; what the program switches off for itself is switched on again."""
    monkeypatch.chdir(ROOT)
    yield
    gc.enable()


EXITS = [
    (FLOW, 0),
    (("examples/eqiad1", "172.16.5.10", "10.64.48.98", "22/tcp"), 1),
    (("examples/eqiad1", "172.16.5.10", "208.80.154.142", "tcp"), 2),
    (("examples/minimal", "172.16.5.10", "208.80.154.142", "2049/tcp"), 2),
    (("examples/eqiad1", "172.16.5.10"), 2),
    (("no-such-folder", "172.16.5.10", "208.80.154.142", "2049/tcp"), 2),
    ((*FLOW, "--format", "sarif"), 2),
    (("--help",), 0),
]


@pytest.mark.parametrize(("words", "code"), EXITS, ids=lambda each: " ".join(each) if isinstance(each, tuple) else "")
def test_exit_code(words: tuple[str, ...], code: int) -> None:
    assert run(["trace", *words]) == code


MISTAKES = [
    (("172.16.5.10",), "and not 1", "[ESTATE] SRC DST PORT/PROTO"),
    ((*FLOW, "--format", "svgg"), "no format `svgg`", "did you mean `svg`?"),
    (("examples/eqiad1", "contint1003", "dumps", "80/tcp"), "`contint1003` is neither", "did you mean `contint1002`?"),
    (("examples/minimal", "192.0.2.1", "192.0.2.2", "80/tcp"), "has no snapshot", "snapshot/DEVICE"),
    ((*FLOW, "--output", "no/such/folder/x.svg"), "cannot write `no/such/folder/x.svg`", ""),
]


@pytest.mark.parametrize(
    ("words", "message", "help_"), MISTAKES, ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_mistakes(words: tuple[str, ...], message: str, help_: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err.replace("\n", " ")
    assert help_ in err


def test_results_go_to_standard_output_and_talk_does_not() -> None:
    done = isthmus("trace", *FLOW)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tcp 172.16.5.10:50000 → 208.80.154.142:2049\n")
    assert done.out.endswith("gets through, there and back (exit code 0)\n")


def test_the_ending_of_the_file_tells_the_format(tmp_path: Path) -> None:
    for name in ("way.svg", "way.json", "way.md", "way.txt"):
        assert run(["trace", *FLOW, "--output", str(tmp_path / name)]) == 0
    assert ElementTree.fromstring((tmp_path / "way.svg").read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314
    assert json.loads((tmp_path / "way.json").read_text(encoding="utf-8"))["outcome"] == "gets through"
    assert (tmp_path / "way.md").read_text(encoding="utf-8").startswith("<!-- isthmus trace -->")
    assert (tmp_path / "way.txt").read_text(encoding="utf-8").startswith("tcp ")


def test_a_format_that_is_told_counts(tmp_path: Path) -> None:
    assert run(["trace", *FLOW, "--output", str(tmp_path / "way.svg"), "--format", "json"]) == 0
    assert json.loads((tmp_path / "way.svg").read_text(encoding="utf-8"))["schema"] == 1


def test_a_source_port_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    run(["trace", *FLOW, "--source-port", "22"])
    assert capsys.readouterr().out.startswith("tcp 172.16.5.10:22 →")
    assert run(["trace", *FLOW, "--source-port", "70000"]) == 2


def test_completion_knows_the_estate() -> None:
    assert _formats("s") == ["svg"]
    typed = cast("Context", SimpleNamespace(args=["examples/eqiad1"], params={}))
    assert _ends(typed, "contint") == ["contint1002"]


def test_help_shows_examples() -> None:
    told = isthmus("trace", "--help").out
    assert "SRC DST PORT/PROTO" in told
    assert "isthmus trace examples/eqiad1 172.16.5.10 208.80.154.142 2049/tcp" in " ".join(
        told.replace("│", " ").split()
    )
