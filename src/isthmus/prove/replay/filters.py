"""How a packet fares at the chains of a device: interface filters, and hooks with connection tracking between them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from isthmus.network import Changes, FilterUse, Hook, HookPoint, Masquerade, Unmodelled
from isthmus.packetset import State
from isthmus.prove.replay.course import Course
from isthmus.prove.replay.decisions import Decision, Translation, alike, decisions, listed
from isthmus.prove.replay.machine import Act, Machine
from isthmus.prove.replay.translation import (
    Written,
    differences,
    loopback,
    mirrored,
    repeated,
    restored,
    same_flow,
    translated,
)
from isthmus.prove.replay.ways import EndKind, Stage, Way

Met = Course | Way
"""What comes of a packet: it goes on, or it has ended."""

STAGES = {point: Stage(point.value) for point in HookPoint}

LOOPBACK = "lo"
"""The interface by which a device sends to itself; such packets stay in the connection that they came from."""

_BEFORE_ROUTING = (HookPoint.PREROUTING, HookPoint.OUTPUT)


def then(met: Iterable[Met], stage: Callable[[Course], Iterable[Met]]) -> Iterator[Met]:
    """What comes of all packets that go on, after one more stage."""
    for each in met:
        if isinstance(each, Way):
            yield each
        else:
            yield from stage(each)


def filtered(course: Course, machine: Machine, uses: Sequence[FilterUse], stage: Stage) -> Iterator[Met]:
    """The filters of an interface, as one list: a chain's default counts in the last one only."""
    chains = [use.chain for use in uses if course.packet.version in use.versions]
    if not chains:
        yield course
    elif any(use.tracks for use in uses):
        for each in tracked(course, machine, stage):
            for met in settled(listed(each, machine, chains, stage)):
                # netfilter, where there is any, keeps the connection table itself
                yield met if isinstance(met, Way) or machine.tracks else met.remembered()
    else:
        yield from settled(listed(course, machine, chains, stage))


def settled(every: Iterable[Decision]) -> Iterator[Met]:
    """The packet behind what was decided last, defaults included; the end of its way where it is refused."""
    for each in alike(every):
        yield _settled(each)


def _settled(decision: Decision) -> Met:
    if decision.verdict is None or decision.verdict.lets_pass:
        return decision.told()
    course = decision.told(refuses=True)
    return course if course.goes_on else course.ends(EndKind.REFUSED, decision.words, decision.where)


def hooked(course: Course, machine: Machine, point: HookPoint) -> Iterator[Met]:
    """The chains of a hook by priority, with connection tracking where it stands among them."""
    met: Iterable[Met] = (replace(course, is_translated=False) if course.is_translated else course,)
    for each in machine.at(point, course.packet.version):
        met = then(met, _happening(each.happens, machine, point))
    return iter(met)


def _happening(what: Hook | Act, machine: Machine, point: HookPoint) -> Callable[[Course], Iterable[Met]]:
    if isinstance(what, Hook):
        return lambda course: _hook(course, machine, what)
    if what is Act.AWAIT:
        return lambda course: (_awaiting(course),)
    if what is Act.TRACK:
        return lambda course: tracked(course, machine, STAGES[point])
    return lambda course: (_applied(course, point),)


def _hook(course: Course, machine: Machine, hook: Hook) -> Iterator[Met]:
    is_first = course.tracked is not None and course.known is None and not course.is_translated
    stands_at = course.arriving if hook.at is HookPoint.INGRESS else course.leaving
    if (hook.translates and not is_first) or (hook.interfaces is not None and stands_at not in hook.interfaces):
        yield course
        return
    for decision in alike(decisions(course, machine, hook.chain, STAGES[hook.at])):
        if decision.translation is None:
            yield _settled(decision)
        else:
            yield from _translating(decision, machine)


