"""Pauli-correlation encoding: hundreds of variables as signs of correlations of a few qubits.

Sciorilli et al. 2025, Nature Communications 16:476, arXiv:2401.09421. A circuit on n qubits is
trained so that the signs of its 3 (n over k) correlations, one for each variable, make a low
cost. As in the paper the answer is then improved by classical single flips; from a bad answer
they alone go a long way, so what the circuit found shows with polish=none.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from usecases.angles import descended, field
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.encoding import Encoding, brickwork
from usecases.flips import lowered
from usecases.models import Bits, Floats, Ising, qubits
from usecases.multilinear import Multilinear
from usecases.observe import outcomes
from usecases.programs import Program, SampleCircuits, Sweep
from usecases.records import Record, by_kind


class Unpolished(Record):
    """The signs as they were read."""

    kind: Literal["none"] = "none"

    def polished(self, cost: Ising, row: Bits) -> Bits:
        return row


class Flips(Record):
    """The best single flip again and again, until none helps."""

    kind: Literal["flips"] = "flips"

    def polished(self, cost: Ising, row: Bits) -> Bits:
        return lowered(cost, row)


Polish = Annotated[
    Annotated[Unpolished | Flips, Field(discriminator="kind")],
    BeforeValidator(by_kind),
]


class PCE(Algorithm):
    """Train a brickwork circuit from `starts` random points; each gives one answer.

    Correlations are exact in training. An answer is read from exact ones as well, or from
    `measurements` of the state in each of three settings; it is not a shot, and no outcome is
    counted as one.
    """

    accepts: ClassVar[tuple[type, ...]] = (Ising,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (Sweep, SampleCircuits)

    order: int = Field(default=2, ge=1, le=6)
    """k: on how many qubits a correlation is taken."""
    layers: int = Field(default=8, ge=1, le=200)
    iterations: int = Field(default=60, ge=0, le=100_000)
    """Most gradients of a start; each asks for two points for each of the circuit's gates."""
    starts: int = Field(default=1, ge=1, le=10_000)
    sharpness: float = Field(default=1.0, gt=0, le=1000)
    """Of tanh(α⟨Π⟩), in units of the paper's α = n^⌊k/2⌋."""
    regularisation: float = Field(default=0.5, ge=0, le=1000)
    """The paper's β: how strongly large correlations are held back."""
    measurements: int | None = Field(default=None, ge=1, le=100_000_000)
    polish: Polish = Flips()

    def width(self, model: Any) -> int:
        return Encoding(qubits(model), self.order).qubits

    def solve(self, model: Ising, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        """One outcome for each start."""
        encoding = Encoding(len(model.variables), self.order)
        rows = []
        for _ in range(self.starts):
            angles = self._trained(model, encoding, execute, rng)
            signs = self._read(encoding, angles, execute, rng) < 0
            rows.append(self.polish.polished(model, signs.astype(np.int8)))
        return outcomes(model, np.array(rows))

    def _trained(
        self, model: Ising, encoding: Encoding, execute: Execute, rng: np.random.Generator
    ) -> Floats:
        circuit, loss = brickwork(encoding.qubits, self.layers), self._loss(model, encoding)
        start = rng.uniform(-np.pi, np.pi, circuit.num_parameters)
        # The gates turn by e^{−iθP/2}: derivatives are half differences at ±π/2.
        shifts = np.pi / 2 * np.eye(len(start))
        moves = np.concatenate([np.zeros((1, len(start))), shifts, -shifts])

        def slope(angles: Floats) -> tuple[float, Floats]:
            found = execute.train(Sweep(circuit, encoding.observables, angles + moves))
            value, by_correlation = loss(found[0])
            ahead, behind = np.split(found[1:], 2)
            return value, (ahead - behind) @ by_correlation / 2

        return descended(slope, start, self.iterations)[1] if self.iterations else start

    def _loss(self, model: Ising, encoding: Encoding) -> Loss:
        alpha = self.sharpness * encoding.qubits ** (self.order // 2)
        return Loss(model, alpha, self.regularisation)

    def _read(
        self, encoding: Encoding, angles: Floats, execute: Execute, rng: np.random.Generator
    ) -> Floats:
        """The correlations of the trained state."""
        circuit = brickwork(encoding.qubits, self.layers)
        if self.measurements is None:
            [found] = execute(Sweep(circuit, encoding.observables, angles[None]))
            return np.asarray(found)
        circuits = encoding.settings(circuit.assign_parameters(angles))
        seed = int(rng.integers(2**31))
        return encoding.correlations(execute(SampleCircuits(circuits, self.measurements, seed)))


class Loss:
    """The cost of the spins tanh(α⟨Π⟩), and β ν (mean tanh²)² to hold them back; eq. 2 and 9.

    For costs other than cuts, ν is Σ|c|/2 + (m − 1)/4 times the mean |c|, which is the paper's
    for the cut of a graph whose edges weigh alike. In units of the field on a spin.
    """

    def __init__(self, cost: Ising, alpha: float, beta: float) -> None:
        sizes = np.array([abs(c) for k, c in cost.terms.items() if k and c] or [0.0])
        m = len(cost.variables)
        self._weight = beta * float(sizes.sum() / 2 + sizes.mean() * (m - 1) / 4)
        self._cost, self._alpha, self._unit = Multilinear(cost), alpha, field(cost)

    def __call__(self, correlations: Floats) -> tuple[float, Floats]:
        """The loss, and its derivatives by the correlations."""
        spins = np.tanh(self._alpha * correlations)
        value, by_spin = self._cost.slope(spins)
        spread = float(spins @ spins) / len(spins)
        value += self._weight * spread**2
        by_spin += self._weight * 4.0 * spread * spins / len(spins)
        slopes = by_spin * self._alpha * (1.0 - spins**2)
        return value / self._unit, slopes / self._unit


algorithm = PCE
