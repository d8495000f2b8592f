"""Texts as trees that remember where everything stood: the ground that every reader of ours builds on."""

from isthmus.documents.codes import CODES
from isthmus.documents.faults import bad_value, contradiction, host_bits
from isthmus.documents.json_reader import parse_records
from isthmus.documents.node import Document, Node, Path
from isthmus.documents.records import Json, Record, RecordList, Records, Single
from isthmus.documents.shapes import ShapeCodes, explain, faulty_paths
from isthmus.documents.toml import parse_toml
from isthmus.documents.write import to_yaml
from isthmus.documents.yaml import parse_yaml

__all__ = [
    "CODES", "Document", "Json", "Node", "Path", "Record", "RecordList", "Records", "ShapeCodes", "Single",
    "bad_value", "contradiction", "explain", "faulty_paths", "host_bits", "parse_records", "parse_toml", "parse_yaml",
    "to_yaml",
]  # fmt: skip
