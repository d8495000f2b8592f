"""What HAProxy itself does, compared with what we say that it does: it is started on loopback and asked."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from isthmus.diagnostics import Severity
from isthmus.formats import Text
from isthmus.formats.haproxy import FORMAT
from isthmus.network import Device
from isthmus.packetset import tcp
from tests.formats.haproxy.concrete import SPACE, device, fate
from tests.formats.haproxy.loopback import ask, free_ports, running, servers
from tests.formats.haproxy.random_configuration import DESTINATIONS, SOURCES, Written, write

pytestmark = pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed here")

TESTDATA = Path(__file__).parent / "testdata"
NAMES = ["s0", "s1", "s2", "s3", "s4", "s5"]


@pytest.mark.parametrize("seed", range(3))
def test_clients_come_where_we_say(seed: int, tmp_path: Path) -> None:
    """Frontends at random with rules at random in every phase; every client's connection ends where we said."""
    with servers(NAMES) as ports:
        told = Written(ports, free_ports(24, DESTINATIONS[0]))
        text = write(random.Random(seed), told)  # noqa: S311 - a test that repeats itself
        ours = device(text)
        wrong = []
        with running(tmp_path, text, ready=(DESTINATIONS[0], told.places[0])):
            for port in told.places:
                for destination in DESTINATIONS:
                    for source in SOURCES:
                        expected = fate(ours, tcp(source, destination, port))
                        met = ask(source, (destination, port))
                        if not expected.is_sure or met not in expected.ends:
                            wrong.append(f"{source} > {destination}:{port}: {met}, we said {expected}")
    assert not wrong, text + "\n" + "\n".join(wrong)


SPECIAL = """defaults
    mode tcp
    timeout connect 2s
    timeout client 2s
    timeout server 2s
    retries 1

# the port follows the client's
listen same_port
    bind 127.77.0.1:{s0},127.77.0.1:{s1}
    server here 127.0.0.1
listen counted_port
    bind 127.77.0.1:{below_s2},127.77.0.1:{below_s3}
    server here 127.0.0.1:+1

# to another frontend by a local socket, where the client's address is not seen
frontend outer
    bind 127.77.0.1:{a}
    default_backend to_inner
backend to_inner
    server inner unix@{socket} send-proxy
frontend inner
    bind {socket} accept-proxy
    default_backend b5

# the very address comes before every address
listen wide
    bind :{b}
    server s0 127.0.0.1:{s0}
listen narrow
    bind 127.77.0.1:{b}
    server s1 127.0.0.1:{s1}

# both versions, and IPv4 patterns for both
frontend dual
    bind :::{c} v4v6
    tcp-request connection reject if {{ src 127.77.1.0/24 }} or {{ src ::ffff:127.77.2.0/120 }}
    default_backend b5

backend b5
    server s4 127.0.0.1:{s4} weight 0
    server s3 127.0.0.1:{s3} disabled
    server s5 127.0.0.1:{s5}

# nobody is turned away before contents are there; who is turned away then gets nothing
frontend waits
    bind 127.77.0.1:{d}
    tcp-request inspect-delay 100ms
    tcp-request content accept if WAIT_END {{ src 127.77.1.1 }}
    tcp-request content reject if WAIT_END
    default_backend b5
"""


def test_special_places_and_servers(tmp_path: Path) -> None:
    """Ports that follow the client's, local sockets, overlapping places, both IP versions, servers that stand aside."""
    with servers(NAMES) as ports:
        a, b, c, d = free_ports(4)
        below = {"below_s2": ports["s2"] - 1, "below_s3": ports["s3"] - 1}
        text = SPECIAL.format(**ports, **below, a=a, b=b, c=c, d=d, socket=tmp_path / "inner.sock")
        ours = device(text)
        named = {port: name for name, port in ports.items()}
        asked = [
            *(("127.77.1.1", "127.77.0.1", port) for port in (ports["s0"], ports["s1"], *below.values(), a, b, d)),
            ("127.77.2.1", "127.77.0.2", b),
            ("127.77.2.1", "127.77.0.1", d),
            *((source, "127.77.0.2", c) for source in SOURCES),
            ("::1", "::1", c),
        ]
        met, told = [], []
        with running(tmp_path, text, ready=("127.77.0.1", a)):
            for source, destination, port in asked:
                met.append(f"{source} > {destination}:{port} {ask(source, (destination, port))}")
                told.append(f"{source} > {destination}:{port} {_server(ours, source, destination, port, named)}")
    assert met == told


