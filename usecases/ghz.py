"""How well a machine prepares (|0…0⟩ + |1…1⟩)/√2: a fidelity measured on it, with its interval.

F = (P₀ + P₁)/2 + Σₖ (−1)ᵏ ⟨Mₖ⟩ / 2n with Mₖ = (cos(kπ/n) X + sin(kπ/n) Y)⊗ⁿ, k = 1 … n: from n + 1
circuits and exact for every state (Gühne, Lu, Gao, Pan 2007, Phys. Rev. A 76, 030305). The
oscillation of the parities is what Sackett et al. (2000, Nature 404, 256) measured. Readout errors
are part of the machine and count. Above 1/2 the qubits are entangled all together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pydantic import PositiveInt

from usecases.circuits import once, prepare
from usecases.conformance import execute
from usecases.contracts import Backend, RemoteBackend, innermost
from usecases.errors import UsageError
from usecases.lowering import fits
from usecases.metrics import Z95
from usecases.programs import Counts, SampleCircuits
from usecases.records import Record
from usecases.registry import name_of

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


class Fidelity(Record):
    """A fidelity with the GHZ state, its standard error, and what it was measured on."""

    backend: str
    qubits: PositiveInt
    shots: PositiveInt
    value: float
    stderr: float
    populations: float
    coherence: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, within what a fidelity can be."""
        half = Z95 * self.stderr
        return max(self.value - half, 0.0), min(self.value + half, 1.0)

    def differs(self, other: Fidelity) -> float:
        """How far it lies above another, in standard errors of the difference."""
        return (self.value - other.value) / math.hypot(self.stderr, other.stderr)


def fidelity(
    backend: Backend, qubits: int, shots: int = 6000, seed: int = 0, **how: Any
) -> Fidelity:
    """Measure a machine's fidelity; a third of the shots shows the populations.

    On a machine elsewhere the circuits are a run like any others, which is kept, capped and paid
    for once; `how` are the options of `circuits.run`.
    """
    asked = taken(backend, qubits, shots, seed)
    if isinstance(innermost(backend), RemoteBackend):
        named: Any = {"shots": asked.each, "seed": seed, "name": f"ghz of {qubits}"}
        record = once(prepare(asked.circuits, backend, **named), **how)
        tables = [dict(tally.counts) for tally in record.tallies]
    else:
        tables = asked.read(execute(backend, asked, f"ghz-{asked.key()[:12]}").value)
    return of_counts(tables, name_of(backend))


def taken(backend: Backend, qubits: int, shots: int, seed: int) -> SampleCircuits:
    """The program, where the machine takes it; nothing is run."""
    asked = program(qubits, shots, seed)
    fits(backend, qubits, "Ask for fewer qubits")
    backend.check(asked)
    return asked


def program(qubits: int, shots: int, seed: int) -> SampleCircuits:
    """The n + 1 circuits, as one job: populations first, then the parities by rising angle.

    Raises UsageError for fewer than two qubits or too few shots.
    """
    if qubits < 2:
        raise UsageError("a GHZ state has at least 2 qubits")
    each = math.ceil(2 * shots / (3 * qubits))  # so that the populations take a third at most
    if each < 10:
        raise UsageError(f"{shots} shots are too few for {qubits + 1} circuits",
                         f"Give at least {15 * qubits}")  # fmt: skip
    parities = tuple(_prepared(qubits, k * math.pi / qubits) for k in range(1, qubits + 1))
    rest = shots - qubits * each
    return SampleCircuits((_prepared(qubits), *parities), (rest, *(each,) * qubits), seed)


def of_counts(tables: list[Counts], backend: str = "") -> Fidelity:
    """The fidelity that the counts of these circuits show.

    Standard errors are those of Agresti and Coull (1998, Am. Stat. 52, 119): four shots more, two
    of each kind, so that shots that are all alike do not claim to be certain.
    """
    n = len(tables) - 1
    first, *others = tables
    alike = first.get("0" * n, 0) + first.get("1" * n, 0)
    seen = sum(first.values())
    coherence, variance = 0.0, _variance(alike, seen) / 4
    for k, table in enumerate(others, start=1):
        shots = sum(table.values())
        even = sum(count for key, count in table.items() if key.count("1") % 2 == 0)
        coherence += (-1) ** k * (2 * even / shots - 1) / n
        variance += _variance(even, shots) / n**2
    return Fidelity(
        backend=backend,
        qubits=n,
        shots=sum(sum(table.values()) for table in tables),
        value=(alike / seen + coherence) / 2,
        stderr=math.sqrt(variance),
        populations=alike / seen,
        coherence=coherence,
    )


def _variance(successes: int, shots: int) -> float:
    share = (successes + 2) / (shots + 4)
    return share * (1 - share) / (shots + 4)


def _prepared(qubits: int, angle: float | None = None) -> QuantumCircuit:
    """The state, measured as it stands or, at an angle, in cos X + sin Y of every qubit."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(qubits)
    circuit.h(0)
    for k in range(qubits - 1):
        circuit.cx(k, k + 1)
    if angle is not None:
        for k in range(qubits):
            circuit.rz(-angle, k)
            circuit.h(k)
    circuit.measure_all()
    return circuit
