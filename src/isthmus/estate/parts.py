"""What the files of an estate said so far: entries gathered by section, and what was wrong with their shape."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from isthmus.diagnostics import Code, Diagnostic, Span, did_you_mean
from isthmus.documents import Document, Node, explain, pruned
from isthmus.estate import codes
from isthmus.estate.crossings import Agreement, Attestation
from isthmus.estate.entity import Entity
from isthmus.estate.estate import SECTIONS, Estate
from isthmus.estate.types import Identifier, Name

LISTS: dict[str, type[Entity]] = {"agreed": Agreement, "attestations": Attestation}
"""The parts of an estate that have no ids: the key in the file, and the shape of each element."""

HEADER = ("estate", "edition")
"""What one file says for the whole estate."""

_IDS: dict[str, TypeAdapter[str]] = {"names": TypeAdapter(Name)}
_ID: TypeAdapter[str] = TypeAdapter(Identifier)


class Parts:
    """Gathers the entries of many files; asks each only for its own shape."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.header: dict[str, tuple[str, Span]] = {}
        self.sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
        self.lists: dict[str, list[Any]] = {name: [] for name in LISTS}
        self.broken: dict[str, dict[str, Span]] = {name: {} for name in SECTIONS}
        """Ids of entries that have no usable shape: they exist, so that references to them do not dangle."""

    def estate(self) -> Estate:
        """The entries whose shape is sound, as an estate whose references nobody has followed yet."""
        name, where = self.header.get("estate", ("", Span("")))
        edition, _ = self.header.get("edition", ("", where))
        parts: dict[str, Any] = {**self.sections, **{key: tuple(values) for key, values in self.lists.items()}}
        return Estate(name, edition, where, **parts)

    def take(self, document: Document) -> None:
        """Add one file."""
        self.diagnostics += document.diagnostics
        root = document.root
        if root is None or root.value is None:
            return
        if not isinstance(root.value, dict):
            message = f"a file of an estate is a mapping of sections, not {root.described()}"
            self._say(codes.NOT_A_MAPPING, message, root.span(document.file))
            return
        for key, node in root.items():
            self._take_key(document.file, key, root.keys[key], node)

    def require_header(self, documents: Sequence[Document]) -> None:
        """Say which part of the header no file holds."""
        broken = any(document.root is None and document.diagnostics for document in documents)
        file = documents[0].file if documents else ""
        for key in HEADER:
            if key not in self.header and not broken:
                help_ = f"add `{key}: NAME` to one file"
                self._say(codes.NO_HEADER, f"no file of the estate says `{key}`", Span(file), help_)

    def _say(self, code: Code, message: str, where: Span, help_: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, where, help_))

    def _take_key(self, file: str, key: str, place: Node, node: Node) -> None:
        if key in HEADER:
            self._take_header(file, key, place, node)
        elif key in SECTIONS:
            self._take_section(file, key, node)
        elif key in LISTS:
            self._take_list(file, key, node)
        else:
            help_ = did_you_mean(key, [*HEADER, *SECTIONS, *LISTS], what="sections")
            self._say(codes.UNKNOWN_KEY, f"unknown section `{key}`", place.span(file), help_)

    def _take_header(self, file: str, key: str, place: Node, node: Node) -> None:
        if key in self.header:
            help_ = f"it stands at {self.header[key][1]}"
            self._say(codes.DEFINED_TWICE, f"`{key}` is said twice", place.span(file), help_)
            return
        value = node.value if isinstance(node.value, str) and node.value else ""
        self.header[key] = (value, node.span(file))
        if not value:
            self._say(codes.WRONG_KIND, f"`{key}` is a name, not {node.described()}", node.span(file))

    def _take_section(self, file: str, section: str, node: Node) -> None:
        if node.value is None:
            return
        if not isinstance(node.value, dict):
            message = f"section `{section}` is a mapping from ids to entries, not {node.described()}"
            self._say(codes.NOT_A_MAPPING, message, node.span(file))
            return
        for id_, entry in node.items():
            self._take_entry(file, section, id_, node.keys[id_], entry)

    def _take_entry(self, file: str, section: str, id_: str, place: Node, entry: Node) -> None:
        earlier = self.sections[section].get(id_)
        where = earlier.where if earlier else self.broken[section].get(id_)
        if where is not None:
            message = f"`{id_}` is defined twice in `{section}`"
            self._say(codes.DEFINED_TWICE, message, place.span(file), f"the first one stands at {where}")
            return
        try:
            name = _IDS.get(section, _ID).validate_python(id_)
            entity = SECTIONS[section].model_validate(entry.plain())
            self.sections[section][name] = entity.placed(name, file, place, entry)
        except ValidationError as error:
            model = SECTIONS[section]
            at = entry if error.title == model.__name__ else place
            self.diagnostics += explain(codes.SHAPE, error, model, file, at, place)
            self._keep_what_is_sound(file, section, id_, place, entry, error)

    def _keep_what_is_sound(
        self, file: str, section: str, id_: str, place: Node, entry: Node, error: ValidationError
    ) -> None:
        """Keep a faulty entry without its faults, so that the mistakes of its other fields are told too."""
        try:
            rest = pruned(entry.plain(), [each["loc"] for each in error.errors()])
            self.sections[section][id_] = SECTIONS[section].model_validate(rest).placed(id_, file, place, entry)
        except ValidationError:
            self.broken[section][id_] = place.span(file)

    def _take_list(self, file: str, key: str, node: Node) -> None:
        if not isinstance(node.value, list):
            self._say(codes.WRONG_KIND, f"`{key}` is a list, not {node.described()}", node.span(file))
            return
        for element in node.elements():
            try:
                statement = LISTS[key].model_validate(element.plain())
                self.lists[key].append(statement.placed("", file, element, element))
            except ValidationError as error:
                self.diagnostics += explain(codes.SHAPE, error, LISTS[key], file, element, element)
