"""JSON → commands: the output of ``nft -j list ruleset``, and the commands that ``nft -j -f`` takes."""

from collections.abc import Callable, Mapping

from isthmus.diagnostics import Diagnostic, shown
from isthmus.documents import Json, Record, parse_records
from isthmus.formats.nftables.codes import NOT_UNDERSTOOD
from isthmus.formats.nftables.commands import read_rule
from isthmus.formats.nftables.fields import DATATYPES, FIELDS, Field
from isthmus.formats.nftables.json_values import Values, stateful_words
from isthmus.formats.nftables.names import FAMILIES
from isthmus.formats.nftables.script import ChainSpec, Command, SetSpec, Source, Target, Tree
from isthmus.formats.nftables.tree import (
    Assign,
    ByMap,
    Concat,
    Count,
    Decision,
    Expression,
    Literal,
    Maybe,
    Nat,
    Note,
    Offload,
    Reject,
    Rule,
    Selector,
    SetChange,
    Statement,
    Strange,
    Test,
    Untracked,
)

_VERBS = ("add", "create", "insert", "replace", "delete", "destroy", "flush", "rename", "list", "reset")
_OBJECTS = ("counter", "quota", "limit", "flowtable", "synproxy", "secmark", "tunnel")
_KEY = "nftables"


def read_json(file: str, text: str) -> tuple[Tree, list[Diagnostic]]:
    """The commands of a text, and what was not understood of it."""
    records = parse_records(text, file)
    source = Source.of(file, text)
    diagnostics = list(records.diagnostics)
    commands: list[Command] = []
    found = [each for each in records.lists if each.key == _KEY]
    for record in (record for each in found for record in each.records):
        try:
            commands.append(_command(text, record))
        except _StrangeError as strange:
            where = source.span(record.start, record.start + 1)
            diagnostics.append(Diagnostic(NOT_UNDERSTOOD, f"{strange} is not understood", where))
            commands.append(Command("skip", "ruleset", record.start, record.start + 1, text=str(strange)))
    if not found and not diagnostics:
        where = source.span(0, 1)
        help_ = "take it with `nft -j list ruleset`"
        diagnostics.append(Diagnostic(NOT_UNDERSTOOD, f"there is no list `{_KEY}`", where, help_))
    is_broken = not found or bool(records.diagnostics)
    return Tree(source, tuple(commands), (0,), is_broken), diagnostics


class _StrangeError(Exception):
    """An entry of the list is none that we know; says which."""


def _command(text: str, record: Record) -> Command:
    if len(record.values) != 1:
        raise _StrangeError("an entry without a key of its own, or with several,")
    [(noun, inside)] = record.values.items()
    verb = "add"
    if noun in _VERBS:
        verb = noun
        if not isinstance(inside, dict) or len(inside) != 1:
            raise _StrangeError(f"the command `{shown(noun)}`")
        [(noun, inside)] = inside.items()
    start, end = record.start, record.start + 1
    if noun == "metainfo" or verb in ("list", "reset"):
        return Command("note", noun, start, end)
    if noun == "ruleset":
        family = inside.get("family") if isinstance(inside, dict) else ""
        return Command(verb, noun, start, end, Target(_text(family)))
    if not isinstance(inside, dict) or (noun not in _READERS and noun not in _OBJECTS and not noun.startswith("ct ")):
        raise _StrangeError(f"the entry `{shown(noun)}`")
    if _text(inside.get("family")) not in FAMILIES:
        raise _StrangeError(f"the family `{shown(inside.get('family'))}` of the entry `{shown(noun)}`")
    name = inside.get("chain") if noun == "rule" else inside.get("name")
    table = inside.get("name") if noun == "table" else inside.get("table")
    target = Target(_text(inside.get("family")), _text(table), "" if noun == "table" else _text(name))
    command = Command(verb, noun, start, end, target)
    reader = _READERS.get(noun)
    return reader(command, inside, Values(text, record)) if reader else command


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _table(command: Command, inside: Mapping[str, Json], _: Values) -> Command:
    return command._replace(text=" ".join(_words(inside.get("flags"))))


