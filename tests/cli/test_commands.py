"""The command line as its users meet it: exit codes, where results and talk go, and what mistakes are answered."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT


@dataclass
class Run:
    """What came of one command line."""

    code: int
    out: str
    err: str


def isthmus(*words: str, stdin: str = "") -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "isthmus", *words],
        cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout
    return Run(done.returncode, done.stdout, done.stderr)


# words, exit code
EXITS = [
    (["--version"], 0),
    (["--help"], 0),
    (["check", "examples/eqiad1"], 1),
    (["check", "examples/eqiad1", "--only", "toolsdb"], 0),
    (["check", "examples/eqiad1", "--only", "dumps"], 0),
    (["check", "examples/eqiad1", "--only", "dumps", "--evidence", "declared,attested,exercised"], 3),
    (["check", "examples/eqiad1", "--only", "dumps", "--evidence", "declared,attested"], 0),
    (["check", "examples/minimal"], 3),
    (["check", "examples/minimal", "--evidence", "declared"], 0),
    (["check", "no-such-folder"], 2),
    (["check", "examples/minimal", "--format", "tex"], 2),
    (["check", "examples/minimal", "--only", "miror"], 2),
    (["check", "examples/minimal", "--evidence", "declard"], 2),
    (["check", "examples/minimal", "--today", "yesterday"], 2),
    (["check", "--no-such-option"], 2),
    (["no-such-command"], 2),
    (["plan", "examples/toolsdb-before", "--rework", "toolsdb"], 0),
    (["plan", "examples/toolsdb-before", "--rework", "toolsbd"], 2),
    (["plan", "examples/toolsdb-before"], 2),
    (["explain", "XR202"], 0),
    (["explain", "est104"], 0),
    (["explain", "case-2"], 0),
    (["explain", "wikis", "examples/eqiad1"], 0),
    (["explain", "XR902"], 2),
    (["schema"], 0),
    (["schema", "report"], 0),
    (["schema", "edition"], 0),
    (["schema", "answers"], 0),
    (["schema", "estates"], 2),
    (["init", "examples"], 2),
]


@pytest.mark.parametrize(("words", "code"), EXITS, ids=lambda each: " ".join(each) if isinstance(each, list) else "")
def test_exit_code(words: list[str], code: int) -> None:
    assert isthmus(*words).code == code


# words, what standard error says and suggests
MISTAKES = [
    (["check", "examples/minimal", "--only", "miror"], "no crossing `miror`", "did you mean `mirror`?"),
    (["check", "examples/minimal", "--format", "jsn"], "no format `jsn`", "did you mean `json`?"),
    (["check", "examples/minimal", "--today", "2026-13-01"], "`2026-13-01` is not a day", "YYYY-MM-DD"),
    (["check", "examples/minimal", "--output", "no/such/folder/x"], "cannot write `no/such/folder/x`", ""),
    (["plan", "examples/toolsdb-before"], "no terminal to ask on", "--answers FILE"),
    (["explain", "XR20"], "nothing to explain under `XR20`", "did you mean `XR20"),
    (["schema", "estat"], "no schema `estat`", "did you mean `estate`?"),
    (["init", "examples"], "`examples` exists and is not an empty folder", "name a new folder"),
]


@pytest.mark.parametrize(("words", "problem", "help_"), MISTAKES, ids=lambda each: " ".join(each)[:40])
def test_mistakes_are_told_on_standard_error(words: list[str], problem: str, help_: str) -> None:
    run = isthmus(*words)
    assert problem in run.err
    assert help_ in run.err
    assert run.out == ""


def test_results_can_go_to_a_file(tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    run = isthmus("check", "examples/eqiad1", "--format", "json", "--output", str(output))
    assert (run.code, run.out) == (1, "")
    assert json.loads(output.read_text())["decision"] == "does not conform"


def test_text_has_no_escape_codes_away_from_a_terminal() -> None:
    assert "\x1b" not in isthmus("check", "examples/eqiad1").out


def test_init_makes_an_estate_that_checks_clean(tmp_path: Path) -> None:
    folder = tmp_path / "border"
    made = isthmus("init", str(folder))
    assert made.code == 0
    assert f"isthmus check {folder}" in made.err
    report = json.loads(isthmus("check", str(folder), "--format", "json").out)
    assert (report["estate"], report["findings"]) == ("border", [])
    assert isthmus("check", str(folder), "--evidence", "declared").code == 0
    assert isthmus("init", str(folder)).code == 2


def test_only_what_a_command_needs_is_imported() -> None:
    heavy = {"pydantic", "ruamel", "rich", "numpy", "typer", "dns"}
    program = (
        "import sys; from isthmus.cli import main\ntry: main(['--version'])\nexcept SystemExit: print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert heavy & set(done.stdout.split()) == set()


def test_checking_an_estate_without_a_snapshot_does_not_load_the_prover() -> None:
    program = (
        "import sys; from isthmus.cli import main\n"
        "try: main(['check', 'examples/dual-stack', '--format', 'json'])\n"
        "except SystemExit: sys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    unwanted = {"numpy", "dns", "oxidd", "isthmus.prove", "isthmus.formats", "typer.completion"}
    assert unwanted & set(done.stderr.split()) <= {"typer.completion"}


# what is typed, and what the shell offers
COMPLETIONS = [
    ("isthmus ch", "check"),
    ("isthmus check --format sa", "sarif"),
    ("isthmus check examples/eqiad1 --only wi", "wikis"),
    ("isthmus check --evidence declared,att", "declared,attested"),
    ("isthmus schema ed", "edition"),
]


@pytest.mark.parametrize(("typed", "offered"), COMPLETIONS)
def test_the_shell_completes(typed: str, offered: str) -> None:
    program = Path(sys.executable).with_name("isthmus")
    asked = {"_ISTHMUS_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = subprocess.run(
        [str(program)], cwd=ROOT, env=os.environ | asked, capture_output=True, text=True, timeout=60, check=False
    )
    assert offered in done.stdout.splitlines()
