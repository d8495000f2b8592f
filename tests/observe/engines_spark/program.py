"""What the tests run with the Python of ``.venv-spark/``: ``program.py MASTER FOLDER``, which prints JSON.

The folder holds a compiled policy, files of flow records and a table (``table.parquet``) of the schema's columns.
"""

import json
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from isthmus.observe.aggregate import State
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.engines.parcels import Counts
from isthmus.observe.engines.spark import audit_dataframe
from isthmus.observe.persist import tables_of, to_plain
from isthmus.sources.flows import Asked
from isthmus.workflows.audit_spark import count_on_spark, session

POLICY, FILES, TABLE = "policy.arrow", "files", "table.parquet"


def said(counts: Counts) -> dict[str, object]:
    """Everything that was found, so that two engines can be compared to the byte."""
    return {"state": of(counts.state), "inputs": [to_plain(each) for each in counts.inputs]}


def of(state: State) -> dict[str, object]:
    """The counts of a state: the hash of each table, and what its metadata says."""
    return {
        name: [
            table.num_rows,
            sha256(b"".join(column.combine_chunks().buffers()[1] or b"" for column in table.columns)).hexdigest(),
            table.schema.metadata[b"isthmus"].decode(),
        ]
        for name, table in tables_of(state).items()
    }


def main(master: str, folder: Path) -> dict[str, object]:
    """Count the files, then the table."""
    compiled = CompiledPolicy.load(BytesIO((folder / POLICY).read_bytes()))
    files = count_on_spark(sorted((folder / FILES).iterdir()), Asked(), compiled, master)
    with session(master) as spark:
        frame = spark.read.parquet(str(folder / TABLE))
        table = audit_dataframe(frame, compiled, "a table")
    return {"files": said(files), "table": said(table)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
