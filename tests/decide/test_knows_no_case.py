"""The engine knows no case, no requirement and no realm by name: those are the edition's."""

import re
from pathlib import Path

import pytest

from tests.guidelines.requirements.judging import edition

ROOM = Path(__file__).resolve().parents[2] / "src" / "isthmus" / "decide"


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_no_word_of_the_edition_stands_in_the_engine(path: Path) -> None:
    words = edition().vocabulary
    names = {*words.realms, *words.roles, *words.requirements, *(f"case {case.id}" for case in edition().cases)}
    quoted = re.findall(r"\"([^\"\n]*)\"", path.read_text(encoding="utf-8"))
    assert not names & set(quoted)
