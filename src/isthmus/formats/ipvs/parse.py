"""Text → the lines of an IPVS table, each with its options under their short names."""

import re
from collections.abc import Sequence

from isthmus.diagnostics import Diagnostic, Span, closest, shown
from isthmus.formats.format import Parsed, Text
from isthmus.formats.ipvs import codes
from isthmus.formats.ipvs.table import Line, Table, Word

COMMANDS = {"-A": "--add-service", "-a": "--add-server"}
SERVICES = {"-t": "--tcp-service", "-u": "--udp-service", "--sctp-service": "--sctp-service", "-f": "--fwmark-service"}
FORWARDING = {"-g": "--gatewaying", "-i": "--ipip", "-m": "--masquerading"}
_VALUES = {
    **SERVICES, "-r": "--real-server", "-s": "--scheduler", "-M": "--netmask", "-b": "--sched-flags", "--pe": "--pe",
    "-w": "--weight", "-x": "--u-threshold", "-y": "--l-threshold", "--tun-type": "--tun-type",
    "--tun-port": "--tun-port",
}  # fmt: skip
_FLAGS = {
    **COMMANDS, **FORWARDING, "-o": "--ops", "-6": "--ipv6", "-n": "--numeric", "--tun-nocsum": "--tun-nocsum",
    "--tun-csum": "--tun-csum", "--tun-remcsum": "--tun-remcsum",
}  # fmt: skip
_PERSISTENT = {"-p": "--persistent"}
_SHORT = {long: short for short, long in (_VALUES | _FLAGS | _PERSISTENT).items()}
_WORD = re.compile(r"\S+")


def parse(text: Text) -> Parsed:
    """Read a table. Nothing is raised."""
    lines: list[Line] = []
    problems: list[Diagnostic] = []
    for number, written in enumerate(text.text.split("\n"), 1):
        words = tuple(
            Word(each[0], Span(text.name, number, each.start() + 1, len(each[0])))
            for each in _WORD.finditer(written.split("#", 1)[0])
        )
        if words and words[0].text == "ipvsadm" and len(words) > 1:
            words = words[1:]
        if words:
            lines.append(_line(words))
            problems += _strange(lines[-1])
    return Parsed(Table(text.name, tuple(lines)), tuple(problems))


def _line(words: Sequence[Word]) -> Line:
    options: dict[str, Word] = {}
    strange: Word | None = None
    number = 0
    while number < len(words):
        word = words[number]
        name = _SHORT.get(word.text, word.text)
        after = words[number + 1] if number + 1 < len(words) else None
        number += 1
        if name in options:
            strange = strange or word
        elif name in _FLAGS:
            options[name] = word
        elif name in _VALUES and after is not None:
            options[name] = after
            number += 1
        elif name in _PERSISTENT:
            options[name] = word
            number += after is not None and after.text.isdigit()
        else:
            strange = strange or word
    if strange is None and (len(options.keys() & COMMANDS) != 1 or len(options.keys() & SERVICES) != 1):
        strange = words[0]
    return Line.of(tuple(words), options, strange)


def _strange(line: Line) -> list[Diagnostic]:
    if line.strange is None:
        return []
    word = line.strange
    best = closest(word.text, [*_SHORT, *_VALUES, *_FLAGS]) if word.text not in _VALUES | _FLAGS else None
    help_ = f"did you mean `{best}`?" if best else "a line adds one service, or one server to one service"
    return [Diagnostic(codes.NOT_UNDERSTOOD, f"`{shown(word.text)}` is not understood here", word.where, help_)]
