"""The packet's mark: ``mark``."""

from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.options import Extension, Option, Told
from isthmus.formats.iptables.values import mark
from isthmus.formats.iptables.ways import Choice
from isthmus.network import MarkTest


def _mark(asked: Asked, told: Told) -> str | None:
    value, mask = mark(told.word)
    if value & ~mask:
        if not told.negated:
            asked.choices.append(Choice(()))
        return None
    test = MarkTest(value, mask, told.negated)
    if asked.mark is None or asked.mark == test:
        asked.mark = test
        return None
    asked.unknown()
    return "a second test of the mark"


EXTENSIONS = {"mark": Extension({"--mark": Option(_mark)})}
