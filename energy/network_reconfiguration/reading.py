"""Reading an answer back: which branches are open, what that breaks, and what it loses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from pydantic import Field

from energy.network_reconfiguration.feeder import Feeder, told
from energy.network_reconfiguration.flow import ROUNDING, Flow, amperes, flow
from energy.network_reconfiguration.grid import Indices, reachable
from energy.network_reconfiguration.units import doubts
from usecases.errors import Infeasible
from usecases.models import Sample
from usecases.records import Record
from usecases.samples import checked


class Configuration(Record):
    """The branches that are open; all others are closed."""

    open: tuple[str, ...] = Field(description="names of branches, in the feeder's order")


def label(feeder: Feeder, branch: int) -> str:
    """The name of a decision by the branch's place in the grid: branch 7 is "open_7"."""
    return f"open_{feeder.branches[feeder.grid.branch[branch]].name}"


def read(feeder: Feeder, sample: Sample, choices: Sequence[int]) -> Configuration:
    """The configuration in which the sample opens some of these branches of the grid.

    Branches that are open today and have no switch are open as well. Raises VerificationFailed
    when the sample lacks a decision, has another one, or holds something else than 0 and 1.
    """
    labels = {label(feeder, e): int(feeder.grid.branch[e]) for e in choices}
    bits = checked(sample, labels, "A sample holds 0 (closed) or 1 (open) for each switch")
    chosen = {k for k, bit in zip(labels.values(), bits, strict=True) if bit}
    return configuration(feeder, chosen)


def configuration(feeder: Feeder, chosen: set[int]) -> Configuration:
    """The configuration with these branches of the feeder open, and those open for ever."""
    fixed = {k for k, b in enumerate(feeder.branches) if not (b.switchable or b.closed)}
    return Configuration(open=tuple(feeder.branches[k].name for k in sorted(chosen | fixed)))


def opened(feeder: Feeder, found: Configuration) -> Indices:
    """The open branches by their place in the grid, one row."""
    grid = feeder.grid
    names = [feeder.branches[k].name for k in grid.branch]
    places = [names.index(name) for name in found.open if name in names]
    return np.array([sorted(places)], dtype=np.intp)


def violations(feeder: Feeder, found: Configuration) -> list[str]:
    """The broken rules in the words of a control room; empty when the feeder can run so."""
    wrong = [*_unknown(feeder, found)] or [*_not_radial(feeder, found)]
    return wrong or [*_beyond_limits(feeder, _state(feeder, found))]


@lru_cache(maxsize=1)
def _state(feeder: Feeder, found: Configuration) -> Flow:
    """The power flow, kept for who asks next: rules, losses and remarks follow each other."""
    return flow(feeder, opened(feeder, found))


def _unknown(feeder: Feeder, found: Configuration) -> Iterator[str]:
    known = {b.name: b for b in feeder.branches}
    for name, count in Counter(found.open).items():
        if name not in known:
            yield f"branch {name} is not in this feeder"
        elif count > 1:
            yield f"branch {name} is named {count} times"
        elif known[name].closed and not known[name].switchable:
            yield f"branch {name} has no switch and cannot be opened"
    for branch in feeder.branches:
        if not (branch.switchable or branch.closed or branch.name in found.open):
            yield f"branch {branch.name} has no switch and cannot be closed"


def _not_radial(feeder: Feeder, found: Configuration) -> Iterator[str]:
    closed = [b for b in feeder.branches if b.name not in found.open]
    supplied = reachable(feeder.sources, [(b.from_bus, b.to_bus) for b in closed])
    dark = [b for b in feeder.buses if b.name not in supplied]
    if dark:
        load = sum(b.p_kw for b in dark)
        yield f"{told(b.name for b in dark)} not supplied: {load / 1e3:g} MW of load are lost"
    group = {b.name: b.name for b in feeder.buses} | dict.fromkeys(feeder.sources, "the sources")
    group["the sources"] = "the sources"

    def leader(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    for branch in closed:
        a, b = leader(branch.from_bus), leader(branch.to_bus)
        if a == b:
            ends = f"from bus {branch.from_bus} to bus {branch.to_bus}"
            yield f"not radial: branch {branch.name} {ends} closes a loop"
        else:
            group[a] = b


def _beyond_limits(feeder: Feeder, state: Flow) -> Iterator[str]:
    """Voltages and currents of the first configuration that are outside their limits."""
    if not state.converged[0]:
        yield "the power flow has no solution: voltages collapse under this load"
        return
    for k, v in zip(feeder.grid.bus, np.abs(state.voltage[0]), strict=True):
        bus = feeder.buses[k]
        if bus.v_min is not None and v < bus.v_min - ROUNDING:
            yield f"bus {bus.name}: {v:.4f} p.u., lowest allowed {bus.v_min:g} p.u."
        if bus.v_max is not None and v > bus.v_max + ROUNDING:
            yield f"bus {bus.name}: {v:.4f} p.u., highest allowed {bus.v_max:g} p.u."
    for e, current in zip(state.closed[0], amperes(feeder, state)[0], strict=True):
        branch = feeder.branches[feeder.grid.branch[e]]
        if branch.limit_a is not None and current > branch.limit_a * (1 + ROUNDING):
            yield f"branch {branch.name}: {current:.1f} A, limit {branch.limit_a:g} A"


def remarks(feeder: Feeder, found: Configuration) -> list[str]:
    """How much is lost, where the voltage is lowest, what is left out, and doubts on units."""
    state = _state(feeder, found)
    volts = np.abs(state.voltage[0])
    load, k = float(np.abs(feeder.grid.load).sum()) * 1e3, int(volts.argmin())
    share = f"{100 * state.losses[0] / load:.2g} % of the load in kVA" if load else "no load"
    bus = feeder.buses[feeder.grid.bus[k]].name
    return [
        f"{share} is lost; the lowest voltage is {volts[k]:.4f} p.u., at bus {bus}",
        *_charging_left_out(feeder, found),
        *doubts(feeder),
    ]


def _charging_left_out(feeder: Feeder, found: Configuration) -> Iterator[str]:
    """A note where open branches would draw charging if they were open at one end only."""
    charging = sum(b.b_us for b in feeder.branches if b.name in found.open)
    if charging:
        yield (
            f"note: open branches are open at both ends; {charging * 1e-3 * feeder.kv**2:.3g} kvar"
            " of charging are left out of what they would give, open at one end"
        )


def objective(feeder: Feeder, found: Configuration) -> float:
    """The AC losses of the configuration in kW. Raises Infeasible where there is no power flow."""
    if [*_unknown(feeder, found)] or [*_not_radial(feeder, found)]:
        raise Infeasible("the configuration is not radial, so its losses are not computed")
    state = _state(feeder, found)
    if not state.converged[0]:
        raise Infeasible("the power flow of this configuration does not converge")
    return float(state.losses[0])
