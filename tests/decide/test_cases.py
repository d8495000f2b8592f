"""Which case a crossing is: one line for each pair of ends."""

import pytest

from isthmus.decide import Classified, classify
from tests.guidelines.requirements.judging import edition, facts_of

ENDS = """
hosts:
  cloud-router: {realm: cloud, kind: hardware}
  worker: {realm: production, kind: hardware, interfaces: {eth0: {addresses: [10.0.0.9, 203.0.113.11]}}}
networks:
  contested-by-wmcs: {realm: cloud, role: cloud-private, sphere: private, prefixes: [10.9.0.0/24]}
  contested-by-sre: {realm: production, role: cloud-hosts, sphere: private, prefixes: [10.9.0.0/24]}
services:
  # production
  web: {realm: production, endpoints: {https: {addresses: [203.0.113.130], port: 443}}, audience: [internet]}
  web-v6: {realm: production, endpoints: {https: {addresses: ["2001:db8:a::9"], port: 443}}, audience: [internet]}
  files: {realm: production, endpoints: {nfs: {addresses: [203.0.113.20], port: 2049}}, audience: [cloud]}
  inner: {realm: production, endpoints: {mysql: {addresses: [10.0.0.7], port: 3306}}, audience: [cloud]}
  shared: {realm: production, endpoints: {mysql: {addresses: [10.0.0.7], port: 3306}}, audience: [cloud, production]}
  quiet: {realm: production, endpoints: {mysql: {addresses: [10.0.0.7], port: 3306}}}
  nowhere: {realm: production, endpoints: {mysql: {addresses: [db.example.org], port: 3306}}, audience: [cloud]}
  somewhere: {realm: production, endpoints: {mysql: {addresses: [db.example.org], port: 3306}}, audience: [internet]}
  puppet: {realm: production, endpoints: {puppet: {addresses: [10.0.0.8], port: 8140}}}
  # the cloud's virtual network
  db: {realm: cloud, hosts: [vm], endpoints: {mysql: {addresses: [172.16.0.5], port: 3306}}}
  planned: {realm: cloud, endpoints: {mysql: {network: instances, port: 3306}}}
  fronted: {realm: cloud, hosts: [vm], endpoints: {https: {addresses: [198.51.100.70], port: 443}}}
  lost: {realm: cloud, hosts: [vm], endpoints: {mysql: {addresses: [db.cloud.example.org], port: 3306}}}
  blank: {realm: cloud, endpoints: {mysql: {addresses: [db.cloud.example.org], port: 3306}}}
  # the cloud's hardware
  bus: {realm: cloud, hosts: [server], endpoints: {amqp: {addresses: [172.20.1.10], port: 5671}}}
  api: {realm: cloud, endpoints: {https: {addresses: [198.51.100.161], port: 443}}}
  shell: {realm: cloud, hosts: [server], endpoints: {ssh: {addresses: [10.1.1.10], port: 22}}}
  hidden: {realm: cloud, hosts: [server], endpoints: {https: {addresses: [api.cloud.example.org], port: 443}}}
  torn: {realm: cloud, hosts: [server], endpoints: {https: {addresses: [10.9.0.5], port: 443}}}
  mixed:
    realm: cloud
    hosts: [server]
    endpoints:
      ssh: {addresses: [10.1.1.10], port: 22}
      https: {addresses: [172.20.1.10], port: 443}
"""


def classified(client: str, service: str) -> Classified:
    """Classify a crossing; what follows ` | ` after the client or the service are other fields of it."""
    ends, *fields = client.split(" | ")
    name, *more = service.split(" | ")
    crossing = ", ".join([f"client: {{{ends}}}", f"service: {name}", *fields, *more])
    facts = facts_of(f"{ENDS}\ncrossings:\n  it: {{{crossing}}}")
    return classify(facts.estate.crossings["it"], facts, edition())


INSTANCES, PRODUCTION, INSIDE = "networks: [instances]", "networks: [public]", "networks: [private]"
SERVER, SERVER_BY_LEG = "hosts: [server]", "hosts: [server] | arrives_as: [10.1.1.10]"
SERVER_BY_NAT = "hosts: [server] | arrives_as: [198.51.100.1]"
BUS, BUS_BY_LEG = "services: [bus]", "services: [bus] | arrives_as: [10.1.1.10]"
BUS_BY_NAT = "services: [bus] | arrives_as: [198.51.100.1]"


