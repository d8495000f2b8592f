"""Reading a list, by what reading needs and nothing else: ``python -m benchmarks.prove_read ROW FOLDER``.

Proofs load libraries that reading does without, and a whole process is what is measured.
"""

import gc
import json
import sys
import time
from pathlib import Path

from isthmus.formats import Text, read


def main() -> None:
    """Read the list of the device ``old`` and print how many rules it has; without garbage collector, as ever."""
    gc.disable()
    started = time.process_time()
    (path,) = (Path(sys.argv[2]) / "old").iterdir()
    (part,) = read("old", [Text(f"old/{path.name}", path.read_text(encoding="utf-8"))]).devices
    rules = max(len(each.rules) for each in part.chains.values())
    print(json.dumps({"work": time.process_time() - started, "making": 0.0, "said": f"{rules:,} rules"}))


if __name__ == "__main__":
    main()
