"""Counts are the same however the input is split, merged, ordered or counted."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.observe.aggregate import BOUNDS, State
from isthmus.observe.classify import Classifier, Engine
from isthmus.observe.compile import compile_policy
from isthmus.observe.keys import VALUES, WIDTHS
from isthmus.observe.tally import Tally
from tests.observe import synthetic

seeds = st.integers(0, 1 << 32)


def content(state: State) -> dict[str, tuple[bytes, ...]]:
    return {name: tuple(part.tobytes() for part in tally.finish()) for name, tally in state.tallies.items()}


@settings(max_examples=30, deadline=None)
@given(
    seeds,
    st.lists(st.integers(0, 400), max_size=4),
    st.sampled_from((4, 6)),
    st.sampled_from(Engine),
    st.sampled_from((8, 64, 1024)),
)
def test_any_split_gives_the_same_bytes(seed: int, cuts: list[int], version: int, engine: Engine, room: int) -> None:
    """However small the tables of the compiled loops are, too, so that keys beyond the cutoff are skipped in them."""
    with patch.dict("isthmus.observe.aggregate.ROOM", dict.fromkeys(WIDTHS, room)):
        _split(seed, cuts, version, engine)


def _split(seed: int, cuts: list[int], version: int, engine: Engine) -> None:
    made = synthetic.policy(seed)
    compiled = compile_policy(made)
    flows = synthetic.flows(seed, made, version, rows=400)
    bounds = {**BOUNDS, "violators": 20, "cells": 50}
    whole = State(Classifier(compiled, Engine.NUMBA), bounds)
    for first in range(0, 400, 150):
        whole.update(flows.slice(first, 150), "flows")
    edges = sorted({0, 400, *cuts})
    parts = [State(Classifier(compiled, engine), bounds) for _ in edges[1:]]
    for part, first, last in zip(parts, edges, edges[1:], strict=False):
        part.update(flows.slice(first, last - first), "flows")
    order = np.random.default_rng(seed).permutation(len(parts))
    merged = State(Classifier(compiled, engine), bounds)
    for at in order:
        merged.merge(parts[at])
    assert content(merged) == content(whole)
    assert all((merged.tallies[name].totals == whole.tallies[name].totals).all() for name in WIDTHS)
    assert merged.tallies["violators"].estimate == whole.tallies["violators"].estimate


def test_nothing_is_lost_beyond_the_bound() -> None:
    made = synthetic.policy(7)
    flows = synthetic.flows(7, made, rows=5000)
    state = State(Classifier(compile_policy(made)), {**BOUNDS, "violators": 50})
    state.update(flows)
    tally = state.tallies["violators"]
    keys, values = tally.finish()
    assert len(keys) == 50
    assert tally.dropped
    free = State(Classifier(compile_policy(made)))
    free.update(flows)
    every, counts = free.tallies["violators"].finish()
    assert tally.totals[0] == counts[:, 0].sum() > values[:, 0].sum()
    exact = {tuple(key): tuple(value) for key, value in zip(every, counts, strict=True)}
    assert all(exact[tuple(key)] == tuple(value) for key, value in zip(keys, values, strict=True))
    assert tally.estimate >= 50


def test_the_number_of_keys_is_estimated_well() -> None:
    tally = Tally(2, 1000)
    keys = np.random.default_rng(1).integers(0, 1 << 62, (50_000, 2))
    tally.add(keys, np.ones((50_000, len(VALUES)), np.int64))
    assert 45_000 < tally.estimate < 55_000


@pytest.mark.parametrize("engine", Engine)
def test_every_record_is_in_a_cell(engine: Engine) -> None:
    made = synthetic.policy(3)
    state = State(Classifier(compile_policy(made), engine))
    for version in (4, 6):
        state.update(synthetic.flows(3, made, version, rows=300))
    assert state.tallies["cells"].finish()[1][:, 0].sum() == 600
