"""Laws of reading estates and editions: no file, however mutated, raises, and every remark lies inside its file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.diagnostics import Severity
from isthmus.documents import parse_yaml
from isthmus.estate import Vocabulary, read_estate
from isthmus.guidelines import read_edition
from isthmus.workflows.load import load
from tests.documents.texts import TOML_TOKENS, YAML_TOKENS, assert_in_place, heaps, mutated

ROOT = Path(__file__).resolve().parents[2]
BROKEN = Path(__file__).parent / "testdata/broken"
EDITION = (ROOT / "src/isthmus/guidelines/editions/wikimedia/edition.toml").read_text(encoding="utf-8")
SMALL = (BROKEN / "GDL105-date/small.toml").read_text(encoding="utf-8")

LARGEST = 20_000
"""Longer examples make the search slow and find nothing more."""
EXAMPLES = [
    text
    for path in [*sorted((ROOT / "examples").rglob("*.yaml")), *BROKEN.glob("*/estate.yaml")]
    if "DOC" not in path.parent.name and len(text := path.read_bytes().decode("utf-8-sig")) < LARGEST
]


def words() -> Vocabulary:
    edition = read_edition(EDITION, "edition.toml").edition
    assert edition is not None
    return edition.vocabulary


VOCABULARY = words()


@given(mutated(EXAMPLES, YAML_TOKENS) | heaps(YAML_TOKENS), st.sampled_from([VOCABULARY, None]))
def test_any_text_is_an_estate_or_is_told_why_not(text: str, vocabulary: Vocabulary | None) -> None:
    document = parse_yaml(text, "estate.yaml")
    reading = read_estate([document], vocabulary)
    assert_in_place(reading.diagnostics, document.lines)
    is_wrong = any(each.severity is Severity.ERROR for each in reading.diagnostics)
    assert (reading.estate is None) == is_wrong


@given(st.lists(mutated(EXAMPLES, YAML_TOKENS), min_size=2, max_size=3))
def test_several_files_are_read_together(texts: list[str]) -> None:
    documents = [parse_yaml(text, f"{number}.yaml") for number, text in enumerate(texts)]
    reading = read_estate(documents, VOCABULARY)
    for document in documents:
        said = [each for each in reading.diagnostics if each.where.file == document.file]
        assert_in_place(said, document.lines)


@given(st.binary(max_size=50) | mutated(EXAMPLES, YAML_TOKENS).map(lambda text: text.encode("utf-8", "replace")))
def test_any_file_can_be_loaded(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "estate.yaml").write_bytes(content)
    for each in load(folder).diagnostics:
        assert each.message


@given(mutated([EDITION, SMALL, SMALL], TOML_TOKENS) | heaps(TOML_TOKENS))
def test_any_text_is_an_edition_or_is_told_why_not(text: str) -> None:
    read = read_edition(text, "edition.toml")
    assert_in_place(read.diagnostics, read.document.lines)
    assert (read.edition is None) == bool(read.diagnostics)
