"""Qiskit Aer: exact statevectors and shots, ideal or with the noise of a real machine's twin."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from usecases.contracts import JobResult, LocalBackend
from usecases.errors import BackendUnavailable, TooLarge
from usecases.machine import BASIS, diagonal, is_diagonal, largest_state, pauli_means, sizes
from usecases.noise import Idle, machine, noise_model, padded, touched, width
from usecases.programs import (
    Expectation,
    FermionicEnergy,
    FermionicProducts,
    Program,
    SampleCircuits,
    Sweep,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

LARGEST_DENSITY = 8
"""Exact noisy values need a density matrix, 4^n numbers: beyond, training takes hours."""

KEPT = 20
"""Qubits up to which a state and a few copies of it are small, and sums over it quick."""

SWEPT = 1 << 20
"""Amplitudes of a sweep's points that are kept at a time."""


class Aer(LocalBackend):
    """A simulator of gate machines.

    `noise` names a machine whose recorded calibration sets gate errors, readout errors,
    coupling and basis gates (for example "manila", "fez" or "iqm/fake_adonis"); the result
    stays simulated. `idle` is what happens to qubits that wait: noise models of gates alone
    ignore it.
    """

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (SampleCircuits, Expectation, Sweep)

    noise: str = Field(default="", max_length=40)
    idle: Idle = "ignored"
    precision: Literal["double", "single"] = "double"
    optimization_level: int = Field(default=1, ge=0, le=3)

    @model_validator(mode="after")
    def _waits_in_noise(self) -> Self:
        if self.idle != "ignored" and not self.noise:
            raise ValueError(f"idle={self.idle} needs the times of a machine: give noise as well")
        return self

    def holds(self) -> int:
        return largest_state(16 if self.precision == "double" else 8)

    def memory(self, qubits: int) -> int:
        return (16 if self.precision == "double" else 8) << qubits

    def understands(self, program: Program[Any]) -> bool:
        """Noisy values are taken point by point, and so is a circuit without parameters."""
        if isinstance(program, Sweep):
            return not self.noise and program.circuit.num_parameters > 0
        return isinstance(program, self.runs)

    def check(self, program: Program[Any]) -> None:
        if self.noise and program.qubits > width(self.noise):
            raise TooLarge(
                f"the machine {self.noise}, whose noise is asked for, has"
                f" {width(self.noise)} qubits and not {program.qubits}",
                "Name a larger one as its noise, e.g. guadalupe (16), toronto (27) or fez (156)",
            )
        exact = getattr(program, "shots", None) is None
        answers = isinstance(program, FermionicEnergy | FermionicProducts)
        if self.noise and exact and program.qubits > LARGEST_DENSITY:
            raise TooLarge(
                f"exact values with noise={self.noise} need a density matrix, which is quick for at"
                f" most {LARGEST_DENSITY} qubits and slow for {program.qubits}",
                "Give --shots, or take a smaller active space"
                if answers
                else "Train without noise: --train-on aer",
            )
        import qiskit_aer  # noqa: F401 - loaded here, before the clock of the work starts

    def run(self, program: SampleCircuits | Expectation | Sweep) -> JobResult:
        if isinstance(program, SampleCircuits):
            return self._sample(program)
        _refuse_measured(program.circuit)
        if isinstance(program, Sweep):
            return self._sweep(program)
        return self._expectation(program)

    def _sample(self, program: SampleCircuits) -> JobResult:
        begun = time.perf_counter()
        compiled = self._compiled(program.circuits)
        run = padded(compiled, self.noise, self.idle)
        started = time.perf_counter()
        # Noisy shots: what suits the circuit.
        simulator = self._noisy("automatic", compiled) if self.noise else _ideal(self.precision)
        counts = [
            {key.replace(" ", ""): int(n) for key, n in table.items()}
            for table in _tables(simulator, run, program)
        ]
        return JobResult(
            counts,
            machine=time.perf_counter() - started,
            compiled=started - begun,
            circuits=sizes(program.circuits, compiled),
        )

    def _expectation(self, program: Expectation) -> JobResult:
        """From the state, when it and its copies are small; else the simulator's own sums."""
        begun = time.perf_counter()
        circuit = program.circuit.copy()
        if not self.noise and circuit.num_qubits <= KEPT:
            return self._from_state(circuit, program.observables)
        layout: Sequence[int] = range(circuit.num_qubits)
        simulator = _ideal(self.precision)
        if self.noise:
            circuit = padded(self._compiled((circuit,)), self.noise, self.idle)[0]
            simulator = self._noisy("density_matrix", [circuit])
            layout = circuit.layout.final_index_layout() if circuit.layout else layout
        _save(circuit, program.observables, layout)
        started = time.perf_counter()
        data = simulator.run(circuit, shots=1).result().data(0)
        values = [
            float(data["probabilities"] @ diagonal(o) if is_diagonal(o) else data[str(k)].real)
            for k, o in enumerate(program.observables)
        ]
        seconds = time.perf_counter() - started
        return JobResult([[v, 0.0] for v in values], seconds, compiled=started - begun)

    def _from_state(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp]
    ) -> JobResult:
        from qiskit_aer.library import SaveStatevector

        started = time.perf_counter()
        circuit.append(SaveStatevector(circuit.num_qubits), circuit.qubits)
        result = _ideal(self.precision).run(circuit, shots=1).result()
        state = np.asarray(result.data(0)["statevector"])
        others = iter(pauli_means(state[None], [o for o in observables if not is_diagonal(o)])[0])
        shares = np.abs(state) ** 2
        values = [shares @ diagonal(o) if is_diagonal(o) else next(others) for o in observables]
        return JobResult([[float(v), 0.0] for v in values], time.perf_counter() - started)

    def _sweep(self, program: Sweep) -> JobResult:
        """Some points at a time, so that their states fit in little memory."""
        from qiskit_aer.library import SaveStatevector

        started = time.perf_counter()
        circuit = program.circuit.copy()
        circuit.append(SaveStatevector(circuit.num_qubits), circuit.qubits)
        simulator, at_once = _ideal(self.precision), max(SWEPT >> circuit.num_qubits, 1)
        values: list[list[float]] = []
        for first in range(0, len(program.points), at_once):
            points = program.points[first : first + at_once]
            columns = zip(circuit.parameters, points.T.tolist(), strict=True)
            found = simulator.run([circuit], parameter_binds=[dict(columns)], shots=1).result()
            states = np.array([found.data(k)["statevector"].data for k in range(len(points))])
            values += pauli_means(states, program.observables).tolist()
        return JobResult(values, time.perf_counter() - started)

    def _compiled(self, circuits: tuple[QuantumCircuit, ...]) -> list[QuantumCircuit]:
        from qiskit import transpile

        options: dict[str, Any] = {"optimization_level": self.optimization_level}
        options |= {"seed_transpiler": 0, "num_processes": 1}
        if self.noise:
            options |= machine(self.noise)
            if len(circuits) > 1 and len({c.num_qubits for c in circuits}) == 1:
                # What belongs together lies on the same qubits.
                first = transpile(circuits[0], **options)
                options["initial_layout"] = first.layout.initial_index_layout(filter_ancillas=True)
            return list(transpile(list(circuits), **options))
        return list(transpile(list(circuits), basis_gates=list(BASIS), **options))

    def _noisy(self, method: str, compiled: Sequence[QuantumCircuit]) -> Any:
        from qiskit_aer import AerSimulator

        model = noise_model(self.noise, touched(compiled))
        return AerSimulator(method=method, precision=self.precision, noise_model=model)


