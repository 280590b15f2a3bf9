"""Quantinuum: the local emulators of its machines H1-1 and H2-1, noiseless and offline.

Circuits go through pytket with every classical bit named, since its wrapper for Qiskit mixes up
registers. The machines themselves are reached through Quantinuum Nexus, which is not built in.
"""

from __future__ import annotations

import time
from typing import Any

from adapter import Adapter, Told, loaded, sizes  # type: ignore[import-not-found]

TITLE = "Quantinuum"
WORK = "circuits"
PACKAGE = "pytket.extensions.quantinuum"
TWIN = ("H1-1LE", "H2-1LE")
EXAMPLES = ("H1-1LE", "H2-1LE")
CREDENTIALS = ()
PRICE = "free"

GATES = ("h", "x", "sx", "rx", "ry", "rz", "cx", "rzz", "if_else", "reset")
"""Of Qiskit's, in which circuits are handed to pytket."""


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The local emulator of this name."""
    if device not in TWIN:
        raise Told("UnknownName", ", ".join(TWIN))
    return Emulator(device)


class Emulator(Adapter):  # type: ignore[misc]
    """A local emulator: the machine's gates without its noise."""

    def __init__(self, device: str) -> None:
        from pytket.extensions.quantinuum import QuantinuumAPIOffline, QuantinuumBackend

        self.backend = QuantinuumBackend(device, api_handler=QuantinuumAPIOffline())

    def describe(self) -> dict[str, Any]:
        from importlib.metadata import version

        info = self.backend.backend_info
        return {
            "qubits": info.n_nodes,
            "gates": sorted(kind.name for kind in info.gate_set),
            "dynamic": True,
            "most_shots": None,
            "source": "simulated",
            "seeded": True,
            "version": f"pytket-quantinuum {version('pytket-quantinuum')}",
        }

    def run(self, work: dict[str, Any]) -> dict[str, Any]:
        begun = time.perf_counter()
        given = loaded(work["circuits"])
        circuits = written(given)
        ready = [self._compiled(circuit, work["optimization_level"]) for circuit in circuits]
        started = time.perf_counter()
        asked = zip(circuits, ready, work["shots"], strict=True)
        tables = [
            self._counts(circuit, compiled, shots, work["seed"] + number)
            for number, (circuit, compiled, shots) in enumerate(asked)
        ]
        return {
            "value": tables,
            "machine": time.perf_counter() - started,
            "compiled": started - begun,
            "circuits": _sizes(given, ready),
            "provenance": {"noise": "none: the local emulator has the machine's gates alone"},
        }

    def _compiled(self, circuit: Any, level: int) -> Any:
        from pytket.extensions.qiskit import qiskit_to_tk

        return self.backend.get_compiled_circuit(qiskit_to_tk(circuit), min(level, 2))

    def _counts(self, circuit: Any, compiled: Any, shots: int, seed: int) -> dict[str, int]:
        """Counts whose leftmost bit is the last of Qiskit's; those never written are left out."""
        from pytket import Bit

        written = {bit for command in compiled.get_commands() for bit in command.bits}
        named = [Bit(r.name, k) for r in circuit.cregs for k in range(r.size)]
        order = [bit for bit in reversed(named) if bit in written]
        found = self.backend.run_circuit(compiled, n_shots=shots, seed=seed % (1 << 31))
        counts = found.get_counts(cbits=order)
        return {"".join(map(str, key)): int(count) for key, count in counts.items()}


def written(circuits: list[Any]) -> list[Any]:
    """The circuits in gates that pytket knows by name: it stumbles over definitions.

    OpenQASM 3 defines rzz by two CX, but it is the machine's own gate and stays one.
    """
    from qiskit.transpiler import generate_preset_pass_manager

    manager = generate_preset_pass_manager(0, basis_gates=list(GATES))
    return [_native(circuit) for circuit in manager.run(circuits)]


def _native(circuit: Any) -> Any:
    """The circuit with rzz gates where there are defined gates of that name, also in blocks."""
    from qiskit.circuit.library import RZZGate

    found = circuit.copy_empty_like()
    for item in circuit.data:
        operation = item.operation
        if operation.name == "rzz":
            operation = RZZGate(*operation.params)
        elif hasattr(operation, "blocks"):
            operation = operation.replace_blocks([_native(block) for block in operation.blocks])
        found.append(operation, item.qubits, item.clbits)
    return found


def _sizes(before: list[Any], after: list[Any]) -> dict[str, int]:
    """The largest circuit before and after compilation, counted by pytket."""
    from pytket.circuit import OpType

    aside = {OpType.Measure, OpType.Barrier}
    old, new = max(zip(before, after, strict=True), key=lambda pair: pair[1].n_2qb_gates())
    kinds = {command.op.type for command in new.get_commands()} - aside
    return sizes([old], [old]) | {
        "compiled_depth": new.depth_by_type(kinds),
        "compiled_two_qubit_gates": new.n_2qb_gates(),
    }
