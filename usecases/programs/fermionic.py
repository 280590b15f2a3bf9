"""States of electrons made by unitary coupled cluster, native or lowered by Jordan–Wigner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from usecases.models import FermionicHamiltonian
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import Estimated


@dataclass(frozen=True)
class Excitation:
    """Electrons moved from occupied to virtual spin orbitals."""

    occupied: tuple[int, ...]
    virtual: tuple[int, ...]


@dataclass(frozen=True)
class UCCSD:
    """Unitary coupled cluster with singles and doubles, one Trotter step."""

    orbitals: int
    alpha: int
    beta: int


@dataclass(frozen=True)
class FermionicEnergy(Program[Estimated]):
    """The energy of an ansatz state."""

    hamiltonian: FermionicHamiltonian
    ansatz: UCCSD
    parameters: tuple[float, ...]
    shots: int | None = None
    seed: int = 0

    @property
    def qubits(self) -> int:
        return 2 * self.hamiltonian.orbitals

    def key(self) -> str:
        return ""

    def read(self, raw: Any) -> Estimated:
        value, stderr = raw
        return Estimated(float(value), float(stderr))

    def lower(self) -> Lowered[Estimated] | None:
        return None
