"""Small broken estates with one fault each, and what the program says of them.

Each folder of ``testdata/broken`` is an estate that is complete apart from its fault; ``diagnostics.txt`` holds what
a reader is told. ``ISTHMUS_ACCEPT=1`` (or ``make accept``) rewrites these files: read the difference as a user would.
"""

import os
import re
from contextlib import chdir
from functools import cache
from pathlib import Path

import pytest

from isthmus import documents, estate, guidelines
from isthmus.diagnostics import Diagnostic, Severity
from isthmus.sources import files
from isthmus.workflows.load import Loaded, load
from tests.documents.texts import assert_in_place

BROKEN = Path(__file__).parent / "testdata" / "broken"
CASES = sorted(each.name for each in BROKEN.iterdir() if each.is_dir())
CODES = (*documents.CODES, *estate.CODES, *guidelines.CODES, *files.CODES)
ACCEPT = bool(os.environ.get("ISTHMUS_ACCEPT"))

LIBRARY_WORDS = re.compile(r"Input should|valid (string|dictionary|list|integer)|items? after|while (parsing|scanning)")
"""What a validator or parser would say in its own words."""


@cache
def load_case(case: str) -> Loaded:
    """A broken estate, loaded from inside its folder, so that messages name files as its author would."""
    with chdir(BROKEN / case):
        return load(Path())


def rendered(loaded: Loaded) -> str:
    return "".join(each.render(loaded.texts) + "\n" for each in loaded.diagnostics)


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_told_where_it_is_and_how_to_mend_it(case: str) -> None:
    said = rendered(load_case(case))
    golden = BROKEN / case / "diagnostics.txt"
    if ACCEPT:
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_the_folder_is_named_after_what_it_shows(case: str) -> None:
    said = load_case(case).diagnostics
    code = case.partition("-")[0]
    if code == "several":
        assert len(said) > 1
    else:
        assert {each.code for each in said} == {code}


@pytest.mark.parametrize("case", CASES)
def test_messages_keep_the_style(case: str) -> None:
    """One sentence in lower case without a final period, in our words; each mistake once, in reading order."""
    loaded = load_case(case)
    for each in loaded.diagnostics:
        assert re.match(r"[a-z`]|VLAN|IPv", each.message), each.message
        assert not each.message.endswith("."), each.message
        assert not re.search(r"\.$|\n", each.help), each.help
        assert not LIBRARY_WORDS.search(each.message + each.help), each.message
        assert each.message.count("`") % 2 == 0, each.message
        assert_in_place([each], loaded.texts.get(each.where.file, [" " * 200]))
    assert list(loaded.diagnostics) == sorted(set(loaded.diagnostics), key=Diagnostic.sort_key)


@pytest.mark.parametrize("case", CASES)
def test_an_error_is_never_overlooked(case: str) -> None:
    loaded = load_case(case)
    assert (loaded.estate is None) == any(each.severity is Severity.ERROR for each in loaded.diagnostics)


def test_every_code_has_a_broken_estate() -> None:
    shown = {case.partition("-")[0] for case in CASES} | {"SRC003", "DOC009"}
    assert {each.code for each in CODES} == shown - {"several"}


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SRC003; the file is a hole of the size, which takes no space."""
    with (tmp_path / "estate.yaml").open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    monkeypatch.chdir(tmp_path)
    assert rendered(load(Path())).splitlines()[0] == "estate.yaml:1:1: SRC003 `estate.yaml` has 67,108,865 bytes"
