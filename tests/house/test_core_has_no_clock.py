"""The core computes: the day, and what files hold, are arguments there, never looked up."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = Path(__file__).resolve().parents[2] / "src" / "isthmus"
SHELL = {"cli", "lab", "sources", "web", "workflows"}

CLOCKS = {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"}
READS = {"iterdir", "open", "read_bytes", "read_text", "rglob"}
WRITES = {"mkdir", "touch", "unlink", "write_bytes", "write_text"}
BUILTINS = {"input", "open"}
MODULES = {"io.open", "urllib.request"}


def offences(source: str) -> Iterator[tuple[int, str]]:
    """Each line of ``source`` that looks at the clock or at a file, with what it says."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) if name in BUILTINS:
                yield node.lineno, name
            case ast.Attribute():
                dotted = ast.unparse(node)
                if ".".join(dotted.split(".")[-2:]) in CLOCKS or dotted in MODULES:
                    yield node.lineno, dotted
            case ast.Call(func=ast.Attribute(attr=method)) if method in READS | WRITES:
                yield node.lineno, ast.unparse(node.func)
            case ast.Import(names=names):
                yield from ((node.lineno, each.name) for each in names if each.name in MODULES)
            case ast.ImportFrom(module=module, names=names):
                whole = [f"{module}.{each.name}" for each in names]
                yield from ((node.lineno, each) for each in [module, *whole] if each in MODULES)


def test_no_core_room_asks_the_clock_or_opens_a_file() -> None:
    found = [
        f"{path.relative_to(ROOMS.parents[1])}:{line}: `{what}`: take it as an argument"
        for room in sorted(each for each in ROOMS.iterdir() if each.is_dir() and each.name not in SHELL)
        for path in sorted(room.rglob("*.py"))
        for line, what in offences(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "date.today()",
        "datetime.datetime.now(tz=UTC)",
        "Field(default_factory=date.today)",
        "time.time()",
        "open('estate.yaml')",
        "Path('estate.yaml').read_text()",
        "Path('estate.yaml').open()",
        "import urllib.request",
        "from urllib.request import urlopen",
        "from urllib import request",
    ],
)
def test_offences_are_seen(source: str) -> None:
    assert list(offences(source))


@pytest.mark.parametrize(
    "source", ["import datetime", "self.open.append(1)", "date(2024, 1, 1)", "from urllib.parse import quote"]
)
def test_innocent_code_is_left_alone(source: str) -> None:
    assert not list(offences(source))
