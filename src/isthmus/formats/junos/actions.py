"""``then { … }``: what a term does with packets that match.

A term accepts unless it says otherwise: one without ``then``, and one that only counts, logs, marks or polices, ends
the filter for its packets (Junos documentation, "Firewall Filter Nonterminating Actions"). Only ``next term`` goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from isthmus.diagnostics import shown
from isthmus.formats.junos import silent
from isthmus.formats.junos.codes import CONTRADICTION, IMPLICIT_ACCEPT
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node
from isthmus.network import Action, Continue, Unclear, Unmodelled, Verdict

_VERDICTS = {"accept": Verdict.ACCEPT, "discard": Verdict.DROP, "reject": Verdict.REJECT}

_POLICERS = ("policer", "three-color-policer", "hierarchical-policer", "prefix-action")

_ELSEWHERE = frozenset({
    "routing-instance", "logical-system", "topology", "next-ip", "next-ip6", "next-interface", "next-hop-group",
    "encapsulate", "decapsulate", "ipsec-sa", "redirect", "load-balance", "vlan", "interface", "packet-mode",
})  # fmt: skip
"""Actions that lead packets another way, which is not modelled."""

_KNOWN = _VERDICTS.keys() | silent.ACTIONS | set(_POLICERS) | _ELSEWHERE | {"next"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a term does."""

    action: Action
    doubts: tuple[Unmodelled, ...] = ()
    """Why the action is Unclear."""
    limits: tuple[Unmodelled, ...] = ()
    """Rate limits that may drop a packet before the action."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Reads the actions of a device's terms."""

    reading: Reading
    dropping: Mapping[str, bool]
    """Whether a policer drops what exceeds its rate, by its name."""

    def outcome(self, term: Node, then: Node | None) -> Outcome:
        """What the term does."""
        verdicts: list[Action] = []
        doubts: list[Unmodelled] = []
        limits: list[Unmodelled] = []
        for each in then.statements() if then is not None else ():
            word = each.word
            if word in _VERDICTS:
                verdicts.append(_VERDICTS[word])
            elif word == "next" and "term" in each:
                verdicts.append(Continue())
            elif word in _POLICERS:
                limits += self._limit(each)
            elif word not in silent.ACTIONS:
                doubts.append(self._unclear(each))
        if len(verdicts) > 1:
            assert then is not None
            message = f"term `{shown(term.word)}` ends in more than one way"
            self.reading.complain(CONTRADICTION, message, then, "keep one of its actions")
            doubts.append(self.reading.doubt(then, message))
        if doubts:
            return Outcome(Unclear(), tuple(doubts))
        if not verdicts:
            self._implicit(term, then)
            return Outcome(Verdict.ACCEPT, limits=tuple(limits))
        passes = verdicts[0] not in (Verdict.DROP, Verdict.REJECT)
        return Outcome(verdicts[0], limits=tuple(limits) if passes else ())

    def _limit(self, node: Node) -> list[Unmodelled]:
        """The policers below a statement that may drop."""
        names = [name for each in node.statements() for name in (each, *each.statements())]
        known = [self.dropping[name.word] for name in names if name.word in self.dropping]
        if known and not any(known):
            return []
        listed = " ".join(shown(name.word) for name in names)
        return [self.reading.unmodelled(node, f"`{node.word} {listed}` drops what exceeds its rate")]

    def _unclear(self, node: Node) -> Unmodelled:
        if node.word not in _ELSEWHERE:
            self.reading.unknown(node, _KNOWN, "then")
        words = " ".join([node.word, *(each.word for each in node.statements())])
        return self.reading.unmodelled(node, f"action `{shown(words)}`")

    def _implicit(self, term: Node, then: Node | None) -> None:
        name = shown(term.word)
        if then is None or not then.words:
            message = f"term `{name}` has no action, and accepts"
        else:
            message = f"term `{name}` only has `{shown(next(iter(then.words)))}` and the like, and accepts"
        self.reading.complain(IMPLICIT_ACCEPT, message, term, "write `accept`, or `next term` to go on")


def dropping_policers(firewall: Node) -> dict[str, bool]:
    """Whether each policer drops anything: one that only marks does not."""
    found = {}
    for kind in ("policer", "hierarchical-policer", "three-color-policer"):
        for each in firewall.below(kind):
            rest, words = [each], set()
            while rest:
                node = rest.pop()
                words.add(node.word)
                rest += node.statements()
            found[each.word] = "discard" in words
    return found
