"""What every format owes its readers; a folder that offers less is refused here.

It is described, its codes are its own, it comes with golden folders of which one shows what it tells a writer, it
survives any text, and nothing that it does not understand is lost: each doubt of a rule stands in the coverage too.
"""

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import isthmus.formats
from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.documents import CODES as SPELLING
from isthmus.formats import Format, Lowered, Text, read
from isthmus.network import ANY_PACKET, Chain, Coverage, Device, Rule, Unclear, Unmodelled

HERE = Path(__file__).parent
NAMES = sorted(each.name for each in pkgutil.iter_modules(isthmus.formats.__path__) if each.ispkg)

Folder = tuple[Text, ...]


def format_of(name: str) -> Format:
    found = import_module(f"isthmus.formats.{name}").FORMAT
    assert isinstance(found, Format)
    return found


def golden(name: str) -> list[Folder]:
    """The golden folders of a format, as texts."""
    assert list((HERE / name / "testdata").glob("*/in")), f"tests/formats/{name}/testdata/CASE/in is missing"
    return [_texts(case) for case in sorted((HERE / name / "testdata").glob("*/in"))]


def _texts(case: Path) -> Folder:
    files = sorted(each for each in case.rglob("*") if each.is_file())
    return tuple(Text(str(each.relative_to(case.parent)), each.read_text()) for each in files)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_described(name: str) -> None:
    """The folder is named as its format, and its head says what it reads."""
    module = import_module(f"isthmus.formats.{name}")
    each = format_of(name)

    assert each.name == name
    assert len((module.__doc__ or "").strip().splitlines()) > 1, "say what the format is, which files, and what to read"
    assert each.title.strip()


@pytest.mark.parametrize("name", NAMES)
def test_its_codes_are_its_own(name: str) -> None:
    """One prefix of three letters that no other format has; each code once, with a title and whole sentences."""
    others = [each for other in NAMES if other != name for each in format_of(other).codes]
    own(format_of(name).codes, (*others, *SPELLING))


def own(codes: Sequence[Code], others: Sequence[Code]) -> None:
    """Refuse codes that are no family of their own."""
    prefixes = {each.code[:3] for each in codes}

    assert len(prefixes) == 1
    assert not prefixes & ({each.code[:3] for each in others} | {"FMT"})
    assert len({each.code for each in codes}) == len(codes)
    assert all(each.code[3:].isdigit() and len(each.code) == 6 for each in codes)
    assert all(each.title and each.explanation.endswith(".") for each in codes)
    assert not any(each.title.endswith(".") for each in codes)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_golden_folders(name: str) -> None:
    """Several, of which one at least shows messages, and one at least shows something that is not modelled."""
    cases = sorted((HERE / name / "testdata").glob("*/in"))

    assert cases
    assert any((each.parent / "diagnostics.txt").read_text().strip() for each in cases)
    assert any(" 0 of " not in (each.parent / "network.txt").read_text() for each in cases)


@pytest.mark.parametrize("name", NAMES)
def test_it_knows_its_own_files(name: str) -> None:
    """Each text of a golden folder is recognised by one format, and one of each folder by this one."""
    for folder in golden(name):
        known = [[other for other in NAMES if format_of(other).looks_like(_inside(each), each.text)] for each in folder]
        assert all(len(each) == 1 for each in known), [each.name for each in folder]
        assert [name] in known


def _inside(text: Text) -> str:
    return text.name.removeprefix("in/")


_PIECES = (
    *"\x00\ufeff\ud800\u2028é{}[]()\"'\\$#%;,/!=\t\r\n", "\x1b[2J", "&a", "*a", "<<:", "- ", ": ", "/33", "..", "-1",
    "99999999999999999999", "0x", "1e999", "null", "any", "::", "0.0.0.0/0", "%{x}", "\n\n", " " * 500,
)  # fmt: skip


@st.composite
def hurt(draw: st.DrawFn, folders: list[Folder]) -> Folder:
    """A golden folder in which somebody deleted, doubled, swapped, cut and inserted without reading."""
    texts = list(draw(st.sampled_from(folders)))
    words = [word for each in texts for word in each.text.split()] or [""]
    for _ in range(draw(st.integers(1, 5))):
        number = draw(st.integers(0, len(texts) - 1))
        lines = texts[number].text.split("\n")
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        column = draw(st.integers(0, len(lines[at])))
        piece = draw(st.sampled_from(_PIECES) | st.sampled_from(words) | st.text(max_size=5))
        match draw(st.sampled_from(("delete", "double", "swap", "cut", "insert", "replace"))):
            case "delete":
                lines[at] = ""
            case "double":
                lines.insert(at, lines[other])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines[at] = lines[at][:column]
            case "insert":
                lines[at] = lines[at][:column] + piece + lines[at][column:]
            case _:
                before, _, after = lines[at].partition(draw(st.sampled_from(lines[at].split() or [""])) or "\0")
                lines[at] = before + piece + after
        texts[number] = Text(texts[number].name, "\n".join(lines))
    return tuple(texts)


