"""`bind` statements → where a proxy listens, each place with what is not known of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from isthmus.diagnostics import Span, shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.keywords import BIND_FLAGS, BIND_VALUES
from isthmus.formats.haproxy.notes import Notes, near
from isthmus.formats.haproxy.places import Family, Place, place, port_number
from isthmus.formats.haproxy.tree import Statement
from isthmus.formats.haproxy.words import Word
from isthmus.network import Bind, Unmodelled
from isthmus.packetset import Interval, IpProtocol

EVERY_PORT = Interval(1, 65535)


@dataclass(frozen=True, slots=True)
class Listener:
    """One place of a ``bind`` statement: a ``bind``, or of a local socket its name."""

    where: Span
    text: str
    bind: Bind | None = None
    local: str = ""
    doubts: tuple[Unmodelled, ...] = ()
    """Why it may not listen there."""
    is_ssl: bool = False
    tells_client: bool = False
    """Whoever connects tells the client's address first (``accept-proxy``), so the packet's is not what rules see."""


@dataclass(frozen=True, slots=True)
class _Options:
    interface: str | None = None
    is_ssl: bool = False
    tells_client: bool = False
    v4v6: bool = False
    v6only: bool = False
    doubts: tuple[Unmodelled, ...] = ()


def listeners(statement: Statement, notes: Notes) -> tuple[Listener, ...]:
    """Every place that a ``bind`` or ``dgram-bind`` statement names."""
    if len(statement.words) < 2:
        help_ = "write `bind ADDRESS:PORT`"
        notes.report(codes.INCOMPLETE, f"`{statement.keyword}` needs a place", statement.where, help_)
        notes.doubt(statement.where, f"`{statement.text}` without a place to listen")
        return ()
    options = _options(statement, notes)
    places = statement.words[1]
    protocol = int(IpProtocol.UDP) if statement.keyword == "dgram-bind" else None
    found: list[Listener] = []
    for part in _parts(places):
        for each in _listeners(part, options, notes):
            bind = each.bind
            if bind is not None and protocol is not None:
                bind = replace(bind, protocol=protocol)
            found.append(replace(each, bind=bind))
    return tuple(found)


def _parts(places: Word) -> Iterator[Word]:
    column = places.where.column
    plain = len(places.text) == places.where.width
    for part in places.text.split(","):
        where = replace(places.where, column=column, width=max(1, len(part))) if plain else places.where
        yield Word(part, where, tuple(each for each in places.variables if f"${{{each}}}" in part))
        column += len(part) + 1


def _options(statement: Statement, notes: Notes) -> _Options:
    options = _Options(doubts=(statement.condition,) if statement.condition else ())
    words = iter(statement.words[2:])
    for word in words:
        value = next(words, None) if word.text in BIND_VALUES else None
        if word.text in BIND_VALUES and value is None:
            notes.report(codes.INCOMPLETE, f"`{word.text}` needs a value", word.where)
        if word.text not in BIND_FLAGS and word.text not in BIND_VALUES:
            help_ = near(word.text, BIND_FLAGS | BIND_VALUES)
            notes.report(codes.UNKNOWN_KEYWORD, f"unknown option `{shown(word.text)}` of a bind", word.where, help_)
            doubt = notes.doubt(word.where, f"option `{shown(word.text)}` of a bind, and what follows it")
            return replace(options, doubts=(*options.doubts, doubt))
        options = _with(options, word, value, notes)
    return options


def _with(options: _Options, word: Word, value: Word | None, notes: Notes) -> _Options:
    match word.text:
        case "ssl":
            return replace(options, is_ssl=True)
        case "accept-proxy" | "accept-netscaler-cip":
            return replace(options, tells_client=True)
        case "v4v6":
            return replace(options, v4v6=True)
        case "v6only":
            return replace(options, v6only=True)
        case "interface" if value is not None and not value.variables:
            return replace(options, interface=value.text)
        case "interface" | "namespace":
            doubt = notes.doubt(word.where, f"`{word.text} {shown(value.text) if value else ''}` of a bind")
            return replace(options, doubts=(*options.doubts, doubt))
        case "transparent":
            notes.doubt(word.where, "`transparent`: takes packets for addresses that are not the device's")
    return options


def _listeners(word: Word, options: _Options, notes: Notes) -> Iterator[Listener]:
    """One place; two where whether IPv4 is meant as well depends on the system."""
    doubts = options.doubts
    if word.variables:
        notes.report(codes.NO_VARIABLE, f"`{shown(word.text)}` needs the environment", word.where, _SET)
        doubts = (*doubts, notes.doubt(word.where, f"listens at `{shown(word.text)}`, from the environment"))
    try:
        written = _place(word)
        ports = _ports(written, word)
    except ValueError as error:
        notes.report(codes.BAD_ADDRESS, str(error), word.where, _PLACE)
        doubts = (*doubts, notes.doubt(word.where, f"listens at `{shown(word.text)}`"))
        written, ports = Place(Family.INHERITED, word.text), EVERY_PORT
    about = Listener(word.where, word.text, None, "", doubts, options.is_ssl, options.tells_client)
    if written.family is Family.LOCAL:
        yield replace(about, local=written.host)
        return
    if written.family is Family.INHERITED and not doubts:
        about = replace(about, doubts=(notes.doubt(word.where, f"listens at `{shown(word.text)}`, opened elsewhere"),))
    if written.is_named and not word.variables:
        doubt = notes.doubt(word.where, f"listens at the name `{shown(written.host)}`, whose address is not told")
        about = replace(about, doubts=(*about.doubts, doubt))
    bind = Bind(written.address, ports, written.protocol, word.where, options.interface, _version(written, options))
    yield replace(about, bind=bind)
    if written.is_every and written.version == 6 and not (options.v6only or options.v4v6):
        doubt = notes.doubt(word.where, f"whether `{shown(word.text)}` takes IPv4 too is up to the system")
        yield replace(about, bind=replace(bind, version=4), doubts=(*about.doubts, doubt))


_SET = "set it with `setenv`, or write the value"
_PLACE = "write `ADDRESS:PORT`, `:PORT` for every IPv4 address, or the path of a socket"


def _place(word: Word) -> Place:
    """The place, where a variable may hide its address or its port."""
    if not word.variables:
        return place(word.text)
    host, colon, port = word.text.rpartition(":")
    if not colon:
        host, port = word.text, ""
    if any(f"${{{each}}}" in host for each in word.variables):
        return Place(Family.INTERNET, host, port, is_named=True)
    return replace(place(f"{host}:1"), port="")


def _ports(written: Place, word: Word) -> Interval:
    if written.family is not Family.INTERNET:
        return EVERY_PORT
    if not written.port and word.variables:
        return EVERY_PORT
    if not written.port:
        raise ValueError(f"`{shown(word.text)}` has no port")
    first, dash, last = written.port.partition("-")
    ports = port_number(first), port_number(last if dash else first)
    if ports[0] > ports[1]:
        raise ValueError(f"`{shown(written.port)}` is not a range of ports")
    return Interval(*ports)


def _version(written: Place, options: _Options) -> int | None:
    if written.address is not None or not written.is_every:
        return written.version if written.is_named else None
    return None if written.version == 6 and options.v4v6 and not options.v6only else written.version
