"""Reads the Markdown examples of requirements: an estate, its configurations or other evidence, and what is due."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PREAMBLE = HERE / "_preamble.yaml"

_TITLE = re.compile(r"\A# (?P<code>[A-Z]{2,4}[0-9]{3}): (?P<says>.+)\n")
_FENCE = re.compile(r"^```(?P<kind>yaml|evidence|[\w.-]+/[\w./-]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_RESULT = re.compile(
    r"^\*\*(?P<code>[A-Z]{2,4}[0-9]{3})(?P<configured>, configured)?: "
    r"(?P<finding>met|not met|unknown|not applicable)\*\*"
    r"(?: for `(?P<crossing>[^`]+)`)? because (?P<because>.+?)(?: \(`(?P<where>[\w./-]+/[\w.-]+:[0-9]+)`\))?$",
    re.MULTILINE,
)
_REMARK = re.compile(r"^Remark: (?P<remark>.+)$", re.MULTILINE)
_NEVER = re.compile(
    r"^\*\*[A-Z]{2,4}[0-9]{3}(?P<configured>, configured)?: never (?P<finding>met|not met|unknown)\*\* because .+$",
    re.MULTILINE,
)


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
    is_configured: bool = False
    """Whether its finding is what the configurations of the snapshot say by themselves."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files of the snapshot that are other than in `_snapshot/`, as ``DEVICE/FILE``; empty: the snapshot lacks it."""
    where: str | None = None
    """The line of a configuration that decides, as ``DEVICE/FILE:LINE``, where the example names it."""

    @property
    def id(self) -> str:
        """Its name among the tests."""
        return f"{self.code} {'configured ' if self.is_configured else ''}{self.finding}: {self.says}"


@dataclass(frozen=True)
class Page:
    """The examples of one requirement."""

    code: str
    says: str
    examples: tuple[Example, ...]
    never: frozenset[str]
    """Findings that the page declares impossible."""
    configured: tuple[Example, ...] = ()
    """What configurations say by themselves."""
    never_configured: frozenset[str] = frozenset()
    """Findings that the page declares impossible for configurations."""


def read_page(text: str, name: str) -> Page:
    """Read one page; raises ValueError, with the place, where it is not written as it should be."""
    title = _TITLE.match(text)
    if title is None:
        raise ValueError(f"{name}: the first line is not `# CODE: the requirement's sentence`")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    examples = tuple(_example(each, title["code"], name) for each in sections if not _NEVER.search(each))
    never = frozenset(found["finding"] for found in _NEVER.finditer(text) if not found["configured"])
    never_configured = frozenset(found["finding"] for found in _NEVER.finditer(text) if found["configured"])
    judged = tuple(each for each in examples if not each.is_configured)
    configured = tuple(each for each in examples if each.is_configured)
    return Page(title["code"], title["says"], judged, never, configured, never_configured)


def fenced(text: str) -> dict[str, str]:
    """The blocks of a section: `yaml`, `evidence`, or a file of the snapshot as ``DEVICE/FILE``."""
    return {found["kind"]: found["body"] for found in _FENCE.finditer(text)}


def _example(section: str, code: str, name: str) -> Example:
    says, _, body = section.partition("\n")
    blocks = fenced(body)
    results = list(_RESULT.finditer(body))
    if len(results) != 1 or results[0]["code"] != code:
        raise ValueError(f"{name}: `{says}` needs one line `**{code}: FINDING** because …`")
    result, remark = results[0], _REMARK.search(body)
    is_configured = result["configured"] is not None
    files = {name: text for name, text in blocks.items() if "/" in name}
    if files and not is_configured:
        raise ValueError(f"{name}: `{says}` shows configurations; begin its line with `**{code}, configured:`")
    return Example(
        code,
        says.strip(),
        blocks.get("yaml", ""),
        blocks.get("evidence", ""),
        result["finding"],
        result["because"].strip(),
        result["crossing"],
        remark["remark"].strip() if remark else "",
        is_configured,
        files,
        result["where"],
    )


def pages(folder: Path = HERE) -> Iterator[Page]:
    """Every page of a folder; a file that is not named after a code is none."""
    for path in sorted(folder.glob("[A-Z]*[0-9].md")):
        page = read_page(path.read_text(encoding="utf-8"), path.name)
        if page.code != path.stem:
            raise ValueError(f"{path.name}: the title names {page.code}")
        yield page
