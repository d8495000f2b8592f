"""Policies and flow records made from a seed: nested prefixes, every protocol that matters, NAT, both directions."""

import random
from ipaddress import IPv4Network, IPv6Network

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.evidence import Finding
from isthmus.observe.policy import DeclaredFlow, Demand, End, Excuse, Policy, Prefix, Seen, Target, Zone
from isthmus.observe.schema import FLOWS_V4, FLOWS_V6, batch
from isthmus.observe.words import Side

DAY = 86_400_000
START = 1_790_000_000_000 // DAY * DAY
PORTS = (22, 53, 80, 443, 3306, 8080, 50000)
ENDS = (
    End("production", "private", "private"),
    End("production", "public-services", "public"),
    End("cloud", "instances", "private", "instance"),
    End("cloud", "nat-egress", "public"),
    End("cloud", "cloud-private", "private", "hardware"),
)


def translated(seen: Seen) -> Finding:
    """The service never sees a private address of another realm."""
    if seen.client.realm == seen.service.realm or seen.version == 6:
        return Finding.NOT_APPLICABLE
    if seen.client.sphere == "public":
        return Finding.MET
    return Finding.NOT_MET if seen.side is Side.SERVICE else Finding.UNKNOWN


def declared(seen: Seen) -> Finding:
    """Nothing crosses that is not declared."""
    realms = {seen.client.realm, seen.service.realm}
    if len(realms) == 1 or not realms <= {"cloud", "production"} or seen.version == 6:
        return Finding.NOT_APPLICABLE
    return Finding.MET if seen.is_declared else Finding.NOT_MET


def network(chance: random.Random, version: int) -> Prefix:
    """A prefix out of a small part of the address space, so that they nest."""
    if version == 4:
        length = chance.choice((9, 12, 16, 17, 20, 24, 25, 30, 32))
        return IPv4Network((chance.getrandbits(32) & 0x3F03_0F0F, length), strict=False)
    length = chance.choice((16, 20, 32, 48, 63, 64, 65, 96, 127, 128))
    mask = 0x2003_0003_0000_0001_0000_0003_0000_0003
    return IPv6Network((chance.getrandbits(128) & mask, length), strict=False)


def policy(seed: int, *, zones: int = 20, flows: int = 15) -> Policy:
    """A policy of that many networks and crossings."""
    chance = random.Random(seed)  # noqa: S311 - a test's chance is repeatable
    claimed: set[Prefix] = set()
    made = []
    for number in range(zones):
        wanted = {network(chance, chance.choice((4, 4, 6))) for _ in range(chance.randint(1, 3))} - claimed
        claimed |= wanted
        made.append(Zone(f"zone{number}", chance.choice(ENDS), tuple(sorted(wanted, key=str))))
    names = [zone.id for zone in made] + ["internet"]
    crossings = [_flow(chance, number, names) for number in range(flows)]
    excuses = tuple(
        Excuse(f"excuse{at}", flow.id, ("T1",), START - DAY, START + DAY - 1) for at, flow in enumerate(crossings[::2])
    )
    demands = (Demand("T1", "translated", translated), Demand("T2", "declared", declared))
    return Policy(
        f"made from {seed}",
        "test",
        tuple(made),
        tuple(crossings),
        excuses,
        ("1", "2"),
        lambda client, service: "1" if client.realm == service.realm else "2" if service.realm != "internet" else None,
        demands,
        {"router-a": "cloud", "router-b": "production", "gateway": "border"},
    )


def _flow(chance: random.Random, number: int, names: list[str]) -> DeclaredFlow:
    targets = []
    for _ in range(chance.randint(1, 4)):
        protocol = chance.choice((6, 6, 6, 17, 132, 1, 58, 47))
        first = chance.choice(PORTS) if protocol in (6, 17, 132) else 0
        last = min(65535, first + chance.choice((0, 0, 100))) if first else 0
        targets.append(Target(network(chance, chance.choice((4, 4, 6))), protocol, first, last, f"service{number}"))
    clients = tuple(network(chance, chance.choice((4, 6))) for _ in range(chance.randint(0, 3)))
    return DeclaredFlow(
        f"crossing{number:03}",
        chance.choice(("1", "2", None)),
        chance.random() < 0.8,
        tuple(chance.sample(names, min(len(names), chance.randint(0, 3)))),
        clients,
        tuple(targets),
    )


