"""Exact translations between model languages, each with its way back.

CostNetwork ──► Ising ──► BQM (auxiliary variables where terms are not quadratic)
BQM ──────────► Ising
Incumbent ────► what its model translates to
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

import dimod
import numpy as np

from usecases.contracts import Outcome
from usecases.errors import TooLarge, UsageError
from usecases.models import (
    BQM,
    BinaryModel,
    CostNetwork,
    Factor,
    Floats,
    Incumbent,
    Ising,
    Model,
    energies,
    qubits,
    variables,
    walsh_hadamard,
)

Outcomes: TypeAlias = list[Outcome[Any]]
Back: TypeAlias = Callable[[Outcomes], Outcomes]

WIDEST_FACTOR = 16
"""A factor over k variables expands into up to 2^k terms."""


def translate(model: Any, accepts: tuple[type, ...]) -> tuple[Any, Back]:
    """The model in a language that is accepted, and the way back for its outcomes.

    Raises UsageError when no exact translation leads there, TooLarge when it would explode.
    """
    if isinstance(model, accepts):
        return model, list
    if isinstance(model, Incumbent):
        return translate(model.model, accepts)
    if isinstance(model, BQM | CostNetwork) and Ising in accepts:
        return to_ising(model), list
    if isinstance(model, CostNetwork | Ising) and BQM in accepts:
        return to_bqm(model), lambda found: _restored(model, found)
    wanted = " or ".join(t.__name__ for t in accepts)
    raise UsageError(
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
    """A quadratic model with the same minima; products of three and more get auxiliary variables.

    The strength that ties an auxiliary variable to its product exceeds the sum of all
    higher-order coefficients, so a broken tie never pays (Rosenberg 1975).
    """
    ising = model if isinstance(model, Ising) else to_ising(model)
    names = ising.variables
    # dimod's spins are s = 2x − 1 = −z.
    spins = {tuple(names[i] for i in k): (-1) ** len(k) * v for k, v in ising.terms.items()}
    polynomial = dimod.BinaryPolynomial(spins, dimod.SPIN)
    if polynomial.degree <= 2:
        bqm = dimod.make_quadratic(polynomial, 1.0, dimod.SPIN)
    else:
        binary = polynomial.to_binary()
        strength = 2.0 * sum(abs(v) for k, v in binary.items() if len(k) > 2) + 1.0
        bqm = dimod.make_quadratic(binary, strength, dimod.BINARY)
    for name in names:
        bqm.add_linear(name, 0.0)
    bqm.change_vartype(dimod.BINARY, inplace=True)
    return bqm


def _restored(model: BinaryModel, found: Outcomes) -> Outcomes:
    """The outcomes without auxiliary variables, at the energies of the model they answer."""
    names = variables(model)
    rows = np.array([[o.value[v] for v in names] for o in found], dtype=np.int8)
    values = energies(model, rows.reshape(len(found), len(names)))
    return [
        Outcome({v: int(o.value[v]) for v in names}, float(e), o.count)
        for o, e in zip(found, values, strict=True)
    ]
