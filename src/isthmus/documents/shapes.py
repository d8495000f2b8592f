"""From what pydantic says about a shape to a diagnostic that points at the key or value and says what to do."""

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from isthmus.diagnostics import Code, Diagnostic, closest, did_you_mean, shown
from isthmus.documents import values
from isthmus.documents.node import Node, Path


@dataclass(frozen=True, slots=True)
class ShapeCodes:
    """The codes under which one kind of document reports entries that have the wrong shape."""

    unknown_key: Code
    missing_key: Code
    unknown_word: Code
    wrong_kind: Code
    bad_value: Code
    host_bits: Code
    contradiction: Code


def explain(
    codes: ShapeCodes, error: ValidationError, model: type[BaseModel], file: str, node: Node, key: Node
) -> list[Diagnostic]:
    """One diagnostic for each mistake in an entry: ``node`` is its value, ``key`` the key it stands under.

    What follows from a mistake that was told already is not told again: a required key that is missing
    because it is misspelt, or a value whose very spelling was refused.
    """
    return list(_Explainer(codes, error, model, file, node, key).diagnostics())


def faulty_paths(error: ValidationError, node: Node) -> tuple[Path, ...]:
    """The paths below ``node`` at which something is wrong."""
    return tuple(tuple(each["loc"]) for each in _problems(error, node))


def _problems(error: ValidationError, node: Node) -> list[Any]:
    """What pydantic found, without lists that it calls too short because it refused their elements."""
    return [each for each in error.errors(include_url=False) if not _only_seems_short(each, node)]


def _only_seems_short(problem: Any, node: Node) -> bool:  # noqa: ANN401 - pydantic's own record
    value = node.nearest(problem["loc"]).value
    is_many = isinstance(value, dict | list)
    return problem["type"] == "too_short" and is_many and len(value) >= problem["ctx"]["min_length"]


class _Explainer:
    def __init__(
        self, codes: ShapeCodes, error: ValidationError, model: type[BaseModel], file: str, node: Node, key: Node
    ) -> None:
        self.codes, self.model, self.file, self.node, self.key = codes, model, file, node, key
        self.problems = _problems(error, node)
        self.meant = {(*path[:-1], best) for path in self._paths("extra_forbidden") if (best := self._meant(path))}
        """Paths of the keys that misspelt ones stand for."""

    def diagnostics(self) -> Iterator[Diagnostic]:
        for problem in self.problems:
            path: Path = tuple(problem["loc"])
            kind: str = problem["type"]
            if self._is_flawed(path) or (kind == "missing" and path in self.meant):
                continue
            if kind == "extra_forbidden":
                yield self._unknown(path)
            elif kind == "missing":
                place = self.node.named(path[:-1], self.key)
                yield self._say(self.codes.missing_key, f"`{path[-1]}` is missing", place, _purpose(self.model, path))
            elif path and path[-1] == "[key]":
                code, message, help_ = values.bad_id(str(path[-2]))
                yield self._say(getattr(self.codes, code), message, self._key_at(path[:-1]), help_)
            else:
                yield self._bad(problem, path)

    def _paths(self, kind: str) -> list[Path]:
        return [tuple(each["loc"]) for each in self.problems if each["type"] == kind]

    def _meant(self, path: Path) -> str | None:
        return closest(str(path[-1]), _keys(self.model, path[:-1]))

    def _is_flawed(self, path: Path) -> bool:
        nodes = [self.node.nearest(path[:length]) for length in range(len(path) + 1)]
        return any(each.is_flawed for each in nodes)

    def _say(self, code: Code, message: str, place: Node, help_: str = "") -> Diagnostic:
        return Diagnostic(code, message, place.span(self.file), help_)

    def _key_at(self, path: Path) -> Node:
        """The key that ``path`` ends with."""
        return self.node.nearest(path[:-1]).keys.get(str(path[-1])) or self.node.named(path, self.key)

    def _unknown(self, path: Path) -> Diagnostic:
        word = str(path[-1])
        help_ = did_you_mean(word, _keys(self.model, path[:-1]), what="keys")
        return self._say(self.codes.unknown_key, f"unknown key `{shown(word)}`", self._key_at(path), help_)

    def _bad(self, problem: Any, path: Path) -> Diagnostic:  # noqa: ANN401 - pydantic's own record
        found = self.node.nearest(path)
        model = _model_at(self.model, path)
        needed = [name for name, each in model.model_fields.items() if each.is_required()] if model else []
        code, message, help_ = values.told(problem, found, self._name(path), needed)
        return self._say(getattr(self.codes, code), message, self.node.marks(path, self.key), help_)

    def _name(self, path: Path) -> str:
        """What to call the value at ``path`` in a sentence."""
        if not path:
            return f"`{shown(self.key.text)}`" if self.key.text else "this"
        name = f"`{shown(next((step for step in reversed(path) if isinstance(step, str)), 'this'))}`"
        return name if isinstance(path[-1], str) else f"an element of {name}"


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    inner = _model_at(model, path)
    return list(inner.model_fields) if inner else []


def _purpose(model: type[BaseModel], path: Path) -> str:
    """What a missing key is for, from its docstring."""
    inner = _model_at(model, path[:-1])
    field = inner.model_fields.get(str(path[-1])) if inner else None
    text = " ".join((field.description or "").split()).removesuffix(".") if field else ""
    return f"add `{path[-1]}`: {text[0].lower()}{text[1:]}" if text else f"add `{path[-1]}`"


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The shape that stands at ``path`` below ``model``."""
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(step))
            current = _optional(field.annotation) if field else None
        else:
            current = _below(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _optional(annotation: Any) -> Any:  # noqa: ANN401 - any type expression
    """``X`` for ``X | None``."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return next((each for each in typing.get_args(annotation) if each is not type(None)), None)
    return annotation


def _below(annotation: Any) -> Any:  # noqa: ANN401
    """The type of a list's elements or of a mapping's values."""
    arguments: Sequence[Any] = typing.get_args(annotation)
    if not arguments:
        return None
    return _optional(arguments[-1] if typing.get_origin(annotation) is dict else arguments[0])
