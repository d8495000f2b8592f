"""What the recorded exercise of an estate says: evidence for checks, and what of it nobody declared."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from isthmus.decide import Edition
from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.estate import INTERNET, Crossing, IPAddress, State
from isthmus.evidence import Facts, Testimony
from isthmus.guidelines.exercise import Back, Exercise, Probed
from isthmus.guidelines.testify_exercised import exercised_evidence
from isthmus.packetset import Packet, ping, tcp, udp
from isthmus.sources.exercises import read_exercise, state_digest
from isthmus.workflows.load import Loaded

NOT_THROUGH = Code(
    "EXE003",
    Severity.FINDING,
    "a declared flow does not get through",
    "In the lab, real packets of a running crossing were not let in. The message names the rule that refused one of "
    "them where there is such a rule; else a route is missing, or nobody holds the address.",
)
NO_REPLY = Code(
    "EXE004",
    Severity.FINDING,
    "the reply of a declared flow does not come back",
    "In the lab, real packets of a running crossing were let in, and neither an answer nor a refusal reached the "
    "client. Stateless filters judge each direction by itself: the reply needs a rule of its own.",
)
NOBODY_SERVES = Code(
    "EXE005",
    Severity.WARNING,
    "nobody answers a declared flow",
    "In the lab, the packets of a running crossing get through both ways, and no server speaks: nothing listens "
    "there, or what stands in front of it has no server left.",
)
ARRIVES_OTHERWISE = Code(
    "EXE006",
    Severity.WARNING,
    "clients arrive as other addresses than declared",
    "In the lab, the service saw an address that `arrives_as` of the crossing does not name. Either the declaration "
    "or the translation on the way is wrong.",
)
UNDECLARED = Code(
    "EXE007",
    Severity.FINDING,
    "a flow between realms that nobody declares gets in",
    "In the lab, real packets between two realms were let in although no running crossing declares them (XR003). "
    "Declare the flow, or close it. The record in `exercises/` holds all of them.",
)
UNPLACED = Code(
    "EXE008",
    Severity.WARNING,
    "nothing was sent from some networks",
    "The snapshot holds no place in these networks of the estate, so the lab has nobody there who could send. What "
    "hosts in them can reach is not exercised.",
)
LEFT_OUT = Code(
    "EXE009",
    Severity.WARNING,
    "the lab does not do everything that a device is configured to do",
    "Something of the device's configuration is not modelled, or the kernel here cannot do it. What packets do on "
    "their way through it is seen, and where that would be good news, the answer is unknown.",
)
CODES = (NOT_THROUGH, NO_REPLY, NOBODY_SERVES, ARRIVES_OTHERWISE, UNDECLARED, UNPLACED, LEFT_OUT)

_SILENT = ("silent", "connected", "refused", "prohibited")


@dataclass(frozen=True, slots=True)
class Heard:
    """Facts with exercised evidence, and the findings of the exercise itself."""

    facts: Facts
    remarks: tuple[Diagnostic, ...] = ()
    exercise: Exercise | None = None


def joined(one: Testimony, other: Testimony) -> Testimony:
    """What two rooms say, side by side."""
    return {key: (*one.get(key, ()), *other.get(key, ())) for key in {**one, **other}}


def heard(facts: Facts, edition: Edition, loaded: Loaded, only: Collection[str] = ()) -> Heard:
    """Hold an estate against its recorded exercise; nothing changes where there is none."""
    read = read_exercise(loaded.root, state_digest(loaded.texts, loaded.root))
    if read.exercise is None and not read.doubt:
        return Heard(facts, read.diagnostics)
    testimony = exercised_evidence(facts, edition, read.exercise, only, doubt=read.doubt)
    told = replace(facts, testimony=joined(facts.testimony, testimony))
    found = () if read.doubt or read.exercise is None else tuple(findings(facts, read.exercise, only))
    return Heard(told, (*read.diagnostics, *found), read.exercise)


def findings(facts: Facts, exercise: Exercise, only: Collection[str] = ()) -> Iterator[Diagnostic]:
    """What real packets did that the estate does not say, or did not do that it says."""
    for crossing in facts.estate.crossings.values():
        if crossing.state is State.RUNNING and (not only or crossing.id in only):
            yield from _of_crossing(crossing, exercise.of(crossing.id))
    if not only:
        yield from _undeclared(facts, exercise)
        yield from _not_exercised(facts, exercise)


def _not_exercised(facts: Facts, exercise: Exercise) -> Iterator[Diagnostic]:
    """What the lab could not do."""
    where = facts.estate.where
    if exercise.unplaced:
        listed = ", ".join(f"`{each}`" for each in exercise.unplaced)
        yield Diagnostic(UNPLACED, f"nothing was sent from {listed}: the lab has no place there", where)
    for device, what in exercise.left_out.items():
        yield Diagnostic(LEFT_OUT, f"the lab does not do everything that {device} does: {what}", where)


def _of_crossing(crossing: Crossing, probes: Iterable[Probed]) -> Iterator[Diagnostic]:
    """One diagnostic for each way in which a crossing's packets fail, with the first of them."""
    every = tuple(probes)
    failed = {
        NOT_THROUGH: [each for each in every if not each.admitted_by],
        NO_REPLY: [each for each in every if each.admitted_by and each.back is Back.NOTHING],
        NOBODY_SERVES: [each for each in every if each.back is not Back.NOTHING and _is_silent(each)],
        ARRIVES_OTHERWISE: [each for each in every if _arrives_otherwise(crossing, each)],
    }
    told = {
        NOT_THROUGH: "does not get through",
        NO_REPLY: "gets in, and nothing comes back",
        NOBODY_SERVES: "gets there and back, and nobody serves it",
    }
    for code, some in failed.items():
        if some:
            what = told.get(code, f"arrives as {some[0].seen_as}, declared is {_declared(crossing)}")
            count = f"{len(some)} of {len(every)} probes" if len(every) > 1 else "the one probe"
            message = f"`{crossing.id}`: {some[0]} {what}{_why(some[0])} ({count})"
            yield Diagnostic(code, message, crossing.where, packet=str(some[0]))


