"""AC power flow of many radial configurations at once, and what their limits say.

In a radial feeder the currents of the branches follow from those of the buses by the paths to the
root, and the voltages from the currents. Both are linear maps; going forth and back until the
powers fit is the backward/forward sweep, here in the matrix form of Teng (IEEE Trans. Power
Delivery 18:882-887, 2003). Every result says whether it converged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.grid import Complex, Grid, Indices
from usecases.models import Floats

MISMATCH = 1e-12
"""MVA, for each MVA of the largest load above one: no bus may be further from its load."""

SWEEPS = 300
"""A feeder that has not converged by then has no stable voltage."""

ENTRIES = 1 << 21
"""Of the matrices of the configurations that are computed at a time."""

ROUNDING = 1e-7
"""Voltages in p.u. and currents as a share of the limit beyond it by less are within it."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The state of each configuration: one row each.

    `voltage` (rows, n) and `current` (rows, n), of the closed branches in ascending order, are
    per unit on 1 MVA; `losses` in kW, infinite where the sweep has not converged.
    """

    closed: Indices
    voltage: Complex
    current: Complex
    losses: Floats
    converged: NDArray[np.bool_]


def flow(feeder: Feeder, opened: Indices) -> Flow:
    """The AC power flow with these branches open, shape (rows, loops); all must be radial."""
    grid = feeder.grid
    rows = max(min(ENTRIES // len(grid.bus) ** 2, 256), 1)
    blocks = range(0, max(len(opened), 1), rows)
    parts = [_block(grid, feeder.source_pu, opened[k : k + rows]) for k in blocks]
    names = ("closed", "voltage", "current", "losses", "converged")
    return Flow(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def _block(grid: Grid, source: float, opened: Indices) -> Flow:
    closed = grid.closed(opened)
    paths = np.rint(np.linalg.inv(grid.incidence.T[closed].swapaxes(1, 2)))
    z = grid.impedance[closed]
    shunt = grid.shunt + 0.5j * _charging(grid, closed)
    voltage = np.full((len(opened), len(grid.bus)), source, dtype=np.complex128)
    load = grid.load[None, :].conj()
    near = MISMATCH * max(float(np.abs(load).max()), 1.0)
    with np.errstate(all="ignore"):  # voltages that collapse are told by `converged`
        for _ in range(SWEEPS):
            drawn = load / voltage.conj() + shunt * voltage
            current = -_times(paths, drawn)
            voltage = source + _times(paths.swapaxes(1, 2), z * current)
            fits = (drawn - shunt * voltage) * voltage.conj() - load
            wrong = np.abs(fits).max(axis=1)
            if not (wrong > near).any():
                break
        converged = wrong <= near  # NaN has not
        losses = 1e3 * (z.real * np.abs(current) ** 2).sum(axis=1)
    return Flow(closed, voltage, current, np.where(converged, losses, np.inf), converged)


def _charging(grid: Grid, closed: Indices) -> Floats:
    """The susceptance of the branches that end at each bus."""
    ends: Floats = np.abs(grid.incidence.T)[closed]
    found: Floats = np.einsum("rbn,rb->rn", ends, grid.charging[closed])
    return found


def _times(matrices: Floats, vectors: Complex) -> Complex:
    """Real matrices times complex vectors, row by row."""
    parts = matrices @ np.stack([vectors.real, vectors.imag], axis=-1)
    return np.asarray(parts[..., 0] + 1j * parts[..., 1], dtype=np.complex128)


def amperes(feeder: Feeder, found: Flow) -> Floats:
    """The current of each closed branch in A."""
    return np.asarray(np.abs(found.current) * 1e3 / (np.sqrt(3.0) * feeder.kv), dtype=np.float64)


def excess(feeder: Feeder, found: Flow) -> Floats:
    """By how much each configuration is outside its limits: p.u. of voltage, shares of current.

    Infinite where the power flow has no solution, 0 where every limit is kept.
    """
    grid = feeder.grid
    buses = [feeder.buses[k] for k in grid.bus]
    low = np.array([b.v_min or 0.0 for b in buses])
    high = np.array([b.v_max or np.inf for b in buses])
    most = np.array([feeder.branches[k].limit_a or np.inf for k in grid.branch])[found.closed]
    with np.errstate(all="ignore"):
        v = np.abs(found.voltage)
        beyond = np.maximum(np.maximum(low - v, v - high), 0.0)
        above = np.maximum(amperes(feeder, found) / most - 1.0, 0.0)
        total = _noticed(beyond).sum(axis=1) + _noticed(above).sum(axis=1)
    return np.where(found.converged, total, np.inf)


def _noticed(values: Floats) -> Floats:
    return np.where(values > ROUNDING, values, 0.0)
