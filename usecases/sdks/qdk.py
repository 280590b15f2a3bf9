"""Microsoft's Quantum Development Kit: its sparse simulator, offline."""

from __future__ import annotations

import math
import os
from typing import Any

from adapter import Adapter, QiskitTwin, Told  # type: ignore[import-not-found]

TITLE = "Microsoft QDK"
WORK = "circuits"
PACKAGE = "qdk"
TWIN = "sparse"
EXAMPLES = ("sparse",)
CREDENTIALS = ()
PRICE = "free"

NEARLY = 1e-8
"""What is left of a half turn where it counts as one: no number of shots can tell."""


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The simulator. Its package sends telemetry unless it is told not to."""
    if device != TWIN:
        raise Told("UnknownName", TWIN)
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"
    return Sparse()


class Sparse(QiskitTwin):  # type: ignore[misc]
    """Noiseless; memory grows with the amplitudes that are not zero."""

    def __init__(self) -> None:
        from importlib.metadata import version

        from qdk.qiskit import QSharpBackend

        super().__init__(QSharpBackend())
        self.version = f"qdk {version('qdk')}"

    def prepared(self, circuits: list[Any], work: dict[str, Any]) -> list[Any]:
        """Without a layout, of which the package writes qubits that it cannot read itself.

        Raises Told for conditions that it reads in reverse.
        """
        ready: list[Any] = super().prepared(circuits, work)
        for circuit in ready:
            _conditions_on_bits(circuit)
            _half_turns(circuit)
            circuit._layout = None
        return ready

    def counts(self, circuits: list[Any], shots: int, seed: int) -> list[dict[str, int]]:
        found = []
        for number, circuit in enumerate(circuits):
            # Compiled circuits stay as they are: its own compiler, run on some of them (a GHZ
            # state's parities at −π/2), gives another state in qdk 1.33. Qubits of a layout are
            # named in a way that it does not read.
            plain = circuit.copy()
            plain._layout = None
            job = self.backend.run(plain, shots=shots, seed=seed + number, skip_transpilation=True)
            found.append(job.result().get_counts())
        return found


def _half_turns(circuit: Any) -> None:
    """Writes rx(±π) as x, from which it differs by a phase alone: qdk 1.33 has it wrong beside ry.

    Its sparse simulator turns ry(0.7) rx(π) ry(−0.7) into another state; with x it is right.
    """
    from qiskit.circuit.library import XGate

    for k, instruction in enumerate(circuit.data):
        operation = instruction.operation
        if blocks := getattr(operation, "blocks", ()):
            for block in blocks:
                _half_turns(block)
            circuit.data[k] = instruction.replace(operation=operation.replace_blocks(blocks))
        elif operation.name == "rx" and abs(math.cos(float(operation.params[0]) / 2)) < NEARLY:
            circuit.data[k] = instruction.replace(operation=XGate())


def _conditions_on_bits(circuit: Any) -> None:
    """Raises Told where a condition compares several bits: qdk 1.33 reads them in reverse.

    `c == 1` is true there where the last bit of c is 1, and not the first.
    """
    for instruction in circuit.data:
        for block in getattr(instruction.operation, "blocks", ()):
            _conditions_on_bits(block)
        condition = getattr(instruction.operation, "condition", None)
        target = getattr(instruction.operation, "target", None)
        asked = condition if condition is not None else target
        if asked is None:
            continue
        bits = asked[0] if isinstance(asked, tuple) else asked
        if getattr(bits, "size", 1) > 1 or hasattr(bits, "type"):
            raise Told(
                "BackendUnavailable",
                "qdk compares the bits of a register in reverse order, so that the condition would"
                " be another one; write conditions on single bits, as if (c[0]), or take -b aer",
            )
