"""Every server of the service has a trunked interface: one role's network untagged, another's tagged, of one rack.

Where a network or host names a rack, the racks must agree; where none is named, that is remarked.

Configured evidence: on the host itself, an address of the one network on an untagged interface and an address of
the other on a VLAN interface above it, with the VLAN that the estate declares.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import untagged_and_tagged

if TYPE_CHECKING:
    from isthmus.prove import Prover

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Host, Interface, Network
from isthmus.evidence import Answer, gravest, met, unknown, unmet


class Params(BaseModel):
    """The roles of the untagged and of the tagged network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    native: str
    tagged: str


def declared(question: Question) -> Answer:
    """Whether every declared host has such an interface."""
    service = question.service
    if not service.hosts:
        return unknown(f"the hosts of `{service.id}` are not declared", service.where)
    answers = [_host(question, question.facts.estate.hosts[name]) for name in service.hosts]
    remarks = dict.fromkeys(each.remark for each in answers if each.remark)
    told = f"trunked on {', '.join(service.hosts)}"
    return gravest(answers, met(told, service.span("hosts"), "; ".join(remarks)))


def _host(question: Question, host: Host) -> Answer:
    if not any(interface.native or interface.tagged for interface in host.interfaces.values()):
        return unknown(f"the VLANs of `{host.id}` are not declared", host.where)
    trunks = [pair for interface in host.interfaces.values() for pair in _trunk(question, interface)]
    if not trunks:
        params = question.params
        told = f"no interface of `{host.id}` has {params.native} untagged and {params.tagged} tagged"
        return unmet(told, host.span("interfaces"))
    native, tagged = min(trunks, key=lambda pair: len(_racks(host, *pair)))
    racks = _racks(host, native, tagged)
    if len(racks) > 1:
        told = f"`{host.id}` is trunked across racks {', '.join(sorted(racks))}"
        return unmet(told, host.span("interfaces"))
    remark = "" if native.rack and tagged.rack else f"no rack is declared for `{native.id}` or `{tagged.id}`"
    return met(f"`{host.id}`: `{native.id}` untagged, `{tagged.id}` tagged", host.span("interfaces"), remark)


def _racks(host: Host, native: Network, tagged: Network) -> set[str]:
    """The racks that are named for a trunk."""
    return {rack for rack in (host.rack, native.rack, tagged.rack) if rack is not None}


def _trunk(question: Question, interface: Interface) -> list[tuple[Network, Network]]:
    networks = question.facts.estate.networks
    if interface.native is None or networks[interface.native].role != question.params.native:
        return []
    tagged = [networks[name] for name in interface.tagged if networks[name].role == question.params.tagged]
    return [(networks[interface.native], each) for each in tagged]


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether each host's own configuration has an untagged interface in the one network, a tagged one in the other."""
    service = question.service
    if not service.hosts:
        return unknown(f"the hosts of `{service.id}` are not declared", service.where)
    answers = [untagged_and_tagged(question, prover, question.facts.estate.hosts[name]) for name in service.hosts]
    return gravest(answers, met(f"trunked on {', '.join(service.hosts)}", answers[0].where))
