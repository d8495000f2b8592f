"""Devices as indented text for golden files: every fact on a line of its own, with the line that it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from isthmus.diagnostics import Span
from isthmus.network import Coverage, Device, Rule, Unmodelled
from isthmus.packetset import Interval, Match


def outline(devices: tuple[Device, ...]) -> str:
    """Every device, stable and complete: what is empty or a default is left out."""
    return "\n".join(line for each in devices for line in _entry(each.name, each)) + "\n"


def _entry(label: str, value: object, depth: int = 0) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, Rule):
        yield f"{indent}{label}{_rule(value)}"
    elif isinstance(value, Coverage):
        yield f"{indent}{label}: {len(value.unmodelled)} of {value.statements} statements not modelled"
        yield from (f"{indent}  {_place(each.where)}{each.what}" for each in value.unmodelled)
    elif isinstance(value, Mapping):
        yield f"{indent}{label}:"
        for name, each in value.items():
            yield from _entry(name, each, depth + 1)
    elif isinstance(value, tuple) and any(is_dataclass(each) for each in value) and not _is_flat(value):
        yield f"{indent}{label}:"
        for each in value:
            yield from _entry("- ", each, depth + 1)
    elif is_dataclass(value) and not _is_flat((value,)):
        where = getattr(value, "where", None)
        yield f"{indent}{_place(where) if where else ''}{label}".rstrip()
        for each in fields(value):
            part = getattr(value, each.name)
            if each.name not in ("where", "name") and part != each.default and part not in ((), {}, None):
                yield from _entry(each.name, part, depth + 1)
    else:
        yield f"{indent}{label}: {_flat(value)}"


def _is_flat(values: tuple[object, ...]) -> bool:
    return all(isinstance(each, Match | Interval | Unmodelled) or type(each).__str__ is not object.__str__
               or not is_dataclass(each) for each in values)  # fmt: skip


def _flat(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(each) for each in value))
    if isinstance(value, tuple):
        return "; ".join(_flat(each) for each in value)
    return str(value)


def _place(where: Span) -> str:
    return f"{where.line}:{where.column} "


def _rule(rule: Rule) -> str:
    words = [_place(rule.where) + (rule.name or "rule") + ":"]
    words += [f"in {rule.arriving}"] if rule.arriving else []
    words += [f"out {rule.leaving}"] if rule.leaving else []
    words += [f"mark {rule.mark}"] if rule.mark else []
    words += [" or ".join(str(each) for each in rule.matches) or "nothing surely"]
    words += [f"perhaps {' or '.join(str(each) for each in rule.perhaps)}"] if rule.perhaps else []
    words += [f"-> {rule.action}"]
    words += [f"because {_flat(tuple(each.what for each in rule.doubts))}"] if rule.doubts else []
    words += [f"uses {', '.join(rule.uses)}"] if rule.uses else []
    words += [f"hits {rule.hits}"] if rule.hits is not None else []
    words += [f"# {rule.comment}"] if rule.comment else []
    return " ".join(words)
