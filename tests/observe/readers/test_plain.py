"""The loops give the same as plain Python, without being compiled."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

from isthmus.observe.readers import FlowFile
from tests.observe.readers.seeds import seeds
from tests.observe.readers.workshop import collect, named

ROOT = Path(__file__).resolve().parents[3]


def digest() -> str:
    """Of everything that the readers read in their seeds."""
    whole = hashlib.sha256()
    for name, several in sorted(seeds().items()):
        for data in several:
            found = collect(named(name).read(FlowFile("a test", io.BytesIO(data))))
            whole.update(repr((name, found.rows, found.reading)).encode())
    return whole.hexdigest()


def test_the_loops_as_plain_python_read_the_same() -> None:
    command = "from tests.observe.readers.test_plain import digest; print(digest())"
    done = subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", "-c", command],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == digest(), done.stderr
