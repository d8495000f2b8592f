"""Crossings, and what people said about them: agreements, attestations, exceptions, expectations."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, ValidationInfo, field_validator

from isthmus.documents import contradiction
from isthmus.estate.entity import Entity, Shape
from isthmus.estate.types import Day, Identifier, Prefix, Text
from isthmus.estate.words import (
    ClientNetworkId,
    CrossingId,
    DecisionWord,
    Facility,
    HostId,
    OwnerId,
    RequirementCode,
    ServiceId,
)


class Agreement(Entity):
    """The consent of one owner, as recorded in the estate."""

    owner: OwnerId
    """Who agrees; one of `owners`."""
    by: Text
    """The person who spoke for the owner."""
    on: Day
    """The day on which they did."""
    task: Text | None = None


class Attestation(Entity):
    """A named person's dated statement about one requirement."""

    requirement: RequirementCode
    """A code of the edition, such as `XR204`."""
    by: Text
    """The person who says so."""
    on: Day
    """The day on which they said it."""
    says: Text
    """The reason, in a sentence that others can weigh."""
    owner: OwnerId | None = None
    """For whom the person spoke."""
    task: Text | None = None
    holds: StrictBool = True
    """Whether the requirement is met, according to the person."""


class Client(Shape):
    """Who opens the flow: networks, hosts or services, at least one of them."""

    networks: tuple[ClientNetworkId, ...] = ()
    hosts: tuple[HostId, ...] = ()
    services: Annotated[tuple[ServiceId, ...], Field(validate_default=True)] = ()
    maintainers: tuple[OwnerId, ...] = ()
    """Who answers for the client, where it is not a declared service that says so."""

    @field_validator("services")
    @classmethod
    def _somebody(cls, services: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """At least one of the three lists names somebody."""
        others = [info.data.get(key) for key in ("networks", "hosts")]
        if not services and all(each == () for each in others):
            raise contradiction("the client is nobody", "name `networks`, `hosts` or `services` of the estate")
        return services


class State(StrEnum):
    """Where a crossing stands in its life."""

    PROPOSED = "proposed"
    """Not built; exceptions cannot excuse it."""
    RUNNING = "running"
    """In use today."""
    RETIRED = "retired"
    """Gone; kept for its story, judged, and not counted."""


class Crossing(Entity):
    """A declared flow from a client to a service whose ends may lie in different realms."""

    title: Text | None = None
    client: Client
    """Who opens the flow: `networks`, `hosts` or `services`."""
    service: ServiceId
    """Where it leads; one of `services`."""
    endpoints: tuple[Identifier, ...] = ()
    """Which of the service's endpoints it uses; none named: all."""
    arrives_as: tuple[Prefix, ...] = ()
    """The source addresses that the service sees."""
    facility: Facility | None = None
    """For management flows: which of the edition's facilities it is."""
    state: State = State.PROPOSED
    agreed: tuple[Agreement, ...] = ()
    attestations: tuple[Attestation, ...] = ()


class ExceptionEntry(Entity):
    """A dated, owned permission to deviate from named requirements."""

    crossing: CrossingId
    """What deviates; one of `crossings`."""
    requirements: Annotated[tuple[RequirementCode, ...], Field(min_length=1)]
    """Codes of the requirements that it does not meet."""
    why: Text
    """The reason, in a sentence that others can weigh."""
    task: Text
    """Where the work that ends the deviation is tracked."""
    owner: OwnerId
    """Who answers for the deviation; one of `owners`."""
    since: Day | None = None
    review: Day
    """The day on which it ends unless it was renewed; the last day on which it excuses anything."""
    agreed: tuple[Agreement, ...] = ()

    @field_validator("review")
    @classmethod
    def _ends_after_it_begins(cls, review: date, info: ValidationInfo) -> date:
        since = info.data.get("since")
        if since is not None and review < since:
            raise contradiction(f"`review` ({review}) lies before `since` ({since})", "correct one of the two dates")
        return review


class Expectation(Entity):
    """What the owners expect the judgement of a crossing to be; a different one is a finding."""

    crossing: CrossingId
    """What is judged; one of `crossings`."""
    decision: DecisionWord | None = None
    """One of ``conforms``, ``excepted``, ``does-not-conform``, ``cannot-tell``."""
    not_met: tuple[RequirementCode, ...] | None = None
    """Exactly the ``must`` requirements that are not met."""
    why: Text | None = None
