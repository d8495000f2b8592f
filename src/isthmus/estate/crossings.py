"""Crossings, and what people said about them: agreements, attestations, exceptions, expectations."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from isthmus.estate.entity import Entity, Shape
from isthmus.estate.types import Day, Identifier, Prefix, Text


class Agreement(Entity):
    """The consent of one owner, as recorded in the estate."""

    owner: Identifier
    by: Text
    """The person who spoke for the owner."""
    on: Day
    task: Text | None = None


class Attestation(Entity):
    """A named person's dated statement about one requirement."""

    requirement: Identifier
    by: Text
    on: Day
    says: Text
    """The reason, in a sentence that others can weigh."""
    owner: Identifier | None = None
    """For whom the person spoke."""
    task: Text | None = None
    holds: StrictBool = True
    """Whether the requirement is met, according to the person."""


class Client(Shape):
    """Who opens the flow: networks, hosts or services, at least one of them."""

    networks: tuple[Identifier, ...] = ()
    hosts: tuple[Identifier, ...] = ()
    services: tuple[Identifier, ...] = ()
    maintainers: tuple[Identifier, ...] = ()
    """Who answers for the client, where it is not a declared service that says so."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.networks or self.hosts or self.services):
            raise PydanticCustomError("client_empty", "a client needs `networks`, `hosts` or `services`")
        return self


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
    service: Identifier
    endpoints: tuple[Identifier, ...] = ()
    """Which of the service's endpoints it uses; none named: all."""
    arrives_as: tuple[Prefix, ...] = ()
    """The source addresses that the service sees."""
    facility: Identifier | None = None
    """For management flows: which of the edition's facilities it is."""
    state: State = State.PROPOSED
    agreed: tuple[Agreement, ...] = ()
    attestations: tuple[Attestation, ...] = ()


class ExceptionEntry(Entity):
    """A dated, owned permission to deviate from named requirements."""

    crossing: Identifier
    requirements: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    why: Text
    task: Text
    owner: Identifier
    since: Day | None = None
    review: Day
    """The day on which it ends unless it was renewed; the last day on which it excuses anything."""
    agreed: tuple[Agreement, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.since is not None and self.review < self.since:
            details = {"since": str(self.since), "review": str(self.review)}
            raise PydanticCustomError("review_early", "`review` {review} lies before `since` {since}", details)
        return self


class Expectation(Entity):
    """What the owners expect the judgement of a crossing to be; a different one is a finding."""

    crossing: Identifier
    decision: Identifier | None = None
    """One of ``conforms``, ``excepted``, ``does-not-conform``, ``cannot-tell``."""
    not_met: tuple[Identifier, ...] | None = None
    """Exactly the ``must`` requirements that are not met."""
    why: Text | None = None
