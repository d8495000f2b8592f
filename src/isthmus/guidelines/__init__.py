"""The page as data: editions in TOML, and one file for each kind of check that their rows name."""

from isthmus.guidelines.codes import CODES
from isthmus.guidelines.read import ReadEdition, edition_schema, read_edition

__all__ = ["CODES", "ReadEdition", "edition_schema", "read_edition"]
