"""Laws of reading: no text raises, what is said of it lies inside it, and no text takes long."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from isthmus.documents import parse_yaml
from isthmus.formats.aerleon import FORMAT
from isthmus.formats.format import Text
from tests.documents.texts import YAML_TOKENS, assert_in_place, heaps, mutated
from tests.formats.aerleon.folder import read

TESTDATA = Path(__file__).parent / "testdata"
GOOD = {
    suffix: [each.read_text() for each in sorted(TESTDATA.glob("*/in/**/*")) if each.suffix == suffix]
    for suffix in (".yaml", ".pol", ".net", ".svc")
}
TOKENS = (
    *YAML_TOKENS, "filters:", "header", "targets:", "juniper: a mixed", "terms:", "- name: t", "term t {", "}", "::",
    "action:: accept", "source-address", "destination-port", "protocol", "option", "icmp-type", "icmp-code",
    "expiration", "verbatim", "policer", "filter-term", "#include 'a.inc'", "include: a.yaml", " = ", "A = B", "B = A",
    "80/tcp", "²", "networks:", "services:", "values:",
)  # fmt: skip


def _any(suffix: str) -> some.SearchStrategy[str]:
    return some.text() | heaps(TOKENS) | mutated(GOOD[suffix], TOKENS)


@given(_any(".yaml"), _any(".pol"), _any(".net"), _any(".svc"))
def test_any_folder_is_read(policy: str, capirca: str, networks: str, services: str) -> None:
    """Every message points into the text that it is about, and each doubt of a rule is in the coverage."""
    files = {"a.yaml": policy, "a.pol": capirca, "a.inc": capirca, "a.net": networks, "a.svc": services}
    device, told = read({**files, "prefix-lists.yaml": policy})
    lines = {f"cr/{path}": Text(path, text).lines for path, text in files.items()}
    lines["cr/a.yaml"] = lines["cr/prefix-lists.yaml"] = parse_yaml(policy, "a.yaml").lines

    for problem in told:
        assert_in_place([problem], lines[problem.where.file])
    for chain in device.chains.values():
        for rule in chain.rules:
            assert set(rule.doubts) <= set(device.coverage.unmodelled)
    assert 0 <= device.coverage.share <= 1


@given(some.text() | heaps(TOKENS), some.sampled_from(["a.yaml", "a.pol", "a.inc", "a.net", "definitions/a.yml", "a"]))
def test_recognising_a_text_never_raises(text: str, path: str) -> None:
    assert FORMAT.looks_like(path, text) in (True, False)


def _deep(count: int) -> str:
    return "\n".join(f"T{n} = T{n + 1}" for n in range(count)) + f"\nT{count} = 192.0.2.1\n"


def _wide(count: int) -> str:
    names = "\n".join(f"T{n} = T{n + 1} T{n + 1} 10.{n // 256}.{n % 256}.0/24" for n in range(count))
    return f"{names}\nT{count} = 192.0.2.1\n"


@pytest.mark.parametrize(
    "files",
    [
        {"a.net": _deep(20_000)},
        {"a.net": _wide(2_000)},
        {"a.net": "\n".join(f"T{n} = U{n}" for n in range(20_000))},
        {"a.pol": "term t { " * 20_000},
        {"a.pol": "header { target:: juniper a mixed }\n" + "term t { action:: accept }\n" * 10_000},
        {"a.pol": '"\\' * 50_000},
        {"a.inc": "#include 'a.inc'\n" * 300},
        {"a.yaml": "filters: " + "[" * 5_000},
        {"a.yaml": "filters:\n- header: {targets: {juniper: a}}\n  terms:\n" + "  - {name: t, sorce: x}\n" * 5_000},
        {
            "a.yaml": "filters:\n- header: {targets: {juniper: a}}\n  terms:\n"
            + "  - {name: t, filter-term: a}\n" * 5_000
        },
    ],
    ids=[
        "deep",
        "wide",
        "undefined",
        "unclosed",
        "same names",
        "quotes",
        "circle",
        "brackets",
        "unknown keys",
        "calls",
    ],
)
def test_large_and_hostile_folders_end_soon(files: dict[str, str]) -> None:
    began = time.monotonic()
    parsed = [FORMAT.parse(Text(f"cr/{path}", text)) for path, text in files.items()]
    FORMAT.lower("cr", [each.tree for each in parsed if each.tree is not None])

    assert time.monotonic() - began < 20
