"""The two ends of a crossing: where each lives, on what the service is reached, as what clients arrive."""

from collections.abc import Callable
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.estate import IPAddress, IPPrefix, Network


@dataclass(frozen=True, slots=True)
class Place:
    """Where one end of a crossing lives. ``kind`` is None and ``roles`` empty where nothing tells."""

    name: str
    realm: str
    kind: str | None
    roles: frozenset[str]
    spheres: frozenset[str]
    audience: frozenset[str] = frozenset()
    doubt: str = ""
    """What is not declared of its networks, in words; while it says something, ``roles`` and ``spheres`` are those
    that it may have, and there may be others."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One address on which an endpoint is reached, with the networks that claim it.

    ``address`` is None where a name is not resolved or no address is assigned yet; then ``text`` names it.
    """

    endpoint: str
    text: str
    address: IPAddress | None
    networks: tuple[Network, ...]
    where: Span

    def lies_in(self, holds: Callable[[Network], bool]) -> bool | None:
        """Whether ``holds`` is true of its network; None where that is not known, or rivals claim the address."""
        answers = {holds(network) for network in self.networks}
        return answers.pop() if len(answers) == 1 else None

    @property
    def families(self) -> frozenset[int]:
        """4, 6 or both: of its address, or of the network that the address will be in; none where unknown."""
        if self.address is not None:
            return frozenset({self.address.version})
        return frozenset(prefix.version for network in self.networks for prefix in network.prefixes)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One prefix of the addresses that clients arrive as, with every network that holds some of it."""

    prefix: IPPrefix
    networks: tuple[Network, ...]
    is_covered: bool
    """Whether declared networks hold all of it; the rest belongs to the internet."""
    is_contested: bool
    """Whether every network named claims all of it, so that nobody knows whose it is."""
    where: Span

    def lies_in(self, holds: Callable[[Network], bool]) -> bool | None:
        """Whether ``holds`` is true of the networks of all of it; of the internet's part it never is.

        None where rivals claim it and it is not true of each of them.
        """
        answers = {holds(network) for network in self.networks}
        if not self.is_covered or answers == {False}:
            return False
        if answers == {True}:
            return True
        return None if self.is_contested else False


@dataclass(frozen=True, slots=True)
class Held:
    """What a load balancer or a web proxy is declared to hold: addresses, and names that nothing resolves."""

    addresses: frozenset[IPAddress]
    unresolved: frozenset[str]

    def holds(self, listener: Listener) -> bool | None:
        """Whether the address of ``listener`` is one of them; None where nothing tells."""
        if listener.address in self.addresses or listener.text in self.unresolved:
            return True
        is_complete = self.addresses and not self.unresolved
        return False if is_complete and listener.address is not None else None
