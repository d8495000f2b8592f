"""Sections in the order in which HAProxy reads them, each with the settings that `defaults` give it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from isthmus.diagnostics import did_you_mean, shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.tree import PROXIES, Script, Section, Statement
from isthmus.network import Unmodelled

_RULES = ("acl", "tcp-request", "tcp-response", "http-request", "http-response", "http-after-response")


@dataclass(frozen=True, slots=True)
class Setting:
    """A statement that holds for a proxy, and the section that it is written in, whose ACLs it means."""

    statement: Statement
    home: Section


@dataclass(frozen=True, slots=True)
class ProxySection:
    """A frontend, backend or listen section with everything that holds for it, in order."""

    section: Section
    settings: tuple[Setting, ...]
    doubts: tuple[Unmodelled, ...] = ()


def in_order(scripts: Sequence[Script]) -> list[Script]:
    """The order of ``haproxy -f haproxy.cfg -f conf.d``: main files first, then those of folders, by name."""
    return sorted(scripts, key=lambda each: (_is_part(each.file), each.file))


def _is_part(file: str) -> bool:
    """Whether the file is one of a folder that is read after the main file."""
    return PurePosixPath(file).parent.name.endswith(".d")


def sections(scripts: Sequence[Script], notes: Notes) -> list[Section]:
    """Every section, with the variables that ``setenv`` sets replaced by their values."""
    environment: dict[str, str] = {}
    return [_filled(section, environment, notes) for script in scripts for section in script.sections]


def _filled(section: Section, environment: dict[str, str], notes: Notes) -> Section:
    statements = []
    for each in section.statements:
        statement = _with_values(each, environment, notes)
        if section.kind == "global" and not each.condition:
            _remember(statement, environment)
        if statement.words:
            statements.append(statement)
    header = _with_values(section.header, environment, notes)
    return Section(header if header.words else section.header, tuple(statements))


def _remember(statement: Statement, environment: dict[str, str]) -> None:
    """Follow what ``global`` does to the environment; ``presetenv`` yields to what we do not know."""
    names = [each.text for each in statement.words[1:]]
    keyword = statement.keyword if names else ""
    if keyword in ("setenv", "unsetenv"):
        for name in names if keyword == "unsetenv" else names[:1]:
            environment.pop(name, None)
        if keyword == "setenv" and not any(each.variables for each in statement.words):
            environment[names[0]] = " ".join(names[1:])
    elif keyword == "resetenv":
        environment.clear()


def _with_values(statement: Statement, environment: Mapping[str, str], notes: Notes) -> Statement:
    """The statement as it is read: up to its first empty word, at which HAProxy stops."""
    words = statement.words
    if environment and any(each.variables for each in words):
        words = tuple(each.filled(environment) for each in words)
    if not all(each.text for each in words) and not statement.is_broken:
        number = next(number for number, each in enumerate(words) if not each.text)
        if number + 1 < len(words) or not number:
            message = "an empty word ends the statement here"
            notes.report(codes.IGNORED, message, words[number].where, "remove the empty word, or give it a value")
        words = words[:number]
    return statement if words is statement.words else replace(statement, words=words)


def proxies(every: Sequence[Section], notes: Notes) -> list[ProxySection]:
    """Every frontend, backend and listen section with its settings."""
    found: list[ProxySection] = []
    named: dict[str, tuple[Setting, ...]] = {}
    latest: tuple[Setting, ...] = ()
    for section in every:
        if section.kind == "defaults":
            latest = (*_inherited(section, named, (), notes), *_own(section, notes))
            named[section.name] = latest
        elif section.kind in PROXIES:
            before = _inherited(section, named, latest, notes)
            condition = section.header.condition
            found.append(ProxySection(section, (*before, *_own(section, notes)), (condition,) if condition else ()))
    return found


def _inherited(
    section: Section, named: Mapping[str, tuple[Setting, ...]], latest: tuple[Setting, ...], notes: Notes
) -> tuple[Setting, ...]:
    parent = section.parent
    if parent is None:
        return latest
    if parent.text not in named or not parent.text:
        help_ = did_you_mean(parent.text, (name for name in named if name), what="defaults")
        notes.report(codes.NO_DEFAULTS, f"there are no defaults `{shown(parent.text)}`", parent.where, help_)
        notes.doubt(parent.where, f"settings of `{shown(parent.text)}`, which is not defined")
        return ()
    return named[parent.text]


def _own(section: Section, notes: Notes) -> tuple[Setting, ...]:
    if section.kind == "defaults" and not section.name:
        for each in section.statements:
            if each.keyword in _RULES and each.word(1) != "inspect-delay":
                message = f"`{each.keyword}` is not allowed in defaults without a name"
                notes.report(codes.INCOMPLETE, message, each.where, "write `defaults NAME`, and `from NAME`")
    return tuple(Setting(each, section) for each in section.statements)
