"""One circuit at many points of its parameters: what the gradient of a training asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from usecases.errors import VerificationFailed
from usecases.models import Floats
from usecases.programs.base import Lowered, Program, Together
from usecases.programs.circuits import Estimated, Expectation
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp


@dataclass(frozen=True, eq=False)
class Sweep(Program[Floats]):
    """Exact expectation values, shape (points, observables).

    `points` has a row for each point, and its columns are the circuit's parameters in the
    circuit's own order.
    """

    circuit: QuantumCircuit
    observables: tuple[SparsePauliOp, ...]
    points: Floats

    @property
    def qubits(self) -> int:
        return int(self.circuit.num_qubits)

    def key(self) -> str:
        at = (self.points.shape, sha256(self.points.tobytes().hex()))
        return sha256(repr(("sweep", Expectation(self.circuit, self.observables).key(), at)))

    def read(self, raw: Any) -> Floats:
        """Raises VerificationFailed unless there is a finite number for each value asked for."""
        shape = (len(self.points), len(self.observables))
        try:
            found = np.array(raw, dtype=np.float64).reshape(shape)
        except (TypeError, ValueError):
            raise VerificationFailed(
                f"the machine's values are not {shape[0]} rows of {shape[1]}"
            ) from None
        if not np.isfinite(found).all():
            raise VerificationFailed("a value is not finite")
        return found

    def lower(self) -> Lowered[Floats]:
        bound = (self.circuit.assign_parameters(p) for p in self.points)
        parts = tuple(Expectation(c, self.observables) for c in bound)

        def back(found: tuple[list[Estimated], ...]) -> Floats:
            return self.read([[e.value for e in row] for row in found])

        return Lowered(Together(parts), back)
