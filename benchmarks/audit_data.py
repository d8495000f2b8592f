"""A large organisation made from a seed: its networks, declared crossings and flow records, for ``bench-audit``.

Twelve zones as the guidelines tell of, thousands of nested prefixes of both IP versions, hundreds of thousands of
hosts of which few have most of the traffic, replies, and a share of flows that nobody declared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.evidence import Finding
from isthmus.observe.policy import DeclaredFlow, Demand, End, Policy, Prefix, Seen, Target, Zone
from isthmus.observe.schema import FLOWS_V4, FLOWS_V6, batch
from isthmus.observe.words import Side

_ELSEWHERE = {4: ip_network("203.0.113.0/24"), 6: ip_network("2600:cb00:7100::/56")}
"""Where clients are of crossings whose own have no address of an IP version."""

CHUNK = 1_000_000
"""Records that are made at once, and a row group of Parquet."""

DAY_MS = 86_400_000
FIRST_MS = 1_790_000_000_000 // DAY_MS * DAY_MS

SERVICE_PORTS = (22, 25, 53, 80, 123, 389, 443, 636, 873, 2049, 3306, 5432, 6379, 8080, 8443, 9090, 9200, 11211)

REALM, SPHERE = 1, 3
ZONES = (
    ("prod-private", "production", "private", "private", "10.0.0.0/12", "2001:db8:1000::/36"),
    ("prod-public", "production", "public-services", "public", "198.18.0.0/18", "2001:db8:2000::/36"),
    ("prod-mgmt", "production", "management", "private", "10.32.0.0/14", "2001:db8:3000::/36"),
    ("prod-analytics", "production", "analytics", "private", "10.48.0.0/14", "2001:db8:4000::/36"),
    ("vps-private", "cloud", "instances", "private", "172.16.0.0/14", "2001:db8:5000::/36"),
    ("nat-egress", "cloud", "nat-egress", "public", "198.18.64.0/22", "2001:db8:6000::/36"),
    ("floating", "cloud", "floating", "public", "198.18.80.0/20", "2001:db8:7000::/36"),
    ("cloud-private", "cloud", "cloud-private", "private", "172.20.0.0/15", "2001:db8:8000::/36"),
    ("cloud-hosts", "cloud", "cloud-hosts", "private", "10.64.0.0/14", "2001:db8:9000::/36"),
    ("cloud-lb", "cloud", "public-services", "public", "198.18.96.0/22", "2001:db8:a000::/36"),
    ("partner", "partner", "private", "private", "192.168.0.0/17", "2001:db8:b000::/36"),
    ("partner-public", "partner", "public-services", "public", "198.19.0.0/18", "2001:db8:c000::/36"),
)

Numbers = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[np.signedinteger]]


@dataclass(frozen=True)
class World:
    """The sizes of the organisation; everything else follows from them and the seed."""

    prefixes: int = 2_000
    """Of each IP version."""
    declared: int = 3_000
    hosts: int = 40_000
    """In each zone, and as many in the internet."""
    undeclared: float = 0.03
    """The share of records that cross and that nobody declared."""
    seed: int = 1

    @cached_property
    def prefixes_of(self) -> list[list[Prefix]]:
        """The prefixes of each zone, its own supernets first; inner ones may belong to a neighbour."""
        chance = np.random.default_rng(self.seed)
        found: list[list[Prefix]] = [[ip_network(zone[4]), ip_network(zone[5])] for zone in ZONES]
        claimed = {prefix for each in found for prefix in each}
        for version, lengths in ((4, (24, 26, 27, 28, 30, 32)), (6, (48, 56, 64, 64, 96, 128))):
            left = self.prefixes - len(ZONES)
            while left > 0:
                zone = int(chance.integers(len(ZONES)))
                outer = found[zone][version // 6]
                length = max(int(chance.choice(lengths)), outer.prefixlen + 1)
                made = _inside(outer, length, int(chance.integers(1 << 62)))
                if made in claimed:
                    continue
                claimed.add(made)
                same = [at for at, other in enumerate(ZONES) if other[REALM] == ZONES[zone][REALM]]
                found[int(chance.choice(same))].append(made)
                left -= 1
        return found

    @cached_property
    def policy(self) -> Policy:
        """What records are held against."""
        zones = tuple(
            Zone(name, End(realm, role, sphere), tuple(prefixes))
            for (name, realm, role, sphere, *_), prefixes in zip(ZONES, self.prefixes_of, strict=True)
        )
        demands = (Demand("B1", "hidden", _hidden), Demand("B2", "declared", _declared))
        return Policy("benchmark", "made", zones, tuple(self._crossings()), (), ("1", "2", "3"), _case_of, demands)

    def _crossings(self) -> Iterator[DeclaredFlow]:
        chance = np.random.default_rng(self.seed + 1)
        for at in range(self.declared):
            client, service = self._ends(chance)
            clients = self.prefixes_of[client]
            chosen = tuple({clients[int(chance.integers(len(clients)))] for _ in range(2)})
            port = int(chance.choice(SERVICE_PORTS)) if chance.random() < 0.7 else int(chance.integers(1024, 32768))
            last = port + int(chance.choice((0, 0, 0, 9)))
            protocol = 6 if chance.random() < 0.85 else 17
            hosts = [self.v4[service, int(chance.integers(64))], self.v6[service, int(chance.integers(64))]]
            targets = tuple(Target(_host(each), protocol, port, last, f"service{at}") for each in hosts)
            yield DeclaredFlow(f"crossing{at:05}", str(1 + at % 3), True, (), chosen, targets)

    def _ends(self, chance: np.random.Generator) -> tuple[int, int]:
        """Two zones of different realms."""
        while True:
            client, service = (int(each) for each in chance.integers(len(ZONES), size=2))
            if ZONES[client][REALM] != ZONES[service][REALM]:
                return client, service

    @cached_property
    def v4(self) -> "Hosts":
        """IPv4 hosts."""
        return Hosts(self, 4)

    @cached_property
    def v6(self) -> "Hosts":
        """IPv6 hosts."""
        return Hosts(self, 6)


class Hosts:
    """Addresses of each zone, and of the internet behind them; a row a zone."""

    def __init__(self, world: World, version: int) -> None:
        chance = np.random.default_rng(world.seed + 10 + version)
        self.upper = np.zeros((len(ZONES) + 1, world.hosts), np.uint64)
        self.lower = np.zeros((len(ZONES) + 1, world.hosts), np.uint64)
        self.version = version
        for row, prefixes in enumerate(world.prefixes_of):
            chosen = [each for each in prefixes if each.version == version]
            picks = skewed(chance, len(chosen), world.hosts)
            low = chance.integers(0, 1 << 62, world.hosts).tolist()
            for at, (pick, bits) in enumerate(zip(picks.tolist(), low, strict=True)):
                prefix = chosen[pick]
                address = int(prefix.network_address) + bits % min(prefix.num_addresses, 1 << 62)
                self.upper[row, at], self.lower[row, at] = address >> 64, address & (1 << 64) - 1
        public = chance.integers(0x20000000, 0x60000000, world.hosts).astype(np.uint64)
        self.lower[-1] = public
        if version == 6:
            self.upper[-1] = (public << np.uint64(24)) | np.uint64(0x2600 << 48)

    def __getitem__(self, at: tuple[int, int]) -> tuple[int, int]:
        """Version and address of one host."""
        return self.version, int(self.upper[at]) << 64 | int(self.lower[at])


def records(world: World, count: int, version: int = 4, *, seed: int = 0) -> Iterator[pa.RecordBatch]:
    """Flow records of one day, in chunks, in the order of time."""
    made = 0
    while made < count:
        rows = min(CHUNK, count - made)
        yield _chunk(world, rows, version, seed + made // CHUNK, made / count, rows / count, made)
        made += rows


def _chunk(world: World, rows: int, version: int, seed: int, begin: float, part: float, first: int) -> pa.RecordBatch:
    chance = np.random.default_rng((world.seed, seed, version))
    hosts = world.v4 if version == 4 else world.v6
    zones = len(ZONES)
    kind = chance.choice(4, rows, p=_shares(world.undeclared))
    ends = _zones_of(chance, kind)
    who = [skewed(chance, world.hosts, rows) for _ in "cs"]
    upper = [hosts.upper[zone, host] for zone, host in zip(ends, who, strict=True)]
    lower = [hosts.lower[zone, host] for zone, host in zip(ends, who, strict=True)]
    protocol = chance.choice(np.array([6, 17], np.int32), rows, p=(0.86, 0.14))
    port = np.array(SERVICE_PORTS, np.int32)[skewed(chance, len(SERVICE_PORTS), rows)]
    _declare(world, chance, kind == 2, version, upper, lower, protocol, port)
    assert zones == len(world.prefixes_of)
    ephemeral = chance.integers(32768, 61000, rows, dtype=np.int32)
    turned = chance.random(rows) < 0.45
    for pair in (upper, lower):
        pair[0], pair[1] = np.where(turned, pair[1], pair[0]), np.where(turned, pair[0], pair[1])
    packets = np.exp(chance.normal(2.0, 1.5, rows)).astype(np.int64) + 1
    start = FIRST_MS + ((begin + part * np.sort(chance.random(rows))) * DAY_MS).astype(np.int64)
    columns: Columns = {
        "protocol": protocol,
        "src_port": np.where(turned, port, ephemeral),
        "dst_port": np.where(turned, ephemeral, port),
        "tcp_flags": np.where(protocol == 6, 0x1B, -1).astype(np.int32),
        "start_ms": start,
        "end_ms": start + chance.integers(0, 60_000, rows),
        "packets": packets,
        "bytes": packets * chance.integers(40, 1500, rows),
        "biflow": np.zeros(rows, np.int32),
        "record": np.arange(first, first + rows),
    }
    for name, high, low in (("src", upper[0], lower[0]), ("dst", upper[1], lower[1])):
        if version == 4:
            columns[name] = low.astype(np.uint32).view(np.int32)
        else:
            columns |= {f"{name}_hi": high.view(np.int64), f"{name}_lo": low.view(np.int64)}
    return batch(FLOWS_V4 if version == 4 else FLOWS_V6, columns, rows)


def _shares(undeclared: float) -> list[float]:
    """Inside a realm, with the internet, declared crossings, undeclared ones."""
    rest = 1 - undeclared
    return [0.55 * rest, 0.25 * rest, 0.2 * rest, undeclared]


def _zones_of(chance: np.random.Generator, kind: Numbers) -> list[Numbers]:
    """The zones of clients and services."""
    realm = np.array([sorted({each[REALM] for each in ZONES}).index(zone[REALM]) for zone in ZONES])
    client = skewed(chance, len(ZONES), len(kind))
    service = chance.integers(0, len(ZONES), len(kind))
    for wanted, is_same in ((0, True), (3, False)):
        for _ in range(40):
            wrong = np.flatnonzero((kind == wanted) & ((realm[client] == realm[service]) != is_same))
            if not len(wrong):
                break
            service[wrong] = chance.integers(0, len(ZONES), len(wrong))
    return [client, np.where(kind == 1, len(ZONES), service)]


def _declare(
    world: World,
    chance: np.random.Generator,
    chosen: npt.NDArray[np.bool_],
    version: int,
    upper: list[npt.NDArray[np.uint64]],
    lower: list[npt.NDArray[np.uint64]],
    protocol: npt.NDArray[np.int32],
    port: npt.NDArray[np.int32],
) -> None:
    """Make the chosen records flows of declared crossings."""
    flows = world.policy.flows
    rows = np.flatnonzero(chosen)
    picks = skewed(chance, len(flows), len(rows))
    table = np.zeros((len(flows), 6), np.uint64)
    plan = np.zeros((len(flows), 2), np.int32)
    for at, flow in enumerate(flows):
        target = next(each for each in flow.targets if each.prefix.version == version)
        client = next((each for each in flow.clients if each.version == version), _ELSEWHERE[version])
        first, service = int(client.network_address), int(target.prefix.network_address)
        size = min(client.num_addresses, 1 << 12)
        table[at] = [first >> 64, first & (1 << 64) - 1, size, service >> 64, service & (1 << 64) - 1, 0]
        plan[at] = target.protocol, target.first
    found = table[picks]
    upper[0][rows], upper[1][rows] = found[:, 0], found[:, 3]
    lower[0][rows] = found[:, 1] + chance.integers(0, 1 << 40, len(rows)).astype(np.uint64) % found[:, 2]
    lower[1][rows] = found[:, 4]
    protocol[rows], port[rows] = plan[picks].T


def skewed(chance: np.random.Generator, size: int, rows: int) -> Numbers:
    """Numbers below ``size``, small ones much more often: a tenth of them has half of the rows."""
    return (size * chance.random(rows) ** 3.3).astype(np.int64)


def _inside(outer: Prefix, length: int, bits: int) -> Prefix:
    width = 32 if outer.version == 4 else 128
    address = int(outer.network_address) + (bits % (1 << (length - outer.prefixlen)) << (width - length))
    return IPv4Network((address, length)) if outer.version == 4 else IPv6Network((address, length))


def _host(each: tuple[int, int]) -> Prefix:
    version, address = each
    return IPv4Network((address, 32)) if version == 4 else IPv6Network((address, 128))


def _hidden(seen: Seen) -> Finding:
    """The service never sees a private address of another realm."""
    if seen.client.realm == seen.service.realm or seen.client.sphere == "public":
        return Finding.NOT_APPLICABLE
    return Finding.NOT_MET if seen.side is Side.SERVICE else Finding.UNKNOWN


def _declared(seen: Seen) -> Finding:
    """Nothing crosses that is not declared."""
    realms = {seen.client.realm, seen.service.realm}
    if len(realms) == 1 or "internet" in realms:
        return Finding.NOT_APPLICABLE
    return Finding.MET if seen.is_declared else Finding.NOT_MET


def _case_of(client: End, service: End) -> str | None:
    if client.realm == service.realm or "internet" in (client.realm, service.realm):
        return None
    return {"public": "1", "private": "2"}.get(service.sphere, "3")
