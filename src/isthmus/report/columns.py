"""Text in columns, as wide as its content needs and no wider than the paper; cells that do not fit are wrapped."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

GAP = 2
_NARROWEST = 8
"""No column is squeezed below this."""

Row = Sequence[str]


def laid_out(rows: Sequence[Row], width: int) -> Iterator[list[list[str]]]:
    """For each row the lines that it takes; each line has one text for each column, padded to the column's width.

    >>> [line for lines in laid_out([("code", "finding"), ("X1", "not met because")], 15) for line in lines]
    [['code', 'finding  '], ['X1  ', 'not met  '], ['    ', 'because  ']]
    """
    widths = _fitted([max(map(_natural, column)) for column in zip(*rows, strict=True)], width)
    for row in rows:
        cells = [wrapped(text, limit) for text, limit in zip(row, widths, strict=True)]
        height = max(map(len, cells))
        yield [
            [_padded(cell[at] if at < len(cell) else "", limit) for cell, limit in zip(cells, widths, strict=True)]
            for at in range(height)
        ]


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns of a terminal, broken at spaces where there are any.

    >>> wrapped("a word that-is-long", 6)
    ['a word', 'that-i', 's-long']
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if _wide(paragraph) <= width:
            lines.append(paragraph)
        else:
            lines += _broken(paragraph, width)
    return lines


def _broken(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for word in paragraph.split(" "):
        if line and _wide(line) + 1 + _wide(word) > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while _wide(line) > width:
            cut = _fits(line, width)
            yield line[:cut]
            line = line[cut:]
    yield line


def _fits(line: str, width: int) -> int:
    """How many characters of a line fit; at least one."""
    count = min(len(line), width)
    while count > 1 and _wide(line[:count]) > width:
        count -= 1
    return count


def _fitted(widths: list[int], total: int) -> list[int]:
    """The widths, the widest made narrower until all of them and the gaps between them fit."""
    excess = sum(widths) + GAP * (len(widths) - 1) - total
    while excess > 0 and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] -= 1
        excess -= 1
    return widths


def _natural(text: str) -> int:
    return max(map(_wide, text.split("\n")))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _wide(text))


def _wide(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return len(text) if text.isascii() else cell_len(text)
