"""Following one packet loads nothing of what follows sets: each evaluator can catch the other's mistakes."""

import json
import subprocess
import sys

LOADED = """
import json, pkgutil, sys
from importlib import import_module
import isthmus.prove.replay as room
for each in pkgutil.iter_modules(room.__path__):
    import_module(f"{room.__name__}.{each.name}")
print(json.dumps(sorted(sys.modules)))
"""
DECIDING = (
    "dd",
    "isthmus.packetset.diagram",
    "isthmus.packetset.sets",
    "isthmus.prove.certainty",
    "isthmus.prove.lists",
    "isthmus.prove.reach",
    "numpy",
    "oxidd",
)


def _loaded(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return [str(each) for each in json.loads(done.stdout)]


def test_the_walker_loads_no_sets() -> None:
    """Not even by way of what it imports."""
    loaded = _loaded(LOADED)
    assert "isthmus.prove.replay.walk" in loaded
    assert not [each for each in loaded if each in DECIDING]


def test_a_prover_loads_all_of_them() -> None:
    """Else the names above would be wrong, and nothing tested."""
    loaded = _loaded("import json, sys; from isthmus.prove import Prover; print(json.dumps(sorted(sys.modules)))")
    assert set(DECIDING) - {"dd"} <= set(loaded)
