"""From what pydantic says about a shape to a diagnostic that points at the key or value and says what to do."""

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from isthmus.diagnostics import Code, Diagnostic, did_you_mean
from isthmus.documents.node import Node

Path = tuple[str | int, ...]

_KINDS = {
    "string": "text",
    "bool": "`true` or `false`",
    "int": "a whole number",
    "dict": "a mapping",
    "tuple": "a list",
    "model": "a mapping",
    "float": "a number",
}
_OWN = {"address", "prefix", "address_or_name", "dns_name", "size", "date", "ports"}
_CONTRADICTIONS = {"port_missing", "port_needless", "client_empty", "review_early"}


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
    """One diagnostic for each mistake in an entry: ``node`` is its value, ``key`` the key it stands under."""
    return [_explain_one(codes, dict(each), model, file, node, key) for each in error.errors(include_url=False)]


def pruned(value: Any, paths: Sequence[Path]) -> Any:  # noqa: ANN401 - any entry
    """A copy of ``value`` without what stands at ``paths``.

    >>> pruned({"a": 1, "b": [{"c": 2, "d": 3}]}, [("a",), ("b", 0, "c")])
    {'b': [{'d': 3}]}
    """
    here = {path[0] for path in paths if len(path) == 1 or path[1] == "[key]"}
    if isinstance(value, dict):
        return {key: pruned(each, _below(paths, key)) for key, each in value.items() if key not in here}
    if isinstance(value, list):
        return [pruned(each, _below(paths, at)) for at, each in enumerate(value) if at not in here]
    return value


def _below(paths: Sequence[Path], step: str | int) -> list[Path]:
    return [path[1:] for path in paths if len(path) > 1 and path[0] == step]


def _explain_one(
    codes: ShapeCodes, problem: dict[str, Any], model: type[BaseModel], file: str, node: Node, key: Node
) -> Diagnostic:
    path: Path = tuple(problem["loc"])
    kind: str = problem["type"]
    if kind == "extra_forbidden":
        holder = node.nearest(path[:-1])
        word = str(path[-1])
        place = holder.keys.get(word, holder)
        help_ = did_you_mean(word, _keys(model, path[:-1]), what="keys")
        return Diagnostic(codes.unknown_key, f"unknown key `{word}`", place.span(file), help_)
    if kind == "missing":
        holder = node.nearest(path[:-1])
        place = key if holder is node else holder
        return Diagnostic(codes.missing_key, f"`{path[-1]}` is missing", place.span(file), _describe(model, path))
    if path and path[-1] == "[key]":
        holder = node.nearest(path[:-2])
        place = holder.keys.get(str(path[-2]), holder)
        return _bad_id(codes, str(path[-2]), place, file)
    found = node.nearest(path)
    place = key if found is node and not isinstance(node.value, dict) and node.value is None else found
    code, message, help_ = _value(codes, problem, kind, found, path)
    return Diagnostic(code, message, place.span(file), help_)


def _value(codes: ShapeCodes, problem: dict[str, Any], kind: str, found: Node, path: Path) -> tuple[Code, str, str]:
    """Code, message and help for a value that does not fit."""
    context = problem.get("ctx", {})
    if kind == "host_bits":
        return (
            codes.host_bits,
            problem["msg"],
            f"write `{context['masked']}`, or a longer prefix for one address",
        )
    if kind in _OWN:
        return codes.bad_value, problem["msg"], ""
    if kind in _CONTRADICTIONS:
        return codes.contradiction, problem["msg"], ""
    if kind in ("enum", "literal_error"):
        words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        help_ = did_you_mean(str(found.value), words, what="one of")
        return codes.unknown_word, f"unknown word `{_shown(found)}`", help_
    if kind == "string_pattern_mismatch":
        bad = _bad_id(codes, _shown(found), found, "")
        return bad.kind, bad.message, bad.help
    if kind.endswith("_type"):
        wanted = _KINDS.get(kind.removesuffix("_type"), "something else")
        name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"
        return codes.wrong_kind, f"{name} should be {wanted}, not {found.described()}", ""
    return codes.bad_value, _plainly(problem["msg"]), ""


def _bad_id(codes: ShapeCodes, word: str, place: Node, file: str) -> Diagnostic:
    help_ = "letters, digits, `.`, `_`, `:` and `-`, at most 100, the first one a letter or digit"
    return Diagnostic(codes.bad_value, f"`{word[:80]}` cannot be an id", place.span(file), help_)


def _shown(node: Node) -> str:
    return str(node.plain())[:80]


def _plainly(message: str) -> str:
    return message[:1].lower() + message[1:]


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    inner = _model_at(model, path)
    return list(inner.model_fields) if inner else []


def _describe(model: type[BaseModel], path: Path) -> str:
    """What a missing key is for, from its docstring."""
    inner = _model_at(model, path[:-1])
    field = inner.model_fields.get(str(path[-1])) if inner else None
    text = (field.description or "") if field else ""
    return f"`{path[-1]}`: {text.splitlines()[0]}" if text else f"add `{path[-1]}`"


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The shape that stands at ``path`` below ``model``."""
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(step))
            current = _inner(field.annotation) if field else None
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _inner(annotation: Any) -> Any:  # noqa: ANN401 - any type expression
    """The model inside ``X | None``, ``tuple[X, ...]`` or ``dict[str, X]``."""
    arguments: Sequence[Any] = typing.get_args(annotation)
    if not arguments:
        return annotation
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return _inner(next((each for each in arguments if each is not type(None)), None))
    return _inner(arguments[-1] if typing.get_origin(annotation) is dict else arguments[0])
