"""From declared crossings to what each enforcement point has to be told, and nothing more.

`buildable` chooses the crossings that may be built; `needs` says what they need as flows; `borders`, `gateway`, `hosts`
and `balancers` each find their kind of enforcement point in the estate and the frame, and make the rules that belong
there; `parts` spells them by way of `formats`; `frame` puts what was spelled back into the network, to be proved.
"""

from isthmus.generate.buildable import KINDS, Buildable, Choice
from isthmus.generate.codes import CODES
from isthmus.generate.frame import framed
from isthmus.generate.generated import Generated, digest, generate
from isthmus.generate.needs import Need, Needs
from isthmus.generate.parts import Written

__all__ = [
    "CODES",
    "KINDS",
    "Buildable",
    "Choice",
    "Generated",
    "Need",
    "Needs",
    "Written",
    "digest",
    "framed",
    "generate",
]
