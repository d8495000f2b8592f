"""Reads the Markdown examples of requirements: an estate, evidence from other rooms, and the finding that is due."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PREAMBLE = HERE / "_preamble.yaml"

_TITLE = re.compile(r"\A# (?P<code>[A-Z]{2,4}[0-9]{3}): (?P<says>.+)\n")
_FENCE = re.compile(r"^```(?P<kind>yaml|evidence)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_RESULT = re.compile(
    r"^\*\*(?P<code>[A-Z]{2,4}[0-9]{3}): (?P<finding>met|not met|unknown|not applicable)\*\*"
    r"(?: for `(?P<crossing>[^`]+)`)? because (?P<because>.+)$",
    re.MULTILINE,
)
_REMARK = re.compile(r"^Remark: (?P<remark>.+)$", re.MULTILINE)
_NEVER = re.compile(r"^\*\*[A-Z]{2,4}[0-9]{3}: never (?P<finding>met|not met|unknown)\*\* because .+$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One example of one requirement."""

    code: str
    says: str
    """The sentence that introduces it."""
    estate: str
    """YAML that stands on the preamble."""
    evidence: str
    """YAML: a list of kind, finding and because; empty where other rooms have found nothing."""
    finding: str
    because: str
    crossing: str | None = None
    """The crossing that is judged, where the estate has several."""
    remark: str = ""

    @property
    def id(self) -> str:
        """Its name among the tests."""
        return f"{self.code} {self.finding}: {self.says}"


@dataclass(frozen=True)
class Page:
    """The examples of one requirement."""

    code: str
    says: str
    examples: tuple[Example, ...]
    never: frozenset[str]
    """Findings that the page declares impossible."""


def read_page(text: str, name: str) -> Page:
    """Read one page; raises ValueError, with the place, where it is not written as it should be."""
    title = _TITLE.match(text)
    if title is None:
        raise ValueError(f"{name}: the first line is not `# CODE: the requirement's sentence`")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    examples = tuple(_example(each, title["code"], name) for each in sections if not _NEVER.search(each))
    never = frozenset(found["finding"] for found in _NEVER.finditer(text))
    return Page(title["code"], title["says"], examples, never)


def _example(section: str, code: str, name: str) -> Example:
    says, _, body = section.partition("\n")
    blocks = {found["kind"]: found["body"] for found in _FENCE.finditer(body)}
    results = list(_RESULT.finditer(body))
    if len(results) != 1 or results[0]["code"] != code:
        raise ValueError(f"{name}: `{says}` needs one line `**{code}: FINDING** because …`")
    result, remark = results[0], _REMARK.search(body)
    return Example(
        code,
        says.strip(),
        blocks.get("yaml", ""),
        blocks.get("evidence", ""),
        result["finding"],
        result["because"].strip(),
        result["crossing"],
        remark["remark"].strip() if remark else "",
    )


def pages(folder: Path = HERE) -> Iterator[Page]:
    """Every page of a folder; a file that is not named after a code is none."""
    for path in sorted(folder.glob("[A-Z]*[0-9].md")):
        page = read_page(path.read_text(encoding="utf-8"), path.name)
        if page.code != path.stem:
            raise ValueError(f"{path.name}: the title names {page.code}")
        yield page
