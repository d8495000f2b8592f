"""Who may sign: the lines of ``allowed_signers``, and which of them name a key (ssh-keygen(1), ALLOWED SIGNERS)."""

import base64
import binascii
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SIGNERS = "allowed_signers"
REVOKED = "revoked_keys"

_KEY = re.compile(r"(?:^|[ \t])((?:sk-)?(?:ssh-|ecdsa-)[a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/=]+)(?=[ \t]|$)")
_SECONDS = 30
_MOST_BYTES = 1_000_000
_REVOCATION_LIST = b"SSHKRL\n\0"


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

    @property
    def are_named(self) -> bool:
        """Whether the estate says who may sign, if only by a file that cannot be read."""
        return os.path.lexists(self.allowed)

    @property
    def has_revoked(self) -> bool:
        """Whether there is a list of withdrawn keys, if only one that cannot be read."""
        return os.path.lexists(self.revoked)

    def holds(self, path: Path) -> bool:
        """Whether ``path`` is a file of the estate's own, and no link out of it."""
        return path.is_file() and path.resolve().is_relative_to(self.folder.parent.resolve())


def unreadable_line(path: Path) -> str:
    """What cannot be read in a file of keys, in a sentence; empty where everything can."""
    try:
        with path.open("rb") as content:
            raw = content.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            return f"`{path.name}` has more than {_MOST_BYTES:,} bytes"
        if path.name == REVOKED and raw.startswith(_REVOCATION_LIST):
            return ""
        lines = raw.decode("utf-8").splitlines()
    except (UnicodeDecodeError, OSError):
        return f"`{path.name}` cannot be read"
    for number, line in _with_content(lines):
        found = _KEY.search(line)
        if found is None or not _is_key(found[1], found[2]):
            return f"`{path.name}` line {number} names no key that can be read"
    return ""


def names_of(key: Path, signers: Signers) -> tuple[str, ...]:
    """The principals under which ``allowed_signers`` lists a key, without patterns; none where it lists none.

    ``key`` is a private key with its public half beside it, or the public half alone.
    """
    blob = _public(key)
    if blob is None or not signers.holds(signers.allowed):
        return ()
    names: list[str] = []
    lines = signers.allowed.read_text(encoding="utf-8", errors="replace").splitlines()
    for _, line in _with_content(lines):
        found = _KEY.search(line)
        if found is not None and found[2] == blob:
            names += [name for name in line.split()[0].strip('"').split(",") if not set(name) & set("*?!")]
    return tuple(dict.fromkeys(names))


@contextmanager
def default_key() -> Iterator[Path | None]:
    """The key that git signs with, where it signs with SSH (``user.signingKey``): a file, or the key itself.

    A key that is written out (``key::ssh-…``, held by an agent or token) is put into a file for as long as the
    context lasts.
    """
    told = _git_signing_key()
    written = _KEY.search(told.removeprefix("key::"))
    path = Path(told).expanduser()
    if written is not None:
        with TemporaryDirectory(prefix="isthmus-") as folder:
            public = Path(folder) / "key.pub"
            public.write_text(f"{written[1]} {written[2]}\n", encoding="ascii")
            yield public
    else:
        yield path if told and path.is_file() else None


def _git_signing_key() -> str:
    if shutil.which("git") is None:
        return ""
    words = ["git", "config", "--get", "user.signingKey"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.strip()


def _with_content(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _is_key(kind: str, blob: str) -> bool:
    """Whether a key is whole: a row of fields, each with its length before it, the first of them its kind."""
    try:
        raw = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        return False
    fields = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        fields.append(raw[4 : 4 + size])
        if len(raw) < 4 + size:
            return False
        raw = raw[4 + size :]
    return len(fields) > 1 and fields[0] == kind.encode()


def _public(key: Path) -> str | None:
    for path in (key, key.with_name(key.name + ".pub")):
        try:
            with path.open(encoding="ascii") as content:
                found = _KEY.search(content.read(_MOST_BYTES))
        except (OSError, UnicodeDecodeError):
            continue
        if found is not None:
            return found[2]
    return None