def _server(ours: Device, source: str, destination: str, port: int, named: dict[int, str]) -> str:
    """The name of the small server where a connection ends: for servers of one name, by their port."""
    found = str(fate(ours, tcp(source, destination, port)))
    if found != "here":
        return found
    proxy = next(each for each in ours.proxies if any(port in bind.ports for bind in each.binds))
    packet = tcp(source, destination, port)
    path = next(each for each in proxy.paths if any(packet in SPACE.match(match) for match in each.matches))
    return named[path.servers[0].port or port]


SOUND = ["cloud-load-balancer", "wiki-replicas", "conditions", "defaults", "order-of-files", "sockets", "admission",
         "servers"]  # fmt: skip
BROKEN = ["broken-blocks", "broken-conditions", "broken-names", "broken-statements"]


@pytest.mark.parametrize("case", SOUND)
def test_what_we_call_sound_starts(case: str, tmp_path: Path) -> None:
    """A golden folder without an error of ours is a configuration that HAProxy takes."""
    folder = _copied(TESTDATA / case / "in", tmp_path)
    assert not _errors(folder)
    assert _complaints(folder) == ""


@pytest.mark.parametrize("case", BROKEN)
def test_what_we_call_broken_does_not_start(case: str, tmp_path: Path) -> None:
    """Both refuse; each line that HAProxy names is one that we name too, unless an earlier one made it stop."""
    folder = _copied(TESTDATA / case / "in", tmp_path)
    named = {int(each) for each in re.findall(r"haproxy\.cfg:(\d+)", _complaints(folder))}
    ours = _errors(folder)
    assert ours
    assert named
    assert named <= ours


def _copied(folder: Path, to: Path) -> Path:
    """The folder with the files that it names, at paths that a test may write."""
    certificate = to / "openstack.pem"
    for each in _files(folder):
        text = each.read_text().replace("/etc/acme/openstack.pem", str(certificate))
        text = text.replace("/etc/haproxy/", f"{to}/in/").replace("/run/haproxy/", f"{to}/")
        file = to / "in" / each.relative_to(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if str(certificate) in text and not certificate.exists():
            _make(certificate)
    return to / "in"


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*.*") if each.is_file())


def _make(certificate: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here, so there is no certificate for HAProxy")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
         "/CN=openstack.example.org", "-keyout", certificate, "-out", f"{certificate}.crt"],
        capture_output=True, check=True, timeout=20,
    )  # fmt: skip
    certificate.write_text(certificate.read_text() + Path(f"{certificate}.crt").read_text())


def _complaints(folder: Path) -> str:
    """What HAProxy refuses to start for."""
    told = [part for name in ("haproxy.cfg", "conf.d") if (folder / name).exists() for part in ("-f", folder / name)]
    done = subprocess.run(["haproxy", "-c", *told], cwd=folder, capture_output=True, timeout=10, check=False)
    alerts = [each for each in done.stderr.decode().splitlines() if "[ALERT]" in each]
    return "\n".join(alerts) if done.returncode else ""


def _errors(folder: Path) -> set[int]:
    """The lines that we call an error."""
    texts = [Text(str(each.relative_to(folder.parent)), each.read_text()) for each in _files(folder)]
    parsed = [FORMAT.parse(each) for each in texts]
    problems = [problem for each in parsed for problem in each.diagnostics]
    problems += FORMAT.lower("in", [each.tree for each in parsed]).diagnostics
    return {each.where.line for each in problems if each.severity is Severity.ERROR}


