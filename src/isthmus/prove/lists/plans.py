"""How the chains of a device hang together: who jumps where, and which rules change a packet on its way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.network import Chain, InterfaceTest, Jump, MarkTest, Rule, SetMark, Unclear, Unmodelled, Untrack


@dataclass(frozen=True, slots=True)
class Plan:
    """A chain, and what must be known before it can be worked through.

    ``opaque`` rules jump where nothing can be followed: their effect is unclear, for the reason given. The tests are
    those of the chain and of all that it jumps to. ``stretches`` cut the chain into runs of rules that only decide,
    and single rules that change packets or their marks.
    """

    chain: Chain
    opaque: Mapping[int, Unmodelled]
    arriving: tuple[InterfaceTest, ...]
    leaving: tuple[InterfaceTest, ...]
    marks: tuple[MarkTest, ...]
    stretches: tuple[range, ...]
    changing: frozenset[int]
    height: int
    """How deep its jumps nest."""
    weight: int
    """Its rules and those of all that it jumps to."""

    @property
    def is_stateful(self) -> bool:
        """Whether packets, or their marks, can change in the chain or below."""
        return bool(self.changing)


def plans(chains: Mapping[str, Chain], deepest: int, *, minds_marks: bool) -> dict[str, Plan]:
    """A plan for every chain, those that are jumped to first; ``minds_marks``: something reads marks."""
    targets = {name: [each for each in chain.jumps() if each in chains] for name, chain in chains.items()}
    found: dict[str, Plan] = {}
    for together in _components(targets):
        for name in together:
            found[name] = _plan(chains[name], found, frozenset(together), deepest, minds_marks=minds_marks)
    return found


def tells_marks(rule: Rule) -> bool:
    """Whether a rule reads or writes marks."""
    return rule.mark is not None or isinstance(rule.action, SetMark)


def _plan(
    chain: Chain, known: Mapping[str, Plan], together: frozenset[str], deepest: int, *, minds_marks: bool
) -> Plan:
    opaque: dict[int, Unmodelled] = {}
    called: dict[str, Plan] = {}
    changing: set[int] = set()
    for index, rule in enumerate(chain.rules):
        action = rule.action
        if isinstance(action, Jump):
            reason = _opaque(action.chain, known, together, deepest)
            if reason:
                opaque[index] = Unmodelled(rule.where, reason)
            else:
                called[action.chain] = known[action.chain]
                if known[action.chain].is_stateful:
                    changing.add(index)
        elif isinstance(action, SetMark | Untrack):
            changing.add(index)
        if minds_marks and (isinstance(action, Unclear) or index in opaque):
            changing.add(index)
    below = called.values()
    own = chain.rules
    arriving = [each.arriving for each in own if each.arriving] + [test for each in below for test in each.arriving]
    leaving = [each.leaving for each in own if each.leaving] + [test for each in below for test in each.leaving]
    marks = [each.mark for each in own if each.mark] + [test for each in below for test in each.marks]
    return Plan(
        chain,
        opaque,
        tuple(dict.fromkeys(arriving)),
        tuple(dict.fromkeys(leaving)),
        tuple(dict.fromkeys(marks)),
        tuple(_stretches(len(own), changing)),
        frozenset(changing),
        max((each.height + 1 for each in below), default=0),
        len(own) + sum(each.weight for each in below),
    )


def _opaque(target: str, known: Mapping[str, Plan], together: frozenset[str], deepest: int) -> str:
    """Why a jump cannot be followed; empty where it can."""
    if target in together:
        return f"`{target}` leads back here"
    if target not in known:
        return f"`{target}` is not defined"
    return f"jumps nest deeper than {deepest} from `{target}` on" if known[target].height >= deepest else ""


def _stretches(rules: int, changing: set[int]) -> Iterator[range]:
    start = 0
    for index in sorted(changing):
        if index > start:
            yield range(start, index)
        yield range(index, index + 1)
        start = index + 1
    if rules > start:
        yield range(start, rules)


def _components(targets: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Names that lead to one another, together; each after all that it leads to (R. Tarjan, 1972)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    finished: set[str] = set()
    for root in targets:
        if root in order:
            continue
        path: list[tuple[str, Iterator[str]]] = []
        _enter(root, targets, order, lowest, waiting, path)
        while path:
            name, rest = path[-1]
            step = next((each for each in rest if each not in finished), None)
            if step is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[name])
                if lowest[name] == order[name]:
                    component = [waiting.pop()]
                    while component[-1] != name:
                        component.append(waiting.pop())
                    finished.update(component)
                    yield component
            elif step in order:
                lowest[name] = min(lowest[name], order[step])
            else:
                _enter(step, targets, order, lowest, waiting, path)


def _enter(
    name: str,
    targets: Mapping[str, list[str]],
    order: dict[str, int],
    lowest: dict[str, int],
    waiting: list[str],
    path: list[tuple[str, Iterator[str]]],
) -> None:
    order[name] = lowest[name] = len(order)
    waiting.append(name)
    path.append((name, iter(targets[name])))
