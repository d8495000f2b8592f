"""Which chains of a table lead where: from which hooks a chain is reached, and which jumps close a circle."""

from collections.abc import Iterable, Mapping, Sequence

from isthmus.network import HookPoint


class Graph:
    """The jumps of a table.

    >>> graph = Graph({"INPUT": ["a"], "a": ["b"], "b": ["a"]}, {"INPUT": HookPoint.INPUT})
    >>> graph.closes("b", "a"), graph.closes("a", "b"), sorted(graph.points("b"))
    (True, False, [<HookPoint.INPUT: 'input'>])
    """

    def __init__(self, jumps: Mapping[str, Sequence[str]], starts: Mapping[str, HookPoint]) -> None:
        self._jumps = {
            name: [each for each in dict.fromkeys(targets) if each in jumps] for name, targets in jumps.items()
        }
        self._points: dict[str, set[HookPoint]] = {}
        for name, point in starts.items():
            for chain in self._reached(name):
                self._points.setdefault(chain, set()).add(point)
        self._closing = set(self._circles((*starts, *jumps)))

    def points(self, chain: str) -> frozenset[HookPoint]:
        """The hooks whose packets come to the chain."""
        return frozenset(self._points.get(chain, ()))

    def closes(self, chain: str, target: str) -> bool:
        """Whether the jump leads back to a chain that leads to it."""
        return (chain, target) in self._closing

    def _reached(self, start: str) -> Iterable[str]:
        seen = {start}
        left = [start]
        while left:
            for each in self._jumps[left.pop()]:
                if each not in seen:
                    seen.add(each)
                    left.append(each)
        return seen

    def _circles(self, starts: Iterable[str]) -> Iterable[tuple[str, str]]:
        """The jumps that a search in depth finds to lead back to where it stands."""
        done: set[str] = set()
        for start in starts:
            way: dict[str, int] = {start: 0}
            while way and start not in done:
                here = next(reversed(way))
                place = way[here]
                if place == len(self._jumps[here]):
                    done.add(here)
                    del way[here]
                    continue
                way[here] += 1
                target = self._jumps[here][place]
                if target in way:
                    yield here, target
                elif target not in done:
                    way[target] = 0
