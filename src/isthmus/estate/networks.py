"""Networks: prefixes with a realm, a role and a sphere."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt

from isthmus.estate.entity import Entity
from isthmus.estate.types import Address, Identifier, Name, Prefix, Text
from isthmus.estate.words import RealmId, Role


class Sphere(StrEnum):
    """Whether the internet can address a network. Declared, not derived: documentation prefixes are public too."""

    PUBLIC = "public"
    PRIVATE = "private"


class Network(Entity):
    """Prefixes that one realm owns and uses for one purpose."""

    title: Text | None = None
    realm: RealmId
    """Whose network it is; one of `realms`."""
    role: Role
    """What it is for; one of the roles that the edition names, such as ``instances`` or ``nat-egress``."""
    sphere: Sphere
    """`public` if the internet can address it, else `private`."""
    prefixes: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    """Its prefixes, such as `[172.16.0.0/21]`."""
    site: Identifier | None = None
    rack: Identifier | None = None
    vlan: Annotated[StrictInt, Field(ge=1, le=4094)] | None = None
    """The 802.1Q VLAN identifier that carries it."""


class NameRecord(Entity):
    """What a DNS name stands for: addresses, or another name. Neither: it is known and unresolved."""

    addresses: tuple[Address, ...] = ()
    alias: Name | None = None
