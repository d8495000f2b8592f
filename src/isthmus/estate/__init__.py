"""What exists and what is wanted: realms, networks, hosts, services, crossings, and what people said of them."""

from isthmus.estate.addresses import AddressPlan
from isthmus.estate.canonical import (
    Content,
    Difference,
    canonical,
    crossing_content,
    differences,
    exception_content,
)
from isthmus.estate.codes import CODES
from isthmus.estate.crossings import (
    Agreement,
    Attestation,
    Client,
    Crossing,
    ExceptionEntry,
    Expectation,
    State,
)
from isthmus.estate.estate import SECTIONS, Estate, Vocabulary
from isthmus.estate.hosts import Host, HostKind, Interface
from isthmus.estate.load import Reading, named_edition, read_estate
from isthmus.estate.networks import NameRecord, Network, Sphere
from isthmus.estate.realms import Capacity, Owner, Project, Realm
from isthmus.estate.services import (
    INTERNET,
    Bind,
    Endpoint,
    Front,
    LoadBalancer,
    PlacementFacts,
    Protocol,
    Service,
    WebProxy,
)
from isthmus.estate.types import IPAddress, IPPrefix, PortRange, holds, show_size, spell_size

__all__ = [
    "CODES",
    "INTERNET",
    "SECTIONS",
    "AddressPlan",
    "Agreement",
    "Attestation",
    "Bind",
    "Capacity",
    "Client",
    "Content",
    "Crossing",
    "Difference",
    "Endpoint",
    "Estate",
    "ExceptionEntry",
    "Expectation",
    "Front",
    "Host",
    "HostKind",
    "IPAddress",
    "IPPrefix",
    "Interface",
    "LoadBalancer",
    "NameRecord",
    "Network",
    "Owner",
    "PlacementFacts",
    "PortRange",
    "Project",
    "Protocol",
    "Reading",
    "Realm",
    "Service",
    "Sphere",
    "State",
    "Vocabulary",
    "WebProxy",
    "canonical",
    "crossing_content",
    "differences",
    "exception_content",
    "holds",
    "named_edition",
    "read_estate",
    "show_size",
    "spell_size",
]  # fmt: skip
