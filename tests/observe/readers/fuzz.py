"""Reads changed inputs for as long as it is told: ``python -m tests.observe.readers.fuzz SECONDS [READER...]``.

Each reader has a process of its own, with a bound on its memory and a watch over its time; numba checks the bounds of
arrays in it. An input that crashes, hangs, takes too much memory or breaks a promise of the columns is kept in
``build/fuzz/``. ``make fuzz FUZZ_SECONDS=600`` is the long run.
"""

import faulthandler
import io
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.observe.readers import FlowFile, UnreadableError
from tests.observe.readers.mutate import mutated
from tests.observe.readers.seeds import seeds
from tests.observe.readers.workshop import named

FOLDER = Path("build/fuzz")
LONGEST_SECONDS = 30
MOST_MEMORY = 1536 * 1024 * 1024
BOUNDS = {
    "protocol": (0, 255),
    "src_port": (0, 65535),
    "dst_port": (0, 65535),
    "icmp_type": (-1, 255),
    "icmp_code": (-1, 255),
    "nat_src_port": (0, 65535),
    "nat_dst_port": (0, 65535),
    "outcome": (0, 2),
    "biflow": (0, 1),
    "tcp_flags": (-1, 255),
    "packets": (-1, None),
    "bytes": (-1, None),
    "reply_packets": (-1, None),
    "reply_bytes": (-1, None),
    "start_ms": (0, 253_402_300_799_999),
    "end_ms": (0, 253_402_300_799_999),
    "sampling": (0, None),
    "record": (0, None),
}


def hold(batch: Any) -> None:
    """What whoever reads the columns relies on."""
    batch.validate(full=True)
    for name, (least, most) in BOUNDS.items():
        values = batch.column(name).drop_null().to_numpy(zero_copy_only=False)
        if len(values):
            assert values.min() >= least, (name, values.min())
            assert most is None or values.max() <= most, (name, values.max())
    numbers = batch.column("exporter").indices.to_numpy(zero_copy_only=False)
    assert np.all((numbers >= 0) & (numbers < max(len(batch.column("exporter").dictionary), 1)))


def once(name: str, data: bytes) -> int:
    """Read one input to its end: how many records it had."""
    records = 0
    try:
        for item in named(name).read(FlowFile("fuzz", io.BytesIO(data))):
            if hasattr(item, "num_rows"):
                hold(item)
                records += item.num_rows
            else:
                assert getattr(item, "count", 1) > 0, item
    except UnreadableError:
        pass
    return records


def run(name: str, seconds: float, seed: int) -> None:
    """Fuzz one reader in this process."""
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
    chance = random.Random(seed)  # noqa: S311 - nothing is secret here
    known = seeds(real=True)
    own = known[name]
    others = [each for several in known.values() for each in several]
    current = FOLDER / f"{name}.current"
    for each in own:
        once(name, each)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    start = time.monotonic()
    count = records = 0
    while time.monotonic() - start < seconds:
        data = mutated(chance.choice(own), others if chance.randrange(4) == 0 else own, chance)
        current.write_bytes(data)
        faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
        records += once(name, data)
        faulthandler.cancel_dump_traceback_later()
        count += 1
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        assert most - used < MOST_MEMORY, f"{most >> 20} MiB"
    current.unlink()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{name}: {count} inputs, {records} records, {seconds:.0f} s, at most {memory} MiB", flush=True)


def main(seconds: float, names: list[str]) -> int:
    """Fuzz readers one after another, each in its own process; the exit code is how many failed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(FOLDER.resolve() / "numba")}
    for name in names or sorted(seeds()):
        command = [
            sys.executable,
            "-m",
            "tests.observe.readers.fuzz",
            "--child",
            name,
            str(seconds),
            str(time.time_ns()),
        ]
        if subprocess.run(command, env=environment, check=False).returncode:
            failed += 1
            kept = FOLDER / f"{name}.{time.time_ns()}"
            current = FOLDER / f"{name}.current"
            if current.exists():
                current.rename(kept)
            print(f"{name}: FAILED; the input is {kept}", flush=True)
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        run(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
