"""The chains of one device, ready to be asked what they do to sets of packets."""

from collections.abc import Mapping

from isthmus.network import Chain
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.compiler import Compiler
from isthmus.prove.lists.outcome import Mark, Outcome
from isthmus.prove.lists.stretches import Method, Stretches
from isthmus.prove.lists.tell import Telling, Told
from isthmus.prove.lists.walk import Walk


class Ruleset:
    """Chains by their names. ``minds_marks``: something besides their rules reads marks (``ip rule``).

    Questions raise KeyError for a chain that is not there, and LimitError or TooLargeError where they would pass a
    bound: ask them inside of ``Compiler.answer``, which turns those into TooLarge.
    """

    def __init__(
        self,
        compiler: Compiler,
        chains: Mapping[str, Chain],
        *,
        method: Method = Method.AUTOMATIC,
        minds_marks: bool = False,
    ) -> None:
        self.compiler = compiler
        self.space = compiler.space
        self.chains = chains
        self.stretches = Stretches(compiler, chains, method, minds_marks=minds_marks)

    def evaluate(
        self,
        chain: str,
        packets: Bounds,
        *,
        arriving: tuple[str, ...] = (),
        leaving: tuple[str, ...] = (),
        mark: Mark = 0,
        closes: bool = True,
    ) -> Outcome:
        """What becomes of packets that come to a chain.

        ``arriving`` and ``leaving`` are the names of the interfaces by which they come and go: tests see one of
        several (an interface and its VRF), and none where there is no interface yet. Without ``closes`` the chain's
        default does not count, so that several chains can be asked one after the other as one list.
        """
        self.compiler.begin()
        walk = Walk(self.stretches, arriving, leaving)
        walk.start(chain, mark, packets, closes=closes)
        return walk.outcome()

    def tell(
        self,
        chain: str,
        packets: Bounds,
        *,
        arriving: tuple[str, ...] = (),
        leaving: tuple[str, ...] = (),
        mark: Mark = 0,
        closes: bool = True,
    ) -> Told:
        """Which rule decides which of the packets, and what stands in doubt about them; slower than ``evaluate``."""
        self.compiler.begin()
        telling = Telling(self.stretches, arriving, leaving)
        telling.start(chain, mark, packets, closes=closes)
        return telling.told()
