"""Proxies of the neutral model → a whole ``haproxy.cfg``: a frontend and a backend for each.

What a proxy admits is asked of the connection's source before anything else is read; a proxy serves everybody whom no
rule refuses. Its path goes to all of its servers, those that are marked as backups only when the others fail.
"""

import re
from collections.abc import Iterator, Sequence

from isthmus.formats.format import CannotRenderError, Text
from isthmus.network import ANY_PACKET, Bind, Device, Proxy, Rule, Server, Verdict
from isthmus.packetset import IpProtocol, MaskedAddresses, Match

FILE = "haproxy.cfg"

_DEFAULTS = ("defaults", "\tmode tcp", "\ttimeout connect 5s", "\ttimeout client 60s", "\ttimeout server 60s")


def render(devices: Sequence[Device], head: Sequence[str] = ()) -> tuple[Text, ...]:
    """The configuration of the proxies of a device that is told in parts. Raises CannotRenderError."""
    proxies = [each for device in devices for each in device.proxies]
    if not proxies:
        return ()
    lines = [*(f"# {' '.join(each.split())}" for each in head), *_DEFAULTS]
    for each in proxies:
        lines += ["", *_proxy(each)]
    return (Text(FILE, "\n".join([*lines, ""])),)


def _proxy(proxy: Proxy) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_.:-]+", proxy.name) or proxy.keeps_client or len(proxy.paths) != 1:
        raise CannotRenderError(f"`{proxy.name}` has no plain name, several paths, or shows servers the client")
    path = proxy.paths[0]
    if path.matches != (ANY_PACKET,) or path.perhaps or path.doubts or not path.servers:
        raise CannotRenderError(f"`{proxy.name}` serves some clients only, or none for sure")
    yield f"frontend {proxy.name}"
    yield f"\tmode {proxy.mode}"
    for bind in proxy.binds:
        yield f"\tbind {_bind(bind)}"
    for rule in proxy.admission:
        yield from _admission(rule)
    yield f"\tdefault_backend {proxy.name}"
    yield ""
    yield f"backend {proxy.name}"
    yield f"\tmode {proxy.mode}"
    yield "\tbalance leastconn"
    for server in path.servers:
        yield f"\tserver {_server(server)}"


def _bind(bind: Bind) -> str:
    if bind.protocol != IpProtocol.TCP:
        raise CannotRenderError("HAProxy takes TCP connections")
    interface = f" interface {bind.interface}" if bind.interface else ""
    if bind.address is not None:
        return f"ipv{bind.address.version}@{bind.address}:{bind.ports}{interface}"
    every = {4: f"*:{bind.ports}", 6: f":::{bind.ports} v6only", None: f":::{bind.ports} v4v6"}
    return every[bind.version] + interface


def _server(server: Server) -> str:
    if server.address is None or server.port is None:
        raise CannotRenderError(f"server `{server.name}` has no address or no port")
    backup = " backup" if server.is_backup else ""
    return f"{server.name} ipv{server.address.version}@{server.address}:{server.port} check{backup}"


def _admission(rule: Rule) -> Iterator[str]:
    """A rule about who may connect: by source address, or about everybody."""
    if rule.perhaps or rule.doubts or not isinstance(rule.action, Verdict):
        raise CannotRenderError(f"`{rule.name}` is no certain rule about clients")
    verdict = "accept" if rule.action is Verdict.ACCEPT else "reject"
    for match in rule.matches:
        if match not in (ANY_PACKET, Match(match.source)):
            raise CannotRenderError(f"`{rule.name}` asks for more than the client's address")
        for each in match.source or ():
            if isinstance(each, MaskedAddresses):
                raise CannotRenderError(f"`{each}` is no prefix")
        words = "" if match.source is None else f" if {{ src {' '.join(map(str, match.source))} }}"
        if match.source != ():
            yield f"\ttcp-request connection {verdict}{words}"
