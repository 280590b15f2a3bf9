"""Alice & Bob: emulators of their cat qubits, bare and with error correction, and their cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapter import Adapter, QiskitTwin, Told  # type: ignore[import-not-found]

TITLE = "Alice & Bob"
WORK = "circuits"
PACKAGE = "qiskit_alice_bob_provider"
TWIN = "EMU:"
EXAMPLES = (
    "EMU:15Q:LOGICAL_EARLY",
    "EMU:40Q:LOGICAL_TARGET",
    "EMU:40Q:LOGICAL_NOISELESS",
    "QPU:1Q:BOSON_4A",
)
CREDENTIALS = ("ALICE_BOB_API_KEY",)
VARIABLES = ("ALICE_BOB_URL",)
PRICE = "unknown"


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The local emulator of this name, or a machine of the cloud."""
    if not device.startswith(TWIN):
        from alice_bob_cloud import Cloud  # type: ignore[import-not-found]

        cloud: Adapter = Cloud(device)
        return cloud
    from qiskit_alice_bob_provider import AliceBobLocalProvider

    known = {backend.name: backend for backend in AliceBobLocalProvider().backends()}
    if device not in known:
        raise Told("UnknownName", ", ".join(known))
    return Emulator(known[device])


class Emulator(QiskitTwin):  # type: ignore[misc]
    """An emulator whose gates are those of cat qubits; rotations are approximated by T gates."""

    def __init__(self, backend: Any) -> None:
        from importlib.metadata import version

        super().__init__(backend)
        _share_errors(backend)
        self.version = f"qiskit-alice-bob-provider {version('qiskit-alice-bob-provider')}"

    def prepared(self, circuits: list[Any], work: dict[str, Any]) -> list[Any]:
        """Bare cat qubits lack gates that most circuits have, which is told as it is."""
        from qiskit.transpiler import TranspilerError

        try:
            found: list[Any] = super().prepared(circuits, work)
        except TranspilerError as error:
            lacking = f"the circuit cannot be written in its gates ({str(error)[:200]})"
            raise Told("BackendUnavailable", lacking) from None
        return found


def _share_errors(backend: Any) -> None:
    """Let equal gates share one error: one for each of a million would take tens of gigabytes."""
    from qiskit.transpiler import PassManager
    from qiskit_alice_bob_provider.local.quantum_errors import build_quantum_error_passes

    passes = build_quantum_error_passes(backend._processor)
    for one in passes:
        if hasattr(one, "_func"):  # the others mark measurements
            one._func = _once(one._func)
    backend._noise_pass_manager = PassManager(passes)


def _once(made: Callable[[Any, list[int]], Any]) -> Callable[[Any, list[int]], Any]:
    """The same function, which makes the error of equal gates on equal qubits once."""
    known: dict[Any, Any] = {}

    def found(gate: Any, qubits: list[int]) -> Any:
        timed = (gate.duration, gate.unit) if gate.name == "delay" else ()
        key = (gate.name, tuple(map(str, gate.params)), timed, tuple(qubits))
        if key not in known:
            known[key] = made(gate, qubits)
        return known[key]

    return found
