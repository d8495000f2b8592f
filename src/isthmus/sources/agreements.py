"""Statements of consent beside an estate: ``agreements/SUBJECT/ID/OWNER.json``, each with its detached signature.

A statement says who agrees, for which owner, on which day, to which content; the signature is over the bytes of
that file, so nothing in it can be changed afterwards. The signer's name in ``allowed_signers`` is ``OWNER/PERSON``.
"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from isthmus.sources.files import TextFile, read_text
from isthmus.sources.signatures import verify
from isthmus.sources.signers import Signers

FOLDER = "agreements"
OWNERS = "owners"
_KEYS = {"isthmus", "subject", "id", "owner", "by", "on", "content"}
_VERSION = 1
_MOST_AT_ONCE = 8
_MOST_STATEMENTS = 20_000
_MOST_BYTES = 8 * 1024 * 1024
_DEEPEST = 16
_DAY = re.compile(r"(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_PERSON = re.compile(r"[^\s*?!,\"#\\/\x00-\x20\x7f\ud800-\udfff]{1,200}")


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


def is_person(name: str) -> bool:
    """Whether a name can be a person's in ``allowed_signers``: no white space, nothing that makes it a pattern or list.

    >>> is_person("jane@example.org"), is_person("jane,*")
    (True, False)
    """
    return bool(_PERSON.fullmatch(name))


def statement_path(root: Path, subject: str, id_: str, owner: str) -> Path:
    """Where a statement lies."""
    return root / FOLDER / subject / id_ / f"{owner}.json"


def has_statements(root: Path) -> bool:
    """Whether anything that claims to be a statement lies beside the estate."""
    return next((root / FOLDER).glob("*/*/*.json"), None) is not None


def read_statements(root: Path) -> tuple[Statement, ...]:
    """Every statement below ``root``, each with its signature checked, in the order of their paths."""
    signers = Signers(root / OWNERS)
    read = list(_read_all(root))
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        return tuple(pool.map(lambda each: _verified(each, signers), read))


def _read_all(root: Path) -> Iterator[Statement]:
    paths = sorted((root / FOLDER).glob("*/*/*.json"))
    for number, path in enumerate(paths):
        if number < _MOST_STATEMENTS:
            yield _read(path, root)
        else:
            yield replace(_empty(path, path.stem), flaw=f"there are more than {_MOST_STATEMENTS:,} statements")
    for path in sorted((root / FOLDER).glob("*/*/*.json.sig")):
        if not path.with_suffix("").exists():
            flaw = f"`{path.name}` signs a statement that is missing"
            yield replace(_empty(path, path.name.removesuffix(".json.sig")), flaw=flaw)


def _empty(path: Path, owner: str) -> Statement:
    return Statement(path, path.parts[-3], path.parts[-2], owner)


def _read(path: Path, root: Path) -> Statement:
    """The statement in a file; one that cannot be understood, or lies in the wrong place, has a flaw."""
    empty = _empty(path, path.stem)
    if not all(each.resolve().is_relative_to(root.resolve()) for each in (path, path.with_name(path.name + ".sig"))):
        return replace(empty, flaw=f"`{path.name}` or its signature is a link that leads out of the estate")
    try:
        if path.stat().st_size > _MOST_BYTES:
            return replace(empty, flaw=f"`{path.name}` has more than {_MOST_BYTES:,} bytes")
    except OSError:
        pass
    read = read_text(path, path.name)
    if not isinstance(read, TextFile):
        return replace(empty, flaw=read.message)
    return _understood(read.text, empty)


def _understood(text: str, empty: Statement) -> Statement:
    name = empty.path.name
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return replace(empty, flaw=f"`{name}` is not JSON")
    if not isinstance(plain, dict) or set(plain) != _KEYS or not isinstance(plain["content"], dict):
        return replace(empty, flaw=f"`{name}` is not a statement of consent")
    if plain["isthmus"] is True or plain["isthmus"] != _VERSION:
        return replace(empty, flaw=f"`{name}` is a statement in a form that this version does not know")
    words = [plain[key] for key in ("subject", "id", "owner")]
    if not all(isinstance(each, str) and _WORD.fullmatch(each) for each in words) or _is_deep(plain["content"]):
        return replace(empty, flaw=f"`{name}` is not a statement of consent")
    if words != [empty.subject, empty.id, empty.owner]:
        return replace(empty, flaw=f"`{name}` is a statement about {words[0]} `{words[1]}` for {words[2]}")
    if not isinstance(plain["by"], str) or not is_person(plain["by"]):
        return replace(empty, flaw=f"`{name}` does not name the person who agrees")
    try:
        if not _DAY.fullmatch(plain["on"]):
            raise ValueError
        on = date.fromisoformat(plain["on"])
    except (ValueError, TypeError):
        return replace(empty, flaw=f"`{name}` does not tell the day on which it was given")
    return replace(empty, by=plain["by"], on=on, content=plain["content"])


def _is_deep(content: dict[str, Any]) -> bool:
    """Whether a content is nested deeper than any of ours."""
    level: list[Any] = [content]
    for _ in range(_DEEPEST):
        nested = [each for each in level if isinstance(each, dict | list)]
        level = [below for each in nested for below in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, dict | list) for each in level)


def _verified(statement: Statement, signers: Signers) -> Statement:
    if statement.flaw:
        return statement
    refusal = verify(statement.path, f"{statement.owner}/{statement.by}", signers, statement.on)
    return statement if refusal is None else replace(statement, flaw=refusal.because)