@pytest.mark.parametrize("name", NAMES)
def test_hurt_folders_are_accounted_for(name: str) -> None:
    """Whatever becomes of a sound folder: nothing is raised, and what is not understood is told."""
    folders = golden(name)

    @given(hurt(folders))
    def whatever(folder: Folder) -> None:
        told(folder, read("in", folder))

    whatever()


@pytest.mark.parametrize("name", NAMES)
def test_any_text_is_accounted_for(name: str) -> None:
    """Text at random under a name that the format knows: nothing is raised, and what is not understood is told."""
    each, names = format_of(name), sorted({text.name for folder in golden(name) for text in folder})
    alphabet = st.sampled_from([word for folder in golden(name) for text in folder for word in text.text.split()])
    texts = st.text(max_size=80) | st.lists(alphabet | st.sampled_from(_PIECES), max_size=30).map(" ".join)

    @given(st.sampled_from(names), texts)
    def whatever(file: str, text: str) -> None:
        folder = (Text(file, text),)
        told(folder, read("in", folder))
        parsed = each.parse(folder[0])
        assert parsed.tree is not None or any(one.severity is Severity.ERROR for one in parsed.diagnostics)
        lowered = each.lower("in", [parsed.tree] if parsed.tree is not None else [])
        told(folder, Lowered(lowered.devices, (*parsed.diagnostics, *lowered.diagnostics)))
        known = {*each.codes, *SPELLING}
        assert all(one.kind in known for one in (*parsed.diagnostics, *lowered.diagnostics))

    whatever()


def told(folder: Folder, reading: Lowered) -> None:
    """Messages can be shown and point into the folder; every doubt has its line in the coverage.

    A doubt about a file that is not there has none: a message tells it.
    """
    lines: Mapping[str, list[str]] = {each.name: each.lines for each in folder}
    for message in reading.diagnostics:
        assert isinstance(message, Diagnostic)
        assert message.where.file in lines
        assert "\n" not in message.headline()
        message.render(lines)
    covered = {(each.where.file, each.where.line) for of in reading.devices for each in of.coverage.unmodelled}
    covered |= {(each.where.file, each.where.line) for each in reading.diagnostics}
    for of in reading.devices:
        assert 0 <= of.coverage.share <= 1
        lost = {str(each) for each in doubts(of) if (each.where.file, each.where.line) not in covered}
        assert not lost


def doubts(value: object) -> Iterator[Unmodelled]:
    """Every doubt in a value, however deep."""
    if isinstance(value, Unmodelled):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from doubts(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from doubts(each)
    elif is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith("isthmus.network"):
        for field in fields(value):
            yield from doubts(getattr(value, field.name))


# What is refused


def _code(code: str, title: str = "a title", explanation: str = "A sentence.") -> Code:
    return Code(code, Severity.WARNING, title, explanation)


@pytest.mark.parametrize(
    "codes",
    [
        (),
        (_code("NEW001"), _code("OTH002")),
        (_code("TKN001"),),
        (_code("NEW001"), _code("NEW001", "another one")),
        (_code("NEW1"),),
        (_code("NEW001", "a title."),),
        (_code("NEW001", explanation=""),),
    ],
    ids=["none", "two prefixes", "taken", "twice", "no number", "a title with a period", "unexplained"],
)
def test_codes_that_are_not_its_own_are_refused(codes: tuple[Code, ...]) -> None:
    """The check above can fail."""
    own((_code("NEW001"), _code("NEW002")), (_code("TKN001"),))
    with pytest.raises(AssertionError):
        own(codes, (_code("TKN001"),))


def test_a_doubt_that_the_coverage_lacks_is_refused() -> None:
    """A rule that may match, and a share of one: something was lost."""
    text = Text("in/some.example", "permit everything\n")
    doubt = Unmodelled(Span(text.name, 1), "`permit everything`")
    rule = Rule((), Unclear(), doubt.where, perhaps=(ANY_PACKET,), doubts=(doubt,))
    chain = Chain("some", (rule,), Span(text.name))
    silent = Device("in", Span(text.name), chains={"some": chain}, coverage=Coverage(1))

    told((text,), Lowered((replace(silent, coverage=Coverage(1, (doubt,))),)))
    with pytest.raises(AssertionError):
        told((text,), Lowered((silent,)))


def test_a_message_about_another_file_is_refused() -> None:
    """Whoever reads it would look for it in vain."""
    message = Diagnostic(_code("NEW001"), "something is wrong", Span("elsewhere", 1))

    with pytest.raises(AssertionError):
        told((Text("in/some.example", ""),), Lowered((), (message,)))
