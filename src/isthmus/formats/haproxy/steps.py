"""Rules with an action and a condition: ``tcp-request connection reject if …``, ``use_backend web unless …``."""

from dataclasses import dataclass
from enum import StrEnum

from isthmus.diagnostics import shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.inherit import Setting
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.tree import Section, Statement
from isthmus.formats.haproxy.words import Word


@dataclass(frozen=True, slots=True)
class Test:
    """What stands behind ``if``, or behind ``unless``."""

    words: tuple[Word, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: ``action`` is the word that says what to do, or the name that ``use_backend`` and its like give."""

    statement: Statement
    home: Section
    action: str
    arguments: tuple[Word, ...] = ()
    test: Test | None = None


def step(each: Setting, skipped: int, notes: Notes) -> Step:
    """The rule of a setting, whose action is the word behind the ``skipped`` first ones."""
    statement = each.statement
    words = statement.words[skipped:]
    number = next((number for number, word in enumerate(words) if number and word.text in ("if", "unless")), None)
    action = words[0].text if words else ""
    if not action:
        message = f"`{statement.text}` says nothing"
        notes.report(codes.INCOMPLETE, message, statement.where, "name what is to be done")
    _only(statement, words[1:number], notes)
    if number is None:
        return Step(statement, each.home, action, tuple(words[1:]))
    test = Test(tuple(words[number + 1 :]), words[number].text == "unless")
    return Step(statement, each.home, action, tuple(words[1:number]), test)


def _only(statement: Statement, between: tuple[Word, ...], notes: Notes) -> None:
    """Names of backends and servers are followed by the condition at once."""
    if statement.keyword in ("use_backend", "use-server", "default_backend") and between:
        message = f"`{shown(between[0].text)}` cannot stand before the condition"
        notes.report(codes.INCOMPLETE, message, between[0].where, "only `if` or `unless` follows the name")


class Effect(StrEnum):
    """What a rule does to those for whom its condition holds."""

    ACCEPT = "accept"
    """No further rule of its phase is asked."""
    REJECT = "reject"
    DROP = "drop"
    ANSWER = "answer"
    """HAProxy answers itself; nobody is asked for more."""
    CHALLENGE = "challenge"
    """Some are refused, by what no packet shows: a password, the server's reply."""
    NOTHING = "nothing"
    RENAME_SOURCE = "rename source"
    """What later rules take for the client's address is no longer the packet's."""
    RENAME_DESTINATION = "rename destination"
    UNKNOWN = "unknown"


_EFFECTS = {
    Effect.ACCEPT: "accept allow",
    Effect.REJECT: "reject deny tarpit block close",
    Effect.DROP: "silent-drop",
    Effect.ANSWER: "redirect return use-service",
    Effect.CHALLENGE: "auth",
    Effect.RENAME_SOURCE: "expect-proxy expect-netscaler-cip set-src set-src-port set-fc-proxy",
    Effect.RENAME_DESTINATION: "set-dst set-dst-port",
    Effect.NOTHING: """
        add-acl add-header add-headers-bin cache-use capture del-acl del-header del-headers-bin del-map
        disable-l7-retry do-log do-resolve early-hint normalize-uri ot-group pause replace-header replace-path
        replace-pathq replace-uri replace-value sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0
        send-spoe-group set-bandwidth-limit set-bc-tos set-cookie-fmt set-fc-tos set-header set-header-bin
        set-headers-bin set-log-level set-map set-method set-nice set-path set-pathq set-priority-class
        set-priority-offset set-query set-retries set-timeout set-tos set-uri set-var set-var-fmt strict-mode
        switch-mode track-sc track-sc0 track-sc1 track-sc2 unset-var wait-for-body wait-for-handshake
    """,
}
_BY_ACTION = {action: effect for effect, actions in _EFFECTS.items() for action in actions.split()}


def effect(each: Step) -> Effect:
    """What the rule does."""
    keyword, action = each.statement.keyword, each.action.partition("(")[0]
    if keyword in ("redirect", "block"):
        return Effect.ANSWER if keyword == "redirect" else Effect.REJECT
    found = Effect.NOTHING if action.startswith("track-sc") else _BY_ACTION.get(action, Effect.UNKNOWN)
    if keyword == "tcp-response" and found is not Effect.UNKNOWN:
        return Effect.CHALLENGE if found in (Effect.REJECT, Effect.DROP) else Effect.NOTHING
    return found
