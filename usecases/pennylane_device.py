"""PennyLane on every machine here: `qml.device("usecases", wires=n, backend="aer")`.

A QNode's circuits become one run of circuits for each execution, with a record in the store like
any other; `device.runs` lists their ids. Everything is estimated from shots, so gradients come from
the parameter-shift rule. This file is loaded by PennyLane and imports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pennylane as qml
from pennylane.devices import Device, ExecutionConfig
from pennylane.devices.preprocess import (
    decompose,
    validate_device_wires,
    validate_measurements,
)
from pennylane.measurements import (
    CountsMP,
    ExpectationMP,
    MeasurementProcess,
    ProbabilityMP,
    SampleMP,
    VarianceMP,
)
from pennylane.tape import QuantumScript
from pennylane.wires import Wires

from usecases.budget import Limit
from usecases.circuits import once, prepare
from usecases.errors import UsageError
from usecases.plan import GATES
from usecases.programs.circuits import Counts, counted_bits
from usecases.registry import backend as backend_named

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

GATE_NAMES = {
    **{"Identity": "id", "Hadamard": "h", "PauliX": "x", "PauliY": "y", "PauliZ": "z"},
    **{"S": "s", "T": "t", "SX": "sx", "Adjoint(S)": "sdg", "Adjoint(T)": "tdg"},
    **{"RX": "rx", "RY": "ry", "RZ": "rz", "PhaseShift": "p", "U3": "u"},
    **{"CNOT": "cx", "CY": "cy", "CZ": "cz", "CH": "ch", "SWAP": "swap", "ISWAP": "iswap"},
    **{"CRX": "crx", "CRY": "cry", "CRZ": "crz", "ControlledPhaseShift": "cp"},
    **{"IsingXX": "rxx", "IsingYY": "ryy", "IsingZZ": "rzz", "Toffoli": "ccx", "CSWAP": "cswap"},
}
"""PennyLane's gates and Qiskit's names for them; all others are decomposed into these."""

_COUNTED = (CountsMP, ExpectationMP, ProbabilityMP, SampleMP, VarianceMP)


class UsecasesDevice(Device):  # type: ignore[misc]
    """Any backend that samples circuits, as a device of PennyLane.

    `settings` are the backend's; `max_cost` and `max_wait` hold for each execution. The same
    `seed` gives the same shots again: those of a machine elsewhere are read from the store, so that
    a script that was killed, or left while its work waited, goes on and pays for nothing twice.
    """

    name = "usecases"
    config_filepath = None

    def __init__(
        self,
        wires: Any = None,
        *,
        backend: str = GATES,
        settings: Mapping[str, Any] | None = None,
        seed: int = 0,
        max_cost: Limit | None = None,
        max_wait: float | None = None,
    ) -> None:
        super().__init__(wires=wires)
        if not isinstance(seed, int) or seed < 0:
            raise UsageError(f"seed={seed!r} is no whole number from 0 on", "Give seed=0, or none")
        self._backend = backend_named(backend, settings)
        self._seed, self._how = seed, {"max_cost": max_cost, "max_wait": max_wait}
        self.runs: list[str] = []
        """The ids of the runs that this device made; see them with: usecases jobs show ID."""

    def preprocess_transforms(self, execution_config: ExecutionConfig | None = None) -> Any:
        program = qml.CompilePipeline()
        program.add_transform(validate_device_wires, self.wires, name=self.name)
        program.add_transform(qml.defer_measurements, allow_postselect=False)
        program.add_transform(
            validate_measurements,
            analytic_measurements=_counted,  # refused where they are run, with what to do
            sample_measurements=_counted,
            name=self.name,
        )
        program.add_transform(qml.transforms.split_non_commuting)
        program.add_transform(qml.transforms.diagonalize_measurements)
        program.add_transform(
            decompose, stopping_condition=_known, skip_initial_state_prep=False, name=self.name
        )
        program.add_transform(qml.transforms.broadcast_expand)
        return program

    def execute(
        self,
        circuits: QuantumScript | Sequence[QuantumScript],
        execution_config: ExecutionConfig | None = None,
    ) -> Any:
        """The results of the circuits, which are sent to the machine together."""
        tapes = [circuits] if isinstance(circuits, QuantumScript) else list(circuits)
        shots = tuple(_shots(tape) for tape in tapes)
        wires = [self.wires or tape.wires for tape in tapes]
        seed = int(np.random.SeedSequence((self._seed, len(self.runs))).generate_state(1)[0] >> 1)
        plan = prepare(
            [_converted(tape, order) for tape, order in zip(tapes, wires, strict=True)],
            self._backend,
            shots=shots,
            seed=seed,
            name="qnode",
        )
        record = once(plan, **self._how)
        self.runs.append(record.id)
        rng = np.random.default_rng(seed)
        tables = (tally.counts for tally in record.tallies)
        found = tuple(
            _results(tape, _samples(counts, rng), order)
            for tape, counts, order in zip(tapes, tables, wires, strict=True)
        )
        return found[0] if isinstance(circuits, QuantumScript) else found


def _counted(measured: MeasurementProcess) -> bool:
    return isinstance(measured, _COUNTED)


def _known(operation: Any) -> bool:
    return operation.name in GATE_NAMES or operation.name in ("Barrier", "GlobalPhase")


def _shots(tape: QuantumScript) -> int:
    if not tape.shots.total_shots:
        raise UsageError(
            "this device counts shots and computes no exact values",
            "Say how many: @qml.set_shots(1000)",
        )
    return int(tape.shots.total_shots)


def _converted(tape: QuantumScript, order: Wires) -> QuantumCircuit:
    """The tape's gates as Qiskit's, all of its wires measured, wire i into bit i."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(len(order))
    for operation in tape.operations:
        at = [order.index(wire) for wire in operation.wires]
        if operation.name == "Barrier":
            circuit.barrier(at)
        elif operation.name != "GlobalPhase":  # no count depends on it
            parameters = [float(p) for p in operation.parameters]
            if not np.all(np.isfinite(parameters)):
                raise UsageError(
                    f"{operation.name} has an angle that is no finite number",
                    "Nothing was sent. See what made it, e.g. an optimiser's step",
                )
            getattr(circuit, GATE_NAMES[operation.name])(*parameters, *at)
    circuit.measure_all()
    return circuit


def _samples(counts: Counts, rng: np.random.Generator) -> Any:
    """One row for each shot in an order of no meaning, shape (shots, wires)."""
    bits, times = counted_bits(counts)
    return rng.permutation(np.repeat(bits, times, axis=0))


def _results(tape: QuantumScript, samples: Any, order: Wires) -> Any:
    """What the tape's measurements say, for each part of its shots where these are parted."""
    parts = tuple(_measured(tape, samples[first:last], order) for first, last in tape.shots.bins())
    return parts if tape.shots.has_partitioned_shots else parts[0]


def _measured(tape: QuantumScript, samples: Any, order: Wires) -> Any:
    found = tuple(m.process_samples(samples, wire_order=order) for m in tape.measurements)
    return found[0] if len(found) == 1 else found
