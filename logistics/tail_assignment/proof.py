"""What classical computing proves, on a path of its own: no penalty, no pool, no first plan."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from logistics.tail_assignment.data import TailAssignment
from logistics.tail_assignment.feasibility import first_plan, fleets
from logistics.tail_assignment.pool import LISTED, generated
from logistics.tail_assignment.routes import Column, Columns, listed
from usecases.errors import MissingExtra, TooLarge
from usecases.records import Reference

EFFORT = 60.0
"""CP-SAT's deterministic time for a proof, about seconds."""

COUNTED = 1000
"""Optimal plans are counted so far, among at most `COUNTABLE` routes."""

COUNTABLE = 100


def prove(instance: TailAssignment) -> Reference:
    """The least cost, proven by CP-SAT where all routes can be listed, and how many plans have it.

    Beyond `LISTED` routes it is the best choice among the routes that column generation finds,
    labelled best known. Raises Infeasible with the reason, and MissingExtra without ortools.
    """
    columns = listed(instance, LISTED)
    kind = "best_known" if columns is None else "optimal"
    if columns is None:
        columns = generated(instance)
    value, proven = _least(instance, columns)
    method = f"CP-SAT {version('ortools')}, 1 worker, {_told(columns, kind)}"
    if kind == "optimal" and proven and len(columns) <= COUNTABLE:
        method += f"; {_plans(count(instance, columns, value))}"
    sure = "optimal" if kind == "optimal" and proven else "best_known"
    return Reference(value=float(value), kind=sure, method=method)


def _told(columns: Columns, kind: str) -> str:
    return f"{'all' if kind == 'optimal' else 'pool of'} {len(columns)} routes"


def _plans(found: int) -> str:
    if found == 1:
        return "the only optimal plan"
    return f"one of {found}{' or more' if found == COUNTED else ''} optimal plans"


def _least(instance: TailAssignment, columns: Columns) -> tuple[int, bool]:
    """The least cost of a plan that CP-SAT finds, and whether it is proven."""
    model, bits, cp_model = _stated(instance, columns)
    model.minimize(sum(columns[c] * bit for c, bit in bits.items()))
    solver = _solver(cp_model)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        first_plan(instance, columns)  # tells why
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise TooLarge(
            f"CP-SAT finds no plan among {len(columns)} routes, and does not prove that"
            " there is none",
            "Shorten the timetable",
        )
    return round(solver.objective_value), status == cp_model.OPTIMAL


def count(instance: TailAssignment, columns: Columns, cost: int | None) -> int:
    """How many plans have this cost, or how many there are at all; `COUNTED` at most."""
    model, bits, cp_model = _stated(instance, columns)
    if cost is not None:
        model.add(sum(columns[c] * bit for c, bit in bits.items()) == cost)

    class Counter(cp_model.CpSolverSolutionCallback):  # type: ignore[misc, name-defined]
        plans = 0

        def on_solution_callback(self) -> None:
            self.plans += 1
            if self.plans >= COUNTED:
                self.stop_search()

    solver, counter = _solver(cp_model), Counter()
    solver.parameters.enumerate_all_solutions = True
    solver.solve(model, counter)
    return counter.plans


def _stated(instance: TailAssignment, columns: Columns) -> tuple[Any, dict[Column, Any], Any]:
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "logistics") from None
    model = cp_model.CpModel()
    bits = {column: model.new_bool_var("") for column in columns}
    flown: list[list[Any]] = [[] for _ in instance.flights]
    begun: dict[str, list[Any]] = {}
    for column, bit in bits.items():
        for k in column:
            flown[k].append(bit)
        begun.setdefault(instance.flights[column[0]].origin, []).append(bit)
    for routes in flown:
        model.add_exactly_one(routes)
    for base, limit in fleets(instance).items():
        model.add(sum(begun.get(base, [])) <= limit)
    return model, bits, cp_model


def _solver(cp_model: Any) -> Any:
    """A solver whose result depends on the model alone: one worker, deterministic time."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = EFFORT
    return solver
