"""States that alternate between a diagonal cost and moves within a space of strings.

The state is a tensor with an axis for each register of the space; a move is a rotation of pairs
of digits along one axis, in place. Energies, gradients (adjoint method) and probabilities.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from usecases.kernel.compile import compiled
from usecases.kernel.threads import PIECES, shared
from usecases.models import Floats
from usecases.programs import Mixer
from usecases.programs.mixers import Turn
from usecases.spaces import Space

Amplitudes = NDArray[np.complexfloating[Any, Any]]


ALONE = 1 << 14
"""Up to so many amplitudes one thread is quicker than two."""


@compiled
def _turn(
    state: Any, pairs: Any, cos: float, sin_x: float, sin_z: float, first: int, last: int
) -> None:
    """cos + i (sin_x X + sin_z Z) on pairs of the middle index, for a stretch of the others."""
    up, down, across = complex(cos, sin_z), complex(cos, -sin_z), complex(0.0, sin_x)
    width = state.shape[2]
    for block in range(first // width, (last + width - 1) // width):
        begin, end = max(first - block * width, 0), min(last - block * width, width)
        for k in range(len(pairs)):
            a, b = pairs[k, 0], pairs[k, 1]
            for j in range(begin, end):
                one, two = state[block, a, j], state[block, b, j]
                state[block, a, j] = up * one + across * two
                state[block, b, j] = across * one + down * two


@compiled
def _overlap(left: Any, right: Any, pairs: Any, x: float, z: float, first: int, last: int) -> float:
    """Im⟨left| x X + z Z |right⟩ on pairs of the middle index, for a stretch of the others."""
    total, width = 0.0, left.shape[2]
    for block in range(first // width, (last + width - 1) // width):
        begin, end = max(first - block * width, 0), min(last - block * width, width)
        for k in range(len(pairs)):
            a, b = pairs[k, 0], pairs[k, 1]
            for j in range(begin, end):
                one, two = right[block, a, j], right[block, b, j]
                moved, kept = x * two + z * one, x * one - z * two
                total += (left[block, a, j].conjugate() * moved).imag
                total += (left[block, b, j].conjugate() * kept).imag
    return total


@compiled
def _phased(state: Any, cost: Any, gamma: float, first: int, last: int) -> None:
    """state *= e^{−iγ cost}."""
    for k in range(first, last):
        angle = -gamma * cost[k]
        state[k] *= complex(math.cos(angle), math.sin(angle))


@compiled
def _cost_overlap(left: Any, right: Any, cost: Any, first: int, last: int) -> float:
    """Im⟨left|cost|right⟩."""
    total = 0.0
    for k in range(first, last):
        total += cost[k] * (left[k].conjugate() * right[k]).imag
    return total


def _each(job: Callable[..., Any], length: int, size: int) -> float:
    """Do job(first, last) for all stretches, on all cores if it is much; the sum of its values."""
    sums = [0.0] * PIECES
    threads = 1 if size <= ALONE else os.cpu_count() or 1

    def piece(k: int, first: int, last: int) -> None:
        sums[k] = job(first, last) or 0.0

    shared(piece, length, threads)
    return math.fsum(sums)


class Moves(Protocol):
    """What mixes the amplitudes of a state, in place."""

    def forth(self, state: Amplitudes, beta: float) -> None: ...

    def back(self, state: Amplitudes, other: Amplitudes, beta: float) -> float:
        """Undo the moves in both states; Σ Im⟨other|move|state⟩."""
        ...


class Evolution:
    """Phases of a table of costs and moves, in turn, from a start of real amplitudes."""

    def __init__(
        self, start: Floats, moves: Moves, table: Floats, kind: Any = np.complex128
    ) -> None:
        self.table = np.asarray(table, dtype=np.float64)
        self._start, self._moves, self._kind = start, moves, kind

    def energy(
        self, gammas: Sequence[float], betas: Sequence[float], observable: Floats | None = None
    ) -> float:
        """⟨γ, β|O|γ, β⟩, where O is the cost unless another table is given."""
        seen = self.table if observable is None else observable
        return float(self.probabilities(gammas, betas) @ seen)

    def probabilities(self, gammas: Sequence[float], betas: Sequence[float]) -> Floats:
        """The probability of each string of the space, as the state has it: norm included."""
        state = self._evolved(gammas, betas)
        return np.asarray(np.square(np.abs(state), dtype=np.float64))

    def gradient(
        self, gammas: Sequence[float], betas: Sequence[float], observable: Floats | None = None
    ) -> tuple[float, Floats, Floats]:
        """The energy and its derivatives by the γ and by the β."""
        seen = self.table if observable is None else observable
        state = self._evolved(gammas, betas)
        other = (seen * state).astype(self._kind)
        value = float(np.vdot(state, other).real)
        by_gamma, by_beta = np.zeros(len(gammas)), np.zeros(len(betas))
        for k in reversed(range(len(gammas))):
            by_beta[k] = -2.0 * self._moves.back(state, other, betas[k])
            by_gamma[k] = 2.0 * self._cost_overlap(other, state)
            for psi in (state, other):
                self._phase(psi, -gammas[k])
        return value, by_gamma, by_beta

    def prepare(self) -> None:
        """Compile or load what works on a state of this precision, on none of its amplitudes."""
        state, cost = np.empty((1, 1, 1), self._kind), np.empty(1)
        pairs = np.empty((0, 2), dtype=np.intp)
        _turn(state, pairs, 1.0, 0.0, 0.0, 0, 0)
        _overlap(state, state, pairs, 1.0, 0.0, 0, 0)
        _phased(state[0, 0], cost, 0.0, 0, 0)
        _cost_overlap(state[0, 0], state[0, 0], cost, 0, 0)

    def _evolved(self, gammas: Sequence[float], betas: Sequence[float]) -> Amplitudes:
        state = self._start.astype(self._kind)
        for gamma, beta in zip(gammas, betas, strict=True):
            self._phase(state, gamma)
            self._moves.forth(state, beta)
        return state

    def _phase(self, state: Amplitudes, gamma: float) -> None:
        size = len(state)
        _each(lambda *part: _phased(state, self.table, gamma, *part), size, size)

    def _cost_overlap(self, other: Amplitudes, state: Amplitudes) -> float:
        size = len(state)
        return _each(lambda *part: _cost_overlap(other, state, self.table, *part), size, size)


class Subspace(Evolution):
    """The strings of a mixer's space under one cost, given by position in the space."""

    def __init__(
        self, space: Space, mixer: Mixer, table: Floats, kind: Any = np.complex128
    ) -> None:
        parts = (mixer.amplitudes(r) for r in space.registers)
        start = reduce(np.multiply.outer, parts, np.ones(())).reshape(-1)
        super().__init__(start, _Turns(mixer.turns(space), space.shape), table, kind)


