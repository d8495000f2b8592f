"""Text → a listing of ``ip -j`` with the place of every record, or the lines of ``sysctl``."""

import re
from dataclasses import dataclass
from enum import Enum

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.documents import Record, Records, parse_records
from isthmus.formats.format import Parsed, Text
from isthmus.formats.iproute.codes import NOT_A_LISTING


class Kind(Enum):
    """What a listing lists, and a key that each record has."""

    LINKS = "ifname"
    ROUTES = "dst"
    RULES = "priority"


@dataclass(frozen=True, slots=True)
class Listing:
    """One text of ``ip -j``; ``version`` is what its name tells."""

    name: str
    kind: Kind
    records: Records
    entries: tuple[Record, ...]
    version: int | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of ``sysctl -a``, its name with dots."""

    name: str
    value: str
    where: Span


@dataclass(frozen=True, slots=True)
class Settings:
    """One text of ``sysctl -a``."""

    name: str
    settings: tuple[Setting, ...]


_FILE = re.compile(r"ip-?(?P<six>6)?-?(?P<kind>addr|link|route|rule)[^/]*\.json$")
_KINDS = {"addr": Kind.LINKS, "link": Kind.LINKS, "route": Kind.ROUTES, "rule": Kind.RULES}
_HEAD = re.compile(r'\ufeff?\s*\[\s*(?:\{\s*\}\s*,\s*)*\{\s*"(?P<key>ifindex|ifname|type|dst|priority)"')
_KEYS = {"ifindex": Kind.LINKS, "ifname": Kind.LINKS, "type": Kind.ROUTES, "dst": Kind.ROUTES, "priority": Kind.RULES}
_SETTING = re.compile(r"^-?net[./]ipv[46][./][\w./*-]+[ \t]*=", re.MULTILINE)
_LINE = re.compile(r"-?([\w./*-]+)[ \t]*=[ \t]*(.*)")


def looks_like(path: str, text: str) -> bool:
    """Whether it is a listing of ``ip -j``, by its name or its first record, or settings of the kernel's network."""
    if _FILE.search(path) or _HEAD.match(text):
        return _FILE.search(path) is not None or _head_kind(text) is not None
    return not text.lstrip("\ufeff \t\r\n").startswith(("[", "{")) and _SETTING.search(text) is not None


def _head_kind(text: str) -> Kind | None:
    """The kind of the first record; ``type`` stands first in records of routes alone, but in other programs' too."""
    found = _HEAD.match(text)
    if found is None or (found["key"] == "type" and '"dst"' not in text[found.end() : found.end() + 200]):
        return None
    return _KEYS[found["key"]]


def parse(text: Text) -> Parsed:
    """Read one text. Nothing is raised."""
    named = _FILE.search(text.name)
    kind = _head_kind(text.text) or (_KINDS[named["kind"]] if named else None)
    return _settings(text) if kind is None else _listing(text, kind, 6 if named and named["six"] else None)


def _listing(text: Text, kind: Kind, version: int | None) -> Parsed:
    records = parse_records(text.text, text.name)
    problems = list(records.diagnostics)
    help_ = "collect it again with `ip -j`"
    entries = []
    for each in records.lists:
        if each.key is not None:
            problems.append(
                Diagnostic(NOT_A_LISTING, f"`{shown(each.key)}` stands where a list begins", each.where, help_)
            )
        entries += [record for record in each.records if record.values]
    for single in records.singles:
        message = f"`{shown(single.key)}` stands where a list begins"
        problems.append(Diagnostic(NOT_A_LISTING, message, single.where, help_))
    for record in entries:
        if kind.value not in record.values:
            message = f"a record without `{kind.value}` stands in a listing of {kind.name.lower()}"
            problems.append(Diagnostic(NOT_A_LISTING, message, record.where, help_))
    if problems:
        return Parsed(None, tuple(problems))
    return Parsed(Listing(text.name, kind, records, tuple(entries), version))


def _settings(text: Text) -> Parsed:
    found = []
    for number, line in enumerate(text.lines, 1):
        setting = _LINE.fullmatch(line.strip())
        if setting is not None:
            start = line.index(setting[1])
            name = setting[1] if "." in setting[1].split("/")[0] else _dotted(setting[1])
            found.append(Setting(name, setting[2], Span(text.name, number, start + 1, len(line.rstrip()) - start)))
    return Parsed(Settings(text.name, tuple(found)))


def _dotted(name: str) -> str:
    """A name with slashes, in which dots belong to the names of interfaces, with dots and slashes exchanged."""
    return name.translate(str.maketrans("./", "/."))
