"""What connection tracking says of a packet: ``conntrack --ctstate`` and ``state``."""

from isthmus.diagnostics import did_you_mean
from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.meet import states_met
from isthmus.formats.iptables.options import Extension, Option, Told
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.ways import Choice, Way
from isthmus.packetset import Match, State

_STATES = {each.name: each for each in State}
_TRANSLATED = ("DNAT", "SNAT")
_TRACKED = (State.NEW, State.ESTABLISHED, State.RELATED)


def _ctstate(asked: Asked, told: Told) -> str | None:
    """The states of a list.

    ``DNAT`` and ``SNAT`` hold in addition for packets of connections that are translated; any that is tracked may be.
    """
    named, virtual = _listed(told.word, _TRANSLATED)
    if not virtual:
        _states(asked, named, told)
        return None
    others = tuple(each for each in _TRACKED if each not in named)
    rest = tuple(each for each in State if each not in named and each not in others)
    asked.choices.append(Choice((_way(rest if told.negated else named),), (_way(others),)))
    return f"whether the connection is translated (`{virtual}`)"


def _state(asked: Asked, told: Told) -> None:
    named, _ = _listed(told.word, ())
    _states(asked, named, told)


def _states(asked: Asked, named: tuple[State, ...], told: Told) -> None:
    states = tuple(each for each in State if (each in named) != told.negated)
    asked.states = states if asked.states is None else states_met(asked.states, states)


def _way(states: tuple[State, ...]) -> Way:
    return Way(Match(states=states))


def _listed(word: str, virtual: tuple[str, ...]) -> tuple[tuple[State, ...], str]:
    """The states, and the first virtual one."""
    named, found = [], ""
    for each in word.upper().split(","):
        if each in virtual:
            found = found or each
        elif each in _STATES:
            named.append(_STATES[each])
        else:
            help_ = did_you_mean(each, (*_STATES, *virtual), what="states")
            raise RefusedError(f"`{each[:40]}` is not a state of connections", help_)
    return tuple(named), found


_ENDS = tuple(f"--ct{side}{end}{port}" for side in ("orig", "repl") for end in ("src", "dst") for port in ("", "port"))

EXTENSIONS = {
    "conntrack": Extension(
        {"--ctstate": Option(_ctstate)}, perhaps=("--ctproto", *_ENDS, "--ctstatus", "--ctexpire", "--ctdir")
    ),
    "state": Extension({"--state": Option(_state)}),
}
