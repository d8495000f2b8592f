"""An estate in its frame → everything that is generated: texts by device, and what was left out and why."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.decide import Judgement
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Estate
from isthmus.evidence import Facts
from isthmus.generate.borders import borders
from isthmus.generate.buildable import Choice, choose, remarks
from isthmus.generate.codes import NO_POINT
from isthmus.generate.gateway import gateways
from isthmus.generate.needs import Needs, Role, needs
from isthmus.generate.parts import Written, parts, written
from isthmus.network import Device, Network


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of an estate."""

    estate: Estate
    choice: Choice
    needs: Needs
    written: tuple[Written, ...]
    remarks: tuple[Diagnostic, ...]
    """What was left out, in the order of the estate's files."""
    head: tuple[str, ...]
    """The lines that every generated text begins with."""

    @property
    def built(self) -> tuple[str, ...]:
        """The crossings that rules serve, in the estate's order."""
        return tuple(dict.fromkeys(each.crossing for each in self.needs.flows))

    @property
    def meant(self) -> tuple[Device, ...]:
        """What the texts say, read back: the parts to put into the frame."""
        return tuple(device for each in self.written for device in each.meant)

    @property
    def files(self) -> dict[str, str]:
        """Every text by its path, ``devices/DEVICE/…``, in the order of paths."""
        found = {f"devices/{each.device}/{one.name}": one.text for each in self.written for one in each.texts}
        return dict(sorted(found.items()))


def generate(judgement: Judgement, facts: Facts, frame: Network, head: Iterable[str] = ()) -> Generated:
    """Everything that the estate's agreed and conforming crossings need of the frame, and nothing more.

    ``judgement`` is by the kinds of evidence of ``buildable.KINDS``. The same estate and frame give the same texts.
    """
    choice = choose(judgement, facts)
    wanted = needs(choice.built, facts)
    lines = tuple(head)
    done = tuple(written(each, lines) for each in parts(wanted, facts, frame))
    gaps = (*wanted.problems, *_gaps(facts.estate, frame))
    return Generated(facts.estate, choice, wanted, done, remarks(choice, gaps), lines)


def _gaps(estate: Estate, frame: Network) -> Iterator[Diagnostic]:
    """The enforcement points that should be there, and that nothing tells the place of."""
    known = {each.egress.id for each in gateways(frame, estate)}
    for network in estate.networks.values():
        if network.role == Role.EGRESS and network.id not in known:
            message = f"no gateway of the snapshot translates to `{network.id}`, so none is configured"
            yield Diagnostic(NO_POINT, message, network.where, "add the gateway's ruleset and routes to the snapshot")
    if len(estate.realms) > 1 and not borders(frame, estate):
        message = "no router of the snapshot leads from one realm to another, so no border filter is written"
        yield Diagnostic(NO_POINT, message, estate.where, "add the border routers' configurations to the snapshot")
    for service in estate.services.values():
        if not service.hosts and service.web_proxy is None and service.load_balancer is None:
            message = f"`{service.id}` names no hosts, so no firewall of its own is written for it"
            yield Diagnostic(NO_POINT, message, service.where, "name its hosts in `hosts`")


def digest(estate: Estate) -> str:
    """The SHA-256 of everything that an estate declares, whatever files it is spread over.

    The order of entries counts, as rules stand in it; comments and layout do not.
    """
    said = [
        [section, name, each.model_dump(mode="json", exclude_defaults=True)]
        for section in ("owners", "realms", "networks", "names", "hosts", "load_balancers", "web_proxies", "services",
                        "crossings", "exceptions")
        for name, each in estate.section(section).items()
    ]  # fmt: skip
    text = json.dumps([estate.name, estate.edition, said], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