def addresses(chance: np.random.Generator, made: Policy, version: int, rows: int) -> list[int]:
    """Addresses inside, at the edges of, and outside the policy's prefixes."""
    prefixes = [prefix for zone in made.zones for prefix in zone.prefixes]
    prefixes += [prefix for flow in made.flows for prefix in flow.clients]
    prefixes += [target.prefix for flow in made.flows for target in flow.targets]
    chosen = [each for each in prefixes if each.version == version] or [IPv4Network("10.0.0.0/8")]
    top = (1 << (32 if version == 4 else 128)) - 1
    found = []
    for pick, kind in zip(chance.integers(0, len(chosen), rows), chance.integers(0, 6, rows), strict=True):
        prefix = chosen[int(pick)]
        first, last = int(prefix.network_address), int(prefix.broadcast_address)
        inside = first + int(chance.integers(0, 1 << 62)) % (last - first + 1)
        found.append((inside, inside, inside, first, last, max(0, first - 1) if pick % 2 else min(top, last + 1))[kind])
    return found


def flows(seed: int, made: Policy, version: int = 4, rows: int = 500, *, nat: bool = True) -> pa.RecordBatch:
    """Records that hit the policy often."""
    chance = np.random.default_rng(seed)
    protocol = chance.choice((6, 6, 6, 17, 132, 1, 58, 47, 255), rows).astype(np.int32)
    has_ports = np.isin(protocol, (6, 17, 132))
    ports = [np.where(has_ports, chance.choice((*PORTS, 1024, 40000, 65535), rows), 0).astype(np.int32) for _ in "sd"]
    biflow = chance.choice((0, 0, 1), rows).astype(np.int32)
    packets = chance.choice((-1, 1, 2, 10), rows).astype(np.int64)
    answers = np.where(biflow == 1, chance.choice((-1, 0, 1, 2), rows), -1).astype(np.int64)
    start = START - DAY + chance.integers(0, 3 * DAY, rows)
    columns = {
        "protocol": protocol,
        "src_port": ports[0],
        "dst_port": ports[1],
        "icmp_type": chance.choice((-1, 0, 3, 8, 128, 129, 135, 255), rows).astype(np.int32),
        "tcp_flags": chance.choice((-1, 0x02, 0x12, 0x14, 0x1B, 0x1F, 0x52), rows).astype(np.int32),
        "start_ms": start,
        "end_ms": start + 10,
        "packets": packets,
        "bytes": packets * 60,
        "reply_packets": answers,
        "reply_bytes": answers * chance.choice((40, 60, 500), rows),
        "sampling": chance.choice((0, 1, 1000), rows).astype(np.int32),
        "outcome": chance.choice((0, 0, 1, 2), rows).astype(np.int32),
        "biflow": biflow,
        "exporter": pa.array(chance.choice(["router-a", "router-b", "gateway", "elsewhere"], rows).tolist()),
        "record": np.arange(rows, dtype=np.int64),
    }
    is_told = chance.random(rows) < 0.3
    for end in ("src", "dst"):
        columns |= _column(end, version, addresses(chance, made, version, rows), None)
        if nat:
            columns |= _column(f"nat_{end}", version, addresses(chance, made, version, rows), ~is_told)
            port = chance.choice(PORTS, rows).astype(np.int32)
            columns[f"nat_{end}_port"] = pa.array(port, mask=~is_told | (chance.random(rows) < 0.5))
    return batch(FLOWS_V4 if version == 4 else FLOWS_V6, columns, rows)


def _column(name: str, version: int, values: list[int], mask: "np.ndarray | None") -> dict[str, pa.Array]:
    if version == 4:
        return {name: pa.array(np.array(values, np.uint32).view(np.int32), mask=mask)}
    high = np.array([value >> 64 for value in values], np.uint64).view(np.int64)
    low = np.array([value & (1 << 64) - 1 for value in values], np.uint64).view(np.int64)
    return {f"{name}_hi": pa.array(high, mask=mask), f"{name}_lo": pa.array(low, mask=mask)}
