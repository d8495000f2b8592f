"""Who must be asked about a crossing, and who has agreed."""

from datetime import date

import pytest

from isthmus.decide import latest, refusal
from isthmus.diagnostics import Span
from isthmus.estate import Attestation
from isthmus.evidence import Consent, Subject
from tests.guidelines.requirements.judging import TODAY, judged

SERVICES = """
services:
  web: {realm: production, maintainers: [shop], endpoints: {https: {addresses: [203.0.113.130], port: 443}}}
  db: {realm: cloud, project: tools, hosts: [vm], endpoints: {mysql: {addresses: [172.16.0.5], port: 3306}}}
  own: {realm: cloud, project: tools, maintainers: [shop], endpoints: {ssh: {network: instances, port: 22}}}
  nobodys: {realm: cloud, hosts: [vm], endpoints: {ssh: {network: instances, port: 22}}}
  bus: {realm: cloud, hosts: [server], endpoints: {amqp: {addresses: [172.20.1.10], port: 5671}}}
  lost: {realm: cloud, endpoints: {https: {addresses: [lost.example.org], port: 443}}}
"""
NOBODY_CLIENT = "client-maintainers (nobody is named)"
NOBODY_SERVICE = "service-maintainers (nobody is named)"


def to_ask(crossing: str) -> tuple[str, ...]:
    [found] = judged(f"{SERVICES}\ncrossings:\n  it: {crossing}").crossings
    return found.owners_to_ask


@pytest.mark.parametrize(
    ("crossing", "owners"),
    [
        # the owners of both realms, always
        ("{client: {networks: [instances]}, service: db}", ("sre", "wmcs")),
        ("{client: {networks: [instances]}, service: web}", ("sre", "wmcs")),
        ("{client: {networks: [instances]}, service: bus}", ("sre", "wmcs")),
        # where no case fits or none can be told, too
        ("{client: {networks: [instances, public]}, service: web}", ("sre", "wmcs")),
        ("{client: {networks: [instances]}, service: lost}", ("sre", "wmcs")),
        # Case 3: the client's maintainers and the tenant
        ("{client: {networks: [public], maintainers: [shop]}, service: db}", ("sre", "wmcs", "shop", "tools")),
        ("{client: {services: [web]}, service: db}", ("sre", "wmcs", "shop", "tools")),
        # a service's own maintainers come before those of its project; nobody is asked twice
        ("{client: {services: [web]}, service: own}", ("sre", "wmcs", "shop")),
        # whom the estate does not name cannot be asked
        ("{client: {networks: [public]}, service: db}", ("sre", "wmcs", "tools", NOBODY_CLIENT)),
        ("{client: {networks: [public]}, service: nobodys}", ("sre", "wmcs", NOBODY_CLIENT, NOBODY_SERVICE)),
    ],
)
def test_owners_to_ask(crossing: str, owners: tuple[str, ...]) -> None:
    assert to_ask(crossing) == owners


@pytest.mark.parametrize(
    ("agreed", "owners"),
    [
        ("{owner: sre, by: Ann, on: 2026-11-30}", ("wmcs",)),
        ("{owner: sre, by: Ann, on: 2026-12-01}", ("wmcs",)),
        # tomorrow's agreement is not given yet
        ("{owner: sre, by: Ann, on: 2026-12-02}", ("sre", "wmcs")),
        # nobody asked the tenant
        ("{owner: tools, by: Dan, on: 2026-11-30}", ("sre", "wmcs")),
    ],
)
def test_who_has_agreed_is_not_asked_again(agreed: str, owners: tuple[str, ...]) -> None:
    assert to_ask(f"{{client: {{networks: [instances]}}, service: web, agreed: [{agreed}]}}") == owners


def day(number: int) -> date:
    return date(2026, 11, number)


def agreement(owner: str, on: date) -> Consent:
    return Consent(Subject.CROSSING, "web", owner, "Ann", on, Span("estate.yaml"))


def no(owner: str | None, on: date) -> Attestation:
    return Attestation(requirement="XX001", owner=owner, by="Ann", on=on, says="No.", holds=False)


def test_the_latest_agreement_counts() -> None:
    given = latest([agreement("sre", day(2)), agreement("sre", day(1)), agreement("wmcs", date(2027, 1, 1))], TODAY)
    assert given == {"sre": agreement("sre", day(2))}


@pytest.mark.parametrize(
    ("agreed", "said", "is_refused"),
    [
        ([], no("sre", day(2)), True),
        ([agreement("sre", day(1))], no("sre", day(2)), True),
        # on the same day, the no is the last word
        ([agreement("sre", day(2))], no("sre", day(2)), True),
        # agreed since
        ([agreement("sre", day(3))], no("sre", day(2)), False),
        # somebody else's no, and one that speaks for nobody
        ([], no("tools", day(2)), False),
        ([], no(None, day(2)), False),
    ],
)
def test_a_refusal(agreed: list[Consent], said: Attestation, is_refused: bool) -> None:
    assert (refusal(("sre", "wmcs"), latest(agreed, TODAY), [said]) is said) is is_refused
