"""``hieradata/common/lvs/interfaces.yaml``, key ``lvs::interfaces::vlan_data``: the VLAN of each subnet."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Network
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import CannotResolve, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEY = "lvs::interfaces::vlan_data"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each subnet that a load balancer has a leg in."""
    for hiera in parsed.hieras:
        for _, subnets in hiera.holding(KEY):
            yield from records(subnets, 1, partial(_take, draft))


def _take(draft: Draft, keys: tuple[Datum, ...], subnet: Datum) -> Imported:
    """Tell a subnet that is known by name its VLAN; the first file that tells it is believed."""
    name, vlan = keys[0].text(), subnet.need("id").whole()
    network = draft.get("networks", name, Network)
    if network is None:
        raise CannotResolve(name, "no file of the tree tells the prefix of this subnet")
    return draft.complete("networks", name, vlan=network.vlan or vlan)


IMPORTER = Importer(
    "lvs-vlans",
    "VLANs of subnets",
    wants=is_hiera,
    items=items,
    after=("subnets",),
    keys=(KEY,),
)
