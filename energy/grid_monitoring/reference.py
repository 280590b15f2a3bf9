"""What classical computing proves: the fewest PMUs, by integer or constraint programming."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from energy.grid_monitoring.observing import greedy
from energy.grid_monitoring.sites import Monitored
from usecases.errors import MissingExtra
from usecases.records import Reference

TIME_LIMIT = 30.0
"""Of a solver, in seconds."""


@dataclass(frozen=True)
class Program:
    """The constraint program and its decisions, one for each bus."""

    model: Any
    pmus: list[Any]


def reference(sites: Monitored) -> Reference:
    """The fewest PMUs; the best known number with a bound where time runs out."""
    return by_rules(sites) if sites.balances else by_cover(sites)


def by_cover(sites: Monitored) -> Reference:
    """Without Kirchhoff's law: a set cover of the buses as an integer program, by HiGHS."""
    import scipy
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    n = sites.grid.size
    rows = np.repeat(np.arange(n), [len(near) for near in sites.seen])
    columns = np.concatenate(sites.seen)
    cover = csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
    found = milp(
        np.ones(n),
        integrality=np.ones(n, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(cover, lb=1),
        options={"time_limit": TIME_LIMIT, "mip_rel_gap": 0.0},
    )
    best = len(greedy(sites)) if found.x is None else round(found.fun)
    told = f"HiGHS (SciPy {scipy.__version__}), a set cover of the buses"
    return _settled(best, found.mip_dual_bound, told)


def by_rules(sites: Monitored) -> Reference:
    """With Kirchhoff's law: the rules and the order of their use, by CP-SAT."""
    cp_model, version = _cp_sat()
    program = constraints(sites)
    program.model.minimize(sum(program.pmus))
    first = set(greedy(sites))
    for k, pmu in enumerate(program.pmus):
        program.model.add_hint(pmu, k in first)
    solver = _solver(cp_model)
    status = solver.solve(program.model)
    best = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else 0
    told = f"CP-SAT {version}, Kirchhoff's law with the order of its use"
    return _settled(best or len(first), solver.best_objective_bound, told)


def _settled(best: int, bound: float | None, told: str) -> Reference:
    """Proven where the bound, rounded up to whole PMUs, meets the answer."""
    least = math.ceil((bound or 0.0) - 1e-6)
    if best <= least:
        return Reference(value=best, kind="optimal", method=told)
    told += f": stopped after {TIME_LIMIT:.0f} s, at least {least}"
    return Reference(value=best, kind="best_known", method=told)


def optimal_sets(sites: Monitored, fewest: int, at_most: int = 200) -> list[tuple[str, ...]]:
    """All sets of `fewest` PMUs that observe every bus, or the first `at_most` found.

    Each set found is excluded and the next one sought until none is left.
    """
    cp_model, _ = _cp_sat()
    program = constraints(sites)
    program.model.add(sum(program.pmus) == fewest)
    found: list[tuple[str, ...]] = []
    while len(found) < at_most:
        solver = _solver(cp_model)
        if solver.solve(program.model) != cp_model.OPTIMAL:
            break
        chosen = [k for k, pmu in enumerate(program.pmus) if solver.value(pmu)]
        found.append(tuple(sites.grid.names[k] for k in chosen))
        program.model.add_bool_or([program.pmus[k].negated() for k in chosen])
    return sorted(found)


def constraints(sites: Monitored) -> Program:
    """Each bus is observed by a PMU, or by the law at one zero-injection bus after the others.

    Level t of a bus is above those of all other members of the balance that gives it away, so
    no circle of balances supports itself.
    """
    cp_model, _ = _cp_sat()
    model = cp_model.CpModel()
    pmus = [model.new_bool_var(f"x{k}") for k in range(sites.grid.size)]
    clauses = [[pmus[j] for j in near] for near in sites.seen]
    members = sorted({k for balance in sites.balances for k in balance})
    level = {k: model.new_int_var(0, len(sites.balances), f"t{k}") for k in members}
    for balance in sites.balances:
        uses = {k: model.new_bool_var("") for k in balance}
        model.add_at_most_one(uses.values())
        for k, use in uses.items():
            clauses[k].append(use)
            for j in balance:
                if j != k:
                    model.add(level[k] >= level[j] + 1).only_enforce_if(use)
    for clause in clauses:
        model.add_bool_or(clause)
    return Program(model, pmus)


def _solver(cp_model: Any) -> Any:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = TIME_LIMIT
    return solver


def _cp_sat() -> tuple[Any, str]:
    try:
        import ortools
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "energy") from None
    return cp_model, str(ortools.__version__)
