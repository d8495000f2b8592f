"""Neutron's own router code (the L3 agent's LegacyRouter), programming a network namespace that it makes itself.

Run by a Python that has the packages of requirements/neutron.txt, in namespaces of its own. It reads routers as the
agent gets them from the server, one a line as JSON with the neighbours that their wires lead to, and answers each with
a line: empty where the router stands. Each device's other end stays here, as ``w`` and the last letters of its name.
"""

import importlib
import json
import logging
import os
import subprocess
import sys
from typing import Any
from unittest.mock import MagicMock


def run(*command: str, stdin: str = "") -> None:
    """A tool that must succeed."""
    subprocess.run(command, check=True, capture_output=True, timeout=30, input=stdin, text=True)


def configured(folder: str) -> Any:
    """The options that the agent asks for; no daemon with privileges stands between it and the kernel."""
    logging.disable()
    privileged = importlib.import_module("neutron.privileged")
    for context in vars(privileged).values():
        if hasattr(context, "set_client_mode"):
            context.set_client_mode(False)
    conf = importlib.import_module("oslo_config.cfg").CONF
    common = importlib.import_module("neutron.conf.agent.common")
    agent = importlib.import_module("neutron.conf.agent.l3.config")
    importlib.import_module("neutron.conf.common").register_core_common_config_opts()
    common.register_root_helper(conf)
    common.register_iptables_opts(conf)
    common.register_interface_opts(conf)
    common.register_external_process_opts(conf)
    common.register_ra_opts(conf)
    agent.register_l3_agent_config_opts(agent.OPTS, conf)
    conf([], project="neutron")
    conf.set_override("root_helper", "", group="AGENT")
    conf.set_override("lock_path", folder, group="oslo_concurrency")
    conf.set_override("state_path", folder)
    conf.set_override("enable_metadata_proxy", False)
    return conf


def driver_class() -> type:
    """A driver that gives each device of the router a wire that ends here."""
    base: Any = importlib.import_module("neutron.agent.linux.interface").LinuxInterfaceDriver

    class Wires(base):  # type: ignore[misc]
        def plug_new(
            self, network_id: str, port_id: str, device_name: str, mac_address: str, bridge: Any = None,
            namespace: str = "", prefix: Any = None, mtu: Any = None,
        ) -> None:  # fmt: skip
            wire = f"w{device_name[-11:]}"
            run("ip", "link", "add", wire, "type", "veth", "peer", "name", device_name, "netns", namespace)
            run("ip", "-n", namespace, "link", "set", device_name, "address", mac_address)
            run("sysctl", "-qw", f"net.ipv6.conf.{wire}.disable_ipv6=1")
            run("ip", "link", "set", wire, "up")
            run("ip", "-n", namespace, "link", "set", device_name, "up")

        def unplug(self, device_name: str, bridge: Any = None, namespace: str = "", prefix: Any = None) -> None:
            run("ip", "-n", namespace, "link", "del", device_name)

    return Wires


class Programmer:
    """One router after the other."""

    def __init__(self, folder: str) -> None:
        self.conf = configured(folder)
        self.driver = driver_class()(self.conf)
        self.router_class = importlib.import_module("neutron.agent.l3.legacy_router").LegacyRouter
        self.router: Any = None

    def program(self, told: dict[str, Any]) -> None:
        """Put a router in the place of the last one."""
        if self.router is not None:
            self.router.delete()
        agent = MagicMock()
        self.router = self.router_class(agent, told["router"]["id"], told["router"], self.conf, self.driver)
        self.router.initialize(MagicMock())
        self.router.process()
        namespace = self.router.ns_name
        neighbours = [
            f"neigh replace {each} lladdr 02:00:00:00:00:ee dev {device}"
            for device, addresses in told["neighbours"].items()
            for each in addresses
        ]
        run("ip", "-n", namespace, "-batch", "-", stdin="\n".join(neighbours))
        settings = [
            f"net.ipv4.conf.{name}.{setting}=0"
            for name in ("all", "default", *told["neighbours"])
            for setting in ("rp_filter", "send_redirects")
        ]
        settings.append("net.ipv4.icmp_echo_ignore_all=1")  # its own answers would look like probes
        run("ip", "netns", "exec", namespace, "sysctl", "-qw", *settings)


def main() -> None:
    """Router by router, until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    programmer = Programmer(sys.argv[1])
    answers.write("\n")
    for line in sys.stdin:
        try:
            programmer.program(json.loads(line))
            answers.write("\n")
        except Exception as error:  # noqa: BLE001 whatever Neutron raises is an answer
            answers.write(f"{type(error).__name__}: {' '.join(str(error).split())[:500]}\n")
    os._exit(0)  # the agent's own threads never end


if __name__ == "__main__":
    main()
