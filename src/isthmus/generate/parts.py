"""Every part that an estate needs in a frame: a device and a format each, in the neutral model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from isthmus.evidence import Facts
from isthmus.formats import CannotRenderError, Text, every_format, read
from isthmus.generate.balancers import balancer_parts
from isthmus.generate.borders import border_part, borders
from isthmus.generate.gateway import Gateway, egress_elsewhere, exceptions_part, gateway_part, gateways
from isthmus.generate.group_texts import group_texts, terraform_text
from isthmus.generate.groups import Controller, controllers, groups_of
from isthmus.generate.hosts import Doors, host_points
from isthmus.generate.needs import Needs
from isthmus.generate.sides import Sides
from isthmus.network import Device, DeviceKind, Network

DEVICES = "devices"
HIERA = "hiera"


@dataclass(frozen=True, slots=True)
class Part:
    """What one device has to be told in one format."""

    format: str
    device: Device
    folder: str = DEVICES
    """Where its texts go. What lies below ``devices`` has the shape of a snapshot and is read back; the rest are pieces
    of texts that others complete, and say nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Written:
    """A part as texts of the device's folder, and what reading them back says."""

    device: str
    folder: str
    texts: tuple[Text, ...]
    meant: tuple[Device, ...]


def parts(needs: Needs, facts: Facts, frame: Network) -> tuple[Part, ...]:
    """Every part, in the order of devices."""
    return tuple(sorted(_parts(needs, facts, frame), key=lambda each: (each.device.name, each.format)))


def _parts(needs: Needs, facts: Facts, frame: Network) -> Iterator[Part]:
    estate, sides = facts.estate, Sides(facts.estate)
    for _, some in groupby(borders(frame, estate), key=lambda each: each.device):
        device = border_part(some, needs, sides)
        yield Part("aerleon", device)
        yield Part("junos", device)
    for gateway in gateways(frame, estate):
        yield Part("nftables", gateway_part(gateway, needs, estate))
        yield Part("cloudgw", exceptions_part(gateway, needs, estate), folder=HIERA)
    for egress in egress_elsewhere(frame, estate):
        alone = Gateway(egress.id, "inet isthmus", egress, (), ())
        yield Part("cloudgw", exceptions_part(alone, needs, estate), folder=HIERA)
    for device in balancer_parts(needs, facts, frame):
        yield Part("haproxy", device)
    doors = Doors(needs, facts, frame, sides)
    for point in host_points(estate, frame):
        yield Part("nftables", doors.part(point))


def written(part: Part, head: tuple[str, ...]) -> Written:
    """Spell a part, and read it back: what counts is what the texts say. Raises CannotRenderError."""
    form = next(each for each in every_format() if each.name == part.format)
    assert form.render is not None, "parts are in formats that can be written"
    name = part.device.name
    texts = form.render([part.device], head)
    if part.folder != DEVICES:
        return Written(name, part.folder, texts, ())
    back = read(name, [Text(f"{name}/{each.name}", each.text) for each in texts])
    if back.diagnostics:
        raise CannotRenderError(f"what was written reads otherwise: {back.diagnostics[0].message}")
    meant = tuple(replace(each, reads_host=part.device.reads_host) for each in back.devices)
    return Written(name, part.folder, texts, meant)


def written_groups(
    needs: Needs, facts: Facts, folders: Mapping[str, Sequence[Text]], head: tuple[str, ...]
) -> Iterator[Written]:
    """The lists of every controller; what they mean is read beside the rest of its folder."""
    for controller in controllers(folders):
        made = groups_of(controller, needs, facts)
        texts = group_texts(made, head)
        back = read(controller.name, [*_beside(texts, controller), *_named(texts, controller)])
        meant = tuple(each for each in back.devices if each.kind is DeviceKind.INSTANCE)
        yield Written(controller.name, DEVICES, texts, meant)
        yield Written(controller.name, "terraform", (terraform_text(made, facts.estate, head),), ())


def _named(texts: Iterable[Text], controller: Controller) -> list[Text]:
    return [Text(f"{controller.name}/{each.name}", each.text) for each in texts]


def _beside(texts: Iterable[Text], controller: Controller) -> list[Text]:
    """The texts of the folder that none of the new ones stands in for."""
    names = {each.name for each in texts}
    kept = [each for each in controller.texts if each.name.rpartition("/")[2] not in names]
    return _named([Text(each.name.rpartition("/")[2], each.text) for each in kept], controller)
