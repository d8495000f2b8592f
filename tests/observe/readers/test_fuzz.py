"""Whatever stands in a file, a reader ends, raises nothing but its one refusal, and keeps the promises of the columns.

A small share of ``make fuzz``, whose changes to inputs these are.
"""

import io
import random
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.observe.readers import FlowFile, UnreadableError, every_reader, recognise
from tests.observe.readers.fuzz import once
from tests.observe.readers.mutate import mutated
from tests.observe.readers.seeds import seeds
from tests.observe.readers.workshop import collect, named

SEEDS = seeds()
NAMES = sorted(SEEDS)
EVERY = [each for several in SEEDS.values() for each in several]


def test_every_reader_has_seeds() -> None:
    assert {each.name for each in every_reader()} == set(SEEDS)


@pytest.mark.parametrize("name", NAMES)
def test_every_seed_is_recognised_by_its_reader_alone_and_has_records(name: str) -> None:
    for each in SEEDS[name]:
        assert [reader.name for reader in recognise(each)] == [name]
        assert once(name, each) > 0


@pytest.mark.parametrize("name", NAMES)
@given(state=st.integers(0, 2**32))
def test_changed_inputs_are_read_to_their_end(name: str, state: int) -> None:
    chance = random.Random(state)  # noqa: S311 - nothing is secret here
    once(name, mutated(chance.choice(SEEDS[name]), EVERY, chance))


@given(st.binary(max_size=200))
def test_any_bytes_are_recognised_by_one_reader_at_most(data: bytes) -> None:
    assert len(recognise(data)) <= 1


@given(st.sampled_from(NAMES), st.binary(max_size=300))
def test_any_bytes_can_be_given_to_any_reader(name: str, data: bytes) -> None:
    once(name, data)


class Trickle(io.RawIOBase):
    """A stream that gives few bytes at a time and cannot be wound back, as a pipe does."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__()
        self._data = data
        self._most = most

    def readable(self) -> bool:
        return True

    def _next(self, size: int) -> bytes:
        size = self._most if size < 0 else min(size, self._most)
        part, self._data = self._data[:size], self._data[size:]
        return part

    def read(self, size: int = -1) -> bytes:
        return self._next(size)

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        part = self._next(len(buffer))
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "parquet"])
@pytest.mark.parametrize("most", [1, 7, 100])
def test_a_stream_that_trickles_gives_the_same(name: str, most: int) -> None:
    for data in SEEDS[name]:
        whole = collect(named(name).read(FlowFile("whole", io.BytesIO(data))))
        pieces = collect(named(name).read(FlowFile("pieces", cast(BinaryIO, Trickle(data, most)))))
        assert pieces.rows == whole.rows
        assert pieces.reading == whole.reading


def test_every_cut_of_every_seed_is_read_to_its_end() -> None:
    def cuts() -> Iterator[tuple[str, bytes]]:
        for name, several in SEEDS.items():
            for data in several:
                yield from ((name, data[:at]) for at in range(0, len(data), max(1, len(data) // 100)))

    for name, data in cuts():
        once(name, data)


def test_the_refusal_says_why_in_a_sentence() -> None:
    refused = 0
    for name in NAMES:
        for data in (b"", b"\0" * 50, b"nonsense\n", b"PAR1", b"\x0c\xa5\1\0"):
            try:
                collect(named(name).read(FlowFile("a test", io.BytesIO(data))))
            except UnreadableError as problem:
                refused += 1
                reason = problem.reason
                assert reason[0].islower() and not reason.endswith(".") and "\n" not in reason  # noqa: PT018
    assert refused
