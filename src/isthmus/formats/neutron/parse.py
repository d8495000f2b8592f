"""Text → the lists of one answer of the API, each record with its place."""

import re
from dataclasses import dataclass

from isthmus.diagnostics import Diagnostic
from isthmus.documents import RecordList, Records, Single, parse_records
from isthmus.formats.format import Parsed, Text
from isthmus.formats.neutron import codes
from isthmus.formats.neutron.kinds import IDLE_LISTS, KINDS, OPAQUE_LISTS, SINGULAR


@dataclass(frozen=True, slots=True)
class Answer:
    """One file: an answer of the API, or several in one object."""

    name: str
    records: Records

    def of(self, key: str) -> tuple[RecordList, ...]:
        """The lists of one kind."""
        return tuple(each for each in self.records.lists if each.key == key)


_FILES = {file for each in KINDS.values() for file in (each.file, each.file.replace("floatingips", "floating-ips"))}
_FIRST_KEY = re.compile(r'\ufeff?\s*\{\s*"(\w+)"\s*:')
_CLIENT = re.compile(r'\ufeff?\s*\[\s*\{\s*"(ID|Name)"\s*:')
_LINKS = "_links"


def looks_like(path: str, text: str) -> bool:
    """Whether a file is an answer of Neutron's API, or was meant to be one."""
    if not path.endswith(".json"):
        return False
    first = _FIRST_KEY.match(text)
    keys = {*KINDS, *SINGULAR, *IDLE_LISTS, *OPAQUE_LISTS}
    return bool((first and first[1].removesuffix(_LINKS) in keys) or _CLIENT.match(text)) or (
        path.replace("\\", "/").rpartition("/")[2] in _FILES
    )


def parse(text: Text) -> Parsed:
    """Read one file. Nothing is raised."""
    records = parse_records(text.text, text.name)
    problems = list(records.diagnostics)
    for each in records.lists:
        problems += _about_list(each)
    for single in records.singles:
        problems += _about_single(single)
    return Parsed(None if problems else Answer(text.name, records), tuple(problems))


def _about_list(each: RecordList) -> list[Diagnostic]:
    if each.key is None:
        message = "this is a list without the key that tells its kind"
        if each.records and any(key[:1].isupper() for key in each.records[0].values):
            message = "this is the openstack client's own form, not the API's answer"
        return [Diagnostic(codes.NOT_THE_LIST, message, each.where, _SAVE.format("security-groups"))]
    if each.key.endswith(_LINKS):
        nexts = [link for link in each.records if link.values.get("rel") == "next"]
        kind = each.key.removesuffix(_LINKS)
        message = f"the list of `{kind}` goes on on another page"
        return [Diagnostic(codes.CUT_OFF, message, link.where, "put all pages into one list") for link in nexts]
    return []


def _about_single(single: Single) -> list[Diagnostic]:
    kind = SINGULAR.get(single.key)
    if kind is not None:
        message = f"`{single.key}` is the answer about one record, and the list of all is needed"
        return [Diagnostic(codes.NOT_THE_LIST, message, single.where, _SAVE.format(kind.file.removesuffix(".json")))]
    if single.key in KINDS:
        message = f"what stands under `{single.key}` is not a list"
        return [Diagnostic(codes.NOT_THE_LIST, message, single.where, f'write `"{single.key}": [ … ]`')]
    return []


_SAVE = "save what the API answers to `GET /v2.0/{}`"
