"""A format of our own invention, as the pattern for the next one: a list of permits and denials, one a line.

.. code-block:: text

    # what the switch lets through; first match wins, the rest is denied
    permit tcp from 192.0.2.0/24 to any port 443
    deny ip from any to any

Files end in ``.example``; each is a chain named after it. Read `parse.py` first, then `lower.py`.
"""

from isthmus.formats.example.lower import lower
from isthmus.formats.example.parse import CODES, parse
from isthmus.formats.format import Format

FORMAT = Format(
    name="example",
    title="an invented filter, the pattern for real ones",
    looks_like=lambda path, text: path.endswith(".example"),
    parse=parse,
    lower=lower,
    codes=CODES,
)