HEAD = """\
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
backend known
    server s 10.0.0.1:80
frontend f
    bind :80
    acl office src 198.51.100.0/24
    default_backend known
"""
BOTH_TAKE = """\
bind 10.0.0.1:81
bind 10.0.0.1:81,[::1]:81,:82
bind 10.1:81
bind *:81-85
bind ipv6@:81
bind [::]:81 v6only
bind ::1:81
bind 10.0.0.1:81 name "a b" maxconn 3 interface lo
bind 10.0.0.1:81#comment
bind '10.0.0.1:81'
bind "10.0.0.1:\\x38\\x31"
bind 10.0.0.1:81 name a\\ b
http-request deny if
http-request deny unless
http-request deny if or TRUE
http-request deny if TRUE or
http-request deny if ! TRUE
http-request deny if !!TRUE
http-request deny if office || !office
http-request deny if !{ src 10.0.0.0/8 } office
http-request deny if { src 10.12/16 10.0.0.1 ::1 2001:db8::/32 }
http-request deny if { src 10.0.0.0/255.255.0.0 }
http-request deny if { src 10.0.0.0/255.0.255.0 }
http-request deny if { src -- 10.0.0.1 }
http-request deny if { src -m ip 10.0.0.1 }
http-request deny if { src -n 10.0.0.1 }
http-request deny if { dst_port 80 443 1:1023 }
http-request deny if { dst_port ge 1024 }
http-request deny if { dst_port 1024: }
http-request deny if { dst_port :1023 }
http-request deny if { dst_port lt 10 20 }
http-request deny if LOCALHOST or METH_POST or HTTP_1.1
use_backend known if office
use_backend %[req.hdr(x)]
redirect scheme https if !{ ssl_fc }
no option httpclose
tcp-request connection reject if office
tcp-request inspect-delay 3s
http-request deny if { dst_port ge 1:2 }
""".splitlines()
BOTH_REFUSE = """\
bind
bind 10.0.0.1
bind 10.0.0.1:0
bind 10.0.0.1:65536
bind 10.0.0.1:85-80
bind 10.0.0.300:80
bind ipv6@10.0.0.1:80
bind 10.0.0.1:81 interface
bind "10.0.0.1:81
bind '10.0.0.1:81
bind 10.0.0.1:\\x8
bind "10.0.0.1:$"
bind "10.0.0.1:${PORT"
http-request deny if offices
http-request deny if {src 10.0.0.1}
http-request deny if { src 10.0.0.0/33 }
http-request deny if { src 10.0.0.0/255.0.0.255.0 }
http-request deny if { src 2001:db8::/129 }
http-request deny if { dst_port http }
http-request deny if { dst_port 80:70 }
http-request deny if { src
acl late src 10.0.0.0/33
http-request
use_backend
use_backend nowhere
use_backend known when TRUE
default_backend
default_backend nowhere
server s 10.0.0.1:80
mode zork
mode
tcp-request
tcp-request zork
frontend f
frontend
.endif
.if 1
.zork
backend known
""".splitlines()


def test_both_judge_each_line_alike(tmp_path: Path) -> None:
    """One line on top of a sound configuration: HAProxy refuses it where we call it an error, and nowhere else."""
    differ = []
    for line, is_sound in [*((each, True) for each in BOTH_TAKE), *((each, False) for each in BOTH_REFUSE)]:
        (tmp_path / "haproxy.cfg").write_text(f"{HEAD}    {line}\n")
        theirs, ours = not _complaints(tmp_path), not _errors(tmp_path)
        if (theirs, ours) != (is_sound, is_sound):
            differ.append(
                f"{line}: HAProxy {'takes' if theirs else 'refuses'} it, we {'take' if ours else 'refuse'} it"
            )
    assert not differ
