"""What a lab is planned from: the network as modelled, and beside it the texts of each device, to load as they are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from isthmus.formats import every_format
from isthmus.formats.haproxy.parse import PATTERN_FILES
from isthmus.formats.iptables.version import told_by_header, told_by_name
from isthmus.lab.plan.shape import Ruleset, Tool
from isthmus.network import Network

_IPSET = re.compile(r"^create \S+ [a-z]+:", re.MULTILINE)
_SETTING = re.compile(r"^\s*-?\s*(net[./][A-Za-z0-9_./-]+)\s*=\s*(.*?)\s*$", re.MULTILINE)


BIRD = "bird.conf"

_ORDER = (Tool.NFT, Tool.NFT_JSON, Tool.IPSET, Tool.IPTABLES, Tool.IP6TABLES)
"""A text of nftables may begin with `flush ruleset`, and rules of iptables name sets."""


class Configuration(Protocol):
    """A snapshot that was read: its network, and the lines of each of its files by their path."""

    @property
    def network(self) -> Network:
        """The devices."""

    @property
    def texts(self) -> Mapping[str, Sequence[str]]:
        """The lines of each file."""

    @property
    def root(self) -> Path:
        """The folder that holds a folder for each device."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The files of one device that the lab uses as they are written."""

    rulesets: tuple[Ruleset, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    haproxy: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    """Lists of patterns that HAProxy's configuration names."""
    bird: tuple[tuple[str, str], ...] = ()
    used: frozenset[str] = field(default_factory=frozenset)
    """The paths of all of them: what they say is not rendered once more."""


def device_texts(configured: Configuration) -> dict[str, Texts]:
    """The verbatim texts of each device."""
    folders: dict[str, dict[str, str]] = {}
    for path, lines in configured.texts.items():
        inside = _inside(path, configured.root)
        if inside is not None:
            folders.setdefault(inside.parts[0], {})[path] = "\n".join([*lines, ""])
    return {device: _sorted_out(files) for device, files in folders.items()}


def _inside(path: str, root: Path) -> PurePosixPath | None:
    given = PurePosixPath(path)
    base = PurePosixPath(str(root))
    if not given.is_relative_to(base) or len(given.relative_to(base).parts) < 2:
        return None
    return given.relative_to(base)


def _sorted_out(files: Mapping[str, str]) -> Texts:
    rulesets: list[Ruleset] = []
    settings: list[tuple[str, str]] = []
    haproxy: list[tuple[str, str]] = []
    lists: list[tuple[str, str]] = []
    bird: list[tuple[str, str]] = []
    used: set[str] = set()
    for path, text in files.items():
        form = _format(path, text)
        if form in ("nftables", "iptables"):
            rulesets.append(Ruleset(_tool(form, PurePosixPath(path).name, text), text, path))
        elif form == "iproute" and _SETTING.search(text):
            settings += _SETTING.findall(text)
            used.add(path)
        elif form == "haproxy" and path.endswith(PATTERN_FILES):
            lists.append((path, text))
        elif form == "haproxy":
            haproxy.append((path, text))
        elif PurePosixPath(path).name == BIRD:
            bird.append((path, text))
    rulesets.sort(key=lambda each: (_ORDER.index(each.tool), each.source))
    haproxy.sort(key=lambda each: ("conf.d" in each[0], each[0]))
    used |= {*(each.source for each in rulesets), *(path for path, _ in (*haproxy, *lists, *bird))}
    return Texts(tuple(rulesets), tuple(settings), tuple(haproxy), tuple(lists), tuple(bird), frozenset(used))


def _format(path: str, text: str) -> str:
    inside = "/".join(PurePosixPath(path).parts[-2:])
    return next((each.name for each in every_format() if each.looks_like(inside, text)), "")


def _tool(form: str, name: str, text: str) -> Tool:
    if form == "nftables":
        return Tool.NFT_JSON if text.lstrip().startswith("{") else Tool.NFT
    if _IPSET.search(text):
        return Tool.IPSET
    version = told_by_header(text.lstrip().partition("\n")[0]) or told_by_name(name) or 4
    return Tool.IPTABLES if version == 4 else Tool.IP6TABLES
