"""What classical computing proves: OR-Tools' CP-SAT, in intervals and in orders."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from logistics.job_shop.dispatch import dispatched, lower_bound, makespan
from logistics.job_shop.library import listed
from logistics.job_shop.orders import Orders
from logistics.job_shop.shop import JobShop
from usecases.errors import MissingExtra
from usecases.models import Bits
from usecases.records import Reference

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

SECONDS = 30.0
"""How long a proof may take."""


class Problem:
    """Start times as whole numbers, jobs in turn, and the makespan to be lowered."""

    def __init__(self, shop: JobShop) -> None:
        try:
            from ortools.sat.python import cp_model
        except ImportError:
            raise MissingExtra("ortools", "logistics") from None
        self.shop, self.steps, self.cp = shop, shop.steps, cp_model
        self.known = dispatched(shop)
        self.horizon, self.least = makespan(shop, self.known), lower_bound(shop)
        self.model: CpModel = cp_model.CpModel()
        self.end = self.model.new_int_var(self.least, self.horizon, "makespan")
        windows = zip(self.steps, shop.heads, shop.tails, strict=True)
        self.starts = [
            self.model.new_int_var(head, self.horizon - tail - step.duration, step.name)
            for step, head, tail in windows
        ]
        for o, step in enumerate(self.steps):
            self.model.add_hint(self.starts[o], self.known[o])
            ready = self.starts[o] + step.duration
            last = step.place + 1 == len(shop.jobs[step.job])
            self.model.add((self.end if last else self.starts[o + 1]) >= ready)
        self.model.minimize(self.end)

    def machines_run_one_at_a_time(self) -> None:
        for here in self.shop.machines.values():
            self.model.add_no_overlap(
                self.model.new_fixed_size_interval_var(
                    self.starts[o], self.steps[o].duration, self.steps[o].name
                )
                for o in here
            )

    def solved(self, seconds: float) -> tuple[CpSolver, tuple[int, ...], int]:
        """The solver, the starts of the best schedule found, and a proven lower bound."""
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(self.model)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return solver, self.known, self.least
        bound = max(round(solver.best_objective_bound), self.least)
        return solver, tuple(map(solver.value, self.starts)), bound


def reference(shop: JobShop) -> Reference:
    """The proven least makespan, or the best one known where 30 s do not suffice.

    Machines are stated as intervals that do not overlap; no bit of the model occurs.
    """
    problem = Problem(shop)
    problem.machines_run_one_at_a_time()
    _, starts, bound = problem.solved(SECONDS)
    value = makespan(shop, starts)
    solver = f"CP-SAT (OR-Tools {version('ortools')}), intervals, one worker"
    if bound == value:
        return Reference(value=value, kind="optimal", method=solver)
    told = f"{solver}: {bound} to {value} after {SECONDS:g} s"
    if known := listed(shop):
        told += f"; the literature has {known.lower} to {known.upper} ({known.source})"
        value = min(value, known.upper)
    return Reference(value=value, kind="best_known", method=told)


def minimised(orders: Orders, seconds: float) -> tuple[Bits, float]:
    """The best orders that CP-SAT finds in the time, and a proven bound on all makespans.

    The bits themselves are the solver's variables: each one, or its opposite, makes one of its
    two operations wait for the other.
    """
    problem = Problem(orders.shop)
    hint = orders.bits(problem.known)
    literals: list[Any] = []
    for (a, b), name, bit in zip(orders.pairs, orders.names, hint.tolist(), strict=True):
        first = problem.model.new_bool_var(name)
        problem.model.add_hint(first, bit)
        starts, steps = problem.starts, problem.steps
        problem.model.add(starts[b] >= starts[a] + steps[a].duration).only_enforce_if(first)
        problem.model.add(starts[a] >= starts[b] + steps[b].duration).only_enforce_if(~first)
        literals.append(first)
    problem.machines_run_one_at_a_time()  # implied, and it helps the proof
    _, starts_found, bound = problem.solved(seconds)
    return orders.bits(starts_found), float(bound)
