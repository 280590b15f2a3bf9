"""The proven optimum of a model, by enumeration or by the solver that suits its language.

Quadratic models of up to 30 variables, cost networks and computed costs of up to 24 are
enumerated. Above, quadratic models go to CP-SAT, cost networks to HiGHS, and computed costs to the
solver that they bring along, as do pools of a larger model that have one; electrons are
diagonalised in the space of determinants.
enumerated. Where the model declares groups, quadratic models and computed costs of any size are
enumerated over the strings that keep them, of which there may be as many. Above, quadratic models
go to CP-SAT, cost networks to HiGHS, and computed costs to the solver that they bring along;
electrons are diagonalised in the space of determinants.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.convert import to_ising
from usecases.errors import TooLarge
from usecases.models import (
    BQM,
    Bits,
    Blockwise,
    CostNetwork,
    Evaluated,
    FermionicHamiltonian,
    Group,
    Incumbent,
    Model,
    Spectrum,
    Squares,
    Structured,
    qubits,
    variables,
)
from usecases.observe import outcomes
from usecases.spaces import Space

LARGEST_ENUMERATED = 30
LARGEST_TABLE = 24
LARGEST_POOL = 100


class Exact(Algorithm):
    """The lowest answer of the model and a proof: a bound that no answer lies below.

    The bound equals the energy unless the time ran out; then the answer is the best one found.
    """

    accepts: ClassVar[tuple[type, ...]] = (
        BQM,
        CostNetwork,
        Incumbent,
        Structured,
        Evaluated,
        FermionicHamiltonian,
        Spectrum,
    )

    seconds: float = Field(default=300.0, gt=0, le=1e6)
    """Time after which a search ends without a proof."""

    def takes(self, model: Any) -> bool:
        """A model with an incumbent may be too large to be proven; then it is cut into blocks."""
        if isinstance(model, Incumbent) and isinstance(model.model, Blockwise):
            return model.model.whole is not None
        if isinstance(model, Incumbent) and model.proof is not None:
            return True
        known = isinstance(model, self.accepts)
        return known and not (isinstance(model, Incumbent) and qubits(model) > LARGEST_POOL)

    def solve(self, model: Model, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        if isinstance(model, FermionicHamiltonian):
            from usecases.solvers.fci import ground_energy

            energy = ground_energy(model)
            value = Energy(energy, model.alpha, model.beta)
            return [Outcome(value, energy, stderr=0.0, bound=energy)]
        if isinstance(model, Spectrum):
            from usecases.solvers.spectrum import levels

            lowest = levels(model)
            return [Outcome(lowest, lowest.energy, stderr=0.0, bound=lowest.energy)]
        if isinstance(model, Incumbent) and model.proof is not None:
            sample, energy, bound = model.proof(self.seconds)
            return [Outcome(sample, energy, bound=min(bound, energy))]
        groups = model.groups if isinstance(model, Structured) else ()
        whole = model.model if isinstance(model, Incumbent | Structured) else model
        if isinstance(whole, Blockwise) and whole.whole is not None:
            whole = whole.whole()
        known = model.sample if isinstance(model, Incumbent) else {}
        start = np.array([known.get(v, 0) for v in variables(whole)], dtype=np.int8)
        rules = model.rules if isinstance(model, Incumbent) else None
        bits, bound = self._lowest(whole, groups, start, rules)
        (found,) = outcomes(whole, bits[None, :])
        return [replace(found, bound=min(bound, found.energy))]

    def _lowest(
        self, model: Any, groups: tuple[Group, ...], start: Bits, rules: Squares | None
    ) -> tuple[Bits, float]:
        """The best bits found, and the bound on all energies, infinite when it is their own."""
        n = qubits(model)
        if isinstance(model, Evaluated):
            return self._evaluated(model, Space(n, groups))
        if isinstance(model, CostNetwork) and n <= LARGEST_TABLE:
            from usecases.solvers.enumeration import table

            lowest = int(table(model).argmin())
            return (lowest >> np.arange(n) & 1).astype(np.int8), math.inf
        if isinstance(model, CostNetwork):
            from usecases.solvers import milp

            bits, _, bound = milp.minimise(model, self.seconds)
            return bits, bound
        if n <= LARGEST_ENUMERATED:
            from usecases.solvers.enumeration import lowest as enumerated

            return enumerated(model), math.inf
        space = Space(n, groups)
        if space.size <= 1 << LARGEST_TABLE:
            place = space.table(to_ising(model)).argmin()
            return space.strings(np.array([place], dtype=np.intp))[0], math.inf
        from usecases.solvers import cpsat

        bits, _, bound = cpsat.minimise(model, self.seconds, start, rules)
        return bits, bound

    def _evaluated(self, model: Evaluated, space: Space) -> tuple[Bits, float]:
        """The lowest string that keeps the groups, or what the cost's own solver proves."""
        if space.size > 1 << LARGEST_TABLE:
            if model.minimise is None:
                ruled = f", of which {space.size:.3g} keep the rules" if space.groups else ""
                raise TooLarge(
                    "a cost that is only known by computing it has"
                    f" 2^{space.bits} strings to try{ruled}",
                    f"Up to 2^{LARGEST_TABLE} are tried: take a smaller instance",
                )
            return model.minimise(self.seconds)
        from usecases.solvers.enumeration import lowest_of

        return lowest_of(space, model, self.seconds), math.inf


algorithm = Exact
