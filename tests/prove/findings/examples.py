"""Reads the Markdown examples of findings: the configurations that make one, and those that look like it and do not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.guidelines.requirements.examples import fenced

HERE = Path(__file__).parent
ESTATE = (HERE / "_estate.yaml").read_text(encoding="utf-8")

_TITLE = re.compile(r"\A# (?P<code>PRV[0-9]{3}): (?P<title>.+)\n")
_FOUND = re.compile(
    r"^\*\*(?P<code>PRV[0-9]{3})\*\* at `(?P<where>[\w./-]+:[0-9]+)` because (?P<because>.+)$", re.MULTILINE
)
_NONE = re.compile(r"^\*\*no (?P<code>PRV[0-9]{3})\*\*$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One example of one kind of finding."""

    code: str
    says: str
    """The sentence that introduces it."""
    estate: str
    files: Mapping[str, str]
    """Files of the snapshot that are other than in every example; empty: the snapshot lacks it."""
    found: tuple[tuple[str, str], ...]
    """The findings that are due, and no others of their code: the line, and what is said."""

    @property
    def id(self) -> str:
        """Its name among the tests."""
        return f"{'' if self.found else 'no '}{self.code}: {self.says}"


@dataclass(frozen=True)
class Page:
    """The examples of one kind of finding."""

    code: str
    title: str
    examples: tuple[Example, ...]


def read_page(text: str, name: str) -> Page:
    """Read one page; raises ValueError, with the place, where it is not written as it should be."""
    title = _TITLE.match(text)
    if title is None:
        raise ValueError(f"{name}: the first line is not `# PRV000: the title of the code`")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return Page(title["code"], title["title"], tuple(_example(each, title["code"], name) for each in sections))


def _example(section: str, code: str, name: str) -> Example:
    says, _, body = section.partition("\n")
    found = list(_FOUND.finditer(body))
    codes = {each["code"] for each in (*found, *_NONE.finditer(body))}
    if codes != {code} or bool(found) == bool(_NONE.search(body)):
        raise ValueError(f"{name}: `{says}` needs lines `**{code}** at `FILE:LINE` because …`, or `**no {code}**`")
    blocks = fenced(body)
    files = {name: text for name, text in blocks.items() if "/" in name}
    due = tuple((each["where"], each["because"].strip()) for each in found)
    return Example(code, says.strip(), blocks.get("yaml", ESTATE), files, due)


def pages(folder: Path = HERE) -> Iterator[Page]:
    """Every page of a folder, which is named after its code."""
    for path in sorted(folder.glob("PRV*.md")):
        page = read_page(path.read_text(encoding="utf-8"), path.name)
        if page.code != path.stem:
            raise ValueError(f"{path.name}: the title names {page.code}")
        yield page
