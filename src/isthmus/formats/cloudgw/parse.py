"""Which texts are hiera of a cloud gateway, and reading them."""

import re

from isthmus.diagnostics import Diagnostic, Span
from isthmus.documents import parse_yaml
from isthmus.formats.cloudgw.codes import NO_MAPPING
from isthmus.formats.cloudgw.shapes import HieraFile
from isthmus.formats.format import Parsed, Text

_KEYS = re.compile(
    r"""^["']?profile::(wmcs::cloudgw|wmcs::cloud_private_subnet|openstack::\w+::cloudgw|openstack::\w+::neutron)::""",
    re.MULTILINE,
)


def looks_like(path: str, text: str) -> bool:
    """Whether a text is a YAML file with keys that configure a gateway, or that its keys refer to."""
    return path.endswith((".yaml", ".yml")) and bool(_KEYS.search(text))


def parse(text: Text) -> Parsed:
    """Read a file. Nothing is raised."""
    document = parse_yaml(text.text, text.name, merge_keys=True)
    problems = tuple(document.diagnostics)
    if document.root is None or not isinstance(document.root.value, dict):
        shape = Diagnostic(NO_MAPPING, "the file holds no keys", Span(text.name), "write `key: value`")
        return Parsed(None, problems or (shape,))
    return Parsed(None if problems else HieraFile(text.name, document.root, document.lines), problems)
