"""A small estate in which everything at the border is there twice: gateways, load balancers, servers behind them.

Instances leave by a gateway that translates IPv4 and only forwards IPv6. The load balancers announce one address by
BGP, and each hands what comes to two servers, whose health it checks five times a second.
"""

import json
from pathlib import Path

VM, VM6 = "172.16.9.10", "2001:db8:9::10"
WWW, WWW6 = "203.0.113.10", "2001:db8:3::10"
EGRESS, VIP = "198.51.100.1", "192.0.2.100"
APIS = {"api1": "10.6.0.21", "api2": "10.6.0.22"}
BALANCERS = {"lb1": "10.6.0.11", "lb2": "10.6.0.12"}

ESTATE = f"""
estate: redundant
edition: wikimedia
owners:
  sre: {{title: Production}}
  wmcs: {{title: Cloud}}
realms:
  production: {{owners: [sre]}}
  cloud: {{owners: [wmcs]}}
networks:
  instances: {{realm: cloud, role: instances, sphere: private, prefixes: [172.16.9.0/24]}}
  instances-6: {{realm: cloud, role: instances, sphere: public, prefixes: ["2001:db8:9::/64"]}}
  egress: {{realm: cloud, role: nat-egress, sphere: public, prefixes: [{EGRESS}/32]}}
  edge: {{realm: cloud, role: transport, sphere: public, prefixes: [192.0.2.0/28, "2001:db8:2::/64"]}}
  vips: {{realm: cloud, role: cloud-vips, sphere: public, prefixes: [192.0.2.96/28]}}
  cloud-private: {{realm: cloud, role: cloud-private, sphere: private, prefixes: [10.6.0.0/24]}}
  servers: {{realm: production, role: public-services, sphere: public, prefixes: [203.0.113.0/24, "2001:db8:3::/64"]}}
hosts:
  lb1: {{realm: cloud, kind: hardware, interfaces: {{eth0: {{addresses: [10.6.0.11]}}, lo: {{addresses: [{VIP}]}}}}}}
  lb2: {{realm: cloud, kind: hardware, interfaces: {{eth0: {{addresses: [10.6.0.12]}}, lo: {{addresses: [{VIP}]}}}}}}
  api1: {{realm: cloud, kind: hardware, interfaces: {{eth0: {{addresses: [10.6.0.21]}}}}}}
  api2: {{realm: cloud, kind: hardware, interfaces: {{eth0: {{addresses: [10.6.0.22]}}}}}}
load_balancers:
  cloudlb: {{realm: cloud, hosts: [lb1, lb2], addresses: [{VIP}]}}
services:
  www:
    realm: production
    endpoints:
      http: {{addresses: [{WWW}, "{WWW6}"], port: 80, application: http}}
      time: {{addresses: [{WWW}], protocol: udp, port: 123}}
      ping: {{addresses: [{WWW}], protocol: icmp}}
    audience: [internet]
  api:
    realm: cloud
    hosts: [api1, api2]
    endpoints:
      http: {{addresses: [{VIP}], port: 8443, application: http}}
    load_balancer: cloudlb
    audience: [cloud, production]
crossings:
  web:
    client: {{networks: [instances, instances-6]}}
    arrives_as: [{EGRESS}/32, "2001:db8:9::/64"]
    service: www
    state: running
  api:
    client: {{networks: [instances]}}
    arrives_as: [172.16.9.0/24]
    service: api
    state: running
  feed: # declared to be translated, and it is not
    client: {{services: [api]}}
    arrives_as: [{EGRESS}/32]
    service: www
    endpoints: [http]
    state: running
"""

GATEWAY = f"""
table ip nat {{
	chain post {{
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.16.9.0/24 ip daddr {VIP} accept
		oifname "wan" ip saddr 172.16.9.0/24 snat to {EGRESS}
	}}
}}
table inet base {{
	chain input {{
		type filter hook input priority filter; policy accept;
	}}
}}
"""
FORWARDING = "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"

HAPROXY = f"""
global
	maxconn 1000

defaults
	mode http
	option forwardfor
	retries 1
	option redispatch 1
	timeout connect 1s
	timeout client 5s
	timeout server 5s

frontend api
	bind {VIP}:8443
	default_backend api

backend api
	balance roundrobin
	option httpchk
	server api1 10.6.0.21:18443 check inter 200ms rise 1 fall 2
	server api2 10.6.0.22:18443 check inter 200ms rise 1 fall 2
"""


