"""An estate in its frame → everything that is generated: texts by device, and what was left out and why."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from isthmus.decide import Judgement
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Estate
from isthmus.evidence import Facts
from isthmus.formats import CannotRenderError, Text
from isthmus.generate.borders import borders
from isthmus.generate.buildable import Choice, choose, remarks
from isthmus.generate.codes import CANNOT_WRITE, NO_POINT
from isthmus.generate.gateway import egress_elsewhere
from isthmus.generate.legs import legs
from isthmus.generate.needs import Needs, needs
from isthmus.generate.parts import Part, Written, parts, written, written_groups
from isthmus.generate.vips import vips
from isthmus.generate.zones import zones
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
        """Every text by its path, such as ``devices/DEVICE/…``, in the order of paths."""
        found = {
            "/".join(filter(None, (each.folder, each.device, one.name))): one.text
            for each in self.written
            for one in each.texts
        }
        return dict(sorted(found.items()))


def generate(
    judgement: Judgement,
    facts: Facts,
    frame: Network,
    head: Iterable[str] = (),
    folders: Mapping[str, Sequence[Text]] | None = None,
) -> Generated:
    """Everything that the estate's agreed and conforming crossings need of the frame, and nothing more.

    ``judgement`` is by the kinds of evidence of ``buildable.KINDS``; ``folders`` are the frame's own texts by device,
    of which controllers are asked for their ports. The same estate and frame give the same texts.
    """
    choice = choose(judgement, facts)
    wanted = needs(choice.built, facts)
    lines = tuple(head)
    problems: list[Diagnostic] = []
    done = [one for each in parts(wanted, facts, frame) for one in _written(each, lines, problems)]
    done += written_groups(wanted, facts, folders or {}, lines)
    done += [*vips(wanted, facts, lines), *legs(wanted, facts.estate, lines)]
    done += [Written("dns", "", (each,), ()) for each in zones(wanted, facts.estate, lines, problems)]
    gaps = (*wanted.problems, *problems, *_gaps(facts.estate, frame))
    return Generated(facts.estate, choice, wanted, tuple(done), remarks(choice, gaps), lines)


def _written(part: Part, head: tuple[str, ...], problems: list[Diagnostic]) -> Iterator[Written]:
    try:
        yield written(part, head)
    except CannotRenderError as error:
        message = f"nothing is written for `{part.device.name}` in format {part.format}: {error}"
        problems.append(Diagnostic(CANNOT_WRITE, message, part.device.where))


def _gaps(estate: Estate, frame: Network) -> Iterator[Diagnostic]:
    """The enforcement points that should be there, and that nothing tells the place of."""
    for network in egress_elsewhere(frame, estate):
        message = f"no gateway of the snapshot translates to `{network.id}`, so only its list of exceptions is written"
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
