"""Quantum phase estimation: the energy as the speed at which a state's phase turns.

Kitaev 1995, arXiv:quant-ph/9511026; the textbook form with an inverse Fourier transform (Cleve et
al. 1998, arXiv:quant-ph/9708016). Ancilla k lets the electrons evolve for the time 2^k t in all,
half of it forwards where it is 1, half of it backwards where it is 0: that takes half the gates of
an evolution that is switched on and off. The evolution is a product formula of the encoded
Hamiltonian's strings.

With t = π/λ, λ the sum of the coefficients' sizes, no two energies share a phase, and b ancillas
tell energies apart that differ by 2λ/2^b. The state that goes in is a mixture of eigenstates;
each answers as often as it is in there, and the most frequent answer is taken. That is the ground
state's where it makes up most of the mixture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from usecases.ansatze import determinant, uccsd
from usecases.contracts import Algorithm, Energy, Execute, Outcome
from usecases.encodings import Encoding, Linear, Register
from usecases.errors import TooLarge
from usecases.fermions import hamiltonian
from usecases.models import FermionicHamiltonian, qubits
from usecases.paulis import operator
from usecases.programs import Ansatz, FermionicGradient, Program, SampleCircuits
from usecases.training import near, trained

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp


LARGEST = 200_000
"""Rotations of a circuit that is simulated in minutes."""


class PhaseEstimation(Algorithm):
    """Phase estimation from the Hartree–Fock determinant or a trained state, one outcome.

    `count` is how many shots lie within one step of the answer: their share is about the share
    of the eigenstate in what went in. The standard error is √(Δ²/12 + ε²) with Δ the step
    between neighbouring answers and ε a proven bound on what the product formula shifts an
    energy by: twice that is never less than the sum of half a step and ε, so that an answer next
    to the exact energy is always within two standard errors, and chemical accuracy is claimed
    only by enough bits and steps.
    """

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicGradient, SampleCircuits)

    start: Literal["determinant", "uccsd"] = "determinant"
    """What goes in: the Hartree–Fock determinant, or unitary coupled cluster, trained before."""
    iterations: int = Field(default=200, ge=1, le=10_000)
    """Most steps of that training; a determinant needs none."""
    bits: int = Field(default=6, ge=1, le=16)
    """Ancillas; each halves the step between neighbouring answers and doubles the circuit."""
    steps: int = Field(default=1, ge=1, le=1000)
    """Product formulas of second order (Suzuki 1991) in half the time t of the first ancilla."""
    encoding: Linear = "jordan-wigner"
    """How electrons are written on qubits."""
    tapered: bool = False
    """Whether qubits that symmetries fix are left out; that makes λ smaller, too."""
    shots: int = Field(default=1000, ge=100, le=1_000_000)
    """Runs of the circuit; each gives one phase."""

    def width(self, model: Any) -> int:
        held = self._prepared(model)[1].qubits if self.takes(model) else qubits(model)
        return held + self.bits

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """The energy of the most frequent phase, and the electrons of the shots that had it.

        Raises TooLarge where the circuit would have more than 200 000 rotations.
        """
        ansatz, held = self._prepared(model)
        constant, strings = split(operator(held.encoded(hamiltonian(model)), held.qubits))
        _check_size(2 * len(strings) * self.steps * (2**self.bits - 1))
        bound = float(np.abs(strings.coeffs).sum()) or 1.0
        time = math.pi / bound
        point = trained(model, ansatz, execute, near(ansatz, rng), self.iterations)
        start = ansatz.circuit(point.tolist(), held)
        circuit = estimation(start, strings, time, self.bits, self.steps)
        seed = int(rng.integers(2**31))
        (counts,) = execute(SampleCircuits((circuit,), self.shots, seed))
        seen = most_frequent(counts, held)
        energy = constant - 2.0 * math.pi * seen.phase / time
        step = 2.0 * bound / 2**self.bits
        # Forwards and backwards take half the time each, in as many steps.
        shift = product_error(strings, time / (2 * self.steps))
        stderr = math.hypot(step / math.sqrt(12.0), shift)
        value = Energy(energy, seen.alpha, seen.beta, stderr)
        return [Outcome(value, energy, seen.shots, stderr)]

    def _prepared(self, model: FermionicHamiltonian) -> tuple[Ansatz, Register]:
        """What goes in, and the qubits that hold it."""
        ansatz = uccsd(model) if self.start == "uccsd" else determinant(model)
        return ansatz, ansatz.register(Encoding(self.encoding, self.tapered), model)


def _check_size(rotations: int) -> None:
    if rotations > LARGEST:
        raise TooLarge(
            f"phase estimation would take {rotations} rotations and {LARGEST} are simulated",
            "Take fewer bits or steps, or a smaller molecule",
        )


def split(whole: SparsePauliOp) -> tuple[float, SparsePauliOp]:
    """The constant part of an operator, and the rest, which has the same eigenstates."""
    constant = ~(whole.paulis.x | whole.paulis.z).any(axis=1)
    return float(whole.coeffs[constant].real.sum()), whole[~constant]


def estimation(
    start: QuantumCircuit, strings: SparsePauliOp, time: float, bits: int, steps: int
) -> QuantumCircuit:
    """The circuit: electrons on the first qubits, then the ancillas, all measured."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import PauliEvolutionGate
    from qiskit.quantum_info import SparsePauliOp
    from qiskit.synthesis import SuzukiTrotter, synth_qft_full

    n = start.num_qubits
    circuit = QuantumCircuit(n + bits)
    circuit.compose(start, range(n), inplace=True)
    turned = SparsePauliOp("Z").tensor(strings) * -0.5
    formula = SuzukiTrotter(order=2, reps=steps)
    once = formula.synthesize(PauliEvolutionGate(turned, time))
    for k in range(bits):
        circuit.h(n + k)
        for _ in range(2**k):
            circuit.compose(once, [*range(n), n + k], inplace=True)
    fourier = synth_qft_full(bits, inverse=True)
    circuit.compose(fourier, range(n, n + bits), inplace=True)
    circuit.measure_all()
    return circuit


