"""Our own statevector simulator of alternating states: exact energies, gradients and shots."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import numpy as np

from usecases.contracts import JobResult, LocalBackend
from usecases.machine import largest_state
from usecases.models import Bits, Floats
from usecases.programs import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingSamples,
    Counts,
    GroverMixer,
    Mean,
    Mixer,
    Program,
    XMixer,
)
from usecases.spaces import Space

if TYPE_CHECKING:
    from usecases.kernel.levels import Levels
    from usecases.kernel.subspace import Subspace
    from usecases.kernel.uniform import UniformSpace

Precision: TypeAlias = Literal["double", "single"]
Alternating: TypeAlias = AlternatingEnergy | AlternatingGradient | AlternatingSamples

_alone = Lock()
"""A kernel uses all cores and keeps its state in place, so there is one at a time."""

_kept: dict[Any, _Kernel] = {}
"""The last kernel, from call to call of a training."""

BYTES = {"double": 48, "single": 40}
"""What an amplitude takes: two states, the costs as given and as the phases take them.

Objectives other than the mean take less than twice as much for a while.
"""


def _renew() -> None:
    global _alone  # noqa: PLW0603
    _alone = Lock()


if hasattr(os, "register_at_fork"):  # whoever held the lock does not live on in the child
    os.register_at_fork(after_in_child=_renew)


class Statevector(LocalBackend):
    """Simulates the strings that a mixer reaches, and no others; ideal, on all cores."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (
        AlternatingEnergy,
        AlternatingGradient,
        AlternatingSamples,
    )

    precision: Precision = "double"

    def understands(self, program: Program[Any]) -> bool:
        """A value that is to be estimated from shots is left to circuits."""
        return isinstance(program, self.runs) and (
            not isinstance(program, AlternatingEnergy) or program.shots is None
        )

    def holds(self) -> int:
        return largest_state(BYTES[self.precision], sum(k.bytes for k in [*_kept.values()]))

    def memory(self, qubits: int) -> int:
        return BYTES[self.precision] << qubits

    def run(self, program: Alternating) -> JobResult:
        with _alone:
            begun = time.perf_counter()
            kernel = _kernel(program.state.cost, program.state.mixer, self.precision)
            started = time.perf_counter()
            value = self._result(kernel, program)
            return JobResult(value, time.perf_counter() - started, compiled=started - begun)

    def _result(self, kernel: _Kernel, program: Alternating) -> Any:
        angles = (program.state.gammas, program.state.betas)
        if isinstance(program, AlternatingSamples):
            probabilities = kernel.evolution.probabilities(*angles)
            return kernel.counts(probabilities, program.shots, program.seed)
        costs = kernel.costs(program.values)
        if isinstance(program, AlternatingEnergy):
            if isinstance(program.objective, Mean):
                return [kernel.evolution.energy(*angles, costs), 0.0]
            shares = kernel.evolution.probabilities(*angles)
            return [program.objective.value(kernel.known(costs), shares), 0.0]
        if isinstance(program.objective, Mean):
            value, gammas, betas = kernel.evolution.gradient(*angles, costs)
        else:
            shares, known = kernel.evolution.probabilities(*angles), kernel.known(costs)
            value = program.objective.value(known, shares)
            slope = program.objective.slope(known, shares)
            _, gammas, betas = kernel.evolution.gradient(*angles, slope)
        return [value, gammas.tolist(), betas.tolist()]


class _Kernel:
    """The evolution under one cost and mixer, and the strings that its positions stand for."""

    def __init__(self, cost: Any, mixer: Mixer, precision: Precision) -> None:
        self._bits, self._precision = len(cost.variables), precision
        self.space: Space | None = None
        self.table: Floats
        self.evolution: UniformSpace | Subspace | Levels
        if isinstance(mixer, XMixer):
            from usecases.kernel.uniform import UniformSpace

            self.table = cost.table()
            self.evolution = UniformSpace(self.table, precision=precision)
        else:
            from usecases.kernel.levels import Levels
            from usecases.kernel.subspace import Subspace

            self.space = mixer.space(self._bits)
            self.table = self.space.table(cost)
            kind = np.complex128 if precision == "double" else np.complex64
            if isinstance(mixer, GroverMixer):
                self.evolution = Levels(self.table, kind)
            else:
                self.evolution = Subspace(self.space, mixer, self.table, kind)
        self.evolution.prepare()

    @property
    def bytes(self) -> int:
        return BYTES[self._precision] * len(self.table)

    def costs(self, values: Any) -> Floats | None:
        """The costs that count, by position; None where they are the phases' own."""
        return None if values is None else _values(values, self.space)

    def known(self, costs: Floats | None) -> Floats:
        return self.table if costs is None else costs

    def counts(self, probabilities: Floats, shots: int, seed: int) -> Counts:
        """Shots drawn from the probabilities; the last character is variable 0."""
        rng = np.random.default_rng(seed)
        reached = np.cumsum(probabilities)
        drawn = np.searchsorted(reached, rng.random(shots) * reached[-1], side="right")
        positions, seen = np.unique(np.minimum(drawn, len(reached) - 1), return_counts=True)
        rows = self._strings(positions)[:, ::-1]
        keys = ("".join(map(str, row)) for row in rows.tolist())
        return dict(zip(keys, seen.tolist(), strict=True))

    def _strings(self, positions: Any) -> Bits:
        if self.space is not None:
            return self.space.strings(positions)
        found = (positions[:, None] >> np.arange(self._bits)) & 1
        return np.asarray(found, dtype=np.int8)


def _kernel(cost: Any, mixer: Mixer, precision: Precision) -> _Kernel:
    """The kept one, or a new one in its place: two may not fit the memory."""
    key = (cost, mixer, precision)
    if key not in _kept:
        _kept.clear()
        _values.cache_clear()
        _kept[key] = _Kernel(cost, mixer, precision)
    return _kept[key]


@lru_cache(maxsize=1)
def _values(values: Any, space: Space | None) -> Floats:
    found: Floats = values.table() if space is None else space.table(values)
    return found


backend = Statevector
