"""YAML → services: each field is read by what it must be, and a field that nobody knows is told."""

from collections.abc import Iterator
from ipaddress import ip_address

from isthmus.diagnostics import Code, Diagnostic, did_you_mean, shown
from isthmus.documents import Node, parse_yaml
from isthmus.formats.format import Parsed, Text
from isthmus.formats.service_catalogue import codes
from isthmus.formats.service_catalogue.catalogue import Balancing, Catalogue, Service, ServiceAddress, State
from isthmus.network import Unmodelled
from isthmus.packetset import IpProtocol

CATALOGUE = "service::catalog"
_INERT = frozenset({"description", "encryption", "probes", "monitoring", "page", "discovery", "role", "public_endpoint",
                    "aliases", "public_aliases", "httpbb_dir"})  # fmt: skip
_READ = frozenset({"ip", "port", "sites", "state", "lvs"})
_LVS_INERT = frozenset({"depool_threshold", "monitors", "scheduler", "bgp"})
_LVS_READ = frozenset({"class", "enabled", "protocol", "ipip_encapsulation", "conftool"})
_PROTOCOLS = {"tcp": IpProtocol.TCP, "udp": IpProtocol.UDP}
_MARK = "%{"


def parse(text: Text) -> Parsed:
    """Read a catalogue. Nothing is raised."""
    document = parse_yaml(text.text, text.name, merge_keys=True)
    problems = list(document.diagnostics)
    if document.root is None:
        return Parsed(None if document.is_unread else Catalogue(text.name, (), 0), tuple(problems))
    reader = _Reader(text.name)
    catalogue = reader.catalogue(document.root)
    told = dict.fromkeys((*problems, *reader.problems))
    return Parsed(catalogue, tuple(sorted(told, key=Diagnostic.sort_key)))


