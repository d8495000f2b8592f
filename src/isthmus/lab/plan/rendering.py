"""What each node's rules are: its own texts as they are, and the rest of its model rendered."""

from isthmus.lab.plan.draft import Draft, DraftPort, Ground
from isthmus.lab.plan.shape import NodeKind, Ruleset, Tool
from isthmus.lab.plan.tunnels import tunnel_to
from isthmus.lab.render import ChainWriter, balancers, hooks, port_filters
from isthmus.lab.render.groups import Guarded, groups
from isthmus.lab.render.portions import portions
from isthmus.network import DEFAULT_VRF, Balancer, Delivery, Device, Hook, Interface, Rule, Server

FABRIC = "fabric"
"""The node that holds the bridges of ordinary segments."""
MODEL = "the model"


def add_rulesets(ground: Ground) -> None:
    """Give every device its rulesets."""
    for draft in list(ground.drafts.values()):
        device = draft.model
        if device is None:
            continue
        draft.rulesets += ground.texts_of(device.name).rulesets
        writer = _writer(ground, draft, device)
        _add_rendered(draft, port_filters(_filtered(draft, device), writer, _loopbacks(draft, device)))
        _add_rendered(draft, hooks(_untold(ground, device), _writer(ground, draft, device)))
        if device.balancers and draft.vrf == DEFAULT_VRF:
            _add_balancers(ground, draft, device)


def _add_rendered(draft: Draft, text: str) -> None:
    for each in portions(text) if text else ():
        draft.rulesets.append(Ruleset(Tool.NFT, each, MODEL, is_verbatim=False))


def _writer(ground: Ground, draft: Draft, device: Device, prefix: str = "c") -> ChainWriter:
    def doubt(what: str, rule: Rule) -> None:
        if not rule.doubts or not set(rule.doubts) <= {*device.doubts, *device.coverage.unmodelled}:
            ground.leave_out(draft, f"{rule.name or 'a rule'}: {what}", rule.where)

    def interface(name: str) -> str | None:
        return draft.device_of(name) or (draft.vrf_device if name == draft.vrf else None)

    return ChainWriter(dict(device.chains), interface, doubt, prefix)


def _filtered(draft: Draft, device: Device) -> list[tuple[Interface, str]]:
    """The interfaces of a node whose filters judge every packet by itself, with their names in the kernel."""
    return [
        (interface, port.device)
        for name, port in draft.ports.items()
        if (interface := device.interfaces.get(name)) is not None
        and any(not each.tracks for each in (*interface.filters_in, *interface.filters_out))
    ]


def _loopbacks(draft: Draft, device: Device) -> list[Interface]:
    """The interfaces of a router whose addresses are on the node's loopback, where they have filters."""
    return [
        each
        for name, each in device.interfaces.items()
        if each.vrf == draft.vrf and name not in draft.ports and name != "lo" and (each.filters_in or each.filters_out)
    ]


def _untold(ground: Ground, device: Device) -> list[Hook]:
    """The hooks that no verbatim text of the device makes by itself."""
    used = ground.texts_of(device.name).used
    return [each for each in device.hooks if device.chains[each.chain].where.file not in used]


# Load balancers


def _add_balancers(ground: Ground, draft: Draft, device: Device) -> None:
    def doubt(what: str, balancer: Balancer) -> None:
        ground.leave_out(draft, f"load balancer `{balancer.name}`: {what}", balancer.where)

    def way(server: Server, delivery: Delivery) -> str | None:
        return _way(ground, draft, server, delivery)

    _add_rendered(draft, balancers(device.balancers, way, doubt))


def _way(ground: Ground, draft: Draft, server: Server, delivery: Delivery) -> str | None:
    """The interface by which a balancer reaches a server; a tunnel is a wire of its own."""
    if server.address is None:
        return None
    if delivery is Delivery.TRANSLATE:
        return "lo"
    holders = ground.holders(server.address)
    if not holders:
        return None
    for each in holders[0].ports.values():
        if any(held.ip == server.address for held in each.addresses):
            shared = next((mine for mine in draft.ports.values() if mine.segment == each.segment), None)
            if delivery is Delivery.DIRECT:
                return shared.device if shared else None
    _answer_for_services(holders[0])
    return tunnel_to(draft, holders[0], server.address)


def _answer_for_services(draft: Draft) -> None:
    """A server of a balancer holds the service's address without telling its segment so."""
    wanted = [("net.ipv4.conf.all.arp_ignore", "1"), ("net.ipv4.conf.all.arp_announce", "2")]
    draft.sysctls += [each for each in wanted if each not in draft.sysctls]


# Security groups


def add_groups(ground: Ground, switch: Draft, ports: dict[tuple[str, str], str]) -> None:
    """Give a bridge the security groups of the instances on it; ``ports`` are the bridge's own ends of their wires."""
    guarded: list[Guarded] = []
    writers: list[ChainWriter] = []
    for (node, device_name), end in ports.items():
        draft = ground.drafts[node]
        port = next(each for each in draft.ports.values() if each.device == device_name)
        interface = guarded_interface(draft, port)
        if interface is not None and draft.model is not None:
            guarded.append(Guarded(interface, end, _shared_writer(ground, switch, draft.model, writers)))
    _add_rendered(switch, groups(guarded))


def guarded_interface(draft: Draft, port: DraftPort) -> Interface | None:
    """The interface behind a port, where security groups judge it."""
    interface = draft.model.interfaces.get(port.name) if draft.model else None
    if interface is None or draft.kind is not NodeKind.DEVICE:
        return None
    return interface if any(each.tracks for each in (*interface.filters_in, *interface.filters_out)) else None


def _shared_writer(ground: Ground, switch: Draft, device: Device, writers: list[ChainWriter]) -> ChainWriter:
    """A writer for a device's chains: the one of others too, unless they call different chains by one name."""
    for each in writers:
        if all(each.chains.get(name, chain) == chain for name, chain in device.chains.items()):
            each.chains.update(device.chains)
            return each
    writers.append(_writer(ground, switch, device, f"c{len(writers)}_"))
    return writers[-1]
