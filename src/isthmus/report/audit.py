"""What an audit found, for people (text, Markdown) and for programs (JSON, CSV)."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from io import StringIO

from isthmus.diagnostics.quote import printable
from isthmus.observe.draft import port_text
from isthmus.observe.results import Amount, Audit, Hit, Unseen, Violation
from isthmus.observe.words import Attempt, Verdict

SCHEMA = 1
_MOST = 25
"""So many findings of a kind are told one by one; the others are counted."""

_COLUMNS = (
    *("finding", "attempt", "codes", "case", "client_realm", "clients", "service", "address", "port", "crossing"),
    *("flows", "packets", "bytes", "first", "last", "exporters"),
)
_DECISION = {0: "nothing that is wrong was seen", 1: "flows were seen that should not be", 3: "it cannot be told"}


def document(audit: Audit) -> str:
    """JSON, with everything."""
    plain = {
        "schema": SCHEMA,
        "estate": audit.estate,
        "edition": audit.edition,
        "policy": audit.policy,
        "exit_code": audit.exit_code,
        "window": {"first": _time(audit.first_ms), "last": _time(audit.last_ms), "hours": audit.hours},
        "records": audit.records,
        "verdicts": {each.word: count for each, count in audit.verdicts.items()},
        "doubts": list(audit.doubts),
        "sampled": audit.sampled,
        "requirements": audit.names,
        "violations": [_violation(each) for each in audit.violations],
        "crossings": [asdict(each) | _times(each) for each in audit.hits],
        "not_seen": [asdict(each) for each in audit.unseen],
        "exporters": [asdict(each) | _times(each) for each in audit.exporters],
        "matrix": [
            asdict(each)
            | {"hour": _time(each.hour_ms), "verdict": each.verdict.word, "attempt": each.attempt.name.lower()}
            for each in audit.cells
        ],
        "inputs": [asdict(each) for each in audit.inputs],
    }
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _violation(each: Violation) -> dict[str, object]:
    return (
        asdict(each)
        | {
            "verdict": each.verdict.word,
            "attempt": each.attempt.name.lower(),
            "on": port_text(each.protocol, each.port),
        }
        | _times(each)
        | {
            "sightings": [
                asdict(sighting) | {"side": sighting.side.name.lower()} | _times(sighting)
                for sighting in each.sightings
            ]
        }
    )


def _times(each: object) -> dict[str, str | None]:
    return {"first": _time(getattr(each, "first_ms", None)), "last": _time(getattr(each, "last_ms", None))}


def table(audit: Audit) -> str:
    """CSV: a line for each finding."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in audit.violations:
        writer.writerow(
            [
                each.verdict.word,
                each.attempt.name.lower(),
                " ".join(each.codes),
                each.case,
                each.client_realm,
                " ".join(each.clients),
                each.service,
                " ".join(each.addresses),
                port_text(each.protocol, each.port),
                each.crossing,
                each.flows,
                each.amount.packets,
                each.amount.bytes,
                _time(each.first_ms),
                _time(each.last_ms),
                " ".join(dict.fromkeys(sighting.exporter for sighting in each.sightings)),
            ]
        )
    for hit in audit.hits:
        amount = hit.amount
        row = ["seen", "", "", "", "", "", "", "", "", hit.crossing, hit.flows, amount.packets, amount.bytes]
        writer.writerow([*row, _time(hit.first_ms), _time(hit.last_ms), " ".join(hit.exporters)])
    for unseen in audit.unseen:
        writer.writerow(["not seen", *[""] * 8, unseen.crossing, 0, "", "", "", "", ""])
    return out.getvalue()


def text(audit: Audit, *, width: int = 110) -> str:
    """For a terminal."""
    return "\n".join(printable(line)[: max(width, 60) * 4] for line in _lines(audit, markdown=False)) + "\n"


def markdown(audit: Audit) -> str:
    """For a merge request or a page."""
    return "\n".join(printable(line) for line in _lines(audit, markdown=True)) + "\n"


def _lines(audit: Audit, *, markdown: bool) -> Iterator[str]:
    head = "## " if markdown else ""
    item = "- " if markdown else "  "
    yield f"{'# ' if markdown else ''}Flows of `{audit.estate}`: {_DECISION[audit.exit_code]}"
    yield ""
    held = f"held against `{audit.policy[:16]}`"
    yield f"{audit.records:,} records of {len(audit.inputs):,} inputs, {_window(audit)}, {held}"
    for verdict, count in audit.verdicts.items():
        yield f"{item}{count:>12,} {verdict.word}"
    for doubt in audit.doubts:
        yield f"{item}{doubt}"
    groups = (
        ("Undeclared or deviating", audit.wrong),
        ("Attempts that did not come about", audit.attempts),
        ("Nobody can say", audit.open_questions),
    )
    for title, found in groups:
        if found:
            yield from ("", f"{head}{title}")
            for violation in found[:_MOST]:
                yield from _told(violation, item, markdown=markdown)
            if len(found) > _MOST:
                yield f"{item}… and {len(found) - _MOST:,} more (`--format json` has all)"
    if audit.hits:
        yield from ("", f"{head}Declared and seen")
        yield from (f"{item}{_hit(each)}" for each in audit.hits)
    if audit.unseen:
        yield from ("", f"{head}Declared and not seen in this window")
        yield from (f"{item}{_unseen(each)}" for each in audit.unseen)
    yield from ("", f"{head}Realm to realm")
    yield from _matrix(audit, item)
    yield from _inputs(audit, head, item)


