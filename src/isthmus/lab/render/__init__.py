"""The neutral model as nftables: what devices do whose own configuration is not Linux's.

Junos filters, Neutron's routers and security groups, IPVS. Every rule carries the file and line that it comes from as
its comment, so that a trace of the kernel names them.
"""

from isthmus.lab.render.balancers import balancers
from isthmus.lab.render.chains import ChainWriter
from isthmus.lab.render.groups import groups
from isthmus.lab.render.hooks import hooks
from isthmus.lab.render.matching import conditions
from isthmus.lab.render.ports import port_filters

__all__ = ["ChainWriter", "balancers", "conditions", "groups", "hooks", "port_filters"]
