"""An HTTP service is reached through a web proxy: its names and addresses are the proxy's, not an instance's own.

It applies to endpoints whose `application` is `http` or `https`; where an endpoint does not say what it speaks, the
finding is unknown. The proxy is one of `realm`. An endpoint without an address yet is taken to get the proxy's if the
proxy has one in the network that is named.

Configured evidence: packets to the HTTP endpoints arrive at hosts of the declared web proxy and nowhere else. Where
the estate does not name those hosts, packets are sent to the proxy's addresses and to no others.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving, devices_holding

if TYPE_CHECKING:
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import WebProxy
from isthmus.evidence import Answer, Listener, gravest, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """Whose web proxy it must be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str


def declared(question: Question) -> Answer:
    """Whether every HTTP endpoint is declared behind a web proxy."""
    service = question.service
    endpoints = question.facts.endpoints(question.crossing)
    unclear = [
        unknown(f"what endpoint `{name}` speaks is not declared (`application`)", service.span("endpoints", name))
        for name, each in endpoints.items()
        if each.application is None
    ]
    if any(each.is_web for each in endpoints.values()):
        proxied = _proxied(question)
        return gravest([proxied, *unclear], proxied)
    return gravest(unclear, not_applicable("no endpoint speaks HTTP", service.span("endpoints")))


def _proxied(question: Question) -> Answer:
    service = question.service
    if service.web_proxy is None:
        return unmet(f"`{service.id}` speaks HTTP and has no web proxy", service.where)
    proxy = question.facts.estate.web_proxies[service.web_proxy]
    if proxy.realm != question.params.realm:
        told = f"web proxy `{proxy.id}` is of realm {proxy.realm}, not {question.params.realm}"
        return unmet(told, service.span("web_proxy"))
    return gravest(_beside(question, proxy), met(f"through web proxy `{proxy.id}`", service.span("web_proxy")))


def _beside(question: Question, proxy: WebProxy) -> Iterator[Answer]:
    """The HTTP addresses that are not the proxy's, or may not be."""
    facts = question.facts
    web = {name: each for name, each in facts.endpoints(question.crossing).items() if each.is_web}
    held = facts.held_by(proxy)
    for listener in facts.listeners(question.service, web):
        is_held = held.holds(listener)
        if is_held is False:
            yield unmet(f"{listener.text} is not an address of web proxy `{proxy.id}`", listener.where)
        elif is_held is None and not _will_be(listener, question, proxy):
            yield unknown(f"whether {listener.text} leads to web proxy `{proxy.id}` is not known", listener.where)


def _will_be(listener: Listener, question: Question, proxy: WebProxy) -> bool:
    facts = question.facts
    near = {network for address in facts.addresses_of(proxy) for network in facts.estate.plan.find(address)}
    return listener.address is None and any(network in near for network in listener.networks)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether packets to the HTTP endpoints arrive at hosts of the web proxy only."""
    web = {name: each for name, each in question.facts.endpoints(question.crossing).items() if each.is_web}
    if not web:
        return not_applicable("no endpoint speaks HTTP", question.service.span("endpoints"))
    proxy = question.facts.estate.web_proxies.get(question.service.web_proxy or "")
    if proxy is None:
        return unmet(f"`{question.service.id}` speaks HTTP and has no web proxy", question.service.where)
    journey = arriving(question, prover, question.crossing, web)
    if isinstance(journey, Answer):
        return journey
    own = question.facts.addresses_of(proxy)
    if not proxy.hosts:
        beside = prover.journey(journey.packets - prover.sent_to(own))
        told = f"arrives that was sent elsewhere than to web proxy `{proxy.id}`"
        elsewhere = prover.claims.never_arrives(beside, prover.space.everything, told)
        return gravest([elsewhere], met(f"every packet goes to an address of web proxy `{proxy.id}`"))
    hosts = devices_holding(prover, own)
    told = f"arrives elsewhere than at web proxy `{proxy.id}`"
    elsewhere = prover.claims.never_arrives(
        journey, prover.space.everything, told, at=lambda place: place.device not in hosts
    )
    return gravest([elsewhere], met(f"every packet arrives at web proxy `{proxy.id}` ({', '.join(sorted(hosts))})"))
