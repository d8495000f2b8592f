"""Golden traces: `testdata/CASE/` holds what the writers make of a trace, byte by byte.

``ISTHMUS_ACCEPT=1`` (or ``make accept``) rewrites them: read the difference as a reader would, and look at pictures.
"""

import os
from pathlib import Path

import pytest

from isthmus.report.trace import document, markdown, svg, text
from tests.report.trace.traces import TRACES

TESTDATA = Path(__file__).parent / "testdata"
WRITERS = {"trace.txt": text, "trace.md": markdown, "trace.json": document, "trace.svg": svg}
GOLDEN = [
    *(("through", each) for each in WRITERS),
    *((case, "trace.txt") for case in ("refused", "one-way", "choices", "proxy", "doubtful", "unread", "nobody")),
    *((case, "trace.svg") for case in ("one-way", "proxy-refused", "doubtful")),
]


@pytest.mark.parametrize(("case", "name"), GOLDEN)
def test_golden(case: str, name: str) -> None:
    path = TESTDATA / case / name
    told = WRITERS[name](TRACES[case]())
    if os.environ.get("ISTHMUS_ACCEPT"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")
