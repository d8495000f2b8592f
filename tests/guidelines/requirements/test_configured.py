"""What configurations say of each requirement that they can speak of comes out as its page says."""

import pytest

from isthmus.decide import Scope
from tests.guidelines.requirements.configuring import configured
from tests.guidelines.requirements.examples import Example, pages
from tests.guidelines.requirements.judging import edition, estate_of

EXAMPLES = [example for page in pages() for example in page.configured]


def crossing_of(example: Example) -> str:
    """The crossing that an example asks about; nothing where its row asks about the whole estate."""
    found = edition().find(example.code)
    assert found is not None, f"the edition has no {example.code}"
    if found[0].scope is Scope.ESTATE:
        return ""
    crossings = list(estate_of(example.estate).crossings)
    assert example.crossing or len(crossings) == 1, f"name the crossing that is judged: {', '.join(crossings)}"
    return example.crossing or crossings[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_example(example: Example) -> None:
    answer = configured(example.code, crossing_of(example), example.estate, example.files)
    assert answer.finding == example.finding, answer.because
    assert example.because in answer.because
    if example.where is not None:
        assert answer.where is not None
        assert f"{answer.where.file}:{answer.where.line}" == example.where
