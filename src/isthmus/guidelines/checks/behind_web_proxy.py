"""An HTTP service is reached through a web proxy: its names and addresses are the proxy's, not an instance's own.

It applies to endpoints whose `application` is `http` or `https`; where an endpoint does not say what it speaks, the
finding is unknown.
"""

from isthmus.decide import Question
from isthmus.evidence import Answer, met, not_applicable, unknown, unmet


def declared(question: Question) -> Answer:
    """Whether every HTTP endpoint is declared behind a web proxy."""
    service, facts = question.service, question.facts
    endpoints = facts.endpoints(question.crossing)
    unclear = [name for name, each in endpoints.items() if each.application is None]
    web = {name: each for name, each in endpoints.items() if each.is_web}
    if not web and unclear:
        told = f"what endpoint `{unclear[0]}` speaks is not declared (`application`)"
        return unknown(told, service.span("endpoints", unclear[0]))
    if not web:
        return not_applicable("no endpoint speaks HTTP", service.span("endpoints"))
    if service.web_proxy is None:
        return unmet(f"`{service.id}` speaks HTTP and has no web proxy", service.where)
    proxy = facts.estate.web_proxies[service.web_proxy]
    held = {address for written in proxy.addresses for address in facts.estate.resolve(written)}
    for listener in facts.listeners(service, web):
        if listener.address is not None and listener.address not in held:
            return unmet(f"{listener.text} is not an address of web proxy `{proxy.id}`", listener.where)
        if listener.address is None and not listener.networks:
            return unknown(f"whether {listener.text} leads to web proxy `{proxy.id}` is not known", listener.where)
    return met(f"through web proxy `{proxy.id}`", service.span("web_proxy"))
