"""The command line: thin; every command asks one workflow and prints what came of it."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave it with one of its exit codes."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["-V"]):
        from isthmus import __version__

        sys.stdout.write(f"isthmus {__version__}\n")
        raise SystemExit(0)
    from isthmus.cli.app import run

    raise SystemExit(run(words))
