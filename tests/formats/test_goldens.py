"""Golden files: `testdata/CASE/in/` is a device's folder; `network.txt` is what we make of it.

`diagnostics.txt` is what we tell its writer. `make accept` rewrites both, and the diff is the review.
"""

import os
from pathlib import Path

import pytest

from isthmus.formats import Text, every_format, read
from tests.formats.outline import outline

HERE = Path(__file__).parent
CASES = sorted(each.parent for each in HERE.glob("*/testdata/*/in"))


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.parent.parent.name}/{each.name}")
def test_case(case: Path) -> None:
    """The folder reads as accepted, and every diagnostic can be shown with its line."""
    files = sorted(each for each in (case / "in").rglob("*") if each.is_file())
    texts = [Text(str(each.relative_to(case)), each.read_text()) for each in files]
    reading = read("in", texts)
    lines = {each.name: each.lines for each in texts}
    told = "".join(each.render(lines) + "\n" for each in reading.diagnostics)
    _same(case / "network.txt", outline(reading.devices))
    _same(case / "diagnostics.txt", told)


def _same(golden: Path, told: str) -> None:
    if os.environ.get("ISTHMUS_ACCEPT"):
        golden.write_text(told)
    assert golden.read_text() == told


@pytest.mark.parametrize("name", [each.name for each in every_format()])
def test_each_format_has_cases(name: str) -> None:
    """A format comes with golden files."""
    assert any(case.parent.parent.name == name for case in CASES)


@pytest.mark.parametrize("each", every_format(), ids=lambda each: each.name)
def test_each_format_is_described(each: object) -> None:
    """A format's folder says what it reads, and each of its codes has a page."""
    assert (__import__(f"isthmus.formats.{each.name}", fromlist=["x"]).__doc__ or "").strip()  # type: ignore[attr-defined]
    assert all(code.title and code.explanation for code in each.codes)  # type: ignore[attr-defined]
