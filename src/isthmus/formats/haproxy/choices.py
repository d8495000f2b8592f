"""Which backends a frontend chooses, in which order, for whom."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.diagnostics import Span, did_you_mean, shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.conditions import Conditions, View
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.setup import Setup
from isthmus.formats.haproxy.steps import Step
from isthmus.formats.haproxy.truth import TRUE, Truth
from isthmus.network import Unmodelled

_COMPUTED = re.compile(r"%\[[^\]]*\]|%\{[^}]*\}|%[A-Za-z]+|\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Choice:
    """Clients for whom ``truth`` holds, and who were not chosen before, go to one of these backends."""

    truth: Truth
    backends: tuple[Setup, ...]
    where: Span
    name: str
    doubts: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class Chooser:
    """Finds the backends of one configuration."""

    backends: Mapping[str, Setup]
    conditions: Conditions
    notes: Notes

    def choices(self, frontend: Setup, view: View) -> Iterator[Choice]:
        """In the order in which they are asked; the first that holds counts."""
        for each in (*frontend.switches, *frontend.fallbacks):
            choice = self._choice(frontend, each, self.conditions.of(each, view))
            yield choice
            if each in frontend.fallbacks and not each.statement.condition:
                return
        if frontend.has_servers and (frontend.targets or not frontend.switches):
            yield Choice(TRUE, (frontend,), frontend.where, frontend.name)

    def _choice(self, frontend: Setup, each: Step, truth: Truth) -> Choice:
        where, name = each.statement.where, each.action
        if _COMPUTED.search(name):
            doubt = self.notes.doubt(where, f"`{each.statement.text}`: which backend is computed for each client")
            return Choice(truth.weakened((doubt,)), self._named_like(name), where, name, (doubt,))
        found = self.backends.get(name)
        if found is None:
            help_ = did_you_mean(name, self.backends, what="backends")
            self.notes.report(codes.NO_BACKEND, f"there is no backend `{shown(name)}`", where, help_)
            doubt = self.notes.doubt(where, f"backend `{shown(name)}`, which is not defined")
            return Choice(truth, (), where, name, (doubt,))
        if frontend.mode == "http" and found.mode == "tcp":
            message = f"frontend `{shown(frontend.name)}` is of mode http, backend `{shown(name)}` of mode tcp"
            self.notes.report(codes.MODES, message, where, "give both one mode")
        return Choice(truth, (found,), where, name)

    def _named_like(self, name: str) -> tuple[Setup, ...]:
        """Backends whose names fit what is written around the computed part."""
        parts = [re.escape(part) for part in _COMPUTED.split(name)]
        like = re.compile(".*".join(parts))
        return tuple(each for known, each in self.backends.items() if like.fullmatch(known))
