"""Detached SSH signatures, made and checked by OpenSSH's own ``ssh-keygen -Y``: no key is handled here.

What is signed is a file; its signature lies beside it as ``FILE.sig``. Who may sign as whom stands in an
``allowed_signers`` file (ssh-keygen(1), section ALLOWED SIGNERS), with validity dates and namespaces; keys that
were withdrawn stand in ``revoked_keys`` beside it (public keys or a key revocation list). Days in these files, and
the day of a signature, are days in UTC.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from isthmus.sources.signers import REVOKED, SIGNERS, Signers, unreadable_line

NAMESPACE = "isthmus"
_TO_SIGN = 120
"""Seconds: a person may have to type a passphrase or touch a hardware key."""
_TO_VERIFY = 30
_MOST_BYTES = 64_000
"""Of a signature; one by the largest RSA key has about 3,000."""


class Trouble(StrEnum):
    """Why a signature does not count."""

    NO_PROGRAM = "no program"
    TOO_SLOW = "too slow"
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


_NO_PROGRAM = Refusal(Trouble.NO_PROGRAM, "`ssh-keygen` is not installed (Debian package openssh-client)")


@dataclass(frozen=True, slots=True)
class _Said:
    """What ssh-keygen said, and whether it agreed."""

    is_well: bool
    words: str

    @property
    def last_line(self) -> str:
        lines = self.words.strip().splitlines() or ["it gave no reason"]
        return lines[-1].strip().rstrip(".").lower()


def sign(file: Path, key: Path) -> Refusal | None:
    """Sign ``file`` with ``key`` (a private key, or a public key whose private half an agent or token holds).

    Writes ``FILE.sig``. Returns what went wrong, in ssh-keygen's words; None where nothing did.
    """
    signature = file.with_name(file.name + ".sig")
    signature.unlink(missing_ok=True)
    words = ("-Y", "sign", "-q", "-f", str(key.absolute()), "-n", NAMESPACE, str(file.absolute()))
    said = _keygen(*words, stdin=None, seconds=_TO_SIGN)
    if isinstance(said, Refusal):
        return said
    if not said.is_well or not signature.is_file():
        return Refusal(Trouble.NO_SIGNATURE, f"`{key}` did not sign: {said.last_line}")
    return None


def verify(file: Path, principal: str, signers: Signers, on: date) -> Refusal | None:
    """Whether the signature beside ``file`` is ``principal``'s, by a key that was valid ``on`` that day.

    Returns why the signature does not count; None where it does.
    """
    signature = file.with_name(file.name + ".sig")
    trouble = _about_signers(signers) or _about_signature(file, signature)
    if trouble is not None:
        return trouble
    words: tuple[str, ...] = ("-Y", "verify", "-f", str(signers.allowed.absolute()), "-I", principal, "-n", NAMESPACE)
    words += ("-s", str(signature.absolute()), "-O", f"verify-time={on.isoformat().replace('-', '')}120000Z")
    said = _keygen(*words, stdin=file, seconds=_TO_VERIFY)
    if isinstance(said, Refusal):
        return said
    if not said.is_well:
        return _explained(said, principal, signature, on)
    if not signers.has_revoked:
        return None
    said = _keygen(*words, "-r", str(signers.revoked.absolute()), stdin=file, seconds=_TO_VERIFY)
    if isinstance(said, Refusal) or said.is_well:
        return said if isinstance(said, Refusal) else None
    return Refusal(Trouble.REVOKED, f"the key of `{principal}` was revoked (`{REVOKED}`)")


def _about_signers(signers: Signers) -> Refusal | None:
    """Whether every line of the signers' files can be read: a garbled one would silently allow or revoke nobody."""
    if not signers.allowed.is_file():
        return Refusal(Trouble.NO_SIGNERS, f"there is no file `{SIGNERS}`, so nobody may sign")
    for path in (signers.allowed, signers.revoked) if signers.has_revoked else (signers.allowed,):
        if not signers.holds(path):
            return Refusal(Trouble.BAD_SIGNERS, f"`{path.name}` is no file, or leads out of the estate")
        told = unreadable_line(path)
        if told:
            return Refusal(Trouble.BAD_SIGNERS, told)
    return None


def _about_signature(file: Path, signature: Path) -> Refusal | None:
    """Whether the file beside the statement is a signature at all."""
    if not signature.is_file():
        return Refusal(Trouble.NO_SIGNATURE, f"`{signature.name}` is missing beside `{file.name}`")
    try:
        with signature.open("rb") as content:
            text = content.read(_MOST_BYTES).decode("ascii").strip()
    except (UnicodeDecodeError, OSError):
        text = ""
    if not text.startswith("-----BEGIN SSH SIGNATURE-----"):
        return Refusal(Trouble.NOT_A_SIGNATURE, f"`{signature.name}` is not an SSH signature")
    if not text.endswith("-----END SSH SIGNATURE-----"):
        return Refusal(Trouble.NOT_A_SIGNATURE, f"`{signature.name}` is cut off")
    return None


def _explained(said: _Said, principal: str, signature: Path, on: date) -> Refusal:
    """Why ssh-keygen refused, told from its words."""
    words = said.words.lower()
    if "namespace does not match" in words:
        return Refusal(Trouble.WRONG_NAMESPACE, f"`{signature.name}` was made for another purpose than `{NAMESPACE}`")
    if "incorrect signature" in words:
        return Refusal(Trouble.DOES_NOT_MATCH, f"`{signature.name}` is of other content")
    if "parse signature" in words or "armor" in words or "signature algorithm" in words:
        return Refusal(Trouble.NOT_A_SIGNATURE, f"`{signature.name}` is damaged")
    if "bad options" in words:
        told = next(line for line in words.splitlines() if "bad options" in line).rpartition("bad options: ")[2]
        return Refusal(Trouble.BAD_SIGNERS, f"`{SIGNERS}` has a line for `{principal}` that cannot be read: {told}")
    if "expired" in words:
        return Refusal(Trouble.EXPIRED, f"the key of `{principal}` had expired on {on}")
    if "not yet valid" in words:
        return Refusal(Trouble.EXPIRED, f"the key of `{principal}` was not valid yet on {on}")
    if "not permitted for use in signature namespace" in words:
        return Refusal(Trouble.WRONG_NAMESPACE, f"`{SIGNERS}` lets `{principal}` sign for other purposes only")
    return Refusal(Trouble.NOT_ALLOWED, f"`{SIGNERS}` does not let this key sign as `{principal}`")


def _keygen(*words: str, stdin: Path | None, seconds: int) -> _Said | Refusal:
    """Run ssh-keygen without a shell; ``stdin`` is the file that it reads, None leaves it the terminal."""
    if shutil.which("ssh-keygen") is None:
        return _NO_PROGRAM
    ours = os.environ | {"TZ": "UTC", "LC_ALL": "C"}
    try:
        with (stdin or Path(os.devnull)).open("rb") as content:
            done = subprocess.run(
                ["ssh-keygen", *words], stdin=content if stdin else None, capture_output=True, text=True,
                errors="replace", timeout=seconds, check=False, env=ours,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Refusal(Trouble.TOO_SLOW, f"`ssh-keygen` took longer than {seconds} seconds")
    except OSError as error:
        return Refusal(Trouble.NO_PROGRAM, f"`ssh-keygen` cannot be run: {(error.strerror or str(error)).lower()}")
    return _Said(done.returncode == 0, done.stderr + done.stdout)
