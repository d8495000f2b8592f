"""What a plain scalar of YAML stands for, by the core schema of YAML 1.2 (section 10.3.2), without timestamps."""

import re

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}\Z")
_BASED = re.compile(r"0o[0-7]{1,40}\Z|0x[0-9a-fA-F]{1,40}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")
_NUMBERS_BEGIN = frozenset("0123456789+-.")


def scalar(text: str) -> str | int | float | bool | None:
    """A plain scalar's value: ``no`` is text, ``0o17`` is fifteen.

    >>> [scalar(each) for each in ("443", "0x1f", "no", "~", "true", "1.5", "1e400")]
    [443, 31, 'no', None, True, 1.5, inf]
    """
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if text[0] not in _NUMBERS_BEGIN:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    return text