def product_error(strings: SparsePauliOp, time: float) -> float:
    """A bound on how far one step of second order shifts an energy, hartree.

    Childs et al. 2021, arXiv:1912.08854, proposition 10, with the sum of the coefficients' sizes
    for the norm of a commutator; an eigenvalue of a unitary moves by no more than its norm's
    change.
    """
    total = 0.0
    for k in range(len(strings) - 1):
        one, rest = strings[k], strings[k + 1 :]
        inner = _commutator(rest, one)
        total += _size(_commutator(rest, inner)) / 12 + _size(_commutator(one, inner)) / 24
    distance = min(total * time**3, 2.0)
    return 2.0 * math.asin(distance / 2.0) / time


def _commutator(a: SparsePauliOp, b: SparsePauliOp) -> SparsePauliOp:
    return (a @ b - b @ a).simplify()


def _size(operator: SparsePauliOp) -> float:
    return float(np.abs(operator.coeffs).sum())


class Seen(NamedTuple):
    """The most frequent phase, −½ to ½ of a turn, the shots near it, and their electrons."""

    phase: float
    shots: int
    alpha: float
    beta: float


def most_frequent(counts: Mapping[str, int], held: Register) -> Seen:
    """Reads the ancillas; the shots are those within one step of the phase, around the circle."""
    answers = np.array([int(key[: -held.qubits], 2) for key in counts])
    weights, size = np.array(list(counts.values())), 1 << len(next(iter(counts))) - held.qubits
    best = int(np.bincount(answers, weights).argmax())
    near = (answers - best + 1) % size <= 2
    found = (held.occupations({key[-held.qubits :]: 1}) for key in counts)
    occupied = np.array([[int(n) for n in reversed(next(iter(o)))] for o in found])
    alpha, beta = (
        float(np.average(spin.sum(axis=1)[near], weights=weights[near]))
        for spin in np.split(occupied, 2, axis=1)
    )
    return Seen(best / size - (best >= size // 2), int(weights[near].sum()), alpha, beta)


algorithm = PhaseEstimation
