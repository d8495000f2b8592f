"""Hiera: which level answers, and what marks stand for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.documents import Node, parse_yaml
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.hiera import Hiera, Scope
from isthmus.sources.wikimedia.marks import split
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve

GATEWAY = Scope(host="gw1001", role="wmcs/gw", site="north")


def hiera(**files: str) -> Hiera:
    """Hieradata by level; `__` stands for a slash."""
    paths = {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    return Hiera({path: parse_yaml(text, path) for path, text in paths.items()})


def test_the_most_specific_level_answers() -> None:
    levels = {
        "hosts__gw1001": "gw::vlan: 1",
        "role__north__wmcs__gw": "gw::vlan: 2",
        "role__common__wmcs__gw": "gw::vlan: 3",
        "north__gw": "gw::vlan: 4",
        "common__gw": "gw::vlan: 5",
        "common": "gw::vlan: 6",
    }
    answers = []
    while levels:
        answers.append(hiera(**levels).lookup("gw::vlan", GATEWAY).text())
        levels.pop(next(iter(levels)))

    assert answers == ["1", "2", "3", "4", "5", "6"]


def test_a_site_and_a_role_answer_for_nobody_else() -> None:
    found = hiera(role__south__wmcs__gw="gw::vlan: 2", north__gw="gw::vlan: 4", hosts__gw9="gw::vlan: 9")

    assert found.find("gw::vlan", Scope(site="south")) is None
    with pytest.raises(CannotResolve, match="no file of the tree"):
        found.lookup("gw::vlan", Scope())


def test_a_key_is_looked_for_in_the_file_of_its_own_path_alone() -> None:
    """As the tree's own backend does: a key in another file of the folder is one that no host gets."""
    assert hiera(common__profile__other="profile::gw::vlan: 4").find("profile::gw::vlan", Scope()) is None


def test_lookups_in_a_text_are_replaced_where_the_asking_host_would_find_them() -> None:
    found = hiera(
        role__common__wmcs__gw="gw::vip: \"192.0.2.1 dev vlan%{lookup('gw::vlan')}.%{::site}\"",
        role__north__wmcs__gw="gw::vlan: 1107",
    )

    assert found.lookup("gw::vip", GATEWAY).text() == "192.0.2.1 dev vlan1107.north"


def test_an_alias_stands_for_the_whole_value() -> None:
    found = hiera(common="a::nodes: \"%{alias('b::nodes')}\"", common__b="b::nodes: [{name: one}, {name: two}]")
    elements = list(found.lookup("a::nodes", Scope()).elements())

    assert [element.need("name").text() for element in elements] == ["one", "two"]
    assert str(elements[1].where) == "common/b.yaml:1:25", "a message points at where the value is written"


def test_a_dot_leads_into_a_value() -> None:
    found = hiera(common="port: \"%{lookup('app.listen.1')}\"\napp: {listen: [80, 443]}")

    assert found.lookup("port", Scope()).whole() == 443


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("%{lookup('nowhere')}", "%{lookup('nowhere')}"),
        ("x-%{facts.networking.fqdn}", "%{facts.networking.fqdn}"),
        ("%{::site}", "%{::site}"),
        ("%{lookup('loop')}", "%{lookup('loop')}"),
    ],
)
def test_what_cannot_be_resolved_is_named_and_never_a_value(value: str, name: str) -> None:
    found = hiera(common=f'key: "{value}"\nloop: "%{{lookup(\'loop\')}}"')

    with pytest.raises(CannotResolve) as problem:
        found.lookup("key", Scope()).text()
    assert problem.value.name == name
    assert problem.value.where is not None


def test_a_mark_that_is_not_closed_is_no_value_either() -> None:
    with pytest.raises(CannotResolve):
        hiera(common="key: 'a%{b'").lookup("key", Scope()).text()


def test_a_percent_sign_can_be_written() -> None:
    assert hiera(common="key: \"100%{literal('%')}\"").lookup("key", Scope()).text() == "100%"


def test_outside_hiera_a_mark_is_no_value() -> None:
    with pytest.raises(CannotResolve):
        Datum("data.yaml", Node("%{::site}", 1, 1, 9)).text()


def test_an_excerpt_counts_as_the_file_that_it_was_cut_from() -> None:
    documents = {"common.excerpt.yaml": parse_yaml("port: 1", "common.excerpt.yaml")}

    assert Hiera(documents).lookup("port", Scope()).text() == "1"


MARKED = st.lists(
    st.sampled_from(["%{", "}", "lookup(", "alias(", "'a'", "'b'", '"c"', ")", "a", "%{lookup('a')}", "%{alias('b')}",
                     "%{lookup('c.0.x')}", "%{literal('%')}", "%{::site}", "%{}", "\\", "."])
    | st.text(max_size=4),
    max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), MARKED | st.lists(MARKED, max_size=3)))
def test_no_marks_whatever_break_the_resolver(values: dict[str, str | list[str]]) -> None:
    def node(value: str | list[str]) -> Node:
        return Node([node(each) for each in value] if isinstance(value, list) else value, 1, 1, 1)

    document = parse_yaml("", "common.yaml")
    document.root = Node({key: node(value) for key, value in values.items()}, 1, 1, 1)
    found = Hiera({"common.yaml": document})
    for key in "abc":
        datum = found.find(key, Scope(site="north"))
        for element in _elements(datum):
            try:
                text = element.text()
            except CannotImport:
                continue
            assert "%{" not in text or "literal" in str(values)


def _elements(datum: Datum | None) -> list[Datum]:
    try:
        return list(datum.elements()) if datum else []
    except CannotImport:
        return []


def test_marks_that_multiply_each_other_end() -> None:
    """A chain in which each text asks twice for the next has a million ends and is followed in no time."""
    lines = [f"k{n}: \"%{{lookup('k{n + 1}')}}%{{lookup('k{n + 1}')}}\"" for n in range(18)]

    with pytest.raises(CannotResolve):
        hiera(common="\n".join([*lines, "k18: xx"])).lookup("k0", Scope()).text()


@given(st.text())
def test_splitting_keeps_every_character(text: str) -> None:
    assert "".join(str(part) for part in split(text)) == text