class _Turns:
    """A sequence of rotations of pairs, each along one axis."""

    def __init__(self, turns: Sequence[Turn], shape: tuple[int, ...]) -> None:
        self._turns = turns
        self._shapes = [
            (math.prod(shape[: t.register]), shape[t.register], math.prod(shape[t.register + 1 :]))
            for t in turns
        ]

    def forth(self, state: Amplitudes, beta: float) -> None:
        cos, sin = math.cos(beta), math.sin(beta)
        for turn, shape in zip(self._turns, self._shapes, strict=True):
            _turned(state.reshape(shape), turn, cos, sin)

    def back(self, state: Amplitudes, other: Amplitudes, beta: float) -> float:
        cos, sin = math.cos(beta), -math.sin(beta)
        total = 0.0
        for turn, shape in zip(reversed(self._turns), reversed(self._shapes), strict=True):
            right, left = state.reshape(shape), other.reshape(shape)
            total += _overlapped(left, right, turn)
            for psi in (right, left):
                _turned(psi, turn, cos, sin)
        return total


def _turned(state: Amplitudes, turn: Turn, cos: float, sin: float) -> None:
    angles = (cos, sin * turn.x, sin * turn.z)
    outside = state.shape[0] * state.shape[2]
    _each(lambda *part: _turn(state, turn.pairs, *angles, *part), outside, state.size)


def _overlapped(left: Amplitudes, right: Amplitudes, turn: Turn) -> float:
    axis = (turn.pairs, turn.x, turn.z)
    outside = left.shape[0] * left.shape[2]
    return _each(lambda *part: _overlap(left, right, *axis, *part), outside, left.size)


__all__ = ["Amplitudes", "Evolution", "Subspace"]
