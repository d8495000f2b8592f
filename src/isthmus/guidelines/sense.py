"""What an edition's rows mean together: each word defined, each code used once, each check with its parameters.

It reads the plain values of the file, not the rows made of them, so that a mistake in the shape of one row hides
nothing that is wrong with another.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from isthmus.diagnostics import Code, Diagnostic, did_you_mean, shown
from isthmus.documents import Node, Path, explain
from isthmus.estate import INTERNET
from isthmus.guidelines import checks, codes

_REALM_KEYS = {"realm", "audience", "exposed_to"}
_ROLE_KEYS = {"role", "roles", "on", "never_on", "native", "tagged", "leg", "arrives_as"}
_CASE_KEYS = {"case", "speaks_against"}
_DEFINING = {"edition", "realms", "roles", "facilities"}
"""The tables of an edition that define words instead of using them."""

Row = tuple[Path, dict[str, Any]]


def misused(root: Node, file: str, told: tuple[Path, ...] = ()) -> Iterator[Diagnostic]:
    """Every word of an edition that it does not define, or defines twice; nothing about the paths ``told``."""
    for each in _Sense(root, file, told).diagnostics():
        if each is not None:
            yield each


class _Sense:
    def __init__(self, root: Node, file: str, told: tuple[Path, ...]) -> None:
        self.root, self.file, self.told = root, file, told
        plain = root.plain()
        self.plain: dict[str, Any] = plain if isinstance(plain, dict) else {}
        self.cases = list(_rows(self.plain, (), "case"))
        self.requirements = [
            *_rows(_table(self.plain, "general"), ("general",), "requirement"),
            *(row for path, case in self.cases for row in _rows(case, path, "requirement")),
        ]

    def diagnostics(self) -> Iterator[Diagnostic | None]:
        placements = _rows(self.plain, (), "placement")
        yield from self._twice("code", "code", self.requirements)
        yield from self._twice("case", "id", self.cases)
        yield from self._twice("placement", "id", placements)
        for path, case in self.cases:
            yield from self._twice("reason", "id", _rows(case, path, "reason"))
        for path, row in self.requirements:
            yield from self._check(path, row)
        yield from self._words()

    def _say(self, code: Code, message: str, path: Path, help_: str) -> Diagnostic | None:
        if any(path[: len(each)] == each for each in self.told):
            return None
        return Diagnostic(code, message, self.root.marks(path, self.root).span(self.file), help_)

    def _twice(self, what: str, key: str, rows: Iterable[Row]) -> Iterator[Diagnostic | None]:
        seen: dict[str, Path] = {}
        for path, row in rows:
            word = row.get(key)
            if not isinstance(word, str):
                continue
            first = seen.setdefault(word, (*path, key))
            if first != (*path, key):
                help_ = f"the first one stands at {self.root.nearest(first).span(self.file)}"
                yield self._say(codes.TWICE, f"{what} `{shown(word)}` is used twice", (*path, key), help_)

    def _check(self, path: Path, row: dict[str, Any]) -> Iterator[Diagnostic | None]:
        name = row.get("check")
        if not isinstance(name, str):
            return
        bound = checks.find(name)
        if bound is None:
            help_ = did_you_mean(name, checks.names(), what="checks")
            yield self._say(codes.UNKNOWN_CHECK, f"unknown check `{shown(name)}`", (*path, "check"), help_)
            return
        params = row.get("params", {})
        if not isinstance(params, dict):
            return
        try:
            bound.params.model_validate(params)
        except ValidationError as error:
            holder = self.root.nearest(path)
            node = holder.child("params") or Node({}, holder.line, holder.column, holder.width)
            key = holder.keys.get("params", holder.first)
            yield from explain(codes.SHAPE, error, bound.params, self.file, node, key)

    def _words(self) -> Iterator[Diagnostic | None]:
        """Every realm, role and case that a row names is one of the edition's."""
        known = {
            "realm": {*_table(self.plain, "realms"), INTERNET},
            "role": set(_table(self.plain, "roles")),
            "case": {case["id"] for _, case in self.cases if isinstance(case.get("id"), str)},
        }
        is_told = {("realms",), ("roles",)} & set(self.told)
        rest = {key: value for key, value in self.plain.items() if key not in _DEFINING}
        for what, word, path in _named(rest, ()):
            if word not in known[what] and (f"{what}s",) not in is_told:
                help_ = did_you_mean(word, known[what], what=f"{what}s")
                message = f"the edition defines no {what} `{shown(word)}`"
                yield self._say(codes.NOT_THIS_EDITION, message, path, help_)


def _table(values: dict[str, Any], key: str) -> dict[str, Any]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _rows(values: dict[str, Any], path: Path, key: str) -> Iterator[Row]:
    """The tables of a list of tables, with their paths, as far as it is one."""
    found = values.get(key)
    for at, row in enumerate(found if isinstance(found, list) else ()):
        if isinstance(row, dict):
            yield (*path, key, at), row


def _named(value: Any, path: Path) -> Iterator[tuple[str, str, Path]]:  # noqa: ANN401 - any part of an edition
    """Every word that names a realm, a role or a case: which of them, the word and its path."""
    if isinstance(value, dict):
        for key, each in value.items():
            what = _what(key)
            if isinstance(each, str) and what:
                yield what, each, (*path, key)
            elif isinstance(each, list) and what:
                yield from ((what, word, (*path, key, at)) for at, word in enumerate(each) if isinstance(word, str))
            if not isinstance(each, str):
                yield from _named(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _named(each, (*path, at))


def _what(key: str) -> str:
    return "realm" if key in _REALM_KEYS else "role" if key in _ROLE_KEYS else "case" if key in _CASE_KEYS else ""
