"""The real `nft`, in a network namespace of its own: it loads a ruleset and reads it back."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class ReadBack:
    text: str
    json: str


@cache
def missing() -> str:
    """Why the kernel cannot be asked here; empty where it can."""
    if not shutil.which("nft") or not shutil.which("unshare"):
        return "`nft` (Debian package nftables) or `unshare` is not installed"
    tried = subprocess.run(
        ["unshare", "-rn", "nft", "list", "ruleset"], capture_output=True, text=True, timeout=60, check=False
    )
    return "" if tried.returncode == 0 else f"no namespace may be made here: {tried.stderr.strip()[:100]}"


def read_back(ruleset: str) -> ReadBack:
    """What the kernel holds once the ruleset is loaded, as text and as JSON."""
    script = "nft -f - && nft list ruleset && printf '\\000' && nft -j list ruleset"
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script], input=ruleset, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    text, json = done.stdout.split("\0")
    return ReadBack(text, json)
