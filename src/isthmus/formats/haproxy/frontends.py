"""Frontends → proxies of the neutral model: one for all places that surely take clients, one for each doubtful one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from isthmus.formats.haproxy.binds import Listener
from isthmus.formats.haproxy.choices import Chooser
from isthmus.formats.haproxy.conditions import View
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.passage import FRONT, Passage, decides
from isthmus.formats.haproxy.paths import Paths, Way
from isthmus.formats.haproxy.regions import NOTHING, VERSIONS, Box, Region, both, either, numbers
from isthmus.formats.haproxy.setup import Phase, Setup
from isthmus.formats.haproxy.truth import FALSE, TRUE, Truth
from isthmus.network import ANY_PACKET, Bind, Proxy, ProxyPath, Rule, Unclear, Unmodelled
from isthmus.packetset import AddressRange, joined

_MOST_DOUBTFUL = 16
"""How many doubtful places of a frontend have a proxy each."""


@dataclass(frozen=True, slots=True)
class Frontends:
    """Makes the proxies of one configuration."""

    chooser: Chooser
    sockets: Mapping[str, Setup]
    notes: Notes

    def proxies(self, frontends: Sequence[Setup]) -> tuple[Proxy, ...]:
        """Those of every frontend and listen section that packets reach, in the order in which they take packets.

        The kernel hands a connection to the program that listens at its very address before those that listen at
        every one; programs that may not listen come last.
        """
        taken: set[str] = set()
        found: list[tuple[tuple[bool, bool], Proxy]] = []
        for frontend in frontends:
            for listeners in () if frontend.is_disabled else _alike(frontend.listeners):
                proxy = self._proxy(frontend, listeners)
                first = listeners[0]
                order = (bool(first.doubts), first.bind is None or first.bind.address is None)
                found.append((order, replace(proxy, name=_named(proxy, listeners, taken))))
        return tuple(proxy for _, proxy in sorted(found, key=lambda each: each[0]))

    def _proxy(self, frontend: Setup, listeners: Sequence[Listener]) -> Proxy:
        binds = tuple(each.bind for each in listeners if each.bind)
        passage = Passage(self.chooser.conditions, _view(listeners), self.notes, tells_client=listeners[0].tells_client)
        self._doubtful(listeners, passage)
        reached = [each for one in self.chooser.choices(frontend, passage.view) for each in one.backends]
        behind = any(decides(step) for each in reached if each is not frontend for phase in Phase
                     for step in each.phases.get(phase, ()))  # fmt: skip
        own = (*FRONT, Phase.RESPONSE) if frontend.has_servers else FRONT
        passage.go(frontend, own, is_last=not behind)
        choices = list(self.chooser.choices(frontend, passage.view))
        ports = tuple(joined(each.ports for each in binds))
        ways = Paths(self.chooser, passage, ports, self.sockets, self.notes).of(frontend, choices)
        keeps, paths = self._sources(frontend, ways)
        mode = "http" if frontend.mode == "http" else "tcp"
        return Proxy(frontend.name, binds, paths, frontend.where, tuple(passage.rules), mode, keeps)

    def _doubtful(self, listeners: Sequence[Listener], passage: Passage) -> None:
        """Where it may not listen at all, nobody is surely let in."""
        first, doubts = listeners[0], tuple(dict.fromkeys(each for one in listeners for each in one.doubts))
        if doubts:
            name = f"bind {first.text}"
            rule = Rule((), Unclear(), first.where, name, perhaps=(ANY_PACKET,), doubts=doubts)
            passage.rules.append(rule)

    def _sources(self, frontend: Setup, ways: Sequence[Way]) -> tuple[bool, tuple[ProxyPath, ...]]:
        """Whether servers see the client's address; where some do and others do not, nobody is sure."""
        kept = frozenset[bool]().union(*(each.kept for each in ways))
        if len(kept) < 2:
            return True in kept, tuple(each.path for each in ways)
        doubt = self.notes.doubt(frontend.where, "some servers see the client's address, others do not")
        return False, tuple(_weaker(each.path, doubt) if True in each.kept else each.path for each in ways)


def _weaker(path: ProxyPath, doubt: Unmodelled) -> ProxyPath:
    return replace(path, matches=(), perhaps=path.perhaps or path.matches, doubts=(*path.doubts, doubt))


def _named(proxy: Proxy, listeners: Sequence[Listener], taken: set[str]) -> str:
    """A name of its own: that of the frontend, and of a further proxy of the same one, where it listens."""
    name = proxy.name
    if name in taken:
        name = f"{name} at {listeners[0].text}"
    if name in taken and listeners[0].bind is not None:
        name = f"{name}, line {listeners[0].where.line}, IPv{listeners[0].bind.version or 'any'}"
    while name in taken:
        name += " again"
    taken.add(name)
    return name


def _alike(listeners: Sequence[Listener]) -> Iterator[list[Listener]]:
    """Places where a client is treated alike, the sure ones first; doubtful ones stand alone, up to a number."""
    told = [each for each in listeners if each.bind is not None]
    groups: dict[tuple[bool, bool], list[Listener]] = {}
    for each in told:
        if not each.doubts and each.bind is not None:
            groups.setdefault((each.tells_client, each.bind.address is None), []).append(each)
    yield from groups.values()
    doubtful = [each for each in told if each.doubts]
    yield from ([each] for each in doubtful[:_MOST_DOUBTFUL])
    for tells_client in (False, True):
        rest = [each for each in doubtful[_MOST_DOUBTFUL:] if each.tells_client is tells_client]
        if rest:
            yield rest


def _view(listeners: Sequence[Listener]) -> View:
    binds = [each.bind for each in listeners if each.bind]
    versions = tuple(version for version in VERSIONS if any(version in _versions(each) for each in binds))
    return View(versions, _ssl(listeners))


def _versions(bind: Bind) -> tuple[int, ...]:
    if bind.address is not None:
        return (bind.address.version,)
    return (bind.version,) if bind.version else (4, 6)


def _ssl(listeners: Sequence[Listener]) -> Truth:
    """Who speaks TLS to us: those who came to a place that asks for it."""
    if all(each.is_ssl for each in listeners) or not any(each.is_ssl for each in listeners):
        return TRUE if listeners[0].is_ssl else FALSE
    with_tls, plain = (_ports(listeners, is_ssl=wanted) for wanted in (True, False))
    if with_tls and not both(with_tls, plain):
        return Truth.sure(with_tls)
    with_tls, plain = (_places(listeners, is_ssl=wanted) for wanted in (True, False))
    return Truth.sure(with_tls) & ~Truth.sure(plain)


def _ports(listeners: Sequence[Listener], *, is_ssl: bool) -> Region:
    ports = tuple(joined(each.bind.ports for each in listeners if each.is_ssl is is_ssl and each.bind))
    return (Box(destination_ports=ports),)


def _places(listeners: Sequence[Listener], *, is_ssl: bool) -> Region:
    found: Region = NOTHING
    for each in listeners:
        if each.is_ssl is is_ssl and each.bind is not None:
            address = each.bind.address
            held = numbers([AddressRange(address, address)]) if address is not None else None
            if held is None and each.bind.version:
                held = (VERSIONS[each.bind.version],)
            found = either(found, (Box(destination=held, destination_ports=(each.bind.ports,)),))
    return found
