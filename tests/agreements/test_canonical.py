"""What a signature covers: every change of meaning changes the bytes, no change of form does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from isthmus.documents import parse_yaml
from isthmus.estate import Estate, canonical, crossing_content, differences, exception_content, read_estate
from isthmus.estate.estate import SECTIONS
from isthmus.estate.types import PortRange
from tests.guidelines.requirements.judging import edition

TEXT = """
estate: everything
edition: wikimedia
owners:
  sre: {title: SRE, contact: sre@example.org}
  wmcs: {title: WMCS}
  tools.admins: {title: Tools}
realms:
  production: {title: P, owners: [sre], domains: [example.org]}
  cloud: {title: C, owners: [wmcs, sre], domains: [cloud.example.org, wmcloud.example.org]}
projects:
  tools: {title: T, realm: cloud, maintainers: [tools.admins], quota: {cores: 4}, used: {cores: 2}}
networks:
  instances: {title: I, realm: cloud, role: instances, sphere: private, prefixes: [10.20.0.0/16], site: a, vlan: 7}
  egress: {realm: cloud, role: nat-egress, sphere: public, prefixes: [198.51.100.0/28, "2001:db8:1::/64"]}
  front: {realm: production, role: load-balancer, sphere: public, prefixes: [203.0.113.0/28]}
  hosts.private: {realm: production, role: private, sphere: private, prefixes: [10.64.0.0/22], rack: c8}
  admitted: {realm: cloud, role: public-services, sphere: public, prefixes: [192.0.2.0/29]}
  proxies: {realm: production, role: public-services, sphere: public, prefixes: [203.0.113.32/28]}
  unrelated: {realm: production, role: public-services, sphere: public, prefixes: [203.0.113.64/28]}
names:
  mirror.example.org: {addresses: [203.0.113.1]}
  www.mirror.example.org: {alias: mirror.example.org}
  backend.example.org: {alias: nowhere.example.org}
hosts:
  web1: {title: W, realm: production, kind: hardware, site: a, rack: c8,
    interfaces: {eth0: {native: hosts.private, tagged: [front], addresses: [10.64.0.5]}, eth1: {}}}
  vm1: {realm: cloud, kind: instance, project: tools, interfaces: {eth0: {addresses: [10.20.1.1]}}}
  lb1: {realm: production, kind: hardware, interfaces: {eth0: {addresses: [203.0.113.2]}}}
load_balancers:
  lvs: {title: L, realm: production, maintainers: [sre], hosts: [lb1], addresses: [203.0.113.1, www.mirror.example.org]}
web_proxies:
  proxy: {title: X, realm: production, hosts: [web1], addresses: [203.0.113.33]}
services:
  mirror:
    title: Mirror
    realm: production
    maintainers: [sre]
    project: tools
    hosts: [web1]
    endpoints:
      title: {addresses: [203.0.113.1, backend.example.org], port: 443, application: https}
      state: {network: front, protocol: udp, port: 53-54, bind: any}
      ping: {addresses: [203.0.113.1], protocol: icmp}
    names: [mirror.example.org]
    load_balancer: lvs
    web_proxy: proxy
    audience: [internet, cloud]
    admits: [192.0.2.0/30]
    tags: [big, public-wiki]
    placement: {data: 5 TiB, replication: 1 GB, per_client_access: false, per_client_policing: true,
                runs_the_cloud: false, other: Because.}
    capacity: {cores: 2, memory: 4 GiB, storage: 1 TB, addresses: 0}
  client: {realm: cloud, project: tools, hosts: [vm1], endpoints: {ssh: {network: instances, port: 22}}}
crossings:
  mirror:
    title: Instances fetch
    client: {networks: [instances, internet], hosts: [vm1], services: [client], maintainers: [tools.admins]}
    service: mirror
    endpoints: [title, state]
    arrives_as: [198.51.100.1/32]
    facility: ssh
    state: running
    agreed: [{owner: sre, by: Ann, on: 2026-05-04}]
    attestations:
      - {requirement: XR204, by: Ann, on: 2026-05-04, says: All., owner: sre, task: T1, holds: true, origin: "f:1"}
      - {requirement: XR201, by: Ben, on: 2026-05-05, says: Nobody., holds: false}
  elsewhere: {client: {networks: [instances]}, service: client}
