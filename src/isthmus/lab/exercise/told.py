"""The rule path of one real packet, for people and for programs."""

import json
from collections.abc import Iterator

from isthmus.lab.exercise.places import Places, rule_told
from isthmus.lab.probes import Met, Passage, Role, RulePath, Seen

_PASSING = ("jump", "goto", "return")
_BACK = {Role.ANSWER: "an answer comes back", Role.REFUSAL: "a refusal comes back: nobody listens, or a rule rejects"}


def text(path: RulePath, places: Places) -> str:
    """The way of a packet there and back, with the rules that decided about it."""
    trail = path.trail
    lines = [f"{trail.shot.probe.packet}, sent by {trail.shot.node} in the lab of {places.estate.name}", ""]
    end = _end(path)
    lines += [f"there: {end}", *_steps(path, places, is_back=False), ""]
    back = _BACK[trail.answered.seen.role] if trail.answered else "nothing comes back"
    lines += [f"back: {back}", *_steps(path, places, is_back=True)]
    if path.refusal is not None:
        lines += ["", f"refused by {places.refusal(path.refusal)}"]
    if not path.is_complete:
        lines += ["", "the kernel reported faster than could be read: rules may be missing above"]
    return "\n".join(lines) + "\n"


def _end(path: RulePath) -> str:
    trail = path.trail
    if trail.unsent:
        return f"{trail.shot.node} does not send it ({trail.unsent})"
    if trail.admitted is not None:
        return f"let in by {trail.admitted.node}, which sees {trail.admitted.seen.source}"
    last = trail.passed[-1].node if trail.passed else trail.shot.node
    return f"does not arrive; last seen at {last}"


def _steps(path: RulePath, places: Places, *, is_back: bool) -> Iterator[str]:
    mine = [each for each in path.passages if (each.seen.role is not Role.PROBE) is is_back]
    for number, passage in enumerate((each for each in mine if _is_told(each, places)), 1):
        by = f"  {passage.interface}" if passage.interface else ""
        yield f"  {number} {passage.node}{by}  {_ends(passage.seen)}"
        for met in passage.met:
            if _decides(met):
                where = places.where(met)
                yield f"      {met.verdict} by {rule_told(met)}" + (f"  {where}" if where else "")


def _is_told(passage: Passage, places: Places) -> bool:
    """Switches are told where a rule of theirs decides something."""
    return passage.node not in places.switches or any(_decides(each) for each in passage.met)


def _decides(met: Met) -> bool:
    """Whether a rule did something: not a mere step into another chain, and no policy that lets everything pass."""
    return not met.verdict.startswith(_PASSING) and (met.rule is not None or met.verdict != "accept")


def _ends(seen: Seen) -> str:
    def end(address: object, port: int) -> str:
        return f"{address}:{port}" if port else str(address)

    return f"{end(seen.source, seen.source_port)} > {end(seen.destination, seen.destination_port)}"


def document(path: RulePath, places: Places) -> str:
    """The same as JSON."""
    trail = path.trail
    content = {
        "schema": 1,
        "estate": places.estate.name,
        "packet": str(trail.shot.probe.packet),
        "sent_by": trail.shot.node,
        "let_in_by": trail.admitted.node if trail.admitted else None,
        "seen_as": str(trail.admitted.seen.source) if trail.admitted else None,
        "back": trail.answered.seen.role.value if trail.answered else None,
        "refused_by": str(places.refusal(path.refusal)) if path.refusal else None,
        "is_complete": path.is_complete,
        "steps": [_step(each, places) for each in path.passages if _is_told(each, places)],
    }
    return json.dumps(content, indent=2) + "\n"


def _step(passage: Passage, places: Places) -> dict[str, object]:
    rules = [
        {"verdict": met.verdict, "rule": rule_told(met), "where": places.where(met)}
        for met in passage.met
        if _decides(met)
    ]
    return {
        "node": passage.node,
        "interface": passage.interface,
        "role": passage.seen.role.value,
        "packet": _ends(passage.seen),
        "rules": rules,
    }
