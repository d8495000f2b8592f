"""What somebody wants to offer: the answers from which `isthmus plan` places a service."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from isthmus.estate import Capacity, PlacementFacts, Protocol, Service
from isthmus.estate.types import Identifier, Ports, Size, Text


class Wish(BaseModel):
    """The answers to the interview. What is left out is not known, and is never taken for a no."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    service: Identifier
    """An id for the service, such as `mail-relay`."""
    title: Text | None = None
    """What it does, in a few words."""
    clients: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Who uses it: realms, or `internet`."""
    application: Identifier | None = None
    """What it speaks, such as `https`, `ssh` or `mysql`."""
    protocol: Protocol = Protocol.TCP
    """What carries it: tcp, udp or sctp."""
    port: Ports
    """The port (or range of ports) that it listens on."""
    data: Size | None = None
    """How much data it holds, such as `40 TB`."""
    replication: Size | None = None
    """How much data replication keeps in step."""
    per_client_access: StrictBool | None = None
    """Does it control access for the single client, such as file locks per instance?"""
    per_client_policing: StrictBool | None = None
    """Does it need firewalling or rate limits for the single client?"""
    runs_the_cloud: StrictBool | None = None
    """Is it needed to run the cloud itself?"""
    other: Text | None = None
    """Is there another reason why it needs hardware of its own?"""
    maintainers: tuple[Identifier, ...] = ()
    """Who maintains it (ids of owners)."""
    client_maintainers: tuple[Identifier, ...] = ()
    """Who maintains the clients (ids of owners), if they are one service."""
    project: Identifier | None = None
    """The cloud project that would host it."""
    capacity: Capacity | None = None
    """What it asks of the cloud: cores, memory, storage, addresses."""
    existing: Identifier | None = None
    """The id of the declared service that it is today, if it runs already."""

    @property
    def facts(self) -> PlacementFacts:
        """The answers that speak for or against a place."""
        return PlacementFacts(
            data=self.data,
            replication=self.replication,
            per_client_access=self.per_client_access,
            per_client_policing=self.per_client_policing,
            runs_the_cloud=self.runs_the_cloud,
            other=self.other,
        )


def wish_of(service: Service) -> dict[str, object]:
    """The answers that a declared service gives by itself, in the spelling of an answers file."""
    name, endpoint = next(iter(service.endpoints.items()))
    facts = service.placement.model_dump(exclude_none=True) if service.placement else {}
    answers: dict[str, object] = {
        "service": service.id,
        "existing": service.id,
        "title": service.title,
        "clients": list(service.audience),
        "application": endpoint.application or name,
        "protocol": endpoint.protocol.value,
        "port": str(endpoint.port) if endpoint.port else None,
        "maintainers": list(service.maintainers),
        "project": service.project,
        "capacity": service.capacity.model_dump(exclude_none=True) if service.capacity else None,
        **{key: facts[key] for key in facts if key != "origin"},
    }
    return {key: value for key, value in answers.items() if value not in (None, [], {})}
