"""A small estate in a git repository, with real keys: what the tests of agreements act upon."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from isthmus.decide import JudgedCrossing
from isthmus.evidence import Kind
from isthmus.report import Report
from isthmus.workflows.agree import Signed, agree
from isthmus.workflows.check import check
from tests.conftest import ROOT

TODAY = date(2026, 12, 1)
KINDS = (Kind.DECLARED, Kind.ATTESTED)
NETWORK, CLOUD = "network-team", "cloud-team"
STATED = """    attestations:
      - {requirement: XR204, by: A. Person, on: 2026-01-31, says: It serves the whole internet.}
"""

needs_ssh = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed (Debian package openssh-client)"
)


@cache
def key(name: str) -> Path:
    """A real key pair, made once for all tests of a process."""
    path = _keys() / name
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path))
    return path


@cache
def _keys() -> Path:
    return Path(mkdtemp(prefix="isthmus-test-keys-"))


def public(name: str) -> str:
    """The public half of a key: its kind and itself, without the comment."""
    return " ".join(Path(f"{key(name)}.pub").read_text().split()[:2])


def run(*words: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Run a program that must succeed, and return what it printed."""
    done = subprocess.run(
        words, cwd=cwd, env=os.environ | (env or {}), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def git(folder: Path, *words: str) -> str:
    """Run git as somebody, whatever this machine's configuration says."""
    somebody = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false")
    return run("git", *somebody, *words, cwd=folder)


def isthmus(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The program itself, as a user starts it; a traceback or an error of ours fails the test."""
    done = subprocess.run(
        [sys.executable, "-m", "isthmus", *map(str, words)], cwd=cwd, env=os.environ | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode != 4, done.stderr
    return done


@dataclass
class World:
    """An estate whose owners sign: ``ann`` for the network team, ``ben`` for the cloud team."""

    root: Path
    signers: list[str] = field(
        default_factory=lambda: [f"{NETWORK}/ann {public('ann')}", f"{CLOUD}/ben {public('ben')}"]
    )

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "examples" / "minimal", self.root)
        self.edit("crossings.yaml", "    state: proposed\n", f"    state: proposed\n{STATED}")
        self.allow(*self.signers)

    def allow(self, *lines: str) -> None:
        """Say who may sign."""
        (self.root / "owners").mkdir(exist_ok=True)
        (self.root / "owners" / "allowed_signers").write_text("".join(f"{line}\n" for line in lines))

    def revoke(self, text: str) -> None:
        (self.root / "owners" / "revoked_keys").write_text(text)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text."""
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def sign(self, who: str, owner: str, what: str = "mirror", on: date = TODAY, by: str | None = None) -> Signed:
        return agree(what, self.root, owner=owner, key=key(who), by=by, today=on)

    def both_sign(self, what: str = "mirror", on: date = TODAY) -> None:
        self.sign("ann", NETWORK, what, on)
        self.sign("ben", CLOUD, what, on)

    def statement(self, owner: str = NETWORK, subject: str = "crossing", id_: str = "mirror") -> Path:
        return self.root / "agreements" / subject / id_ / f"{owner}.json"

    def signature(self, owner: str = NETWORK, subject: str = "crossing", id_: str = "mirror") -> Path:
        path = self.statement(owner, subject, id_)
        return path.with_name(path.name + ".sig")

    def report(self, today: date = TODAY) -> Report:
        return check(self.root, today=today, kinds=KINDS)

    def judged(self, crossing: str = "mirror", today: date = TODAY) -> JudgedCrossing:
        judgement = self.report(today).judgement
        assert judgement is not None
        return next(each for each in judgement.crossings if each.crossing.id == crossing)

    def to_ask(self, crossing: str = "mirror", today: date = TODAY) -> tuple[str, ...]:
        return self.judged(crossing, today).owners_to_ask

    def because(self, code: str = "XR002", today: date = TODAY) -> str:
        """The finding of a requirement, and why."""
        judgement = self.report(today).judgement
        assert judgement is not None
        for each in (
            *judgement.requirements,
            *(one for it in judgement.crossings for one in it.requirements if it.crossing.id in ("mirror", "mirror2")),
        ):
            if each.requirement.code == code:
                return f"{each.finding.value}: {'; '.join(said.answer.because for said in each.evidence)}"
        raise AssertionError(code)

    def findings(self, today: date = TODAY) -> list[str]:
        judgement = self.report(today).judgement
        assert judgement is not None
        return [f"{each.code} {each.message}" for each in judgement.findings]
