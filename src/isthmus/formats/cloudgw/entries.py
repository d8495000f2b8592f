"""Entries of lists of addresses: ``10.0.0.1``, ``10.0.0.0/8``, ``10.0.0.1-10.0.0.9``, and pairs of both ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.cloudgw.codes import BAD_ENTRY, HOST_BITS
from isthmus.formats.cloudgw.shapes import Said
from isthmus.packetset import AddressRange, Block, Match

_DOT = re.compile(r"\s+\.\s+")
_PART = re.compile(r"[^,\s][^,]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list of exceptions; ``destination`` is None where ``said.doubt`` tells why it is not known."""

    said: Said
    destination: Block | None
    source: Block | None = None

    @property
    def match(self) -> Match:
        """The packets that it means: at most these, where it is in doubt."""
        source = None if self.source is None else (self.source,)
        destination = None if self.destination is None else (self.destination,)
        return Match(source, destination, version=4 if destination is None else self.version)

    @property
    def version(self) -> int:
        """The IP version of its addresses."""
        return 4 if self.destination is None else self.destination.version


def entries(texts: list[Said], problems: list[Diagnostic]) -> list[Entry]:
    """The entries of a list, or of one text in which commas stand between them."""
    parts = [part for each in texts for part in _parts(each)]
    return [_entry(each, problems) for each in parts]


def _parts(said: Said) -> Iterator[Said]:
    """The parts between the commas of a text, each with its own place where the text stands there as it is."""
    if said.doubt or "," not in said.text:
        yield said
        return
    quotes = said.where.width - len(said.text)
    for found in _PART.finditer(said.text):
        text = found[0].rstrip()
        column = said.where.column + quotes // 2 + found.start()
        is_plain = quotes in (0, 2)
        yield (
            replace(said, text=text, where=replace(said.where, column=column, width=len(text)))
            if is_plain
            else replace(said, text=text)
        )


def _entry(said: Said, problems: list[Diagnostic]) -> Entry:
    if said.doubt:
        return Entry(said, None)
    alone = block_of(said.text)
    if alone is not None:
        return Entry(said, _told(said, alone, problems))
    source, destination = (block_of(each) for each in _pair(said.text))
    if destination is not None and source is not None and source[0].version == destination[0].version:
        return Entry(said, _told(said, destination, problems), _told(said, source, problems))
    message = f"`{shown(said.text)}` is not an address, a prefix or a range"
    problems.append(Diagnostic(BAD_ENTRY, message, said.where, "write `192.0.2.1` or `192.0.2.0/24`"))
    return Entry(replace(said, doubt=message), destination[0] if destination is not None else None)


def _pair(text: str) -> tuple[str, str]:
    """Source and destination, where both are written."""
    parts = _DOT.split(text.strip())
    if len(parts) != 2:
        parts = text.split(":")
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")


def block_of(text: str) -> tuple[Block, bool] | None:
    """The addresses that a text stands for, and whether host bits were set; None where it is none.

    >>> [str(block_of(each)[0]) for each in ("10.0.0.1", "10.0.0.9/8", "10.0.0.1-10.0.0.9")]
    ['10.0.0.1/32', '10.0.0.0/8', '10.0.0.1-10.0.0.9']
    """
    first, dash, last = text.strip().partition("-")
    try:
        if dash:
            return AddressRange(ip_address(first.strip()), ip_address(last.strip())), False
        network = ip_network(first, strict=False)
    except ValueError:
        return None
    return network, network.prefixlen < network.max_prefixlen and not _is_strict(first)


def _is_strict(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _told(said: Said, found: tuple[Block, bool], problems: list[Diagnostic]) -> Block:
    """The block, after a word about host bits."""
    block, has_host_bits = found
    if has_host_bits:
        message = f"`{shown(said.text)}` has host bits set; the prefix is `{block}`"
        problems.append(Diagnostic(HOST_BITS, message, said.where, f"write `{block}`, or a longer prefix"))
    return block
