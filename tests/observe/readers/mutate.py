"""Changing bytes as chance has it: flips, numbers at their edges, pieces gone, doubled or from elsewhere."""

import random

EDGES = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\0\0",
    b"\xff\xff",
    b"\0\1",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\xff" * 8,
    b"\x80" + bytes(7),
)
WORDS = (
    b"\n",
    b"\t",
    b",",
    b" ",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"=",
    b"-",
    b"9" * 19,
    b"-1",
    b"1e9",
    b"::",
    b"\\u",
    b"#",
    b"null",
    b"999.999.999.999",
    b"\xf0\x9f\x92\xa9",
    b"src=",
    b"#fields\t",
)


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The data after one to a few changes; deterministic for a state of ``chance``."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 9, 30))):
        at = chance.randrange(len(changed) + 1)
        size = chance.choice((1, 2, 4, 8, 16, 64, 512))
        match chance.randrange(9):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << chance.randrange(8)
            case 1 if changed:
                changed[at % len(changed)] = chance.randrange(256)
            case 2:
                edge = chance.choice(EDGES)
                changed[at : at + len(edge)] = edge
            case 3:
                word = chance.choice(WORDS)
                changed[at : at + chance.choice((0, len(word)))] = word
            case 4:
                del changed[at : at + size]
            case 5:
                changed[at:at] = changed[at : at + size] * chance.choice((1, 1, 2, 50))
            case 6:
                changed[at : at + size] = chance.randbytes(size)
            case 7:
                other = chance.choice(others)
                where = chance.randrange(len(other) + 1)
                changed[at : at + chance.choice((0, size))] = other[where : where + size]
            case _:
                if chance.randrange(4) == 0:
                    del changed[at:]
    return bytes(changed[: 1 << 20])