def _words(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _chain(command: Command, inside: Mapping[str, Json], values: Values) -> Command:
    if command.verb == "rename":
        return command._replace(text=_text(inside.get("newname")))
    if "hook" not in inside:
        return command._replace(chain=ChainSpec())

    def told(key: str) -> Expression | None:
        value = inside.get(key)
        return None if value is None else values.expression(value)

    devices = inside.get("dev", inside.get("devs", inside.get("devices")))
    spec = ChainSpec(
        _text(inside.get("type")), _text(inside.get("hook")), told("prio"),
        None if devices is None else values.expression(devices), told("policy"), command.start, command.end,
    )  # fmt: skip
    return command._replace(chain=spec)


def _set(command: Command, inside: Mapping[str, Json], values: Values) -> Command:
    stateful = next((each for each in stateful_words(inside) if each != "timeout"), "")
    flags = {*_words(inside.get("flags")), *(["timeout"] if "timeout" in inside else [])}
    spec = SetSpec(
        command.noun, _types(inside.get("type"), values), frozenset(flags), "map" in inside, stateful,
        _text(inside.get("comment")), values.elements(inside.get("elem")),
    )  # fmt: skip
    return command._replace(set=spec)


def _types(value: Json, values: Values) -> tuple[Field | None, ...]:
    if isinstance(value, dict) and "typeof" in value:
        found = values.expression(value["typeof"])
        parts = found.parts if isinstance(found, Concat) else (found,)
        return tuple(each.field if isinstance(each, Selector) else None for each in parts)
    listed = value if isinstance(value, list) else [value]
    return tuple(DATATYPES.get(_text(each)) for each in listed)


def _element(command: Command, inside: Mapping[str, Json], values: Values) -> Command:
    return command._replace(set=SetSpec("set", elements=values.elements(inside.get("elem"))))


def _rule(command: Command, inside: Mapping[str, Json], values: Values) -> Command:
    where = next((f"{key} {inside[key]}" for key in ("index", "handle", "position") if key in inside), "")
    if command.verb == "add" and not where.startswith("index"):
        where = ""  # a listing tells the rule's own handle
    statements: list[Statement] = []
    written = inside.get("expr")
    for each in written if isinstance(written, list) else []:
        statements += _statement(each, values)
    rule = Rule(tuple(statements), _text(inside.get("comment")), command.start, command.end)
    return command._replace(rule=rule, text=where)


_READERS: Mapping[str, Callable[[Command, Mapping[str, Json], Values], Command]] = {
    "table": _table, "chain": _chain, "set": _set, "map": _set, "element": _element, "rule": _rule,
}  # fmt: skip


def _statement(value: Json, values: Values) -> tuple[Statement, ...]:
    if isinstance(value, str):
        return read_rule(value, values.start, values.end).statements
    if not isinstance(value, dict) or len(value) != 1:
        return (Strange("a statement", values.start, values.end),)
    [(key, inside)] = value.items()
    reader = _STATEMENTS.get(key)
    found = reader(inside, values) if reader else None
    return (found or Strange(key, values.start, values.end, key in ("queue", "fwd", "synproxy")),)


def _match(inside: Json, values: Values) -> Statement | None:
    if not isinstance(inside, dict) or inside.get("op") not in ("==", "!=", "<", ">", "<=", ">=", "in", "!"):
        return None
    left, right = values.expression(inside.get("left")), values.expression(inside.get("right"))
    return Test(left, str(inside["op"]), right, values.start, values.end)


def _vmap(inside: Json, values: Values) -> Statement | None:
    if not isinstance(inside, dict):
        return None
    key = values.expression(inside.get("key"))
    return ByMap(key, values.table(inside.get("data")), values.start, values.end)


def _mangle(inside: Json, values: Values) -> Statement | None:
    key = values.expression(inside.get("key")) if isinstance(inside, dict) else None
    if not isinstance(inside, dict) or not isinstance(key, Selector):
        return None
    return Assign(key.field, values.expression(inside.get("value")), values.start, values.end)


def _assigned(name: str) -> Callable[[Json, Values], Statement | None]:
    def read(inside: Json, values: Values) -> Statement | None:
        return Assign(FIELDS[name], Literal(_text(inside), values.start, values.end), values.start, values.end)

    return read


def _counter(inside: Json, values: Values) -> Statement | None:
    packets = inside.get("packets") if isinstance(inside, dict) else None
    return Count(packets if isinstance(packets, int) else None, values.start, values.end)


def _reject(inside: Json, values: Values) -> Statement | None:
    kind = inside.get("type", "icmpx") if isinstance(inside, dict) else "icmpx"
    return Reject(kind, values.start, values.end) if isinstance(kind, str) else None


def _nat(kind: str) -> Callable[[Json, Values], Statement | None]:
    def read(inside: Json, values: Values) -> Statement | None:
        told = inside if isinstance(inside, dict) else {}
        address, port = (values.expression(told[key]) if key in told else None for key in ("addr", "port"))
        flags = frozenset(_words(told.get("flags")) + _words(told.get("type_flags")))
        return Nat(kind, _text(told.get("family")), address, port, flags, values.start, values.end)

    return read


def _set_change(inside: Json, values: Values) -> Statement | None:
    if not isinstance(inside, dict):
        return None
    name = _text(inside.get("set")) or _text(inside.get("map"))
    key = values.expression(inside.get("elem"))
    return SetChange(_text(inside.get("op")), name.removeprefix("@"), key, values.start, values.end)


def _meter(inside: Json, values: Values) -> Statement | None:
    if not isinstance(inside, dict):
        return None
    return SetChange("meter", "", values.expression(inside.get("key")), values.start, values.end)


def _maybe(what: str) -> Callable[[Json, Values], Statement | None]:
    return lambda _, values: Maybe(what, values.start, values.end)


def _decision(verdict: str) -> Callable[[Json, Values], Statement | None]:
    def read(inside: Json, values: Values) -> Decision:
        return values.decision(verdict, inside)

    return read


def _note(_: Json, values: Values) -> Statement | None:
    return Note(values.start, values.end)


_STATEMENTS: Mapping[str, Callable[[Json, Values], Statement | None]] = {
    "match": _match, "vmap": _vmap, "mangle": _mangle, "counter": _counter, "reject": _reject, "set": _set_change,
    "map": _set_change, "meter": _meter, "log": _note, "reset": _note, "last": _note,
    "flow": lambda _, values: Offload(values.start, values.end),
    "notrack": lambda _, values: Untracked(values.start, values.end),
} | {
    each: _maybe(each) for each in ("limit", "quota", "ct count")
} | {
    each: _nat(each) for each in ("snat", "dnat", "masquerade", "redirect")
} | {
    each: _decision(each) for each in ("accept", "drop", "continue", "return", "jump", "goto")
} | {
    each: _assigned(each) for each in ("ct helper", "ct timeout", "ct expectation")
}  # fmt: skip
