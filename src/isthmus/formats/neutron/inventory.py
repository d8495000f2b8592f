"""All lists of a folder as tables by id: the same record may stand in two files, not two of one id."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from isthmus.diagnostics import Span, shown
from isthmus.documents import Record, RecordList
from isthmus.formats.neutron import codes
from isthmus.formats.neutron.kinds import EXPECTED, GROUPS, IDLE_LISTS, KINDS, RULES, Kind
from isthmus.formats.neutron.notes import Notes
from isthmus.formats.neutron.parse import Answer
from isthmus.network import Unmodelled

_REFERRING = ("local_port_id", "network_id", "networks", "port_id", "ports", "router_id", "routers", "source_port")
"""Fields by which records of kinds that are not modelled say what they concern."""


class Inventory:
    """The records of a folder. Security group rules are those of their own list and those inside the groups."""

    def __init__(self, answers: Sequence[Answer], notes: Notes) -> None:
        self.notes = notes
        self.where = Span(answers[0].name)
        self.held = {each.key for answer in answers for each in answer.records.lists}
        """The keys of all lists in the folder, empty ones too."""
        self.statements = 0
        """How many records there are of kinds that belong to no device."""
        self.touched: dict[str, list[Unmodelled]] = defaultdict(list)
        """By the id of a port, network or router: records that are not modelled and concern it."""
        self.loose: list[Unmodelled] = []
        """Records that are not modelled and do not say what they concern: any router."""
        self._tables: dict[str, dict[str, Record]] = {key: {} for key in KINDS}
        for answer in answers:
            for each in answer.records.lists:
                self._keep(each)
            for single in answer.records.singles:
                self._tell_opaque(single.key, single.where)
        self._keep_inner_rules()
        self.missing = {kind.key: self._missing(kind) for kind in EXPECTED if kind.key not in self.held}
        """Why nothing is known of some kinds."""

    def all(self, kind: Kind) -> Mapping[str, Record]:
        """The records of a kind by their ids."""
        return self._tables[kind.key]

    def _keep(self, each: RecordList) -> None:
        key = str(each.key)
        if key in KINDS:
            for record in each.records:
                self._keep_one(KINDS[key], record)
        elif key not in IDLE_LISTS and not key.endswith("_links") and each.records:
            self._tell_opaque(key, each.where)
            for record in each.records:
                self._keep_opaque(key, record)

    def _tell_opaque(self, key: str, where: Span) -> None:
        message = f"what `{shown(key)}` do to packets is not modelled"
        self.notes.tell(codes.UNKNOWN_LIST, message, where, "answers that they may change are unknown")

    def _keep_opaque(self, key: str, record: Record) -> None:
        self.statements += 1
        doubt = Unmodelled(record.where, f"an entry of `{shown(key)}`")
        self.notes.shared.append(doubt)
        named = [record.values[field] for field in _REFERRING if field in record.values]
        if not named:
            self.loose.append(doubt)
        for value in named:
            for id_ in value if isinstance(value, list) else [value]:
                if isinstance(id_, str):
                    self.touched[id_].append(doubt)

    def _keep_one(self, kind: Kind, record: Record) -> None:
        id_ = record.values.get("id")
        if not isinstance(id_, str) or not id_:
            self.notes.tell(codes.NO_ID, f"this {kind.title} has no `id`", record.where, "collect the file anew")
            return
        before = self._tables[kind.key].setdefault(id_, record)
        if before is not record and not _are_same(kind, before, record):
            message = f"{kind.title} `{shown(id_)}` is told otherwise at {before.where}"
            self.notes.tell(codes.TOLD_TWICE, message, record.where, "collect all files of the folder anew")

    def _keep_inner_rules(self) -> None:
        """The rules that stand inside groups; the place of each is looked up only where its own list lacks it."""
        known = self._tables[RULES.key]
        for id_, group in self._tables[GROUPS.key].items():
            inner = group.values.get(RULES.key)
            if isinstance(inner, list) and not all(_is_repeated(each, known) for each in inner):
                for record in self.notes.below(group, RULES.key):
                    record.values.setdefault("security_group_id", id_)
                    self._keep_one(RULES, record)

    def _missing(self, kind: Kind) -> Unmodelled:
        message = f"`{kind.file}` is missing: the folder has no list of `{kind.key}`"
        help_ = f"save what the API answers to `GET /v2.0/{kind.file.removesuffix('.json')}`"
        self.notes.tell(codes.MISSING_LIST, message, self.where, help_)
        doubt = Unmodelled(self.where, message)
        self.notes.shared.append(doubt)
        return doubt


def _are_same(kind: Kind, one: Record, other: Record) -> bool:
    """Whether two records tell the same of packets; the rules inside a group are compared one by one elsewhere."""
    return all(one.values.get(key) == other.values.get(key) for key in kind.reads if key != RULES.key)


def _is_repeated(inner: object, known: Mapping[str, Record]) -> bool:
    if not isinstance(inner, dict):
        return False
    id_ = inner.get("id")
    outer = known.get(id_) if isinstance(id_, str) else None
    return outer is not None and all(outer.values.get(key) == each for key, each in inner.items() if key in RULES.reads)
