"""Commands of all files → what the kernel would hold when all are carried out: tables with chains and sets."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, Span, did_you_mean, shown
from isthmus.formats.nftables.codes import INCLUDE, NO_TARGET
from isthmus.formats.nftables.includes import included, roots
from isthmus.formats.nftables.script import Command, Source, Target, Tree
from isthmus.formats.nftables.state import (
    ChainState,
    Defined,
    Placed,
    PlacedElement,
    Scope,
    SetState,
    TableState,
    full_name,
    key_of,
)
from isthmus.formats.nftables.tree import Rule, Strange
from isthmus.network import Unmodelled

_NAMED_ONLY = ("flowtable", "synproxy", "tunnel", "ct helper", "ct expectation")
"""Objects that are not modelled; counters, quotas, limits and marks have no effect but through rules."""

_MOST_GUESSES = 50
_DEEPEST = 16
"""How deep files may include each other (nft(8))."""


class Ruleset:
    """Carries out commands."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], TableState] = {}
        self.variables: dict[str, Defined] = {}
        self.statements = 0
        self.unmodelled: list[Unmodelled] = []
        self.doubts: list[Unmodelled] = []
        self.diagnostics: list[Diagnostic] = []
        self._scope = Scope()

    @classmethod
    def of(cls, trees: Sequence[Tree]) -> "Ruleset":
        """What all files together make, in the order of their names; an included file where it is included."""
        ruleset = cls()
        for tree in roots(trees):
            ruleset._file(tree, trees, (), ruleset._scope)
        for table in ruleset.tables.values():
            for each in table.sets.values():
                each.settle()
        for chain in ruleset.chains():
            if not chain.is_made:
                ruleset._no_target("chain", chain.target, chain.where)
        return ruleset

    def chains(self) -> Iterator[ChainState]:
        """Every chain of every table."""
        return (chain for table in self.tables.values() for chain in table.chains.values())

    def _file(self, tree: Tree, trees: Sequence[Tree], inside: tuple[Tree, ...], scope: Scope) -> None:
        if tree.is_broken:
            where = tree.source.span(0, 1)
            self._doubt(Unmodelled(where, "the file could not be read to its end"))
        scopes = {0: scope}
        for command in tree.commands:
            if command.scope not in scopes:
                scopes[command.scope] = self._inner(command.scope, tree, scopes)
            if command.verb == "note":
                continue
            self.statements += 1
            if command.verb == "include":
                self._include(command, tree, trees, (*inside, tree), scopes[command.scope])
            elif command.verb == "define":
                scopes[command.scope] = self._define(command, tree.source, scopes[command.scope])
                if command.scope == 0 and not inside:
                    self._scope = scopes[0]
            elif command.verb == "skip":
                self._skip(command, tree.source)
            else:
                self._carry_out(command, tree.source, scopes[command.scope])

    def _inner(self, number: int, tree: Tree, scopes: dict[int, Scope]) -> Scope:
        around = tree.scopes[number]
        if around not in scopes:
            scopes[around] = self._inner(around, tree, scopes)
        return Scope(scopes[around])

    def _include(
        self, command: Command, tree: Tree, trees: Sequence[Tree], inside: tuple[Tree, ...], scope: Scope
    ) -> None:
        found = [each for each in included(command.text, trees) if all(each is not outer for outer in inside)]
        where = tree.source.span(command.start, command.end)
        if not found or len(inside) > _DEEPEST:
            message = f"`{shown(command.text)}` is not among the device's files"
            self.diagnostics.append(Diagnostic(INCLUDE, message, where, "add it to the device's folder"))
            self._doubt(Unmodelled(where, f'`include "{shown(command.text)}"`'))
        for each in found if len(inside) <= _DEEPEST else ():
            self._file(each, trees, inside, scope)

    def _define(self, command: Command, source: Source, scope: Scope) -> Scope:
        name = command.target.name
        if command.noun != "define":
            changed = Scope(scope.around)
            changed.values = dict(scope.values)
            scope = changed
        if command.value is None:
            scope.values.pop(name, None)
            return scope
        scope.values[name] = Defined(source, command.value, source.span(command.start, command.end))
        self.variables.setdefault(name, scope.values[name])
        return scope

    def _skip(self, command: Command, source: Source) -> None:
        doubt = Unmodelled(source.span(command.start, command.end), command.text)
        if command.text.startswith("`define "):
            self.unmodelled.append(doubt)
        else:
            self._doubt(doubt)

    def _doubt(self, doubt: Unmodelled) -> None:
        """Something that may change what happens to any packet."""
        self.unmodelled.append(doubt)
        self.doubts.append(doubt)

    def _carry_out(self, command: Command, source: Source, scope: Scope) -> None:
        noun, target = command.noun, command.target
        if noun == "ruleset":
            family = target.family
            self.tables = {key: each for key, each in self.tables.items() if family and key[0] != family}
        elif noun == "table":
            self._table(command, source)
        elif noun == "rule":
            self._rule(command, source, scope)
        elif noun == "chain":
            self._chain(command, source, scope)
        elif noun in ("set", "map"):
            self._set(command, source, scope)
        elif noun == "element":
            self._elements(command, source, scope)
        elif noun in _NAMED_ONLY and command.verb in ("add", "create"):
            where = source.span(command.start, command.end)
            self.unmodelled.append(Unmodelled(where, f"{noun} `{shown(target.name)}`"))

    def _of(self, target: Target, where: Span) -> TableState:
        key = (target.family, target.table)
        if key not in self.tables:
            self.tables[key] = TableState(target.family, target.table, where)
        return self.tables[key]

    def _no_target(self, noun: str, target: Target, where: Span, known: Sequence[str] = ()) -> None:
        name = full_name(target).strip()
        message = f"{noun} `{shown(name)}` is not made by any line of the files"
        help_ = (
            did_you_mean(target.name, known)
            if known and len(self.diagnostics) < _MOST_GUESSES
            else f"add the file that makes the {noun}"
        )
        self.diagnostics.append(Diagnostic(NO_TARGET, message, where, help_))
        self._doubt(Unmodelled(where, f"{noun} `{shown(name)}`, which no line makes"))

    def _table(self, command: Command, source: Source) -> None:
        key = (command.target.family, command.target.table)
        if command.verb in ("delete", "destroy"):
            self.tables.pop(key, None)
        elif command.verb == "flush":
            for chain in self.tables[key].chains.values() if key in self.tables else ():
                chain.rules.clear()
        else:
            table = self._of(command.target, source.span(command.start, command.end))
            table.is_dormant = table.is_dormant or "dormant" in command.text.split()

    def _chain(self, command: Command, source: Source, scope: Scope) -> None:
        where = source.span(command.start, command.end)
        target = command.target
        chains = self._of(target, where).chains
        chain = chains.get(target.name)
        if command.verb in ("delete", "destroy"):
            chains.pop(target.name, None)
            return
        if command.verb == "rename":
            if chain is None:
                self._no_target("chain", target, where, tuple(chains))
                return
            del chains[target.name]
            chain.target = target._replace(name=command.text)
            chains[command.text] = chain
            return
        if chain is None:
            chain = chains[target.name] = ChainState(target, where, scope)
        if command.verb == "flush":
            chain.rules.clear()
            return
        chain.is_made = True
        told = command.chain
        if told is not None and told.hook:
            policy = chain.spec.policy if told.policy is None else told.policy
            chain.spec, chain.spec_source, chain.scope = replace(told, policy=policy), source, scope
        elif told is not None and told.policy is not None:
            chain.spec, chain.scope = replace(chain.spec, policy=told.policy), scope

    def _rule(self, command: Command, source: Source, scope: Scope) -> None:
        target = command.target
        table = self.tables.get((target.family, target.table))
        chain = table.chains.get(target.name) if table is not None else None
        if chain is None:
            where = source.span(command.start, command.end)
            chain = self._of(target, where).chains[target.name] = ChainState(target, where, scope)
        how, _, number = command.text.partition(" ")
        rule = command.rule
        if rule is not None and not how:
            place = 0 if command.verb == "insert" else len(chain.rules)
            chain.rules.insert(place, Placed(rule, source, scope))
        elif rule is not None and how == "index" and number.isdecimal() and len(number) < 10:
            place = int(number) + (command.verb != "insert")
            chain.rules.insert(place, Placed(rule, source, scope))
        else:
            self._by_handle(command, chain, source, scope)

    def _by_handle(self, command: Command, chain: ChainState, source: Source, scope: Scope) -> None:
        """A rule is named by a number that only the kernel knows: anything may happen in the chain now."""
        where = source.span(command.start, command.end)
        what = f"{command.verb} rule {command.text}".strip()
        message = f"`{shown(what)}` names a rule by a number that the files do not tell"
        help_ = "take the ruleset anew with `nft list ruleset`"
        self.diagnostics.append(Diagnostic(NO_TARGET, message, where, help_))
        unclear = Rule((Strange(what, command.start, command.end),), "", command.start, command.end)
        chain.rules.insert(0, Placed(unclear, source, scope))

    def _set(self, command: Command, source: Source, scope: Scope) -> None:
        where = source.span(command.start, command.end)
        target = command.target
        sets = self._of(target, where).sets
        found = sets.get(target.name)
        if command.verb in ("delete", "destroy"):
            sets.pop(target.name, None)
        elif command.verb == "flush":
            if found is None:
                self._no_target("set", target, where, tuple(sets))
            else:
                found.elements.clear()
                found.deleted.clear()
        elif command.set is not None:
            if found is None:
                found = sets[target.name] = SetState(target, where, command.set)
            found.elements += [PlacedElement(each, source, scope) for each in command.set.elements]

    def _elements(self, command: Command, source: Source, scope: Scope) -> None:
        where = source.span(command.start, command.end)
        target = command.target
        sets = self._of(target, where).sets
        found = sets.get(target.name)
        inside = command.set.elements if command.set else ()
        if found is None:
            self._no_target("set", target, where, tuple(sets))
        elif command.verb in ("delete", "destroy"):
            found.deleted |= {key_of(each.key): (len(found.elements), where) for each in inside}
        else:
            found.elements += [PlacedElement(each, source, scope) for each in inside]
