"""The canonical content of what owners agree to: the same meaning, the same bytes.

What is signed of a crossing or an exception is everything that its judgement rests on: the entry itself and every
entry that it names, directly or through others (service, endpoints, hosts, networks, load balancers, realms), the
networks of every address, what names stand for, and the exceptions of a crossing. Left out is what changes nothing
(titles, contacts, origins), what the agreement itself is about to change (a crossing's ``state``, recorded agreements),
and living figures (a project's quota and use).

Lists have no order in an estate, so they are sorted; values that are absent and values that are empty are the same.
The bytes are JSON with sorted keys and no white space, in UTF-8, with a final line feed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from isthmus.estate.crossings import Crossing, ExceptionEntry
from isthmus.estate.entity import Entity
from isthmus.estate.estate import SECTIONS, Estate
from isthmus.estate.references import references
from isthmus.estate.services import Front, Service
from isthmus.estate.types import IPAddress

Content = dict[str, Any]

_TRIVIAL = frozenset({"title", "contact", "origin", "state", "agreed", "quota", "used"})
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
    return _text(_settled(content)).encode() + b"\n"


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
    old, new = dict(_fields(_settled(before), "")), dict(_fields(_settled(after), ""))
    paths = sorted({*old, *new})
    return tuple(
        Difference(path, old.get(path, ""), new.get(path, "")) for path in paths if old.get(path) != new.get(path)
    )


def _content(estate: Estate, kind: str, entity: Entity, others: list[Any]) -> Content:
    reached: dict[tuple[str, str], Entity] = {}
    for start in (entity, *others):
        _reach(estate, start, reached)
    entries: dict[str, dict[str, Any]] = {}
    for (section, name), each in reached.items():
        entries.setdefault(section, {})[name] = _plain(each)
    names = {name: [str(each) for each in estate.resolve(name)] for name in _names(reached.values(), entity)}
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
    for address in _addresses(estate, entity):
        for network in estate.plan.find(address):
            _add(estate, "networks", network.id, reached)
    if isinstance(entity, Crossing):
        for prefix in entity.arrives_as:
            for network in estate.plan.inside(prefix):
                _add(estate, "networks", network.id, reached)


def _add(estate: Estate, section: str, name: str, reached: dict[tuple[str, str], Entity]) -> None:
    entity = estate.section(section).get(name)
    if entity is not None and (section, name) not in reached:
        reached[section, name] = entity
        _reach(estate, entity, reached)


def _addresses(estate: Estate, entity: Entity) -> Iterator[IPAddress]:
    for written in _written(entity):
        yield from estate.resolve(written)


def _written(entity: Entity) -> Iterator[IPAddress | str]:
    """The addresses and names under which something is reached."""
    if isinstance(entity, Service):
        for endpoint in entity.endpoints.values():
            yield from endpoint.addresses
    elif isinstance(entity, Front):
        yield from entity.addresses


def _names(entities: Any, start: Entity) -> Iterator[str]:  # noqa: ANN401 - any collection of entries
    for entity in (start, *entities):
        yield from (written for written in _written(entity) if isinstance(written, str))


def _plain(entity: Entity) -> Content:
    plain: Content = entity.model_dump(mode="json")
    return {key: value for key, value in plain.items() if key not in _TRIVIAL}


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


def _fields(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Every field with its path; a list of plain values is one field."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _fields(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        yield path, ", ".join(str(each) for each in value)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _fields(each, f"{path}.{at + 1}")
    else:
        yield path, str(value)
