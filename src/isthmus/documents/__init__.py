"""Texts as trees that remember where everything stood: the ground that every reader of ours builds on."""

from isthmus.documents.codes import CODES
from isthmus.documents.node import Document, Node
from isthmus.documents.shapes import ShapeCodes, explain, pruned
from isthmus.documents.toml import parse_toml
from isthmus.documents.yaml import parse_yaml

__all__ = ["CODES", "Document", "Node", "ShapeCodes", "explain", "parse_toml", "parse_yaml", "pruned"]
