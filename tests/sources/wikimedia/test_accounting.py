"""Every file and every record is accounted for, whatever the files hold."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.diagnostics import Severity
from isthmus.sources.files import TextFile
from isthmus.sources.wikimedia import Importing, Tree, import_tree
from tests.sources.wikimedia.workshop import reading, tally, tree


def assert_accounted(importing: Importing) -> None:
    for each in importing.tallies:
        assert each.read == each.imported + len(each.unresolved) + len(each.refused), each.importer


def errors(importing: Importing) -> list[str]:
    return [each.headline() for each in reading(importing).diagnostics if each.severity is Severity.ERROR]


def test_every_record_of_the_invented_tree_has_one_outcome() -> None:
    importing = import_tree(tree())

    assert_accounted(importing)
    assert all(each.read for each in importing.tallies), "each importer has something to read there"


def test_what_was_imported_loads_without_a_mistake() -> None:
    assert errors(import_tree(tree())) == []


def test_every_entry_says_where_it_came_from() -> None:
    texts = {file.name: file.text.split("\n") for file in tree().files}
    for section, entries in import_tree(tree()).draft.sections.items():
        for id_, entry in entries.items():
            if entry.origin is None:
                assert (section, id_) in {
                    ("owners", "sre"),
                    ("owners", "wmcs"),
                    ("realms", "production"),
                    ("realms", "cloud"),
                }
                continue
            file, _, line = entry.origin.rpartition(":")
            assert texts[file][int(line) - 1].strip(), f"{section}.{id_}: {entry.origin}"


def test_files_are_read_refused_or_not_looked_at() -> None:
    found = tree()

    assert found.refused == ()
    assert tally(import_tree(found), "files").read == len(found.files)
    assert found.not_looked_at == (
        "dns/templates/2.0.192.in-addr.arpa",
        "dns/templates/example.org.2020-01-before",
        "notes/readme.txt",
        "puppet/hieradata/cloud/north1.yaml",
    )


def test_a_file_that_is_not_well_formed_is_refused_and_the_others_are_read() -> None:
    files = (
        TextFile("hieradata/common.yaml", "ns: {a.example.org: 192.0.2.1}\n"),
        TextFile("hieradata/common/service.yaml", "service::catalog: [\n"),
    )
    importing = import_tree(Tree(files, (), ()))

    files_tally = tally(importing, "files")
    assert (files_tally.imported, [each.where.file for each in files_tally.refused]) == (
        1,
        ["hieradata/common/service.yaml"],
    )
    assert "a.example.org" in importing.draft.sections["names"]


def test_a_file_that_holds_no_mapping_is_refused() -> None:
    files = (TextFile("hieradata/common.yaml", "- a\n"), TextFile("hieradata/hosts/a.yaml", "# nothing yet\n"))
    found = tally(import_tree(Tree(files, (), ())), "files")

    assert [each.why for each in found.refused] == ["a mapping is expected here, not a list"]
    assert found.imported == 1


def test_a_key_that_is_written_twice_is_told() -> None:
    files = (TextFile("hieradata/common.yaml", "a: 1\na: 2\n"),)

    found = tally(import_tree(Tree(files, (), ())), "files")
    assert [str(each.where) for each in found.refused] == ["hieradata/common.yaml:2:1"]
    assert found.imported == 1


TOKENS = st.sampled_from(
    [
        "", "~", "no", "1e3", "0x1f", "-1", "99999", "99999999999", "true", "[]", "{}", "[[1, 2], {a: b}]", "a b", "..",
        "{ipv4: 10.0.0.0/8}", "10.0.0.1/8", "10.0.0.0/8", "0.0.0.0/0", "::/0", "::1", "127.0.0.1", "192.0.2.0/24",
        "172.16.0.0/12", "300.1.1.1", "example.org", "example.org.", "*front", "'{{ x }}'", "|-\n        text", "\0",
        "\"%{lookup('cluster')}\"", "\"%{alias('cluster')}\"", '"%{::site}"', '"%{facts.x}"', '"%{"', "é" * 200,
    ]
)  # fmt: skip


@st.composite
def damaged_trees(draw: st.DrawFn) -> Tree:
    """The invented tree with some values, keys or whole lines replaced."""
    found = tree()
    texts = {file.name: file.text.split("\n") for file in found.files}
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(sorted(texts)))
        lines = texts[name]
        at = draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(": ")
        token = draw(TOKENS)
        if colon and draw(st.booleans()):
            lines[at] = f"{key}: {token}"
        elif lines[at].lstrip().startswith("- "):
            lines[at] = lines[at][: lines[at].index("- ") + 2] + token
        else:
            lines[at] = draw(
                st.sampled_from([token, lines[at] + " " + token, lines[at][2:], lines[at].replace("north", "")])
            )
    return Tree(tuple(TextFile(name, "\n".join(lines)) for name, lines in texts.items()), (), ())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_trees())
def test_no_damage_to_the_data_makes_a_traceback_or_a_broken_estate(damaged: Tree) -> None:
    importing = import_tree(damaged)

    assert_accounted(importing)
    assert errors(importing) == []


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([file.name for file in tree().files]), st.text())
def test_no_text_whatever_makes_a_traceback(name: str, text: str) -> None:
    importing = import_tree(Tree((TextFile(name, text),), (), ()))

    assert_accounted(importing)
    assert errors(importing) == []
