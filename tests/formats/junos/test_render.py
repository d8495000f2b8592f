"""Filters of interfaces are, when they are read back, on the same interfaces."""

import pytest

from isthmus.formats import CannotRenderError, Text, read
from isthmus.formats.junos.render import render
from isthmus.network import Device, FilterUse, Interface
from tests.generate.drawing import HERE


def use(chain: str, *versions: int, tracks: bool = False) -> FilterUse:
    return FilterUse(chain, HERE, frozenset(versions), tracks)


def test_filters_stand_where_they_were() -> None:
    interface = Interface(
        "xe-3/0/4.1102", HERE,
        filters_in=(use("cloud-in4", 4), use("cloud-in6", 6)), filters_out=(use("both", 4, 6),),
    )  # fmt: skip
    texts = render([Device("cr", HERE, interfaces={interface.name: interface})], ["made for a test"])
    found = read("cr", [Text(f"cr/{each.name}", each.text) for each in texts])
    back = found.devices[0].interfaces[interface.name]

    assert not found.diagnostics
    assert [(each.chain, set(each.versions)) for each in back.filters_in] == [("cloud-in4", {4}), ("cloud-in6", {6})]
    assert [(each.chain, set(each.versions)) for each in back.filters_out] == [("both", {4}), ("both", {6})]


def test_interfaces_without_filters_are_nothing_to_write() -> None:
    assert render([Device("cr", HERE, interfaces={"ae0.0": Interface("ae0.0", HERE)})]) == ()


def test_a_physical_interface_has_no_filters() -> None:
    interface = Interface("xe-3/0/4", HERE, filters_in=(use("cloud-in4", 4),))
    with pytest.raises(CannotRenderError):
        render([Device("cr", HERE, interfaces={interface.name: interface})])


@pytest.mark.parametrize("bad", [use("a b", 4), use("groups", 4, tracks=True)])
def test_what_is_no_filter_of_a_router_is_refused(bad: FilterUse) -> None:
    interface = Interface("ae0.0", HERE, filters_in=(bad,))
    with pytest.raises(CannotRenderError):
        render([Device("cr", HERE, interfaces={"ae0.0": interface})])
