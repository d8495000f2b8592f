"""Whole rulesets, drawn at random: tables, priorities, chains that jump, verdict maps, marks and translation."""

from random import Random

from tests.referee.conditions import WORDS, Draw, Theme
from tests.referee.constants import Constants
from tests.referee.written import Chain, Line, Named, Ruleset, Table

_FILTER_HOOKS = (
    ("prerouting", (-300, -250, -150, -50, 10)),
    ("input", (-150, 0, 10, 50, 120)),
    ("forward", (-150, -5, 0, 10, 50)),
    ("forward", (-160, -15, 5, 20, 60)),
    ("postrouting", (-150, 0, 90, 150, 300)),
    ("output", (-300, -150, 0, 20, 60)),
)
_LEAVING = ('"west"', '"east"', '{ "east", "tun*" }')
_MARKS = ("0x1", "0x2", "0x7", "meta mark or 0x4", "meta mark and 0xfffffffe")
_TYPE_OF = {4: "ipv4_addr", 6: "ipv6_addr"}


def draw_ruleset(random: Random, constants: Constants, *, translates: bool) -> Ruleset:
    """A ruleset of one to three tables."""
    tracks = translates or random.random() < 0.4
    tables, taken = [], set[tuple[str, int]]()
    for at in range(random.choice((1, 1, 2, 3))):
        family = random.choice(("inet", "inet", "ip", "ip6"))
        draw = Draw(random, constants, family, tracks)
        chains = _chains(draw, taken)
        if translates and (at == 0 or random.random() < 0.3):
            chains += _translating(draw, taken)
        tables.append(Table(family, f"t{at}", tuple(draw.sets), tuple(chains)))
    return Ruleset(tuple(tables), translates, tracks)


def _priority(random: Random, hook: str, priorities: tuple[int, ...], taken: set[tuple[str, int]]) -> int | None:
    """A priority that no other chain of the hook has: the order of equal ones is not told anywhere."""
    free = [each for each in priorities if (hook, each) not in taken]
    if not free:
        return None
    chosen = random.choice(free)
    taken.add((hook, chosen))
    return chosen


def _chains(draw: Draw, taken: set[tuple[str, int]]) -> list[Chain]:
    random = draw.random
    targets = [f"c{at}" for at in range(random.choice((0, 1, 2, 3)))]
    chains = []
    for at, name in enumerate(targets):
        lines = [_line(draw, targets[at + 1 :], "") for _ in range(random.randint(1, 5))]
        chains.append(Chain(name, "", tuple(lines)))
    for at, (hook, priorities) in enumerate(random.sample(_FILTER_HOOKS, random.randint(1, 3))):
        priority = _priority(random, hook, priorities, taken)
        if priority is None:
            continue
        policy = "drop" if hook != "prerouting" and draw.chance(0.35) else "accept"
        lines = [_line(draw, targets, hook, priority) for _ in range(random.randint(1, 9))]
        head = f"type filter hook {hook} priority {priority}; policy {policy};"
        chains.append(Chain(f"b{at}", head, tuple(lines)))
    return chains


def _line(draw: Draw, targets: list[str], hook: str, priority: int = 0) -> Line:
    theme = draw.theme()
    tests = list(draw.tests(theme))
    if hook in ("forward", "postrouting", "output") and draw.chance(0.15):
        tests.append(f"oifname {draw.negation()}{draw.random.choice(_LEAVING)}")
    if draw.chance(0.12):
        return Line((*tests, *_verdict_map(draw, theme, targets)), "", is_told=False)
    does = draw.random.choice(("accept", "accept", "accept", "drop", "drop", "return", "reject", "mark", "count"))
    if targets and draw.chance(0.25):
        does = f"{draw.random.choice(('jump', 'jump', 'goto'))} {draw.random.choice(targets)}"
    if does == "mark":
        does = f"meta mark set {draw.random.choice(_MARKS)}"
        return Line(tuple(tests), does)
    if does == "count":
        return Line(tuple(tests), draw.random.choice(("counter", "counter continue", "continue")), is_told=False)
    is_told = True
    if does == "reject":
        does = "drop" if hook == "postrouting" or (not hook and draw.chance(0.7)) else _reject(draw, theme)
        is_told = "with" not in does  # nft puts what it asks for behind the log
    if hook in ("prerouting", "output") and priority == -300 and draw.tracks and draw.chance(0.3):
        does = "notrack"
    if draw.chance(0.1):
        does = f"counter {does}"
    return Line(tuple(tests), does, is_told)


def _reject(draw: Draw, theme: Theme) -> str:
    kinds = ["reject", "reject with icmpx admin-prohibited"] if draw.family == "inet" else ["reject"]
    if theme.protocol == "tcp":
        kinds.append("reject with tcp reset")
    if theme.version == 4:
        kinds.append("reject with icmp host-unreachable")
    if theme.version == 6:
        kinds.append("reject with icmpv6 no-route")
    return draw.random.choice(kinds)


