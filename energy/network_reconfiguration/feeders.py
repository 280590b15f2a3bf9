"""The named feeders, and random ones."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import numpy as np

from energy.network_reconfiguration.feeder import Branch, Bus, Feeder
from energy.network_reconfiguration.tables import (
    BRANCHES,
    CIVANLAR_BRANCHES,
    CIVANLAR_LOADS,
    DEMO,
    LOADS,
    TIES,
    WORKSHOP,
)


def baran_wu(switches: Collection[int] = range(1, len(BRANCHES) + 1)) -> Feeder:
    """The 33-bus feeder with switches in these branches; the others stay closed."""
    buses = tuple(
        Bus(name=str(k), p_kw=float(p), q_kvar=float(q), v_min=0.9, v_max=1.1)
        for k, (p, q) in enumerate(LOADS, start=1)
    )
    branches = tuple(
        Branch(
            name=str(k),
            from_bus=str(f),
            to_bus=str(t),
            r_ohm=r,
            x_ohm=x,
            switchable=k in switches,
            closed=k not in TIES or k not in switches,
        )
        for k, (f, t, r, x) in enumerate(BRANCHES, start=1)
    )
    few = "" if len(switches) == len(BRANCHES) else f", {len(switches)} switches"
    return Feeder(
        name=f"Baran and Wu 1989, 33 buses{few}",
        kv=12.66,
        sources=("1",),
        buses=buses,
        branches=branches,
    )


def civanlar() -> Feeder:
    """Three substations, 16 buses, 16 branches, all with a switch (Civanlar et al. 1988)."""
    ohm = 23.0**2 / 100
    buses = tuple(
        Bus(name=str(k), p_kw=float(p), q_kvar=float(q))
        for k, (p, q) in enumerate(CIVANLAR_LOADS, start=1)
    )
    branches = tuple(
        Branch(
            name=str(k),
            from_bus=str(f),
            to_bus=str(t),
            r_ohm=r * ohm,
            x_ohm=x * ohm,
            closed=k <= len(CIVANLAR_BRANCHES) - 3,
        )
        for k, (f, t, r, x) in enumerate(CIVANLAR_BRANCHES, start=1)
    )
    return Feeder(
        name="Civanlar et al. 1988, three feeders, 16 buses",
        kv=23.0,
        sources=("1", "2", "3"),
        buses=buses,
        branches=branches,
    )


def demo() -> Feeder:
    """Twelve of the 37 branches have a switch."""
    return baran_wu((*DEMO,))


def workshop() -> Feeder:
    """21 of the 37 branches have a switch."""
    return baran_wu((*WORKSHOP,))


def example(size: int, seed: int) -> Feeder:
    """A random synthetic feeder with `size` switches, at least 2.

    Chains of branches with switches bridge a trunk without any, so that the feeder is radial
    exactly when each chain is open in one place.
    """
    rng = np.random.default_rng(seed)
    size = max(size, 2)
    loops = max(min(size // 4, 40), 1)
    trunk = [f"t{k}" for k in range(loops + 3)]
    ends = list(pairwise(trunk))
    fixed = len(ends)
    spare = rng.multinomial(size - 2 * loops, np.full(loops, 1 / loops))
    for k, more in enumerate(spare.tolist(), start=1):
        a, b = sorted(int(i) for i in rng.choice(len(trunk), 2, replace=False))
        inner = [f"c{k}-{j}" for j in range(1, more + 2)]
        ends += list(pairwise([trunk[a], *inner, trunk[b]]))
    names = dict.fromkeys(name for pair in ends for name in pair)
    buses = [_random_bus(rng, name, supplied=name != trunk[0]) for name in names]
    branches = [_random_branch(rng, str(k), *pair) for k, pair in enumerate(ends, start=1)]
    rest = [b.model_copy(update={"switchable": k >= fixed}) for k, b in enumerate(branches)]
    return Feeder(
        name=f"synthetic feeder, {size} switches, seed {seed}",
        kv=12.66,
        sources=(trunk[0],),
        buses=tuple(buses),
        branches=tuple(rest),
    )


def _random_bus(rng: np.random.Generator, name: str, *, supplied: bool) -> Bus:
    p, share = float(rng.integers(2, 25) * 10), float(rng.uniform(0.3, 0.7))
    return Bus(name=name, p_kw=p, q_kvar=round(p * share)) if supplied else Bus(name=name)


def _random_branch(rng: np.random.Generator, name: str, start: str, end: str) -> Branch:
    r, ratio = float(rng.uniform(0.05, 0.6)), float(rng.uniform(0.4, 1.2))
    return Branch(
        name=name, from_bus=start, to_bus=end, r_ohm=round(r, 4), x_ohm=round(r * ratio, 4)
    )
