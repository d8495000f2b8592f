"""Running the machine's own tools, and saying clearly what they refused."""

import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from isthmus.lab.demands import LabError
from isthmus.lab.kernel import inside_network

WORKERS = 4


def tell(argv: Sequence[str], lines: Iterable[str], what: str) -> None:
    """Run a tool that reads lines. Raises LabError with what it said where it fails."""
    text = "\n".join([*lines, ""])
    if not text.strip():
        return
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise LabError(f"{what}: {said[0] if said else f'`{argv[0]}` fails'}", _offending(done.stderr, text))


def _offending(said: str, text: str) -> str:
    """The line that a batch stopped at, where the tool names its number."""
    number = said.rpartition("Command failed -:")[2].strip()
    lines = text.splitlines()
    return f"the line is `{lines[int(number) - 1]}`" if number.isdigit() and 0 < int(number) <= len(lines) else ""


def everywhere(jobs: Sequence[tuple[Path, Sequence[str], str, str]]) -> list[subprocess.CompletedProcess[str]]:
    """Run tools in several namespaces at once: namespace, command line, what it reads, and its environment's word."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(_inside, jobs))


def _inside(job: tuple[Path, Sequence[str], str, str]) -> subprocess.CompletedProcess[str]:
    netns, argv, text, _ = job
    with inside_network(netns):
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