def _verdict_map(draw: Draw, theme: Theme, targets: list[str]) -> tuple[str, ...]:
    """``tcp dport vmap { 22 : accept, … }``."""
    verdicts = ["accept", "drop", "return", "continue", *(f"jump {each}" for each in targets)]
    version = theme.version or 4
    ip, type_ = WORDS[version], _TYPE_OF[version]
    if theme.protocol in ("tcp", "udp"):
        key, keys, kind = f"{theme.protocol} dport", [draw.ports() for _ in range(4)], "inet_service"
        if theme.version and draw.chance(0.4):
            key = f"{ip} saddr . {key}"
            keys, kind = [f"{draw.block(version)} . {each}" for each in keys], f"{type_} . inet_service"
    elif theme.version:
        key, keys, kind = f"{ip} daddr", [draw.block(version) for _ in range(4)], type_
    elif draw.tracks:
        key, keys, kind = "ct state", ["new", "established", "related", "invalid"], "ct_state"
    else:
        key, keys, kind = "meta l4proto", ["tcp", "udp", "icmp", "47"], "inet_proto"
    elements = [f"{each} : {draw.random.choice(verdicts)}" for each in draw.some(keys, 4)]
    if draw.chance(0.2):
        elements.append(f"* : {draw.random.choice(verdicts)}")
    if draw.chance(0.5) or any(each.startswith("*") for each in elements):
        return (f"{key} vmap {{ {', '.join(elements)} }}",)
    name = f"m{len(draw.sets)}"
    flags = " flags interval;" if any("/" in each or "-" in each for each in elements) else ""
    draw.sets.append(Named(name, "map", f"type {kind} : verdict;{flags}", tuple(elements)))
    return (f"{key} vmap @{name}",)


# Translation


def _translating(draw: Draw, taken: set[tuple[str, int]]) -> list[Chain]:
    chains = []
    for hook, priorities, kinds in (
        ("prerouting", (-100, -90, -110, -140, 15, -20), ("dnat", "dnat", "redirect")),
        ("output", (-100, -90, 30), ("dnat", "dnat", "redirect")),
        ("postrouting", (100, 95, 110, -5, 200), ("snat", "snat", "masquerade")),
    ):
        priority = _priority(draw.random, f"nat {hook}", priorities, taken)
        if priority is None or draw.chance(0.7 if hook == "output" else 0.2):
            continue
        lines = [_nat(draw, draw.random.choice(kinds)) for _ in range(draw.random.randint(1, 5))]
        chains.append(Chain(f"n{hook}", f"type nat hook {hook} priority {priority}; policy accept;", tuple(lines)))
    return chains


def _nat(draw: Draw, kind: str) -> Line:
    theme = draw.theme()
    if theme.version is None:
        theme.version = draw.random.choice(draw.versions)
    tests = list(draw.tests(theme))
    if draw.chance(0.15):
        return Line(tuple(tests), draw.random.choice(("accept", "return")))
    ports = ""
    if theme.protocol in ("tcp", "udp") and draw.chance(0.5):
        tests.append(f"{theme.protocol} {draw.random.choice(('dport', 'sport'))} {draw.ports()}")
        ports = f":{draw.port() or 1}"
    if kind in ("masquerade", "redirect"):
        if len(draw.versions) > 1:
            tests.insert(0, f"meta nfproto ipv{theme.version}")
        return Line(tuple(tests), f"{kind} to {ports}" if ports else kind)
    family = f" {WORDS[theme.version]}" if len(draw.versions) > 1 else ""
    if draw.chance(0.3):
        return _by_map(draw, theme, tests, f"{kind}{family}", kind)
    target = _one(draw, theme.version)
    shown = f"[{target}]" if ports and theme.version == 6 else target
    is_told = not family or any(each.startswith(WORDS[theme.version] + " ") for each in tests)
    return Line(tuple(tests), f"{kind}{family} to {shown}{ports}", is_told)


def _one(draw: Draw, version: int) -> str:
    """An address to translate to."""
    found = draw.prefix(version)
    return str(draw.random.choice([found.network_address, found.broadcast_address]))


def _by_map(draw: Draw, theme: Theme, tests: list[str], verb: str, kind: str) -> Line:
    """``dnat to ip daddr map { … }``; what the map does not hold stays as it is and goes on."""
    version = theme.version or 4
    type_ = _TYPE_OF[version]
    if theme.protocol in ("tcp", "udp") and draw.chance(0.5):
        key, keys, key_type = f"{theme.protocol} dport", [draw.ports() for _ in range(4)], "inet_service"
    else:
        end = "saddr" if kind == "snat" else "daddr"
        key, keys, key_type = f"{WORDS[version]} {end}", [draw.block(version) for _ in range(4)], type_
    elements = [f"{each} : {_one(draw, version)}" for each in draw.some(keys, 4)]
    if draw.chance(0.5):
        return Line(tuple(tests), f"{verb} to {key} map {{ {', '.join(elements)} }}", is_told=False)
    name = f"m{len(draw.sets)}"
    flags = " flags interval;" if any("/" in each or "-" in each for each in elements) else ""
    draw.sets.append(Named(name, "map", f"type {key_type} : {type_};{flags}", tuple(elements)))
    return Line(tuple(tests), f"{verb} to {key} map @{name}", is_told=False)
