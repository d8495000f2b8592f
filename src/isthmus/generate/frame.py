"""The frame: a configured network into which generated parts go, so that one can ask what they admit together.

Cables, addresses and routes stay as they are collected; what decides about packets is taken from the generated parts.
"""

from collections.abc import Iterable
from dataclasses import replace

from isthmus.network import Device, DeviceKind, Network


def framed(frame: Network, parts: Iterable[Device]) -> Network:
    """The network with generated parts in place of what they replace; what a part does not tell stays.

    A part that tells what a host admits replaces its whole ruleset, another one the tables of its names; one with
    proxies replaces the proxies; filters replace those of their names and go where interfaces are told to have them. A
    virtual machine replaces the one of its name.
    """
    devices = dict(frame.devices)
    for part in parts:
        mine = devices.get(part.name)
        devices[part.name] = part if mine is None or part.kind is DeviceKind.INSTANCE else _with(mine, part)
    return Network(devices)


def _with(device: Device, part: Device) -> Device:
    found = _with_ruleset(device, part) if part.hooks else device
    if not part.hooks:
        found = replace(found, chains={**found.chains, **part.chains})
    if part.proxies:
        found = replace(found, proxies=part.proxies)
    interfaces = dict(found.interfaces)
    for each in part.interfaces.values():
        if each.name in interfaces and (each.filters_in or each.filters_out):
            kept = interfaces[each.name]
            interfaces[each.name] = replace(kept, filters_in=each.filters_in, filters_out=each.filters_out)
    return replace(found, interfaces=interfaces)


def _with_ruleset(device: Device, part: Device) -> Device:
    if part.reads_host:
        return replace(
            device, hooks=part.hooks, chains=part.chains, definitions=part.definitions, reads_host=True, doubts=()
        )
    tables = {_table(each) for each in part.chains}
    chains = {name: each for name, each in device.chains.items() if _table(name) not in tables}
    hooks = tuple(each for each in device.hooks if each.chain in chains)
    named = {name: each for name, each in device.definitions.items() if _table(name) not in tables}
    return replace(
        device,
        hooks=(*hooks, *part.hooks),
        chains={**chains, **part.chains},
        definitions={**named, **part.definitions},
    )


def _table(name: str) -> str:
    """The table of a chain or a set; what has no table is a table of its own."""
    words = name.split()
    return " ".join(words[:2]) if len(words) == 3 else name
