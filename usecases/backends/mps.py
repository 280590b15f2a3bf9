"""Aer's matrix product states: many qubits of little entanglement, with the truncation measured.

A state keeps at most `bond` Schmidt coefficients on each bond of a chain of qubits (Vidal 2003,
arXiv:quant-ph/0301063). Aer logs the squared weight ε_k that each truncation throws away. The
k-th one turns the state by the angle arcsin √ε_k, and angles between states obey the triangle
inequality, so the state that is left stands at most

    θ = min(Σ_k arcsin √ε_k, π/2)

from the exact one. Its fidelity is then at least cos²θ, the probability of no set of answers is
wrong by more than sin θ, and an expectation value by no more than sin θ times the spread of the
observable's eigenvalues. The common estimate of the fidelity, Π_k (1 − ε_k) (Zhou, Stoudenmire,
Waintal 2020, arXiv:2002.07730, eq. 5), is reported beside it and is no bound. ε_k is exact while
the chain is in canonical form; Aer does not restore that form after a truncation, which the tests
find harmless but nobody has proven so.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from usecases.contracts import JobResult, LocalBackend
from usecases.machine import largest_state, sizes
from usecases.programs import Expectation, Program, SampleCircuits

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

GATES = [
    "h",
    "x",
    "y",
    "z",
    "s",
    "sdg",
    "t",
    "tdg",
    "sx",
    "rx",
    "ry",
    "rz",
    "u",
    "cx",
    "cz",
    "rzz",
    "swap",
]
"""Gates on one or two qubits only: Aer does not log what larger ones truncate."""

_turn = Lock()


class MPS(LocalBackend):
    """A simulator of circuits whose qubits can be laid on a line with few gates across any cut.

    `bond` is the most Schmidt coefficients kept on a bond; the time grows with its cube.
    `threshold` is the squared weight that may be thrown away at a bond although it would fit.
    """

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (SampleCircuits, Expectation)

    bond: int = Field(default=64, ge=1, le=65_536)
    threshold: float = Field(default=1e-16, ge=0.0, le=1.0)

    def holds(self) -> int:
        """A site is two matrices of bond × bond complex numbers, a decomposition takes eight such.

        No bond of a few qubits is full. How entangled a circuit is nobody can tell before it is
        run, so nothing is refused for the truncation that it would suffer.
        """
        numbers = largest_state(16)
        return max((1 << numbers) // (2 * self.bond**2) - 8, numbers - 5, 1)

    def run(self, program: SampleCircuits | Expectation) -> JobResult:
        if isinstance(program, SampleCircuits):
            return self._sample(program)
        return self._expectation(program)

    def _sample(self, program: SampleCircuits) -> JobResult:
        begun = time.perf_counter()
        compiled = [_compiled(circuit) for circuit in program.circuits]
        started = time.perf_counter()
        tables, discarded = [], []
        for k, (circuit, shots) in enumerate(zip(compiled, program.each, strict=True)):
            found, weights = self._run(_ordered(circuit)[0], shots, program.seed + k)
            tables.append({key.replace(" ", ""): int(n) for key, n in found.get_counts().items()})
            discarded.append(weights)
        return JobResult(
            tables,
            machine=time.perf_counter() - started,
            compiled=started - begun,
            circuits=sizes(program.circuits, compiled),
            provenance=_truncation(max(discarded, key=angle, default=[])),
        )

    def _expectation(self, program: Expectation) -> JobResult:
        from qiskit_aer.library import SaveExpectationValue

        begun = time.perf_counter()
        circuit, places = _ordered(_compiled(program.circuit))
        for k, observable in enumerate(program.observables):
            circuit.append(SaveExpectationValue(observable, str(k)), places)
        started = time.perf_counter()
        found, discarded = self._run(circuit, 1, 0)
        values = [float(found.data(0)[str(k)].real) for k in range(len(program.observables))]
        seconds = time.perf_counter() - started
        return JobResult(
            [[v, 0.0] for v in values],
            seconds,
            compiled=started - begun,
            provenance=_truncation(discarded),
        )

    def _run(self, circuit: QuantumCircuit, shots: int, seed: int) -> tuple[Any, list[float]]:
        """Aer's result, and the squared weights that were thrown away on the way.

        Aer keeps one log for the whole process and never empties it: what a lone measurement
        finds there is not ours. Its decomposition by LAPACK (Aer 0.17 and 0.18) reads beyond its
        matrices, which now and then ends the process, so Aer's own is asked for.
        """
        from qiskit import QuantumCircuit
        from qiskit_aer import AerSimulator

        simulator = AerSimulator(
            method="matrix_product_state",
            matrix_product_state_max_bond_dimension=self.bond,
            matrix_product_state_truncation_threshold=self.threshold,
            mps_log_data=True,
            mps_lapack=False,
            chop_threshold=0.0,  # log the smallest weights, too
        )
        lone = QuantumCircuit(1, 1)
        lone.measure(0, 0)
        with _turn:
            before = _log(simulator.run(lone, shots=1).result())
            found = simulator.run(circuit, shots=shots, seed_simulator=seed).result()
        logged = re.findall(r"discarded_value=([^,]+),", _log(found)[len(before) :])
        return found, [float(weight) for weight in logged]


def angle(discarded: Iterable[float]) -> float:
    """How far all truncations together can turn a state, in radians, at most π/2."""
    return min(sum(math.asin(math.sqrt(min(w, 1.0))) for w in discarded), math.pi / 2)


def _truncation(discarded: list[float]) -> dict[str, str]:
    """Of the circuit that suffered most: a bound on its infidelity, and an estimate of it."""
    estimate = 1.0 - math.prod(1.0 - min(w, 1.0) for w in discarded)
    return {
        "mps.truncation": f"{math.sin(angle(discarded)) ** 2:.3g}",
        "mps.truncation_estimate": f"{estimate:.3g}",
        "mps.truncations": str(sum(w > 0.0 for w in discarded)),
    }


def _log(found: Any) -> str:
    """Aer's log without the bracket that closes it."""
    return str(found.results[0].metadata.get("MPS_log_data", "")).removesuffix("}")


def _compiled(circuit: QuantumCircuit) -> QuantumCircuit:
    from qiskit import transpile

    compiled: QuantumCircuit = transpile(
        circuit, basis_gates=GATES, optimization_level=1, seed_transpiler=0, num_processes=1
    )
    return compiled


def _ordered(circuit: QuantumCircuit) -> tuple[QuantumCircuit, list[int]]:
    """The circuit with qubits that interact moved together, and where each qubit went.

    Gates across a cut make entanglement there, so the reverse Cuthill–McKee order, which keeps
    a graph's edges short, keeps bonds small.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    pairs = [
        [circuit.find_bit(q).index for q in item.qubits]
        for item in circuit.data
        if len(item.qubits) == 2
    ]
    ends = np.array([*pairs, *(pair[::-1] for pair in pairs)], dtype=np.int32).reshape(-1, 2).T
    n = circuit.num_qubits
    graph = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(n, n)).tocsr()
    places = np.argsort(reverse_cuthill_mckee(graph, symmetric_mode=True)).tolist()
    moved = circuit.copy_empty_like()
    moved.compose(circuit, qubits=places, clbits=range(circuit.num_clbits), inplace=True)
    return moved, places


backend = MPS
