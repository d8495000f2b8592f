"""Where HAProxy listens apart from its proxies: the stats socket, peers, log forwarding."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isthmus.diagnostics import shown
from isthmus.formats.haproxy.binds import Listener, listeners
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.tree import Section, Statement
from isthmus.network import Bind


def own_name(every: Iterable[Section]) -> str:
    """The name that HAProxy is told to have among its peers; nothing where it is the host's."""
    told = [each.word(1) for section in every if section.kind == "global" for each in section.statements
            if each.keyword == "localpeer"]  # fmt: skip
    return told[-1] if told else ""


def listening(device: str, section: Section, notes: Notes) -> Iterator[Bind]:
    """The places of one section where packets are taken."""
    for each in section.statements:
        if each.is_broken:
            continue
        words = [word.text for word in each.words]
        if section.kind == "global" and words[:2] == ["stats", "socket"] and len(words) > 2:
            yield from _sure(listeners(each.without(1), notes), notes)
        elif section.kind in ("log-forward", "peers") and words[0] in ("bind", "dgram-bind"):
            yield from _sure(listeners(each, notes), notes)
        elif section.kind == "peers" and words[0] in ("peer", "server") and len(words) > 2:
            yield from _peer(device, section, each, notes)


def _peer(device: str, section: Section, statement: Statement, notes: Notes) -> Iterator[Bind]:
    """HAProxy listens where the peer of its own name is, which is the host's unless it is told another."""
    named = [each.word(1) for each in section.statements if each.keyword in ("peer", "server")]
    if any(_is_host(each, device) for each in named):
        if _is_host(statement.word(1), device):
            yield from _sure(listeners(replace(statement, words=statement.words[1:3]), notes), notes)
    else:
        notes.doubt(statement.where, f"listens there where `{shown(statement.word(1))}` is its own name as a peer")


def _is_host(peer: str, device: str) -> bool:
    return peer == device or peer.partition(".")[0] == device.partition(".")[0]


def _sure(found: tuple[Listener, ...], notes: Notes) -> Iterator[Bind]:
    """A listener that may not be one is not modelled."""
    for each in found:
        if each.doubts:
            notes.keep(each.doubts)
        elif each.bind is not None:
            yield each.bind