class _Reader:
    """Goes through the tree of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Diagnostic] = []
        self.unmodelled: list[Unmodelled] = []
        self.count = 0

    def report(self, code: Code, message: str, node: Node, help_: str = "") -> None:
        self.problems.append(Diagnostic(code, message, node.span(self.file), help_))

    def doubt(self, node: Node, what: str) -> Unmodelled:
        self.unmodelled.append(Unmodelled(node.span(self.file), what))
        return self.unmodelled[-1]

    def catalogue(self, root: Node) -> Catalogue:
        services: list[Service] = []
        if not isinstance(root.value, dict):
            self.count += 1
            self.malformed(root, "the catalogue", "a mapping")
        for name, node in root.items():
            if name != CATALOGUE:
                self.count += 1
                self.report(
                    codes.UNKNOWN_FIELD, f"unknown key `{shown(name)}`", root.keys[name], f"keys: `{CATALOGUE}`"
                )
                self.doubt(root.keys[name], f"key `{shown(name)}`")
            elif isinstance(node.value, dict):
                services += [self.service(key, node.keys[key], each) for key, each in node.items()]
            elif node.value is not None:
                self.count += 1
                self.malformed(node, f"`{CATALOGUE}`", "a mapping")
        return Catalogue(self.file, tuple(services), self.count, tuple(self.unmodelled))

    def malformed(self, node: Node, what: str, expected: str) -> Unmodelled:
        """Tell that a value is of the wrong kind."""
        if node.is_flawed:
            return self.doubt(node, f"{what}, which cannot be read")
        given = f"`{shown(node.spelled)}`" if node.text else node.described()
        self.report(codes.MALFORMED, f"{what} must be {expected}, not {given}", node)
        return self.doubt(node, f"{what}, which is not {expected}")

    def service(self, name: str, key: Node, node: Node) -> Service:
        self.count += max(1, len(node.value) if isinstance(node.value, dict) else 1)
        where, before = key.span(self.file), len(self.unmodelled)
        if not isinstance(node.value, dict):
            doubt = self.malformed(node, f"service `{shown(name)}`", "a mapping")
            return Service(name, where, None, (), None, (), doubts=(doubt,))
        self._unknown_fields(node, _READ | _INERT)
        for field in sorted(_READ - {"lvs"}):
            if node.child(field) is None:
                self.report(codes.MALFORMED, f"service `{shown(name)}` has no `{field}`", key, f"add `{field}`")
                self.doubt(key, f"service `{shown(name)}` without `{field}`")
        state, sites = self._state(node), tuple(self._words(node.child("sites"), "`sites`"))
        port, addresses = self._port(node), tuple(self._addresses(node))
        lvs = node.child("lvs")
        balancing = None if lvs is None else self._balancing(lvs, node.keys["lvs"])
        doubts = tuple(self.unmodelled[before:])
        self._compare_sites(name, node, sites, addresses)
        return Service(name, where, state, sites, port, addresses, balancing, doubts)

    def _unknown_fields(self, node: Node, known: frozenset[str]) -> None:
        for field, key in node.keys.items():
            if field not in known:
                help_ = did_you_mean(field, known, what="fields")
                self.report(codes.UNKNOWN_FIELD, f"unknown field `{shown(field)}`", key, help_)
                self.doubt(key, f"field `{shown(field)}`")

    def _state(self, node: Node) -> State | None:
        state = node.child("state")
        if state is None:
            return None
        if not isinstance(state.value, str):
            self.malformed(state, "`state`", "text")
            return None
        if state.value in tuple(State):
            return State(state.value)
        help_ = did_you_mean(state.spelled, tuple(State), what="states")
        self.report(codes.UNKNOWN_STATE, f"unknown state `{shown(state.spelled)}`", state, help_)
        self.doubt(state, f"state `{shown(state.spelled)}`")
        return None

    def _is_looked_up(self, node: Node, what: str) -> bool:
        if not isinstance(node.value, str) or _MARK not in node.value:
            return False
        self.report(codes.UNRESOLVED, f"{what} `{shown(node.value)}` is looked up elsewhere", node, "write the value")
        self.doubt(node, f"{what} `{shown(node.value)}`")
        return True

    def _port(self, node: Node) -> int | None:
        port = node.child("port")
        if port is None or self._is_looked_up(port, "port"):
            return None
        value = port.value
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535:
            return value
        self.malformed(port, "`port`", "a number from 1 to 65535")
        return None

    def _words(self, node: Node | None, what: str) -> Iterator[str]:
        if node is not None and not isinstance(node.value, list):
            self.malformed(node, what, "a list")
            return
        for each in node.elements() if node else ():
            if isinstance(each.value, str):
                yield each.value
            else:
                self.malformed(each, f"an element of {what}", "text")

    def _addresses(self, node: Node) -> Iterator[ServiceAddress]:
        ip = node.child("ip")
        if ip is not None and not isinstance(ip.value, dict):
            self.malformed(ip, "`ip`", "a mapping of sites")
        for site, labels in ip.items() if ip else ():
            if not isinstance(labels.value, dict):
                self.malformed(labels, f"`ip` of site `{shown(site)}`", "a mapping of labels")
            for label, each in labels.items():
                yield from self._address(site, label, each)

    def _address(self, site: str, label: str, node: Node) -> Iterator[ServiceAddress]:
        if self._is_looked_up(node, "address"):
            yield ServiceAddress(site, label, None, node.span(self.file))
            return
        try:
            yield ServiceAddress(site, label, ip_address(str(node.value)), node.span(self.file))
        except ValueError:
            self.malformed(node, f"address `{shown(label)}` of site `{shown(site)}`", "an IPv4 or IPv6 address")

    def _balancing(self, lvs: Node, key: Node) -> Balancing | None:
        if not isinstance(lvs.value, dict):
            self.malformed(lvs, "`lvs`", "a mapping")
            return None
        self.count += len(lvs.value)
        self._unknown_fields(lvs, _LVS_READ | _LVS_INERT)
        group, enabled, protocol = lvs.child("class"), lvs.child("enabled"), lvs.child("protocol")
        if group is not None and not isinstance(group.value, str):
            self.malformed(group, "`class`", "text")
        if enabled is not None and not isinstance(enabled.value, bool):
            self.malformed(enabled, "`enabled`", "true or false")
        if protocol is not None and protocol.value not in _PROTOCOLS:
            self.malformed(protocol, "`protocol`", "`tcp` or `udp`")
        return Balancing(
            group=group.spelled if group else "",
            is_enabled=enabled is None or enabled.value is not False,
            protocol=_PROTOCOLS.get(protocol.spelled, IpProtocol.TCP) if protocol else IpProtocol.TCP,
            tunnels=frozenset(self._words(lvs.child("ipip_encapsulation"), "`ipip_encapsulation`")),
            pool=_pool(lvs),
            pool_where=lvs.keys.get("conftool", key).span(self.file),
        )

    def _compare_sites(
        self, name: str, node: Node, sites: tuple[str, ...], addresses: tuple[ServiceAddress, ...]
    ) -> None:
        held = {each.site for each in addresses}
        for field, one, other, what in (
            ("sites", sites, held, "no address"),
            ("ip", tuple(held), set(sites), "addresses and is not among its sites"),
        ):
            for site in sorted(set(one) - other):
                if (place := node.keys.get(field)) is not None:
                    message = f"site `{shown(site)}` of `{shown(name)}` has {what}"
                    self.report(codes.SITES, message, place, "give each of its sites an address, and no other")


def _pool(lvs: Node) -> str:
    """The name of the pool: cluster and service of conftool."""
    conftool = lvs.child("conftool")
    parts = [conftool.child(each) for each in ("cluster", "service")] if conftool else []
    return "/".join(each.spelled for each in parts if each is not None) or "of no name"
