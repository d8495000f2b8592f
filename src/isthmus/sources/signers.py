"""Who a key may sign as: the lines of ``allowed_signers`` that name it (ssh-keygen(1), ALLOWED SIGNERS)."""

import re
import shutil
import subprocess
from pathlib import Path

from isthmus.sources.signatures import Signers

_KEY = re.compile(r"(?:^|\s)((?:sk-)?(?:ssh-|ecdsa-)[a-z0-9@.-]+) (AAAA[A-Za-z0-9+/=]+)")
_SECONDS = 30


def names_of(key: Path, signers: Signers) -> tuple[str, ...]:
    """The principals under which ``allowed_signers`` lists a key, without patterns; none where it lists none.

    ``key`` is a private key with its public half beside it, or the public half alone.
    """
    blob = _public(key)
    if blob is None or not signers.allowed.is_file():
        return ()
    names: list[str] = []
    for line in signers.allowed.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _KEY.search(line)
        if found is not None and found[2] == blob and not line.lstrip().startswith("#"):
            names += [name for name in line.split()[0].split(",") if not set(name) & set("*?!")]
    return tuple(dict.fromkeys(names))


def default_key() -> Path | None:
    """The key that git signs with, where it signs with SSH (``user.signingKey``)."""
    if shutil.which("git") is None:
        return None
    words = ["git", "config", "--get", "user.signingKey"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)
    path = Path(done.stdout.strip()).expanduser()
    return path if done.stdout.strip() and path.is_file() else None


def _public(key: Path) -> str | None:
    for path in (key, key.with_name(key.name + ".pub")):
        try:
            found = _KEY.search(path.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError):
            continue
        if found is not None:
            return found[2]
    return None
