"""IPVS in nftables, for kernels without it: packets go on untouched, to a server that a hash of the client chooses.

As with IPVS, what the host's own filter refuses is not balanced. *Direct* and *tunnel* send a copy of the packet by the
wire that leads to the server and forget the packet itself (``dup``); *translate* is destination translation.
"""

from collections.abc import Callable, Iterator

from isthmus.network import Balancer, Delivery, Server
from isthmus.packetset import IpProtocol

TABLE = "isthmus_balancers"

_PROTOCOLS = {IpProtocol.TCP: "tcp", IpProtocol.UDP: "udp", IpProtocol.SCTP: "sctp"}
_MOST_PORTS = 65535

Way = Callable[[Server, Delivery], str | None]
"""The interface that leads to a server; None where none does."""


def balancers(mine: tuple[Balancer, ...], way: Way, doubt: Callable[[str, Balancer], None]) -> str:
    """The ruleset of some balancers; empty for none. ``doubt`` hears which of them is left out, and why."""
    tables = []
    for version, family in ((4, "ip"), (6, "ip6")):
        chains: list[str] = []
        entries: dict[bool, list[str]] = {True: [], False: []}
        for number, each in enumerate(mine):
            if each.bind.address is not None and each.bind.address.version == version:
                copies = each.delivery is not Delivery.TRANSLATE
                rules = list(_rule(each, f"b{number}", family, way, chains, doubt))
                entries[copies] += rules
        if entries[True] or entries[False]:
            tables += _table(family, chains, entries)
    for each in mine:
        if each.bind.address is None:
            doubt("its packets are told by a mark", each)
    return "\n".join([*tables, ""]) if tables else ""


def _table(family: str, chains: list[str], entries: dict[bool, list[str]]) -> list[str]:
    return [
        f"table {family} {TABLE} {{",
        *chains,
        "  chain copied { type filter hook input priority 50; policy accept;",
        *entries[True],
        "  }",
        "  chain translated { type nat hook prerouting priority -95; policy accept;",
        *entries[False],
        "  }",
        "}",
    ]


def _rule(
    each: Balancer, name: str, family: str, way: Way, chains: list[str], doubt: Callable[[str, Balancer], None]
) -> Iterator[str]:
    if each.doubts:
        doubt("; ".join(sorted({one.what for one in each.doubts})), each)
    servers = [(server, way(server, each.delivery)) for server in each.servers if not server.is_backup]
    for server, device in servers:
        if device is None:
            doubt(f"no wire leads to its server `{server.name}`", each)
    able = [(server, device) for server, device in servers if device is not None]
    if not able or each.bind.protocol not in _PROTOCOLS:
        doubt("none of its servers can be reached" if not able else f"protocol {each.bind.protocol}", each)
        return
    word = _PROTOCOLS[IpProtocol(each.bind.protocol)]
    every = each.bind.ports.first == 0 and each.bind.ports.last == _MOST_PORTS
    ports = f"meta l4proto {word}" if every else f"{word} dport {each.bind.ports}"
    verdicts = []
    for number, (server, device) in enumerate(able):
        chains += [f"  chain {name}_{number} {{ # {server.name}", *_delivered(each, server, str(device)), "  }"]
        verdicts.append(f"{number} : goto {name}_{number}")
    chosen = f"jhash {family} saddr . {word} sport mod {len(able)} vmap {{ {', '.join(verdicts)} }}"
    if len(able) == 1:
        chosen = f"goto {name}_0"
    yield f"    {family} daddr {each.bind.address} {ports} counter {chosen}"


def _delivered(each: Balancer, server: Server, device: str) -> list[str]:
    if each.delivery is not Delivery.TRANSLATE:
        return [f'    counter dup to {server.address} device "{device}"', "    drop"]
    family = "ip" if server.address and server.address.version == 4 else "ip6"
    told = f"[{server.address}]" if family == "ip6" and server.port else str(server.address)
    protocol = f"meta l4proto {_PROTOCOLS[IpProtocol(each.bind.protocol)]}"
    return [f"    {protocol} counter dnat {family} to {told}" + (f":{server.port}" if server.port else "")]
