"""Chains of the neutral model as chains of nftables, each rule with its origin as comment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from isthmus.lab.render.matching import conditions
from isthmus.network import (
    Action,
    Chain,
    Changes,
    Continue,
    InterfaceTest,
    Jump,
    MarkTest,
    Masquerade,
    Redirect,
    Return,
    Rule,
    SetMark,
    Translate,
    Unclear,
    Untrack,
    Verdict,
)
from isthmus.packetset import AddressRange, Block, MaskedAddresses, PrefixMap

LONGEST_COMMENT = 128
"""nft(8): a comment may have so many characters."""

_VERDICTS = {Verdict.ACCEPT: "accept", Verdict.DROP: "drop", Verdict.REJECT: "reject with icmpx type admin-prohibited"}


@dataclass(slots=True)
class ChainWriter:
    """Writes chains; ``interface`` says what the kernel calls an interface here, ``doubt`` hears what is left out.

    ``prefix`` keeps the names of several writers apart in one table.
    """

    chains: dict[str, Chain]
    interface: Callable[[str], str | None]
    doubt: Callable[[str, Rule], None]
    prefix: str = "c"
    names: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    """The chains written so far."""

    def name(self, chain: str) -> str:
        """What a chain is called in nftables; it, and those that it jumps to, are written once."""
        if chain not in self.names:
            self.names[chain] = f"{self.prefix}{len(self.names)}"
            lines = list(self.rules(self.chains[chain].rules)) if chain in self.chains else []
            self.body += [f"  chain {self.names[chain]} {{ # {_one_line(chain)}", *lines, "  }"]
        return self.names[chain]

    def rules(self, rules: Iterable[Rule]) -> Iterator[str]:
        """The lines of some rules."""
        for rule in rules:
            if rule.perhaps or isinstance(rule.action, Unclear):
                self.doubt("; ".join(sorted({each.what for each in rule.doubts})), rule)
            if not isinstance(rule.action, Unclear):
                yield from self._rule(rule)

    def _rule(self, rule: Rule) -> Iterator[str]:
        does = self._action(rule.action)
        if does is None:
            self.doubt("a translation that the lab cannot write", rule)
            return
        comment = _comment(rule)
        for before in self._interfaces(rule):
            for match in rule.matches:
                for each in conditions(match):
                    words = [before, each, _mark(rule.mark), "counter", does, comment]
                    yield "    " + " ".join(word for word in words if word)

    def _interfaces(self, rule: Rule) -> Iterator[str]:
        for arriving in self._test("iifname", rule.arriving):
            for leaving in self._test("oifname", rule.leaving):
                yield " ".join(each for each in (arriving, leaving) if each)

    def _test(self, word: str, test: InterfaceTest | None) -> list[str]:
        if test is None:
            return [""]
        names = [f'"{self.interface(each) or each}"' for each in test.names]
        if test.negated:
            return [" ".join(f"{word} != {each}" for each in names)]
        return [f"{word} {each}" for each in names]

    def _action(self, action: Action) -> str | None:
        match action:
            case Verdict():
                return _VERDICTS[action]
            case Jump():
                return f"{'jump' if action.comes_back else 'goto'} {self.name(action.chain)}"
            case Return():
                return "return"
            case Continue():
                return "continue"
            case SetMark():
                return f"meta mark set meta mark & {~action.mask & 0xFFFFFFFF:#x} | {action.value & action.mask:#x}"
            case Untrack():
                return "notrack"
            case Masquerade():
                return "masquerade" + (f" to :{action.ports}" if action.ports else "")
            case Redirect():
                return "redirect" + (f" to :{action.port}" if action.port else "")
            case Translate():
                return _translation(action)
            case Unclear():
                return None


def _translation(action: Translate) -> str | None:
    is_source = action.changes is Changes.SOURCE
    rewrite = action.rewrite
    target = rewrite.source if is_source else rewrite.destination
    port = rewrite.source_port if is_source else rewrite.destination_port
    word = "snat" if is_source else "dnat"
    family = "" if target is None else "ip " if target.version == 4 else "ip6 "
    if isinstance(target, PrefixMap):
        field_ = f"{family}{'saddr' if is_source else 'daddr'}"
        return f"{word} {family}prefix to {field_} map {{ {target.before} : {target.after} }}"
    if target is None:
        return f"{word} to :{port}" if port else None
    told = _addresses(target)
    if told is None:
        return None
    if port is not None and target.version == 6:
        told = f"[{told}]"
    return f"{word} {family}to {told}" + (f":{port}" if port else "")


def _addresses(block: Block) -> str | None:
    """Addresses to translate to: one, or a range; None for masked ones."""
    if isinstance(block, MaskedAddresses):
        return None
    if isinstance(block, AddressRange):
        return str(block)
    first, last = block.network_address, block.broadcast_address
    return str(first) if first == last else f"{first}-{last}"


def _mark(test: MarkTest | None) -> str:
    if test is None:
        return ""
    return f"meta mark & {test.mask:#x} {'!=' if test.negated else '=='} {test.value:#x}"


def _comment(rule: Rule) -> str:
    told = f"{rule.where} {rule.name}".strip()
    return f'comment "{_one_line(told)[-LONGEST_COMMENT:]}"'


def _one_line(text: str) -> str:
    """A text that can stand in a quoted string or comment: printable ASCII without quotes."""
    return "".join(each if " " <= each <= "~" and each not in '"\\' else " " for each in text)
