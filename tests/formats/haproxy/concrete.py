"""One packet through the proxies of a device, by the simplest possible reading of the neutral model."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.formats import Text
from isthmus.formats.haproxy import FORMAT
from isthmus.network import Bind, Device, Proxy, ProxyPath, Verdict
from isthmus.packetset import Match, Packet, Space

SPACE = Space(max_nodes=1 << 20)

REFUSED = "refused"
ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a client's connection ends: the names that can be, and whether that is sure."""

    ends: frozenset[str]
    is_sure: bool = True

    def __str__(self) -> str:
        return ("" if self.is_sure else "perhaps ") + ", ".join(sorted(self.ends))


def device(*texts: str, name: str = "lb") -> Device:
    """The device that these texts configure: the first is the main file, the others are parts."""
    named = [Text(f"{name}/haproxy.cfg", texts[0])]
    named += [Text(f"{name}/conf.d/{number:02}.cfg", text) for number, text in enumerate(texts[1:])]
    return FORMAT.lower(name, [FORMAT.parse(each).tree for each in named]).devices[0]


def fate(of: Device, packet: Packet) -> Fate:
    """What happens to a connection that begins with this packet."""
    for proxy in of.proxies:
        if any(_takes(bind, packet) for bind in proxy.binds):
            return _through(proxy, packet)
    return Fate(frozenset({"nobody listens"}))


def _takes(bind: Bind, packet: Packet) -> bool:
    return (
        bind.protocol == packet.protocol
        and bind.address in (None, packet.destination)
        and bind.version in (None, packet.source.version)
        and packet.destination_port is not None
        and bind.ports.first <= packet.destination_port <= bind.ports.last
    )


def _through(proxy: Proxy, packet: Packet) -> Fate:
    ends: set[str] = set()
    sure = True
    for rule in proxy.admission:
        if _holds(rule.matches, packet) and isinstance(rule.action, Verdict):
            if rule.action is Verdict.ACCEPT:
                break
            return Fate(frozenset({REFUSED}))
        if _holds(rule.matches, packet) or _holds(rule.perhaps, packet):
            sure = False
            ends.add(REFUSED)
    for path in proxy.paths:
        if _holds(path.matches, packet):
            return Fate(frozenset({*ends, *_reached(path)}), sure)
        if _holds(path.perhaps, packet):
            sure = False
            ends |= _reached(path)
    return Fate(frozenset({*ends, ANSWERED if proxy.mode == "http" else REFUSED}), sure)


def _reached(path: ProxyPath) -> set[str]:
    """The servers that are asked while all of them are up."""
    first = {each.name for each in path.servers if not each.is_backup}
    return first or {each.name for each in path.servers[:1]} or {ANSWERED}


def _holds(matches: Iterable[Match], packet: Packet) -> bool:
    return any(packet in SPACE.match(each) for each in matches)
