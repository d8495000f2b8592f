"""All listings of a device → its interfaces, VRFs, tables and choices, and whether it forwards."""

from collections.abc import Iterator, Sequence

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.format import Lowered
from isthmus.formats.iproute.codes import NO_ROUTES, NO_TABLE, NOT_MODELLED
from isthmus.formats.iproute.fields import Fields
from isthmus.formats.iproute.links import Links, read_links
from isthmus.formats.iproute.parse import Kind, Listing, Settings
from isthmus.formats.iproute.routes import LOCAL_TABLE, Routes, read_routes
from isthmus.formats.iproute.rules import USUAL, Choices, read_rules, usual
from isthmus.formats.iproute.settings import read_settings
from isthmus.network import MAIN_TABLE, Coverage, Device, NextHop, Route, RouteKind, TableChoice, Unmodelled
from isthmus.packetset.addresses import prefix

Tables = dict[str, tuple[Route, ...]]


def lower(device: str, texts: Sequence[Listing | Settings]) -> Lowered:
    """The device as its kernel tells it."""
    if not texts:
        return Lowered()
    listings = [each for each in texts if isinstance(each, Listing)]
    links = read_links(device, _records(listings, Kind.LINKS))
    own = {each.ip for one in links.interfaces.values() for each in one.addresses}
    routes = read_routes(_records(listings, Kind.ROUTES), own)
    rules = read_rules(_records(listings, Kind.RULES))
    tables = {name: tuple(found.values()) for name, found in routes.tables.items()}
    has_routes = any(each.kind is Kind.ROUTES for each in listings)
    problems = [*links.problems, *routes.problems, *rules.problems]
    doubts = [*links.doubts, *routes.doubts, *rules.doubts]
    is_plain = has_routes and not links.vrfs and not rules.is_special
    settings = [each for each in texts if isinstance(each, Settings)]
    kernel = read_settings(settings, links.interfaces, links.bridges, tables.get(MAIN_TABLE, ()) if is_plain else None)
    doubts += kernel.doubts
    if has_routes:
        _not_read(links, rules, routes, problems, doubts)
    elif kernel.forwards and links.interfaces:
        where = Span(texts[0].name)
        problems.append(Diagnostic(NO_ROUTES, f"the routes of `{device}` were not read", where, _WHOLE))
        doubts.append(Unmodelled(where, "the device's routes: no text of `ip -j route` is there"))
    _of_vrfs(links, rules, problems, doubts)
    chosen = tuple(_choices(rules, tables, Span(texts[0].name)))
    tables |= {name: _longer(tables.get(table, ()), length) for name, (table, length) in rules.narrowed.items()}
    tables |= rules.tables
    _fall_through(links, tables)
    tables |= {each.table: () for each in chosen if each.table not in tables}
    unmodelled = tuple(dict.fromkeys((*doubts, *rules.unmodelled, *kernel.unmodelled)))
    part = Device(
        device,
        Span(texts[0].name),
        forwards=kernel.forwards,
        interfaces=links.interfaces,
        vrfs=links.vrfs,
        tables=tables,
        choices=chosen,
        chains=kernel.chains,
        hooks=tuple(kernel.hooks),
        coverage=Coverage(sum(len(each.entries) for each in listings) + kernel.statements, unmodelled),
        doubts=tuple(dict.fromkeys(doubts)),
    )
    return Lowered((part,), (*problems, *kernel.problems))


_WHOLE = "collect `ip -j route show table all`"


def _records(listings: Sequence[Listing], kind: Kind) -> Iterator[Fields]:
    for listing in listings:
        if listing.kind is kind:
            yield from (Fields(listing, record) for record in listing.entries)


def _not_read(
    links: Links, rules: Choices, routes: Routes, problems: list[Diagnostic], doubts: list[Unmodelled]
) -> None:
    """Tables that packets are sent to and that no text tells; with ``table all``, such a table is empty."""
    wanted = {vrf.table: vrf.where for vrf in links.vrfs.values()}
    wanted |= {each.table: each.where for each in rules.choices if each.table not in {name for _, name in USUAL}}
    for table, where in wanted.items():
        known = table in routes.tables or table in rules.tables or table in rules.narrowed
        if not known and not routes.is_whole:
            message = f"no route of table `{table}` was read"
            problems.append(Diagnostic(NO_TABLE, message, where, _WHOLE))
            doubts.append(Unmodelled(where, message))


def _of_vrfs(links: Links, rules: Choices, problems: list[Diagnostic], doubts: list[Unmodelled]) -> None:
    """Rules of its own take packets of a device's VRFs, too; the neutral model looks into the VRF's table alone."""
    for each in rules.choices if links.vrfs else ():
        if (each.priority, each.table) not in USUAL and each.table != LOCAL_TABLE:
            message = "a rule that takes packets of VRFs, too, is not modelled for those"
            problems.append(Diagnostic(NOT_MODELLED, message, each.where, "answers through the device are unknown"))
            doubts.append(Unmodelled(each.where, message))


def _choices(rules: Choices, tables: Tables, where: Span) -> Iterator[TableChoice]:
    """The rules, where they are not those that every device has; each IP version has some."""
    if rules.is_special or LOCAL_TABLE in tables:
        yield from rules.choices
        for version in (4, 6):
            if version not in rules.versions:
                yield from usual(version, where)


def _longer(routes: Sequence[Route], length: int) -> tuple[Route, ...]:
    return tuple(each for each in routes if each.prefix.prefixlen > length)


def _fall_through(links: Links, tables: Tables) -> None:
    """What a VRF's table says nothing about, Linux looks up in the main table."""
    for vrf in links.vrfs.values():
        routes = tables.get(vrf.table, ())
        ends = {
            each.prefix.version for each in routes if not each.prefix.prefixlen and each.kind is not RouteKind.THROW
        }
        more = (
            Route(prefix(version, 0, 0), RouteKind.FORWARD, vrf.where, (NextHop(table=MAIN_TABLE),))
            for version in (4, 6)
            if version not in ends
        )
        tables[vrf.table] = (*routes, *more)
    if links.vrfs:
        tables.setdefault(MAIN_TABLE, ())
