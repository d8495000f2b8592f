"""Targets that write the packet's mark, and the mark that connection tracking keeps for it."""

from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.targets.outcome import Options, Outcome, Setting, Target, unclear
from isthmus.formats.iptables.targets.verdicts import GOES_ON
from isthmus.formats.iptables.values import mark, number
from isthmus.network import SetMark

ALL_BITS = 0xFFFFFFFF

_WRITES = frozenset({"--set-mark", "--set-xmark", "--and-mark", "--or-mark", "--xor-mark"})


def written(options: Options) -> tuple[int, int]:
    """The bits that are cleared, and those that are turned over after that. Raises RefusedError.

    >>> written({"--set-mark": "0x1/0xff"}), written({"--or-mark": "0x4"})
    ((255, 1), (4, 4))
    """
    named = [each for each in options if each in _WRITES]
    if len(named) != 1:
        raise RefusedError("it takes one of `--set-mark`, `--set-xmark`, `--and-mark`, `--or-mark`, `--xor-mark`")
    (name,) = named
    if name in ("--set-mark", "--set-xmark"):
        value, mask = mark(options[name])
        return (mask | value if name == "--set-mark" else mask), value
    bits = number(options[name], ALL_BITS)
    return {"--and-mark": (ALL_BITS & ~bits, 0), "--or-mark": (bits, bits), "--xor-mark": (0, bits)}[name]


def _mark(options: Options, _: Setting) -> Outcome:
    cleared, turned = written(options)
    if turned & ~cleared:
        return unclear("bits of the mark that are turned over")
    return Outcome((SetMark(turned, cleared),))


def _connmark(options: Options, setting: Setting) -> Outcome:
    """Only ``--restore-mark`` writes the packet; what a connection's mark holds, no match that is modelled asks for."""
    if "--restore-mark" not in options:
        if "--save-mark" not in options:
            written(options)
        return GOES_ON
    packet, connection = restored(options)
    marks = setting.marks(packet, connection)
    if marks is None:
        return unclear("the mark of the connection, which may be any")
    return Outcome(marks, "`--restore-mark`: which mark the connection has")


def restored(options: Options) -> tuple[int, int]:
    """The masks of the packet and of the connection, of ``--restore-mark`` and ``--save-mark``. Raises RefusedError."""
    both = number(options["--mask"], ALL_BITS) if "--mask" in options else ALL_BITS
    packet = number(options["--nfmask"], ALL_BITS) if "--nfmask" in options else both
    return packet, number(options["--ctmask"], ALL_BITS) if "--ctmask" in options else both


TARGETS = {
    "MARK": Target(_mark, _WRITES),
    "CONNMARK": Target(_connmark, _WRITES | {"--save-mark", "--restore-mark", "--nfmask", "--ctmask", "--mask"}),
}
