"""All texts of a device's HAProxy → the device: proxies, other places to listen, and what is not modelled."""

from collections.abc import Mapping, Sequence

from isthmus.diagnostics import Span, did_you_mean, shown
from isthmus.formats.format import Lowered
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.choices import Chooser
from isthmus.formats.haproxy.conditions import Conditions, View
from isthmus.formats.haproxy.frontends import Frontends
from isthmus.formats.haproxy.inherit import in_order, proxies, sections
from isthmus.formats.haproxy.listening import listening, own_name
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.setup import Setup, setup
from isthmus.formats.haproxy.tree import PatternFile, Script, Section
from isthmus.formats.haproxy.truth import Truth
from isthmus.formats.haproxy.vocabulary import unread
from isthmus.network import Coverage, Device, Proxy


def lower(device: str, trees: Sequence[Script | PatternFile]) -> Lowered:
    """The device with a proxy for each frontend. Nothing is raised."""
    if not trees:
        return Lowered()
    notes = Notes()
    scripts = in_order([each for each in trees if isinstance(each, Script)])
    files = [each for each in trees if isinstance(each, PatternFile)]
    for script in scripts:
        notes.keep(script.unmodelled)
    every = sections(scripts, notes)
    for section in every:
        _read(section, notes)
    setups = [setup(each, notes) for each in proxies(every, notes)]
    made = _proxies(every, setups, files, notes)
    host = own_name(every) or device
    listeners = tuple(bind for section in every for bind in listening(host, section, notes))
    for proxy in made:
        notes.keep(doubt for rule in proxy.admission for doubt in rule.doubts)
        notes.keep(doubt for path in proxy.paths for doubt in path.doubts)
    statements = sum(each.count for each in scripts) + sum(len(each.patterns) for each in files)
    coverage = Coverage(statements, notes.unmodelled)
    where = Span((scripts[0] if scripts else files[0]).file)
    part = Device(device, where, proxies=made, listeners=listeners, coverage=coverage)
    return Lowered((part,), notes.diagnostics)


def _read(section: Section, notes: Notes) -> None:
    """Find the statements that are not understood: those of proxies are asked about again where they count."""
    for each in section.statements:
        unread(each, section, notes)


_ANY = View((4, 6), Truth.unknown(()))


def _proxies(
    every: Sequence[Section], setups: Sequence[Setup], files: Sequence[PatternFile], notes: Notes
) -> tuple[Proxy, ...]:
    conditions = Conditions(files, notes)
    taking = [each for each in setups if each.takes_clients]
    backends = _by_name([each for each in setups if each.has_servers], notes)
    _by_name(taking, notes)
    for each in setups:
        _servers_exist(each, notes)
    for section in every:
        conditions.look_over(section, _ANY)
    sockets = {one.local: each for each in taking for one in each.listeners if one.local}
    return Frontends(Chooser(backends, conditions, notes), sockets, notes).proxies(taking)


def _by_name(setups: Sequence[Setup], notes: Notes) -> Mapping[str, Setup]:
    found: dict[str, Setup] = {}
    for each in setups:
        earlier = found.setdefault(each.name, each)
        if earlier is not each and each.name:
            message = f"{each.kind} `{shown(each.name)}` has the name of the {earlier.kind} at {earlier.where}"
            notes.report(codes.SAME_NAME, message, each.where, "give each a name of its own")
    return found


def _servers_exist(each: Setup, notes: Notes) -> None:
    names = {target.name for target in each.targets}
    for use in each.uses:
        if use.action not in names and "%" not in use.action:
            message = f"there is no server `{shown(use.action)}` in this section"
            notes.report(codes.NO_SERVER, message, use.statement.where, did_you_mean(use.action, names, what="servers"))
