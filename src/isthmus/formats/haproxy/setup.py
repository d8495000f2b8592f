"""What a frontend, backend or listen section is set up to do: its settings, sorted by what they are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from isthmus.diagnostics import Span, did_you_mean, shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.binds import Listener, listeners
from isthmus.formats.haproxy.inherit import ProxySection, Setting
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.servers import Options, Target, targets, with_options, with_source
from isthmus.formats.haproxy.steps import Step, step
from isthmus.formats.haproxy.tree import Statement
from isthmus.formats.haproxy.vocabulary import unread
from isthmus.network import Unmodelled


class Phase(StrEnum):
    """When rules are asked, in this order; to accept in one phase says nothing about the next."""

    CONNECTION = "connection"
    SESSION = "session"
    CONTENT = "content"
    REQUEST = "request"
    REDIRECT = "redirect"
    RESPONSE = "response"


_FRONT = ("bind", "use_backend", "default_backend")
_BACK = ("server", "server-template", "use-server", "dispatch", "source", "default-server")
_MODES = ("tcp", "http", "log", "spop")


@dataclass(frozen=True, slots=True)
class Setup:
    """A proxy section, read. ``doubts`` are statements that may change anything about it."""

    name: str
    kind: str
    where: Span
    mode: str = "tcp"
    is_disabled: bool = False
    listeners: tuple[Listener, ...] = ()
    phases: Mapping[Phase, tuple[Step, ...]] = field(default_factory=dict)
    switches: tuple[Step, ...] = ()
    fallbacks: tuple[Step, ...] = ()
    """``default_backend``: the first one holds, unless an ``.if`` decides."""
    targets: tuple[Target, ...] = ()
    uses: tuple[Step, ...] = ()
    persists: bool = False
    """Whether clients may be sent where they were before, to servers of weight 0 as well."""
    doubts: tuple[Unmodelled, ...] = ()

    @property
    def takes_clients(self) -> bool:
        """Whether it is a frontend."""
        return self.kind != "backend"

    @property
    def has_servers(self) -> bool:
        """Whether it is a backend."""
        return self.kind != "frontend"


def setup(proxy: ProxySection, notes: Notes) -> Setup:
    """Sort the settings of a section."""
    return _Sorter(proxy, notes).sorted()


class _Sorter:
    """Takes settings one by one, the section's own behind those that it inherits."""

    def __init__(self, proxy: ProxySection, notes: Notes) -> None:
        self.section, self.notes = proxy.section, notes
        self.settings = proxy.settings
        self.doubts = list(proxy.doubts)
        self.mode, self.is_disabled, self.persists = "tcp", False, False
        self.listeners: list[Listener] = []
        self.targets: list[Target] = []
        self.phases: dict[Phase, list[Step]] = {phase: [] for phase in Phase}
        self.switches: list[Step] = []
        self.fallbacks: list[Step] = []
        self.uses: list[Step] = []
        self.options = Options()
        self.aim: Statement | None = None

    def sorted(self) -> Setup:
        for each in self.settings:
            if each.statement.keyword == "source":
                self.options, _ = with_source(each.statement.words, self.options, self.notes)
                self._conditional(each.statement)
        for each in self.settings:
            doubt = unread(each.statement, each.home, self.notes)
            if doubt is not None:
                self.doubts.append(doubt)
            elif not self._is_misplaced(each):
                self._take(each)
        if self.aim is not None:
            doubt = self.notes.doubt(self.aim.where, f"`{self.aim.text}`: asks the address that the client asked for")
            self.doubts.append(doubt)
        self._unheard()
        return Setup(
            self.section.name, self.section.kind, self.section.where, self.mode, self.is_disabled,
            tuple(self.listeners), {phase: tuple(steps) for phase, steps in self.phases.items() if steps},
            tuple(self.switches), tuple(self.fallbacks), tuple(self.targets), tuple(self.uses), self.persists,
            tuple(dict.fromkeys(self.doubts)),
        )  # fmt: skip

    def _is_misplaced(self, each: Setting) -> bool:
        """Whether it belongs to the other half of a proxy."""
        statement, kind = each.statement, self.section.kind
        wrong = {"backend": _FRONT, "frontend": _BACK}.get(kind, ())
        if statement.keyword not in wrong:
            return False
        if each.home is self.section:
            message = f"`{statement.keyword}` has no effect in a {kind}"
            code = codes.INCOMPLETE if statement.keyword.startswith("server") else codes.IGNORED
            self.notes.report(code, message, statement.where, "move it, or make the section a `listen`")
        return True

    def _conditional(self, statement: Statement) -> None:
        if statement.condition:
            self.doubts.append(statement.condition)

    def _take(self, each: Setting) -> None:
        statement = each.statement
        match statement.keyword:
            case "mode":
                self._mode(statement)
            case "disabled" | "enabled":
                self._conditional(statement)
                self.is_disabled = statement.keyword == "disabled" and not statement.condition
            case "bind":
                self.listeners += listeners(statement, self.notes)
            case "server" | "server-template" | "dispatch":
                self._server(statement)
            case "default-server":
                self._conditional(statement)
                self.options = with_options(statement.words[1:], self.options, self.notes)
            case "cookie" | "stick" | "persist" | "appsession":
                self.persists = True
            case "transparent":
                self.aim = statement
            case "option" | "no" | "default":
                self._option(statement)
            case _:
                self._rule(each)

    def _mode(self, statement: Statement) -> None:
        self._conditional(statement)
        if statement.word(1) in _MODES:
            self.mode = statement.word(1)
            return
        help_ = did_you_mean(statement.word(1), _MODES, what="modes")
        self.notes.report(codes.INCOMPLETE, f"unknown mode `{shown(statement.word(1))}`", statement.where, help_)
        self.doubts.append(self.notes.doubt(statement.where, f"`{statement.text}`"))

    def _option(self, statement: Statement) -> None:
        words = [each.text for each in statement.words]
        if "transparent" in words[:3]:
            self._conditional(statement)
            self.aim = statement if words[0] == "option" else None

    def _server(self, statement: Statement) -> None:
        for each in targets(statement, self.options, self.notes):
            earlier = next((one for one in self.targets if one.name == each.name), None)
            if earlier is not None and not (statement.condition or earlier.options.doubts):
                message = f"server `{shown(each.name)}` is defined already, at line {earlier.where.line}"
                self.notes.report(codes.SAME_NAME, message, statement.where, "give each server a name of its own")
            self.targets.append(each)

    def _rule(self, each: Setting) -> None:
        statement, keyword, about = each.statement, each.statement.keyword, each.statement.word(1)
        if keyword in ("use_backend", "default_backend", "use-server") and not about:
            message = f"`{keyword}` needs a name"
            self.notes.report(codes.INCOMPLETE, message, statement.where, f"write `{keyword} NAME`")
            self.doubts.append(self.notes.doubt(statement.where, f"`{statement.text}`"))
        elif keyword == "use_backend":
            self.switches.append(step(each, 1, self.notes))
        elif keyword == "default_backend":
            self.fallbacks = [step(each, 1, self.notes)] + (self.fallbacks if statement.condition else [])
        elif keyword == "use-server":
            if len(statement.words) < 3:
                message = "`use-server` needs a condition"
                self.notes.report(codes.INCOMPLETE, message, statement.where, "write `use-server NAME if CONDITION`")
            self.uses.append(step(each, 1, self.notes))
        elif keyword == "redirect":
            self.phases[Phase.REDIRECT].append(step(each, 0, self.notes))
        elif keyword == "block":
            message = "`block` is not known to HAProxy since version 2.1"
            self.notes.report(codes.REMOVED, message, statement.where, "write `http-request deny`")
            blocks = sum(one.statement.keyword == "block" for one in self.phases[Phase.REQUEST])
            self.phases[Phase.REQUEST].insert(blocks, step(each, 0, self.notes))
        elif keyword in ("tcp-request", "http-request", "tcp-response"):
            self._request(each)

    def _request(self, each: Setting) -> None:
        """``tcp-request PHASE ACTION`` and ``http-request ACTION``, and what is asked of a reply."""
        keyword, about = each.statement.keyword, each.statement.word(1)
        if about == "inspect-delay":
            return
        if keyword == "http-request":
            self.phases[Phase.REQUEST].append(step(each, 1, self.notes))
        elif keyword == "tcp-response" and about == "content":
            self.phases[Phase.RESPONSE].append(step(each, 2, self.notes))
        elif keyword == "tcp-request" and about in ("connection", "session") and self.section.kind == "backend":
            if each.home is self.section:
                message = f"`{keyword} {about}` has no effect in a backend"
                self.notes.report(codes.IGNORED, message, each.statement.where, "move it to the frontend")
        elif keyword == "tcp-request" and about in ("connection", "session", "content"):
            self.phases[Phase(about)].append(step(each, 2, self.notes))
        else:
            message = f"`{keyword}` is followed by `connection`, `session`, `content` or `inspect-delay`"
            self.notes.report(codes.INCOMPLETE, message, each.statement.where)
            self.doubts.append(self.notes.doubt(each.statement.where, f"`{each.statement.text}`"))

    def _unheard(self) -> None:
        """Rules about requests are ignored where no requests are read."""
        if self.mode == "http" or any(each.action == "switch-mode" for each in self.phases[Phase.CONTENT]):
            return
        for phase in (Phase.REQUEST, Phase.REDIRECT):
            for each in self.phases[phase]:
                if each.home is self.section:
                    message = f"`{each.statement.keyword}` has no effect without `mode http`"
                    help_ = "set `mode http`, or remove the rule"
                    self.notes.report(codes.IGNORED, message, each.statement.where, help_)
            self.phases[phase] = []
