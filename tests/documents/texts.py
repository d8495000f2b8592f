"""Texts that nobody would write and somebody will: any text, heaps of tokens, and small mutations of good files."""

import re
from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from isthmus.diagnostics import Diagnostic

YAML_TOKENS = (
    "a", "b", "estate", "edition", "networks", "hosts", "services", "crossings", "realm", ":", ": ", ":\n", "- ", "\n",
    "\n  ", "\n    ", " ", "\t", "{", "}", "[", "]", ",", "&a ", "*a", "*b", "!t ", "!!int ", "|", ">", "|2-\n", "'",
    '"', "\\", "\\x", "#", " # c\n", "---\n", "...\n", "%YAML 1.2\n", "?", "? ", "<<: ", "~", "null", "true", "1",
    "0x1", "1e999", "-", "@", "`", "\r", "\r\n", "\x85", "\u2028", "\ufeff", "\x00", "\x07", "\xa0", "é", "公", "😀",
    "10.0.0.1/8", "2001:db8::/32", "<<<<<<< x\n", "=======\n", "b:c",
)  # fmt: skip
TOML_TOKENS = (
    "a", "b.c", "case", "requirement", "[", "]", "[[", "]]", "=", " = ", "\n", "\r\n", ",", ".", "{", "}", '"', "'",
    '"""', "'''", "\\", "\\u", "#", "1", "1.5", "1e5", "inf", "true", "2026-01-01", "12:00:00", "-", "_", "é", "\x00",
    "\x7f", "\t", " ", "[case]\n", "[[case]]\n", 'a = "x"\n', "x = [\n", "x = {",
)  # fmt: skip
VALUES = ("", "1", "0", "-1", "1.5", "true", "~", "[]", "{}", "[x]", "{x: y}", "x", '"x"', "2026-02-30", "10.0.0.1/8",
          "::1", "*x", "&x y", "!t x", "a: b", "a b", "\U0001f600", "9" * 50)  # fmt: skip

_VALUE = re.compile(r"(?<=[:=] )[^\n]+|(?<=- )[^\n]+|(?<=\[)[^\],\n]+")


def heaps(tokens: Sequence[str]) -> st.SearchStrategy[str]:
    """Tokens in any order: nearly always wrong, and wrong in many ways."""
    return st.lists(st.sampled_from(tokens), max_size=40).map("".join)


@st.composite
def mutated(draw: st.DrawFn, texts: Sequence[str], tokens: Sequence[str]) -> str:
    """A good text after one to four accidents."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from(_ACCIDENTS))(draw, text, tokens)
    return text


def _delete(draw: st.DrawFn, text: str, tokens: Sequence[str]) -> str:
    start = draw(st.integers(0, len(text)))
    return text[:start] + text[start + draw(st.integers(1, 30)) :]


def _insert(draw: st.DrawFn, text: str, tokens: Sequence[str]) -> str:
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.sampled_from(tokens)) + text[start:]


def _swap(draw: st.DrawFn, text: str, tokens: Sequence[str]) -> str:
    at = draw(st.integers(0, max(0, len(text) - 2)))
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _lines(draw: st.DrawFn, text: str, tokens: Sequence[str]) -> str:
    """Remove, repeat or move a line."""
    lines = text.split("\n")
    line = lines.pop(draw(st.integers(0, len(lines) - 1)))
    for _ in range(draw(st.integers(0, 2))):
        lines.insert(draw(st.integers(0, len(lines))), line)
    return "\n".join(lines)


def _value(draw: st.DrawFn, text: str, tokens: Sequence[str]) -> str:
    """Put another kind of value in the place of one."""
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    chosen = draw(st.sampled_from(found))
    return text[: chosen.start()] + draw(st.sampled_from(VALUES)) + text[chosen.end() :]


_ACCIDENTS = (_delete, _insert, _swap, _lines, _value, _value)


def assert_in_place(said: Iterable[Diagnostic], lines: Sequence[str]) -> None:
    """Every diagnostic lies in its text, or right behind its end, and can be shown."""
    for each in said:
        line, column, width = each.where.line, each.where.column, each.where.width
        assert 1 <= line <= len(lines) + 1, each
        text = lines[line - 1] if line <= len(lines) else ""
        assert 1 <= column <= len(text) + 1, each
        assert width >= 1, each
        assert column + width <= len(text) + 2, each
        assert each.message, each
        assert re.sub("[\n\t]", "", each.render({each.where.file: lines})).isprintable(), each
