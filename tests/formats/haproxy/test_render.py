"""What is written as frontends means the same when it is read back, and HAProxy takes it."""

import shutil
import subprocess
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from isthmus.formats import CannotRenderError, Text, read
from isthmus.formats.haproxy.render import render
from isthmus.network import Bind, Device, Proxy, ProxyPath, Rule, Server, Verdict
from isthmus.packetset import Interval, Match, only
from tests.generate.drawing import HERE

SERVERS = (
    Server("one", ip_address("127.0.0.1"), 15000, HERE),
    Server("two", ip_address("::1"), 15000, HERE, is_backup=True),
)
OFFICE = Match((ip_network("198.51.100.0/24"),))
PROXIES = (
    Proxy("apis-https", (Bind(ip_address("127.0.0.1"), only(8443), 6, HERE),), (ProxyPath(SERVERS, HERE),), HERE),
    Proxy(
        "every-address",
        (Bind(None, Interval(8000, 8002), 6, HERE, version=4), Bind(None, only(8005), 6, HERE, version=6)),
        (ProxyPath(SERVERS[:1], HERE),),
        HERE,
        mode="http",
    ),
    Proxy(
        "six",
        (Bind(ip_address("::1"), only(8443), 6, HERE), Bind(None, only(8006), 6, HERE)),
        (ProxyPath(SERVERS[1:], HERE),),
        HERE,
    ),
    Proxy(
        "office",
        (Bind(ip_address("127.0.0.1"), only(8444), 6, HERE),),
        (ProxyPath(SERVERS, HERE),),
        HERE,
        (Rule((OFFICE,), Verdict.ACCEPT, HERE, "office"), Rule((Match(),), Verdict.REJECT, HERE, "others")),
    ),
)


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda each: each.name)
def test_what_is_written_means_the_same(proxy: Proxy) -> None:
    texts = render([Device("lb", HERE, proxies=(proxy,))], ["made for a test"])
    found = read("lb", [Text(f"lb/{each.name}", each.text) for each in texts])

    assert not found.diagnostics
    assert not found.devices[0].coverage.unmodelled
    assert _binds(found.devices[0].proxies) == _binds((proxy,))
    for each in found.devices[0].proxies:
        assert _rest(each) == _rest(proxy)


def _binds(proxies: tuple[Proxy, ...]) -> list[str]:
    """Every place; proxies that are split by their places stand for one."""
    return sorted(str((one.address, one.ports, one.protocol, one.version)) for each in proxies for one in each.binds)


def _rest(proxy: Proxy) -> object:
    rules = [(str(rule.action), sorted(map(str, rule.matches))) for rule in proxy.admission]
    paths = [[(one.name, one.address, one.port, one.is_backup) for one in path.servers] for path in proxy.paths]
    return proxy.mode, rules, paths, proxy.keeps_client


PLAIN = PROXIES[0]


@pytest.mark.parametrize(
    "proxy",
    [
        replace(PLAIN, name="two words"),
        replace(PLAIN, keeps_client=True),
        replace(PLAIN, paths=()),
        replace(PLAIN, paths=(ProxyPath((), HERE),)),
        replace(PLAIN, paths=(ProxyPath(SERVERS, HERE, matches=(OFFICE,)),)),
        replace(PLAIN, binds=(Bind(None, only(53), 17, HERE),)),
        replace(PLAIN, paths=(ProxyPath((Server("named", None, 80, HERE),), HERE),)),
        replace(PLAIN, admission=(Rule((Match(destination_ports=(only(80),)),), Verdict.REJECT, HERE),)),
    ],
)
def test_what_it_cannot_say_is_refused(proxy: Proxy) -> None:
    with pytest.raises(CannotRenderError):
        render([Device("lb", HERE, proxies=(proxy,))])


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed here")
def test_haproxy_takes_it(tmp_path: Path) -> None:
    file = tmp_path / "haproxy.cfg"
    file.write_text(render([Device("lb", HERE, proxies=PROXIES)])[0].text)
    done = subprocess.run(["haproxy", "-c", "-f", str(file)], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr + done.stdout
    assert "WARNING" not in done.stderr
