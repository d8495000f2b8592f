"""The steps of planning a lab, one behind the other."""

from isthmus.estate import Estate
from isthmus.lab.plan.configuration import Configuration
from isthmus.lab.plan.devices import add_devices
from isthmus.lab.plan.draft import Ground
from isthmus.lab.plan.endpoints import add_clients, add_default_routes, add_hosts, add_service_hosts
from isthmus.lab.plan.names import all_names
from isthmus.lab.plan.outside import add_outside
from isthmus.lab.plan.rendering import add_rulesets
from isthmus.lab.plan.routes import add_routes
from isthmus.lab.plan.serving import add_daemons, add_listeners
from isthmus.lab.plan.settings import add_settings
from isthmus.lab.plan.shape import LabPlan
from isthmus.lab.plan.wiring import add_wires


def plan_lab(estate: Estate, configured: Configuration) -> LabPlan:
    """Plan the lab of an estate and its snapshot."""
    ground = Ground(estate, configured)
    add_devices(ground)
    add_hosts(ground)
    add_outside(ground)
    add_service_hosts(ground)
    clients, unplaced = add_clients(ground)
    add_routes(ground)
    add_default_routes(ground)
    add_rulesets(ground)
    add_daemons(ground)
    services = add_listeners(ground)
    add_settings(ground)
    wires = add_wires(ground)
    return LabPlan(
        estate.name,
        {name: draft.finished() for name, draft in ground.drafts.items()},
        wires,
        services,
        tuple(clients),
        all_names(ground),
        tuple(ground.left_out),
        tuple(unplaced),
        tuple(ground.remarks),
    )
