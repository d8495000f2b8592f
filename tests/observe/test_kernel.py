"""The compiled kernel, the kernel without a compiler, and the plain reading of a policy find the same."""

import os
import subprocess
import sys
from io import BytesIO
from ipaddress import IPv4Network, ip_address
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.observe.classify import Engine, classify
from isthmus.observe.compile import ContestedError, compile_policy
from isthmus.observe.compiled import CompiledPolicy, NotAPolicyError
from isthmus.observe.kernel_numpy import places
from isthmus.observe.policy import End, Policy, Zone
from isthmus.observe.words import INTERNET, LOCAL, UNPLANNED, Verdict
from tests.observe import synthetic

ROOT = Path(__file__).parents[2]
seeds = st.integers(0, 1 << 32)


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from((4, 6)), st.booleans())
def test_with_and_without_a_compiler(seed: int, version: int, nat: bool) -> None:
    made = synthetic.policy(seed)
    compiled = compile_policy(made)
    flows = synthetic.flows(seed, made, version, nat=nat)
    assert classify(flows, compiled, Engine.NUMBA).equals(classify(flows, compiled, Engine.NUMPY))


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from((4, 6)))
def test_labels_are_those_of_the_longest_prefix(seed: int, version: int) -> None:
    made = synthetic.policy(seed)
    compiled = compile_policy(made)
    found = synthetic.addresses(np.random.default_rng(seed), made, version, 200)
    mask = (1 << 64) - 1
    high = np.array([each >> 64 for each in found] if version == 6 else [], np.uint64).view(np.int64)
    low = np.array([each & mask for each in found], np.uint64).view(np.int64)
    names = [compiled.names.zones[compiled.tables.place_zone[place]] for place in places(compiled.tables, high, low)]
    for address, name in zip(found, names, strict=True):
        text = ip_address(address.to_bytes(4 if version == 4 else 16, "big"))
        holding = [(p.prefixlen, z.id) for z in made.zones for p in z.prefixes if p.version == version and text in p]
        if holding and name != LOCAL:
            assert name == max(holding)[1]
        else:
            assert name in (LOCAL, UNPLANNED, INTERNET)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_what_is_saved_is_what_is_loaded(seed: int) -> None:
    compiled = compile_policy(synthetic.policy(seed))
    file = BytesIO()
    compiled.save(file)
    file.seek(0)
    loaded = CompiledPolicy.load(file)
    assert loaded.content == compiled.content == compile_policy(synthetic.policy(seed)).content
    assert loaded.names == compiled.names


@pytest.mark.parametrize("damage", [b"", b"ARROW1", b"not a policy"])
def test_what_is_no_policy_is_refused(damage: bytes) -> None:
    with pytest.raises(NotAPolicyError):
        CompiledPolicy.load(BytesIO(damage))


def test_a_changed_byte_is_noticed() -> None:
    file = BytesIO()
    compile_policy(synthetic.policy(1)).save(file)
    content = bytearray(file.getvalue())
    at = content.find(np.array([1, 2, 3], np.int32).tobytes())
    assert at > 0
    content[at] = 7
    with pytest.raises(NotAPolicyError):
        CompiledPolicy.load(BytesIO(bytes(content)))


def test_two_networks_with_one_prefix_are_refused() -> None:
    zones = tuple(Zone(name, End(name), (IPv4Network("192.0.2.0/24"),)) for name in ("cloud", "production"))
    with pytest.raises(ContestedError, match=r"`cloud` and `production` both have the prefix 192.0.2.0/24"):
        compile_policy(Policy("two", "test", zones, ()))


def test_every_verdict_and_direction_comes_up() -> None:
    """The generator is no use if it does not reach all cases."""
    verdicts, directions, attempts = set(), set(), set()
    for seed in range(120):
        made = synthetic.policy(seed)
        found = classify(synthetic.flows(seed, made, 4 + 2 * (seed % 2)), compile_policy(made))
        verdicts |= set(found.column("verdict").to_pylist())
        directions |= set(found.column("direction").to_pylist())
        attempts |= set(found.column("attempt").to_pylist())
    assert verdicts == set(Verdict)
    assert directions == set(range(8))
    assert attempts == {0, 1, 2}


def test_the_content_hash_is_the_same_in_every_process() -> None:
    """Results are kept under it, so nothing may depend on the order of sets."""
    program = (
        "from tests.observe import lab, synthetic; from isthmus.observe.compile import compile_policy\n"
        "print(lab.classifier().compiled.content, *(compile_policy(synthetic.policy(n)).content for n in range(3)))"
    )
    words = [sys.executable, "-c", program]
    environments = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    told = [subprocess.run(words, env=each, cwd=ROOT, capture_output=True, text=True) for each in environments]
    assert told[0].stdout == told[1].stdout
    assert len(told[0].stdout.split()) == 4
