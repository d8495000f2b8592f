"""Reading an estate and the edition that it is judged by: the start of every other workflow."""

from dataclasses import dataclass, field
from pathlib import Path

from isthmus.decide import Edition
from isthmus.diagnostics import Diagnostic, Severity
from isthmus.documents import Document, parse_yaml
from isthmus.estate import Estate, named_edition, read_estate
from isthmus.guidelines import read_edition
from isthmus.sources.editions import read_edition_text
from isthmus.sources.files import TextFile
from isthmus.sources.folder import read_folder
from isthmus.workflows.refusal import Refused


@dataclass(frozen=True)
class Loaded:
    """An estate with its edition, and what reading them had to say.

    ``estate`` and ``edition`` are None where an error stands in the way; ``texts`` holds the lines of every
    file, so that messages can quote them.
    """

    estate: Estate | None
    edition: Edition | None
    diagnostics: tuple[Diagnostic, ...]
    texts: dict[str, list[str]] = field(default_factory=dict)
    root: Path = Path()
    """The estate's folder."""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that make the input unusable."""
        return tuple(each for each in self.diagnostics if each.severity is Severity.ERROR)

    def usable(self, name: str = "the estate") -> tuple[Estate, Edition]:
        """The estate and its edition. Raises Refused, with every error at its place, where one stands in the way."""
        if self.estate is None or self.edition is None:
            told = "\n".join(each.render(self.texts) for each in self.errors)
            raise Refused(f"{name} cannot be used\n{told}")
        return self.estate, self.edition


def load(path: Path) -> Loaded:
    """Read the estate at ``path`` and the edition that it names. Nothing is raised for any content."""
    folder = read_folder(path)
    documents = [parse_yaml(each.text, each.name) for each in folder.files]
    texts = {document.file: document.lines for document in documents}
    problems: list[Diagnostic] = []
    if not documents:
        problems += folder.diagnostics
        return Loaded(None, None, tuple(problems), texts, folder.root)
    documents += [Document(each.where.file, None, [], [each]) for each in folder.diagnostics]
    edition = _edition(documents, folder.root, problems, texts)
    reading = read_estate(documents, edition.vocabulary if edition else None)
    problems += reading.diagnostics
    problems.sort(key=Diagnostic.sort_key)
    usable = not any(each.severity is Severity.ERROR for each in problems)
    return Loaded(reading.estate if usable else None, edition, tuple(problems), texts, folder.root)


def _edition(
    documents: list[Document], root: Path, problems: list[Diagnostic], texts: dict[str, list[str]]
) -> Edition | None:
    named = named_edition(documents)
    if named is None:
        return None
    text = read_edition_text(named[0], root, named[1])
    if not isinstance(text, TextFile):
        problems.append(text)
        return None
    read = read_edition(text.text, text.name)
    texts[text.name] = read.document.lines
    problems += read.diagnostics
    return read.edition
