"""Questions about blocks of addresses as rules name them."""

from isthmus.packetset import Address, AddressRange, Block, MaskedAddresses


def holds(block: Block, address: Address) -> bool:
    """Whether an address is one of the block's."""
    if block.version != address.version:
        return False
    if isinstance(block, MaskedAddresses):
        return int(address) & block.mask == block.value
    if isinstance(block, AddressRange):
        return int(block.first) <= int(address) <= int(block.last)
    return address in block


def is_single(block: Block) -> bool:
    """Whether the block is one address."""
    if isinstance(block, MaskedAddresses):
        return False
    if isinstance(block, AddressRange):
        return block.first == block.last
    return block.prefixlen == block.max_prefixlen
