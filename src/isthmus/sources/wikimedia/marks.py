"""Hiera's interpolation marks: ``%{…}`` inside a text, as Puppet's documentation of Hiera 5 lists them."""

import re
from dataclasses import dataclass

_MARK = re.compile(r"%\{([^{}]*)\}")
_CALL = re.compile(r"\s*(lookup|hiera|alias|literal|scope)\(\s*(['\"])(.*?)\2\s*\)\s*\Z")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: what it asks for, by which function."""

    function: str
    """``lookup`` (also spelled ``hiera``), ``alias``, ``literal``, or ``scope`` for a variable."""
    name: str
    text: str
    """The mark as it is written."""

    def __str__(self) -> str:
        return self.text


def split(text: str) -> list[str | Mark]:
    """A text as its plain parts and its marks, in order; empty parts are left out.

    >>> [str(part) for part in split("vlan%{lookup('cloudgw::vlan')}.%{::site}")]
    ['vlan', "%{lookup('cloudgw::vlan')}", '.', '%{::site}']
    """
    parts: list[str | Mark] = []
    end = 0
    for found in _MARK.finditer(text):
        parts += [text[end : found.start()], _mark(found[0], found[1])]
        end = found.end()
    parts.append(text[end:])
    return [part for part in parts if part != ""]


def _mark(text: str, inside: str) -> Mark:
    call = _CALL.match(inside)
    if call is None:
        return Mark("scope", inside.strip().removeprefix("::"), text)
    function = "lookup" if call[1] == "hiera" else call[1]
    return Mark(function, call[3].removeprefix("::"), text)
