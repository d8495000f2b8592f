"""What an importer is, how the folder of importers is read, and how they are run one after the other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules

from pydantic import ValidationError

from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.outcomes import CannotImport, Item, Outcome, Refused, Tally
from isthmus.sources.wikimedia.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of record: which files hold it, and how each record gets into the estate.

    ``items`` finds the records and their places; an item's own function takes one of them into the draft.
    """

    name: str
    title: str
    """What it reads, in a few words."""
    wants: Callable[[str], bool]
    """Whether a file, by its path, may hold such records."""
    items: Callable[[Parsed, Draft], Iterable[Item]]
    after: tuple[str, ...] = ()
    """The importers whose records it builds on."""
    keys: tuple[str, ...] = ()
    """The Hiera keys that it reads."""


Take = Callable[[tuple[Datum, ...], Datum], Outcome]
"""Takes one record: the keys that lead to it, and its value."""


def records(datum: Datum | None, depth: int, take: Take, keys: tuple[Datum, ...] = ()) -> Iterator[Item]:
    """One item for each value that stands ``depth`` mappings below ``datum``, and for each element of a list.

    What is not shaped so, or hides behind a mark that nothing resolves, is an item that says why.
    """
    if datum is None or (not keys and datum.node.value is None):
        return
    try:
        whole = datum.settled()
    except CannotImport as problem:
        yield Item(datum.where, partial(_say, problem))
        return
    if depth and isinstance(whole.node.value, dict):
        for key, value in whole.items():
            yield from records(value, depth - 1, take, (*keys, key))
    elif depth:
        misshapen = CannotImport(f"a mapping is expected here, not {whole.node.described()}")
        yield Item(whole.where, partial(_say, misshapen))
    elif isinstance(whole.node.value, list):
        for element in whole.elements():
            yield from records(element, 0, take, keys)
    else:
        yield Item(whole.where, partial(take, keys, whole))


def _say(problem: CannotImport) -> Outcome:
    raise problem


@cache
def importers() -> tuple[Importer, ...]:
    """Every importer of the folder ``importers``, each after those that it builds on."""
    from isthmus.sources.wikimedia import importers as folder

    names = sorted(each.name for each in iter_modules(folder.__path__, f"{folder.__name__}."))
    found = {each.name: each for each in (import_module(name).IMPORTER for name in names)}
    order = TopologicalSorter({name: sorted(found[name].after) for name in sorted(found)})
    return tuple(found[name] for name in order.static_order())


def run(importer: Importer, parsed: Parsed, draft: Draft) -> Tally:
    """Take every record of one kind into the draft; each is counted once, whatever becomes of it."""
    tally = Tally(importer.name, importer.title)
    for item in importer.items(parsed, draft):
        tally.count(_taken(item))
    return tally


def _taken(item: Item) -> Outcome:
    try:
        return item.take()
    except CannotImport as problem:
        return problem.outcome(item.where)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        return Refused(f"`{field}`: {first['msg'][:1].lower()}{first['msg'][1:]}", item.where)