def _translating(decision: Decision, machine: Machine) -> Iterator[Met]:
    """What a translation makes of the packet; several packets where it may choose among addresses."""
    assert decision.translation is not None
    before = decision.course.packet
    written = _written(decision.translation, decision.course, machine)
    if not written.packets:
        what = f"no address of {decision.course.leaving or decision.course.arriving} could be written"
        yield decision.told(what, refuses=True).ends(EndKind.REFUSED, what, decision.where)
    for packet in written.packets:
        what = ", ".join(differences(before, packet)) or "the translation changes nothing"
        unknown = () if written.is_complete else (Unmodelled(decision.where, "one of many addresses is chosen"),)
        yield replace(decision.told(what, after=packet, unknown=unknown), is_translated=True)


def _written(action: Translation, course: Course, machine: Machine) -> Written:
    if isinstance(action, Masquerade):
        neighbour = course.hop.neighbour if course.hop else None
        at = machine.interface(course.leaving)
        return translated(action, course.packet, at, neighbour or course.packet.destination)
    at = machine.interface(course.arriving)
    return translated(action, course.packet, at or loopback(machine.device.where), None)


# Connection tracking


def tracked(course: Course, machine: Machine, stage: Stage) -> Iterator[Course]:
    """The packet with the state that connection tracking gives it; several where nobody can tell which."""
    if course.tracked is not None or course.known is not None:
        yield course
        return
    if course.is_untracked:
        yield _in_state(course, State.UNTRACKED)
        return
    for connection in reversed(course.connections):
        if connection.device != machine.device.name:
            continue
        if course.is_reply and same_flow(course.packet, mirrored(connection.after)):
            yield replace(_in_state(course, State.ESTABLISHED), known=connection, answers=True)
            return
        is_looped = course.arriving == LOOPBACK and same_flow(course.packet, connection.after)
        if same_flow(course.packet, connection.before) or (is_looped and not course.is_reply):
            state = State.ESTABLISHED if course.is_reply else State.NEW
            yield replace(_in_state(course, state), known=connection)
            return
    if not course.is_reply:
        yield replace(_in_state(course, State.NEW), tracked=_in_state(course, State.NEW).packet)
    elif not machine.tells_states:
        yield _in_state(course, State.ESTABLISHED)
    else:
        yield from _unseen(course, machine, stage)


def _unseen(course: Course, machine: Machine, stage: Stage) -> Iterator[Course]:
    """A reply to a packet that did not come by here: it may count as new or invalid, or the table is shared."""
    name = machine.device.name
    doubt = Unmodelled(machine.device.where, f"`{name}` did not see the packet that this one answers")
    for state in (State.ESTABLISHED, State.NEW, State.INVALID):
        guess = _in_state(course.met(stage, f"taken for {state}", None, doubts=(doubt,)), state)
        yield replace(guess, tracked=guess.packet) if state is State.NEW else guess


def _awaiting(course: Course) -> Course:
    """The packet as rules see it before connection tracking does: ``invalid`` (nft(8), ``ct state``).

    The device's own packets that come back through loopback were seen when they left.
    """
    is_seen = course.tracked is not None or course.known is not None or course.is_untracked
    is_seen = is_seen or course.arriving == LOOPBACK
    return course if is_seen else _in_state(course, State.INVALID)


def _in_state(course: Course, state: State) -> Course:
    if course.packet.state is state:
        return course
    return replace(course, packet=replace(course.packet, state=state))


def _applied(course: Course, point: HookPoint) -> Course:
    """The packet of a known connection with its translation applied, or undone where it is a reply."""
    connection = course.known
    if connection is None:
        return course
    if course.answers:
        changes = Changes.SOURCE if point in _BEFORE_ROUTING else Changes.DESTINATION
        after = restored(course.packet, connection.before, changes)
    else:
        changes = Changes.DESTINATION if point in _BEFORE_ROUTING else Changes.SOURCE
        after = repeated(course.packet, connection.after, changes)
    if same_flow(after, course.packet):
        return course
    what = ", ".join(differences(course.packet, after))
    return course.met(STAGES[point], f"{what}, as the connection was translated", None, after=after)
