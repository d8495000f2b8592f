"""Following references: which words of an entry name something in another section.

A field says so by its type (see :mod:`isthmus.estate.words`); what is read here is the types, so that a new field
needs no second place, and so that even an entry whose shape is wrong can be asked for the words it holds.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel

from isthmus.documents import Path
from isthmus.estate.entity import Entity
from isthmus.estate.words import Names


@dataclass(frozen=True, slots=True)
class Reference:
    """One word of an entry that names something: where it stands, and in which section it is looked up."""

    path: Path
    word: str
    section: str


def references(entity: Entity) -> Iterator[Reference]:
    """Every reference that an entry makes to another section of the estate.

    >>> from isthmus.estate import Realm
    >>> [(each.path, each.word, each.section) for each in references(Realm(owners=("sre",)))]
    [(('owners', 0), 'sre', 'owners')]
    """
    return references_of(type(entity), entity)


def references_of(model: type[BaseModel], value: BaseModel | Mapping[str, Any]) -> Iterator[Reference]:
    """The same for plain values that should have the shape of ``model``, as far as they have it."""
    return _follow(value, model, ())


def _follow(value: Any, link: Any, path: Path) -> Iterator[Reference]:  # noqa: ANN401 - any part of an entry
    if isinstance(link, Names):
        if isinstance(value, str):
            yield Reference(path, value, link.section)
    elif isinstance(link, _Each):
        if isinstance(value, dict):
            for key, each in value.items():
                yield from _follow(each, link.link, (*path, key))
        elif isinstance(value, list | tuple):
            for at, each in enumerate(value):
                yield from _follow(each, link.link, (*path, at))
    elif isinstance(value, BaseModel | dict):
        get = value.get if isinstance(value, dict) else value.__dict__.get
        for name, below in _links(link):
            yield from _follow(get(name), below, (*path, name))


@dataclass(frozen=True, slots=True)
class _Each:
    """A list or mapping of things that hold references."""

    link: Any


@cache
def _links(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """The fields of a shape that hold references: the mark of a word, an :class:`_Each`, or a shape."""
    found = ((name, _link(each.annotation, each.metadata)) for name, each in model.model_fields.items())
    return tuple((name, link) for name, link in found if link is not None)


def _link(annotation: Any, metadata: typing.Iterable[Any] = ()) -> Any:  # noqa: ANN401 - any type expression
    mark = next((each for each in metadata if isinstance(each, Names)), None)
    if mark is not None:
        return mark
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _link(arguments[0], arguments[1:])
    if origin in (typing.Union, types.UnionType):
        return next((link for each in arguments if (link := _link(each)) is not None), None)
    if origin in (tuple, dict):
        below = _link(arguments[-1] if origin is dict else arguments[0])
        return None if below is None else _Each(below)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and _links(annotation):
        return annotation
    return None
