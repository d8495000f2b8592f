"""Neutron's own code, programming the kernel of the namespace that it is started in.

Run by a Python that has the packages of requirements/neutron.txt, and nothing of ours. It reads folders of Neutron
lists as JSON, one a line, and answers each with a line: empty where the rules stand, else what went wrong.
"""

import importlib
import importlib.machinery
import importlib.util
import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

MAKE = Path(__file__).resolve().parents[1] / "formats" / "neutron" / "twins" / "make"


def twins_make() -> ModuleType:
    """The script beside the recorded twins: it holds what stands for Neutron's server."""
    loader = importlib.machinery.SourceFileLoader("twins_make", str(MAKE))
    spec = importlib.util.spec_from_loader("twins_make", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def configure(make: Any, folder: str) -> None:
    """The options that the driver asks for."""
    logging.disable()
    conf = make.cfg.CONF
    make.common_conf.register_core_common_config_opts()
    make.agent_conf.register_root_helper(conf)
    make.agent_conf.register_iptables_opts(conf)
    make.securitygroups_rpc.register_securitygroups_opts(conf)
    conf([], project="neutron")
    conf.set_override("root_helper", "", group="AGENT")
    conf.set_override("lock_path", folder, group="oslo_concurrency")


def clean() -> None:
    """Nothing of the case before is left."""
    for command in (("nft", "flush", "ruleset"), ("ipset", "destroy"), ("conntrack", "-F")):
        subprocess.run(command, check=True, capture_output=True, timeout=30)


def program(make: Any, lists: dict[str, Any]) -> None:
    """Let the driver write the tables of all ports that are plugged in here."""
    controller = make.Controller(lists)
    here = {name for _, name in socket.if_nameindex()}
    ports = {id_: port for id_, port in controller.ports().items() if port["device"] in here}
    told = controller.security_group_info_for_ports(None, ports)
    driver = make.IptablesFirewallDriver()
    for group, rules in told["security_groups"].items():
        driver.update_security_group_rules(group, rules)
    for group, members in told["sg_member_ips"].items():
        sorted_ = {version: sorted(each, key=str) for version, each in members.items()}
        driver.update_security_group_members(group, sorted_)
    with driver.defer_apply():
        for port in ports.values():
            driver.prepare_port_filter(port)


def main() -> None:
    """Case by case, until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    make = twins_make()
    configure(make, sys.argv[1])
    answers.write("\n")
    for line in sys.stdin:
        try:
            clean()
            program(make, json.loads(line))
            answers.write("\n")
        except Exception as error:  # noqa: BLE001 whatever Neutron raises is an answer
            answers.write(f"{type(error).__name__}: {' '.join(str(error).split())[:500]}\n")
    os._exit(0)  # the driver's own thread never ends


if __name__ == "__main__":
    main()
