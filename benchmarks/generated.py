"""Estates of any size, made the same way every time: what the benchmarks measure on."""

from pathlib import Path

HEAD = """\
estate: generated
edition: wikimedia
owners:
  sre: {title: Owner of production}
  wmcs: {title: Owner of the cloud}
realms:
  production: {owners: [sre], domains: [example.org]}
  cloud: {owners: [wmcs], domains: [cloud.example.org]}
networks:
  instances: {realm: cloud, role: instances, sphere: private, prefixes: [10.128.0.0/9]}
  egress: {realm: cloud, role: nat-egress, sphere: public, prefixes: [198.51.100.1/32]}
  front: {realm: production, role: load-balancer, sphere: public, prefixes: [203.0.113.0/24]}
load_balancers:
  front: {realm: production, addresses: [203.0.113.1]}
"""

SERVICE = """\
  service-{number}:
    title: Service number {number}
    realm: production
    maintainers: [sre]
    endpoints:
      https: {{addresses: [203.0.113.1], port: {port}, application: https}}
    load_balancer: front
    audience: [internet]
"""

CROSSING = """\
  crossing-{number}:
    title: Instances use service number {number}
    client: {{networks: [instances]}}
    arrives_as: [{arrives}]
    service: service-{number}
    state: running
    agreed:
      - {{owner: sre, by: A. Example, on: 2026-01-01}}
      - {{owner: wmcs, by: B. Example, on: 2026-01-01}}
    attestations:
      - {{requirement: XR204, by: A. Example, on: 2026-01-01, says: It serves the internet.}}
"""


def write_estate(folder: Path, crossings: int) -> Path:
    """Write an estate with that many crossings, each to a service of its own; one in ten skips the egress NAT."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(crossings)
    services = "".join(SERVICE.format(number=number, port=1024 + number % 60000) for number in numbers)
    declared = "".join(
        CROSSING.format(number=number, arrives="10.128.0.0/9" if number % 10 == 0 else "198.51.100.1/32")
        for number in numbers
    )
    (folder / "estate.yaml").write_text(HEAD, encoding="utf-8")
    (folder / "services.yaml").write_text("services:\n" + services, encoding="utf-8")
    (folder / "crossings.yaml").write_text("crossings:\n" + declared, encoding="utf-8")
    return folder
