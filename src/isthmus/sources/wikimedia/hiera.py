"""Hieradata of a Puppet tree: which file answers for a key, and what the marks in a value stand for.

The levels, from the most to the least specific: ``hosts/HOST``, ``role/SITE/ROLE``, ``role/common/ROLE``,
``SITE``, ``common``. The last two are folders: key ``profile::dumps::port`` is answered by
``common/profile/dumps.yaml``, and by ``common.yaml`` where that file does not hold it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from isthmus.documents import Document, Node
from isthmus.sources.wikimedia.datum import MARK, Datum
from isthmus.sources.wikimedia.marks import Mark, split
from isthmus.sources.wikimedia.outcomes import CannotResolve

_DEEP = 20
"""How many marks may lead from one to the next."""

_LONG = 10_000
"""How many characters a text may have once its marks are replaced."""

_VARIABLES = {
    "site": "site",
    "hostname": "host",
    "facts.hostname": "host",
    "facts.networking.hostname": "host",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """For which host a value is asked, as far as that is known."""

    host: str | None = None
    role: str | None = None
    site: str | None = None

    @classmethod
    def of(cls, path: str) -> "Scope":
        """What the path of a file below ``hieradata/`` tells about the hosts that it speaks of.

        >>> Scope.of("role/eqiad/wmcs/cloudgw.yaml")
        Scope(host=None, role='wmcs/cloudgw', site='eqiad')
        """
        steps = path.removesuffix(".yaml").split("/")
        match steps:
            case ["hosts", *host] if host:
                return cls(host="/".join(host))
            case ["role", "common", *role] if role:
                return cls(role="/".join(role))
            case ["role", site, *role] if role:
                return cls(role="/".join(role), site=site)
            case ["common", *_]:
                return cls()
        return cls(site=steps[0])


class Hiera:
    """The hieradata of one Puppet tree."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """Take the documents by their path below ``hieradata/``."""
        self._documents = {path.replace(".excerpt.yaml", ".yaml"): each for path, each in documents.items()}
        self._texts: dict[tuple[str, Scope], str] = {}

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that some file speaks of."""
        scopes = [Scope.of(path) for path in self._documents]
        return tuple(sorted({scope.site for scope in scopes if scope.site}))

    def files(self) -> Iterator[tuple[Scope, Datum]]:
        """Every file that holds a mapping, in order of path, with what its path tells."""
        for path, document in sorted(self._documents.items()):
            if document.root is not None and isinstance(document.root.value, dict):
                scope = Scope.of(path)
                yield scope, self._datum(document.file, document.root, scope, ())

    def holding(self, key: str) -> Iterator[tuple[Scope, Datum]]:
        """The value of ``key`` in every file that holds it, with what the file's path tells."""
        for scope, file in self.files():
            found = file.child(key)
            if found is not None:
                yield scope, found

    def find(self, key: str, scope: Scope) -> Datum | None:
        """What a host in ``scope`` gets for ``key``; None where no level answers."""
        return self._find(key, scope, ())

    def lookup(self, key: str, scope: Scope) -> Datum:
        """As :meth:`find`; raises CannotResolve where no level answers."""
        found = self.find(key, scope)
        if found is None:
            raise CannotResolve(key, "no file of the tree answers this key")
        return found

    def _find(self, key: str, scope: Scope, seen: tuple[str, ...]) -> Datum | None:
        for path in _levels(key, scope):
            document = self._documents.get(path)
            node = document.root.child(key) if document and document.root else None
            if document and node is not None:
                return self._datum(document.file, node, scope, seen)
        return None

    def _datum(self, file: str, node: Node, scope: Scope, seen: tuple[str, ...]) -> Datum:
        return Datum(file, node, partial(self._resolved, scope=scope, seen=seen))

    def _resolved(self, datum: Datum, scope: Scope, seen: tuple[str, ...]) -> Datum:
        """``datum`` with its marks replaced by what they stand for."""
        parts = split(str(datum.node.value))
        if len(parts) == 1 and isinstance(parts[0], Mark) and parts[0].function == "alias":
            return self._asked(parts[0], datum, scope, seen).settled()
        text = "".join(part if isinstance(part, str) else self._said(part, datum, scope, seen) for part in parts)
        if len(text) > _LONG or any(isinstance(part, str) and MARK in part for part in parts):
            raise CannotResolve(text[:60], "the marks in this text cannot be followed", datum.where)
        return Datum(datum.file, Node(text, datum.node.line, datum.node.column, datum.node.width), None)

    def _said(self, mark: Mark, datum: Datum, scope: Scope, seen: tuple[str, ...]) -> str:
        """The text that a mark inside a text stands for."""
        if mark.function == "literal":
            return mark.name
        if mark.function == "scope":
            value: str | None = getattr(scope, _VARIABLES.get(mark.name, "?"), None)
            if value is None:
                raise CannotResolve(str(mark), "only a host's own facts say what it is", datum.where)
            return value
        known = (mark.name, scope)
        if known not in self._texts:
            self._texts[known] = self._asked(mark, datum, scope, seen).text()
        return self._texts[known]

    def _asked(self, mark: Mark, datum: Datum, scope: Scope, seen: tuple[str, ...]) -> Datum:
        """The value that a mark looks up, with a dot leading into it where no key has the whole name."""
        if mark.name in seen or len(seen) >= _DEEP:
            raise CannotResolve(str(mark), "the lookup leads back to itself", datum.where)
        key, *steps = [mark.name] if self._find(mark.name, scope, seen) is not None else mark.name.split(".")
        found = self._find(key, scope, (*seen, mark.name))
        for step in steps:
            found = _below(found, step) if found is not None else None
        if found is None:
            raise CannotResolve(str(mark), "no file of the tree answers this key", datum.where)
        return found


def _below(datum: Datum, step: str) -> Datum | None:
    if not step.isascii() or not step.isdigit():
        return datum.child(step)
    elements = list(datum.elements())
    number = int(step[:9])
    return elements[number] if number < len(elements) else None


def _levels(key: str, scope: Scope) -> Iterator[str]:
    """The files that may answer ``key``, the most specific first."""
    *path, _ = key.split("::")
    folders = [scope.site] if scope.site else []
    if scope.host:
        yield f"hosts/{scope.host}.yaml"
    if scope.role and scope.site:
        yield f"role/{scope.site}/{scope.role}.yaml"
    if scope.role:
        yield f"role/common/{scope.role}.yaml"
    for folder in (*folders, "common"):
        if path:
            yield "/".join([folder, *path]) + ".yaml"
        yield f"{folder}.yaml"
