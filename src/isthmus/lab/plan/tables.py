"""Routing tables by their numbers: names that a configuration gives to tables mean nothing to another kernel."""

from isthmus.network import MAIN_TABLE, Device

NAMED = 800_000
"""Tables with names of their own have numbers from here on, in the order of their names."""

_KERNELS_OWN = ("local", MAIN_TABLE, "default")
_MOST = 2**32 - 1


def table_numbers(device: Device) -> dict[str, str]:
    """What ``ip`` calls each table of a device.

    >>> from isthmus.diagnostics import Span
    >>> table_numbers(Device("gw", Span("x"), tables={"main": (), "blue": (), "100": (), "a b": ()}))
    {'100': '100', 'a b': '800000', 'blue': '800001', 'main': 'main'}
    """
    names = sorted({*device.tables, *(each.table for each in device.choices)})
    named = [each for each in names if each not in _KERNELS_OWN and not _is_number(each)]
    return {each: str(NAMED + named.index(each)) if each in named else each for each in names}


def table_name(device: Device, number: str) -> str:
    """What the configuration calls the table of a number."""
    return next((name for name, each in table_numbers(device).items() if each == number), number)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and 0 < int(name) <= _MOST
