"""An alternating state whose angles are still to be chosen, and their choice on a machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from usecases import angles
from usecases.contracts import Execute
from usecases.models import Diagonal, Floats, Ising
from usecases.programs import (
    AlternatingGradient,
    AlternatingState,
    Mean,
    Mixer,
    Objective,
)

A = TypeVar("A")


def trains(algorithm: A, choice: angles.Angles, objective: Objective) -> A:
    """The algorithm, if its objective has an effect; a rule for angles asks for none.

    Raises ValueError, which becomes the message of the setting.
    """
    ruled = isinstance(choice, angles.Ramp | angles.Fixed) or getattr(choice, "iterations", 1) == 0
    if ruled and not isinstance(objective, Mean):
        raise ValueError("angles by a rule lower no objective: leave it out, or train the angles")
    return algorithm


@dataclass(frozen=True)
class Alternation:
    """A cost and a mixer, and what is lowered: an objective of the cost or of other `values`."""

    cost: Ising
    mixer: Mixer
    values: Diagonal | None = None
    objective: Objective = field(default_factory=Mean)

    @property
    def unit(self) -> float:
        """The field on a spin, in whose inverse the γ are counted."""
        return angles.field(self.cost)

    def state(self, at: Floats) -> AlternatingState:
        """The state at these angles: first the γ in units of the inverse field, then the β."""
        gammas, betas = np.split(np.asarray(at, dtype=np.float64), 2)
        scaled = tuple((gammas / self.unit).tolist())
        return AlternatingState(self.cost, self.mixer, scaled, tuple(betas.tolist()))

    def trained(
        self, choice: angles.Angles, layers: int, execute: Execute, rng: np.random.Generator
    ) -> AlternatingState:
        """The state at the angles that the strategy chooses."""
        unit, goal = self.unit, self.objective.scaled(self.unit)

        def slope(at: Floats) -> tuple[float, Floats]:
            found = execute.train(AlternatingGradient(self.state(at), goal, self.values))
            by_angle = np.concatenate([np.array(found.gammas) / unit, found.betas])
            return found.value / unit, by_angle / unit

        return self.state(choice.choose(self.cost, layers, slope, rng))
