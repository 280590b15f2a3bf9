"""States that alternate between a cost and a mixer (QAOA), native or lowered to circuits.

|γ, β⟩ = U_M(β_p) e^{−iγ_p C} ... U_M(β_1) e^{−iγ_1 C} |start⟩
(Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028, eq. 5; Hadfield et al. 2019, arXiv:1709.03489)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from usecases.errors import UsageError, VerificationFailed
from usecases.marks import Marked
from usecases.models import Bits, Diagonal, Evaluated, Floats, Ising, Polynomial, Table, all_bits
from usecases.programs.base import Lowered, Program, R, Together
from usecases.programs.circuits import (
    Counts,
    Estimated,
    SampleCircuits,
    checked_counts,
    checked_estimates,
    counted_bits,
)
from usecases.programs.estimates import Estimate
from usecases.programs.mixers import Mixer
from usecases.programs.objectives import Mean, Objective
from usecases.programs.phases import apply_phases
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp


class Gradient(NamedTuple):
    """A value and its derivatives by the angles."""

    value: float
    gammas: tuple[float, ...]
    betas: tuple[float, ...]


@dataclass(frozen=True)
class AlternatingState:
    """A cost, a mixer and p pairs of angles (γ, β)."""

    cost: Polynomial
    mixer: Mixer
    gammas: tuple[float, ...]
    betas: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raises UsageError unless there are as many finite γ as β."""
        if len(self.gammas) != len(self.betas):
            raise UsageError(f"{len(self.gammas)} γ and {len(self.betas)} β do not make layers")
        if not all(map(math.isfinite, (*self.gammas, *self.betas))):
            raise UsageError("an angle is not a finite number")

    def key(self) -> str:
        """A hash of the content."""
        content = (_content(self.cost), repr(self.mixer), self.gammas, self.betas)
        return sha256(repr(content))

    def circuit(self) -> QuantumCircuit:
        """The state on qubits; qubit i is variable i of the cost."""
        template, angles = _template(self.cost, self.mixer, len(self.gammas))
        values = dict(zip(angles, (*self.gammas, *self.betas), strict=True))
        # An angle may occur nowhere: of a constant cost, or of groups in which nothing moves.
        return template.assign_parameters(values, strict=False)

    def observable(self) -> SparsePauliOp:
        """The cost as a sum of Z strings."""
        return _observable(self.cost)

    @property
    def qubits(self) -> int:
        return len(self.cost.variables)

    @property
    def width(self) -> int:
        """The qubits of a statevector over the strings that the mixer reaches."""
        return self.mixer.space(self.qubits).width


@dataclass(frozen=True)
class OfState(Program[R]):
    """What is asked of an alternating state."""

    state: AlternatingState

    @property
    def qubits(self) -> int:
        return self.state.qubits

    @property
    def width(self) -> int:
        return self.state.width


@dataclass(frozen=True)
class AlternatingEnergy(OfState[Estimated]):
    """The objective of an alternating state's costs; exact when `shots` is None.

    `values` are the costs that count where they are not those that the phases apply.
    """

    shots: int | None = None
    seed: int = 0
    objective: Objective = field(default_factory=Mean)
    values: Diagonal | None = None

    def key(self) -> str:
        content = ("alternating energy", self.state.key(), self.shots, self.seed)
        if self.plain:
            return sha256(repr(content))
        return sha256(repr((*content, repr(self.objective), _content(self.values))))

    @property
    def plain(self) -> bool:
        """Whether the mean of the phases' own cost is asked for."""
        return self.values is None and isinstance(self.objective, Mean)

    def read(self, raw: Any) -> Estimated:
        return checked_estimates([raw], 1)[0]

    def lower(self) -> Lowered[Estimated] | None:
        """A mean becomes an estimate of Z strings; any other objective needs shots."""
        if self.plain:
            observable = self.state.observable()
            program = Estimate(self.state.circuit(), (observable,), self.shots, self.seed)
            return Lowered(program, lambda found: Estimated(*found[0]))
        if self.shots is None:
            return None
        circuits = SampleCircuits((_measured(self.state),), self.shots, self.seed)
        return Lowered(circuits, lambda tables: self._of_counts(tables[0]))

    def _of_counts(self, counts: Counts) -> Estimated:
        bits, times = counted_bits(counts)
        costs = (self.values or self.state.cost).energies(bits)
        seen = np.array(times, dtype=np.float64)
        value = self.objective.value(costs, seen / seen.sum())
        return Estimated(value, self.objective.stderr(costs, seen))


