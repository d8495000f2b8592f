"""Words that name something else: each kind says in which section of the estate, or of the edition, it is looked up."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import WithJsonSchema

from isthmus.estate.types import Identifier


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a word as a reference; following references is reading these marks."""

    section: str


CLIENT_NETWORKS = "client networks"
"""Networks, and ``internet``."""
AUDIENCES = "audiences"
"""Realms, and ``internet``."""

OwnerId = Annotated[Identifier, Names("owners")]
RealmId = Annotated[Identifier, Names("realms")]
ProjectId = Annotated[Identifier, Names("projects")]
NetworkId = Annotated[Identifier, Names("networks")]
HostId = Annotated[Identifier, Names("hosts")]
LoadBalancerId = Annotated[Identifier, Names("load_balancers")]
WebProxyId = Annotated[Identifier, Names("web_proxies")]
ServiceId = Annotated[Identifier, Names("services")]
CrossingId = Annotated[Identifier, Names("crossings")]
ClientNetworkId = Annotated[Identifier, Names(CLIENT_NETWORKS)]
Audience = Annotated[Identifier, Names(AUDIENCES)]

Role = Annotated[Identifier, Names("roles")]
Facility = Annotated[Identifier, Names("facilities")]
RequirementCode = Annotated[Identifier, Names("requirements")]

DECISIONS = ("conforms", "excepted", "does-not-conform", "cannot-tell")
"""What an expectation may say of a crossing."""
DecisionWord = Annotated[Identifier, Names("decisions"), WithJsonSchema({"type": "string", "enum": list(DECISIONS)})]
