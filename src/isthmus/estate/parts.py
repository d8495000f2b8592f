"""What the files of an estate said so far: entries gathered by section, and what was wrong with their shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from isthmus.diagnostics import Code, Diagnostic, Span, closest, did_you_mean, shown
from isthmus.documents import Document, Node, Path, explain, faulty_paths
from isthmus.estate import codes
from isthmus.estate.crossings import Agreement, Attestation
from isthmus.estate.entity import Entity
from isthmus.estate.estate import SECTIONS, Estate
from isthmus.estate.types import Identifier, Name

LISTS: dict[str, type[Entity]] = {"agreed": Agreement, "attestations": Attestation}
"""The parts of an estate that have no ids: the key in the file, and the shape of each element."""

HEADER = ("estate", "edition")
"""What one file says for the whole estate."""

_KEYS = (*HEADER, *SECTIONS, *LISTS)
_IDS: dict[str, TypeAdapter[str]] = {"names": TypeAdapter(Name)}
_ID: TypeAdapter[str] = TypeAdapter(Identifier)


@dataclass(frozen=True, slots=True)
class Faulty:
    """An entry that has no usable shape: it exists, and the words that it holds can still be looked up."""

    model: type[Entity]
    file: str
    key: Node
    node: Node
    told: tuple[Path, ...]
    """The paths that mistakes were found at."""

    def is_told(self, path: Path) -> bool:
        """Whether a mistake at ``path``, or at something that holds it, was told already."""
        return any(path[: len(each)] == each for each in self.told) or self.node.nearest(path).is_flawed

    def in_part(self, name: str) -> Entity | None:
        """The entry without the fields that are wrong; None where it cannot be without them."""
        wrong = {path[0] if path else "" for path in self.told}
        plain = self.node.plain()
        if "" in wrong or not isinstance(plain, dict):
            return None
        try:
            rest = {key: value for key, value in plain.items() if key not in wrong}
            return self.model.model_validate(rest).placed(name, self.file, self.key, self.node)
        except ValidationError:
            return None

    def span(self, path: Path) -> Span:
        """The place of the value at ``path``."""
        return self.node.marks(path, self.key).span(self.file)


class Parts:
    """Gathers the entries of many files; asks each only for its own shape."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.header: dict[str, tuple[str, Span]] = {}
        self.sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
        self.lists: dict[str, list[Any]] = {name: [] for name in LISTS}
        self.faulty: list[Faulty] = []
        self.partial: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
        """What is left of faulty entries without the fields that are wrong, where that has a shape."""
        self.unread: set[str] = set()
        """Sections of which some entries may be unknown, because a file or section could not be understood."""
        self._broken: dict[str, dict[str, Span]] = {name: {} for name in SECTIONS}
        self._headless = False

    def estate(self) -> Estate:
        """The entries whose shape is sound, as an estate whose references nobody has followed yet."""
        name, where = self.header.get("estate", ("", Span("")))
        edition, _ = self.header.get("edition", ("", where))
        parts: dict[str, Any] = {**self.sections, **{key: tuple(values) for key, values in self.lists.items()}}
        return Estate(name, edition, where, **parts)

    def estate_in_part(self) -> Estate:
        """The same, with what is left of faulty entries."""
        sections: dict[str, Any] = {name: self.partial[name] | entries for name, entries in self.sections.items()}
        return replace(self.estate(), **sections)

    def entities(self) -> Iterator[Entity]:
        """Every entry and statement of sound shape."""
        for entries in self.sections.values():
            yield from entries.values()
        for statements in self.lists.values():
            yield from statements

    def ids(self, section: str) -> frozenset[str]:
        """Every id of a section, of faulty entries too."""
        return frozenset(self.sections[section]).union(self._broken[section])

    def place(self, section: str, id_: str) -> Span | None:
        """Where an entry is defined."""
        entity = self.sections.get(section, {}).get(id_)
        return entity.where if entity else self._broken.get(section, {}).get(id_)

    def take(self, document: Document) -> None:
        """Add one file."""
        self.diagnostics += document.diagnostics
        root = document.root
        if document.is_unread:
            self.unread |= set(SECTIONS)
            self._headless = True
        if root is None or root.value is None:
            return
        if isinstance(root.value, dict):
            for key, node in root.items():
                self._take_key(document.file, key, root.keys[key], node)
        else:
            message = f"a file of an estate is a mapping of sections, not {root.described()}"
            help_ = "write sections such as `networks:`, with entries below them"
            self._say(codes.NOT_A_MAPPING, message, root.first.span(document.file), help_)
            self.unread |= set(SECTIONS)
            self._headless = True

    def require_header(self, documents: Sequence[Document]) -> None:
        """Say which part of the header no file holds."""
        file = documents[0].file if documents else ""
        for key in HEADER:
            if key not in self.header and not self._headless:
                help_ = f"add `{key}: NAME` to one file"
                self._say(codes.NO_HEADER, f"no file of the estate says `{key}`", Span(file), help_)

    def _say(self, code: Code, message: str, where: Span, help_: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, where, help_))

    def _take_key(self, file: str, key: str, place: Node, node: Node) -> None:
        meant: str | None = key
        if key not in _KEYS:
            help_ = did_you_mean(key, _KEYS, what="sections")
            self._say(codes.UNKNOWN_KEY, f"unknown section `{shown(key)}`", place.span(file), help_)
            meant = closest(key, _KEYS)
        if meant in HEADER:
            self._take_header(file, meant, place, node)
        elif meant in SECTIONS:
            self._take_section(file, meant, place, node)
        elif meant in LISTS:
            self._take_list(file, meant, place, node)

    def _take_header(self, file: str, key: str, place: Node, node: Node) -> None:
        if key in self.header:
            help_ = f"the first one stands at {self.header[key][1]}; keep one of them"
            self._say(codes.DEFINED_TWICE, f"`{key}` is said twice", place.span(file), help_)
            return
        value = node.value if isinstance(node.value, str) else ""
        self.header[key] = (value, node.span(file))
        if not value and not node.is_flawed:
            mark = node.marks((), place)
            help_ = f'put it in quotes: `"{shown(node.text)}"`' if node.text else f"write `{key}: NAME`"
            self._say(codes.WRONG_KIND, f"`{key}` should be a name, not {_kind(node)}", mark.span(file), help_)

    def _take_section(self, file: str, section: str, place: Node, node: Node) -> None:
        if isinstance(node.value, dict):
            for id_, entry in node.items():
                self._take_entry(file, section, id_, node.keys[id_], entry)
        elif node.is_flawed:
            self.unread.add(section)
        elif node.value is not None:
            message = f"section `{section}` should be a mapping from ids to entries, not {node.described()}"
            help_ = "write each entry's id as a key, and what it says below it"
            self._say(codes.NOT_A_MAPPING, message, node.marks((), place).span(file), help_)
            self.unread.add(section)

    def _take_entry(self, file: str, section: str, id_: str, place: Node, entry: Node) -> None:
        model = SECTIONS[section]
        try:
            name = _IDS.get(section, _ID).validate_python(id_)
        except ValidationError as error:
            self.diagnostics += explain(codes.SHAPE, error, model, file, place, place)
            name = id_
        entity: Entity | None = None
        entity_in_part: Entity | None = None
        try:
            entity = model.model_validate(entry.plain()).placed(name, file, place, entry)
        except ValidationError as error:
            self.diagnostics += explain(codes.SHAPE, error, model, file, entry, place)
            faulty = Faulty(model, file, place, entry, faulty_paths(error, entry))
            self.faulty.append(faulty)
            entity_in_part = faulty.in_part(name)
        where = self.place(section, name)
        if where is not None:
            message = f"`{shown(name)}` is defined twice in `{section}`"
            help_ = f"keep one of them; the first one stands at {where}"
            self._say(codes.DEFINED_TWICE, message, place.span(file), help_)
        elif entity is None:
            self._broken[section][name] = place.span(file)
            if entity_in_part is not None:
                self.partial[section][name] = entity_in_part
        else:
            self.sections[section][name] = entity

    def _take_list(self, file: str, key: str, place: Node, node: Node) -> None:
        if not isinstance(node.value, list):
            if not node.is_flawed and node.value is not None:
                message = f"`{key}` should be a list, not {node.described()}"
                help_ = "begin each element with `- `"
                self._say(codes.WRONG_KIND, message, node.marks((), place).span(file), help_)
            return
        for element in node.elements():
            try:
                statement = LISTS[key].model_validate(element.plain())
                self.lists[key].append(statement.placed("", file, element.first, element))
            except ValidationError as error:
                self.diagnostics += explain(codes.SHAPE, error, LISTS[key], file, element, element.first)
                told = faulty_paths(error, element)
                self.faulty.append(Faulty(LISTS[key], file, element.first, element, told))


def _kind(node: Node) -> str:
    return "an empty text" if node.value == "" else node.described()
