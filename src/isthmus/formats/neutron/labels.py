"""Names that people gave, made unambiguous: Neutron itself knows its records by id and lets names repeat."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def labels(wishes: Sequence[tuple[Key, str, str]], taken: Iterable[str] = ()) -> dict[Key, str]:
    """A name for each key, of its id and the name that is wished for: all different, and none of those ``taken``.

    >>> labels([(1, "0a1b2c3d4e", "default"), (2, "f9e8d7c6b5", "default"), (3, "0123456789", "web"), (4, "98", "")])
    {1: 'default (0a1b2c3d)', 2: 'default (f9e8d7c6)', 3: 'web', 4: '98'}
    """
    count = Counter(wish for _, _, wish in wishes)
    used = {"", *taken}
    found: dict[Key, str] = {}
    for key, id_, wish in wishes:
        names = [wish] if count[wish] == 1 else []
        names += [f"{wish} ({id_[:8]})", f"{wish} ({id_})"] if wish else [id_]
        number = 2
        while names[0] in used:
            names = names[1:] or [f"{wish} ({id_}) {number}"]
            number += 1
        found[key] = names[0]
        used.add(names[0])
    return found
