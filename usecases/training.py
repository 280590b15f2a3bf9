"""Training an ansatz: gradients from the machine that trains, L-BFGS, and Rayleigh and Ritz.

Every energy is an upper bound of the ground energy among states with the same electrons, so a
trained energy above the exact one is an honest shortfall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from usecases.contracts import Energy, Execute, Outcome
from usecases.encodings import JORDAN_WIGNER, Encoding
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs import Ansatz, FermionicEnergy, FermionicGradient

SPREAD = 0.01
"""Radians by which the first parameters differ from the reference: at it, gradients may vanish."""

_FLAT = 1e-6
"""Hartree per radian below which a gradient counts as none."""


def trained(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    execute: Execute,
    start: ArrayLike,
    iterations: int,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> Floats:
    """The parameters of a local minimum of the energy, near `start`."""
    return _descended(h, (ansatz,), execute, start, iterations, encoding)[1]


def best_of(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    execute: Execute,
    starts: Iterable[ArrayLike],
    iterations: int,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> Floats:
    """The parameters of the lowest of the minima near several starts."""
    found = [_descended(h, (ansatz,), execute, start, iterations, encoding) for start in starts]
    return min(found, key=lambda pair: pair[0])[1]


def averaged(
    h: FermionicHamiltonian,
    ansatze: Sequence[Ansatz],
    execute: Execute,
    start: ArrayLike,
    iterations: int,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> Floats:
    """The parameters, shared by several ansatz states, of a local minimum of their mean energy."""
    return _descended(h, ansatze, execute, start, iterations, encoding)[1]


def _descended(
    h: FermionicHamiltonian,
    ansatze: Sequence[Ansatz],
    execute: Execute,
    start: ArrayLike,
    iterations: int,
    encoding: Encoding,
) -> tuple[float, Floats]:
    from scipy.optimize import minimize

    first = np.asarray(start, dtype=float)
    if not len(first):
        return 0.0, first

    def mean(point: Floats) -> tuple[float, Floats]:
        at = tuple(point.tolist())
        found = [execute.train(FermionicGradient(h, ansatz, at, encoding)) for ansatz in ansatze]
        value, gradient = sum(f.value for f in found), sum(f.gradient for f in found)
        return value / len(found), np.asarray(gradient / len(found))

    found = minimize(
        mean,
        first,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "ftol": 1e-14, "gtol": _FLAT, "maxcor": 20},
    )
    return float(found.fun), np.asarray(found.x, dtype=float)


def near(ansatz: Ansatz, rng: np.random.Generator) -> Floats:
    """Parameters close to the reference."""
    return SPREAD * rng.standard_normal(ansatz.size)


def measured(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    parameters: ArrayLike,
    execute: Execute,
    shots: int | None,
    rng: np.random.Generator,
    *,
    encoding: Encoding = JORDAN_WIGNER,
) -> list[Outcome[Energy]]:
    """The state's energy and electrons on the machine that answers."""
    point = tuple(np.asarray(parameters, dtype=float).tolist())
    seed = int(rng.integers(2**31))
    energy, alpha, beta = execute(FermionicEnergy(h, ansatz, point, shots, seed, encoding))
    value = Energy(energy.value, alpha.value, beta.value, energy.stderr)
    return [Outcome(value, energy=energy.value, stderr=energy.stderr)]
