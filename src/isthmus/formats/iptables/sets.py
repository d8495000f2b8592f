"""Texts of ``ipset save`` → sets by name, and what reading them had to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.diagnostics import Diagnostic, did_you_mean
from isthmus.formats.iptables.codes import BAD_ENTRY, SET_TWICE
from isthmus.formats.iptables.entries import PARTS, Reader
from isthmus.formats.iptables.ipset import IpSet
from isthmus.formats.iptables.meet import block
from isthmus.formats.iptables.parse import SetsText
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.regions import Entry
from isthmus.formats.iptables.values import address, number
from isthmus.formats.iptables.words import Line
from isthmus.network import Definition, Unmodelled
from isthmus.packetset import Interval
from isthmus.packetset.addresses import WIDTHS
from isthmus.packetset.packets import WITH_PORTS

_FLAGS = ("counters", "comment", "skbinfo", "forceadd", "-exist", "-!")
_VALUES = ("family", "hashsize", "maxelem", "bucketsize", "initval", "netmask", "bitmask", "timeout", "range", "size",
           "markmask", "probes", "resize", "gc")  # fmt: skip


@dataclass(slots=True)
class Sets:
    """The sets of a device."""

    found: dict[str, IpSet] = field(default_factory=dict)
    unmodelled: list[Unmodelled] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    statements: int = 0

    def definitions(self) -> dict[str, Definition]:
        """The sets as names for addresses and ports."""
        return {name: _definition(each) for name, each in self.found.items()}


@dataclass(slots=True)
class _Made:
    """A set that is being read."""

    made: IpSet
    reader: Reader
    lifetime: str | None
    entries: list[Entry] = field(default_factory=list)


def read_sets(texts: Sequence[SetsText]) -> Sets:
    """Read the sets of every text."""
    sets = Sets()
    making: dict[str, _Made] = {}
    for line in (line for text in texts for line in text.lines):
        sets.statements += 1
        try:
            if line.words[0] == "create":
                _create(line, making, sets)
            else:
                _add(line, making, sets)
        except RefusedError as error:
            _refused(line, error, making, sets)
    for name, each in making.items():
        each.made.entries = tuple(each.entries)
        each.made.most = each.reader.most()
        each.made.interfaces = tuple(each.reader.interfaces)
        sets.found[name] = each.made
    return sets


def _create(line: Line, making: dict[str, _Made], sets: Sets) -> None:
    name, kind = line.words[1:3]
    if name in making:
        message = f"set `{name}` is created here and at {making[name].made.where}"
        sets.problems.append(Diagnostic(SET_TWICE, message, line.span(1, 1), "keep one of them"))
        sets.unmodelled.append(Unmodelled(line.where, f"the second set `{name}`"))
        return
    storage, _, written = kind.partition(":")
    parts = tuple(written.split(","))
    options = _options(line.words[3:])
    unknown = [each for each in parts if each not in PARTS.get(storage, ())]
    version = 6 if options.get("family") == "inet6" else 4
    mask = _mask(options, version)
    reader = Reader(parts, version, mask, is_bitmap=storage == "bitmap")
    any_version = set(parts) <= {"port", "mac", "set"}
    made = IpSet(name, kind, line.where, None if any_version else version, parts)
    making[name] = _Made(made, reader, options.get("timeout"))
    if unknown or storage not in PARTS:
        making[name].made.is_changing = True
        _doubt(line, f"sets of type `{kind}`", making[name].made, sets)


def _mask(options: Mapping[str, str], version: int) -> int | None:
    width = WIDTHS[version]
    if "netmask" in options:
        return (1 << width) - (1 << width - number(options["netmask"], width))
    return int(address(options["bitmask"], version)) if "bitmask" in options else None


def _options(words: Sequence[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    place = 0
    while place < len(words):
        if words[place] not in (*_FLAGS, *_VALUES):
            raise RefusedError(
                f"`{words[place][:40]}` is no option of a set", did_you_mean(words[place], _FLAGS + _VALUES)
            )
        takes = 0 if words[place] in _FLAGS else 1
        options[words[place]] = " ".join(words[place + 1 : place + 1 + takes])
        place += 1 + takes
    return options


def _add(line: Line, making: dict[str, _Made], sets: Sets) -> None:
    name = line.words[1]
    if name not in making:
        raise RefusedError(f"set `{name[:40]}` is not created before", "put its `create` line before its entries")
    each = making[name]
    if each.made.parts == ("set",):
        each.made.members += (line.words[2],)
        if "timeout" in line.words[3:] or each.lifetime not in (None, "0"):
            each.made.is_changing = True
            _doubt(line, f"a member of `{name[:40]}` that may be gone", each.made, sets)
    else:
        each.entries += each.reader.read(line.words[2:], each.lifetime)


def _refused(line: Line, error: RefusedError, making: Mapping[str, _Made], sets: Sets) -> None:
    sets.problems.append(Diagnostic(BAD_ENTRY, str(error), line.span(2, 2), error.help))
    known = making.get(line.words[1])
    if known is None:
        sets.unmodelled.append(Unmodelled(line.where, f"`{line.text.strip()[:60]}`"))
    else:
        known.made.is_changing = True
        _doubt(line, f"`{line.text.strip()[:60]}`", known.made, sets)


def _doubt(line: Line, what: str, made: IpSet, sets: Sets) -> None:
    doubt = Unmodelled(line.where, what)
    made.doubts.append(doubt)
    sets.unmodelled.append(doubt)


def _definition(each: IpSet) -> Definition:
    spans = [(part, span) for entry in each.entries for part, span in zip(each.parts, entry.spans, strict=True) if span]
    blocks = [block(each.version or 4, span) for part, span in spans if part in ("ip", "net")]
    ports = [
        (span.first >> 16, Interval(span.first & 0xFFFF, span.last & 0xFFFF))
        for part, span in spans
        if part == "port" and span.first >> 16 in WITH_PORTS
    ]
    return Definition(
        each.name,
        each.kind,
        each.where,
        tuple(dict.fromkeys(blocks)),
        tuple(dict.fromkeys(ports)),
        tuple(dict.fromkeys(each.members)),
        tuple(each.doubts),
        each.comment,
    )
