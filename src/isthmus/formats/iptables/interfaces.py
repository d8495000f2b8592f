"""Tests of interface names: as iptables writes them, and what two of them ask together."""

from isthmus.formats.iptables.refused import TooIntricateError
from isthmus.network import InterfaceTest


def interface(word: str, *, negated: bool) -> InterfaceTest | None:
    """``eth0``, or ``eth+`` for a beginning; None where any interface will do. Raises ValueError for no name.

    >>> str(interface("eth+", negated=True)), interface("+", negated=False)
    ('not eth*', None)
    """
    if not word or "*" in word or "/" in word or len(word) > 15:
        raise ValueError(f"`{word[:40]}` is not the name of an interface")
    if not word.endswith("+"):
        return InterfaceTest((word,), negated)
    if word == "+" and not negated:
        return None
    return InterfaceTest((f"{word[:-1]}*",), negated)


def interfaces_met(one: InterfaceTest | None, other: InterfaceTest | None) -> InterfaceTest | None:
    """The interfaces that pass both tests. Raises TooIntricateError where no test of names says that.

    >>> str(interfaces_met(InterfaceTest(("eth*", "lo")), InterfaceTest(("lo", "eth1"), negated=True)))
    Traceback (most recent call last):
    isthmus.formats.iptables.refused.TooIntricateError: interfaces `eth*` without `eth1`
    >>> str(interfaces_met(InterfaceTest(("eth*",)), InterfaceTest(("eth1", "lo"))))
    'eth1'
    """
    if one is None or other is None or one == other:
        return one or other
    if one.negated and other.negated:
        return InterfaceTest(tuple(dict.fromkeys(one.names + other.names)), negated=True)
    if one.negated:
        one, other = other, one
    if not other.negated:
        narrow = [min(left, right, key=_breadth) for left in one.names for right in other.names if _meet(left, right)]
        return InterfaceTest(tuple(dict.fromkeys(narrow)))
    left = [each for each in one.names if not any(_within(each, out) for out in other.names)]
    for each in left:
        for out in other.names:
            if _within(out, each):
                raise TooIntricateError(f"interfaces `{each}` without `{out}`")
    return InterfaceTest(tuple(left))


def _breadth(pattern: str) -> tuple[bool, int]:
    return pattern.endswith("*"), -len(pattern)


def _within(narrow: str, wide: str) -> bool:
    return narrow.startswith(wide[:-1]) if wide.endswith("*") else narrow == wide


def _meet(one: str, other: str) -> bool:
    return _within(one, other) or _within(other, one)
