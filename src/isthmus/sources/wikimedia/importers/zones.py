"""Zone files of the DNS tree (``templates/ZONE``): what each name stands for.

Reverse zones are not read: they hold no names of their own. A file such as ``example.org.2023-05-old`` beside
``example.org`` is an older version of it and is not read either; ``example.org.excerpt`` is that zone.
"""

import re
from collections.abc import Iterator
from functools import partial

from isthmus.diagnostics import Span
from isthmus.estate import IPAddress, NameRecord
from isthmus.sources.wikimedia.datum import read_address
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer
from isthmus.sources.wikimedia.names import add_address, add_alias, checked
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve, Imported, Item, LeftAside, Outcome
from isthmus.sources.wikimedia.parsed import Parsed
from isthmus.sources.wikimedia.zone import ZoneLine, read_zone

EXCERPT = ".excerpt"

_FILE = re.compile(r"(?:.*/)?templates/(?P<zone>[^/]+)")
_DATED = re.compile(r"\.[0-9]{4}-[0-9]{2}(?:-.*)?\Z")
_NOT_ZONES = re.compile(r"\.(?:arpa|conf|epp|erb|j2|tmpl|py|sh|md|txt|ya?ml|json)\Z")


def zone_of(path: str) -> str | None:
    """The zone that a file describes, by its path; None where it describes none.

    >>> zone_of("dns/templates/example.org.excerpt"), zone_of("templates/example.org.2023-05-old")
    ('example.org', None)
    """
    found = _FILE.fullmatch(path)
    if found is None or "/modules/" in f"/{path}" or _NOT_ZONES.search(path) or _DATED.search(path):
        return None
    name = found["zone"].removesuffix(EXCERPT)
    return name.lower() if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", name) else None


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each line that is not a comment."""
    for path, text in parsed.texts.items():
        zone = zone_of(path)
        if zone is None:
            continue
        if not path.endswith(EXCERPT) and not re.search(r"\bSOA\b", text):
            yield Item(Span(path), partial(LeftAside, "files without an SOA record"))
            continue
        for line in read_zone(text, path, zone):
            yield Item(line.where, partial(_take, draft, line))


def _take(draft: Draft, line: ZoneLine) -> Outcome:
    origin = f"{line.where.file}:{line.where.line}"
    match line.kind:
        case "A" | "AAAA":
            return add_address(draft, line.owner, _address(line), origin)
        case "CNAME":
            return _alias(draft, line, origin)
        case "DYNA" | "DYNC":
            return _dynamic(draft, line, origin)
        case "$INCLUDE":
            raise CannotResolve(line.values[0], "the included file is not part of the tree")
        case "template":
            raise CannotResolve(line.values[0][:200], "a template writes this line when the zone is built")
        case "unreadable":
            raise CannotImport(line.values[0])
    return LeftAside(f"{line.kind} records")


def _alias(draft: Draft, line: ZoneLine, origin: str) -> Imported:
    try:
        target = line.target()
    except ValueError as problem:
        raise CannotImport(str(problem)) from None
    return add_alias(draft, line.owner, target, origin)


def _address(line: ZoneLine) -> IPAddress:
    address = read_address(line.values[0] if line.values else "", line.where)
    if address.version != (4 if line.kind == "A" else 6):
        raise CannotImport(f"`{address}` is not an address for a record of type {line.kind}")
    return address


def _dynamic(draft: Draft, line: ZoneLine, origin: str) -> Outcome:
    """A name whose address the server chooses when it is asked."""
    name = checked(line.owner)
    if draft.get("names", name, NameRecord) is None:
        draft.add("names", name, NameRecord(origin=origin))
    resource = line.values[0] if line.values else line.kind
    raise CannotResolve(f"{name} ({resource})", "the server chooses the address when it is asked")


IMPORTER = Importer(
    "zones",
    "names of DNS zones",
    wants=lambda path: zone_of(path) is not None,
    items=items,
)
