"""Where borders are, and what their filters are called."""

from dataclasses import replace

from isthmus.generate.borders import borders
from isthmus.network import Device, Network
from tests.generate.world import facts, frame
from tests.prove.networks import changed, uses


def border(network: Network) -> Device:
    return network.devices["border"]


def names(network: Network) -> list[tuple[str, str, str]]:
    found = borders(network, facts(()).estate)
    return [(each.interface.name, each.name_in, each.name_out) for each in found]


def with_filters(interface: str, *, ins: str = "", outs: str = "") -> Network:
    """The frame with other filters at one interface of the border router."""
    router = border(frame())
    changed_ = replace(
        router.interfaces[interface],
        filters_in=uses(ins) if ins else (), filters_out=uses(outs) if outs else (),
    )  # fmt: skip
    return changed(frame(), replace(router, interfaces={**router.interfaces, interface: changed_}))


def test_a_border_leads_to_another_realm() -> None:
    assert names(frame()) == [("cloud.0", "from-cloud", "to-cloud")]


def test_filters_keep_their_names_and_get_partners() -> None:
    assert names(with_filters("cloud.0", ins="cloud-in4")) == [("cloud.0", "cloud-in", "cloud-out")]


def test_without_filters_the_interface_gives_the_name() -> None:
    assert names(with_filters("cloud.0")) == [("cloud.0", "isthmus-cloud-0-in", "isthmus-cloud-0-out")]


def test_a_filter_that_stands_elsewhere_too_is_not_changed() -> None:
    assert names(with_filters("public.0", ins="from-cloud")) == [("cloud.0", "isthmus-cloud-0-in", "to-cloud")]


def test_a_name_that_nothing_can_spell_is_not_kept() -> None:
    assert names(with_filters("cloud.0", ins="from cloud")) == [
        ("cloud.0", "isthmus-cloud-0-in", "isthmus-cloud-0-out")
    ]


def test_a_network_of_one_realm_has_no_border() -> None:
    router = border(frame())
    rest = {name: each for name, each in router.interfaces.items() if name != "cloud.0"}
    alone = replace(router, interfaces=rest, tables={})

    assert names(changed(frame(), alone)) == []
