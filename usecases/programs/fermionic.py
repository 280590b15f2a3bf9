"""States of electrons made by unitary coupled cluster, native or lowered by Jordan–Wigner.

|θ⟩ = Π_k exp θ_k(T_k − T_k†) |Hartree–Fock⟩, the factor of k = 0 applied first
(Peruzzo et al. 2014, arXiv:1304.3061; Romero et al. 2018, arXiv:1701.02691)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from usecases.fermions import (
    Rotation,
    cached_jordan_wigner,
    content_key,
    excitation_rotations,
    hartree_fock_bits,
)
from usecases.models import FermionicHamiltonian
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import Estimate, Estimated, checked_estimates
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterExpression

_FORBIDDEN = 1e-7
"""Integrals below this, in hartree, are zero by symmetry up to the orbitals' rounding."""


@dataclass(frozen=True)
class Excitation:
    """Electrons moved from occupied to virtual spin orbitals, in blocks: alpha, then beta."""

    occupied: tuple[int, ...]
    virtual: tuple[int, ...]


@dataclass(frozen=True)
class UCCSD:
    """Unitary coupled cluster with singles and doubles, one Trotter step.

    `orbitals` counts spatial orbitals; `alpha` and `beta` electrons fill the lowest of them.
    `only` keeps those excitations and no others.
    """

    orbitals: int
    alpha: int
    beta: int
    only: tuple[Excitation, ...] | None = None

    @classmethod
    def of(cls, h: FermionicHamiltonian) -> UCCSD:
        """The ansatz of a molecule, without excitations that its symmetry forbids.

        A double i j → a b is kept when (ia|jb) or (ib|ja) is not zero, a single i → a when
        some (ia|pp) or h_ia is not: by symmetry the others have amplitude zero
        (Cao et al. 2022, arXiv:2109.11110).
        """
        full = cls(h.orbitals, h.alpha, h.beta)
        kept = tuple(e for e in full.excitations if _allowed(h, e))
        return cls(h.orbitals, h.alpha, h.beta, kept)

    @property
    def excitations(self) -> tuple[Excitation, ...]:
        """Doubles, then singles; every one conserves the electrons of each spin."""
        return _excitations(self) if self.only is None else self.only

    @property
    def size(self) -> int:
        """How many parameters there are: one for each excitation."""
        return len(self.excitations)

    def circuit(self, parameters: tuple[float, ...]) -> QuantumCircuit:
        """The state on 2m qubits, in the gates x, h, s, sdg, cx and rz."""
        if len(parameters) != self.size:
            raise ValueError(f"{len(parameters)} parameters for {self.size} excitations")
        template = _template(self)
        return template.assign_parameters(np.asarray(parameters, dtype=float))


@dataclass(frozen=True, eq=False)
class FermionicEnergy(Program[Estimated]):
    """The energy of an ansatz state, hartree; exact when `shots` is None."""

    hamiltonian: FermionicHamiltonian
    ansatz: UCCSD
    parameters: tuple[float, ...]
    shots: int | None = None
    seed: int = 0

    @property
    def qubits(self) -> int:
        return 2 * self.hamiltonian.orbitals

    def key(self) -> str:
        parameters = tuple(map(float, self.parameters))
        content = (content_key(self.hamiltonian), self.ansatz, parameters, self.shots, self.seed)
        return sha256(repr(("fermionic energy", content)))

    def read(self, raw: Any) -> Estimated:
        """Raises VerificationFailed unless it is a value and its standard error."""
        return checked_estimates([raw], 1)[0]

    def lower(self) -> Lowered[Estimated]:
        observable = cached_jordan_wigner(self.hamiltonian)
        circuit = self.ansatz.circuit(self.parameters)
        program = Estimate(circuit, (observable,), self.shots, self.seed)
        return Lowered(program, lambda found: Estimated(*found[0]))


