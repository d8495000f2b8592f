"""What the tests here share: the invented tree, and importing texts that a test writes itself."""

from pathlib import Path
from textwrap import dedent

from isthmus.documents import parse_yaml
from isthmus.estate import Reading, Vocabulary, read_estate
from isthmus.sources.files import TextFile
from isthmus.sources.wikimedia import ROLES, Importing, Tally, Tree, emit, import_tree, read_tree, wanted
from isthmus.sources.wikimedia.outcomes import Refused, Unresolved

DATA = Path(__file__).parent / "data"
"""A small invented tree with at least one record of every kind."""

WORDS = Vocabulary(realms=("production", "cloud"), roles=dict.fromkeys(ROLES, "any"), facilities=(), requirements=())

SUBNETS = "modules/network/data/data.yaml"
HIERA = "hieradata"


def tree() -> Tree:
    """The invented tree as it lies on the disk."""
    return read_tree([DATA], wanted)


def imported(files: dict[str, str]) -> Importing:
    """What comes of a tree of these files, given by path."""
    texts = tuple(TextFile(path, dedent(text)) for path, text in files.items())
    return import_tree(Tree(tuple(each for each in texts if wanted(each.name)), (), ()))


def reading(importing: Importing) -> Reading:
    """The estate that was written, read back."""
    documents = [parse_yaml(text, name) for name, text in emit(importing.draft).items()]
    return read_estate(documents, WORDS)


def tally(importing: Importing, importer: str) -> Tally:
    """The tally of one importer."""
    return next(each for each in importing.tallies if each.importer == importer)


def told(outcomes: list[Refused] | list[Unresolved]) -> list[str]:
    """Outcomes as a person reads them."""
    return [f"{each.where}: {each.why}" for each in outcomes]


def plain(importing: Importing, section: str, id_: str) -> dict[str, object]:
    """One entry as it stands in the files that are written, without its origin."""
    for text in emit(importing.draft).values():
        root = parse_yaml(text, "written").root
        entries = root.child(section) if root else None
        entry = entries.child(id_) if entries else None
        if entry is not None:
            return {key: value for key, value in entry.plain().items() if key != "origin"}
    raise KeyError(f"{section}.{id_}")
