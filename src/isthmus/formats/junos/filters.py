"""``firewall { … }``: filters → chains, and where they are called by another name.

A filter discards what no term decides. Used inside another filter, or in a list on an interface, it does not: what it
leaves undecided goes on there. So it then has a second chain with the same rules and no default. Filters of families
other than IPv4 and IPv6 are chains of which nothing is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from isthmus.diagnostics import did_you_mean, shown
from isthmus.formats.junos import silent
from isthmus.formats.junos.actions import Actions, Outcome
from isthmus.formats.junos.codes import CONTRADICTION, UNKNOWN_FILTER
from isthmus.formats.junos.conditions import Conditions
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node
from isthmus.network import Action, Chain, Jump, Rule, Unclear, Unmodelled, Verdict
from isthmus.packetset import Match

VERSIONS = {"inet": 4, "inet6": 6}
"""The IP version of a family whose filters are read."""

_TERM_WORDS = ("from", "then", "filter")


@dataclass(slots=True)
class Filters:
    """The filters of a device as chains."""

    reading: Reading
    conditions: Conditions
    actions: Actions
    chains: dict[str, Chain] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    """The chain of a filter, by its family and name."""
    _called: dict[str, str] = field(default_factory=dict)
    """Of chains, those with the same rules and no default."""
    _lists: dict[tuple[str, ...], str] = field(default_factory=dict)
    """The chain of a list of filters, by their family and names."""
    _circular: frozenset[tuple[str, str]] = frozenset()
    """Filters that call each other without end."""

    def lower(self, firewall: Node) -> None:
        """Make the chain of each filter."""
        filters: list[tuple[str, Node]] = []
        for each in firewall.statements():
            if each.word == "family":
                for family in each.statements():
                    filters += self._of_family(family)
            elif each.word == "filter":
                filters += [("inet", filter_) for filter_ in each.statements()]
            elif each.word not in silent.FIREWALL:
                self.reading.unknown(each, silent.FIREWALL | {"family", "filter"}, "firewall")
                self.reading.unmodelled(each, f"`firewall {shown(each.word)}`")
        for kind, node in filters:
            name = self._names[kind, node.word] = self._free(node.word, kind)
            self.chains[name] = Chain(name, (), node.where)
        self._circular = circular(filters)
        for kind, node in filters:
            name = self._names[kind, node.word]
            self.chains[name] = Chain(name, tuple(self._rules(kind, node)), node.where, Verdict.DROP)

    def finished(self) -> dict[str, Chain]:
        """All chains, when nothing more will be applied."""
        for closed, name in self._called.items():
            self.chains[name] = replace(self.chains[closed], name=name, default=None)
        return self.chains

    def _free(self, name: str, family: str) -> str:
        """The filter's own name, unless another family has one of that name."""
        while name in self.chains:
            name = f"{name} ({family})"
        return name

    def _of_family(self, family: Node) -> Iterable[tuple[str, Node]]:
        for each in family.statements():
            if each.word == "filter":
                yield from ((family.word, node) for node in each.statements())
            elif each.word not in silent.FIREWALL:
                self.reading.unmodelled(each, f"`family {shown(family.word)} {shown(each.word)}`")

    def chain(self, family: str, node: Node) -> str:
        """The chain of a filter that is used somewhere."""
        return self._named(family, node, "applied")

    def list_of(self, family: str, names: Sequence[Node]) -> str:
        """The chain of a list of filters, which are gone through as if they were one."""
        key = (family, *(each.word for each in names))
        if key not in self._lists:
            every = (Match(version=VERSIONS.get(family)),)
            rules = [Rule(every, Jump(self._open(family, each)), each.where, f"filter {each.word}") for each in names]
            name = self._lists[key] = self._free("list " + " ".join(key[1:]), family)
            self.chains[name] = Chain(name, tuple(rules), names[0].where, Verdict.DROP)
        return self._lists[key]

    def doubtful(self, name: str, action: Action, where: Node, doubt: Unmodelled, version: int | None) -> str:
        """A chain for what an interface does besides filters: it may do that, and lets the rest pass."""
        rule = Rule((), action, where.where, where.word, perhaps=(Match(version=version),), doubts=(doubt,))
        name = self._free(name, "interface")
        self.chains[name] = Chain(name, (rule,), where.where, Verdict.ACCEPT)
        return name

    def _named(self, family: str, node: Node, how: str) -> str:
        name = self._names.get((family, node.word))
        if name is not None:
            return name
        known = [each for kind, each in self._names if kind == family]
        if node.word in self.chains:
            message = f"filter `{shown(node.word)}` is {how} in `family {family}`, where it is not defined"
            self.reading.complain(UNKNOWN_FILTER, message, node, did_you_mean(node.word, known, what="filters there"))
            return f"{node.word} ({family})"
        return node.word

    def _open(self, family: str, node: Node) -> str:
        """The chain of a filter that leaves the rest to what follows."""
        closed = self._named(family, node, "called")
        if closed not in self.chains:
            return closed
        if closed not in self._called:
            name = self._called[closed] = self._free(f"{closed} (called)", family)
            self.chains[name] = self.chains[closed]
        return self._called[closed]

    def _rules(self, family: str, node: Node) -> Iterable[Rule]:
        version = VERSIONS.get(family)
        if version is None:
            doubt = self.reading.unmodelled(node, f"filter `{shown(node.word)}` of `family {shown(family)}`")
            yield Rule((), Unclear(), node.where, "the whole filter", perhaps=(Match(),), doubts=(doubt,))
            return
        for each in node.statements():
            if each.word != "term" and each.word not in silent.FILTER:
                self.reading.unknown(each, silent.FILTER | {"term"}, "filter")
                doubt = self.reading.unmodelled(each, f"`{shown(each.word)}` in filter `{shown(node.word)}`")
                perhaps = (Match(version=version),)
                yield Rule((), Unclear(), each.where, each.word, perhaps=perhaps, doubts=(doubt,))
        for each in node.below("term"):
            yield from self._term(family, version, each)

    def _term(self, family: str, version: int, term: Node) -> Iterable[Rule]:
        parts = {each.word: each for each in term.statements()}
        question = self.conditions.question(version, parts.get("from"))
        if "filter" in parts:
            outcome = self._call(family, term, parts)
        else:
            outcome = self.actions.outcome(term, parts.get("then"))
        for word, part in parts.items():
            if word not in _TERM_WORDS:
                self.reading.unknown(part, _TERM_WORDS, "term")
                question.doubt(self.reading.unmodelled(part, f"`{shown(word)}` in term `{shown(term.word)}`"))
        matches, perhaps, doubts = question.answers()
        name, uses, where = f"term {term.word}", tuple(question.uses), term.where
        if outcome.limits and matches + perhaps:
            yield Rule(
                (), Verdict.DROP, outcome.limits[0].where, f"{name}, above its rate", matches + perhaps,
                doubts + outcome.limits, question.arriving, uses=uses,
            )  # fmt: skip
        yield Rule(
            matches, outcome.action, where, name, perhaps, doubts + outcome.doubts, question.arriving,
            comment=term.comment, uses=uses,
        )  # fmt: skip

    def _call(self, family: str, term: Node, parts: dict[str, Node]) -> Outcome:
        """A term that refers to another filter."""
        callee = parts["filter"].value()
        message = ""
        if callee is None:
            message = f"term `{shown(term.word)}` refers to a filter without its name"
        elif "from" in parts or "then" in parts:
            message = f"term `{shown(term.word)}` refers to a filter, and has conditions or actions as well"
        elif (family, callee.word) in self._circular:
            message = f"filter `{shown(callee.word)}` comes back to itself"
        if callee is not None and not message:
            return Outcome(Jump(self._open(family, callee)))
        self.reading.complain(CONTRADICTION, message, term, "a reference to a filter stands alone in its term")
        return Outcome(Unclear(), (self.reading.doubt(term, message),))


def circular(filters: Iterable[tuple[str, Node]]) -> frozenset[tuple[str, str]]:
    """The filters, by family and name, whose calls never come to an end: those that stay when all others are gone."""
    callees: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for family, node in filters:
        callees[family, node.word] = {
            (family, callee.word) for term in node.below("term") for callee in term.below("filter")
        }
    callers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for caller, called in callees.items():
        called.intersection_update(callees)
        for each in called:
            callers.setdefault(each, []).append(caller)
    ended = [each for each, called in callees.items() if not called]
    while ended:
        gone = ended.pop()
        for caller in callers.get(gone, ()):
            callees[caller].discard(gone)
            if not callees[caller]:
                ended.append(caller)
    return frozenset(each for each, called in callees.items() if called)
