"""QAOA: alternate between the cost and a mixer, choose the angles, sample the final state.

Farhi, Goldstone & Gutmann 2014, arXiv:1411.4028; mixers that keep a model's rules: Hadfield et
al. 2019, arXiv:1709.03489, and Bärtschi & Eidenbenz 2020, arXiv:2006.00354.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from usecases.alternation import Alternation, trains
from usecases.angles import Choice, Trained
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.errors import UsageError
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
    bits whatever the rules. Left out, it is "ring" where there are groups, else "x". With
    `objective` gibbs, eta counts in the inverse of the cost's field on a spin.
    """

    accepts: ClassVar[tuple[type, ...]] = (Ising, Evaluated, Structured)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingGradient, AlternatingSamples)

    layers: int = Field(default=2, ge=1, le=100)
    mixer: Literal["ring", "complete", "grover", "x"] | None = None
    angles: Choice = Trained()
    objective: Goal = Mean()
    shots: int = Field(default=4096, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _an_objective_needs_training(self) -> QAOA:
        return trains(self, self.angles, self.objective)

    def width(self, model: Any) -> int:
        return self._mixer(model).space(qubits(model)).width

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
        chosen = self.mixer or ("ring" if groups else "x")
        if chosen == "grover":
            return GroverMixer(groups)
        if chosen == "x":
            return XMixer()
        if not groups:
            raise UsageError(
                f"this model declares no groups in which the mixer {chosen} could exchange",
                "Leave out -p mixer, or take x or grover",
            )
        return GroupMixer(groups, chosen)


algorithm = QAOA
