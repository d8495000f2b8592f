"""Backends → the servers that clients come to: as rules about the backend, the client or the port tell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from isthmus.diagnostics import Span
from isthmus.formats.haproxy.choices import Choice, Chooser
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.passage import BACK, Passage, decides
from isthmus.formats.haproxy.places import Family, place
from isthmus.formats.haproxy.regions import Box, matches
from isthmus.formats.haproxy.servers import Target
from isthmus.formats.haproxy.setup import Setup
from isthmus.formats.haproxy.steps import Step
from isthmus.formats.haproxy.truth import FALSE, Truth
from isthmus.network import ProxyPath, Server, Unmodelled
from isthmus.packetset import Interval, only

MOST_PORTS = 32
"""A listener with more ports than that has no path for each of them."""
MOST_CHOICES = 64
"""Of how many choices it is worked out whom they leave to the backends behind them."""
_MOST_SOCKETS = 4
"""Through how many local sockets a path is followed."""


@dataclass(frozen=True, slots=True)
class Way:
    """A path, and whether its servers see the client's address (``source usesrc client``)."""

    path: ProxyPath
    kept: frozenset[bool]
    """Of its servers."""


@dataclass(slots=True)
class Paths:
    """Works out where one frontend sends the clients of some of its places to listen."""

    chooser: Chooser
    passage: Passage
    ports: tuple[Interval, ...]
    """Those that are listened on."""
    sockets: Mapping[str, Setup]
    """Frontends by the local socket that they listen on."""
    notes: Notes

    def of(self, frontend: Setup, choices: Sequence[Choice]) -> list[Way]:
        """Every path, in the order in which they are asked."""
        found = list(self._answers(frontend.name, 0))
        before = FALSE
        for number, choice in enumerate(choices):
            taken = choice.truth & ~before if any(_rules(each) for each in choice.backends) else choice.truth
            for backend in choice.backends:
                if backend is not frontend or backend.kind == "backend":
                    found += self._rules_of(backend, taken)
            found += self._to(choice, frontend)
            if number < MOST_CHOICES and any(_rules(one) for each in choices[number + 1 :] for one in each.backends):
                before |= choice.truth
            elif number == MOST_CHOICES:
                before = Truth.unknown((self.notes.doubt(choice.where, "more choices than are worked out"),))
        return found

    def _rules_of(self, backend: Setup, taken: Truth) -> Iterator[Way]:
        """The rules of a backend hold for those who come to it."""
        number, view = len(self.passage.answers), self.passage.view
        self.passage.go(backend, BACK, taken)
        self.passage.view = view
        yield from self._answers(backend.name, number)

    def _answers(self, name: str, first: int) -> Iterator[Way]:
        """Those whom HAProxy answers itself are sent nowhere."""
        for each in self.passage.answers[first:]:
            yield from self._way(each.truth, (), each.step.statement.where, f"{name}: answered here", ())

    def _to(self, choice: Choice, frontend: Setup) -> Iterator[Way]:
        doubts = (*frontend.doubts, *self.passage.doubts)
        doubts += tuple(each for backend in choice.backends for each in backend.doubts)
        truth = choice.truth.weakened(doubts)
        if not choice.backends:
            yield from self._way(truth.weakened(choice.doubts), (), choice.where, choice.name, choice.doubts)
        if len(choice.backends) == 1:
            for step in choice.backends[0].uses:
                yield from self._use(choice, step, truth)
        one = choice.backends[0] if len(choice.backends) == 1 else None
        targets = serving(one) if one else [each for backend in choice.backends for each in possible(backend)]
        if choice.backends:
            yield from self._way(truth, targets, choice.where, choice.name, choice.doubts)

    def _use(self, choice: Choice, step: Step, truth: Truth) -> Iterator[Way]:
        """``use-server``: one server, and where HAProxy notices that it is down, the others."""
        backend = choice.backends[0]
        asked = self.chooser.conditions.of(step, self.passage.view)
        if "%" in step.action:
            doubt = self.notes.doubt(step.statement.where, f"`{step.statement.text}`: which server is computed")
            here = (truth & asked).weakened((doubt,))
            yield from self._way(here, possible(backend), step.statement.where, choice.name, choice.doubts)
        chosen = next((each for each in possible(backend) if each.name == step.action), None)
        if chosen is None:
            return
        others = [each for each in serving(backend) if each is not chosen] if chosen.options.is_checked else []
        spare = [replace(each, options=replace(each.options, is_backup=True)) for each in others]
        name = f"{choice.name}/{chosen.name}"
        yield from self._way(truth & asked, [chosen, *spare], step.statement.where, name, choice.doubts)

    def _way(
        self, truth: Truth, targets: Sequence[Target], where: Span, name: str, doubts: Iterable[Unmodelled]
    ) -> Iterator[Way]:
        """The paths to some servers: one for each port where a server's port is counted from the client's."""
        reached, through = self._reached(targets, _MOST_SOCKETS)
        weakening = tuple(each for target in reached for each in target.options.doubts + target.options.source_doubts)
        about = (*doubts, *(each for target in reached for each in target.doubts))
        truth = truth.weakened((*weakening, *through))
        follows = [each for each in reached if not each.has_port and each.place is not None]
        if follows and self.passage.moves_destination:
            truth = truth.weakened((self.notes.doubt(where, "the servers' port is the one that a rule sets"),))
        if not any(each.offset for each in follows):
            yield from self._made(truth, reached, where, name, about, None)
            return
        numbers = [port for ports in self.ports for port in range(ports.first, min(ports.last, ports.first + 64) + 1)]
        if len(numbers) > MOST_PORTS:
            doubt = self.notes.doubt(where, "the servers' port is counted from the client's, which is one of many")
            yield from self._made(truth.weakened((doubt,)), reached, where, name, about, None)
            return
        for port in numbers:
            here = truth & Truth.sure((Box(destination_ports=(only(port),)),))
            yield from self._made(here, reached, where, name, about, port)

    def _reached(self, targets: Sequence[Target], depth: int) -> tuple[list[Target], tuple[Unmodelled, ...]]:
        """Servers, where a local socket leads to those of the frontend that listens on it."""
        reached: list[Target] = []
        doubts: tuple[Unmodelled, ...] = ()
        for each in targets:
            if each.place is None or each.place.family is not Family.LOCAL:
                reached.append(each)
                continue
            beyond = self.sockets.get(each.place.host)
            if beyond is None or depth == 0:
                doubts += (self.notes.doubt(each.where, f"the program behind the socket `{each.place.host}`"),)
                continue
            choices = list(self.chooser.choices(beyond, self.passage.view))
            backends = [backend for one in choices for backend in one.backends]
            more, added = self._reached([target for backend in backends for target in possible(backend)], depth - 1)
            reached += more
            doubts += added
            rules = [step for one in (beyond, *backends) for step in (*_rules(one), *one.uses)]
            relative = any(not one.has_port and one.place is not None for one in more)
            if rules or relative or len(choices) > 1 or any(one.doubts for one in (beyond, *backends)):
                doubts += (self.notes.doubt(each.where, f"rules behind the socket `{each.place.host}`"),)
        return reached, doubts

    def _made(
        self, truth: Truth, targets: Sequence[Target], where: Span, name: str, about: Iterable[Unmodelled],
        client_port: int | None,
    ) -> Iterator[Way]:  # fmt: skip
        versions = self.passage.view.versions
        sure, perhaps = matches(truth.must, versions), matches(truth.may, versions)
        if not perhaps:
            return
        doubts = tuple(dict.fromkeys((*truth.doubts, *about)))
        if not truth.is_sure and not doubts:
            doubts = (self.notes.doubt(where, "a condition with too many cases"),)
        servers = tuple(_server(each, client_port) for each in targets)
        path = ProxyPath(servers, where, name, sure, () if truth.is_sure else perhaps, doubts)
        yield Way(path, frozenset(each.options.keeps_client for each in targets))


