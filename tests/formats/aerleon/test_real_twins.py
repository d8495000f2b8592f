"""The real policies for routers, where they lie beside the checkout, against what Aerleon makes of them.

Addresses that only an inventory knows are made up, the same for both.
"""

import logging
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from isthmus.formats.format import Text
from isthmus.formats.junos import FORMAT as JUNOS
from isthmus.network import Chain
from isthmus.packetset import Space
from tests.formats.aerleon.folder import read
from tests.formats.aerleon.test_history import ROOT
from tests.formats.aerleon.verdicts import accepted

_ABSENT = "Aerleon is not installed"
naming: Any = pytest.importorskip("aerleon.lib.naming", reason=_ABSENT)
juniper: Any = pytest.importorskip("aerleon.lib.juniper", reason=_ABSENT)
aerleon_yaml: Any = pytest.importorskip("aerleon.lib.yaml", reason=_ABSENT)

POLICIES = ROOT / "homer-public" / "policies"
DEFINITIONS = ROOT / "homer-public" / "definitions"

pytestmark = pytest.mark.skipif(
    not POLICIES.is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)

PATHS = (
    [each for each in sorted(POLICIES.glob("*.yaml")) if "juniper:" in each.read_text()] if POLICIES.is_dir() else []
)
_UNDEFINED = re.compile(r"(network token|prefix list) `(.*)` is not defined")


def _made_up(count: int) -> str:
    """Two addresses that nobody else has, one of each version."""
    return f"{ip_address('198.18.0.0') + count} {ip_address('2001:db8::') + count}"


@pytest.mark.parametrize("path", PATHS, ids=lambda each: each.name)
def test_the_real_policies(path: Path) -> None:
    text, networks = path.read_text(), (DEFINITIONS / "static.net").read_text()
    services = (DEFINITIONS / "SERVICES.svc").read_text()
    files = {"p.yaml": text, "definitions/static.net": networks, "definitions/SERVICES.svc": services}
    missing = [found for each in read(files)[1] if (found := _UNDEFINED.fullmatch(each.message))]
    inventory = "\n".join(f"{each[2]} = {_made_up(n)}" for n, each in enumerate(missing) if each[1] == "network token")
    lists = {each[2]: _made_up(n).split() for n, each in enumerate(missing) if each[1] == "prefix list"}
    known = {"inventory.net": inventory, "prefix-lists.yaml": "\n".join(f"{k}: {v}" for k, v in lists.items())}
    device, told = read(files | known)

    assert not [each for each in told if each.code in ("AER006", "AER007", "AER012")]
    rendered = _rendered(text, f"{networks}\n{inventory}", services)
    options = "".join(f"prefix-list {name} {{ {'; '.join(blocks)}; }} " for name, blocks in lists.items())
    theirs = JUNOS.lower("cr", [JUNOS.parse(Text("cr/r.conf", f"policy-options {{ {options} }}\n{rendered}")).tree])
    space = Space(1 << 20)
    for name, chain in device.chains.items():
        there = theirs.devices[0].chains[name]
        assert [each.name for each in chain.rules] == [each.name for each in there.rules]
        mine, others = accepted(_walkable(chain), space), accepted(_walkable(there), space)
        assert mine == others, name


def _walkable(chain: Chain) -> Chain:
    """Without the term that leads through a filter that neither of the two texts holds."""
    rules = tuple(each for each in chain.rules if each.name != "term offload-ping4")
    return Chain(chain.name, rules, chain.where, chain.default)


def _rendered(text: str, networks: str, services: str) -> str:
    logging.getLogger("absl").setLevel(logging.CRITICAL)
    definitions = naming.Naming()
    definitions.ParseNetworkList(networks.splitlines())
    definitions.ParseServiceList(services.splitlines())
    parsed = aerleon_yaml.ParsePolicy(text, filename="p.yaml", base_dir=".", definitions=definitions)
    return str(juniper.Juniper(parsed, 2))
