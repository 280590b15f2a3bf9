"""The proven optimum of a model, by enumeration or by the solver that suits its language.

Binary models of up to 20 variables (cost networks, 24) are enumerated. Above, quadratic models
go to CP-SAT, cost networks to HiGHS; electrons are diagonalised in the space of determinants.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.errors import TooLarge
from usecases.models import (
    BQM,
    Bits,
    CostNetwork,
    FermionicHamiltonian,
    Incumbent,
    Model,
    Structured,
    energies,
    qubits,
)
from usecases.observe import outcomes

LARGEST_ENUMERATED = 20
LARGEST_TABLE = 24
LARGEST_POOL = 100
CHUNK_BITS = 16


class Exact(Algorithm):
    """The lowest answer of the model, proven, or an error that says it could not be proven."""

    accepts: ClassVar[tuple[type, ...]] = (
        BQM,
        CostNetwork,
        Incumbent,
        Structured,
        FermionicHamiltonian,
    )

    seconds: float = Field(default=300.0, gt=0, le=1e6)
    """Time after which an unproven search gives up."""

    def takes(self, model: Any) -> bool:
        """A pool with an incumbent may be too large to be proven; then it is cut into blocks."""
        known = isinstance(model, self.accepts)
        return known and not (isinstance(model, Incumbent) and qubits(model) > LARGEST_POOL)

    def solve(self, model: Model, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        if isinstance(model, FermionicHamiltonian):
            from usecases.solvers.fci import ground_energy

            energy = ground_energy(model)
            return [Outcome(Energy(energy, model.alpha, model.beta), energy, stderr=0.0)]
        whole = model.model if isinstance(model, Incumbent | Structured) else model
        return outcomes(whole, self._optimum(whole)[None, :])

    def _optimum(self, model: Any) -> Bits:
        if isinstance(model, CostNetwork) and qubits(model) <= LARGEST_TABLE:
            from usecases.solvers.enumeration import table

            lowest = int(table(model).argmin())
            return (lowest >> np.arange(qubits(model)) & 1).astype(np.int8)
        if qubits(model) <= LARGEST_ENUMERATED:
            return _enumerated(model)
        if isinstance(model, CostNetwork):
            from usecases.solvers.milp import minimise

            bits, _, proven = minimise(model, self.seconds)
        else:
            from usecases.solvers.cpsat import minimise as minimise_quadratic

            bits, proven = minimise_quadratic(model, self.seconds)
        if not proven:
            raise TooLarge(
                f"no optimum was proven in {self.seconds:g} s for {qubits(model)} variables",
                "Allow more time with -p seconds=3600 or take a smaller instance",
            )
        return bits


def _enumerated(model: BQM) -> Bits:
    """The lowest of all strings, found a block at a time."""
    n = qubits(model)
    low = min(n, CHUNK_BITS)
    place = np.arange(n)
    best: tuple[float, Bits] | None = None
    for block in range(1 << (n - low)):
        numbers = np.arange(1 << low) + (block << low)
        bits = ((numbers[:, None] >> place) & 1).astype(np.int8)
        values = energies(model, bits)
        k = int(values.argmin())
        if best is None or values[k] < best[0]:
            best = float(values[k]), bits[k]
    assert best is not None  # noqa: S101 - there is always at least one block
    return best[1]


algorithm = Exact
