"""Proven minima of binary quadratic models by OR-Tools' CP-SAT."""

from __future__ import annotations

import os

import numpy as np

from usecases.errors import MissingExtra
from usecases.models import BQM, Bits

RESOLUTION = 2**40
"""Coefficients become integers of at most this size; sums then stay within 63 bits."""


def minimise(model: BQM, seconds: float) -> tuple[Bits, bool]:
    """The bits of lowest energy, in the order of the model's variables, and whether proven.

    Coefficients that are not integers are rounded to one part in 2^40 of the largest, which
    is below the tie that scores allow.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "exact") from None
    binary = model.change_vartype("BINARY", inplace=False)
    names = list(binary.variables)
    scale = _scale(binary)
    problem = cp_model.CpModel()
    x = {v: problem.new_bool_var(str(v)) for v in names}
    terms = [round(float(b) * scale) * x[v] for v, b in binary.linear.items()]
    for (u, v), b in binary.quadratic.items():
        weight = round(float(b) * scale)
        product = problem.new_bool_var("")
        # Only the side that the minimum would cheat on needs to be stated.
        if weight > 0:
            problem.add_bool_or([~x[u], ~x[v], product])
        else:
            problem.add_implication(product, x[u])
            problem.add_implication(product, x[v])
        terms.append(weight * product)
    problem.minimize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = os.cpu_count() or 1
    solver.parameters.random_seed = 0
    status = solver.solve(problem)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return np.zeros(len(names), dtype=np.int8), False
    bits = np.array([solver.value(x[v]) for v in names], dtype=np.int8)
    return bits, status == cp_model.OPTIMAL


def _scale(model: BQM) -> float:
    coefficients = [float(b) for b in model.linear.values()]
    coefficients += [float(b) for b in model.quadratic.values()]
    if all(b.is_integer() for b in coefficients):
        return 1.0
    return RESOLUTION / max(map(abs, coefficients), default=1.0) / max(len(coefficients), 1)
