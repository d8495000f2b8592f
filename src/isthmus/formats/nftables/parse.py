"""A ruleset's text, or its JSON, → the tree; and how either is recognised."""

import re

from isthmus.formats.format import Parsed, Text
from isthmus.formats.nftables.commands import read_text
from isthmus.formats.nftables.json_commands import read_json

_JSON = re.compile(r'\s*\{\s*"nftables"\s*:')
_SCRIPT = re.compile(r"#![^\n]*\bnft\b")


def looks_like(path: str, text: str) -> bool:
    """Whether a text is a ruleset, by its name or its beginning."""
    name = path.rsplit("/", 1)[-1]
    if name.endswith(".nft") or name == "nftables.conf" or (name.startswith("nft") and name.endswith(".json")):
        return True
    return bool(_JSON.match(text) or _SCRIPT.match(text))


def parse(text: Text) -> Parsed:
    """Read a ruleset. Nothing is raised."""
    read = read_json if text.text.lstrip("\ufeff \t\r\n").startswith("{") else read_text
    tree, diagnostics = read(text.name, text.text)
    return Parsed(tree, tuple(diagnostics))
