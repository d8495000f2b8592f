"""Reading a device's folder that a test writes as text."""

from collections.abc import Mapping

from isthmus.diagnostics import Diagnostic
from isthmus.formats.aerleon import FORMAT
from isthmus.formats.format import Text
from isthmus.network import Chain, Device


def read(files: Mapping[str, str]) -> tuple[Device, list[Diagnostic]]:
    """What Aerleon's files say, by their path in the folder, and what reading them had to say."""
    parsed = [FORMAT.parse(Text(f"cr/{path}", text)) for path, text in sorted(files.items())]
    lowered = FORMAT.lower("cr", [each.tree for each in parsed if each.tree is not None])
    told = [problem for each in parsed for problem in each.diagnostics]
    return lowered.devices[0], told + list(lowered.diagnostics)


def chain(policy: str, name: str = "f4", definitions: str = "", services: str = "") -> Chain:
    """One chain of a policy."""
    device, _ = read({"p.yaml": policy, "a.net": definitions, "a.svc": services})
    return device.chains[name]


def policy(*terms: str, target: str = "f mixed") -> str:
    """A YAML policy of terms, each written as ``key: value; key: value``."""
    lines = ["filters:", "- header:", "    targets:", f"      juniper: {target}", "  terms:"]
    for number, term in enumerate(terms, 1):
        entries = [each.strip() for each in term.split(";")]
        names = [] if term.startswith("name:") else [f"name: t{number}"]
        lines += [f"  {'-' if place == 0 else ' '} {each}" for place, each in enumerate([*names, *entries])]
    return "\n".join(lines) + "\n"
