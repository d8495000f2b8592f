"""The catalogue of services that PyBal's load balancers are set up from, as Wikimedia's Puppet keeps it in Hiera.

.. code-block:: yaml

    service::catalog:
      search:
        ip: {north: {default: 192.0.2.30}}
        port: 443
        sites: [north]
        state: production
        lvs: {class: low-traffic, enabled: true, conftool: {cluster: search, service: search}}

The folder's device is the load balancer: it holds every address of the services that it serves, and has a balancer
for each. Where the file lies in folders named after a site or a class (``north/low-traffic/service.yaml``), only those
count. Entries without ``lvs`` or with ``enabled: false`` have no balancer, nor those in state ``service_setup``. In
``lvs_setup`` and ``monitoring_setup`` load balancers are being set up, so they are possible and not sure. Who the
servers are, the catalogue does not tell: a table of `ipvs` in the same folder does, and comes first.
"""

import re

from isthmus.formats.format import Format
from isthmus.formats.service_catalogue.codes import CODES
from isthmus.formats.service_catalogue.lower import lower
from isthmus.formats.service_catalogue.parse import CATALOGUE, parse

_KEY = re.compile(rf"(?m)^[\"']?{CATALOGUE}[\"']?[ \t]*:")

FORMAT = Format(
    name="service_catalogue",
    title="service catalogue of PyBal's load balancers (Hiera)",
    looks_like=lambda path, text: path.endswith((".yaml", ".yml")) and _KEY.search(text) is not None,
    parse=parse,
    lower=lower,
    codes=CODES,
)
