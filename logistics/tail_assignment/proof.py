"""What classical computing proves, on a path of its own: no penalty, no pool, no first plan."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from typing import Any

import numpy as np

from logistics.tail_assignment.data import TailAssignment
from logistics.tail_assignment.feasibility import beginnings, first_plan, fleets
from logistics.tail_assignment.pool import LISTED, generated
from logistics.tail_assignment.routes import Column, Columns, coverage, listed
from usecases.errors import MissingExtra, TooLarge
from usecases.records import Reference

SECONDS = 60.0
"""HiGHS stops here; what it has then is labelled best known."""

COUNTED = 1000
"""Optimal plans are counted so far, among at most `COUNTABLE` routes."""

COUNTABLE = 100


def prove(instance: TailAssignment) -> Reference:
    """The least cost, proven by HiGHS where all routes can be listed; CP-SAT counts such plans.

    Beyond `LISTED` routes it is the best choice among the routes that column generation finds,
    labelled best known. Raises Infeasible with the reason.
    """
    columns = listed(instance, LISTED)
    whole = columns is not None
    if columns is None:
        columns = generated(instance)
    value, proven = _least(instance, columns, whole)
    method = (
        f"HiGHS (SciPy {version('scipy')}), {'all' if whole else 'pool of'} {len(columns)} routes"
    )
    if whole and proven and len(columns) <= COUNTABLE:
        with suppress(MissingExtra):  # the count is for the reader; the proof stands without it
            plans = count(instance, columns, value)
            method += f"; CP-SAT {version('ortools')}: {_plans(plans)}"
    kind = "optimal" if whole and proven else "best_known"
    return Reference.model_validate({"value": float(value), "kind": kind, "method": method})


def _plans(found: int) -> str:
    if found == 1:
        return "the only optimal plan"
    return f"one of {found}{' or more' if found == COUNTED else ''} optimal plans"


def _least(instance: TailAssignment, columns: Columns, whole: bool) -> tuple[int, bool]:
    """The least cost of a plan that HiGHS finds, and whether it is proven."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    costs = np.array(list(columns.values()), dtype=np.float64)
    if not len(costs):
        first_plan(instance, columns)  # tells why
    rules = [LinearConstraint(coverage(instance, columns).T, 1, 1)]
    if limits := list(fleets(instance).values()):
        rules.append(LinearConstraint(beginnings(instance, columns).T, -np.inf, limits))
    found = milp(
        costs,
        integrality=np.ones(len(costs), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
    )
    if found.x is None:
        first_plan(instance, columns, whole)
        raise TooLarge(
            f"HiGHS finds no plan among {len(columns)} routes in {SECONDS:.0f} s, and does not"
            " prove that there is none",
            "Shorten the timetable",
        )
    return round(float(costs @ np.round(found.x))), found.status == 0


def count(instance: TailAssignment, columns: Columns, cost: int | None) -> int:
    """How many plans have this cost, or how many there are at all; `COUNTED` at most.

    Raises MissingExtra without ortools.
    """
    model, bits, cp_model = _stated(instance, columns)
    if cost is not None:
        model.add(sum(columns[c] * bit for c, bit in bits.items()) == cost)

    class Counter(cp_model.CpSolverSolutionCallback):  # type: ignore[misc, name-defined]
        plans = 0

        def on_solution_callback(self) -> None:
            self.plans += 1
            if self.plans >= COUNTED:
                self.stop_search()

    solver, counter = cp_model.CpSolver(), Counter()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
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
