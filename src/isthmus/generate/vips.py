"""BIRD: which addresses the hosts of a load balancer announce, as a piece of their configuration.

The session with the switch (its neighbour, its numbers) is the host's own; what it may export is here: the addresses of
services that somebody may use. They are routes of their own, so that taking one out withdraws it.
"""

from collections.abc import Iterator

from isthmus.estate import Estate, HostKind
from isthmus.evidence import Facts
from isthmus.formats import Text
from isthmus.generate.blocks import Blocks, hosts
from isthmus.generate.needs import Needs
from isthmus.generate.parts import Written

FILE = "vips.conf"


def vips(needs: Needs, facts: Facts, head: tuple[str, ...]) -> Iterator[Written]:
    """A piece for each host of a load balancer that holds addresses in use."""
    estate = facts.estate
    for balancer in estate.load_balancers.values():
        held = facts.held_by(balancer).addresses
        used = _used(balancer.id, needs, facts)
        mine = hosts(each for each in held if each in used)
        for name in sorted(balancer.hosts):
            if mine and _is_hardware(name, estate):
                text = "\n".join([*(f"# {each}" for each in head), *_lines(mine), ""])
                yield Written(name, "bird", (Text(FILE, text),), ())


def _is_hardware(name: str, estate: Estate) -> bool:
    return estate.hosts[name].kind is HostKind.HARDWARE


def _used(balancer: str, needs: Needs, facts: Facts) -> set[object]:
    services = (each for each in facts.estate.services.values() if each.load_balancer == balancer)
    return {one.address for each in services if needs.of_service(each.id) for one in facts.listeners(each)}


def _lines(mine: Blocks) -> Iterator[str]:
    for version in (4, 6):
        blocks = [each for each in mine if each.version == version]
        own = [str(one) for each in blocks for one in each.subnets(new_prefix=each.max_prefixlen)]
        if not own:
            continue
        yield ""
        yield f"define VIPS{version} = [ {', '.join(own)} ];"
        yield f"filter vips{version} {{ if net ~ VIPS{version} then accept; reject; }}"
        yield f"protocol static announced{version} {{"
        yield f"\tipv{version};"
        yield from (f"\troute {each} blackhole;" for each in own)
        yield "}"
