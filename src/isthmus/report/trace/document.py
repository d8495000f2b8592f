"""A traced packet for programs: every way with every step, as JSON.

Keys are only ever added within one ``schema`` number. Outcomes are `gets through`, `does not get through`,
`gets through on some ways only` and `cannot tell`; `sure` is false where a way is only possible, and `doubts` say why.
"""

import json
from typing import Any

from isthmus.diagnostics import Span
from isthmus.packetset import Packet
from isthmus.packetset.packets import flag_names, protocol_name
from isthmus.prove.replay.journeys import Journey, Round
from isthmus.prove.replay.ways import Outcome, Step, Way
from isthmus.report.trace import words
from isthmus.report.trace.changes import Change, changes
from isthmus.report.trace.stops import quoted
from isthmus.report.trace.traced import Belonging, Traced

SCHEMA = 1

Object = dict[str, Any]


def document(traced: Traced) -> str:
    """The trace as JSON."""
    through = traced.journey.outcome is Outcome.THROUGH
    plain: Object = {
        "schema": SCHEMA,
        "estate": traced.estate,
        "exit_code": traced.exit_code,
        "outcome": traced.outcome.value,
        "packet": _packet(traced.packet),
        "from": {"asked": traced.asked.source, **_belonging(traced.of(traced.packet.source))},
        "to": {"asked": traced.asked.destination, **_belonging(traced.of(traced.packet.destination))},
        "remarks": list(traced.asked.remarks),
        "crossings": [each.id for each in traced.crossings],
        "declared": list(words.crossings(traced)),
        "unread": list(traced.unread),
        "journey": _journey(traced, traced.journey),
        "addresses": [_belonging(each) for each in traced.belongings.values()],
        "changes": [] if through else [_change(each) for each in changes(traced)],
    }
    return _encodable(json.dumps(plain, indent=2, ensure_ascii=False)) + "\n"


def _encodable(text: str) -> str:
    """The same text without what UTF-8 cannot hold, such as the bytes of a file name that is not text."""
    return text.encode(errors="surrogatepass").decode(errors="replace")


def _journey(traced: Traced, journey: Journey) -> Object:
    return {
        "packet": _packet(journey.packet),
        "outcome": journey.outcome.value,
        "there": journey.there.outcome.value,
        "back": journey.back.value if journey.back else None,
        "complete": journey.is_complete,
        "ways": [_round(traced, one) for one in journey.rounds],
    }


def _round(traced: Traced, one: Round) -> Object:
    back = one.back
    return {
        **_way(traced, one.there),
        "unread": list(words.unread(one)),
        "back": None if back is None else {
            "packet": _packet(back.packet),
            "outcome": back.outcome.value,
            "complete": back.is_complete,
            "ways": [_way(traced, each) for each in back.ways],
        },
        "onward": [_journey(traced, each) for each in one.onward],
    }  # fmt: skip


def _way(traced: Traced, way: Way) -> Object:
    return {
        "start": str(way.start),
        "sure": way.is_sure,
        "arrives": way.arrives,
        "devices": list(way.devices),
        "end": {
            "kind": way.end.kind.value,
            "device": way.end.device or None,
            "segment": way.end.segment or None,
            "what": way.end.what,
            "where": _place(way.end.where),
        },
        "steps": [_step(traced, each) for each in way.steps],
        "packet": _packet(way.packet),
    }


def _step(traced: Traced, step: Step) -> Object:
    return {
        "device": step.device or None,
        "segment": step.segment or None,
        "arriving": step.arriving or None,
        "leaving": step.leaving or None,
        "stage": step.stage.value,
        "chain": step.chain or None,
        "rule": step.rule.name or None if step.rule else None,
        "what": step.what,
        "refuses": step.refuses,
        "where": _place(step.where),
        "line": quoted(step.where, traced.texts) or None,
        "before": _packet(step.before),
        "after": _packet(step.after),
        "doubts": [{"what": each.what, "where": _place(each.where)} for each in (*step.doubts, *step.unknown)],
    }


def _packet(packet: Packet) -> Object:
    told: Object = {
        "source": str(packet.source),
        "destination": str(packet.destination),
        "protocol": protocol_name(packet.protocol),
        "state": packet.state.value,
    }
    if packet.destination_port is not None:
        told |= {"source_port": packet.source_port, "destination_port": packet.destination_port}
    if packet.icmp_type is not None:
        told |= {"icmp_type": packet.icmp_type, "icmp_code": packet.icmp_code}
    if packet.flags is not None:
        told |= {"flags": flag_names(packet.flags)}
    return told


def _belonging(belonging: Belonging) -> Object:
    return {
        "address": str(belonging.address),
        "names": list(belonging.names),
        "networks": [network for network, _ in belonging.networks],
        "realm": belonging.realm or None,
    }


def _change(change: Change) -> Object:
    return {
        "direction": change.direction,
        "device": change.device,
        "obstacle": change.obstacle,
        "remedy": change.remedy,
        "place": change.place or None,
    }


def _place(where: Span | None) -> Object | None:
    return {"file": where.file, "line": where.line, "column": where.column} if where and where.file else None
