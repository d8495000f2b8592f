"""Detached SSH signatures, made and checked by OpenSSH's own ``ssh-keygen -Y``: no key is handled here.

What is signed is a file; its signature lies beside it as ``FILE.sig``. Who may sign as whom stands in an
``allowed_signers`` file (ssh-keygen(1), section ALLOWED SIGNERS), with validity dates and namespaces; keys that
were withdrawn stand in ``revoked_keys`` beside it (public keys or a key revocation list).
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

NAMESPACE = "isthmus"
SIGNERS = "allowed_signers"
REVOKED = "revoked_keys"
_SECONDS = 120
"""A person may have to touch a hardware key."""


class Trouble(StrEnum):
    """Why a signature does not count."""

    NO_PROGRAM = "no program"
    NO_SIGNERS = "no signers"
    BAD_SIGNERS = "bad signers"
    NOT_A_SIGNATURE = "not a signature"
    NO_SIGNATURE = "no signature"
    WRONG_NAMESPACE = "wrong namespace"
    NOT_ALLOWED = "not allowed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DOES_NOT_MATCH = "does not match"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A signature that does not count, and why, in a sentence."""

    trouble: Trouble
    because: str


@dataclass(frozen=True, slots=True)
class Signers:
    """The folder that says who may sign: ``allowed_signers`` and, perhaps, ``revoked_keys``."""

    folder: Path

    @property
    def allowed(self) -> Path:
        """Who may sign as whom."""
        return self.folder / SIGNERS

    @property
    def revoked(self) -> Path:
        """Keys that count no longer."""
        return self.folder / REVOKED


def sign(file: Path, key: Path) -> Refusal | None:
    """Sign ``file`` with ``key`` (a private key, or a public key whose private half an agent or token holds).

    Writes ``FILE.sig``. Returns what went wrong, in ssh-keygen's words; None where nothing did.
    """
    if shutil.which("ssh-keygen") is None:
        return _no_program()
    signature = file.with_name(file.name + ".sig")
    signature.unlink(missing_ok=True)
    done = _keygen("-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(file), stdin=None)
    if done.returncode != 0 or not signature.is_file():
        return Refusal(Trouble.NO_SIGNATURE, f"`{key}` did not sign: {_last_line(done)}")
    return None


def verify(file: Path, principal: str, signers: Signers, on: date) -> Refusal | None:
    """Whether the signature beside ``file`` is ``principal``'s, by a key that was valid ``on`` that day.

    Returns why the signature does not count; None where it does.
    """
    signature = file.with_name(file.name + ".sig")
    for trouble in (_missing(file, signature, signers), _garbage(signature), _unreadable(signers)):
        if trouble is not None:
            return trouble
    words = ["-Y", "verify", "-f", str(signers.allowed), "-I", principal, "-n", NAMESPACE, "-s", str(signature)]
    words += ["-O", f"verify-time={on:%Y%m%d}120000Z"]
    done = _keygen(*words, stdin=file)
    if done.returncode != 0:
        return _explained(done, principal, signers, signature, on)
    if signers.revoked.is_file() and _keygen(*words, "-r", str(signers.revoked), stdin=file).returncode != 0:
        return Refusal(Trouble.REVOKED, f"the key of `{principal}` was revoked (`{signers.revoked}`)")
    return None


def _missing(file: Path, signature: Path, signers: Signers) -> Refusal | None:
    if shutil.which("ssh-keygen") is None:
        return _no_program()
    if not signers.allowed.is_file():
        return Refusal(Trouble.NO_SIGNERS, f"there is no `{signers.allowed}`, so nobody may sign")
    if not signature.is_file():
        return Refusal(Trouble.NO_SIGNATURE, f"`{signature.name}` is missing beside `{file.name}`")
    return None


def _no_program() -> Refusal:
    return Refusal(Trouble.NO_PROGRAM, "`ssh-keygen` is not installed (Debian package openssh-client)")


def _garbage(signature: Path) -> Refusal | None:
    """Whether the file beside the statement is a signature at all."""
    try:
        text = signature.read_bytes()[:64_000].decode("ascii").strip()
    except (UnicodeDecodeError, OSError):
        text = ""
    if not text.startswith("-----BEGIN SSH SIGNATURE-----"):
        return Refusal(Trouble.NOT_A_SIGNATURE, f"`{signature.name}` is not an SSH signature")
    if not text.endswith("-----END SSH SIGNATURE-----"):
        return Refusal(Trouble.NOT_A_SIGNATURE, f"`{signature.name}` is cut off")
    return None


def _unreadable(signers: Signers) -> Refusal | None:
    """Whether every line of the signers' file can be read: a garbled one would silently allow nobody."""
    try:
        lines = signers.allowed.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, OSError):
        return Refusal(Trouble.BAD_SIGNERS, f"`{signers.allowed}` cannot be read")
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#") and not _KEY.search(line):
            return Refusal(Trouble.BAD_SIGNERS, f"`{signers.allowed}` line {number} names no key")
    return None


_KEY = re.compile(r"\s(?:sk-)?(?:ssh-|ecdsa-)[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]{20,}")


def _explained(
    done: subprocess.CompletedProcess[str], principal: str, signers: Signers, signature: Path, on: date
) -> Refusal:
    """Why ssh-keygen refused, told from its words and from the files."""
    said = (done.stderr + done.stdout).lower()
    if "namespace does not match" in said:
        return Refusal(Trouble.WRONG_NAMESPACE, f"`{signature.name}` was made for another purpose than `{NAMESPACE}`")
    if "not permitted for use in signature namespace" in said:
        return Refusal(Trouble.WRONG_NAMESPACE, f"`{signers.allowed}` lets `{principal}` sign for other purposes only")
    if "expired" in said or "not yet valid" in said:
        return Refusal(Trouble.EXPIRED, f"the key of `{principal}` was not valid on {on}")
    if "incorrect signature" in said:
        return Refusal(Trouble.DOES_NOT_MATCH, f"`{signature.name}` is of other content")
    if "invalid format" in said or "parse signature" in said:
        return Refusal(Trouble.NOT_A_SIGNATURE, f"`{signature.name}` is damaged")
    return Refusal(Trouble.NOT_ALLOWED, f"`{signers.allowed}` does not let this key sign as `{principal}`")


def _keygen(*words: str, stdin: Path | None) -> subprocess.CompletedProcess[str]:
    """Run ssh-keygen without a shell; ``stdin`` is the file that it reads, None leaves it the terminal."""
    if stdin is None:
        return subprocess.run(["ssh-keygen", *words], capture_output=True, text=True, timeout=_SECONDS, check=False)
    with stdin.open("rb") as content:
        return subprocess.run(
            ["ssh-keygen", *words], stdin=content, capture_output=True, text=True, timeout=_SECONDS, check=False
        )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1].strip().rstrip(".").lower() if lines else f"exit code {done.returncode}"