def bird(own: str, preference: int) -> str:
    """The load balancer's speaker: it announces what it holds on loopback."""
    return f"""
router id {own};
protocol device {{ scan time 1; }}
protocol direct {{ ipv4; interface "lo"; }}
protocol bgp uplink {{
	local {own} as 64605;
	neighbor 10.6.0.1 as 64710;
	connect delay time 0;
	connect retry time 1;
	error wait time 1,2;
	ipv4 {{
		import none;
		export filter {{ bgp_med = {preference}; if net ~ [ 192.0.2.96/28{{32,32}} ] then accept; reject; }};
	}};
}}
"""


ROUTER_BIRD = """
router id 10.6.0.1;
protocol device { scan time 1; }
protocol kernel { ipv4 { export all; }; }
""" + "".join(
    f"""
protocol bgp {name} {{
	local 10.6.0.1 as 64710;
	neighbor {address} as 64605;
	connect delay time 0;
	connect retry time 1;
	error wait time 1,2;
	ipv4 {{ import filter {{ if net ~ [ 192.0.2.96/28{{32,32}} ] then accept; reject; }}; export none; }};
}}
"""
    for name, address in BALANCERS.items()
)


def write_redundant(folder: Path) -> Path:
    """Write the estate and its snapshot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "estate.yaml").write_text(ESTATE)
    _device(folder, "vm1", {"eth0": [f"{VM}/24", f"{VM6}/64"]}, ["default via 172.16.9.1", "default via 2001:db8:9::1"])
    _device(
        folder, "www", {"eth0": [f"{WWW}/24", f"{WWW6}/64"]}, ["default via 203.0.113.1", "default via 2001:db8:3::1"]
    )
    out = ["default via 192.0.2.1 dev wan", "default via 2001:db8:2::1 dev wan"]
    first = {
        "lan": ["172.16.9.2/24", "172.16.9.1/24", "2001:db8:9::1/64"],
        "wan": ["192.0.2.2/28", "192.0.2.4/28", "2001:db8:2::4/64"],
    }
    second = {"lan": ["172.16.9.3/24"], "wan": ["192.0.2.3/28"]}
    for name, legs in (("gw1", first), ("gw2", second)):
        files = {"ruleset.nft": GATEWAY, "sysctl.conf": FORWARDING}
        _device(folder, name, legs, out if name == "gw1" else out[:1], files)
    edge = {
        "edge": ["192.0.2.1/28", "2001:db8:2::1/64"],
        "prod": ["203.0.113.1/24", "2001:db8:3::1/64"],
        "priv": ["10.6.0.1/24"],
    }
    back = [
        f"{EGRESS} via 192.0.2.4 dev edge",
        "172.16.9.0/24 via 192.0.2.4 dev edge",
        "2001:db8:9::/64 via 2001:db8:2::4 dev edge",
    ]
    _device(folder, "rt1", edge, back, {"bird.conf": ROUTER_BIRD, "sysctl.conf": FORWARDING})
    for at, (name, address) in enumerate(BALANCERS.items()):
        files = {"haproxy.cfg": HAPROXY, "bird.conf": bird(address, 10 + at)}
        _device(folder, name, {"lo": [f"{VIP}/32"], "eth0": [f"{address}/24"]}, ["default via 10.6.0.1"], files)
    for name, address in APIS.items():
        _device(folder, name, {"eth0": [f"{address}/24"]}, ["default via 10.6.0.1"])
    return folder


def _device(
    folder: Path, name: str, legs: dict[str, list[str]], routes: list[str], files: dict[str, str] | None = None
) -> None:
    device = folder / "snapshot" / name
    device.mkdir(parents=True)
    (device / "ip-addr.json").write_text(json.dumps([_interface(each, held) for each, held in legs.items()], indent=1))
    (device / "ip-route.json").write_text(json.dumps([_route(each) for each in routes], indent=1))
    open_to_all = (
        "table inet base {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n}\n"
    )
    for file, text in {"ruleset.nft": open_to_all, **(files or {})}.items():
        (device / file).write_text(text)


def _interface(name: str, addresses: list[str]) -> dict[str, object]:
    held = []
    for each in addresses:
        local, _, length = each.partition("/")
        held.append(
            {"family": "inet6" if ":" in local else "inet", "local": local, "prefixlen": int(length), "scope": "global"}
        )
    return {"ifname": name, "flags": ["UP"], "operstate": "UP", "addr_info": held}


def _route(text: str) -> dict[str, object]:
    words = text.split()
    return {"dst": words[0], "gateway": words[2], "dev": words[4] if len(words) > 3 else "eth0", "flags": []}
