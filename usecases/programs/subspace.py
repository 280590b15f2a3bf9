"""What is asked of operators applied to an ansatz state: matrices among the states they make.

With |ψ⟩ and the O_i|ψ⟩ at hand, the expansion of a subspace (McClean et al. 2017,
arXiv:1603.05681) and the equation of motion (Ollitrault et al. 2020, arXiv:1910.12890) are
algebra with small matrices: double commutators expand into the products that stand in them, as
T† is the T of the reversed excitation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from usecases.errors import TooLarge
from usecases.fermions import jordan_wigner, lift, spin_squared
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs.ansatz import Ansatz, Excitation
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import Estimated, checked_estimates
from usecases.programs.estimates import Estimate
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

KINDS = 4

LARGEST = 2000
"""Matrix elements that are measured as observables in minutes."""


class Products(NamedTuple):
    """Real parts of products of B = 1, O_1 ... O_n in a state, and their standard errors.

    Shape (4, 1 + n, 1 + n) each; the four are the overlaps ⟨B_j† B_k⟩, the energies
    ⟨B_j† H B_k⟩, the differences ⟨B_j† H B_k⟩ − ½⟨B_j† B_k H + H B_j† B_k⟩ and the spins
    ⟨B_j† S² B_k⟩. All are symmetric. Elements are read off the same shots, so that their errors
    are no independent ones.
    """

    values: Floats
    errors: Floats


@dataclass(frozen=True, eq=False)
class FermionicProducts(Program[Products]):
    """Matrices among an ansatz state and operators on it; exact when `shots` is None.

    The operators are the T of the excitations, without T†. `shots` is the number of all shots
    together; each measured circuit gets as many.
    """

    hamiltonian: FermionicHamiltonian
    ansatz: Ansatz
    parameters: tuple[float, ...]
    operators: tuple[Excitation, ...]
    shots: int | None = None
    seed: int = 0

    @property
    def qubits(self) -> int:
        return 2 * self.ansatz.orbitals

    @property
    def size(self) -> int:
        """Rows of each matrix."""
        return 1 + len(self.operators)

    @property
    def elements(self) -> int:
        """Distinct elements of all matrices."""
        return KINDS * self.size * (self.size + 1) // 2

    def key(self) -> str:
        state = self.hamiltonian.content, self.ansatz.content, tuple(map(float, self.parameters))
        asked = (state, self.operators, self.shots, self.seed)
        return sha256(repr(("fermionic products", asked)))

    def read(self, raw: Any) -> Products:
        """Raises VerificationFailed unless there is a value and an error for each element."""
        return self._symmetric(checked_estimates(raw, self.elements))

    def lower(self) -> Lowered[Products]:
        """One expectation value for each element, of the Hermitian part of its product.

        The first is the norm of the state, a constant: no circuit weighs more than another by it.
        Raises TooLarge beyond 2000 elements.
        """
        if self.elements > LARGEST:
            raise TooLarge(
                f"circuits would measure {self.elements} matrix elements one by one, at most"
                f" {LARGEST} are",
                "Take fewer orbitals, or -b determinants, which computes them together",
            )
        circuit = self.ansatz.circuit(self.parameters)
        program = Estimate(circuit, self._observables(), self.shots, self.seed)
        return Lowered(program, self._symmetric)

    def _observables(self) -> tuple[SparsePauliOp, ...]:
        h = jordan_wigner(self.hamiltonian)
        spin = jordan_wigner(spin_squared(self.hamiltonian))
        one = type(h)("I" * self.qubits)
        basis = [one, *(lift(o.occupied, o.virtual, self.qubits) for o in self.operators)]
        rows, columns = np.triu_indices(self.size)
        pairs = [(basis[j].adjoint(), basis[k]) for j, k in zip(rows, columns, strict=True)]
        overlaps, energies = [a @ b for a, b in pairs], [a @ h @ b for a, b in pairs]
        moved = [0.5 * (o @ h + h @ o) for o in overlaps]
        differences = [e - m for e, m in zip(energies, moved, strict=True)]
        products = [*overlaps, *energies, *differences, *(a @ spin @ b for a, b in pairs)]
        return tuple((0.5 * (o + o.adjoint())).simplify() for o in products)

    def _symmetric(self, found: list[Estimated]) -> Products:
        """The matrices from their upper triangles."""
        upper = np.array(found).reshape(KINDS, -1, 2)
        rows, columns = np.triu_indices(self.size)
        matrices = np.zeros((2, KINDS, self.size, self.size))
        for k in range(2):
            matrices[k][:, rows, columns] = matrices[k][:, columns, rows] = upper[..., k]
        return Products(*matrices)


__all__ = ["FermionicProducts", "Products"]
