"""Every part that an estate needs in a frame: a device and a format each, in the neutral model."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from isthmus.evidence import Facts
from isthmus.formats import Text, every_format, read
from isthmus.generate.balancers import balancer_parts
from isthmus.generate.borders import border_part, borders
from isthmus.generate.gateway import exceptions_part, gateway_part, gateways
from isthmus.generate.hosts import host_part, host_points
from isthmus.generate.needs import Needs
from isthmus.generate.sides import Sides
from isthmus.network import Device, Network


@dataclass(frozen=True, slots=True)
class Part:
    """What one device has to be told in one format."""

    format: str
    device: Device
    is_fragment: bool = False
    """A piece of a text that others complete: it says nothing by itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """A part as texts of the device's folder, and what reading them back says."""

    device: str
    texts: tuple[Text, ...]
    meant: tuple[Device, ...]


def parts(needs: Needs, facts: Facts, frame: Network) -> tuple[Part, ...]:
    """Every part, in the order of devices."""
    return tuple(sorted(_parts(needs, facts, frame), key=lambda each: (each.device.name, each.format)))


def _parts(needs: Needs, facts: Facts, frame: Network) -> Iterator[Part]:
    estate = facts.estate
    for _, some in groupby(borders(frame, estate), key=lambda each: each.device):
        device = border_part(some, needs, Sides(estate))
        yield Part("aerleon", device)
        yield Part("junos", device)
    for gateway in gateways(frame, estate):
        yield Part("nftables", gateway_part(gateway, needs, estate))
        yield Part("cloudgw", exceptions_part(gateway, needs, estate), is_fragment=True)
    for device in balancer_parts(needs, facts, frame):
        yield Part("haproxy", device)
    for point in host_points(estate, frame):
        yield Part("nftables", host_part(point, needs, facts, frame))


def written(part: Part, head: tuple[str, ...]) -> Written:
    """Spell a part, and read it back: what counts is what the texts say."""
    form = next(each for each in every_format() if each.name == part.format)
    assert form.render is not None, "parts are in formats that can be written"
    name = part.device.name
    texts = form.render([part.device], head)
    if part.is_fragment:
        return Written(name, texts, ())
    back = read(name, [Text(f"{name}/{each.name}", each.text) for each in texts])
    assert not back.diagnostics, f"what was written is not understood: {back.diagnostics[0]}"
    meant = tuple(replace(each, reads_host=part.device.reads_host) for each in back.devices)
    return Written(name, texts, meant)
