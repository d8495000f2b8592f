"""Files of lines whose first line names the fields: the separator, and the rest by a mapping of names."""

from collections.abc import Iterator, Mapping, Sequence

from isthmus.observe.readers import values
from isthmus.observe.readers.columns import Does, LineFile
from isthmus.observe.readers.reader import FlowFile, Item, Quarantined, Skipped, UnreadableError
from isthmus.observe.readers.streams import Lines, lines

_SEPARATORS = b"\t,;|"
_BOM = b"\xef\xbb\xbf"
_ENDS = ((values.SOURCE, values.WIRE_SOURCE), (values.TARGET, values.WIRE_TARGET))
MOST_COLUMNS = 1000


def separator_of(line: bytes) -> bytes:
    """The separator that a header uses most; a blank where there is none of the usual."""
    most = max(_SEPARATORS, key=line.count)
    return bytes((most,)) if line.count(most) else b" "


def names_of(line: bytes) -> list[str]:
    """The names of a header, without quotes and in small letters."""
    line = line.removeprefix(_BOM).strip(b"\r\n")
    separator = separator_of(line)
    parts = line.split() if separator == b" " else line.split(separator)
    return [each.strip(b" \"'").decode(errors="replace").lower() for each in parts]


def has_ends(names: Sequence[str], known: Mapping[str, Does]) -> bool:
    """Whether the names tell both addresses of a flow."""
    does = {known[each][0] for each in names if each in known}
    return all(does & set(each) for each in _ENDS)


def read_headed(file: FlowFile, known: Mapping[str, Does], *, stop: bytes = b"") -> Iterator[Item]:
    """Read a file whose first line is its header; the rest from a line ``stop`` on is skipped.

    Raises :class:`UnreadableError` where the header does not name both addresses.
    """
    reading = LineFile(file)
    header: bytes | None = None
    columns: list[Does] = []
    separator = b","
    comments = 0

    def comment(line: bytes) -> None:
        nonlocal comments
        comments += 1

    for block in lines(file.stream):
        if isinstance(block, Quarantined):
            yield block
            continue
        rest = block
        if header is None:
            header, _, text = block.text.partition(b"\n")
            names = names_of(header)
            separator = separator_of(header)
            _refuse_unknown(names, known)
            columns = [known.get(each, (values.IGNORE, 0)) for each in names]
            rest = Lines(text, block.first + 1)
        rest, after = _until(rest, stop)
        yield from reading.delimited(rest, separator, columns, comment)
        if after:
            yield Skipped("lines of a summary", after)
            break
    yield from reading.end()
    if comments:
        yield Skipped("comments", comments)


def _refuse_unknown(names: Sequence[str], known: Mapping[str, Does]) -> None:
    if len(names) > MOST_COLUMNS:
        raise UnreadableError(f"the header names more than {MOST_COLUMNS} columns")
    if has_ends(names, known):
        return
    usual = ", ".join(f"`{name}`" for name, (does, _) in known.items() if does in _ENDS[0])
    raise UnreadableError("the header does not name the addresses of both ends", f"a source is named {usual}")


def _until(block: Lines, stop: bytes) -> tuple[Lines, int]:
    """The block up to a line ``stop``, and how many lines stand from there on."""
    if not stop:
        return block, 0
    at = 0 if block.text.startswith(stop + b"\n") else block.text.find(b"\n" + stop + b"\n") + 1
    if at == 0 and not block.text.startswith(stop + b"\n"):
        return block, 0
    return Lines(block.text[:at], block.first), block.text[at:].count(b"\n")
