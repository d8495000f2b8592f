"""What the snapshot beside an estate proves: configured evidence for checks, findings about layers, shares modelled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.decide import Edition
from isthmus.diagnostics import Diagnostic
from isthmus.evidence import Facts
from isthmus.report import DeviceRead

if TYPE_CHECKING:
    from isthmus.prove import Prover
    from isthmus.workflows.network import Configured


@dataclass(frozen=True)
class Proved:
    """Facts with configured evidence, and what else the snapshot told."""

    facts: Facts
    errors: tuple[Diagnostic, ...] = ()
    """Why the snapshot cannot be used, and what else reading it had to say."""
    remarks: tuple[Diagnostic, ...] = ()
    devices: tuple[DeviceRead, ...] = ()
    texts: dict[str, list[str]] = field(default_factory=dict)
    prover: Prover | None = None


def proved(
    facts: Facts, edition: Edition, snapshot: Path, only: Collection[str] = (), after: Prover | None = None
) -> Proved:
    """Hold an estate against a snapshot; nothing changes where there is none.

    The prover and its libraries are loaded where there is a snapshot only. ``after`` has proved the snapshot with
    which this one is to be compared: what both share is proved once.
    """
    if not snapshot.is_dir():
        return Proved(facts)
    from isthmus.workflows.network import load_network

    configured = load_network(snapshot)
    assert configured is not None, "the folder is there"
    if configured.errors:
        return Proved(facts, configured.diagnostics, texts=configured.texts)
    return _proved(facts, edition, configured, only, after)


def _proved(
    facts: Facts, edition: Edition, configured: Configured, only: Collection[str], after: Prover | None
) -> Proved:
    from isthmus.guidelines.testify import configured_evidence
    from isthmus.prove import Prover
    from isthmus.prove.findings import findings

    prover = Prover(facts, configured.network, after=after)
    heard = replace(facts, testimony={**facts.testimony, **configured_evidence(facts, edition, prover, only)})
    found = tuple(findings(prover, only))
    devices = tuple(DeviceRead(name, each.coverage) for name, each in sorted(configured.network.devices.items()))
    return Proved(heard, (), (*configured.diagnostics, *found), devices, configured.texts, prover)
