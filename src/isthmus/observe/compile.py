"""From a policy to flat tables: intervals to places, ports to classes, pairs of groups to shared rule sets.

The cost of judging a record does not depend on how many crossings are declared: two lookups by address, two by port,
one by the pair of groups, and a short list of disjoint port ranges.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_network
from typing import Any

import numpy as np

from isthmus.diagnostics import Diagnostic, Span
from isthmus.observe.addresses import v4_table, v6_table
from isthmus.observe.codes import CONTESTED
from isthmus.observe.compiled import BUILT_IN, CompiledPolicy, Names, Tables
from isthmus.observe.effects import effects
from isthmus.observe.intervals import Mark, Piece, flatten
from isthmus.observe.matches import Matches, Numbers, ints
from isthmus.observe.policy import End, Policy, Prefix, Zone
from isthmus.observe.ports import port_classes
from isthmus.observe.words import INTERNET, LOCAL, UNPLANNED

_UNPLANNED = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""RFC 1918, RFC 6598, RFC 4193: private wherever they are, so never the internet."""
_LOCAL = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8")
"""RFC 6890, RFC 4291: not routed."""


class ContestedError(ValueError):
    """Two networks claim the same prefix; ``diagnostics`` say which."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(diagnostics[0].message)
        self.diagnostics = diagnostics


def compile_policy(policy: Policy) -> CompiledPolicy:
    """The policy as tables. Raises ContestedError where an address would have two labels."""
    _refuse_contested(policy.zones)
    return _Compiler(policy).compiled()


def _refuse_contested(zones: Iterable[Zone]) -> None:
    claimed: dict[Prefix, Zone] = {}
    found = []
    for zone in zones:
        for prefix in zone.prefixes:
            other = claimed.setdefault(prefix, zone)
            if other is not zone:
                message = f"`{other.id}` and `{zone.id}` both have the prefix {prefix}"
                help_ = "join the two networks or correct one prefix"
                found.append(Diagnostic(CONTESTED, message, zone.where or Span("networks"), help_))
    if found:
        raise ContestedError(tuple(found))


@dataclass(frozen=True, slots=True)
class _Place:
    """What all addresses of an interval have in common, in numbers."""

    zone: int
    client: int
    target: int
    service: int


_Reach = tuple[int, int, int, int]
"""A crossing, and the protocol and ports at which it is reached."""


@dataclass
class _Compiler:
    policy: Policy
    zones: tuple[Zone, ...] = ()
    services: Numbers[str] = field(default_factory=Numbers)
    places: Numbers[_Place] = field(default_factory=Numbers)
    clients: Numbers[frozenset[Hashable]] = field(default_factory=Numbers)
    targets: Numbers[frozenset[_Reach]] = field(default_factory=Numbers)

    def __post_init__(self) -> None:
        nowhere = Zone(INTERNET, End(INTERNET, sphere="public"), ())
        unplanned = Zone(UNPLANNED, End(UNPLANNED, sphere="private"), tuple(map(ip_network, _UNPLANNED)))
        local = Zone(LOCAL, End(LOCAL), tuple(map(ip_network, _LOCAL)))
        self.zones = (*self.policy.zones, unplanned, local, nowhere)
        self.clients.of(frozenset())
        self.targets.of(frozenset())
        self.places.of(self._place(Piece()))

    def compiled(self) -> CompiledPolicy:
        """Everything, in the order in which one thing needs the other."""
        marks = list(self._marks())
        v4 = [(start, self._number(piece)) for start, piece in flatten((m for m in marks if m.prefix.version == 4), 32)]
        v6 = [
            (start, self._number(piece)) for start, piece in flatten((m for m in marks if m.prefix.version == 6), 128)
        ]
        classes = sorted({zone.end for zone in self.zones})
        realms = (*BUILT_IN, *sorted({zone.end.realm for zone in self.zones} - set(BUILT_IN)))
        ports = port_classes((t.protocol, t.first, t.last) for flow in self.policy.flows for t in flow.targets)
        matches = Matches(self.policy)
        pairs = self._pairs(matches, ports.between)
        made = effects(self.policy, classes)
        zone_of = [self.zones[place.zone] for place in self.places]
        columns: dict[str, Any] = {
            **v4_table(v4),
            **v6_table(v6),
            "place_class": ints(classes.index(zone.end) for zone in zone_of),
            "place_realm": ints(realms.index(zone.end.realm) for zone in zone_of),
            "place_client": ints(place.client for place in self.places),
            "place_target": ints(place.target for place in self.places),
            "place_zone": ints(place.zone for place in self.places),
            "place_service": ints(place.service for place in self.places),
            "port_class": ports.table,
            "pair_key": np.array([key for key, _ in pairs], np.int64),
            "pair_rules": ints(rules for _, rules in pairs),
            **matches.tables(),
            **made,
            "sizes": np.array([len(self.targets), len(classes), len(self.policy.cases)], np.int64),
        }
        return CompiledPolicy(self._names(classes, realms), Tables(**columns))

    def _marks(self) -> Iterator[Mark]:
        """Every prefix that says something of addresses."""
        for number, zone in enumerate(self.zones):
            for prefix in zone.prefixes:
                yield Mark(prefix, zone=number, is_fallback=zone.id == UNPLANNED)
        holders: dict[Prefix, set[Hashable]] = defaultdict(set)
        for row, flow in enumerate(self.policy.flows):
            for prefix in flow.clients:
                holders[prefix].add(row)
            for target in flow.targets:
                holders[target.prefix].add((row, target.protocol, target.first, target.last))
                if target.service:
                    holders[target.prefix].add(target.service)
        for prefix, found in holders.items():
            yield Mark(prefix, holders=frozenset(found))

    def _number(self, piece: Piece) -> int:
        return self.places.of(self._place(piece))

    def _place(self, piece: Piece) -> _Place:
        zone = piece.zone if piece.zone >= 0 else len(self.zones) - 1
        clients = self._by_zone.get(self.zones[zone].id, frozenset())
        clients |= {each for each in piece.holders if isinstance(each, int)}
        reached = frozenset(each for each in piece.holders if isinstance(each, tuple))
        names = sorted(each for each in piece.holders if isinstance(each, str))
        service = self.services.of(names[0]) if len(names) == 1 else -1
        return _Place(zone, self.clients.of(clients), self.targets.of(reached), service)

    @cached_property
    def _by_zone(self) -> dict[str, frozenset[Hashable]]:
        """The crossings whose clients are in each network."""
        found: dict[str, set[Hashable]] = defaultdict(set)
        for row, flow in enumerate(self.policy.flows):
            for zone in flow.zones:
                found[zone].add(row)
        return {zone: frozenset(rows) for zone, rows in found.items()}

    def _pairs(self, matches: Matches, between: Callable[[int, int, int], tuple[int, int]]) -> list[tuple[int, int]]:
        """The rule set of each pair of groups that has one, by key."""
        groups: dict[int, list[int]] = defaultdict(list)
        for group, rows in enumerate(self.clients):
            for row in rows:
                assert isinstance(row, int), "client groups hold rows of crossings"
                groups[row].append(group)
        rules: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for target, reached in enumerate(self.targets):
            for row, protocol, first, last in sorted(reached):
                low, high = between(protocol, first, last)
                for client in groups[row]:
                    rules[client * len(self.targets) + target].append((low, high, row))
        return [(key, matches.rule_set(found)) for key, found in sorted(rules.items())]

    def _names(self, classes: list[End], realms: tuple[str, ...]) -> Names:
        policy = self.policy
        return Names(
            policy.estate,
            policy.edition,
            realms,
            tuple(zone.id for zone in self.zones),
            tuple(classes),
            tuple(self.services),
            policy.cases,
            tuple((demand.code, demand.name) for demand in policy.demands),
            tuple((flow.id, flow.case or "", flow.is_running) for flow in policy.flows),
            tuple((flow.id, text) for flow in policy.flows for text in flow.unresolved),
            tuple((each.id, each.crossing) for each in policy.excuses),
            tuple(sorted(policy.exporters.items())),
        )
