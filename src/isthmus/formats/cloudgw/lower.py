"""Hiera → the gateway's legs, routes and ruleset in the neutral model."""

from collections.abc import Sequence

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.cloudgw.hiera import Hiera
from isthmus.formats.cloudgw.l3_agent import HOOK, POSTROUTING, Agent
from isthmus.formats.cloudgw.legs import TABLE, legs_of
from isthmus.formats.cloudgw.profile import Profile
from isthmus.formats.cloudgw.ruleset import HOOKS, ruleset
from isthmus.formats.cloudgw.shapes import HieraFile
from isthmus.formats.format import Lowered
from isthmus.network import Coverage, Device, DeviceKind, Unmodelled


def lower(device: str, files: Sequence[HieraFile]) -> Lowered:
    """The gateway, or the agent that did its work before; a note where the keys are of neither."""
    if not files:
        return Lowered()
    problems: list[Diagnostic] = []
    hiera = Hiera(device, files, problems)
    profile = Profile(hiera, problems)
    agent = Agent.of(hiera, problems)
    parts = [_gateway(device, profile)] if profile.parameters else []
    parts += [_agent(device, agent)] if agent is not None else []
    if not parts:
        where = Span(files[0].name)
        doubt = Unmodelled(where, "hiera of a host that is no gateway of the cloud")
        parts = [Device(device, where, coverage=Coverage(1, (doubt,)))]
    return Lowered(tuple(parts), tuple(sorted(dict.fromkeys(problems), key=Diagnostic.sort_key)))


def _gateway(device: str, profile: Profile) -> Device:
    legs = legs_of(profile)
    chains = ruleset(profile, legs)
    unmodelled = tuple(sorted(dict.fromkeys(profile.unmodelled)))
    return Device(
        device,
        profile.where,
        DeviceKind.LINUX,
        forwards=True,
        interfaces=legs.interfaces,
        vrfs=legs.vrfs(),
        tables={TABLE: tuple(legs.routes)} if legs.routes else {},
        chains=chains,
        hooks=HOOKS,
        coverage=Coverage(max(profile.statements, len(unmodelled)), unmodelled),
        doubts=tuple(dict.fromkeys(profile.doubts)),
    )


def _agent(device: str, agent: Agent) -> Device:
    unmodelled: list[Unmodelled] = []
    chain = agent.chain(unmodelled)
    return Device(
        device,
        agent.where,
        DeviceKind.LINUX,
        forwards=True,
        chains={POSTROUTING: chain} if chain is not None else {},
        hooks=(HOOK,) if chain is not None else (),
        coverage=Coverage(len(chain.rules) if chain is not None else 1, tuple(dict.fromkeys(unmodelled))),
    )
