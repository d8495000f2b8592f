"""Text → commands: what `nft -f` would carry out, with blocks taken apart."""

from collections.abc import Callable

from isthmus.diagnostics import Code, Diagnostic, shown
from isthmus.formats.nftables.blocks import chain_line, elements, set_block
from isthmus.formats.nftables.codes import CUT_OFF, NOT_UNDERSTOOD
from isthmus.formats.nftables.expressions import right_side, value
from isthmus.formats.nftables.names import FAMILIES
from isthmus.formats.nftables.script import ChainSpec, Command, SetSpec, Source, Target, Tree
from isthmus.formats.nftables.statements import rule
from isthmus.formats.nftables.tokens import ENDS, NotUnderstoodError, Tokens, unquoted
from isthmus.formats.nftables.tree import Expression, Literal, Rule

_VERBS = frozenset(("add", "create", "insert", "replace", "delete", "destroy", "flush", "rename"))
_HARMLESS = frozenset(("list", "reset", "monitor", "describe", "export"))
_OBJECTS = frozenset(("flowtable", "counter", "quota", "limit", "ct", "synproxy", "secmark", "tunnel", "meter"))
_NOUNS = frozenset(("table", "chain", "rule", "set", "map", "element", "ruleset")) | _OBJECTS


def read_text(file: str, text: str) -> tuple[Tree, list[Diagnostic]]:
    """The commands of a text, and what was not understood of it."""
    return _Reader(Source.of(file, text), Tokens(text)).read()


