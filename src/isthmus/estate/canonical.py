"""The canonical content of what owners agree to: the same meaning, the same bytes.

What is signed of a crossing or an exception is everything that its judgement rests on: the entry itself and every
entry that it names, directly or through others (service, endpoints, hosts, networks, load balancer, web proxy,
project, realms), the networks of every address and prefix in them, what names stand for, and the exceptions of a
crossing.

Left out is what changes nothing (titles, contacts, origins), what the agreement itself is about to change (a
crossing's ``state``, recorded agreements), living figures (a project's quota and use), and other crossings, each of
which is agreed for itself.

Lists have no order in an estate, so they are sorted. What is absent and what is empty are the same, but for a field
that says more when it is written empty (``admits: []``: nothing is admitted). The bytes are JSON with sorted keys and
no white space, in UTF-8, with a final line feed.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from isthmus.estate.crossings import Crossing, ExceptionEntry
from isthmus.estate.entity import Entity
from isthmus.estate.estate import SECTIONS, Estate
from isthmus.estate.hosts import Host
from isthmus.estate.networks import Network
from isthmus.estate.realms import Project
from isthmus.estate.references import references
from isthmus.estate.services import Front, Service
from isthmus.estate.types import IPAddress, IPPrefix

Content = dict[str, Any]

EMPTY = "empty"
"""Stands for a list that says more when it is written empty than when it is absent."""

_TRIVIAL: dict[type[Entity], frozenset[str]] = {
    Entity: frozenset({"title", "contact", "origin"}),
    Crossing: frozenset({"state", "agreed"}),
    ExceptionEntry: frozenset({"agreed"}),
    Project: frozenset({"quota", "used"}),
}
_NOT_FOLLOWED = frozenset({"owners", "crossings", "exceptions", "expectations", "names"})
_SECTION_OF = {"client networks": "networks", "audiences": "realms"}


def crossing_content(estate: Estate, crossing: Crossing) -> Content:
    """Everything that the judgement of ``crossing`` rests on, as plain values."""
    exceptions = [each for each in estate.exceptions.values() if each.crossing == crossing.id]
    return _content(estate, "crossing", crossing, exceptions)


def exception_content(estate: Estate, exception: ExceptionEntry) -> Content:
    """An exception with the whole crossing that it excuses: consent to one is consent to no other."""
    return _content(estate, "exception", exception, [estate.crossings[exception.crossing]])


def canonical(content: Content) -> bytes:
    r"""The bytes that stand for ``content``.

    >>> canonical({"b": [2, 1], "a": None, "c": {"d": ()}})
    b'{"b":[1,2]}\n'
    """
    return _text(_settled(content)).encode(errors="backslashreplace") + b"\n"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changed: its path, and what it said before and says now ('' where it was not there)."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def differences(before: Content, after: Content) -> tuple[Difference, ...]:
    """What changed between two contents, field by field.

    >>> [str(each) for each in differences({"port": 443, "names": ["a"]}, {"port": 8443, "names": ["a", "b"]})]
    ['names: a → a, b', 'port: 443 → 8443']
    """
    old, new = dict(_fields(_settled(before), ())), dict(_fields(_settled(after), ()))
    changed = (path for path in {*old, *new} if old.get(path) != new.get(path))
    return tuple(Difference(_shown(path), old.get(path, ""), new.get(path, "")) for path in sorted(changed))


def _content(estate: Estate, kind: str, entity: Entity, others: list[Any]) -> Content:
    reached: dict[tuple[str, str], Entity] = {}
    for start in (entity, *others):
        _reach(estate, start, reached)
    entries: dict[str, dict[str, Any]] = {}
    for (section, name), each in reached.items():
        entries.setdefault(section, {})[name] = _plain(each)
    names = {name: [str(each) for each in estate.resolve(name)] for name in _names(reached.values())}
    return {
        "isthmus": 1,
        "kind": kind,
        "id": entity.id,
        kind: _plain(entity),
        "with": {each.id: _plain(each) for each in others},
        "entries": entries,
        "names": {name: addresses or ["unresolved"] for name, addresses in names.items()},
    }


def _reach(estate: Estate, entity: Entity, reached: dict[tuple[str, str], Entity]) -> None:
    """Gather every entry that ``entity`` names, and the networks of its addresses."""
    for reference in references(entity):
        section = _SECTION_OF.get(reference.section, reference.section)
        if section in SECTIONS and section not in _NOT_FOLLOWED:
            _add(estate, section, reference.word, reached)
    for network in _networks(estate, entity):
        _add(estate, "networks", network.id, reached)


def _add(estate: Estate, section: str, name: str, reached: dict[tuple[str, str], Entity]) -> None:
    entity = estate.section(section).get(name)
    if entity is not None and (section, name) not in reached:
        reached[section, name] = entity
        _reach(estate, entity, reached)


def _networks(estate: Estate, entity: Entity) -> Iterator[Network]:
    """The networks of every address and prefix that an entry holds."""
    for written in _written(entity):
        for address in estate.resolve(written):
            yield from estate.plan.find(address)
    for prefix in _prefixes(entity):
        yield from estate.plan.inside(prefix)


def _written(entity: Entity) -> Iterator[IPAddress | str]:
    """The addresses and names under which something is reached."""
    if isinstance(entity, Service):
        for endpoint in entity.endpoints.values():
            yield from endpoint.addresses
        yield from entity.names
    elif isinstance(entity, Front | Host):
        yield from entity.addresses


def _prefixes(entity: Entity) -> Iterator[IPPrefix]:
    """The prefixes as which something arrives, or is let in."""
    if isinstance(entity, Crossing):
        yield from entity.arrives_as
    elif isinstance(entity, Service):
        yield from entity.admits or ()


def _names(entities: Iterable[Entity]) -> Iterator[str]:
    for entity in entities:
        yield from (written for written in _written(entity) if isinstance(written, str))


def _plain(entity: Entity) -> Content:
    plain: Content = entity.model_dump(mode="json")
    for name, field in type(entity).model_fields.items():
        value = getattr(entity, name)
        if isinstance(value, tuple) and value and isinstance(value[0], Entity):
            plain[name] = [_plain(each) for each in value]
        elif value == () and field.default is None:
            plain[name] = EMPTY
    trivial = frozenset().union(*(names for kind, names in _TRIVIAL.items() if isinstance(entity, kind)))
    return {key: value for key, value in plain.items() if key not in trivial}


def _settled(value: Any) -> Any:  # noqa: ANN401 - any plain value
    """The same value with sorted lists and without what is empty."""
    if isinstance(value, dict):
        settled = {key: _settled(each) for key, each in value.items()}
        return {key: each for key, each in settled.items() if each not in (None, [], {}, "")}
    if isinstance(value, list | tuple):
        return sorted((_settled(each) for each in value), key=_text)
    return value


def _text(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _fields(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ANN401
    """Every field with its path; a list of plain values is one field."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _fields(each, (*path, key))
    elif isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        yield path, ", ".join(str(each) for each in value)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _fields(each, (*path, str(at + 1)))
    else:
        yield path, str(value)


def _shown(path: tuple[str, ...]) -> str:
    """A path in one word; an id that holds dots stands in brackets."""
    return "".join(f"[{key}]" if "." in key else f".{key}" for key in path).removeprefix(".")
