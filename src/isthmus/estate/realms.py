"""Who is who: owners, realms and the cloud's projects."""

from typing import Annotated

from pydantic import Field, StrictInt

from isthmus.estate.entity import Entity, Shape
from isthmus.estate.types import Name, Size, Text
from isthmus.estate.words import OwnerId, RealmId


class Owner(Entity):
    """People who can be asked: a team or a person."""

    title: Text
    """Their name, as people say it."""
    contact: Text | None = None
    """How to reach them, such as a mail address or a page."""


class Realm(Entity):
    """A trust domain: its users, scope, security and maintenance are its owners' business."""

    title: Text | None = None
    owners: Annotated[tuple[OwnerId, ...], Field(min_length=1)]
    """Ids of the owners who must agree to every crossing of this realm's border."""
    domains: tuple[Name, ...] = ()
    """DNS domains in which this realm names its services."""


class Capacity(Shape):
    """An amount of what a cloud hands out."""

    cores: Annotated[StrictInt, Field(ge=0)] | None = None
    """Virtual processor cores."""
    memory: Size | None = None
    """Bytes of memory."""
    storage: Size | None = None
    """Bytes of block storage."""
    addresses: Annotated[StrictInt, Field(ge=0)] | None = None
    """Public addresses (floating IPs)."""


class Project(Entity):
    """A tenant of the cloud: who maintains it, what it may use and what it uses."""

    title: Text | None = None
    realm: RealmId
    """The realm that hosts it; one of `realms`."""
    maintainers: tuple[OwnerId, ...] = ()
    quota: Capacity | None = None
    used: Capacity | None = None
