"""What classical computing proves: the heaviest plan, by CP-SAT, from the instance alone."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from logistics.cargo_loading.flight import Flight, grams, millimetres
from usecases.errors import Infeasible, MissingExtra, TooLarge
from usecases.records import Reference

TIME_LIMIT = 60.0


def reference(flight: Flight) -> Reference:
    """The greatest mass in kg that may be loaded; "best_known" with its bound after a minute.

    Raises Infeasible when no plan keeps the limits, not even the empty one, and TooLarge when
    none was found in time.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "logistics") from None
    problem = cp_model.CpModel()
    x = {
        (c, p): problem.new_bool_var(flight.label(c, p))
        for c, container in enumerate(flight.containers)
        for p in range(flight.positions - (1 if container.kind == "double" else 0))
    }
    _places(problem, flight, x)
    _limits(problem, flight, x)
    problem.maximize(sum(grams(flight.containers[c].mass) * var for (c, _), var in x.items()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = TIME_LIMIT
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    status = solver.solve(problem)
    if status == cp_model.INFEASIBLE:
        raise Infeasible(
            "no load keeps the limits of balance and shear, not even an empty deck",
            "Widen the centre of gravity's limits, or check the empty aircraft's own",
        )
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise TooLarge(
            f"CP-SAT found no plan for {len(x)} decisions within {TIME_LIMIT:.0f} s",
            "Take fewer containers or positions",
        )
    proven = status == cp_model.OPTIMAL
    bound = "" if proven else f", no plan carries more than {solver.best_objective_bound / 1000} kg"
    return Reference(
        value=round(solver.objective_value) / 1000,
        kind="optimal" if proven else "best_known",
        method=f"OR-Tools CP-SAT {version('ortools')}, one worker{bound}",
    )


def _places(problem: Any, flight: Flight, x: dict[tuple[int, int], Any]) -> None:
    """Each container stands at most once; a position has room for two halves."""
    for container in range(len(flight.containers)):
        problem.add_at_most_one(var for (c, _), var in x.items() if c == container)
    for position in range(flight.positions):
        there = [
            (1 if flight.containers[c].kind == "half" else 2) * var
            for (c, p), var in x.items()
            if p == position or (p + 1 == position and flight.containers[c].kind == "double")
        ]
        problem.add(sum(there) <= 2)


def _limits(problem: Any, flight: Flight, x: dict[tuple[int, int], Any]) -> None:
    """Payload, centre of gravity and shear; each double is two halves of its mass.

    Masses are in half grams and moments in half grams times millimetres.
    """
    parts = [
        (position, grams(container.mass) * (1 if container.kind == "double" else 2), var)
        for (c, p), var in x.items()
        for container in [flight.containers[c]]
        for position in ([p, p + 1] if container.kind == "double" else [p])
    ]
    problem.add(sum(m * var for _, m, var in parts) <= 2 * grams(flight.payload))
    at = [millimetres(v) for v in flight.x]
    if flight.balance is not None:
        empty, cg = 2 * grams(flight.balance.empty_mass), millimetres(flight.balance.empty_cg)
        for sign, limit in ((1, flight.balance.aft), (-1, flight.balance.forward)):
            arm = millimetres(limit)
            moment = sum(sign * m * (at[k] - arm) * var for k, m, var in parts)
            problem.add(moment + sign * empty * (cg - arm) <= 0)
    for station in flight.shear:
        here = millimetres(station.x)
        sides = ((1, station.forward), (-1, station.aft))
        for sign, most in sides:
            if most is not None:
                load = sum(m * (1 + _sign(sign * (here - at[k]))) * var for k, m, var in parts)
                problem.add(load <= 4 * grams(most))


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
