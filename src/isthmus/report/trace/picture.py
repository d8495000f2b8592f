"""What the picture of a trace shows: one way there and its reply, side by side in columns, one for each device."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from isthmus.prove.replay.journeys import Journey, Round
from isthmus.prove.replay.ways import Outcome, Way
from isthmus.report.digest import counted
from isthmus.report.trace.stops import Stop, Texts, stops
from isthmus.report.trace.traced import Traced

MOST_PROXIES = 4


@dataclass(frozen=True, slots=True)
class Lane:
    """One direction: its stops in the packet's order, and the ways that end its parts (several behind proxies)."""

    stops: tuple[Stop, ...]
    ways: tuple[Way, ...]

    @property
    def arrives(self) -> bool:
        """Whether the last of its ways ended well."""
        return bool(self.ways) and self.ways[-1].arrives


@dataclass(frozen=True, slots=True)
class Column:
    """A device, with its stop in each lane; either may be missing."""

    name: str
    realm: str
    there: int | None
    back: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn."""

    there: Lane
    back: Lane | None
    columns: tuple[Column, ...]
    note: str = ""
    """That there are other ways, where there are."""


def picture(traced: Traced) -> Picture | None:
    """The way that decides: the first that fails, else the first. None where nobody sends the packet."""
    legs = tuple(_legs(traced.journey, MOST_PROXIES))
    if not legs:
        return None
    there = _joined([each.there for each in legs], traced.texts)
    backs = [_reply(each) for each in reversed(legs)]
    answered = [each for each in backs if each is not None]
    back = _joined(answered, traced.texts) if answered and len(answered) == len(backs) else None
    columns = tuple(_columns(traced, there.stops, back.stops if back else ()))
    return Picture(there, back, columns, _note(traced.journey))


def _legs(journey: Journey, proxies: int) -> Iterator[Round]:
    """The deciding round of a journey and, behind a proxy, of the flow that decides there."""
    if not journey.rounds:
        return
    chosen = _deciding(journey.rounds)
    yield chosen
    if chosen.onward and proxies:
        failing = [each for each in chosen.onward if each.outcome is not Outcome.THROUGH]
        yield from _legs((failing or list(chosen.onward))[0], proxies - 1)


def _deciding(rounds: Sequence[Round]) -> Round:
    for wanted in (False, None):
        for each in rounds:
            if any(seen.gets_through is wanted for seen in each.seen):
                return each
    return rounds[0]


def _reply(one: Round) -> Way | None:
    """The reply's way that decides."""
    if one.back is None or not one.back.ways:
        return None
    return next((way for way in one.back.ways if not way.arrives), one.back.ways[0])


def _joined(ways: Sequence[Way], texts: Texts) -> Lane:
    """Ways one behind the other as one lane: a proxy is one stop, with what it met before and what it sends."""
    passed: list[Stop] = []
    for way in ways:
        following = list(stops(way, texts))
        if passed and following and passed[-1].name == following[0].name:
            last, first = passed.pop(), following.pop(0)
            joined = (*last.entries, *first.entries)
            passed.append(replace(last, after=first.after, leaving=first.leaving, entries=joined))
        passed += following
    return Lane(tuple(passed), tuple(ways))


def _columns(traced: Traced, there: Sequence[Stop], back: Sequence[Stop]) -> Iterator[Column]:
    """Both lanes side by side: the reply from right to left, devices that both pass in one column."""
    mirrored = list(reversed(back))
    matched = SequenceMatcher(None, [each.name for each in there], [each.name for each in mirrored], autojunk=False)
    for _, first, last, other, end in matched.get_opcodes():
        pairs = (
            max(last - first, end - other) if there[first:last] and _same(there[first:last], mirrored[other:end]) else 0
        )
        if pairs:
            for at in range(pairs):
                yield _column(traced, there[first + at], first + at, len(back) - 1 - (other + at))
            continue
        yield from (_column(traced, there[at], at, None) for at in range(first, last))
        yield from (_column(traced, mirrored[at], None, len(back) - 1 - at) for at in range(other, end))


def _same(some: Sequence[Stop], others: Sequence[Stop]) -> bool:
    return [each.name for each in some] == [each.name for each in others]


def _column(traced: Traced, stop: Stop, there: int | None, back: int | None) -> Column:
    realm = traced.whereabouts.of(stop.name, (stop.arriving, stop.leaving))
    if stop.host is not None:
        realm = traced.of(stop.host).realm
    return Column(stop.name, realm, there, back)


def _note(journey: Journey) -> str:
    """How many ways are not drawn."""
    ways = len(journey.rounds)
    backs = max((len(one.back.ways) for one in journey.rounds if one.back), default=1)
    servers = max((len(one.onward) for one in journey.rounds), default=0)
    if ways < 2 and backs < 2 and servers < 2:
        return ""
    told = [counted(ways, "way") + " there"]
    told += [f"{counted(backs, 'way')} back"] if backs > 1 else []
    told += [f"{counted(servers, 'server')} behind the proxy"] if servers > 1 else []
    drawn = "first" if journey.outcome is Outcome.THROUGH else "first that does not surely get through"
    return f"{', '.join(told)}; drawn is the {drawn}"
