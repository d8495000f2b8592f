"""What is wrong with one value, in words: the sentences behind pydantic's kinds of error."""

import re
from collections.abc import Sequence
from typing import Any

from isthmus.diagnostics import did_you_mean, shown
from isthmus.documents import faults
from isthmus.documents.node import Node

Told = tuple[str, str, str]
"""Which of the shape codes it is, the message and the help."""

_WANTED = {
    "string": "text", "bool": "`true` or `false`", "int": "a whole number", "float": "a number", "dict": "a mapping",
    "model": "a mapping", "tuple": "a list", "list": "a list", "enum": "one word", "literal": "one word",
}  # fmt: skip
_NO_SPACE = re.compile(r"([\w.-]+:)(\S.*)")
_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def bad_id(word: str) -> Told:
    """A word that cannot name an entry."""
    if len(word) > 100:
        return "bad_value", f"`{shown(word)}` is too long for an id", "an id has at most 100 characters"
    help_ = "an id has letters, digits, `.`, `_`, `:` and `-`, and begins with a letter or digit"
    return "bad_value", f"`{shown(word)}` cannot be an id" if word else "an id cannot be empty", help_


def told(problem: Any, found: Node, name: str, needed: Sequence[str]) -> Told:  # noqa: ANN401 - pydantic's record
    """What is wrong with ``found``, which the message calls ``name``; ``needed`` are keys that it must have."""
    kind: str = problem["type"]
    context: dict[str, Any] = problem.get("ctx", {})
    if kind in (faults.VALUE, faults.HOST_BITS):
        if found.value is None or isinstance(found.value, dict | list):
            return _wrong_kind(context["noun"], found, name, needed)
        written = f"`{shown(found.spelled)}`" if found.spelled else "an empty text"
        message = problem["msg"].replace(f"`{context['given']}`", written)
        return "host_bits" if kind == faults.HOST_BITS else "bad_value", message, context["help"]
    if kind == faults.CONTRADICTION:
        return "contradiction", problem["msg"], context["help"]
    if kind in ("enum", "literal_error") and isinstance(found.value, str | int | float):
        key = f" for {name}" if name.startswith("`") else ""
        words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        help_ = did_you_mean(found.spelled, words, what="one of")
        return "unknown_word", f"unknown word `{shown(found.spelled)}`{key}", help_
    if kind == "string_pattern_mismatch":
        return bad_id(str(found.value))
    if kind in _BOUNDS:
        bound, more = _BOUNDS[kind]
        return "bad_value", f"{name} should be {more} {context[bound]}, not {shown(found.spelled)}", ""
    if kind in ("too_short", "string_too_short"):
        return "bad_value", f"{name} is empty" if not found.value else f"{name} has too little", _more(found, context)
    if kind == "string_too_long":
        return "bad_value", f"{name} has more than {context['max_length']} characters", "shorten it"
    wanted = _WANTED.get(kind.split("_")[0])
    return _wrong_kind(wanted, found, name, needed) if wanted else ("bad_value", f"{name} cannot be read", "")


def _more(found: Node, context: dict[str, Any]) -> str:
    if isinstance(found.value, str):
        return "write it there"
    least: int = context["min_length"]
    return "it needs at least one" if least == 1 else f"it needs at least {least}"


_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "more than"),
    "less_than": ("lt", "less than"),
}


def _wrong_kind(wanted: str, found: Node, name: str, needed: Sequence[str]) -> Told:
    return "wrong_kind", f"{name} should be {wanted}, not {found.described()}", _remedy(wanted, found, needed)


def _remedy(wanted: str, found: Node, needed: Sequence[str]) -> str:
    """What to write instead, where that is plain."""
    text = shown(found.spelled)
    if wanted == "text" and not isinstance(found.value, str | dict | list | None):
        return f'put it in quotes: `"{text}"`'
    if wanted in ("text", "one word") and isinstance(found.value, list):
        return "write one, without brackets"
    if wanted == "a list" and isinstance(found.value, dict):
        return "begin each element with `- `"
    if wanted == "a list" and not isinstance(found.value, dict | list | None):
        return f"put it in brackets: `[{text}]`"
    if wanted == "`true` or `false`" and text.lower() in _TRUTHS:
        return f"write `{_TRUTHS[text.lower()]}`"
    if wanted == "a whole number" and isinstance(found.value, str) and text.isdecimal():
        return "write it without quotes"
    if wanted == "a mapping" and needed:
        return f"it needs {', '.join(f'`{each}`' for each in needed)}"
    if wanted == "a mapping" and found.value is None:
        return "write `{}` if there is nothing to say"
    if wanted == "a mapping" and (spaced := _NO_SPACE.fullmatch(text)):
        return f"a colon needs a space behind it: `{spaced[1]} {spaced[2]}`"
    return "write it behind the colon" if found.value is None else ""
