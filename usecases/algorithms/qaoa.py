"""QAOA: alternate between the cost and a mixer, choose the angles, sample the final state.

Farhi, Goldstone & Gutmann 2014, arXiv:1411.4028; mixers that keep a model's rules: Hadfield et
al. 2019, arXiv:1709.03489, and Bärtschi & Eidenbenz 2020, arXiv:2006.00354.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from usecases.angles import Choice, Trained, field
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import Evaluated, Floats, Ising, Structured, qubits
from usecases.observe import from_counts
from usecases.programs import (
    AlternatingGradient,
    AlternatingSamples,
    AlternatingState,
    CVaR,
    Gibbs,
    GroupMixer,
    GroverMixer,
    Mean,
    Mixer,
    Program,
    XMixer,
)

Goal = Annotated[
    Annotated[Mean | CVaR | Gibbs, Field(discriminator="kind")],
    BeforeValidator(lambda value: {"kind": value} if isinstance(value, str) else value),
]


class QAOA(Algorithm):
    """`layers` alternations; angles by a rule or trained on the `objective`.

    The `mixer` moves within the groups that the model declares: "ring" and "complete" exchange
    members of a group, "grover" reflects about all strings that keep the rules, and "x" flips
    bits whatever the rules; without groups the first two are "x". With `objective` gibbs, eta
    counts in the inverse of the cost's field on a spin.
    """

    accepts: ClassVar[tuple[type, ...]] = (Ising, Evaluated, Structured)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingGradient, AlternatingSamples)

    layers: int = Field(default=2, ge=1, le=100)
    mixer: Literal["ring", "complete", "grover", "x"] = "ring"
    angles: Choice = Trained()
    objective: Goal = Mean()
    shots: int = Field(default=4096, ge=1, le=1_000_000)

    def width(self, model: Any) -> int:
        if isinstance(model, Structured):
            return self._mixer(model).space(qubits(model)).width
        return qubits(model)

    def solve(
        self, model: Ising | Evaluated | Structured, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Any]]:
        inner: Any = model.model if isinstance(model, Structured) else model
        cost: Any = inner.guide if isinstance(inner, Evaluated) else inner
        values = inner if isinstance(inner, Evaluated) else None
        mixer, unit = self._mixer(model), field(cost)

        def state(angles: Floats) -> AlternatingState:
            gammas, betas = np.split(np.asarray(angles, dtype=np.float64), 2)
            return AlternatingState(
                cost, mixer, tuple((gammas / unit).tolist()), tuple(betas.tolist())
            )

        def slope(angles: Floats) -> tuple[float, Floats]:
            goal = self.objective.scaled(unit)
            found = execute.train(AlternatingGradient(state(angles), goal, values))
            by_angle = np.concatenate([np.array(found.gammas) / unit, found.betas])
            return found.value / unit, by_angle / unit

        angles = self.angles.choose(cost, self.layers, slope, rng)
        seed = int(rng.integers(2**31))
        counts = execute(AlternatingSamples(state(angles), self.shots, seed))
        return from_counts(inner, counts)

    def _mixer(self, model: Any) -> Mixer:
        groups = model.groups if isinstance(model, Structured) else ()
        if self.mixer == "grover":
            return GroverMixer(groups)
        if self.mixer == "x" or not groups:
            return XMixer()
        return GroupMixer(groups, self.mixer)


algorithm = QAOA
