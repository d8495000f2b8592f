"""Which statements are understood: for each that is not, what is not known because of it."""

from isthmus.diagnostics import shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.keywords import (
    FILTERS,
    GLOBAL,
    GLOBAL_BEGINNINGS,
    INERT,
    INERT_SECTIONS,
    LOG_FORWARD,
    OPTIONS,
    PEERS,
    READ,
)
from isthmus.formats.haproxy.notes import Notes, near
from isthmus.formats.haproxy.tree import PROXIES, Section, Statement
from isthmus.network import Unmodelled

_LUA = ("lua-load", "lua-load-per-thread", "lua-prepend-path")


def unread(statement: Statement, section: Section, notes: Notes) -> Unmodelled | None:
    """Why the statement is not understood; None where it is."""
    kind = section.kind
    if statement.is_broken:
        return notes.doubt(statement.where, f"`{statement.text}` cannot be read")
    if kind in PROXIES or kind == "defaults":
        return _of_proxy(statement, notes)
    if kind in INERT_SECTIONS:
        return None
    if kind == "program":
        return notes.doubt(statement.where, f"`{statement.text}` of a program that HAProxy starts")
    known = {"peers": PEERS, "log-forward": LOG_FORWARD}.get(kind, GLOBAL)
    if kind == "global" and (statement.keyword.startswith(GLOBAL_BEGINNINGS) or statement.keyword in ("stats", "no")):
        return None
    if kind == "global" and statement.keyword in _LUA:
        return notes.doubt(statement.where, f"`{statement.text}`: what the program does is not known")
    return None if statement.keyword in known else _unknown(statement, statement.keyword, known, notes)


def _of_proxy(statement: Statement, notes: Notes) -> Unmodelled | None:
    plain = statement.without(1) if statement.keyword in ("no", "default") and statement.word(1) else statement
    keyword, about = plain.keyword, plain.word(1)
    if keyword == "option" and about not in OPTIONS and about != "transparent":
        return _unknown(statement, about, OPTIONS, notes, "option ")
    if keyword == "filter" and about not in FILTERS:
        return _unknown(statement, about, FILTERS, notes, "filter ")
    if keyword == "load-server-state-from-file" and about != "none":
        return notes.doubt(statement.where, f"`{statement.text}`: addresses of servers may come from a file")
    if keyword in READ or keyword in INERT:
        return None
    return _unknown(statement, keyword, READ | INERT, notes)


def _unknown(statement: Statement, word: str, known: frozenset[str], notes: Notes, what: str = "") -> Unmodelled:
    help_ = near(word, known)
    notes.report(codes.UNKNOWN_KEYWORD, f"unknown {what or 'keyword '}`{shown(word)}`", statement.where, help_)
    return notes.doubt(statement.where, f"`{statement.text}`")
