"""From a tree of texts to a draft and its tallies: every importer in turn, in an order that each agrees to."""

from dataclasses import dataclass

from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import importers, run
from isthmus.sources.wikimedia.outcomes import Tally
from isthmus.sources.wikimedia.parsed import parse
from isthmus.sources.wikimedia.tree import Tree


@dataclass(frozen=True, slots=True)
class Importing:
    """The estate in the making, and what became of every file and record."""

    draft: Draft
    tallies: tuple[Tally, ...]


def wanted(path: str) -> bool:
    """Whether some importer may read a file, by its path relative to the source."""
    return any(importer.wants(path) for importer in importers())


def import_tree(tree: Tree) -> Importing:
    """Take every record of every file into a draft. Nothing is raised for any content."""
    found = importers()
    parsed, files = parse(tree, frozenset(key for importer in found for key in importer.keys))
    draft = Draft()
    return Importing(draft, (files, *(run(importer, parsed, draft) for importer in found)))
