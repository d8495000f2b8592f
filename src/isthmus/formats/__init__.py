r"""Configuration languages, a folder each: text → the format's own shape → the neutral network model.

A folder ``formats/NAME/`` offers ``FORMAT``; adding a format is adding a folder. `example` shows how one is made.

>>> reading = read("switch", [Text("switch/access.example", "permit tcp from 192.0.2.0/24 to any port 443\n")])
>>> [rule.action.value for rule in reading.devices[0].chains["access"].rules]
['accept']
"""

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.formats.format import CannotRenderError, Format, Lowered, Parsed, Text
from isthmus.network import Coverage, Definition, Device, Unmodelled

__all__ = ["CODES", "CannotRenderError", "Format", "Lowered", "Parsed", "Text", "every_format", "read"]

UNKNOWN_FORMAT = Code(
    "FMT001",
    Severity.WARNING,
    "a file of a snapshot is in no format that is known",
    "Formats recognise a file by its name and content. None recognised this one, so nothing of it is modelled, and "
    "every answer through its device is unknown. Remove it if it does not concern packets.",
)
TWO_FORMATS = Code(
    "FMT002",
    Severity.ERROR,
    "a file could be in two formats",
    "Two formats recognise the file, and what it means depends on which it is. Give it the ending of one of them.",
)

_OWN = (UNKNOWN_FORMAT, TWO_FORMATS)

_LENT = "prefix-list"
"""The kind of definitions that formats may take from each other."""


@cache
def every_format() -> tuple[Format, ...]:
    """Every format that there is, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
    return tuple(import_module(f"{__name__}.{name}").FORMAT for name in names)


def codes() -> tuple[Code, ...]:
    """Every diagnostic that reading configurations can give."""
    return (*_OWN, *(code for each in every_format() for code in each.codes))


def __getattr__(name: str) -> tuple[Code, ...]:
    if name == "CODES":
        return codes()
    raise AttributeError(name)


def read(device: str, texts: Sequence[Text]) -> Lowered:
    """Read the texts of one device's folder; ``text.name`` begins with the folder's name or a path that ends in it."""
    devices: list[Device] = []
    problems: list[Diagnostic] = []
    chosen: list[tuple[str, Format, Text]] = []
    for text in texts:
        found = [each for each in every_format() if each.looks_like(_inside(device, text.name), text.text)]
        if len(found) == 1:
            chosen.append((found[0].name, found[0], text))
        else:
            devices.append(_opaque(device, text))
            problems.append(_undecided(text, found))
    lists: dict[str, Definition] = {}
    chosen.sort(key=lambda each: (each[1].lower_beside is not None, each[0], each[2].name))
    for _, group in groupby(chosen, key=lambda each: each[0]):
        members = list(group)
        parsed = [each.parse(text) for _, each, text in members]
        problems += [problem for each in parsed for problem in each.diagnostics]
        lowered = _lowered(device, members[0][1], [each.tree for each in parsed if each.tree is not None], lists)
        lists |= {name: one for each in lowered.devices for name, one in each.definitions.items() if one.kind == _LENT}
        devices += lowered.devices
        problems += lowered.diagnostics
        devices += [_opaque(device, text) for (_, _, text), each in zip(members, parsed, strict=True) if not each.tree]
    problems.sort(key=Diagnostic.sort_key)
    return Lowered(tuple(devices), tuple(problems))


def _lowered(device: str, form: Format, trees: Sequence[Any], lists: Mapping[str, Definition]) -> Lowered:
    """What the texts of one format say, beside the prefix lists of others where it wants them."""
    return form.lower(device, trees) if form.lower_beside is None else form.lower_beside(device, trees, lists)


def _inside(device: str, name: str) -> str:
    """The path inside the device's folder."""
    parts = name.replace("\\", "/").split("/")
    return "/".join(parts[len(parts) - parts[::-1].index(device) :]) if device in parts[:-1] else parts[-1]


def _opaque(device: str, text: Text) -> Device:
    where = Span(text.name)
    doubt = Unmodelled(where, "the whole file was not read")
    return Device(device, where, coverage=Coverage(1, (doubt,)), doubts=(doubt,))


def _undecided(text: Text, found: Sequence[Format]) -> Diagnostic:
    where = Span(text.name)
    if not found:
        known = ", ".join(each.name for each in every_format())
        return Diagnostic(UNKNOWN_FORMAT, f"no format recognises `{text.name}`", where, f"formats: {known}")
    names = " or ".join(each.name for each in found)
    return Diagnostic(TWO_FORMATS, f"`{text.name}` could be {names}", where, "give it the ending of one of them")