exceptions:
  limits: {crossing: mirror, requirements: [XR201, XR202], why: Limits., task: T2, owner: wmcs, since: 2026-05-04,
           review: 2027-01-01, agreed: [{owner: sre, by: Ann, on: 2026-05-04}]}
expectations:
  mirror: {crossing: mirror, decision: conforms}
"""

Contents = dict[str, bytes]


def read(*texts: str) -> Estate:
    documents = [parse_yaml(text, f"{number}.yaml") for number, text in enumerate(texts)]
    reading = read_estate(documents, edition().vocabulary)
    errors = [each.headline() for each in reading.diagnostics if str(each.severity) == "error"]
    assert reading.estate is not None, "\n".join(errors)
    return reading.estate


@cache
def everything() -> Estate:
    return read(TEXT)


def contents(estate: Estate) -> Contents:
    return {
        "crossing": canonical(crossing_content(estate, estate.crossings["mirror"])),
        "exception": canonical(exception_content(estate, estate.exceptions["limits"])),
    }


# ---- every field, changed ----

Path = tuple[str | int, ...]

SAME_MEANING = {
    "titles, contacts, origins": ("title", "contact", "origin"),
    "what the agreement is about to change": ("state", "agreed"),
    "living figures": ("quota", "used"),
}
NOT_COVERED = ("owners", "expectations", "names")
"""Sections that no crossing names: people, and what somebody expects; names count by what they stand for."""
APART = {("networks", "unrelated"), ("crossings", "elsewhere")}


def fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a value that can be changed: scalars, and lists and mappings as a whole."""
    yield path
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from fields(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from fields(each, (*path, key))
    elif isinstance(value, tuple):
        for at, each in enumerate(value):
            yield from fields(each, (*path, at))


def get(value: Any, path: Path) -> Any:
    for step in path:
        value = getattr(value, str(step)) if isinstance(value, BaseModel) else value[step]
    return value


def put(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """The same value with one place changed; entities keep their id."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, BaseModel):
        name = str(step)
        return value.model_copy(update={name: put(getattr(value, name), rest, change)})
    if isinstance(value, dict):
        return value | {step: put(value[step], rest, change)}
    return tuple(put(each, rest, change) if at == step else each for at, each in enumerate(value))


def other(value: Any) -> Any:
    """A value of the same kind that says something else."""
    match value:
        case bool():
            return not value
        case Enum():
            return next(each for each in type(value) if each is not value)
        case date():
            return value + timedelta(days=1)
        case int():
            return value + 1
        case IPv4Address() | IPv6Address():
            return value + 64
        case IPv4Network() | IPv6Network():
            return type(value)((int(value.network_address) + 16 * value.num_addresses, value.prefixlen))
        case PortRange():
            return PortRange(value.first + 1, value.last + 1)
        case str():
            return f"{value}x"
        case dict():
            return {f"{key}x": each for key, each in value.items()}
        case tuple():
            return value[1:]
    return value


def with_entry(estate: Estate, section: str, name: str, entry: Any) -> Estate:
    return replace(estate, **{section: getattr(estate, section) | {name: entry}})


def places() -> Iterator[tuple[str, str, Path]]:
    estate = everything()
    for section in SECTIONS:
        for name, entity in estate.section(section).items():
            for path in fields(entity):
                value = get(entity, path)
                if path and value not in (None, (), {}) and not isinstance(value, BaseModel):
                    yield section, name, path


def is_trivial(section: str, name: str, path: Path) -> bool:
    top = path[0]
    if section in NOT_COVERED or (section, name) in APART or path[-1] == "origin":
        return True
    return any(top in words for words in SAME_MEANING.values())


def shown(place: tuple[str, str, Path]) -> str:
    return ".".join(map(str, [place[0], place[1], *place[2]]))


@pytest.mark.parametrize("place", list(places()), ids=shown)
def test_a_change_of_any_field(place: tuple[str, str, Path]) -> None:
    """A crossing and its exception cover every field that they rest on, apart from the documented ones."""
    section, name, path = place
    estate = everything()
    entity = estate.section(section)[name]
    changed = with_entry(estate, section, name, put(entity, path, other))
    try:
        after = contents(changed)
    except KeyError:  # the exception names another crossing now
        assert (section, path) == ("exceptions", ("crossing",))
        return
    before = contents(estate)
    if is_trivial(section, name, path):
        if section != "names":
            assert after == before
    else:
        assert after["crossing"] != before["crossing"]
        assert after["exception"] != before["exception"]
        told = differences(
            crossing_content(estate, estate.crossings["mirror"]), crossing_content(changed, changed.crossings["mirror"])
        )
        assert told


def test_every_section_and_field_has_been_changed() -> None:
    """The estate above says something in every field of every section, but for notes about imports."""
    said = {(section, next(str(step) for step in path if isinstance(step, str))) for section, _, path in places()}
    unsaid = {
        f"{section}.{field}"
        for section, model in SECTIONS.items()
        for field in model.model_fields
        if field != "origin" and (section, field) not in said
    }
    assert unsaid == {"expectations.not_met", "expectations.why", "web_proxies.maintainers"}


# ---- changes around a crossing that it does not spell out ----

AROUND: dict[str, tuple[str, str]] = {
    "a name stands for another address": ("{addresses: [203.0.113.1]}\n", "{addresses: [203.0.113.3]}\n"),
    "a name is resolved at last": ("{alias: nowhere.example.org}", "{addresses: [203.0.113.9]}"),
    "an alias leads elsewhere": ("{alias: mirror.example.org}", "{alias: backend.example.org}"),
    "an endpoint's address lies in another network": ("prefixes: [203.0.113.64/28]", "prefixes: [203.0.113.1/32]"),
    "a load balancer's host does": ("prefixes: [203.0.113.64/28]", "prefixes: [203.0.113.2/32]"),
    "a web proxy does": ("prefixes: [203.0.113.64/28]", "prefixes: [203.0.113.33/32]"),
    "a host does, of the same realm": ("prefixes: [203.0.113.64/28]", "prefixes: [10.64.0.5/32]"),
    "part of what is admitted does": ("prefixes: [203.0.113.64/28]", "prefixes: [192.0.2.3/32]"),
    "what arrives does": ("prefixes: [203.0.113.64/28]", "prefixes: [198.51.100.1/32]"),
    "a client host's address does": ("prefixes: [203.0.113.64/28]", "prefixes: [10.20.1.1/32]"),
    "what is admitted changes hands": (
        "admitted: {realm: cloud, role: public-services, sphere: public",
        "admitted: {realm: production, role: public-services, sphere: public",
    ),
    "nothing is admitted": ("    admits: [192.0.2.0/30]\n", "    admits: []\n"),
    "what is admitted is not told": ("    admits: [192.0.2.0/30]\n", ""),
    "the internet is no client": ("[instances, internet]", "[instances]"),
    "the internet is not the audience": ("[internet, cloud]", "[cloud]"),
    "the tenant changes": ("tools.admins]}\n    service", "wmcs]}\n    service"),
    "a realm has another owner": ("owners: [wmcs, sre]", "owners: [wmcs]"),
    "an exception is gone": ("  limits: {crossing: mirror", "  limits: {crossing: elsewhere"),
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_a_change_around_it(name: str) -> None:
    old, new = AROUND[name]
    assert TEXT.count(old) == 1, TEXT.count(old)
    changed = read(TEXT.replace(old, new))
    before = crossing_content(everything(), everything().crossings["mirror"])
    after = crossing_content(changed, changed.crossings["mirror"])
    assert canonical(before) != canonical(after)
    assert differences(before, after)


def test_admitting_nothing_is_not_the_same_as_saying_nothing() -> None:
    nothing = read(TEXT.replace("    admits: [192.0.2.0/30]\n", "    admits: []\n"))
    untold = read(TEXT.replace("    admits: [192.0.2.0/30]\n", ""))
    assert contents(nothing) != contents(untold)


UNRELATED: dict[str, tuple[str, str]] = {
    "another network": ("prefixes: [203.0.113.64/28]", "prefixes: [203.0.113.80/28]"),
    "another crossing": ("  elsewhere: {client: {networks: [instances]}", "  elsewhere: {client: {networks: [egress]}"),
    "an owner's name": ("{title: SRE, contact: sre@example.org}", "{title: Site Reliability}"),
    "quota and use": ("quota: {cores: 4}, used: {cores: 2}", "quota: {cores: 40}"),
    "a recorded agreement": ("agreed: [{owner: sre, by: Ann, on: 2026-05-04}]\n    att", "att"),
    "its state": ("state: running", "state: proposed"),
    "an interface that says nothing": (", eth1: {}", ""),
}


@pytest.mark.parametrize("name", UNRELATED)
def test_what_is_left_out(name: str) -> None:
    old, new = UNRELATED[name]
    assert TEXT.count(old) == 1, TEXT.count(old)
    assert contents(read(TEXT.replace(old, new))) == contents(everything())


# ---- any other way of writing the same ----


@cache
def plain() -> dict[str, Any]:
    root = parse_yaml(TEXT, "estate.yaml").root
    assert root is not None
    found: dict[str, Any] = root.plain()
    return found


class Writer:
    """Writes a value as YAML in ways that hypothesis chooses: order, style, quotes, comments, white space."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def choose(self, *words: str) -> str:
        return str(self.draw(st.sampled_from(words)))

    def shuffled(self, values: list[Any]) -> list[Any]:
        return list(self.draw(st.permutations(values)))

    def scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        single = value.replace("'", "''")
        is_safe = value.replace("-", "").replace(".", "").isalpha() and value not in ("true", "false", "null")
        return self.choose(f'"{quoted}"', f"'{single}'", value if is_safe else f'"{quoted}"')

    def flow(self, value: Any) -> str:
        gap = self.choose("", " ", "  ")
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.scalar(k)}: {gap}{self.flow(v)}" for k, v in self.items(value)) + "}"
        if isinstance(value, list):
            return f"[{gap}" + ", ".join(self.flow(each) for each in self.shuffled(value)) + "]"
        return self.scalar(value)

    def items(self, value: dict[str, Any]) -> list[tuple[str, Any]]:
        return self.shuffled(list(value.items()))

    def block(self, value: Any, indent: int) -> str:
        """A value behind a key or a dash, from the colon on."""
        if not isinstance(value, dict | list) or not value or self.choose("flow", "block", "block") == "flow":
            return f" {self.flow(value)}{self.choose('', '', '  # a comment: [not] {read}')}\n"
        pad = " " * indent
        lines = self.choose("\n", "\n", "  # so\n\n")
        if isinstance(value, dict):
            deeper = indent + len(self.choose(" ", "  ", "    "))
            for key, each in self.items(value):
                lines += (
                    f"{self.choose('', pad + '# note' + chr(10))}{pad}{self.scalar(key)}:{self.block(each, deeper)}"
                )
            return lines
        for each in self.shuffled(value):
            lines += f"{pad}- {self.flow(each)}\n"
        return lines

    def file(self, sections: dict[str, Any]) -> str:
        return "".join(f"{self.scalar(key)}:{self.block(each, 2)}" for key, each in self.items(sections))