def _refuse_measured(circuit: QuantumCircuit) -> None:
    """A circuit that measures on its way has many states, of which one run would show one."""
    if {"measure", "reset", "if_else", "while_loop"} & {*circuit.count_ops()}:
        raise BackendUnavailable(
            "exact values are those of one state, and this circuit measures or resets on its way",
            "Give --shots",
        )


def _tables(
    simulator: Any, compiled: list[QuantumCircuit], program: SampleCircuits
) -> list[dict[str, int]]:
    """Aer's counts; a job of its has one number of shots."""
    if isinstance(program.shots, int):
        found = simulator.run(compiled, shots=program.shots, seed_simulator=program.seed).result()
        return [found.get_counts(k) for k in range(len(compiled))]
    asked = enumerate(zip(compiled, program.each, strict=True))
    return [
        simulator.run(c, shots=shots, seed_simulator=program.seed + k).result().get_counts()
        for k, (c, shots) in asked
    ]


def _save(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], layout: Sequence[int]
) -> None:
    """Ask the simulator for what the observables need: one list of probabilities serves all
    diagonal ones, which is quicker than a pass over the state for each term."""
    from qiskit_aer.library import SaveExpectationValue, SaveProbabilities

    for k, observable in enumerate(observables):
        if not is_diagonal(observable):
            circuit.append(SaveExpectationValue(observable, str(k)), list(layout))
    if any(map(is_diagonal, observables)):
        circuit.append(SaveProbabilities(len(layout)), list(layout))


@cache
def _ideal(precision: str) -> Any:
    from qiskit_aer import AerSimulator

    return AerSimulator(method="statevector", precision=precision)


backend = Aer
