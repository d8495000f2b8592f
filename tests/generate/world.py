"""Small estates for tests of this room, in the frame of `tests.prove.networks.two_realms()`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from isthmus.decide import judge_crossing
from isthmus.evidence import Facts
from isthmus.generate import Buildable, Needs, framed
from isthmus.generate.needs import needs
from isthmus.generate.parts import Written, parts, written
from isthmus.network import Device, Network, Verdict
from isthmus.packetset import PacketSet, Space
from isthmus.prove import Prover
from tests.prove.estates import edition, facts_of
from tests.prove.networks import REPLIES, accept, chain, changed, hook, host, instance, match, two_realms

ESTATE = """
estate: small
edition: wikimedia
owners: {network-team: {title: Network team}, cloud-team: {title: Cloud team}}
realms:
  production: {owners: [network-team], domains: [example.org]}
  cloud: {owners: [cloud-team], domains: [cloud.example.org]}
networks:
  public: {realm: production, role: public-services, sphere: public, prefixes: [192.0.2.0/24]}
  private: {realm: production, role: private, sphere: private, prefixes: [10.0.0.0/24]}
  instances: {realm: cloud, role: instances, sphere: private, prefixes: [172.16.0.0/24]}
  floating: {realm: cloud, role: floating, sphere: public, prefixes: [203.0.113.0/25]}
  transport: {realm: cloud, role: transport, sphere: public, prefixes: [203.0.113.240/30]}
  egress: {realm: cloud, role: nat-egress, sphere: public, prefixes: [203.0.113.234/32]}
hosts:
  mirror: {realm: production, kind: hardware, interfaces: {eth0: {addresses: [192.0.2.10]}}}
  web1: {realm: production, kind: hardware, interfaces: {eth0: {addresses: [10.0.0.11]}}}
  tools: {realm: cloud, kind: instance, interfaces: {port0: {addresses: [172.16.0.10]}}}
services:
  mirror:
    realm: production
    hosts: [mirror]
    endpoints:
      rsync: {addresses: [192.0.2.10], port: 873}
      time: {addresses: [192.0.2.10], port: 123, protocol: udp}
      high: {addresses: [192.0.2.10], port: 8000-8010}
    audience: [production]
  web:
    realm: production
    hosts: [web1]
    endpoints: {https: {addresses: [10.0.0.11], port: 443}}
    audience: [production]
  shell:
    realm: cloud
    hosts: [tools]
    endpoints: {ssh: {addresses: [203.0.113.10], port: 22}}
    audience: [production]
crossings:
"""

CROSSINGS = {
    "fetch": "{client: {networks: [instances]}, arrives_as: [203.0.113.234/32], service: mirror, endpoints: [rsync]}",
    "clock": "{client: {networks: [instances]}, arrives_as: [203.0.113.234/32], service: mirror, endpoints: [time]}",
    "direct": "{client: {networks: [instances]}, arrives_as: [172.16.0.0/24], service: mirror, endpoints: [high]}",
    "inner": "{client: {networks: [instances]}, arrives_as: [203.0.113.234/32], service: web}",
    "login": "{client: {networks: [public]}, arrives_as: [192.0.2.0/24], service: shell}",
    "one": "{client: {hosts: [mirror]}, arrives_as: [192.0.2.10/32], service: shell}",
}
"""Every way in which something can cross here, as lines of an estate."""


def frame() -> Network:
    """The network as it stands today; what its instances admit is wide, so that other places must judge."""
    return changed(
        two_realms(),
        _with_units(two_realms().devices["border"]),
        _with_tables(two_realms().devices["gateway"]),
        host("mirror", "192.0.2.10/24", "192.0.2.1", accept()),
        instance("tools", "172.16.0.10/24", accept(match(protocol="tcp"))),
        instance("idle", "172.16.0.20/24", accept(match(protocol="tcp"))),
    )


def _with_units(router: Device) -> Device:
    """A router whose interfaces are named as Junos names logical ones."""
    renamed = {f"{name}.0": replace(each, name=f"{name}.0") for name, each in router.interfaces.items()}
    return replace(router, interfaces=renamed)


def _with_tables(gateway: Device) -> Device:
    """A gateway whose chains are in tables, and which takes in nothing but replies itself."""
    names = {"forward": "inet cloudgw forward", "egress-nat": "inet cloudgw postrouting"}
    door = chain("inet base input", REPLIES, default=Verdict.DROP)
    chains = [replace(each, name=names[name]) for name, each in gateway.chains.items()]
    hooks = [replace(each, chain=names[each.chain]) for each in gateway.hooks]
    return replace(
        gateway,
        chains={each.name: each for each in (*chains, door)},
        hooks=(*hooks, hook("inet base input", "input")),
    )


def facts(names: Iterable[str]) -> Facts:
    """What is known of the estate with some of the crossings."""
    lines = [f"  {name}: {CROSSINGS[name]}\n" for name in names]
    return facts_of(ESTATE + ("".join(lines) or "  {}\n"))


@dataclass(frozen=True)
class Made:
    """What was generated for some crossings, whatever the guidelines say of them, and the network that it makes."""

    facts: Facts
    needs: Needs
    written: tuple[Written, ...]
    network: Network

    @property
    def texts(self) -> dict[str, str]:
        return {f"{each.device}/{one.name}": one.text for each in self.written for one in each.texts}

    def prover(self, space: Space) -> Prover:
        return Prover(self.facts, self.network, space)

    def declared(self, space: Space) -> PacketSet:
        """Every packet that a need asks for, by the client's own addresses and behind its gateway."""
        asked = (each.request((*each.dialled, *each.seen), each.to) for each in self.needs.flows)
        return space.union(space.match(each) for each in asked)


def built(known: Facts) -> list[Buildable]:
    """Every crossing, as if it were agreed and conforming."""
    judged = (judge_crossing(each, known, edition()) for each in known.estate.crossings.values())
    return [Buildable(each, f"crossing {each.crossing.id}") for each in judged]


def made(names: Iterable[str]) -> Made:
    """Generate for some of the crossings."""
    known = facts(names)
    wanted = needs(built(known), known)
    done = tuple(written(each, ("made for a test",)) for each in parts(wanted, known, frame()))
    network = framed(frame(), [device for each in done for device in each.meant])
    return Made(known, wanted, done, network)