@st.composite
def rewritings(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[str]:
    """The estate of this page in other words: one to four files, each in another style."""
    files: list[dict[str, Any]] = [{} for _ in range(draw(st.integers(1, 4)))]
    for section, entries in plain().items():
        if not isinstance(entries, dict):
            files[0][section] = entries
            continue
        for name, entry in entries.items():
            files[draw(st.integers(0, len(files) - 1))].setdefault(section, {})[name] = entry
    writer = Writer(draw)
    return [writer.file(each) for each in draw(st.permutations(files)) if each]


@given(rewritings())
def test_another_way_of_writing_has_the_same_bytes(texts: list[str]) -> None:
    assert contents(read(*texts)) == contents(everything())


# ---- the bytes, and what is told about them ----


def test_bytes_are_json_in_utf_8_with_a_line_feed() -> None:
    assert canonical({"b": "ä", "a": [{"y": 1, "x": None}, 3, "2"]}) == '{"a":["2",3,{"y":1}],"b":"ä"}\n'.encode()
    assert canonical({"odd": "\ud800"}) == b'{"odd":"\\ud800"}\n'
    assert canonical({"odd": "\\ud800"}) == b'{"odd":"\\\\ud800"}\n'


def test_ids_with_dots_are_told_apart() -> None:
    told = differences({"a": {"b": 1}, "a.b": 2}, {"a": {"b": 3}, "a.b": 4})
    assert [str(each) for each in told] == ["a.b: 1 → 3", "[a.b]: 2 → 4"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=3), ANY, max_size=3), st.dictionaries(st.text(max_size=3), ANY, max_size=3))
def test_any_two_contents_can_be_compared(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What was signed is somebody else's JSON: comparing never fails, and equal bytes never differ."""
    if canonical(before) == canonical(after):
        assert not differences(before, after)
    differences(before, after)
