"""Exact translations between model languages, each with its way back.

CostNetwork ──► Ising ──► BQM (auxiliary variables where terms are not quadratic)
BQM ──────────► Ising
Incumbent ────► what its model translates to
Structured ───► the same with its model translated, or what its model translates to
Evaluated ────► the same with its guide as Ising
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

import dimod
import numpy as np

from usecases.contracts import Outcome
from usecases.errors import TooLarge, Unsuited
from usecases.models import (
    BQM,
    BinaryModel,
    CostNetwork,
    Evaluated,
    Factor,
    Floats,
    Incumbent,
    Ising,
    Model,
    Structured,
    energies,
    qubits,
    variables,
    walsh_hadamard,
)
from usecases.quadratize import binary_terms, reduce_degree

Outcomes: TypeAlias = list[Outcome[Any]]
Back: TypeAlias = Callable[[Outcomes], Outcomes]

WIDEST_FACTOR = 16
"""A factor over k variables expands into up to 2^k terms."""


def translate(model: Any, accepts: tuple[type, ...]) -> tuple[Any, Back]:
    """The model in a language that is accepted, and the way back for its outcomes.

    Raises Unsuited when no exact translation leads there, TooLarge when it would explode.
    """
    if isinstance(model, Structured) and Structured in accepts:
        inner, back = translate(model.model, tuple(t for t in accepts if t is not Structured))
        return Structured(inner, model.groups), back
    if isinstance(model, Evaluated) and {Evaluated, Ising} <= set(accepts):
        return Evaluated(translate(model.guide, (Ising,))[0], model.evaluate), list
    if isinstance(model, accepts):
        return model, list
    if isinstance(model, Incumbent | Structured):
        return translate(model.model, accepts)
    if isinstance(model, BQM | CostNetwork) and Ising in accepts:
        return to_ising(model), list
    if isinstance(model, CostNetwork | Ising) and BQM in accepts:
        return to_bqm(model), lambda found: _restored(model, found)
    wanted = " or ".join(t.__name__ for t in accepts)
    raise Unsuited(
        f"this algorithm solves models of type {wanted}, and the use case's is a "
        f"{type(model).__name__}",
        "Choose another with: usecases list algorithms",
    )


def qubits_needed(model: Model, accepts: tuple[type, ...]) -> int:
    """How many qubits the model takes in an accepted language, auxiliary ones included."""
    return qubits(translate(model, accepts)[0])


def to_ising(model: BQM | CostNetwork) -> Ising:
    """The same energies as a polynomial in spins z = 1 − 2x."""
    terms: dict[tuple[int, ...], float] = defaultdict(float)
    if isinstance(model, CostNetwork):
        for factor in model.factors:
            for indices, coefficient in _spin_terms(factor):
                terms[indices] += coefficient
    else:
        _add_quadratic(terms, model)
    # Cancellation leaves dust; it is dropped relative to the largest term.
    floor = 1e-14 * max(map(abs, terms.values()), default=0.0)
    kept = {k: v for k, v in terms.items() if abs(v) > floor}
    return Ising(variables(model), kept)


def _add_quadratic(terms: dict[tuple[int, ...], float], model: BQM) -> None:
    linear, quadratic, offset = model.to_ising()
    place = {v: i for i, v in enumerate(model.variables)}
    terms[()] += float(offset)
    # dimod's spins are s = 2x − 1, ours are z = 1 − 2x = −s.
    for v, h in linear.items():
        terms[(place[v],)] -= float(h)
    for (u, v), j in quadratic.items():
        a, b = sorted((place[u], place[v]))
        terms[a, b] += float(j)


def _spin_terms(factor: Factor) -> list[tuple[tuple[int, ...], float]]:
    """The factor's Walsh–Hadamard coefficients, by the indices they multiply."""
    k = len(factor.scope)
    if k > WIDEST_FACTOR:
        raise TooLarge(
            f"a cost over {k} variables at once would expand into 2^{k} terms",
            "Take fewer hours or units, or solve it with -a exact",
        )
    costs: Floats = np.zeros(1 << k)
    for pattern, cost in factor.costs.items():
        costs[pattern] = cost
    coefficients = walsh_hadamard(costs) / (1 << k)
    return [
        (tuple(sorted(factor.scope[j] for j in range(k) if mask >> j & 1)), float(c))
        for mask, c in enumerate(coefficients.tolist())
        if c
    ]


def to_bqm(model: CostNetwork | Ising) -> BQM:
    """A quadratic model with the same minima over its auxiliary variables (Rosenberg 1975).

    An auxiliary variable y = uv is tied by M (uv − 2uy − 2vy + 3y), which is 0 when it is right.
    """
    ising = model if isinstance(model, Ising) else to_ising(model)
    reduced = reduce_degree(binary_terms(ising.terms), len(ising.variables))
    products = [f"*{a}*{b}" for a, b in reduced.products]
    names = [*ising.variables, *products]
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys(names, 0.0), {}, 0.0, dimod.BINARY)
    for term, coefficient in reduced.terms.items():
        _add(bqm, [names[i] for i in term], coefficient)
    for k, (u, v) in enumerate(reduced.products):
        a, b, y, strength = names[u], names[v], products[k], reduced.strengths[k]
        for pair, factor in (((a, b), 1), ((a, y), -2), ((b, y), -2), ((y,), 3)):
            _add(bqm, list(pair), factor * strength)
    return bqm


def _add(bqm: BQM, names: list[str], coefficient: float) -> None:
    if not names:
        bqm.offset += coefficient
    elif len(names) == 1:
        bqm.add_linear(names[0], coefficient)
    else:
        bqm.add_quadratic(names[0], names[1], coefficient)


def _restored(model: BinaryModel, found: Outcomes) -> Outcomes:
    """The outcomes without auxiliary variables, at the energies of the model they answer."""
    names = variables(model)
    rows = np.array([[o.value[v] for v in names] for o in found], dtype=np.int8)
    values = energies(model, rows.reshape(len(found), len(names)))
    return [
        Outcome({v: int(o.value[v]) for v in names}, float(e), o.count, bound=o.bound)
        for o, e in zip(found, values, strict=True)
    ]
