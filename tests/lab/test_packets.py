"""Labs that are really up: what passes, what does not, and from which address it is seen at the other end."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.lab.places import BALANCED, DUAL_STACK, EQIAD1, answers, needs_namespaces, plan_of

pytestmark = needs_namespaces

LOST = "TimeoutError"

UNREACHABLE = "OSError"
CLOUDCONTROLS = {"cloudcontrol1005", "cloudcontrol1006", "cloudcontrol1007"}

# what is asked, and what is told: the node that answers and the address that it sees, or how it fails
ON_EQIAD1: list[tuple[list[Any], Any]] = [
    # instances behind the egress NAT
    (["tcp", "vm-plain", "208.80.154.142", 2049], ("clouddumps1001", "185.15.56.1")),
    (["tcp", "vm-plain", "203.0.113.77", 443], ("internet", "185.15.56.1")),
    (["tcp", "vm-plain", "8.8.4.4", 443], ("internet", "185.15.56.1")),
    # with a floating address
    (["tcp", "bastion-eqiad1-03", "203.0.113.77", 443], ("internet", "185.15.56.87")),
    # the NAT's exceptions: the instance's own address arrives, behind the load balancer, at other sites too
    (["tcp", "vm-plain", "208.80.154.224", 443], ({"cp1100", "cp1102"}, "172.16.5.10")),
    (["tcp", "vm-plain", "208.80.154.240", 443], ("cp1101", "172.16.5.10")),
    (["tcp", "vm-plain", "208.80.154.252", 636], ("ldap-replica1003", "172.16.5.10")),
    (["tcp", "vm-plain", "185.15.59.224", 443], ("elsewhere", "172.16.5.10")),
    (["tcp", "vm-plain", "208.80.154.132", 9418], ("contint1002", "172.16.5.10")),
    # within the cloud
    (["tcp", "vm-plain", "172.16.6.37", 3306], ("tools-db", "172.16.5.10")),
    (["udp", "vm-plain", "172.16.7.123", 123], ("ntp-03", "172.16.5.10")),
    (["tcp", "vm-plain", "172.20.3.31", 5671], ("cloudrabbit1001", "172.16.5.10")),
    # the cloud's load balancer: the servers see it, on the cloud's own leg
    (["http", "vm-plain", "185.15.56.161", 25000], (CLOUDCONTROLS, "172.20.1.11")),
    (["http", "cloudweb1003", "185.15.56.161", 28774], (CLOUDCONTROLS, "172.20.1.11")),
    (["tcp", "cloudcontrol1006", "185.15.56.161", 3306], ("cloudcontrol1005", "172.20.2.11")),
    (["tcp", "vm-plain", "185.15.56.161", 3306], LOST),
    # into the cloud, by floating addresses and (the violation) by private ones
    (["tcp", "contint1002", "185.15.56.49", 443], ("proxy-03", "208.80.154.132")),
    (["tcp", "internet", "185.15.56.11", 443], ("toolforge-front-1", "198.51.100.1")),
    (["tcp from", "internet", "203.0.113.77", "185.15.56.11", 443], ("toolforge-front-1", "203.0.113.77")),
    (["tcp", "contint1002", "172.16.2.44", 22], ("pcc-worker1004", "208.80.154.132")),
    (["tcp", "cumin1002", "172.16.2.44", 22], LOST),
    (["tcp", "internet", "172.16.6.37", 3306], LOST),
    # replies to production's private addresses die at the border
    (["tcp", "cumin1002", "185.15.56.161", 25000], LOST),
    # firewalls of hosts
    (["tcp", "internet", "208.80.154.142", 443], ("clouddumps1001", "198.51.100.1")),
    (["tcp", "internet", "208.80.154.142", 2049], LOST),
    (["tcp from", "elsewhere", "10.64.5.254", "208.80.154.142", 2049], ("clouddumps1001", "10.64.5.254")),
    # management
    (["tcp", "cumin1002", "10.64.151.11", 22], ("cloudlb1001", "10.64.48.98")),
    (["tcp", "cloudcontrol1005", "10.64.0.40", 8140], ("puppetserver1001", "10.64.151.21")),
    # the routers' stateless filters refuse aloud
    (["tcp", "vm-plain", "10.64.0.40", 8140], UNREACHABLE),
]  # fmt: skip


def fits(told: Any, expected: Any) -> bool:
    """Whether an answer is as expected: who answered and what they saw, or the error."""
    if isinstance(expected, str | bool):
        return bool(told == expected)
    nodes, seen = expected
    nodes = {nodes} if isinstance(nodes, str) else nodes
    return isinstance(told, dict) and told["node"] in nodes and told["client"] == seen


@pytest.fixture(scope="module")
def told_on_eqiad1(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The answers to every question about the shipped estate, from one lab."""
    return answers(EQIAD1, tmp_path_factory.mktemp("runtime"), [question for question, _ in ON_EQIAD1])


@pytest.mark.parametrize("number", range(len(ON_EQIAD1)), ids=lambda number: " ".join(map(str, ON_EQIAD1[number][0])))
def test_packets_of_the_shipped_estate(number: int, told_on_eqiad1: list[Any]) -> None:
    assert fits(told_on_eqiad1[number], ON_EQIAD1[number][1]), told_on_eqiad1[number]