@dataclass(frozen=True)
class AlternatingGradient(OfState[Gradient]):
    """The exact objective of an alternating state's costs, and its derivatives by the angles."""

    objective: Objective = field(default_factory=Mean)
    values: Diagonal | None = None

    def key(self) -> str:
        return sha256(repr(("alternating gradient", self._at(self.state).key())))

    def read(self, raw: Any) -> Gradient:
        """Raises VerificationFailed unless there is a finite number for each angle."""
        p = len(self.state.gammas)
        try:
            found = Gradient(float(raw[0]), tuple(map(float, raw[1])), tuple(map(float, raw[2])))
        except (TypeError, ValueError, IndexError):
            raise VerificationFailed("the machine's gradient is malformed") from None
        numbers = (found.value, *found.gammas, *found.betas)
        if len(numbers) != 2 * p + 1 or not all(map(math.isfinite, numbers)):
            raise VerificationFailed("the machine's gradient is not a finite number an angle")
        return found

    def lower(self) -> Lowered[Gradient]:
        """Central differences of exact energies, two for each angle."""
        p, state = len(self.state.gammas), self.state
        scale = sum(abs(c) for k, c in state.cost.terms.items() if k) or 1.0
        steps = np.array([_STEP / scale] * p + [_STEP / max(state.qubits, 1)] * p)
        here = np.array([*state.gammas, *state.betas])
        moved = [here, *(here + s for e in np.diag(steps) for s in (e, -e))]
        energies = tuple(self._at(_moved(state, angles)) for angles in moved)

        def back(found: tuple[Estimated, ...]) -> Gradient:
            values = np.array([f.value for f in found])
            slopes = (values[1::2] - values[2::2]) / (2 * steps)
            by_gamma, by_beta = slopes[:p].tolist(), slopes[p:].tolist()
            return Gradient(float(values[0]), tuple(by_gamma), tuple(by_beta))

        return Lowered(Together(energies), back)

    def _at(self, state: AlternatingState) -> AlternatingEnergy:
        return AlternatingEnergy(state, objective=self.objective, values=self.values)


_STEP = 1e-4
"""Radians by which the fastest phase moves in a difference: rounding and curvature balance."""


@dataclass(frozen=True)
class AlternatingSamples(OfState[Counts]):
    """Shots of an alternating state; the last character of a string is variable 0."""

    shots: int
    seed: int

    def key(self) -> str:
        return sha256(repr(("alternating samples", self.state.key(), self.shots, self.seed)))

    def read(self, raw: Any) -> Counts:
        return checked_counts(raw, self.shots, self.qubits)

    def lower(self) -> Lowered[Counts]:
        program = SampleCircuits((_measured(self.state),), self.shots, self.seed)
        return Lowered(program, lambda tables: dict(tables[0]))


def _moved(state: AlternatingState, angles: Floats) -> AlternatingState:
    gammas, betas = (tuple(half.tolist()) for half in np.split(angles, 2))
    return AlternatingState(state.cost, state.mixer, gammas, betas)


@lru_cache(maxsize=16)
def _content(cost: Any) -> Any:
    """What makes a cost what it is, to be hashed; found once for a training.

    A cost that is only computed is told by its guide and by what some strings cost.
    """
    if isinstance(cost, Ising):
        return cost.variables, sorted(cost.terms.items())
    if cost is None:
        return None
    if isinstance(cost, Table):
        return cost.variables, hashlib.sha256(cost.values.tobytes()).hexdigest()
    if isinstance(cost, Marked):
        return cost.threshold, _content(cost.cost)
    if isinstance(cost, Evaluated) and isinstance(cost.guide, Ising):
        return _content(cost.guide), cost.energies(_probes(len(cost.variables))).tobytes().hex()
    # A cost that is computed is told by what it costs, on all strings or on some.
    n = len(cost.variables)
    probes = _probes(n)
    return cost.variables, cost.energies(probes).tobytes().hex()


def _probes(n: int) -> Bits:
    """All strings of few bits, else some fixed random ones."""
    if n <= 10:
        return all_bits(n)
    return np.random.default_rng(n).integers(0, 2, (256, n), dtype=np.int8)


@lru_cache(maxsize=8)
def _template(
    cost: Polynomial, mixer: Mixer, layers: int
) -> tuple[QuantumCircuit, tuple[Any, ...]]:
    """The circuit with free angles, built once for a training; and these, first the γ."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    betas, gammas = ParameterVector("beta", layers), ParameterVector("gamma", layers)
    circuit = QuantumCircuit(len(cost.variables))
    mixer.start(circuit)
    for gamma, beta in zip(gammas, betas, strict=True):
        apply_phases(circuit, cost, gamma)
        mixer.layer(circuit, beta)
    return circuit, (*gammas, *betas)


@lru_cache(maxsize=8)
def _observable(cost: Polynomial) -> SparsePauliOp:
    from qiskit.quantum_info import SparsePauliOp

    terms: Mapping[tuple[int, ...], float] = cost.terms
    listed = [("Z" * len(k), list(k), c) for k, c in terms.items()] or [("", [], 0.0)]
    return SparsePauliOp.from_sparse_list(listed, num_qubits=len(cost.variables))


def _measured(state: AlternatingState) -> QuantumCircuit:
    circuit = state.circuit()
    circuit.measure_all()
    return circuit
