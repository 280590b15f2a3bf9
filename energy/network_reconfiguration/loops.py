"""Which switches to choose from: one set for each loop, so that every choice is radial.

Two branches that lie in the same loops are in series: opening both cuts off what lies between.
Branches in series form a chain, and only chains matter for whether a choice is radial. Chains
whose loop columns are a basis may be cut anywhere, one cut each, and the feeder is radial: that
is where the sets begin. A further chain joins a set if every choice of one chain from each set
is still a basis, which is checked choice by choice.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from energy.network_reconfiguration.grid import Grid, Indices
from usecases.models import Floats

MOST_CHOICES = 2_000
"""Choices of chains that are checked before a set is left as it is."""

Groups = tuple[tuple[int, ...], ...]


def chains(grid: Grid) -> list[Indices]:
    """The switchable branches in loops, those in series together."""
    columns = grid.cycles[:, grid.movable].T
    first = np.argmax(columns != 0, axis=1)
    signs = columns[np.arange(len(columns)), first][:, None]
    _, which = np.unique(columns * signs, axis=0, return_inverse=True)
    found = [grid.movable[which.ravel() == k] for k in range(which.max() + 1)]
    return sorted(found, key=lambda chain: int(chain[0]))


def meshed(grid: Grid) -> Floats:
    """The flow of P and Q in MW, shape (m, 2), that loses least if every switch is closed.

    Loads at nominal voltage, resistances only: without any loss in the feeder's branches' x, it
    is the flow of a network of resistors.
    """
    power = np.zeros((len(grid.branch), 2))
    load = np.stack([grid.load.real, grid.load.imag], axis=1)
    power[grid.tree] = -np.linalg.solve(grid.incidence[:, grid.tree], load)
    r = resistance(grid)
    loop = np.linalg.solve((grid.cycles * r) @ grid.cycles.T, grid.cycles @ (r[:, None] * power))
    found: Floats = power - grid.cycles.T @ loop
    return found


def resistance(grid: Grid) -> Floats:
    """Per unit, with a trace of it where a branch has none, so that loops can be solved."""
    r = grid.impedance.real
    return np.maximum(r, 1e-6 * max(float(r.max()), 1e-9))


def response(grid: Grid) -> Floats:
    """(m, m): what opening branches does to the flow of resistors.

    With M = Cᵀ (C R Cᵀ)⁻¹ C, opening the set S adds F_Sᵀ M_SS⁻¹ F_S to the losses and leaves
    the flow F − M_·S M_SS⁻¹ F_S, exactly. M_SS is singular where S cuts buses off.
    """
    c = grid.cycles
    found: Floats = c.T @ np.linalg.solve((c * resistance(grid)) @ c.T, c)
    return found


def opened_by_least_flow(grid: Grid) -> tuple[int, ...]:
    """Open the switch with the least flow, find the new flow, and again: a first configuration.

    The sequential opening of Merlin and Back (1975) and of Shirmohammadi and Hong (1989), on the
    network of resistors.
    """
    all_flow, m = meshed(grid), response(grid)
    chosen: list[int] = []
    for _ in range(grid.loops):
        now = all_flow
        if chosen:
            part = np.linalg.solve(m[np.ix_(chosen, chosen)], all_flow[chosen])
            now = all_flow - m[:, chosen] @ part
        size = np.linalg.norm(now, axis=1)
        order = sorted(grid.movable.tolist(), key=lambda e: (round(float(size[e]), 12), e))
        chosen.append(next(e for e in order if _extends(grid, chosen, e)))
    return tuple(sorted(chosen))


def _extends(grid: Grid, chosen: list[int], e: int) -> bool:
    """Whether the branch may be opened as well, and what is left can still become radial."""
    if e in chosen:
        return False
    part = grid.cycles[:, [*chosen, e]]
    return bool(np.linalg.matrix_rank(part) == part.shape[1])


def candidate_sets(grid: Grid) -> Groups:
    """A set of branches for each loop; opening one of each set is radial, whichever it is.

    The first chains are those of `opened_by_least_flow`, the others join in the order of the
    meshed flow, each the smallest set that it can. Nothing is known here about which
    configuration is best.
    """
    every = chains(grid)
    of = {int(e): k for k, chain in enumerate(every) for e in chain}
    sets = [[of[e]] for e in opened_by_least_flow(grid)]
    size = np.linalg.norm(meshed(grid), axis=1)
    taken = {k for chosen in sets for k in chosen}
    rest = [k for k in range(len(every)) if k not in taken]
    for chain in sorted(rest, key=lambda k: float(size[every[k]].min())):
        small = sorted(range(len(sets)), key=lambda p: sum(len(every[k]) for k in sets[p]))
        for place in small:
            if _all_radial(grid, every, sets, place, chain):
                sets[place].append(chain)
                break
    groups = (tuple(sorted(int(e) for k in chosen for e in every[k])) for chosen in sets)
    return tuple(sorted(groups))


def _all_radial(
    grid: Grid, every: list[Indices], sets: list[list[int]], place: int, chain: int
) -> bool:
    """Whether each choice that takes this chain from the set in this place is a basis."""
    others = [chosen if k != place else [chain] for k, chosen in enumerate(sets)]
    if math.prod(map(len, others)) > MOST_CHOICES:
        return False
    choices = np.array([[int(every[k][0]) for k in row] for row in product(*others)])
    return bool(grid.radial(choices).all())
