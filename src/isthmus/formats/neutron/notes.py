"""What lowering has to say beside the devices that it makes: diagnostics with places, and what is not modelled."""

from collections import Counter
from collections.abc import Hashable, Iterable

from isthmus.diagnostics import Code, Diagnostic, Span, shown
from isthmus.documents import Record, Records
from isthmus.formats.neutron import codes
from isthmus.network import Unmodelled

MOST = 100
"""How many diagnostics of one code are told one by one."""


class Notes:
    """Collects remarks on the records of one folder."""

    def __init__(self, texts: Iterable[Records]) -> None:
        self.shared: list[Unmodelled] = []
        """What is not modelled of records that belong to no device of their own."""
        self._texts = {each.file: each for each in texts}
        self._told: list[Diagnostic] = []
        self._count: Counter[Code] = Counter()
        self._last: dict[Code, Span] = {}
        self._once: set[Hashable] = set()

    def place(self, record: Record, *path: str | int) -> Span:
        """Where a value of a record stands."""
        return self._texts[record.where.file].place(record, *path)

    def below(self, record: Record, *path: str | int) -> tuple[Record, ...]:
        """The records of a list inside a record."""
        return self._texts[record.where.file].below(record, *path)

    def tell(self, code: Code, message: str, where: Span, help_: str = "") -> None:
        """Add a diagnostic."""
        self._count[code] += 1
        self._last[code] = where
        if self._count[code] <= MOST:
            self._told.append(Diagnostic(code, message, where, help_))

    def tell_once(self, about: Hashable, code: Code, message: str, where: Span, help_: str = "") -> None:
        """Add a diagnostic unless one about the same was told."""
        if about not in self._once:
            self._once.add(about)
            self.tell(code, message, where, help_)

    def dangling(self, record: Record, path: tuple[str | int, ...], what: str, id_: str) -> Unmodelled:
        """A record refers, by the value at ``path``, to another that is not there."""
        where = self.place(record, *path)
        message = f"{what} `{shown(id_)}` is in no file of the folder"
        self.tell_once((what, id_), codes.DANGLING, message, where, "collect all files of the folder at one time")
        return Unmodelled(where, message)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every remark; of those that are too many, how many more there are."""
        rest = [
            Diagnostic(code, f"{count - MOST} more like this, up to here", self._last[code])
            for code, count in self._count.items()
            if count > MOST
        ]
        return (*self._told, *rest)