def _is_silent(probe: Probed) -> bool:
    return probe.talk is not None and probe.talk.outcome in _SILENT


def _arrives_otherwise(crossing: Crossing, probe: Probed) -> bool:
    seen = probe.seen_as
    if not probe.admitted_by or seen is None or not crossing.arrives_as:
        return False
    return not any(seen.version == each.version and seen in each for each in crossing.arrives_as)


def _declared(crossing: Crossing) -> str:
    return ", ".join(str(each) for each in crossing.arrives_as)


def _why(probe: Probed) -> str:
    if probe.unsent:
        return f": its own host does not send it ({probe.unsent})"
    if probe.refused is not None:
        return f": refused by {probe.refused}"
    if not probe.admitted_by:
        return f": it was last seen at {probe.last}" if probe.last else ": it was not seen anywhere"
    return ""


def _undeclared(facts: Facts, exercise: Exercise) -> Iterator[Diagnostic]:
    """What nobody declares and gets in, by realms and roles of both ends."""
    found: dict[tuple[str, str], list[Probed]] = {}
    for each in exercise.of(""):
        pair = _between(facts, each)
        if pair is not None and each.admitted_by not in exercise.unread and not _is_declared(facts, each):
            found.setdefault(pair, []).append(each)
    for (source, destination), some in sorted(found.items()):
        some.sort(key=lambda each: (each.at == "icmp", str(each)))
        ports = sorted({each.at for each in some})
        listed = f"{', '.join(ports[:6])}{' …' if len(ports) > 6 else ''}"
        message = (
            f"from {source} to {destination}: {some[0]} gets in, and no crossing declares it ({len(some)}: {listed})"
        )
        yield Diagnostic(UNDECLARED, message, facts.estate.where, packet=str(some[0]))


def _between(facts: Facts, probe: Probed) -> tuple[str, str] | None:
    """The realms and roles of both ends; None within one realm, and for what the internet sends."""
    source, destination = _place(facts, probe.source), _place(facts, probe.destination)
    if source[0] == destination[0] or INTERNET in (source[0], destination[0]):
        return None
    return " ".join(source), " ".join(destination)


def _place(facts: Facts, address: IPAddress) -> tuple[str, str]:
    networks = facts.estate.plan.find(address)
    return (networks[0].realm, networks[0].role) if networks else (INTERNET, "")


def _is_declared(facts: Facts, probe: Probed) -> bool:
    from isthmus.workflows.declared import declaring  # loads the formats

    return any(each.state is State.RUNNING for each in declaring(facts, _packet(probe)))


def _packet(probe: Probed) -> Packet:
    source, destination = str(probe.source), str(probe.destination)
    if probe.port is None:
        return ping(source, destination)
    return (tcp if probe.protocol == "tcp" else udp)(source, destination, probe.port)
