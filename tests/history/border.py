"""A moment of the border as the folder that `check` reads: the versions in force, beside devices that do not change."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from isthmus.formats import Text, read
from isthmus.sources.snapshot import FOLDER
from tests.history import inventory
from tests.history.versions import DEFINITIONS, HOSTS, NAT, REALDATA, VRF, Moment, Version

FIXTURES = Path(__file__).parent / "border"
ROUTER, GATEWAY, VIRTUAL_ROUTER = "cr1-eqiad", "cloudgw1001", "cloudnet1003"

_FILTERS = {VRF: "CLOUD-VRF-FILTER", HOSTS: "CLOUD-HOSTS-FILTER"}
_FIRST_FORM = "profile::openstack::"


@dataclass(frozen=True, slots=True)
class Border:
    """The texts of a moment, by their paths below the snapshot; ``sources`` says which of them are versions of what."""

    texts: Mapping[str, str]
    sources: Mapping[str, Version] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Equal for equal texts at equal paths."""
        return sha256(repr(sorted(self.texts.items())).encode()).hexdigest()

    def write(self, folder: Path) -> Path:
        """Put the snapshot, and the estate beside it, into a folder; where the snapshot is."""
        root = folder / FOLDER
        if root.exists():
            shutil.rmtree(root)
        for path, text in self.texts.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        shutil.copy(FIXTURES / "estate.yaml", folder)
        return root


def border(moment: Moment, readable: Mapping[str, Version] | None = None) -> Border:
    """The border at a moment; ``readable`` holds the versions to use in place of those that cannot be read."""
    versions = {**moment.versions, **(readable or {})}
    texts = _devices(moment.date)
    sources: dict[str, Version] = {}
    for kind in (VRF, HOSTS, DEFINITIONS):
        if kind in versions:
            _put(versions[kind], f"{ROUTER}/{_place(versions[kind])}", texts, sources)
        elif kind in _FILTERS:
            unpublished = (FIXTURES / "unpublished.pol").read_text(encoding="utf-8")
            texts[f"{ROUTER}/policies/{kind}.pol"] = unpublished.replace("NAME", _unpublished(kind))
    texts[f"{ROUTER}/junos.conf"] = _router(texts[f"{ROUTER}/junos.conf"], versions)
    texts[f"{ROUTER}/definitions/SERVICES.svc"] = _real("homer-public/definitions/SERVICES.svc")
    texts[f"{ROUTER}/definitions/older.svc"] = (FIXTURES / "older.svc").read_text(encoding="utf-8")
    texts[f"{ROUTER}/definitions/inventory.net"] = inventory.definitions(moment.date)
    texts[f"{ROUTER}/prefix-lists.yaml"] = _real("prefix-lists.yaml")
    if NAT in versions:
        _gateway(versions[NAT], texts, sources)
    return Border(texts, sources)


def days_of_change() -> list[str]:
    """The days on which something changes around the versions."""
    return sorted(inventory.days_of_change() | {each.name for each in (FIXTURES / "since").iterdir()})


def _devices(day: str) -> dict[str, str]:
    """The devices that the histories do not tell of, as they were on a day: the first ones, and what came since."""
    since = sorted(each for each in (FIXTURES / "since").iterdir() if each.name <= day)
    return {path: text for root in (FIXTURES / "devices", *since) for path, text in _folder(root).items()}


def _folder(root: Path) -> dict[str, str]:
    found = sorted(each for each in root.rglob("*") if each.is_file())
    return {each.relative_to(root).as_posix(): each.read_text(encoding="utf-8") for each in found}


def _put(version: Version, path: str, texts: dict[str, str], sources: dict[str, Version]) -> None:
    texts[path] = version.text
    sources[path] = version


def _place(version: Version) -> str:
    """Where a version lies in the router's folder: policies beside each other, definitions by themselves."""
    if version.kind == DEFINITIONS:
        return f"definitions/{DEFINITIONS}"
    return f"policies/{version.kind}{version.file.suffix}"


def _real(path: str) -> str:
    return (REALDATA / path).read_text(encoding="utf-8")


def _router(skeleton: str, versions: Mapping[str, Version]) -> str:
    """The router with the filters of the day at its interfaces."""
    for kind, stands_for in _FILTERS.items():
        name = _filter(versions[kind]) if kind in versions else _unpublished(kind)
        skeleton = skeleton.replace(stands_for, name)
    return skeleton


def _unpublished(kind: str) -> str:
    return f"{kind}-unpublished"


def _filter(policy: Version) -> str:
    """The name of the filter for IPv4 that a policy renders to."""
    devices = read(ROUTER, [Text(f"{ROUTER}/{policy.file.name}", policy.text)]).devices
    names = [name for device in devices for name in device.chains]
    return min(names, key=lambda name: name.endswith("6")) if names else _unpublished(policy.kind)


def _gateway(version: Version, texts: dict[str, str], sources: dict[str, Version]) -> None:
    """The NAT list where it was: in the virtual router's own agent at first, then in one or other form of the gateway.

    Before the gateway there is a router in its place that translates nothing.
    """
    inside = version.path.removeprefix("hieradata/")
    if Path(inside).stem == "neutron":
        _put(version, f"{VIRTUAL_ROUTER}/{inside}", texts, sources)
        texts |= {f"{GATEWAY}/{name}": text for name, text in _folder(FIXTURES / "gateway" / "before").items()}
        return
    _put(version, f"{GATEWAY}/{inside}", texts, sources)
    form = "first" if f"{_FIRST_FORM}" in version.text.partition("::dmz_cidr")[0] else "second"
    legs = (FIXTURES / "gateway" / f"{form}.yaml").read_text(encoding="utf-8")
    texts[f"{GATEWAY}/hosts/{GATEWAY}.yaml"] = legs
