"""Filters of interfaces → ``set`` commands that apply them (Junos CLI User Guide, *filter* at *interfaces*)."""

import re
from collections.abc import Iterator, Sequence

from isthmus.formats.format import CannotRenderError, Text
from isthmus.network import Device, FilterUse, Interface

FILE = "interfaces.conf"
_FAMILIES = {4: "inet", 6: "inet6"}


def render(devices: Sequence[Device], head: Sequence[str] = ()) -> tuple[Text, ...]:
    """What applies filters to the interfaces of a router that is told in parts. Raises CannotRenderError."""
    lines = [line for device in devices for each in device.interfaces.values() for line in _interface(each)]
    top = [f"# {' '.join(each.split())}" for each in head]
    return (Text(FILE, "\n".join([*top, *lines, ""])),) if lines else ()


def _interface(interface: Interface) -> Iterator[str]:
    name, _, unit = interface.name.partition(".")
    if not unit.isdigit() and (interface.filters_in or interface.filters_out):
        raise CannotRenderError(f"`{interface.name}` is no logical interface, such as `xe-0/0/0.0`, which filters need")
    for word, uses in (("input", interface.filters_in), ("output", interface.filters_out)):
        for use in uses:
            yield from _use(f"set interfaces {name} unit {unit}", word, use)


def _use(interface: str, word: str, use: FilterUse) -> Iterator[str]:
    if use.tracks or not re.fullmatch(r"[A-Za-z0-9_.-]+", use.chain):
        raise CannotRenderError(f"`{use.chain}` is no filter that an interface of a router applies")
    for version in sorted(use.versions):
        yield f"{interface} family {_FAMILIES[version]} filter {word} {use.chain}"
