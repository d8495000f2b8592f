"""Files that policies include: found by the end of their path, put where they are named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from isthmus.diagnostics import Diagnostic, did_you_mean, shown
from isthmus.formats.aerleon.codes import NO_INCLUDE
from isthmus.formats.aerleon.shapes import Filter, Include, Policy, Term

_DEEPEST = 5
"""How deep Aerleon lets files include one another."""
_MOST = 10_000
"""How many includes of a folder are followed."""
_MOST_TERMS = 50_000
"""How many terms included files bring, all told."""


class Includes:
    """The policy files of a device's folder, each with what it includes."""

    def __init__(self, policies: Iterable[Policy], problems: list[Diagnostic]) -> None:
        """Take the files; what cannot be followed goes to ``problems``."""
        self.policies = {_path(each.name): each for each in policies}
        self.problems = problems
        self.seen: set[str] = set()
        self.followed = self.brought = 0

    def filters(self) -> Iterator[Filter]:
        """Every filter with all its terms; an include among them is one that could not be followed.

        Files that others include are no policies of their own, except those that only include each other.
        """
        included = {found for policy in self.policies.values() for found in self._included(policy)}
        for policy in self.policies.values():
            if policy.name not in included:
                yield from self._filters(policy, 0)
        for policy in self.policies.values():
            if policy.name not in self.seen:
                yield from self._filters(policy, 0)

    def _included(self, policy: Policy) -> Iterator[str]:
        inside = (each.members if isinstance(each, Filter) else (each,) for each in policy.filters)
        for each in (*policy.loose, *(member for members in inside for member in members)):
            ends = self._ends(each) if isinstance(each, Include) else []
            yield from (self.policies[path].name for path in ends)

    def _filters(self, policy: Policy, depth: int) -> Iterator[Filter]:
        self.seen.add(policy.name)
        for each in policy.filters:
            if isinstance(each, Include):
                found = self._found(each, depth)
                yield from self._filters(found, depth + 1) if found else ()
                continue
            headers: list[Policy] = []
            yield replace(each, members=tuple(self._members(each.members, depth, headers)))
            for below in headers:
                yield from self._filters(below, depth + 1)

    def _members(
        self, members: Sequence[Term | Include], depth: int, headers: list[Policy]
    ) -> Iterator[Term | Include]:
        """The members with those of included files; files that begin further filters go to ``headers``."""
        for each in members:
            found = self._found(each, depth) if isinstance(each, Include) else None
            if found is None:
                yield each
                continue
            self.seen.add(found.name)
            yield from self._members(found.loose, depth + 1, headers)
            headers += [found] if found.filters else []

    def _ends(self, include: Include) -> list[PurePosixPath]:
        wanted = _path(include.path.text).parts
        return [each for each in self.policies if each.parts[-len(wanted) :] == wanted] if wanted else []

    def _found(self, include: Include, depth: int) -> Policy | None:
        ends = self._ends(include)
        self.followed += 1
        if len(ends) == 1 and depth < _DEEPEST and self.followed <= _MOST and self.brought <= _MOST_TERMS:
            found = self.policies[ends[0]]
            self.brought += found.terms
            return found
        name = shown(include.path.text)
        if not ends:
            message = f"the included file `{name}` is not here"
            help_ = did_you_mean(include.path.text, (str(each) for each in self.policies), what="policy files")
        elif len(ends) > 1:
            message, help_ = f"`{name}` could be `{ends[0]}` or `{ends[1]}`", "keep one of them in the folder"
        else:
            message, help_ = f"`{name}` is included too deep or too often", "includes may not form a circle"
        self.problems.append(Diagnostic(NO_INCLUDE, message, include.path.where, help_))
        return None


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))
