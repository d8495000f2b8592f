"""Export datagrams in captures (pcap, pcapng): NetFlow v5 and v9, IPFIX, sFlow 5.

Source: RFC 3954 (v9), RFC 7011 and 7012 (IPFIX), RFC 5103 (biflows), sflow_version_5.txt; RFC-less v5 by Cisco's
*NetFlow Export Datagram Format*. Recognised by the capture's magic number. A record's position is the octet of the
file at which it stands (of one that waited for its template, too). The exporter is who sent the datagram, or the agent
of sFlow. Times come from the record, by the header's clock where they count from the exporter's start; where a record
tells none, it is the time of export (sFlow: of capture).
"""

from collections.abc import Iterator

from isthmus.observe.readers.datagrams.capture import MAGICS, SECTION, Capture, Datagrams
from isthmus.observe.readers.datagrams.messages import Messages
from isthmus.observe.readers.reader import FlowFile, Item, Reader


def looks_like(beginning: bytes) -> bool:
    """Whether the first four octets are those of a capture."""
    return beginning[:4] in MAGICS or beginning[:4] == SECTION


def read(file: FlowFile) -> Iterator[Item]:
    """Yield the flow records in the capture's datagrams; of ``definitions`` the templates and options are kept."""
    messages = Messages(file)
    for stream in file.definitions:
        for piece in Capture(stream).pieces():
            if isinstance(piece, Datagrams):
                list(messages.piece(piece.data, piece.base, piece.table))
    messages.forget_rows()
    for piece in Capture(file.stream).pieces():
        if isinstance(piece, Datagrams):
            yield from messages.piece(piece.data, piece.base, piece.table)
        else:
            yield piece
    yield from messages.end()


READER = Reader("datagrams", "captures of NetFlow, IPFIX and sFlow datagrams", looks_like, read)
