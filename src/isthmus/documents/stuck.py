"""What it means where a YAML parser can go no further: for each of its complaints, the mistake that a person made."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isthmus.diagnostics import shown

_NO_SPACE = re.compile(r"(\s*(?:- )?)([\w.-]+:)([^\s:/].*)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake of spelling: what, where (counted from 1), and what to do."""

    message: str
    line: int
    column: int
    width: int = 1
    help: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where the parser stopped, and where that began which did not end."""

    problem: str
    lines: Sequence[str]
    at: tuple[int, int]
    began: tuple[int, int]

    def rest(self, at: tuple[int, int]) -> str:
        """The rest of a line from a place on."""
        line, column = at
        return self.lines[line - 1][column - 1 :] if line <= len(self.lines) else ""

    @property
    def is_first(self) -> bool:
        """Whether the parser stopped at the first thing on its line."""
        line, column = self.at
        return line <= len(self.lines) and not self.lines[line - 1][: column - 1].strip()

    def here(self, message: str, help_: str = "", width: int = 1) -> Complaint:
        """A mistake where the parser stopped."""
        return Complaint(message, *self.at, width, help_)

    def there(self, message: str, help_: str = "", width: int = 1) -> Complaint:
        """A mistake where that began which did not end."""
        return Complaint(message, *self.began, width, help_)


def _strange_start(stuck: Stuck) -> Complaint:
    rest = stuck.rest(stuck.at)
    if not rest or rest[0] == "\t":
        width = max(1, len(rest) - len(rest.lstrip("\t")))
        return stuck.here("a tab cannot indent", "indent with spaces", width)
    begins = "a backquote" if rest[0] == "`" else f"`{shown(rest[0])}`"
    return stuck.here(f"a value cannot begin with {begins}", "put the value in quotes")


def _open_quote(stuck: Stuck) -> Complaint:
    return stuck.there("the quote that begins here is never closed", "close it where the text ends")


def _open_bracket(stuck: Stuck) -> Complaint:
    closing = "]" if "]" in stuck.problem else "}"
    if stuck.at[0] == stuck.began[0] and stuck.rest(stuck.at):
        told = f"write a comma or `{closing}`; a value that holds `,` or `: ` needs quotes"
        return stuck.here(f"a comma or `{closing}` is missing here", told)
    told = f"close it with `{closing}`, or add the comma that is missing before line {stuck.at[0]}"
    return stuck.there(f"the `{stuck.rest(stuck.began)[:1]}` that begins here is never closed", told)


def _no_value(stuck: Stuck) -> Complaint:
    return stuck.here("a value is missing here", "write it, or remove the comma; close what is open")


def _second_colon(stuck: Stuck) -> Complaint:
    """A colon after something that cannot be a key: mostly the line above it is at fault."""
    line = stuck.at[0]
    if ": " in stuck.lines[line - 1][: stuck.at[1] - 1]:
        return stuck.here("a second colon in one line", "a value that holds `: ` needs quotes")
    above = next((number for number in range(line - 1, 0, -1) if stuck.lines[number - 1].strip()), 0)
    if above and (found := _without_space(stuck.lines[above - 1], above, 1)):
        return found
    if stuck.at[1] > _LONGEST_KEY:
        return Complaint(f"a key of more than {_LONGEST_KEY:,} characters", line, 1, 1, "write a shorter one")
    if above and ": " not in stuck.lines[above - 1]:
        text = stuck.lines[above - 1]
        word = text.strip().removeprefix("- ")
        return Complaint(f"`{shown(word)}` has no colon", above, text.index(word) + 1, len(word), "write `key: value`")
    text = stuck.lines[line - 1].strip()
    message = "this line is indented deeper than the key above it, which has a value already"
    return Complaint(message, line, stuck.lines[line - 1].index(text) + 1, len(text), _ALIGN)


_LONGEST_KEY = 1024
_ALIGN = "indent it as far as the keys that it belongs with"


def _without_space(text: str, line: int, column: int) -> Complaint | None:
    """A mistake such as ``key:value``, where the colon makes no key for want of a space."""
    found = _NO_SPACE.fullmatch(text.rstrip())
    if found is None:
        return None
    help_ = f"write `{found[2]} {shown(found[3])}`"
    width = len(found[2]) + len(found[3])
    return Complaint("a space is missing after the colon", line, column + len(found[1]), width, help_)


def _no_colon(stuck: Stuck) -> Complaint:
    rest = stuck.rest(stuck.began)
    found = _without_space(rest, *stuck.began)
    return found or stuck.there(f"`{shown(rest.rstrip())}` has no colon", "write `key: value`", len(rest.rstrip()))


def _no_key(stuck: Stuck) -> Complaint:
    rest = stuck.rest(stuck.at).rstrip()
    if rest.startswith(("]", "}")):
        return stuck.here(f"`{rest[0]}` closes nothing", "remove it")
    if not stuck.is_first:
        told = "put the whole value in quotes, or remove what does not belong to it"
        return stuck.here(f"`{shown(rest)}` follows a value that has ended", told, len(rest))
    if rest.startswith(":"):
        return stuck.here("a key is missing before the colon", "write a name there")
    if rest.startswith("- "):
        return stuck.here("a list item stands among keys", "indent it under the key that it belongs to")
    return stuck.here("the indentation of this line fits no line above", _ALIGN, len(rest))


def _no_item(stuck: Stuck) -> Complaint:
    width = len(stuck.rest(stuck.at).rstrip())
    return stuck.here("a key stands among list items", "begin the line with `- `, or indent it as other keys", width)


def _escape(stuck: Stuck) -> Complaint:
    line, column = stuck.at
    start = max(1, stuck.lines[line - 1].rfind("\\", 0, column) + 1)
    word = stuck.lines[line - 1][start - 1 : max(start + 1, column)]
    told = "write `\\\\` for a backslash, or use single quotes"
    return Complaint(f"`{shown(word)}` means nothing in double quotes", line, start, len(word), told)


def _plain_only(stuck: Stuck) -> Complaint:
    return stuck.there("tags are not allowed", "write the plain value")


def _strange_mark(stuck: Stuck) -> Complaint:
    begins = shown(stuck.rest(stuck.began)[:1])
    return stuck.there(f"a value cannot begin with `{begins}`", "put the value in quotes")


RULES: tuple[tuple[str, Callable[[Stuck], Complaint]], ...] = (
    ("cannot start any token", _strange_start),
    ("tab character", _strange_start),
    ("unexpected end of stream", _open_quote),
    ("unexpected document indicator", _open_quote),
    ("expected ',' or", _open_bracket),
    ("expected node content", _no_value),
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", _no_colon),
    ("did not find expected key", _no_key),
    ("did not find expected '-' indicator", _no_item),
    ("expected alphabetic or numeric character", _strange_mark),
    ("escape", _escape),
    ("hexdecimal", _escape),
    ("tag", _plain_only),
    ("directive", lambda stuck: stuck.there("directives are not allowed", "remove the line that begins with `%`")),
    ("incompatible YAML", lambda stuck: stuck.here("this is another version of YAML", "remove the line")),
    ("<document start>", lambda stuck: stuck.here("text stands behind the end of the document", "remove the `...`")),
    ("comment or line break", lambda stuck: stuck.here("text stands where a line must end", "begin a new line")),
)
