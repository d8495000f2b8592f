"""Names in the draft: several files speak of one name, and none of them may contradict or loop."""

from isthmus.estate import IPAddress, NameRecord
from isthmus.estate.types import is_name
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.outcomes import CannotImport, Imported


def add_address(draft: Draft, name: str, address: IPAddress, origin: str) -> Imported:
    """Say that ``name`` has ``address``, beside those that it has already."""
    name = checked(name)
    record = draft.get("names", name, NameRecord)
    if record is None:
        return draft.add("names", name, NameRecord(addresses=(address,), origin=origin))
    if record.alias is not None:
        raise CannotImport(f"`{name}` already stands for `{record.alias}` ({record.origin})")
    if address in record.addresses:
        return Imported(f"names.{name}")
    keep = record.origin if record.addresses else origin
    return draft.complete("names", name, addresses=(*record.addresses, address), origin=keep)


def stands_at(draft: Draft, name: str, address: IPAddress, origin: str) -> Imported:
    """Say that ``name`` has ``address`` and no other of its family."""
    record = draft.get("names", checked(name), NameRecord)
    others = [each for each in record.addresses if each.version == address.version] if record else []
    if record and others and address not in others:
        raise CannotImport(f"`{name}` already has address `{others[0]}` ({record.origin})")
    return add_address(draft, name, address, origin)


def add_alias(draft: Draft, name: str, target: str, origin: str) -> Imported:
    """Say that ``name`` is another name for ``target``."""
    name, target = checked(name), checked(target)
    record = draft.get("names", name, NameRecord)
    if record is not None and (record.addresses or record.alias not in (None, target)):
        raise CannotImport(f"`{name}` already stands for something else ({record.origin})")
    if name in _chain(draft, target):
        raise CannotImport(f"following the aliases of `{name}` leads back to it")
    if record is None:
        return draft.add("names", name, NameRecord(alias=target, origin=origin))
    return draft.complete("names", name, alias=target, origin=origin)


def addresses_of(draft: Draft, name: str) -> tuple[IPAddress, ...]:
    """The addresses that a name leads to, as far as the data tells."""
    record = draft.get("names", _chain(draft, name)[-1], NameRecord)
    return record.addresses if record else ()


def checked(name: str) -> str:
    """A name as an estate spells it; raises CannotImport where it cannot be one."""
    if not is_name(name):
        raise CannotImport(f"`{name[:80]}` is not a name that an estate can hold")
    return name.rstrip(".").lower()


def _chain(draft: Draft, name: str | None) -> list[str]:
    """``name`` and everything that its aliases lead to."""
    seen: list[str] = []
    while name is not None and name not in seen:
        seen.append(name)
        record = draft.get("names", name, NameRecord)
        name = record.alias if record else None
    return seen
