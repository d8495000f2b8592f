"""Clients of the golden folders, one a line: where each connection ends."""

from functools import cache
from pathlib import Path

import pytest

from isthmus.formats import Text
from isthmus.formats.haproxy import FORMAT
from isthmus.network import Device
from isthmus.packetset import tcp
from tests.formats.haproxy.concrete import device, fate

TESTDATA = Path(__file__).parent / "testdata"


@cache
def golden(case: str) -> Device:
    folder = TESTDATA / case / "in"
    files = sorted(each for each in folder.rglob("*.*") if each.is_file())
    texts = [Text(f"in/{each.relative_to(folder)}", each.read_text()) for each in files]
    return FORMAT.lower("in", [FORMAT.parse(each).tree for each in texts]).devices[0]


CLOUD_LOAD_BALANCER = [
    # an interface behind `bind *:25000` is served on every leg of the host, also the management one
    ("172.16.5.10", "185.15.56.161", 25000, "cloudcontrol1005, cloudcontrol1006"),
    ("172.16.5.10", "172.20.1.2", 25000, "cloudcontrol1005, cloudcontrol1006"),
    ("10.64.48.98", "10.64.151.3", 25000, "cloudcontrol1005, cloudcontrol1006"),
    ("10.64.48.98", "10.64.151.3", 5000, "cloudcontrol1005, cloudcontrol1006"),
    ("2001:db8::5", "2001:db8::1", 25000, "nobody listens"),
    # whoever is blocked is refused by name of the file that the folder holds
    ("198.51.100.9", "185.15.56.161", 25000, "refused"),
    ("203.0.113.7", "185.15.56.161", 5000, "refused"),
    ("203.0.113.8", "185.15.56.161", 5000, "cloudcontrol1005, cloudcontrol1006"),
    ("198.51.100.9", "185.15.56.161", 8775, "cloudcontrol1005, cloudcontrol1006"),
    # the database is served on the announced address only, by the primary while it is up
    ("172.20.3.4", "185.15.56.161", 3306, "cloudcontrol1005"),
    ("172.20.3.4", "172.20.1.2", 3306, "nobody listens"),
    ("10.64.48.98", "10.64.151.3", 3306, "nobody listens"),
    # whether the name that a client asks for is the right one, no packet tells
    ("172.16.5.10", "185.15.56.161", 443, "perhaps cloudcontrol1005, cloudcontrol1006, refused"),
]
WIKI_REPLICAS = [
    # the same port on two addresses: two backends
    ("172.16.5.10", "172.20.255.2", 3306, "clouddb1017"),
    ("172.16.5.10", "172.20.255.10", 3306, "clouddb1013"),
    ("172.16.5.10", "172.20.255.3", 3306, "nobody listens"),
]
CONDITIONS = [
    # the first rule whose condition holds counts
    ("198.51.100.9", "192.0.2.1", 443, "s1"),
    ("203.0.113.9", "192.0.2.1", 443, "s1"),
    ("127.0.0.1", "192.0.2.1", 443, "l1"),
    ("203.0.113.10", "192.0.2.1", 443, "p1"),
    # whoever speaks no TLS is answered, and goes nowhere
    ("198.51.100.9", "192.0.2.1", 80, "answered"),
    # IPv6 clients, and the 6to4 address of an IPv4 pattern
    ("2001:db8:77::9", "2001:db8::1", 443, "s1"),
    ("2002:c633:6409::1", "2001:db8::1", 443, "s1"),
    ("2001:db8:78::9", "2001:db8::1", 443, "p1"),
    # conditions about requests: every backend that may be, and the one that is left
    ("198.51.100.9", "192.0.2.2", 443, "perhaps a1, i1, p1"),
    ("192.0.2.99", "192.0.2.2", 443, "perhaps i1, p1"),
    ("192.0.2.99", "192.0.2.3", 443, "perhaps a1, i1, l1, n1, o1, p1, s1, w1"),
]
DEFAULTS = [
    # settings of the defaults above, until the next ones
    ("192.0.2.99", "10.0.0.5", 80, "v"),
    # rules of named defaults come first, and mean the ACLs of the defaults
    ("10.1.1.1", "10.0.0.5", 3306, "d"),
    ("192.0.2.99", "10.0.0.5", 3306, "refused"),
    ("10.1.1.1", "10.0.0.5", 6379, "d"),
    ("192.0.2.99", "10.0.0.5", 6379, "refused"),
    # disabled by its defaults; enabled again by defaults that take from others
    ("10.1.1.1", "10.0.0.5", 9999, "nobody listens"),
    ("10.1.1.1", "10.0.0.5", 8080, "v"),
]
ORDER = [
    # the second part is read with the defaults that the first part ends with, so its rule counts
    ("198.51.100.9", "10.0.0.5", 1001, "one"),
    ("198.51.100.9", "10.0.0.5", 1002, "refused"),
    ("192.0.2.99", "10.0.0.5", 1002, "two"),
]
ADMISSION = [
    ("198.51.100.9", "192.0.2.1", 80, "w"),
    ("10.0.200.1", "192.0.2.1", 80, "w"),
    ("10.12.0.1", "192.0.2.1", 80, "refused"),
    # accepted in the first phase, refused in a later one
    ("198.51.100.7", "192.0.2.1", 81, "refused"),
    ("198.51.99.1", "192.0.2.1", 81, "refused"),
    # past the frontend's rules, and not past those of its backend
    ("10.1.0.1", "192.0.2.1", 81, "g"),
    ("10.200.0.1", "192.0.2.1", 81, "refused"),
    ("10.64.0.1", "192.0.2.1", 81, "answered"),
    ("192.0.2.99", "192.0.2.1", 81, "refused"),
    # rules of a backend do not concern those who go to another one
    ("192.0.2.99", "192.0.2.1", 83, "w"),
    ("10.200.0.1", "192.0.2.1", 83, "refused"),
    ("10.64.0.1", "192.0.2.1", 83, "answered"),
    # behind a proxy that tells the client, later rules see another address
    ("10.1.0.1", "192.0.2.1", 85, "w"),
    ("10.1.0.1", "192.0.2.1", 84, "perhaps refused, w"),
    ("192.0.2.99", "192.0.2.1", 84, "refused"),
    ("10.1.0.1", "192.0.2.1", 86, "perhaps refused, w"),
]
SERVERS = [
    ("192.0.2.99", "192.0.2.1", 80, "first"),
    ("198.51.100.9", "192.0.2.1", 80, "fourth"),
    ("203.0.113.9", "192.0.2.1", 80, "fifth"),
    # a server of weight 0 serves those who come back
    ("192.0.2.99", "192.0.2.1", 81, "drained, first"),
    ("192.0.2.99", "192.0.2.1", 89, "answered"),
]


