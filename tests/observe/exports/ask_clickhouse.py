"""Run with the Python of ``.venv-spark/``: ``ask_clickhouse.py FILE``, SQL in the file, answers as lines of JSON."""

import sys
from pathlib import Path

if __name__ == "__main__":
    import chdb.session  # type: ignore[import-not-found]

    session = chdb.session.Session()
    for statement in Path(sys.argv[1]).read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            answer = str(session.query(statement, "JSONCompactEachRow"))
            if answer.strip():
                print(answer.strip())
