"""Minima of binary quadratic models, and proven bounds on them, by OR-Tools' CP-SAT."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from usecases import metrics
from usecases.errors import MissingExtra
from usecases.models import BQM, Bits, Squares, energies

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel

RESOLUTION = 2**50
"""Coefficients become integers whose sizes add up to this; a float still holds every sum."""


def minimise(
    model: BQM, seconds: float, start: Bits, rules: Squares | None = None
) -> tuple[Bits, float, float]:
    """The best bits found, shape (variables,), their energy, and a proven lower bound on all.

    Never worse than `start`. The bound holds in spite of the rounding of coefficients to
    integers; it equals the energy when the search ended and they tie. Of `rules` the squares are
    taken out of the model and the equations kept instead, which hold at its minimum.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "exact") from None
    binary = model.change_vartype("BINARY", inplace=False)
    if rules is not None:
        binary = _without(binary, rules)
    coefficients = [float(b) for b in (*binary.linear.values(), *binary.quadratic.values())]
    scale = _scale(coefficients)
    problem = cp_model.CpModel()
    x = {v: problem.new_bool_var(str(v)) for v in binary.variables}
    _state_objective(problem, x, binary, scale)
    if rules is not None:
        for row, wanted in zip(rules.coefficients.tolist(), rules.wanted.tolist(), strict=True):
            terms = zip(row, x.values(), strict=True)
            problem.add(sum(round(c) * bit for c, bit in terms if c) == round(wanted))
    for v, bit in zip(binary.variables, start.tolist(), strict=True):
        problem.add_hint(x[v], bit)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = os.cpu_count() or 1
    solver.parameters.random_seed = 0
    status = solver.solve(problem)
    least = float(binary.offset) + sum(min(b, 0.0) for b in coefficients)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return start, _energy(model, start), least  # the solver's own bound means nothing yet
    found = np.array([solver.value(v) for v in x.values()], dtype=np.int8)
    best = min(found, start, key=lambda row: _energy(model, row))
    energy = _energy(model, best)
    rounding = sum(abs(b * scale - round(b * scale)) for b in coefficients)
    bound = float(binary.offset) + (solver.best_objective_bound - rounding) / scale
    if status == cp_model.OPTIMAL and metrics.ties(bound, energy):
        return best, energy, energy
    return best, energy, min(max(bound, least), energy)


def _without(model: BQM, rules: Squares) -> BQM:
    """The model less the squares of the rules; couplings that vanish are left out."""
    linear, quadratic, offset = model.to_numpy_vectors(model.variables)[:3]
    matrix = np.zeros((model.num_variables,) * 2)
    matrix[quadratic[0], quadratic[1]] = quadratic[2]
    matrix = np.triu(matrix + matrix.T, 1)
    square = rules.weight * rules.coefficients.T @ rules.coefficients
    linear = linear - square.diagonal() + 2 * rules.weight * rules.wanted @ rules.coefficients
    matrix -= np.triu(2 * square, 1)
    matrix[np.abs(matrix) < 1e-9 * rules.weight] = 0.0
    offset = float(offset) - rules.weight * float(rules.wanted @ rules.wanted)
    left = BQM(linear, matrix, offset, "BINARY")
    left.relabel_variables(dict(enumerate(model.variables)))
    return left


def _state_objective(problem: CpModel, x: dict[Any, Any], model: BQM, scale: float) -> None:
    """The energy without offset, in whole numbers; a product is a variable of its own."""
    terms = [round(float(b) * scale) * x[v] for v, b in model.linear.items()]
    for (u, v), b in model.quadratic.items():
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


def _scale(coefficients: list[float]) -> float:
    """A power of two, so that scaling itself rounds nothing; 1 for small whole numbers."""
    total = sum(map(abs, coefficients))
    if total < RESOLUTION and all(b.is_integer() for b in coefficients):
        return 1.0
    return 2.0 ** math.floor(math.log2(RESOLUTION / total)) if total else 1.0


def _energy(model: BQM, row: Bits) -> float:
    return float(energies(model, row[None, :])[0])
