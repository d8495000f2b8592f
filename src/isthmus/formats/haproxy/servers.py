"""`server` statements and their options, with what `default-server` and `source` add to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from isthmus.diagnostics import Span, shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.keywords import SERVER_FLAGS, SERVER_VALUES
from isthmus.formats.haproxy.notes import Notes, near
from isthmus.formats.haproxy.places import Family, Place, place, port_number
from isthmus.formats.haproxy.tree import Statement
from isthmus.formats.haproxy.words import Word
from isthmus.network import Unmodelled

_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Options:
    """What options say of a server."""

    is_backup: bool = False
    is_disabled: bool = False
    is_checked: bool = False
    """Whether HAProxy notices that it is down, and passes it over."""
    weight: int = 1
    keeps_client: bool = False
    """New connections show the client's address (``usesrc client``, ``usesrc clientip``)."""
    relay: str = ""
    """A SOCKS server that is asked instead."""
    doubts: tuple[Unmodelled, ...] = ()
    source_doubts: tuple[Unmodelled, ...] = ()
    """What is not known of the address that the servers see."""


@dataclass(frozen=True, slots=True)
class Target:
    """One server: ``place`` is None where it is not known at all."""

    name: str
    where: Span
    place: Place | None
    options: Options
    has_port: bool = True
    """Otherwise ``offset`` is added to the port that the client asked for."""
    port: int | None = None
    offset: int = 0
    doubts: tuple[Unmodelled, ...] = ()
    """Why its address is not known."""


def targets(statement: Statement, options: Options, notes: Notes) -> tuple[Target, ...]:
    """The server of a ``server``, ``server-template`` or ``dispatch`` statement; ``options`` are the defaults."""
    words = statement.words
    first = {"server": 2, "server-template": 3}.get(statement.keyword, 1)
    if len(words) <= first:
        expected = {"server": "NAME ADDRESS:PORT", "server-template": "PREFIX NUMBER NAME:PORT"}
        help_ = f"write `{statement.keyword} {expected.get(statement.keyword, 'ADDRESS:PORT')}`"
        notes.report(codes.INCOMPLETE, f"`{statement.text}` names no address", statement.where, help_)
        notes.doubt(statement.where, f"`{statement.text}` without an address")
        return ()
    told = with_options(words[first + 1 :], options, notes)
    if statement.condition:
        told = _doubted(told, statement.condition)
    name = words[1].text if first > 1 else "dispatch"
    target = _located(Target(name, statement.where, None, told), words[first], notes)
    if first == 3:
        target = _unknown(target, words[0], f"`{statement.text}`, whose servers are found while it runs", notes)
    return (target,)


def _located(target: Target, word: Word, notes: Notes) -> Target:
    if word.variables:
        notes.report(codes.NO_VARIABLE, f"`{shown(word.text)}` needs the environment", word.where, _SET)
        return _unknown(target, word, f"server `{shown(word.text)}`, from the environment", notes)
    try:
        found = place(word.text)
        port, offset = _port(found)
    except ValueError as error:
        notes.report(codes.BAD_ADDRESS, str(error), word.where, _PLACE)
        return _unknown(target, word, f"server `{shown(word.text)}`", notes)
    target = replace(target, place=found, has_port=port is not None, port=port, offset=offset)
    if found.family is Family.LOCAL or found.address is not None:
        return target
    told = {True: "whose address is not told", False: "which is the address that the client asked for"}[found.is_named]
    return _unknown(target, word, f"server `{shown(word.text)}`, {told}", notes)


def _unknown(target: Target, word: Word, what: str, notes: Notes) -> Target:
    return replace(target, doubts=(*target.doubts, notes.doubt(word.where, what)))


_SET = "set it with `setenv`, or write the value"
_PLACE = "write `ADDRESS:PORT`"


def _port(found: Place) -> tuple[int | None, int]:
    """The port, or what is added to the client's."""
    if found.family is not Family.INTERNET or found.port in ("", "0"):
        return None, 0
    if found.port[0] in "+-":
        return None, port_number(found.port[1:]) * (1 if found.port[0] == "+" else -1)
    return port_number(found.port), 0


def _doubted(options: Options, doubt: Unmodelled) -> Options:
    return replace(options, doubts=(*options.doubts, doubt))


def with_options(words: Sequence[Word], options: Options, notes: Notes) -> Options:
    """Options behind a server's address, or of ``default-server``, on top of those that hold already."""
    number = 0
    while number < len(words):
        word = words[number]
        if word.text == "source":
            options, used = with_source(words[number:], options, notes)
            number += used
            continue
        takes_value = word.text in SERVER_VALUES or word.text.startswith("set-proxy-v2-tlv-fmt(")
        if not takes_value and word.text not in SERVER_FLAGS:
            help_ = near(word.text, SERVER_FLAGS | SERVER_VALUES)
            notes.report(codes.UNKNOWN_KEYWORD, f"unknown option `{shown(word.text)}` of a server", word.where, help_)
            return _doubted(options, notes.doubt(word.where, f"option `{shown(word.text)}` of a server, and the rest"))
        value = words[number + 1] if takes_value and number + 1 < len(words) else None
        if takes_value and value is None:
            notes.report(codes.INCOMPLETE, f"`{word.text}` needs a value", word.where)
        options = _with(options, word, value, notes)
        number += 2 if takes_value else 1
    return options


def _with(options: Options, word: Word, value: Word | None, notes: Notes) -> Options:
    match word.text:
        case "backup" | "no-backup":
            return replace(options, is_backup=word.text == "backup")
        case "disabled" | "enabled":
            return replace(options, is_disabled=word.text == "disabled")
        case "check" | "no-check":
            return replace(options, is_checked=word.text == "check")
        case "track" | "agent-check" | "observe":
            return replace(options, is_checked=True)
        case "weight" if value is not None and _NUMBER.fullmatch(value.text):
            return replace(options, weight=int(value.text))
        case "socks4" if value is not None:
            return replace(options, relay=value.text)
        case "weight" | "namespace" | "redir":
            return _doubted(options, notes.doubt(word.where, f"`{word.text}` of a server"))
    return options


def with_source(words: Sequence[Word], options: Options, notes: Notes) -> tuple[Options, int]:
    """``source ADDRESS usesrc WHAT interface NAME`` at the head of ``words``, and how many of them it is."""
    options = replace(options, keeps_client=False, source_doubts=())
    if len(words) < 2:
        notes.report(codes.INCOMPLETE, "`source` needs an address", words[0].where, "write `source ADDRESS`")
        return options, 1
    used, shows, through = 2, "", ""
    while used + 1 < len(words) and words[used].text in ("usesrc", "interface"):
        if words[used].text == "usesrc":
            shows = words[used + 1].text
        else:
            through = words[used + 1].text
        used += 2
    keeps = shows in ("client", "clientip")
    address = words[1].text.rpartition(":")[0] or words[1].text
    told = through or (not keeps and (shows or address not in ("0.0.0.0", "*")))  # noqa: S104 - any address
    doubts = (notes.doubt(words[0].where, "`source` sets where connections to servers come from"),) if told else ()
    return replace(options, keeps_client=keeps, source_doubts=doubts), used
