r"""Chains of the neutral model → a ruleset for ``nft -f``: a table for each name that chains have.

A chain is called ``FAMILY TABLE CHAIN``, as reading calls it. A rule becomes a line for each alternative that one line
cannot say; an empty line's worth of conditions means any packet. Comments keep who is served (nft(8): at most 128
octets), so the whole comment stands above the rule where it is longer.
"""

from collections.abc import Iterable, Iterator, Sequence

from isthmus.formats.format import CannotRenderError, Text
from isthmus.formats.nftables.render_match import conditions, one_address
from isthmus.network import (
    Action,
    Chain,
    Changes,
    Continue,
    Device,
    Hook,
    InterfaceTest,
    Jump,
    MarkTest,
    Masquerade,
    Redirect,
    Return,
    Rule,
    SetMark,
    Translate,
    Untrack,
    Verdict,
)
from isthmus.packetset import PrefixMap

FILE = "ruleset.nft"
_LONGEST = 128
_VERDICTS = {Verdict.ACCEPT: "accept", Verdict.DROP: "drop", Verdict.REJECT: "reject"}


def render(devices: Sequence[Device], head: Sequence[str] = ()) -> tuple[Text, ...]:
    """The ruleset of a device that is told in parts. Raises CannotRenderError.

    Where a part tells all that the host admits (``reads_host``) it replaces the whole ruleset, else its tables.
    """
    tables: dict[str, list[str]] = {}
    for device in devices:
        hooks = {each.chain: each for each in device.hooks}
        for name, chain in device.chains.items():
            words = name.split()
            if len(words) != 3:
                raise CannotRenderError(f"`{name}` is no name of a chain, such as `inet filter input`")
            lines = tables.setdefault(" ".join(words[:2]), [])
            lines += [*([""] if lines else []), *_chain(words[2], chain, hooks.get(name))]
    if not tables:
        return ()
    is_whole = any(each.reads_host for each in devices)
    top = ["#!/usr/sbin/nft -f", *(f"# {_plain(each)}" for each in head), *(["flush ruleset"] if is_whole else ())]
    body = [line for name, lines in tables.items() for line in (*_anew(name, is_whole=is_whole), *lines, "}")]
    return (Text(FILE, "\n".join([*top, *body, ""])),)


def _anew(table: str, *, is_whole: bool) -> Iterator[str]:
    """The beginning of a table that replaces the one of its name, which need not be there (nft(8), ``destroy``)."""
    yield ""
    if not is_whole:
        yield from (f"table {table} {{", "}", f"delete table {table}")
    yield f"table {table} {{"


def _chain(name: str, chain: Chain, hook: Hook | None) -> Iterator[str]:
    yield f"\tchain {name} {{"
    if hook is not None:
        kind = "nat" if hook.translates else "filter"
        policy = "drop" if chain.default is Verdict.DROP else "accept"
        yield f"\t\ttype {kind} hook {hook.at} priority {hook.priority}; policy {policy};"
    for rule in chain.rules:
        yield from (f"\t\t{line}" for line in _rule(rule))
    if chain.default is not None and (hook is None or chain.default is Verdict.REJECT):
        yield f"\t\tcounter {_VERDICTS[chain.default]}"
    yield "\t}"


def _rule(rule: Rule) -> Iterator[str]:
    if rule.perhaps or rule.doubts:
        raise CannotRenderError(f"`{rule.name}` is a rule that may match; only certain ones are written")
    comment = _plain(rule.comment)
    if len(comment) > _LONGEST:
        yield f"# {comment}"
    told = f'comment "{comment[:_LONGEST]}"' if comment else ""
    interfaces = [_interface("iifname", rule.arriving), _interface("oifname", rule.leaving)]
    for match in rule.matches:
        for asked in conditions(match):
            words = [*interfaces, asked, _mark(rule.mark), "counter", _action(rule.action), told]
            yield " ".join(each for each in words if each)


def _interface(word: str, test: InterfaceTest | None) -> str:
    if test is None:
        return ""
    names = [f'"{each}"' for each in test.names]
    listed = names[0] if len(names) == 1 else "{ " + ", ".join(names) + " }"
    return f"{word} {'!= ' if test.negated else ''}{listed}"


def _mark(test: MarkTest | None) -> str:
    if test is None:
        return ""
    return f"meta mark & {test.mask:#x} {'!=' if test.negated else '=='} {test.value:#x}"


def _action(action: Action) -> str:
    match action:
        case Verdict():
            return _VERDICTS[action]
        case Jump():
            return f"{'jump' if action.comes_back else 'goto'} {action.chain.split()[-1]}"
        case Return():
            return "return"
        case Continue():
            return "continue"
        case Untrack():
            return "notrack"
        case Masquerade():
            return "masquerade" + (f" to :{action.ports}" if action.ports else "")
        case Redirect():
            return "redirect" + (f" to :{action.port}" if action.port else "")
        case SetMark():
            return f"meta mark set meta mark & {~action.mask & 0xFFFFFFFF:#x} | {action.value & action.mask:#x}"
        case Translate():
            return _translation(action)
        case _:
            raise CannotRenderError("what is not known cannot be written")


def _translation(action: Translate) -> str:
    is_source = action.changes is Changes.SOURCE
    word, rewrite = ("snat" if is_source else "dnat"), action.rewrite
    target = rewrite.source if is_source else rewrite.destination
    port = rewrite.source_port if is_source else rewrite.destination_port
    if target is None:
        return f"{word} to :{port}"
    family = "ip" if target.version == 4 else "ip6"
    if isinstance(target, PrefixMap):
        field = "saddr" if is_source else "daddr"
        return f"{word} {family} prefix to {family} {field} map {{ {target.before} : {target.after} }}"
    told = one_address(target)
    told = f"[{told}]" if port is not None and target.version == 6 else told
    return f"{word} {family} to {told}" + (f":{port}" if port else "")


def _plain(text: str) -> str:
    r"""A text that can stand in a quoted string or a comment: printable ASCII without quotes, on one line.

    >>> _plain('a "b"\nc')
    "a 'b' c"
    """
    return "".join(each if " " <= each <= "~" and each != "\\" else "?" for each in _words(text))


def _words(text: str) -> Iterable[str]:
    return " ".join(text.split()).replace('"', "'")
