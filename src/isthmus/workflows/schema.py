"""`isthmus schema`: the JSON Schemas of what Isthmus reads and writes."""

from collections.abc import Callable
from typing import Any

from isthmus.decide import Wish
from isthmus.estate.schema import estate_schema
from isthmus.guidelines import edition_schema
from isthmus.report.schema import report_schema


def answers_schema() -> dict[str, Any]:
    """The schema of an answers file of ``isthmus plan``."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Wish.model_json_schema()}


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "estate": estate_schema,
    "edition": edition_schema,
    "report": report_schema,
    "answers": answers_schema,
}
"""What each schema is called, and how it is made."""
