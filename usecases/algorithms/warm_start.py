"""Warm-started QAOA: the state begins near a classical answer, and the mixer holds it there.

Egger, Mareček & Woerner 2021, arXiv:2009.10095. What it finds is owed to its start first of all:
with a good one and a small `epsilon`, shots repeat the classical answer, whatever the angles. Its
score says something of the quantum part only beside two others: the same run with start=descended
and epsilon=0, which is that classical answer alone, and with epsilon=0.5, which is plain QAOA.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from usecases.alternation import Alternation, trains
from usecases.angles import Choice, Trained
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import Evaluated, Floats, Ising
from usecases.observe import from_counts
from usecases.programs import (
    AlternatingGradient,
    AlternatingSamples,
    Goal,
    Mean,
    Mixer,
    Program,
    WarmMixer,
    XMixer,
)
from usecases.starts import AnyStart, Relaxed


class WarmStart(Algorithm):
    """QAOA whose bits begin as likely 1 as `start` says, but at least `epsilon` from certain.

    Only shots are outcomes; the classical answer itself is never one of them. Groups that the
    model declares are not kept: the mixer turns single bits.
    """

    accepts: ClassVar[tuple[type, ...]] = (Ising, Evaluated)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingGradient, AlternatingSamples)

    layers: int = Field(default=1, ge=1, le=100)
    start: AnyStart = Relaxed()
    epsilon: float = Field(default=0.25, ge=0, le=0.5)
    """0 leaves the start as it is, 0.5 forgets it."""
    angles: Choice = Trained()
    objective: Goal = Mean()
    shots: int = Field(default=4096, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _an_objective_needs_training(self) -> WarmStart:
        return trains(self, self.angles, self.objective)

    def solve(
        self, model: Ising | Evaluated, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Any]]:
        cost: Any = model.guide if isinstance(model, Evaluated) else model
        values = model if isinstance(model, Evaluated) else None
        mixer = leaning(self.start.probabilities(cost, model, rng.spawn(1)[0]), self.epsilon)
        form = Alternation(cost, mixer, values, self.objective)
        state = form.trained(self.angles, self.layers, execute, rng)
        counts = execute(AlternatingSamples(state, self.shots, seed=int(rng.integers(2**31))))
        return from_counts(model, counts)


def leaning(probabilities: Floats, epsilon: float) -> Mixer:
    """The mixer of a start, clipped; one that leans nowhere is the plain one.

    θ = 2 arcsin √c with c from ε to 1 − ε (Egger et al. 2021, section 2.2).
    """
    clipped = np.clip(probabilities, epsilon, 1.0 - epsilon)
    if (clipped == 0.5).all():
        return XMixer()
    return WarmMixer(tuple(2.0 * math.asin(math.sqrt(c)) for c in clipped.tolist()))


algorithm = WarmStart