class _Reader:
    """Reads one file from its beginning to its end, and goes on behind what it does not understand."""

    def __init__(self, source: Source, tokens: Tokens) -> None:
        self.source, self.tokens = source, tokens
        self.commands: list[Command] = []
        self.diagnostics: list[Diagnostic] = []
        self.scopes = [0]
        self.scope = 0
        self.is_broken = False

    def read(self) -> tuple[Tree, list[Diagnostic]]:
        tokens = self.tokens
        self.lines(self.command, Target())
        while not tokens.is_over:
            self.report(NOT_UNDERSTOOD, "`}` closes nothing", tokens.start, tokens.start + 1, "remove it")
            self.commands.append(Command("skip", "ruleset", tokens.start, tokens.start + 1, text="`}`"))
            tokens.take()
            self.lines(self.command, Target())
        tree = Tree(self.source, tuple(self.commands), tuple(self.scopes), self.is_broken)
        return tree, self.diagnostics

    def lines(self, line: Callable[[Target], None], target: Target) -> None:
        """Line by line, to the brace that closes the block, or the end."""
        tokens = self.tokens
        tokens.skip_lines()
        while tokens.word != "}" and not tokens.is_over:
            at, scope, depth = tokens.at, self.scope, tokens.depth
            try:
                line(target)
                if tokens.word not in ENDS:
                    raise tokens.unexpected()
            except NotUnderstoodError as fault:
                self.scope, tokens.depth = scope, depth
                self.skip(at, target, fault)
            tokens.skip_lines()

    def skip(self, at: int, target: Target, fault: NotUnderstoodError) -> None:
        """Tell what was not understood, and go on behind the statement that began at ``at``."""
        tokens = self.tokens
        self.report(NOT_UNDERSTOOD, fault.message, fault.start, fault.end, fault.help)
        stopped = tokens.at
        tokens.skip_failed(at, stopped)
        tokens.at = max(tokens.at, min(stopped, tokens.last))
        words = tokens.text_between(at, tokens.at, 6)
        noun = "chain" if target.name else "table" if target.table else "ruleset"
        if tokens.is_over and tokens.is_cut_off:
            self.is_broken = True
        self.commands.append(
            Command("skip", noun, tokens.starts[at], tokens.end_before, target, text=f"`{shown(words)}`")
        )

    def report(self, code: Code, message: str, start: int, end: int, help_: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, self.source.span(start, end), help_))

    def command(self, _: Target) -> None:
        """A command at the level of the file."""
        tokens = self.tokens
        if self.definition():
            return
        start, word = tokens.start, tokens.word
        if word in _HARMLESS:
            tokens.skip_statement()
            self.commands.append(Command("note", word, start, tokens.end_before))
            return
        verb = "add"
        if word in _VERBS:
            verb = tokens.take()
        noun = tokens.take()
        if noun not in _NOUNS:
            tokens.at -= 1
            raise tokens.unexpected("a command is `table …`, `add rule …`, `flush ruleset` or the like")
        if noun == "ct":
            noun = f"ct {tokens.take_name('what kind of object')}"
        self.about(verb, noun, start)

    def about(self, verb: str, noun: str, start: int) -> None:
        """What stands behind verb and noun."""
        tokens = self.tokens
        if noun == "ruleset":
            family = tokens.take() if tokens.word in FAMILIES else ""
            self.commands.append(Command(verb, noun, start, tokens.end_before, Target(family)))
            return
        family = tokens.take() if tokens.word in FAMILIES else "ip"
        if tokens.word == "handle":
            tokens.skip_statement()
            self.commands.append(Command(verb, noun, start, tokens.end_before, Target(family), text="handle"))
            return
        table = tokens.take_name("the table")
        if noun == "table":
            self.table(verb, Target(family, table), start)
            return
        target = Target(family, table, tokens.take_name(f"the {'chain' if noun == 'rule' else noun}"))
        if noun == "rule":
            self.rule_command(verb, target, start)
        elif verb in ("add", "create", "rename"):
            self.part(verb, noun, target, start)
        else:
            inside = elements(tokens) if noun == "element" else ()
            self.add(verb, noun, start, target, set_spec=SetSpec("set", elements=inside))

    def table(self, verb: str, target: Target, start: int) -> None:
        """``table inet filter { … }``."""
        tokens = self.tokens
        if verb not in ("add", "create"):
            self.add(verb, "table", start, target)
            return
        place = len(self.commands)
        self.add("add", "table", start, target)
        if tokens.word == "{":
            flags: list[str] = []
            self.block(lambda inside: self.table_line(inside, flags), target)
            self.commands[place] = self.commands[place]._replace(text=" ".join(flags))

    def block(self, line: Callable[[Target], None], target: Target) -> None:
        """``{ … }`` with lines in it, which may define variables of their own."""
        tokens = self.tokens
        start = tokens.start
        tokens.expect("{")
        outer, self.scope = self.scope, len(self.scopes)
        self.scopes.append(outer)
        self.lines(line, target)
        self.scope = outer
        if tokens.is_over:
            if not self.is_broken:
                message = "the block that begins here is never closed"
                self.report(CUT_OFF, message, start, start + 1, "close it with `}`")
            self.is_broken = True
            return
        tokens.take()

    def table_line(self, target: Target, flags: list[str]) -> None:
        """A set, a chain or another part of a table."""
        tokens = self.tokens
        if self.definition():
            return
        start, word = tokens.start, tokens.take()
        if word == "flags":
            flags.append(tokens.take_name("a flag"))
            while tokens.skips(","):
                flags.append(tokens.take_name("a flag"))
        elif word == "comment":
            tokens.take()
        elif word in ("chain", "set", "map") or word in _OBJECTS:
            noun = f"ct {tokens.take_name('what kind of object')}" if word == "ct" else word
            name = tokens.take_name(f"the {noun}")
            self.part("add", noun, target._replace(name=name), start)
        else:
            tokens.at -= 1
            raise tokens.unexpected("a table holds `chain`, `set`, `map` and other objects")

    def part(self, verb: str, noun: str, target: Target, start: int) -> None:
        """What stands behind the name of a part of a table."""
        tokens = self.tokens
        if noun == "chain":
            if verb == "rename":
                self.add(verb, noun, start, target, text=tokens.take_name("the new name"))
            else:
                self.chain(target, start)
        elif noun in ("set", "map"):
            spec = SetSpec(noun, is_map=noun == "map")
            if tokens.word == "{":
                spec = set_block(tokens, spec)
            self.add("add", noun, start, target, set_spec=spec)
        elif noun == "element":
            self.add("add", noun, start, target, set_spec=SetSpec("set", elements=elements(tokens)))
        else:
            tokens.skip_statement()
            self.add("add", noun, start, target)

    def chain(self, target: Target, start: int) -> None:
        """The block of a chain: what it is, and its rules."""
        tokens = self.tokens
        place = len(self.commands)
        self.add("add", "chain", start, target)
        if tokens.word != "{":
            return
        spec = ChainSpec()

        def line(_: Target) -> None:
            nonlocal spec
            found = chain_line(tokens, spec)
            if found is not None:
                spec = found
            elif not self.definition():
                self.rule("add", target)

        self.block(line, target)
        self.commands[place] = self.commands[place]._replace(chain=spec, scope=len(self.scopes) - 1)

    def rule(self, verb: str, target: Target, text: str = "", start: int | None = None) -> None:
        """A rule, up to its end."""
        tokens = self.tokens
        found = rule(tokens)
        for fault in tokens.faults:
            self.report(NOT_UNDERSTOOD, fault.message, fault.start, fault.end, fault.help)
        tokens.faults.clear()
        begin = found.start if start is None else start
        self.commands.append(Command(verb, "rule", begin, found.end, target, found, text=text, scope=self.scope))

    def rule_command(self, verb: str, target: Target, start: int) -> None:
        """``add rule inet filter input index 3 tcp dport 22 accept``."""
        tokens = self.tokens
        where = ""
        if tokens.word in ("handle", "position", "index"):
            where = f"{tokens.take()} {tokens.take()}"
        if verb in ("delete", "destroy", "flush"):
            self.add(verb, "rule", start, target, text=where)
        else:
            self.rule(verb, target, where, start)

    def definition(self) -> bool:
        """``define``, ``redefine``, ``undefine`` and ``include``, which may stand anywhere; False for all else."""
        tokens = self.tokens
        start, word = tokens.start, tokens.word
        if word in ("define", "redefine"):
            tokens.take()
            name = tokens.take_name("the variable")
            tokens.expect("=")
            self.add("define", word, start, Target(name=name), found=self.defined())
        elif word == "undefine":
            tokens.take()
            self.add("define", word, start, Target(name=tokens.take_name("the variable")))
        elif word == "include":
            tokens.take()
            if tokens.word[0] != '"' or len(tokens.word) < 2:
                raise tokens.unexpected("write the file in quotes")
            self.add("include", "file", start, Target(), text=unquoted(tokens.take()))
        else:
            return False
        return True

    def defined(self) -> Expression:
        """The value of a variable."""
        tokens = self.tokens
        if tokens.word == "-":
            start = tokens.start
            tokens.take()
            found = value(tokens)
            if isinstance(found, Literal):
                return Literal(f"-{found.text}", start, found.end)
            raise tokens.unexpected()
        return right_side(tokens)

    def add(
        self,
        verb: str,
        noun: str,
        start: int,
        target: Target,
        *,
        set_spec: SetSpec | None = None,
        found: Expression | None = None,
        text: str = "",
    ) -> None:
        """Keep a command that ends here."""
        end = self.tokens.end_before
        self.commands.append(
            Command(verb, noun, start, end, target, None, None, set_spec, found, text, self.scope)
        )  # fmt: skip


def read_rule(text: str, start: int, end: int) -> Rule:
    """A rule that stands inside another text, all of it at one place there."""
    tokens = Tokens(text).placed_at(start, end)
    return rule(tokens)