def _told(each: Violation, item: str, *, markdown: bool) -> Iterator[str]:
    codes = f" {' '.join(each.codes)}" if each.codes else ""
    case = f", case {each.case}" if each.case else ""
    attempt = f", {each.attempt.name.lower()}" if each.attempt is not Attempt.PASSED else ""
    crossing = f" (crossing `{each.crossing}`)" if each.crossing else ""
    inferred = ", direction inferred from ports" if each.is_inferred else ""
    many = f"{each.clients[0]}" if each.number_of_clients == 1 else f"{each.number_of_clients:,} addresses of"
    who = f"{many} {each.client_realm}" if each.number_of_clients > 1 else f"{many} ({each.client_realm})"
    yield (
        f"{item}{each.verdict.word}{codes}: {who} → {each.service} "
        f"{port_text(each.protocol, each.port)}{case}{attempt}{crossing}: {each.flows:,} flows, "
        f"{_amount(each.amount)}, {_time(each.first_ms)} to {_time(each.last_ms)}{inferred}"
    )
    for sighting in each.sightings[:6]:
        seen = f"{sighting.client} → {sighting.service}"
        where = f" ({sighting.side.name.lower()} side)" if sighting.side else ""
        place = f"{sighting.file}:{sighting.record}" if sighting.file else f"record {sighting.record}"
        yield f"  {item}seen by {sighting.exporter or 'an unnamed exporter'}{where}: {seen}, first in {place}"
    if each.draft:
        yield from (
            ("", "```yaml", *each.draft.splitlines(), "```", "")
            if markdown
            else (f"    | {line}" for line in each.draft.splitlines())
        )


def _hit(each: Hit) -> str:
    parts = [f"{each.crossing}: {each.flows:,} flows, last {_time(each.last_ms)}"]
    parts += [f"breaks {code} in {count:,} records" for code, count in each.broken.items()]
    parts += [f"excused by `{name}` in {count:,} records" for name, count in each.excused.items()]
    if each.kept:
        parts.append(f"shows {', '.join(each.kept)} kept")
    if each.attempts:
        parts.append(f"{each.attempts:,} attempts were refused")
    return "; ".join(parts)


def _unseen(each: Unseen) -> str:
    if each.chance is None:
        return f"{each.crossing}: {each.because}"
    return f"{each.crossing}: {each.because}; a flow of 10 packets is missed with a chance of {each.chance:.0%}"


def _matrix(audit: Audit, item: str) -> Iterator[str]:
    cells: dict[tuple[str, str, str, Verdict], Amount] = defaultdict(Amount)
    for each in audit.cells:
        cells[each.client_realm, each.service_realm, each.case, each.verdict] += each.amount
    for (client, service, case, verdict), amount in sorted(cells.items()):
        told = f", case {case}" if case else ""
        count = amount.records + amount.replies
        yield f"{item}{client} → {service}{told}: {verdict.word}: {count:,} records, {_amount(amount)}"


def _inputs(audit: Audit, head: str, item: str) -> Iterator[str]:
    notable = [each for each in audit.inputs if each.failed or each.quarantined or each.lost or each.skipped]
    if notable:
        yield from ("", f"{head}Not counted")
    for each in notable[:_MOST]:
        if each.failed:
            yield f"{item}{each.name}: {each.failed}"
        for reason, count in [*each.reasons.items(), *each.skipped.items()][:8]:
            yield f"{item}{each.name}: {count:,} {reason}"
        for what, count in each.lost.items():
            yield f"{item}{each.name}: {count:,} {what} never arrived"
    if len(notable) > _MOST:
        yield f"{item}… and {len(notable) - _MOST:,} inputs more"


def _window(audit: Audit) -> str:
    if audit.first_ms is None:
        return "of no time"
    return f"{_time(audit.first_ms)} to {_time(audit.last_ms)}"


def _amount(amount: Amount) -> str:
    return f"{amount.packets:,} packets, {amount.bytes:,} bytes"


def _time(milliseconds: int | None) -> str | None:
    """As RFC 3339 writes it; a number where no calendar has it."""
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds} ms"


WRITERS = {"text": text, "json": document, "markdown": markdown, "csv": table}
