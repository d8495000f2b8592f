"""What a configuration format is to the rest of the program: one record of functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.diagnostics import Code, Diagnostic
from isthmus.network import Definition, Device


@dataclass(frozen=True, slots=True)
class Text:
    """A configuration text: the name that messages use for its file, and its content."""

    name: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines, for messages that quote them."""
        return self.text.splitlines()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text in its format's own shape (each format knows its type), and what reading it had to say.

    ``tree`` is None where an error leaves nothing to work with.
    """

    tree: Any
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Lowered:
    """What texts say in the neutral model: parts of devices, to be put together with the parts of other formats."""

    devices: tuple[Device, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A configuration format.

    ``looks_like(path, text)`` recognises a text by its path inside the device's folder and by its content; at most one
    format may recognise a text. ``parse`` keeps the format's own shape and every place. ``lower`` turns all trees that
    one device's folder has in this format, in the order of their paths, into parts of devices: those of the device
    that is named, or (a controller's) of others. Neither raises for any content: mistakes are diagnostics with one of
    ``codes``, and what is not modelled is in the devices' coverage and rules.
    """

    name: str
    title: str
    looks_like: Callable[[str, str], bool]
    parse: Callable[[Text], Parsed]
    lower: Callable[[str, Sequence[Any]], Lowered]
    codes: tuple[Code, ...] = ()
    lower_beside: Callable[[str, Sequence[Any], Mapping[str, Definition]], Lowered] | None = None
    """As ``lower``, in place of it, where a format's texts name prefix lists that texts of other formats hold.

    It is given those of the same device's folder, by name, and comes after the formats that it takes them from.
    """
    render: Callable[[Sequence[Device], Sequence[str]], tuple[Text, ...]] | None = None
    """Parts of devices → texts that mean them: reading them back admits the same packets. None: read, never written.

    Lines for the head of each text come second; ``Text.name`` is the path inside the device's folder. The same parts
    give the same bytes. Raises CannotRenderError for what the format cannot say.
    """


class CannotRenderError(ValueError):
    """A part of a device that a format cannot spell."""