@pytest.mark.parametrize(
    ("client", "service", "case"),
    [
        # instance to instance
        (INSTANCES, "db", "1"),
        (INSTANCES, "planned", "1"),
        (INSTANCES, "fronted", "1"),
        (INSTANCES, "lost", "1"),
        ("hosts: [vm]", "db", "1"),
        ("services: [db]", "planned", "1"),
        ("networks: [instances-v6]", "db", "1"),
        # for instances only, on an address that only production's inside can reach: what should have been Case 1
        (INSTANCES, "inner", "1"),
        ("services: [db]", "inner", "1"),
        # cloud to production
        (INSTANCES, "web", "2"),
        (INSTANCES, "web-v6", "2"),
        (INSTANCES, "files", "2"),
        (INSTANCES, "shared", "2"),
        (INSTANCES, "quiet", "2"),
        (INSTANCES, "somewhere", "2"),
        ("networks: [egress]", "web", "2"),
        # the cloud's hardware to production's backends: not for instances only, so never Case 1
        (SERVER_BY_NAT, "web", "2"),
        (SERVER_BY_NAT, "inner", "2"),
        (BUS_BY_NAT, "web", "2"),
        # by both legs: not management alone
        ("hosts: [server] | arrives_as: [10.1.1.10, 198.51.100.1]", "web", "2"),
        # production to instance
        (PRODUCTION, "db", "3"),
        (PRODUCTION, "fronted", "3"),
        (PRODUCTION, "lost", "3"),
        ("hosts: [ci]", "db", "3"),
        ("hosts: [worker]", "db", "3"),
        ("services: [web]", "fronted", "3"),
        # anything to the cloud's hardware
        (INSTANCES, "bus", "4"),
        (INSTANCES, "api", "4"),
        (INSTANCES, "shell", "4"),
        (INSTANCES, "hidden", "4"),
        (INSTANCES, "torn", "4"),
        (PRODUCTION, "bus", "4"),
        (PRODUCTION, "mixed", "4"),
        (PRODUCTION, "mixed | endpoints: [https]", "4"),
        (SERVER, "bus", "4"),
        (SERVER_BY_LEG, "bus", "4"),
        (SERVER_BY_LEG, "shell", "4"),
        ("networks: [internet]", "api", "4"),
        ("networks: [internet, instances, public]", "api", "4"),
        # management, both ways
        (INSIDE, "shell", "management"),
        ("hosts: [worker]", "shell", "management"),
        ("services: [puppet]", "shell", "management"),
        (INSIDE, "mixed | endpoints: [ssh]", "management"),
        (SERVER_BY_LEG, "puppet", "management"),
        (BUS_BY_LEG, "puppet", "management"),
        ("networks: [cloud-hosts-a, cloud-hosts-b]", "puppet", "management"),
        # data by the management leg is judged as management, and fails there
        (SERVER_BY_LEG, "inner", "management"),
        (SERVER_BY_LEG, "web", "management"),
        # none fits
        ("networks: [internet]", "db", None),
        ("networks: [internet]", "web", None),
        (SERVER, "db", None),
        (SERVER_BY_LEG, "db", None),
        (PRODUCTION, "web", None),
        ("networks: [instances, public]", "web", None),
        ("networks: [instances, public]", "db", None),
        ("networks: [instances, internet]", "web", None),
    ],
)
def test_case(client: str, service: str, case: str | None) -> None:
    found = classified(client, service)
    assert found.is_known, found.because
    assert (found.case.id if found.case else None) == case, found.because


@pytest.mark.parametrize(
    ("client", "service", "missing"),
    [
        # what the service runs on
        (INSTANCES, "blank", "what service `blank` runs on"),
        (PRODUCTION, "blank", "the network of db.cloud.example.org"),
        # which network it is on
        (INSTANCES, "nowhere", "the network of db.example.org"),
        (PRODUCTION, "hidden", "the network of api.cloud.example.org"),
        (PRODUCTION, "torn", "the network of 10.9.0.5"),
        # what kind of host a client network holds
        ("networks: [egress]", "db", "what network `egress` runs on"),
        # by which leg the cloud's hardware goes
        (SERVER, "puppet", "by which of its networks host `server` goes (`arrives_as`)"),
        (BUS, "web", "by which of its networks service `bus` goes (`arrives_as`)"),
        ("hosts: [cloud-router]", "web", "by which of its networks host `cloud-router` goes (`arrives_as`)"),
    ],
)
def test_the_case_cannot_be_told(client: str, service: str, missing: str) -> None:
    found = classified(client, service)
    assert (found.case, found.is_known) == (None, False), found.because
    assert missing in found.because
    assert "so the case cannot be told" in found.because


def test_what_does_not_bear_on_the_case_is_not_named() -> None:
    """Only the gaps of the ways that still fit are told."""
    assert "db.cloud.example.org" not in classified(INSTANCES, "blank").because


@pytest.mark.parametrize(
    ("client", "advice"),
    [
        ("networks: [instances, public]", "declare one crossing for each"),
        ("networks: [internet]", ""),
    ],
)
def test_clients_of_several_realms_are_told_to_part(client: str, advice: str) -> None:
    because = classified(client, "web").because
    assert ("declare one crossing for each" in because) is bool(advice)
