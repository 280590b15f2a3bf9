"""The reference: every radial configuration, in the order of a bound, or branch exchange.

It uses no sets of candidates, no guide and no penalty: all switches of the feeder are free.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from energy.network_reconfiguration.costs import costs, losses
from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.flow import flow
from energy.network_reconfiguration.grid import Grid, Indices
from energy.network_reconfiguration.loops import chains, meshed, opened_by_least_flow, response
from usecases.errors import Infeasible
from usecases.models import Floats
from usecases.records import Reference

MOST_ENUMERATED = 200_000
"""Radial configurations that are enumerated; the 33-bus feeder has 50 751."""

BLOCK = 256
"""Configurations whose AC power flow is computed before the bound is looked at again."""

MOST_ROUNDS = 100
"""Exchanges that are made before the search ends."""


def reference(feeder: Feeder) -> Reference:
    """The least AC losses over all radial configurations that keep the limits.

    Proven by enumeration where there are at most 200 000; beyond, the best that branch exchange
    finds. Raises Infeasible where it is proven that none keeps the limits.
    """
    if feeder.grid.configurations > MOST_ENUMERATED:
        return exchanged(feeder)
    rows = cotrees(feeder.grid)
    least, solved = _lowest(feeder, rows)
    if not np.isfinite(least):
        raise _none(feeder, rows, f"none of the {len(rows)} radial configurations")
    return Reference(
        value=least,
        kind="optimal",
        method=f"all {len(rows)} radial configurations, {solved} of them by AC power flow and the"
        " rest excluded by a lower bound",
    )


def _none(feeder: Feeder, rows: Indices, none: str) -> Infeasible:
    """Why no configuration may run: no power flow has a solution, or limits are too narrow."""
    if flow(feeder, rows).converged.any():
        return Infeasible(
            f"{none} keeps the limits of voltage and current",
            "Relax v_min, v_max or limit_a, or add switches",
        )
    load = float(np.abs(feeder.grid.load).sum())
    return Infeasible(
        f"{none} has a power flow that converges: voltages collapse under {load:.4g} MVA of load at"
        f" {feeder.kv:g} kV",
        "Are p_kw and q_kvar in kW and kvar, and r_ohm and x_ohm in ohm?",
    )


def cotrees(grid: Grid) -> Indices:
    """Every set of switches whose opening leaves the feeder radial, shape (rows, loops).

    Bases of chains first, then one branch of each chain.
    """
    every = chains(grid)
    bases = _bases(grid, [int(chain[0]) for chain in every])
    found = [np.array([*product(*(every[k].tolist() for k in picked))]) for picked in bases]
    return np.sort(np.concatenate(found), axis=1)


def _bases(grid: Grid, heads: list[int]) -> list[tuple[int, ...]]:
    """The sets of chains that are a basis, chain by chain; dependent beginnings are left out."""
    columns = grid.cycles[:, heads].T
    sets: list[tuple[int, ...]] = [()]
    for size in range(1, grid.loops + 1):
        longer = [(*s, k) for s in sets for k in range(s[-1] + 1 if s else 0, len(heads))]
        if not longer:
            return []
        parts = columns[np.array(longer)]
        squares = np.linalg.det(parts @ parts.swapaxes(1, 2))
        left = len(heads) - grid.loops + size
        sets = [s for s, d in zip(longer, squares, strict=True) if d > 0.5 and s[-1] < left]
    return sets


def _lowest(feeder: Feeder, rows: Indices) -> tuple[float, int]:
    """The least losses in kW, and how many configurations were computed to know it."""
    bound = bounds(feeder, rows)
    order = np.argsort(bound, kind="stable")
    least, solved = np.inf, 0
    for k in range(0, len(order), BLOCK):
        some = order[k : k + BLOCK]
        if bound[some[0]] > least:
            break
        some = some[bound[some] <= least]
        least = min(least, float(losses(feeder, rows[some]).min()))
        solved += len(some)
    return least, solved


def bounds(feeder: Feeder, rows: Indices) -> Floats:
    """kW that each configuration loses at least; 0 where nothing is known.

    Where all loads draw power and no reactance, shunt or charging feeds any in, every branch
    carries at least the loads behind it, at a voltage no higher than the source's (the branch
    flow equations of Baran and Wu 1989). The losses of that flow are those of the meshed network
    of resistors and what opening adds.
    """
    grid = feeder.grid
    drawing = (grid.load.real >= 0).all() and (grid.load.imag >= 0).all()
    passive = (grid.impedance.imag >= 0).all() and not grid.charging.any() and not grid.shunt.any()
    if not (drawing and passive and (grid.impedance.real > 0).all()):
        return np.zeros(len(rows))
    return idealised(feeder, rows) * (1 - 1e-9)


def idealised(feeder: Feeder, rows: Indices) -> Floats:
    """kW of each configuration if its branches carried the loads behind them and no losses."""
    grid = feeder.grid
    flow, m = meshed(grid), response(grid)
    mesh = float((grid.impedance.real[:, None] * flow**2).sum())
    cut = flow[rows]
    added = (cut * np.linalg.solve(m[rows[:, :, None], rows[:, None, :]], cut)).sum(axis=(1, 2))
    return np.asarray(1e3 / feeder.source_pu**2 * (mesh + added), dtype=np.float64)


def exchanged(feeder: Feeder) -> Reference:
    """Branch exchange: open another switch of a loop instead, as long as losses fall.

    After Civanlar, Grainger, Yin and Lee (1988): the exchanges that look best without losses are
    tried by AC power flow, and the best one is made. Not a proof.
    """
    grid = feeder.grid
    now = np.array(opened_by_least_flow(grid))
    best = float(costs(feeder, now[None])[0])
    rounds = 0
    while rounds < MOST_ROUNDS:
        near = neighbours(grid, now)
        if len(near) > BLOCK:
            near = near[np.argsort(idealised(feeder, near), kind="stable")[:BLOCK]]
        found = costs(feeder, near)
        rounds += 1
        if found.min() >= best - 1e-9:
            break
        now, best = near[found.argmin()], float(found.min())
    value = float(losses(feeder, now[None])[0])
    if not np.isfinite(value):
        tried = f"none that branch exchange tries of {grid.configurations} radial configurations"
        raise _none(feeder, np.concatenate([now[None], neighbours(grid, now)]), tried)
    return Reference(
        value=value,
        kind="best_known",
        method=f"branch exchange, {rounds} rounds of up to {BLOCK} exchanges of two switches; not"
        f" proven, {grid.configurations:.3g} radial configurations",
    )


def neighbours(grid: Grid, now: Indices) -> Indices:
    """The radial configurations that differ in one open switch, rows ascending."""
    swaps = [
        np.sort(np.r_[np.delete(now, k), e])
        for k, e in product(range(len(now)), np.setdiff1d(grid.movable, now))
    ]
    rows = np.array(swaps)
    return rows[grid.radial(rows)]
