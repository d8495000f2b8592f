"""The snippets for reviewers parse, and their commands run in the environments that their systems set."""

import configparser
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import which
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from ruamel.yaml import YAML

from tests.agreements.world import World, git, needs_ssh, run
from tests.conftest import ROOT

pytestmark = needs_ssh
FOLDER = ROOT / "docs" / "reviewing"
REAL_DAY = datetime.now(UTC).date()
"""CI asks for no other."""
ENVIRONMENT = {
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
}


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


def shell(script: str, cwd: Path, env: dict[str, str], *, options: str = "-e") -> subprocess.CompletedProcess[str]:
    """Run a script as a CI system does: in a shell that ends at the first failure, in its environment alone."""
    return subprocess.run(
        ["bash", options, "-c", script], cwd=cwd, env=ENVIRONMENT | env, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> World:
    """A clone whose branch proposes a crossing that is agreed, on a target branch where it is not."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    world = World(origin / "estate")
    world.both_sign("edition", REAL_DAY)
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "target")
    git(tmp_path, "clone", "-q", str(origin), "clone")
    world.root = tmp_path / "clone" / "estate"
    git(tmp_path / "clone", "switch", "-qc", "proposal")
    world.both_sign(on=REAL_DAY)
    git(world.root, "add", ".")
    git(world.root, "commit", "-qm", "both sign")
    return world


def spoil(world: World) -> None:
    """Change the port after signing."""
    world.edit("services.yaml", "port: 443", "port: 22")
    git(world.root, "commit", "-qam", "tidy up")


# ---- GitLab ----

GITLAB = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_PROJECT_ID": "42",
}


def gitlab(world: World, **more: str) -> subprocess.CompletedProcess[str]:
    job = yaml(FOLDER / "gitlab-ci.yml")["isthmus"]
    return shell("\n".join(job["script"]), world.root.parent, GITLAB | job["variables"] | more)


def test_gitlab(checkout: World) -> None:
    done = gitlab(checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    review = (checkout.root.parent / "isthmus-review" / "review.md").read_text()
    assert "XR002 both-owners-agree: unknown → met" in review
    spoil(checkout)
    done = gitlab(checkout)
    assert done.returncode == 1
    review = (checkout.root.parent / "isthmus-review" / "review.md").read_text()
    assert "entries.services.mirror.endpoints.https.port: 443 → 22" in review


def test_gitlab_fails_where_the_estate_cannot_be_read(checkout: World) -> None:
    checkout.edit("estate.yaml", "estate: minimal", "estate: [")
    done = gitlab(checkout)
    assert done.returncode != 0
    assert "cannot be used" in done.stderr


class Notes(BaseHTTPRequestHandler):
    """Takes comments as GitLab's API does."""

    taken: ClassVar[list[tuple[str, str | None, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.taken.append((self.path, self.headers["PRIVATE-TOKEN"], parse_qs(body)["body"][0]))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    """An API on loopback."""
    Notes.taken.clear()
    server = HTTPServer(("127.0.0.1", 0), Notes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v4"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(which("curl") is None, reason="curl is not installed")
def test_gitlab_posts_the_review_with_its_token(checkout: World, api: str) -> None:
    done = gitlab(checkout, **{"ISTHMUS_TOKEN": "glpat-s3cret", "CI_API_V4_URL": api})
    assert done.returncode == 0, done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    [(path, token, body)] = Notes.taken
    assert (path, token) == ("/api/v4/projects/42/merge_requests/7/notes", "glpat-s3cret")
    assert "XR002 both-owners-agree: unknown → met" in body


@pytest.mark.parametrize("file", sorted(each.name for each in FOLDER.iterdir() if each.suffix in (".yml", ".ini")))
def test_no_secret_is_an_argument(file: str) -> None:
    """A token reaches `printf` only, which the shell itself runs."""
    for line in (FOLDER / file).read_text().splitlines():
        if re.search(r"TOKEN|SECRET|PASSWORD", line) and not line.lstrip().startswith("#"):
            assert re.match(r"\s*(if test -n |printf )", line), line


# ---- GitHub ----


def test_github(checkout: World, tmp_path: Path) -> None:
    workflow = yaml(FOLDER / "github-actions.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["on"] == "pull_request"
    job = workflow["jobs"]["isthmus"]
    [script] = [step["run"] for step in job["steps"] if step.get("name") == "Judge the estate"]
    assert "${{" not in script  # text of others would become part of the script
    summary = tmp_path / "summary"
    env = job["env"] | {"GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(summary)}
    done = shell(script, checkout.root.parent, env)
    assert done.returncode == 0, done.stderr
    assert "XR002 both-owners-agree: unknown → met" in summary.read_text()
    spoil(checkout)
    assert shell(script, checkout.root.parent, env).returncode == 3
    assert "port: 443 → 22" in summary.read_text()
    assert shell(script, checkout.root.parent, env | {"GITHUB_BASE_REF": "gone"}).returncode != 0


# ---- Gerrit: tox, as Zuul runs it ----


def tox(world: World, **given: str) -> subprocess.CompletedProcess[str]:
    """What tox does with the file: substitutions, a clean environment, commands without a shell."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(FOLDER / "tox.ini")
    section = parser["testenv:isthmus"]
    passed = {name: given[name] for name in section["pass_env"].split() if name in given}
    here = world.root.parent

    def filled(text: str) -> str:
        text = text.replace("{toxinidir}", str(here))
        return re.sub(r"\{env:(\w+):([^{}]*)\}", lambda found: passed.get(found[1], found[2]), text)

    settings = (line.split(" = ", 1) for line in filled(section["set_env"]).strip().splitlines())
    env = ENVIRONMENT | passed | dict(settings)
    done = subprocess.CompletedProcess([], 0, "", "")
    for line in filled(section["commands"]).strip().splitlines():
        words = shlex.split(line)
        assert words[0] in section["allowlist_externals"].split()
        done = subprocess.run(words, cwd=here, env=env, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            break
    return done


def test_gerrit(checkout: World, tmp_path: Path) -> None:
    logs = tmp_path / "the logs"
    zuul = {"ZUUL_BRANCH": "main", "ZUUL_PIPELINE": "test", "LOG_DIR": str(logs)}
    done = tox(checkout, **zuul)
    assert done.returncode == 0, done.stderr
    assert "XR002 both-owners-agree: unknown → met" in (logs / "isthmus-diff.md").read_text()
    spoil(checkout)
    assert tox(checkout, **zuul).returncode == 3
    assert "port: 443 → 22" in (logs / "isthmus-diff.md").read_text()
    assert "mirror" in (logs / "isthmus-check.md").read_text()
    tox(checkout, ISTHMUS_BASE="origin/main")
    assert "port: 443 → 22" in (checkout.root.parent / "log" / "isthmus-diff.md").read_text()


# ---- pre-commit ----


def hook(cwd: Path) -> subprocess.CompletedProcess[str]:
    """The hook as pre-commit runs it: the entry's words and the arguments, without a shell."""
    [known] = yaml(ROOT / ".pre-commit-hooks.yaml")
    [used] = yaml(FOLDER / "pre-commit-config.yaml")["repos"][0]["hooks"]
    assert known["id"] == used["id"] == "isthmus-check"
    assert known["pass_filenames"] is False
    words = [*shlex.split(known["entry"]), *used["args"]]
    return subprocess.run(words, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)


def test_pre_commit(checkout: World) -> None:
    here = checkout.root.parent
    assert hook(here).returncode == 0
    spoil(checkout)
    done = hook(here)
    assert done.returncode == 0  # to be signed anew
    assert "AGR001" in done.stdout
    checkout.edit("crossings.yaml", "[198.51.100.1/32]", "[10.20.0.0/16]")
    assert hook(here).returncode == 1
    checkout.edit("crossings.yaml", "service: mirror", "service: mirorr")
    assert hook(here).returncode == 1


@pytest.mark.parametrize(
    ("path", "matters"),
    [("estate/a.yaml", True), ("edition.toml", True), ("estate/owners/allowed_signers", True),
     ("estate/agreements/crossing/a/b.json.sig", True), ("README.md", False), ("not_allowed_signers", False)],
)  # fmt: skip
def test_pre_commit_runs_for_files_of_an_estate(path: str, matters: bool) -> None:
    [known] = yaml(ROOT / ".pre-commit-hooks.yaml")
    assert bool(re.search(known["files"], path)) is matters


# ---- the worked example ----

BLOCK = re.compile(r"(?<=make accept` renews it -->\n```\n)(.*?)(?=```\n)", re.DOTALL)


def test_the_worked_example_prints_what_the_page_shows() -> None:
    printed = run(str(FOLDER / "worked-example.sh"), env=ENVIRONMENT).lstrip("\n")
    page = ROOT / "docs" / "agreements.md"
    if os.environ.get("ISTHMUS_ACCEPT"):
        page.write_text(BLOCK.sub(lambda _: printed, page.read_text()))
    shown = BLOCK.search(page.read_text())
    assert shown is not None
    assert shown[0] == printed