def _rules(setup: Setup) -> list[Step]:
    return [step for steps in setup.phases.values() for step in steps if decides(step)]


def serving(backend: Setup) -> list[Target]:
    """The servers that take part: none of a backend that is disabled, and those of weight 0 only for who comes back."""
    return _enabled(backend, frozenset())


def possible(backend: Setup) -> list[Target]:
    """The servers that take part, and those that `use-server` names or may name."""
    named = frozenset(each.action for each in backend.uses)
    if any("%" in each for each in named):
        named = frozenset(each.name for each in backend.targets)
    return _enabled(backend, named)


def _enabled(backend: Setup, named: frozenset[str]) -> list[Target]:
    if backend.is_disabled:
        return []
    enabled = (each for each in backend.targets if not each.options.is_disabled)
    return [each for each in enabled if each.options.weight or backend.persists or each.name in named]


def _server(target: Target, client_port: int | None) -> Server:
    found, port = target.place, target.port
    if not target.has_port and client_port is not None:
        port = client_port + target.offset
    name, address = target.name, found.address if found else None
    if found is not None and found.is_named:
        name = found.host
    if target.options.relay:
        try:
            relay = place(target.options.relay)
        except ValueError:
            return Server(target.options.relay, None, None, target.where, target.options.is_backup)
        name = f"{name} by {target.options.relay}"
        address, port = relay.address, int(relay.port) if relay.port.isdigit() else None
    if port is not None and not 1 <= port <= 65535:
        port = None
    return Server(name, address, port, target.where, target.options.is_backup)
