"""The texts of a tree, understood: YAML with places, Hiera per Puppet tree, zone files and the rest by path."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from isthmus.documents import Document, parse_yaml
from isthmus.sources.files import TextFile
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.hiera import Hiera
from isthmus.sources.wikimedia.outcomes import Imported, Refused, Tally
from isthmus.sources.wikimedia.tree import Tree

_HIERA = re.compile(r"(?:(?P<root>.*)/)?hieradata/(?P<path>(?!cloud/).+\.yaml)\Z")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What importers read from; built by :func:`parse` alone."""

    texts: dict[str, str]
    documents: dict[str, Document]
    hieras: tuple[Hiera, ...]
    keys: frozenset[str] = field(default=frozenset())
    """The Hiera keys that some importer reads for itself."""

    def yaml(self, ending: str) -> Iterator[Datum]:
        """The content of every YAML file whose path ends with ``ending``."""
        for path, document in self.documents.items():
            if ends_with(path, ending) and document.root is not None:
                yield Datum(path, document.root)

    def lines(self, datum: Datum) -> list[str]:
        """The lines of the file that ``datum`` stands in: comments are not part of the tree."""
        document = self.documents.get(datum.file)
        return document.lines if document else []


def is_hiera(path: str) -> bool:
    """Whether a file belongs to production's Hiera; ``hieradata/cloud/`` is the instances' own.

    >>> is_hiera("puppet/hieradata/hosts/gw1.yaml"), is_hiera("hieradata/cloud/site1.yaml")
    (True, False)
    """
    return _HIERA.match(path) is not None


def ends_with(path: str, ending: str) -> bool:
    """Whether the last steps of ``path`` are those of ``ending``.

    >>> ends_with("a/modules/data.yaml", "data.yaml"), ends_with("a/mydata.yaml", "data.yaml")
    (True, False)
    """
    return f"/{path}".endswith(f"/{ending}")


def parse(tree: Tree, keys: frozenset[str] = frozenset()) -> tuple[Parsed, Tally]:
    """Understand every file that was read, and tally the files: read, refused, and what is wrong in them."""
    tally = Tally("files", "files")
    for refusal in tree.refused:
        tally.count(refusal)
    texts: dict[str, str] = {}
    documents: dict[str, Document] = {}
    roots: dict[str, dict[str, Document]] = {}
    for file in tree.files:
        if not file.name.endswith(".yaml"):
            texts[file.name] = file.text
            tally.count(Imported(file.name))
            continue
        document = documents[file.name] = _document(file, tally)
        found = _HIERA.match(file.name)
        if found is not None:
            roots.setdefault(found["root"] or "", {})[found["path"]] = document
    hieras = tuple(Hiera(each) for _, each in sorted(roots.items()))
    return Parsed(texts, documents, hieras, keys), tally


def _document(file: TextFile, tally: Tally) -> Document:
    """Parse a YAML file; one that cannot be understood at all is refused, lesser mistakes are told."""
    document = parse_yaml(file.text, file.name, merge_keys=True)
    for mistake in document.diagnostics:
        tally.count(Refused(f"{mistake.code} {mistake.message}", mistake.where))
    root = document.root
    if root is not None and not isinstance(root.value, dict | None):
        tally.count(Refused(f"a mapping is expected here, not {root.described()}", root.span(file.name)))
    elif root is not None or not document.diagnostics:
        tally.count(Imported(file.name))
    return document
