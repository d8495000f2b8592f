"""References are read from the types of fields: every word that names something else is looked up."""

import typing
from collections.abc import Iterator
from typing import Any

import pytest

from isthmus.documents import parse_yaml
from isthmus.estate import SECTIONS, read_estate
from isthmus.estate.entity import Entity
from isthmus.estate.references import references, references_of
from isthmus.estate.words import Names

ESTATE = """\
estate: words
edition: none
owners: {o: {title: O}}
realms: {r: {owners: [o]}}
projects: {p: {realm: r, maintainers: [o]}}
networks: {n: {realm: r, role: any, sphere: public, prefixes: [192.0.2.0/24]}}
names: {n.example: {alias: m.example}}
hosts: {h: {realm: r, kind: instance, project: p, interfaces: {e: {native: n, tagged: [n]}}}}
load_balancers: {l: {realm: r, maintainers: [o], hosts: [h]}}
web_proxies: {w: {realm: r, maintainers: [o], hosts: [h]}}
services:
  s:
    realm: r
    maintainers: [o]
    project: p
    hosts: [h]
    endpoints: {e: {network: n, port: 1}}
    load_balancer: l
    web_proxy: w
    audience: [r, internet]
crossings:
  c:
    client: {networks: [n, internet], hosts: [h], services: [s], maintainers: [o]}
    service: s
    facility: f
    agreed: [{owner: o, by: b, on: 2026-01-01}]
    attestations: [{requirement: X1, by: b, on: 2026-01-01, says: y, owner: o}]
exceptions:
  x: {crossing: c, requirements: [X1], why: y, task: t, owner: o, review: 2026-01-01,
      agreed: [{owner: o, by: b, on: 2026-01-01}]}
expectations: {e: {crossing: c, decision: conforms, not_met: [X1]}}
"""


def entries() -> dict[str, Entity]:
    reading = read_estate([parse_yaml(ESTATE, "words.yaml")], None)
    assert reading.estate is not None, reading.diagnostics
    return dict(reading.estate.entities())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_word_of_a_complete_entry_is_a_reference(section: str) -> None:
    """The estate above writes out every field that refers to something: what the types name is what is found."""
    entity = entries()[section]
    found = {each.section for each in references(entity)}
    assert found == set(marks(SECTIONS[section]))


def marks(annotation: Any) -> Iterator[str]:
    """The sections that a type names anywhere."""
    if isinstance(annotation, Names):
        yield annotation.section
    for each in typing.get_args(annotation):
        yield from marks(each)
    for each in getattr(annotation, "__metadata__", ()):
        yield from marks(each)
    for field in getattr(annotation, "model_fields", {}).values():
        yield from marks(field.annotation)
        for each in field.metadata:
            yield from marks(each)


@pytest.mark.parametrize("section", SECTIONS)
def test_plain_values_hold_the_same_references(section: str) -> None:
    """So that an entry whose shape is wrong can be asked as well."""
    root = parse_yaml(ESTATE, "words.yaml").root
    assert root is not None
    ((_, node),) = root.nearest([section]).items()
    assert list(references_of(SECTIONS[section], node.plain())) == list(references(entries()[section]))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_reference_stands_where_it_says(section: str) -> None:
    entity, lines = entries()[section], ESTATE.split("\n")
    for each in references(entity):
        where = entity.span(*each.path)
        assert lines[where.line - 1][where.column - 1 :].startswith(each.word)
        assert where.width == len(each.word)
