"""Energies, gradients and probabilities of states under a diagonal cost and the X mixer.

|γ, β⟩ = e^{iβ_p B} e^{−iγ_p C} ... e^{iβ_1 B} e^{−iγ_1 C} |+...+⟩ with B = Σ X_i
(Farhi, Goldstone & Gutmann 2014, arXiv:1411.4028). Gradients by the adjoint method (Jones &
Gacon 2020, arXiv:2009.02823) with two states in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from usecases.errors import UsageError
from usecases.kernel import passes
from usecases.kernel.layers import Costs, Layer, aligned, layers
from usecases.kernel.threads import PIECES, shared
from usecases.models import Floats

Precision = Literal["double", "single"]
Job = Callable[[NDArray[np.float64], int, int], None]

FEWEST = 11
"""Smaller systems are padded: a qubit that the cost does not see changes no energy."""

ROW = 13
"""Most bits of a row, so that two rows of two states fit the second cache."""

ALONE = 1 << 13
"""Up to so many amplitudes one thread is quicker than two."""


MOST_TURNS = 2.0**51
"""A phase of more turns has no fraction left in a double, and the kernel cannot round it."""


class UniformSpace:
    """All strings of n bits under one cost; `table` holds the 2^n costs, bit i for variable i."""

    def __init__(
        self, table: Floats, *, precision: Precision = "double", threads: int | None = None
    ) -> None:
        self.qubits = len(table).bit_length() - 1
        self._copies = 1 << max(FEWEST - self.qubits, 0)
        whole = np.tile(np.asarray(table, dtype=np.float64), self._copies)
        self.even = bool(np.array_equal(whole, whole[::-1]))
        self._costs = self._reduced(table)
        self._reach = float(max(self._costs.stored.max(), -float(self._costs.stored.min())))
        self._kind = np.dtype(np.float64 if precision == "double" else np.float32)
        self.size = len(self._costs.stored)
        self._threads = 1 if self.size <= ALONE else threads or os.cpu_count() or 1
        low = min(ROW, self.size.bit_length() - 4)
        self._grids = _grids(self.size.bit_length() - 1, low, self._lanes, self.even)
        self._own = (low + self.even, self.size.bit_length() - 1 - low)

    def energy(
        self, gammas: Sequence[float], betas: Sequence[float], observable: Floats | None = None
    ) -> float:
        """⟨γ, β|O|γ, β⟩, where O is the cost unless another table is given."""
        seen = self._costs if observable is None else self._reduced(observable)
        factor, sums = self._evolved(gammas, betas, seen, np.empty(1, self._kind))
        return seen.offset + seen.step * factor * float(sums[0])

    def probabilities(self, gammas: Sequence[float], betas: Sequence[float]) -> Floats:
        """The probability of each of the 2^n strings."""
        self._evolved(gammas, betas, self._costs, np.empty(1, self._kind))
        rows = self._state.reshape(self._grids[0].lines, -1, 2, self._lanes)[:, :-1]
        found = np.square(rows, dtype=np.float64).sum(axis=2).reshape(-1)
        if self.even:
            found = np.concatenate([found, found[::-1]])
        elif layers(gammas, betas, 1.0)[1]:
            found = found[::-1]
        found = found.reshape(self._copies, -1).sum(axis=0)
        return np.asarray(found / found.sum())

    def gradient(
        self, gammas: Sequence[float], betas: Sequence[float], observable: Floats | None = None
    ) -> tuple[float, Floats, Floats]:
        """The energy and its derivatives by the γ and by the β."""
        seen = self._costs if observable is None else self._reduced(observable)
        factor, sums = self._evolved(gammas, betas, seen, self._other)
        value = seen.offset + seen.step * factor * float(sums[0])
        by_gamma, by_beta = np.zeros(len(gammas)), np.zeros(len(betas))
        by_beta[-1:] = factor * sums[1]
        self._undone(layers(gammas, betas, self._costs.step)[0], by_gamma, by_beta)
        return value, 2 * seen.step * self._costs.step * by_gamma, -2 * seen.step * by_beta

    def prepare(self) -> None:
        """Compile or load all passes for this precision and these costs, on no line at all."""
        state, cost, sums = np.empty(1, self._kind), self._costs.stored, np.zeros((3, 16))
        nothing = (0, 0)
        grid = self._grids[0]
        passes.begin(state, grid, cost, 0.0, 1.0, 0.0, *nothing)
        passes.onward(state, grid, cost, 0.0, False, 0.0, 1.0, 0.0, *nothing)
        passes.end(state, state, grid, cost, 0.0, False, sums, *nothing)
        passes.back(state, state, grid, cost, 0.0, False, 0.0, 1.0, False, 0.0, sums, *nothing)

    def _evolved(
        self, gammas: Sequence[float], betas: Sequence[float], seen: Costs, other: NDArray[Any]
    ) -> tuple[float, Floats]:
        """All passes forward; what the sums are to be multiplied by, and the sums.

        With another state to fill, it becomes O|γ, β⟩, and the last mixing is undone again on
        the qubits of the last pass.
        """
        found, flipped = layers(gammas, betas, self._costs.step)
        if not found:
            found = [Layer(0.0, 0.0, 1.0, False)]
        if not all(abs(one.turns) * self._reach < MOST_TURNS for one in found):
            raise UsageError("an angle γ is too large for the costs: phases are lost in rounding")
        self._forward(found)
        grid = self._grids[len(found) % 2]
        last = (seen.stored, found[-1].tangent, flipped and not self.even)
        sums = self._each(grid, lambda *part: passes.end(self._state, other, grid, *last, *part))
        return found[-1].cosine ** (2 * self._own[len(found) % 2]), sums

    def _forward(self, found: list[Layer]) -> None:
        """The uniform state and all passes but the last."""
        state, cost, rows, one = self._state, self._costs.stored, self._grids[0], found[0]
        scale = self.size**-0.5 * one.cosine ** self._own[0]
        angles = (one.turns, scale, one.tangent)
        self._each(rows, lambda _, *part: passes.begin(state, rows, cost, *angles, *part))
        for k in range(1, len(found)):
            self._onward(found[k - 1], found[k], k % 2)

    def _onward(self, before: Layer, layer: Layer, side: int) -> None:
        state, cost, grid = self._state, self._costs.stored, self._grids[side]
        scale = (before.cosine * layer.cosine) ** self._own[side]
        facing = layer.facing and not self.even
        angles = (before.tangent, facing, layer.turns, scale, layer.tangent)
        self._each(grid, lambda _, *part: passes.onward(state, grid, cost, *angles, *part))

    def _undone(self, found: list[Layer], by_gamma: Floats, by_beta: Floats) -> None:
        """All passes backward, collecting the overlaps that the derivatives consist of.

        `pending` is what both stored states still have to be multiplied by.
        """
        if not found:
            return
        pending = found[-1].cosine ** (2 * self._own[len(found) % 2])
        for k in range(len(found) - 1, -1, -1):
            own = self._own[k % 2]
            before = found[k - 1] if k else Layer(0.0, 0.0, 1.0, False)
            weight = pending**2
            pending *= found[k].cosine ** own
            scale = pending * before.cosine**own
            sums = self._backward(found[k], before, scale, k)
            by_beta[k] += weight * sums[0]
            by_gamma[k] = pending**2 * sums[1]
            if k:
                by_beta[k - 1] += sums[2] / before.cosine ** (2 * own)
            pending = 1.0

    def _backward(self, layer: Layer, before: Layer, scale: float, k: int) -> Floats:
        states, cost = (self._state, self._other), self._costs.stored
        grid, facing = self._grids[k % 2], layer.facing and not self.even
        angles: tuple[Any, ...] = (layer.tangent, facing, -layer.turns, scale)
        angles += (k > 0, before.tangent)
        return self._each(grid, lambda *part: passes.back(*states, grid, cost, *angles, *part))

    def _each(self, grid: passes.Grid, job: Job) -> Floats:
        """Do a pass over pairs of lines, shared by all threads; the sums over all."""
        sums = np.zeros((PIECES, 3, 16))
        shared(lambda k, *part: job(sums[k], *part), grid.lines // 2, self._threads)
        return np.asarray(sums.sum(axis=(0, 2)))

    def _reduced(self, table: Floats) -> Costs:
        """Costs as the passes take them: padded, or only their even part on half the strings."""
        whole = np.tile(np.asarray(table, dtype=np.float64), self._copies)
        half = len(whole) // 2
        if self.even:
            return Costs.of(whole[:half] / 2 + whole[: half - 1 : -1] / 2)
        return Costs.of(whole)

    @cached_property
    def _state(self) -> NDArray[Any]:
        return self._room()

    @cached_property
    def _other(self) -> NDArray[Any]:
        return self._room()

    def _room(self) -> NDArray[Any]:
        rows = self._grids[0]
        return aligned(rows.lines * rows.apart, self._kind)

    @property
    def cost_bytes(self) -> int:
        """What the costs take as the passes read them."""
        return int(self._costs.stored.nbytes)

    @property
    def _lanes(self) -> int:
        return 64 // self._kind.itemsize


def _grids(bits: int, low: int, lanes: int, even: bool) -> tuple[passes.Grid, passes.Grid]:
    """The passes over rows and over columns."""
    inside = lanes.bit_length() - 1
    vector, stride = 2 * lanes, (2 << low) + 2 * lanes
    high = bits - low
    rows = passes.Grid(1 << high, stride, vector, low - inside, 1 << low, lanes, True, even)
    columns = passes.Grid(1 << (low - inside), vector, stride, high, lanes, 1 << low, False, False)
    return rows, columns
