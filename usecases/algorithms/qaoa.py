"""QAOA: alternate between the cost and a mixer, choose the angles, sample the final state.

Farhi, Goldstone & Gutmann 2014, arXiv:1411.4028; mixers that keep a model's rules: Hadfield et
al. 2019, arXiv:1709.03489, and Bärtschi & Eidenbenz 2020, arXiv:2006.00354.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from usecases.alternation import Alternation
from usecases.angles import Choice, Trained
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import Evaluated, Ising, Structured, qubits
from usecases.observe import from_counts
from usecases.programs import (
    AlternatingGradient,
    AlternatingSamples,
    Goal,
    GroupMixer,
    GroverMixer,
    Mean,
    Mixer,
    Program,
    XMixer,
)


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
        form = Alternation(cost, self._mixer(model), values, self.objective)
        state = form.trained(self.angles, self.layers, execute, rng)
        counts = execute(AlternatingSamples(state, self.shots, seed=int(rng.integers(2**31))))
        return from_counts(inner, counts)

    def _mixer(self, model: Any) -> Mixer:
        groups = model.groups if isinstance(model, Structured) else ()
        if self.mixer == "grover":
            return GroverMixer(groups)
        if self.mixer == "x" or not groups:
            return XMixer()
        return GroupMixer(groups, self.mixer)


algorithm = QAOA
