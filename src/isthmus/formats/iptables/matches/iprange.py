"""Ranges of addresses: ``iprange``."""

from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.matches.own import outside
from isthmus.formats.iptables.meet import blocks_met
from isthmus.formats.iptables.options import Extension, Option, Told
from isthmus.formats.iptables.values import address_range
from isthmus.packetset import Block


def _from(asked: Asked, told: Told) -> None:
    blocks = _range(asked, told)
    asked.source = blocks if asked.source is None else blocks_met(asked.source, blocks)


def _to(asked: Asked, told: Told) -> None:
    blocks = _range(asked, told)
    asked.destination = blocks if asked.destination is None else blocks_met(asked.destination, blocks)


def _range(asked: Asked, told: Told) -> tuple[Block, ...]:
    blocks = (address_range(told.word, asked.version),)
    return outside(blocks) if told.negated else blocks


EXTENSIONS = {"iprange": Extension({"--src-range": Option(_from), "--dst-range": Option(_to)})}
