"""Parallel tempering: copies at all temperatures at once, exchanged so that none gets stuck.

Swendsen & Wang, Phys. Rev. Lett. 57 (1986) 2607; Hukushima & Nemoto, J. Phys. Soc. Jpn. 65
(1996) 1604. The sweeps are those of D-Wave's dwave-samplers. Classical.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.machine import largest_field
from usecases.models import BQM, Bits, Floats, energies
from usecases.observe import outcomes

FINEST = 1e-3
"""Coefficients below this share of the largest field on a spin set no temperature."""


class Tempering(Algorithm):
    """The best answers of `shots` ladders of `temperatures` copies each.

    `exchanges` times, every copy makes `sweeps` passes over its variables at its temperature;
    then neighbours on the ladder change places with the probability that keeps both in balance.
    """

    accepts: ClassVar[tuple[type, ...]] = (BQM,)

    shots: int = Field(default=20, ge=1, le=100_000)
    temperatures: int = Field(default=16, ge=2, le=1000)
    exchanges: int = Field(default=100, ge=1, le=1_000_000)
    sweeps: int = Field(default=5, ge=1, le=1_000_000)

    def solve(self, model: BQM, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        betas = ladder(model, self.temperatures)
        copies = _copies(model, betas)
        shape = (self.shots, len(betas), int(model.num_variables))
        bits = rng.integers(0, 2, shape, dtype=np.int8)
        best, lowest = bits[:, 0].copy(), np.full(self.shots, np.inf)
        for turn in range(self.exchanges):
            bits = _swept(copies, bits, self.sweeps, int(rng.integers(2**31)))
            found = energies(model, bits.reshape(-1, shape[2])).reshape(shape[:2])
            coldest = found.argmin(axis=1)
            better = np.flatnonzero(found.min(axis=1) < lowest)
            best[better] = bits[better, coldest[better]]
            lowest[better] = found[better, coldest[better]]
            execute.improved(float(lowest.min()))
            _exchange(bits, found, betas, turn % 2, rng)
        distinct, counts = np.unique(best, axis=0, return_counts=True)
        return outcomes(model, distinct, counts.tolist())


def ladder(model: BQM, rungs: int) -> Floats:
    """Inverse temperatures in geometric steps, from the model's own energies.

    At the hottest even the largest change that a flip can make is taken half of the time, at the
    coldest the smallest coefficient is broken in one of a hundred sweeps over all variables.
    """
    largest = largest_field(model)
    linear, (_, _, coupling), _ = model.change_vartype("SPIN", inplace=False).to_numpy_vectors()
    sizes = np.abs(np.concatenate([linear, coupling]))
    smallest = float(sizes[sizes >= FINEST * largest].min(initial=largest))
    hot, cold = math.log(2) / (2 * largest), math.log(100 * len(linear)) / (2 * smallest)
    return np.geomspace(hot, cold, rungs)


def _copies(model: BQM, betas: Floats) -> BQM:
    """The model once for each inverse temperature, side by side as one model at temperature 1."""
    spin = model.change_vartype("SPIN", inplace=False)
    linear, (row, column, coupling), _ = spin.to_numpy_vectors(list(model.variables))
    shift = np.repeat(np.arange(len(betas)) * len(linear), len(row))
    pairs = [np.tile(end, len(betas)) + shift for end in (row, column)]
    scaled = [np.outer(betas, part).ravel() for part in (linear, coupling)]
    return BQM.from_numpy_vectors(scaled[0], (*pairs, scaled[1]), 0.0, "SPIN")


def _swept(copies: BQM, bits: Bits, sweeps: int, seed: int) -> Bits:
    """All copies, shape (shots, copies, variables), after so many passes at their temperatures."""
    from dwave.samplers import SimulatedAnnealingSampler

    spins = 2 * bits.reshape(len(bits), -1) - 1
    found = SimulatedAnnealingSampler().sample(
        copies,
        beta_schedule_type="custom",
        beta_schedule=[1.0],
        num_sweeps_per_beta=sweeps,
        initial_states=(spins, list(range(spins.shape[1]))),
        randomize_order=True,
        seed=seed,
    )
    order = np.argsort(np.array(found.variables, dtype=np.int64))
    after: Bits = (found.record.sample[:, order] > 0).astype(np.int8).reshape(bits.shape)
    return after


def _exchange(
    bits: Bits, found: Floats, betas: Floats, first: int, rng: np.random.Generator
) -> None:
    """Swap neighbours on the ladder, every other pair, with Metropolis' probability."""
    low = np.arange(first, len(betas) - 1, 2)
    gain = (betas[low] - betas[low + 1]) * (found[:, low] - found[:, low + 1])
    shot, pair = np.nonzero(np.log(rng.random(gain.shape)) < gain)
    left, right = low[pair], low[pair] + 1
    bits[shot, left], bits[shot, right] = bits[shot, right], bits[shot, left]


algorithm = Tempering
