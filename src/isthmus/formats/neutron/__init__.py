"""What an OpenStack Neutron controller configures, from the lists that its API answers.

A folder holds a file for each list: ``security-groups.json``, ``security-group-rules.json``, ``address-groups.json``,
``ports.json``, ``networks.json``, ``subnets.json``, ``routers.json``, ``floatingips.json``, ``trunks.json``; the key
at the top of each tells what it is.

.. code-block:: json

    {"security_groups": [{"id": "85cc3048", "name": "web", "stateful": true, "security_group_rules": []}]}

One folder makes many devices. **Instances** are the ports that share a ``device_id``: each port is an interface on the
segment of its network, with the filters that Neutron's firewall driver makes of port security and security groups
(`builtin.py`, `filters.py`, `rules.py`). **Routers** are what the L3 agent makes of them: interfaces, routes, and the
translation of floating addresses (`gateways.py`, `translation.py`). Where the API does not say what happens to
packets, or drivers differ in it, the answer is *perhaps*.
"""

from isthmus.formats.format import Format
from isthmus.formats.neutron.codes import CODES
from isthmus.formats.neutron.lower import lower
from isthmus.formats.neutron.parse import looks_like, parse
from isthmus.formats.neutron.render import render

FORMAT = Format(
    name="neutron",
    title="OpenStack Neutron, as its API answers",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
    render=render,
)
