"""A network: devices, put together from the parts that each configuration text tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.network.devices import Device, DeviceKind, Interface
from isthmus.network.unmodelled import Coverage

TOLD_TWICE = Code(
    "NET001",
    Severity.ERROR,
    "two files of one device tell the same thing differently",
    "A device's configuration is put together from its files. Two of them define a chain, an interface or a "
    "definition of one name, and what the device really does cannot be told. Remove the stale file.",
)

NO_CHAIN = Code(
    "NET002",
    Severity.ERROR,
    "an interface or rule refers to a chain that no file of the device defines",
    "A filter is applied, or jumped to, that none of the device's files holds. The snapshot is incomplete, so what "
    "the device does to packets there is not known: add the missing file, or correct the name.",
)

CODES = (TOLD_TWICE, NO_CHAIN)


@dataclass(frozen=True, slots=True)
class Network:
    """What is configured, device by device."""

    devices: Mapping[str, Device] = field(default_factory=dict)

    @property
    def coverage(self) -> Coverage:
        """What of the whole is modelled."""
        return Coverage.sum(each.coverage for each in self.devices.values())


@dataclass(frozen=True, slots=True)
class Assembled:
    """A network, and what putting it together had to say."""

    network: Network
    diagnostics: tuple[Diagnostic, ...] = ()


def assemble(parts: Iterable[Device]) -> Assembled:
    """Put parts of devices together: parts of one name are one device."""
    devices: dict[str, Device] = {}
    problems: list[Diagnostic] = []
    for part in parts:
        before = devices.get(part.name)
        devices[part.name] = part if before is None else _joined(before, part, problems)
    for device in devices.values():
        problems += _dangling(device)
    problems.sort(key=Diagnostic.sort_key)
    return Assembled(Network(devices), tuple(problems))


def _joined(one: Device, other: Device, problems: list[Diagnostic]) -> Device:
    """Both parts as one device: what only one of them tells stays, lists go one behind the other."""
    joined: dict[str, Any] = {}
    for each in fields(Device):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        if isinstance(mine, tuple):
            joined[each.name] = mine + theirs
        elif isinstance(mine, bool):
            joined[each.name] = mine or theirs
        elif isinstance(mine, Coverage):
            joined[each.name] = Coverage.sum((mine, theirs))
        elif isinstance(mine, Mapping):
            joined[each.name] = _entries(each.name, mine, theirs, one.name, problems)
        else:
            joined[each.name] = mine
    joined["kind"] = one.kind if other.kind is DeviceKind.LINUX else other.kind
    return replace(one, **joined)


def _entries(
    kind: str, mine: Mapping[str, Any], theirs: Mapping[str, Any], device: str, problems: list[Diagnostic]
) -> dict[str, Any]:
    entries = dict(mine)
    for name, entry in theirs.items():
        if name not in entries:
            entries[name] = entry
        elif kind == "tables":
            entries[name] += entry
        elif isinstance(entry, Interface):
            entries[name] = _one_interface(entries[name], entry)
        elif entries[name] != entry:
            message = f"`{name}` of {device} is defined here and at {entries[name].where}"
            problems.append(Diagnostic(TOLD_TWICE, message, entry.where, "keep one of them"))
    return entries


def _one_interface(one: Interface, other: Interface) -> Interface:
    """One interface of which two texts (links and addresses, filters and ports) tell different parts."""
    told = {
        each.name: getattr(one, each.name) if getattr(other, each.name) == each.default else getattr(other, each.name)
        for each in fields(Interface)
        if each.name not in ("name", "where")
    }
    for name in ("addresses", "filters_in", "filters_out", "tagged"):
        told[name] = tuple(dict.fromkeys(getattr(one, name) + getattr(other, name)))
    return replace(one, **told)


def _dangling(device: Device) -> Iterable[Diagnostic]:
    for interface in device.interfaces.values():
        for use in (*interface.filters_in, *interface.filters_out):
            if use.chain not in device.chains:
                yield _missing(use.chain, device, use.where)
    for chain in device.chains.values():
        for name in chain.jumps():
            if name not in device.chains:
                yield _missing(name, device, chain.where)


def _missing(chain: str, device: Device, where: Any) -> Diagnostic:  # noqa: ANN401
    message = f"`{chain}` is not defined by any file of {device.name}"
    return Diagnostic(NO_CHAIN, message, where, "add the file that defines it to the device's folder")
