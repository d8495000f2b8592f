"""Lines of IPVS tables → load balancers of packets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.format import Lowered
from isthmus.formats.ipvs import codes
from isthmus.formats.ipvs.parse import FORWARDING, SERVICES
from isthmus.formats.ipvs.places import place
from isthmus.formats.ipvs.table import Line, Table
from isthmus.network import Balancer, Bind, Coverage, Delivery, Device, Server, Unmodelled
from isthmus.packetset import Interval, IpProtocol, only

_EVERY_PORT = Interval(0, 65535)
_PROTOCOLS = {"-t": IpProtocol.TCP, "-u": IpProtocol.UDP, "--sctp-service": IpProtocol.SCTP}
_DELIVERIES = {"-g": Delivery.DIRECT, "-i": Delivery.TUNNEL, "-m": Delivery.TRANSLATE}
_NUMBER = re.compile("[0-9]{1,10}")


@dataclass(slots=True)
class _Service:
    """A service with the servers that lines add to it."""

    line: Line
    name: str
    binds: tuple[Bind, ...]
    servers: list[tuple[Server, Delivery]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    doubts: list[Unmodelled] = field(default_factory=list)


def lower(device: str, tables: Sequence[Table]) -> Lowered:
    """The device with a balancer for each service. Nothing is raised."""
    if not tables:
        return Lowered()
    reader = _Reader()
    for table in tables:
        for line in table.lines:
            reader.read(line)
    lines = sum(len(table.lines) for table in tables)
    part = Device(
        device, Span(tables[0].file), balancers=tuple(reader.balancers()),
        coverage=Coverage(lines, tuple(sorted(dict.fromkeys(reader.unmodelled)))),
    )  # fmt: skip
    return Lowered((part,), tuple(sorted(reader.problems, key=Diagnostic.sort_key)))


class _Reader:
    """Goes through the lines in order, as ``ipvsadm --restore`` does."""

    def __init__(self) -> None:
        self.services: dict[str, _Service] = {}
        self.problems: list[Diagnostic] = []
        self.unmodelled: list[Unmodelled] = []
        self.table_doubts: list[Unmodelled] = []

    def doubt(self, where: Span, what: str) -> Unmodelled:
        self.unmodelled.append(Unmodelled(where, what))
        return self.unmodelled[-1]

    def read(self, line: Line) -> None:
        """One line. What is not understood may change the service that it names, or else any."""
        key = next((name for name in SERVICES if line.has(name)), None)
        if line.strange is not None:
            self._strange(line, key)
        elif key is not None and line.has("-A"):
            self._service(line, key)
        elif key is not None:
            self._server(line, key)

    def _strange(self, line: Line, key: str | None) -> None:
        doubt = self.doubt(line.where, f"`{line.text}`")
        service = self.services.get(_named(line, key)) if key else None
        if key is not None and line.has("-A") and service is None:
            self._service(line, key)
            service = self.services.get(_named(line, key))
        (service.doubts if service else self.table_doubts).append(doubt)

    def _service(self, line: Line, key: str) -> None:
        name = _named(line, key)
        if name in self.services:
            message = f"service `{shown(name)}` is added already, at {self.services[name].line.where}"
            self.problems.append(Diagnostic(codes.TOLD_TWICE, message, line.where, "keep the table of one host"))
            self.services[name].doubts.append(self.doubt(line.where, f"`{line.text}`, a second time"))
            return
        service = self.services[name] = _Service(line, name, ())
        try:
            service.binds = tuple(self._binds(line, key, service))
        except ValueError as error:
            help_ = "write a number from 1" if key == "-f" else "write `HOST:PORT`"
            self.problems.append(Diagnostic(codes.BAD_PLACE, str(error), line.options[key].where, help_))
            self.table_doubts.append(self.doubt(line.where, f"`{line.text}`"))

    def _binds(self, line: Line, key: str, service: _Service) -> Iterator[Bind]:
        word = line.options[key]
        if key == "-f":
            if not _NUMBER.fullmatch(word.text) or not int(word.text):
                raise ValueError(f"`{shown(word.text)}` is not a mark")
            service.doubts.append(self.doubt(word.where, f"packets with mark {word.text}, whichever they are"))
            version = 6 if line.has("-6") else 4
            for protocol in _PROTOCOLS.values():
                yield Bind(None, _EVERY_PORT, int(protocol), word.where, version=version)
            return
        at = place(word.text)
        if not at.port and not line.has("-p"):
            raise ValueError(f"`{shown(word.text)}` has no port, and is not persistent")
        if at.address is None:
            self._named_host(line, key, service, at.host)
        ports = only(at.port) if at.port else _EVERY_PORT
        yield Bind(at.address, ports, int(_PROTOCOLS[key]), word.where)

    def _named_host(self, line: Line, key: str, service: _Service, host: str) -> None:
        where = line.options[key].where
        message = f"`{shown(host)}` is a name, and its address is not told"
        self.problems.append(Diagnostic(codes.NAMED, message, where, "save the table with `ipvsadm --save --numeric`"))
        service.doubts.append(self.doubt(where, f"the address of `{shown(host)}`"))

    def _server(self, line: Line, key: str) -> None:
        name = _named(line, key)
        service = self.services.get(name)
        if service is None or not line.has("-r"):
            code, message = codes.NO_SERVICE, f"service `{shown(name)}` is not added above"
            if service is not None:
                code, message = codes.NOT_UNDERSTOOD, "the server is missing"
            self.problems.append(Diagnostic(code, message, line.where, "save the whole table of the host"))
            (service.doubts if service else self.table_doubts).append(self.doubt(line.where, f"`{line.text}`"))
            return
        try:
            self._add(line, key, service)
        except ValueError as error:
            self.problems.append(Diagnostic(codes.BAD_PLACE, str(error), line.where, "write `HOST:PORT`, `-w 1`"))
            service.doubts.append(self.doubt(line.where, f"`{line.text}`"))

    def _add(self, line: Line, key: str, service: _Service) -> None:
        word = line.options["-r"]
        at = place(word.text)
        if word.text in service.seen:
            message = f"server `{shown(word.text)}` is added to this service already"
            self.problems.append(Diagnostic(codes.TOLD_TWICE, message, line.where, "keep the table of one host"))
        service.seen.add(word.text)
        weight = line.value("-w") or "1"
        if not _NUMBER.fullmatch(weight):
            raise ValueError(f"`{shown(weight)}` is not a weight")
        if not int(weight):
            return
        if at.address is None:
            message = f"`{shown(at.host)}` is a name, and its address is not told"
            help_ = "save the table with `ipvsadm --save --numeric`"
            self.problems.append(Diagnostic(codes.NAMED, message, word.where, help_))
            self.doubt(word.where, f"the address of `{shown(at.host)}`")
        delivery = next((_DELIVERIES[name] for name in FORWARDING if line.has(name)), Delivery.DIRECT)
        port = self._port(line, key, at.port, delivery)
        service.servers.append((Server(at.host, at.address, port, line.where), delivery))

    def _port(self, line: Line, key: str, port: int, delivery: Delivery) -> int | None:
        """The port that the server is asked at; None where it is the client's."""
        asked = 0 if key == "-f" else place(line.options[key].text).port
        if delivery is Delivery.TRANSLATE:
            return port or asked or None
        if port not in (0, asked):
            message = f"port {port} is not that of the service, and gatewaying and tunnels do not translate"
            self.problems.append(Diagnostic(codes.OTHER_PORT, message, line.options["-r"].where, "write the same port"))
        return asked or None

    def balancers(self) -> Iterator[Balancer]:
        """Services by mark first, as the kernel asks them; then those of one port, then those of every port."""
        order = sorted(self.services.values(), key=_specificity)
        for service in order:
            for number, bind in enumerate(service.binds):
                name = service.name if len(service.binds) == 1 else f"{service.name} {_word(bind.protocol)}"
                yield from self._of(service, name, bind, is_first=not number)

    def _of(self, service: _Service, name: str, bind: Bind, *, is_first: bool) -> Iterator[Balancer]:
        doubts = [*service.doubts, *self.table_doubts]
        deliveries = dict.fromkeys(delivery for _, delivery in service.servers)
        if len(deliveries) > 1:
            what = "its servers are reached in different ways"
            doubts.append(self.doubt(service.line.where, what) if is_first else Unmodelled(service.line.where, what))
        for delivery in deliveries or (Delivery.DIRECT,):
            servers = tuple(server for server, by in service.servers if by is delivery)
            told = name if len(deliveries) < 2 else f"{name} {delivery}"
            yield Balancer(told, bind, delivery, servers, service.line.where, tuple(dict.fromkeys(doubts)))


def _named(line: Line, key: str | None) -> str:
    """A service's name: what tells it from others."""
    kind = {"-t": "tcp", "-u": "udp", "--sctp-service": "sctp", "-f": "mark"}[key or "-t"]
    return f"{kind} {line.value(key or '-t')}" + (" ipv6" if key == "-f" and line.has("-6") else "")


def _specificity(service: _Service) -> int:
    if service.name.startswith("mark "):
        return 0
    return 2 if any(bind.ports == _EVERY_PORT for bind in service.binds) else 1


def _word(protocol: int) -> str:
    return IpProtocol(protocol).name.lower()