@pytest.mark.parametrize(
    ("case", "rows"),
    [
        ("cloud-load-balancer", CLOUD_LOAD_BALANCER),
        ("wiki-replicas", WIKI_REPLICAS),
        ("conditions", CONDITIONS),
        ("defaults", DEFAULTS),
        ("order-of-files", ORDER),
        ("admission", ADMISSION),
        ("servers", SERVERS),
    ],
)
def test_where_connections_end(case: str, rows: list[tuple[str, str, int, str]]) -> None:
    """Each client's connection ends where the table says."""
    met = [(*row[:3], str(fate(golden(case), tcp(*row[:3])))) for row in rows]
    assert met == rows


HEAD = "listen web\n bind 192.0.2.1:80\n server s 10.0.0.1:80\n"


def test_an_unknown_keyword_makes_its_proxy_unsure_and_no_other() -> None:
    of = device(f"{HEAD} zork 3\nlisten other\n bind 192.0.2.1:81\n server t 10.0.0.2:80\n")

    assert str(fate(of, tcp("192.0.2.9", "192.0.2.1", 80))) == "perhaps refused, s"
    assert str(fate(of, tcp("192.0.2.9", "192.0.2.1", 81))) == "t"


def test_an_unknown_word_that_changes_nothing_for_clients_is_only_told() -> None:
    """A statement of `global` that nobody knows does not make the proxies unsure; it is not modelled all the same."""
    of = device(f"global\n zork\n{HEAD}")

    assert str(fate(of, tcp("192.0.2.9", "192.0.2.1", 80))) == "s"
    assert [str(each) for each in of.coverage.unmodelled] == ["lb/haproxy.cfg:2:2: `zork`"]


def test_the_share_that_is_modelled_counts_statements() -> None:
    assert device(f"{HEAD} zork\n").coverage.share == 0.75
    assert device(HEAD).coverage.share == 1.0


@pytest.mark.parametrize("field", ["src", "dst"])
def test_a_condition_with_too_many_cases_is_not_worked_out(field: str) -> None:
    """A hundred alternatives of two tests each are not turned inside out: the rule may match."""
    terms = " or ".join(f"{{ {field} 10.{n}.0.0/16 }} {{ src_port {n + 1} }}" for n in range(100))
    of = device(f"{HEAD} tcp-request connection reject unless {terms}\n")

    assert str(fate(of, tcp("192.0.2.9", "192.0.2.1", 80))) == "perhaps refused, s"
    assert [each.what for each in of.coverage.unmodelled] == ["a condition with too many cases"]


def test_proxies_have_names_of_their_own() -> None:
    of = device("frontend f\n bind :80\n bind 10.0.0.1:81\n bind :::82\n bind :::82\n bind fd@3\nlisten f\n bind :83\n")
    names = [each.name for each in of.proxies]

    assert len(set(names)) == len(names) == 6
