"""Statements of consent beside an estate: ``agreements/SUBJECT/ID/OWNER.json``, each with its detached signature.

A statement says who agrees, for which owner, on which day, to which content; the signature is over the bytes of
that file, so nothing in it can be changed afterwards. The signer's name in ``allowed_signers`` is ``OWNER/PERSON``.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from isthmus.sources.files import TextFile, read_text
from isthmus.sources.signatures import Signers, verify

FOLDER = "agreements"
OWNERS = "owners"
_KEYS = {"isthmus", "subject", "id", "owner", "by", "on", "content"}
_MOST_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it stands in its file; ``flaw`` says why it does not count, if it does not."""

    path: Path
    subject: str
    id: str
    owner: str
    by: str = ""
    on: date = date.min
    content: Any = None
    flaw: str = ""


def statement_path(root: Path, subject: str, id_: str, owner: str) -> Path:
    """Where a statement lies."""
    return root / FOLDER / subject / id_ / f"{owner}.json"


def read_statements(root: Path) -> tuple[Statement, ...]:
    """Every statement below ``root``, each with its signature checked, in the order of their paths."""
    signers = Signers(root / OWNERS)
    read = list(_read_all(root))
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        return tuple(pool.map(lambda each: _verified(each, signers), read))


def _read_all(root: Path) -> Iterator[Statement]:
    for path in sorted((root / FOLDER).glob("*/*/*.json")):
        yield _read(path)
    for path in sorted((root / FOLDER).glob("*/*/*.json.sig")):
        if not path.with_suffix("").is_file():
            subject, id_, owner = path.parts[-3], path.parts[-2], path.name.removesuffix(".json.sig")
            yield Statement(path, subject, id_, owner, flaw=f"`{path.name}` signs a statement that is missing")


def _read(path: Path) -> Statement:
    """The statement in a file; one that cannot be understood, or lies in the wrong place, has a flaw."""
    subject, id_, owner = path.parts[-3], path.parts[-2], path.stem
    empty = Statement(path, subject, id_, owner)
    read = read_text(path, str(path))
    if not isinstance(read, TextFile):
        return replace(empty, flaw=read.message)
    try:
        plain = json.loads(read.text)
        if not isinstance(plain, dict) or set(plain) != _KEYS or not isinstance(plain["content"], dict):
            raise ValueError
        on = date.fromisoformat(plain["on"])
        by = plain["by"]
        if not isinstance(by, str) or not by:
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        return replace(empty, flaw=f"`{path.name}` is not a statement of consent")
    told = (plain["subject"], plain["id"], plain["owner"])
    if told != (subject, id_, owner):
        return replace(empty, flaw=f"`{path.name}` is a statement about {' '.join(str(each) for each in told)}")
    return replace(empty, by=by, on=on, content=plain["content"])


def _verified(statement: Statement, signers: Signers) -> Statement:
    if statement.flaw:
        return statement
    refusal = verify(statement.path, f"{statement.owner}/{statement.by}", signers, statement.on)
    return statement if refusal is None else replace(statement, flaw=refusal.because)
