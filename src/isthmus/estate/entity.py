"""What every described thing has: an id, the place where it was written, and one shape."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from isthmus.diagnostics import Span
from isthmus.documents import Node


class Shape(BaseModel):
    """A mapping of an estate file: unknown keys are refused, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Entity(Shape):
    """A shape that has an id of its own (the key it is written under) and knows where it stands."""

    origin: str | None = None
    """Where the record came from when it was imported: ``file:line``."""

    _id: str = PrivateAttr("")
    _file: str = PrivateAttr("")
    _key: Node | None = PrivateAttr(None)
    _node: Node | None = PrivateAttr(None)

    def placed(self, id_: str, file: str, key: Node, node: Node) -> Self:
        """Tell this entity its id and place; called once, by the loader."""
        self._id, self._file, self._key, self._node = id_, file, key, node
        return self

    @property
    def id(self) -> str:
        """The name it is referred to by."""
        return self._id

    @property
    def where(self) -> Span:
        """The place of its key."""
        return self._key.span(self._file) if self._key else Span(self._file or self._id)

    def span(self, *path: str | int) -> Span:
        """The place of a field, or of the nearest thing around it that was written."""
        if self._node is None:
            return self.where
        found = self._node.nearest(path)
        return self.where if found is self._node else found.span(self._file)

    def __eq__(self, other: Any) -> bool:  # noqa: ANN401 - as object's own
        return type(self) is type(other) and self._id == other._id and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._id))
