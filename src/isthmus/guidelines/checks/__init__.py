"""One file for each kind of check: its docstring is its page, its functions are its witnesses.

A file ``NAME.py`` offers ``Params`` (the shape of the parameters that a row may give; leave it out where there
are none) and ``declared``, ``attested``, ``configured``, ``exercised`` and ``observed``, each only where it has
something to say. ``configured`` is handed a `Prover` to ask the configured network, ``exercised`` an `Exercise`: what
real packets did. ``observed`` says of what a flow record can show whether the demand is kept, broken or neither; it is
asked beforehand, of every pair of networks, for flows of the row's case (of all, with ``OBSERVES_EVERY_CASE``).
A row of an edition refers to it by ``check = "NAME"``. Adding a check is adding a file.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Check
from isthmus.evidence import Answer, Finding


class NoParams(BaseModel):
    """Parameters of a check that takes none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Bound:
    """A check, with the shape of its parameters."""

    check: Check
    params: type[BaseModel]
    configured: Callable[[Any, Any], Answer] | None = None
    """Its witness of the configured network, asked with a question and a prover."""
    observed: Callable[[Any, Any], Finding] | None = None
    """Its witness of flow records, asked with parameters and what is seen."""
    observes_every_case: bool = False
    exercised: Callable[[Any, Any], Answer] | None = None
    """Its witness of real packets, asked with a question and an exercise."""


@cache
def names() -> tuple[str, ...]:
    """Every check that there is."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


@cache
def find(name: str) -> Bound | None:
    """The check of that name; None where no such file exists."""
    if name not in names():
        return None
    module: Any = import_module(f"{__name__}.{name}")
    check = Check(
        name,
        (module.__doc__ or "").strip(),
        getattr(module, "declared", None),
        getattr(module, "attested", None),
        reads_findings=getattr(module, "READS_FINDINGS", False),
    )
    return Bound(
        check,
        getattr(module, "Params", NoParams),
        configured=getattr(module, "configured", None),
        exercised=getattr(module, "exercised", None),
        observed=getattr(module, "observed", None),
        observes_every_case=getattr(module, "OBSERVES_EVERY_CASE", False),
    )
