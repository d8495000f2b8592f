"""Ports and TCP flags: ``tcp``, ``udp``, ``sctp``, ``dccp``, ``udplite`` and ``multiport``."""

from collections.abc import Iterable

from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.meet import flags_met, intervals_met
from isthmus.formats.iptables.options import Extension, Option, Told, named
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.values import ports
from isthmus.formats.iptables.ways import Choice, Way
from isthmus.packetset import FlagTest, Interval, IpProtocol, Match, TcpFlags, other_flags, other_numbers
from isthmus.packetset.packets import WITH_PORTS

_FLAGS = {each.name: int(each) for each in TcpFlags if each.name in ("FIN", "SYN", "RST", "PSH", "ACK", "URG")}
_ALL = sum(_FLAGS.values())
_MOST_PORTS = 15


def _source(asked: Asked, told: Told) -> None:
    _from(asked, _chosen([ports(told.word)], told))


def _destination(asked: Asked, told: Told) -> None:
    _to(asked, _chosen([ports(told.word)], told))


def _sources(asked: Asked, told: Told) -> None:
    _from(asked, _chosen(_several(told.word), told))


def _destinations(asked: Asked, told: Told) -> None:
    _to(asked, _chosen(_several(told.word), told))


def _either(asked: Asked, told: Told) -> None:
    """One of the packet's two ports is named; negated, none is."""
    chosen = _chosen(_several(told.word), told)
    if told.negated:
        _from(asked, chosen)
        _to(asked, chosen)
    else:
        ways = (Way(Match(source_ports=chosen)), Way(Match(destination_ports=chosen)))
        asked.choices.append(Choice(ways))


def _from(asked: Asked, chosen: tuple[Interval, ...]) -> None:
    asked.source_ports = chosen if asked.source_ports is None else intervals_met(asked.source_ports, chosen)


def _to(asked: Asked, chosen: tuple[Interval, ...]) -> None:
    before = asked.destination_ports
    asked.destination_ports = chosen if before is None else intervals_met(before, chosen)


def _chosen(intervals: list[Interval], told: Told) -> tuple[Interval, ...]:
    return other_numbers(intervals, 65535) if told.negated else tuple(intervals)


def _several(word: str) -> list[Interval]:
    found = [ports(each) for each in word.split(",")]
    if sum(1 if each.first == each.last else 2 for each in found) > _MOST_PORTS:
        raise RefusedError(f"more than {_MOST_PORTS} ports are named; a range counts twice", "write several rules")
    return found


def _tcp_flags(asked: Asked, told: Told) -> None:
    mask, value = (_named_flags(each) for each in told.words)
    if value & ~mask:
        _flags(asked, (FlagTest(0, 0),) if told.negated else ())
    else:
        test = FlagTest(mask, value)
        _flags(asked, other_flags(test) if told.negated else (test,))


def _syn(asked: Asked, told: Told) -> None:
    _tcp_flags(asked, Told(("FIN,SYN,RST,ACK", "SYN"), told.negated))


def _flags(asked: Asked, tests: tuple[FlagTest, ...]) -> None:
    asked.flags = tests if asked.flags is None else flags_met(asked.flags, tests)


def _named_flags(word: str) -> int:
    total = 0
    for name in word.upper().split(","):
        if name not in _FLAGS and name not in ("ALL", "NONE"):
            raise RefusedError(f"`{name[:40]}` is not a TCP flag", "flags: FIN, SYN, RST, PSH, ACK, URG, ALL, NONE")
        total |= _ALL if name == "ALL" else _FLAGS.get(name, 0)
    return total


_PORTS = {
    **named(Option(_source), "--sport", "--source-port"),
    **named(Option(_destination), "--dport", "--destination-port"),
}
_TCP = {**_PORTS, "--tcp-flags": Option(_tcp_flags, 2), "--syn": Option(_syn, 0)}
_MULTIPORT = {
    **named(Option(_sources), "--sports", "--source-ports"),
    **named(Option(_destinations), "--dports", "--destination-ports"),
    "--ports": Option(_either),
}


def _only(*protocols: IpProtocol) -> frozenset[int]:
    return frozenset(int(each) for each in protocols)


def _all(protocols: Iterable[IpProtocol]) -> frozenset[int]:
    return _only(*protocols)


EXTENSIONS = {
    "tcp": Extension(_TCP, _only(IpProtocol.TCP), ("--tcp-option",)),
    "udp": Extension(_PORTS, _only(IpProtocol.UDP)),
    "udplite": Extension(_PORTS, _only(IpProtocol.UDPLITE)),
    "sctp": Extension(_PORTS, _only(IpProtocol.SCTP), ("--chunk-types",)),
    "dccp": Extension(_PORTS, _only(IpProtocol.DCCP), ("--dccp-types", "--dccp-option")),
    "multiport": Extension(_MULTIPORT, _all(WITH_PORTS)),
}
