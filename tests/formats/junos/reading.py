"""Reading configurations in tests."""

from pathlib import Path

from isthmus.diagnostics import Diagnostic
from isthmus.formats import Lowered, Text
from isthmus.formats.junos import FORMAT
from isthmus.network import Device

HERE = Path(__file__).parent / "testdata"


def lowered(*texts: str) -> Lowered:
    """Texts of one device, parsed and lowered; the problems of both."""
    parsed = [FORMAT.parse(Text(f"{number}.junos", text)) for number, text in enumerate(texts)]
    result = FORMAT.lower("device", [each.tree for each in parsed])
    problems: tuple[Diagnostic, ...] = tuple(problem for each in parsed for problem in each.diagnostics)
    return Lowered(result.devices, problems + result.diagnostics)


def device(*texts: str) -> Device:
    """The device that the texts describe."""
    return lowered(*texts).devices[0]


def case(name: str) -> Device:
    """The device of a golden case."""
    return device(*(each.read_text() for each in sorted((HERE / name / "in").iterdir())))


def terms(body: str, family: str = "inet") -> Device:
    """A device with one filter, ``f``, of these terms."""
    return device(f"firewall {{ family {family} {{ filter f {{\n{body}\n}} }} }}")


def codes(*texts: str) -> list[str]:
    """The codes of everything that reading the texts has to say."""
    return [each.code for each in lowered(*texts).diagnostics]