def test_two_families_a_gateway_and_a_router(tmp_path: Path) -> None:
    expected: list[tuple[list[Any], Any]] = [
        (["tcp", "app1", "10.1.0.10", 443], ("web1", "10.2.0.20")),
        (["tcp", "app1", "203.0.113.77", 443], ("internet", "203.0.113.2")),
        (["tcp", "internet", "10.1.0.10", 443], ("web1", "203.0.113.1")),
        (["tcp from", "internet", "9.9.9.9", "10.1.0.10", 443], LOST),  # not admitted by the gateway
        (["tcp", "internet", "2001:db8:0:10::10", 443], ("web1", "2001:db8:0:1::1")),
        (["tcp", "internet", "2001:db8:0:10::10", 22], LOST),
        (["udp", "gw1", "10.1.0.10", 53], ("web1", "10.1.0.1")),
        (["tcp", "app1", "10.9.0.50", 2049], ("archive", "10.2.0.20")),
        (["tcp", "gw1", "10.9.0.50", 22], UNREACHABLE),  # the router's filter rejects
        (["tcp", "gw1", "10.9.0.50", 23], LOST),  # its implicit discard
        (["tcp", "gw1", "10.66.0.1", 80], UNREACHABLE),  # a discarding route of its own
        (["ping", "r1@blue", "10.1.0.2"], True),  # from one routing instance into another, and back
        (["ping", "r1", "10.99.0.1"], True),
        (["tcp", "gw1", "10.1.0.2", 22], "ConnectionRefusedError"),  # the router's own filter admits it; nobody listens
        (["tcp", "gw1", "10.1.0.2", 80], LOST),
    ]
    told = answers(DUAL_STACK, tmp_path, [question for question, _ in expected])
    wrong = [(question, said) for (question, end), said in zip(expected, told, strict=True) if not fits(said, end)]
    assert wrong == []


def test_balancers_and_routes_that_are_announced(tmp_path: Path) -> None:
    questions: list[list[Any]] = [["tcp", "client-offices", "192.0.2.10", 80]] * 40
    questions += [["udp", "client-offices", "192.0.2.10", 53], ["tcp", "client-offices", "192.0.2.11", 80]]
    told = answers(BALANCED, tmp_path, questions)
    assert {each["node"] for each in told[:40]} == {"www1", "www2"}
    assert {each["client"] for each in told} == {"198.51.100.254"}  # balanced, never translated
    assert told[40]["node"] == "www1"
    assert (told[41]["node"], told[41]["port"]) == ("www3", 8080)


def test_bgp_leads_to_the_proxy_and_its_servers_hear_of_the_client(tmp_path: Path) -> None:
    wait = "for i in $(seq 50); do ip route | grep '192.0.2.100 .*proto bird' && exit; sleep 0.1; done"
    routed, told = answers(
        BALANCED, tmp_path, [["run", "rt1", "sh", "-c", wait], ["http", "client-offices", "192.0.2.100", 8443]]
    )
    assert "via 10.6.0.10" in routed
    assert (told["node"], told["client"], told["forwarded_for"]) == ("api1", "10.6.0.10", "198.51.100.254")


TLS = """
global
	user haproxy
	group haproxy
	chroot /var/lib/lab-haproxy
	stats socket /run/haproxy/admin.sock level admin
	daemon
defaults
	mode http
	timeout connect 2s
	timeout client 5s
	timeout server 5s
	errorfile 503 /srv/no-such-folder/503.http
frontend api
	bind 192.0.2.100:8443 ssl crt /etc/no-such-folder/api.pem
	http-request deny if { src -f /etc/no-such-folder/blocked.lst }
	default_backend api
backend api
	option forwardfor
	server api1 10.6.0.20:18443
"""


def test_a_proxy_finds_what_its_configuration_names(tmp_path: Path) -> None:
    """Certificates, lists, a folder to be locked in: made for it alone, and named."""
    estate = tmp_path / "estate"
    shutil.copytree(BALANCED, estate)
    (estate / "snapshot" / "lb1" / "haproxy.cfg").write_text(TLS.replace("\t", "  "), encoding="utf-8")
    (estate / "snapshot" / "lb1" / "blocked.lst").write_text("10.6.0.20\n", encoding="utf-8")
    (left_out,) = plan_of(estate).left_out
    assert "`/etc/no-such-folder/api.pem` is no real one" in left_out.what
    admitted, blocked = answers(
        estate, tmp_path, [["tls", "client-offices", "192.0.2.100", 8443], ["tls", "api1", "192.0.2.100", 8443]]
    )
    assert (admitted["node"], admitted["forwarded_for"]) == ("api1", "198.51.100.254")
    assert "403" in blocked
    assert not Path("/etc/no-such-folder").exists()


def test_neighbours_answer_at_once(tmp_path: Path) -> None:
    """The first packet of a lab arrives: nothing has to settle."""
    asked = [["ping", "gw1", "10.1.0.10"], ["ping", "app1", "10.2.0.1"], ["ping", "r1", "10.1.0.1"]]
    assert answers(DUAL_STACK, tmp_path, asked) == [True, True, True]


def test_names_of_the_estate_resolve_in_every_node(tmp_path: Path) -> None:
    (said,) = answers(DUAL_STACK, tmp_path, [["run", "app1", "getent", "ahosts", "www.example.org"]])
    assert "10.1.0.10" in said
    assert "2001:db8:0:10::10" in said
