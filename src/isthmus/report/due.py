"""What waits for owners: for a person, for programs, for calendars."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby

from isthmus.decide import Due
from isthmus.report.digest import one_line


def text(dues: Iterable[Due]) -> str:
    """What waits, by owner."""
    lines: list[str] = []
    for owner, theirs in groupby(dues, key=lambda each: each.owner):
        lines += ["", owner]
        lines += [f"  {each.what}: {each.subject} `{each.id}`: {one_line(each.told)}" for each in theirs]
    return "\n".join(lines).lstrip("\n") + "\n" if lines else "nothing waits for anybody\n"


def document(dues: Iterable[Due]) -> str:
    """The same as JSON."""
    plain = [
        {
            "owner": each.owner,
            "what": each.what.value,
            "subject": each.subject.value,
            "id": each.id,
            "told": each.told,
            "day": each.day.isoformat() if each.day else None,
        }
        for each in dues
    ]
    return json.dumps({"schema": 1, "due": plain}, indent=2, ensure_ascii=False) + "\n"


def calendar(dues: Iterable[Due], today: date) -> str:
    """The days on which exceptions end, as an iCalendar (RFC 5545) with one all-day event each."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//isthmus//status//EN"]
    for each in dues:
        if each.day is not None:
            lines += _event(each, each.day, today)
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(each: Due, day: date, today: date) -> list[str]:
    stamp = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(each.id)}-{day:%Y%m%d}@isthmus",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"SUMMARY:{_escaped(f'{each.owner}: exception {each.id} ends')}",
        f"DESCRIPTION:{_escaped(one_line(each.told))}",
        "END:VEVENT",
    ]


def _escaped(words: str) -> str:
    """Text of a property (RFC 5545 section 3.3.11)."""
    return words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line, folded at 75 octets (RFC 5545 section 3.1)."""
    parts, current = [], ""
    for char in line:
        if len((current + char).encode()) > 74:
            parts.append(current)
            current = ""
        current += char
    return "\r\n ".join([*parts, current]) + "\r\n"
