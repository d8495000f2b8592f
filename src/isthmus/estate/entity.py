"""What every described thing has: an id, the place where it was written, and one shape."""

from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from isthmus.diagnostics import Span
from isthmus.documents import Node


class _Written(NamedTuple):
    """Under which id an entity was written, and where."""

    id: str
    file: str
    key: Node
    node: Node


class Shape(BaseModel):
    """A mapping of an estate file: unknown keys are refused, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Entity(Shape):
    """A shape that has an id of its own (the key it is written under) and knows where it stands."""

    origin: str | None = None
    """Where the record came from when it was imported: ``file:line``."""

    _written: _Written | None = PrivateAttr(None)

    def placed(self, id_: str, file: str, key: Node, node: Node) -> Self:
        """Tell this entity its id and place; called once, by the loader."""
        self._written = _Written(id_, file, key, node)
        return self

    @property
    def id(self) -> str:
        """The name it is referred to by."""
        written = self._place()
        return written.id if written else ""

    @property
    def where(self) -> Span:
        """The place of its key."""
        written = self._place()
        return written.key.span(written.file) if written else Span("")

    def span(self, *path: str | int) -> Span:
        """The place of a field, or of the nearest thing around it that was written."""
        written = self._place()
        return written.node.marks(path, written.key).span(written.file) if written else self.where

    def _place(self) -> _Written | None:
        """The private attribute, read past pydantic's general look-up: ids are asked for very often."""
        private = self.__pydantic_private__
        return private["_written"] if private else None

    def __eq__(self, other: Any) -> bool:  # noqa: ANN401 - as object's own
        return type(self) is type(other) and self.id == other.id and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))