def _allowed(h: FermionicHamiltonian, excitation: Excitation) -> bool:
    """Whether symmetry lets the excitation couple to the Hartree–Fock determinant."""
    (i, *j), (a, *b) = (
        [orbital % h.orbitals for orbital in spin_orbitals]
        for spin_orbitals in (excitation.occupied, excitation.virtual)
    )
    if j:
        found = [h.two_body[i, a, j[0], b[0]], h.two_body[i, b[0], j[0], a]]
    else:
        found = [h.one_body[i, a], *np.diagonal(h.two_body[i, a])]
    return bool(np.abs(found).max() > _FORBIDDEN)


@lru_cache(maxsize=16)
def _excitations(ansatz: UCCSD) -> tuple[Excitation, ...]:
    m = ansatz.orbitals
    blocks = [
        (range(first, first + n), range(first + n, first + m))
        for first, n in ((0, ansatz.alpha), (m, ansatz.beta))
    ]
    singles = [[Excitation((i,), (a,)) for i, a in product(*block)] for block in blocks]
    same = [
        Excitation(ij, ab)
        for occupied, virtual in blocks
        for ij, ab in product(combinations(occupied, 2), combinations(virtual, 2))
    ]
    opposite = [
        Excitation(up.occupied + down.occupied, up.virtual + down.virtual)
        for up, down in product(*singles)
    ]
    return (*opposite, *same, *singles[0], *singles[1])


@lru_cache(maxsize=16)
def _template(ansatz: UCCSD) -> QuantumCircuit:
    """The circuit with its parameters left open: built once, bound hundreds of times."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    circuit = QuantumCircuit(2 * ansatz.orbitals)
    start = hartree_fock_bits(ansatz.orbitals, ansatz.alpha, ansatz.beta)[0]
    for qubit in np.flatnonzero(start).tolist():
        circuit.x(qubit)
    for theta, excitation in zip(
        ParameterVector("θ", ansatz.size), ansatz.excitations, strict=True
    ):
        _excite(circuit, excitation_rotations(excitation.occupied, excitation.virtual), theta)
    return circuit


def _excite(
    circuit: QuantumCircuit, rotations: tuple[Rotation, ...], theta: ParameterExpression
) -> None:
    """exp θ(T − T†) as the product of its 2 or 8 commuting Pauli rotations, exactly.

    One Clifford circuit turns all of them into rotations about Z on one pivot and a subset of
    the other moved qubits; a Gray code walks through the subsets with one CX between two
    (the CX count of Yordanov, Arvidsson-Shukur and Barnes 2020, arXiv:2005.14475).
    """
    letters = rotations[0].letters
    pivot, *others = [qubit for qubit, letter in letters if letter != "Z"]
    tail = [qubit for qubit, letter in letters if letter == "Z"]
    angles = dict(_pivoted(rotation, pivot, others) for rotation in rotations)
    for other in others:
        circuit.cx(pivot, other)
    circuit.sdg(pivot)
    circuit.h(pivot)
    for qubit in tail:
        circuit.cx(qubit, pivot)
    for step in range(1 << len(others)):
        gray, following = step ^ step >> 1, (step + 1) ^ (step + 1) >> 1
        circuit.rz(-2.0 * angles[gray] * theta, pivot)
        # The last subset is the highest qubit alone: dropping it closes the walk.
        changed = min((gray ^ following).bit_length() - 1, len(others) - 1)
        circuit.cx(others[changed], pivot)
    for qubit in reversed(tail):
        circuit.cx(qubit, pivot)
    circuit.h(pivot)
    circuit.s(pivot)
    for other in reversed(others):
        circuit.cx(pivot, other)


def _pivoted(rotation: Rotation, pivot: int, others: list[int]) -> tuple[int, float]:
    """Which of the other qubits the rotation holds a Z on after the CXs, and its signed size.

    A CX from the pivot takes X⊗X to X⊗I, X⊗Y to Y⊗Z and Y⊗Y to −X⊗Z.
    """
    letters = dict(rotation.letters)
    subset, coefficient, y_on_pivot = 0, rotation.coefficient, letters[pivot] == "Y"
    for position, other in enumerate(others):
        if letters[other] == "Y":
            coefficient = -coefficient if y_on_pivot else coefficient
            y_on_pivot = not y_on_pivot
            subset |= 1 << position
    return subset, coefficient
