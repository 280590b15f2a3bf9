"""The Jordan–Wigner transform, the ansatz circuits and full configuration interaction."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import expm_multiply

from usecases.ansatze import uccsd
from usecases.errors import Infeasible, TooLarge, VerificationFailed
from usecases.fermions import (
    determinant_energy,
    electron_numbers,
    hartree_fock_bits,
    jordan_wigner,
)
from usecases.models import FermionicHamiltonian, all_bits
from usecases.programs import Ansatz, Estimated, FermionicEnergy
from usecases.solvers.fci import ground_energy


def random_hamiltonian(
    m: int, alpha: int, beta: int, seed: int, multiplicity: int | None = None
) -> FermionicHamiltonian:
    """Real integrals with eightfold symmetry and no other structure."""
    rng = np.random.default_rng(seed)
    h = rng.normal(size=(m, m))
    factors = rng.normal(size=(4, m, m))
    factors += factors.transpose(0, 2, 1)
    g = np.einsum("xpq,xrs->pqrs", factors, factors) / 4
    spin = abs(alpha - beta) + 1 if multiplicity is None else multiplicity
    return FermionicHamiltonian(float(rng.normal()), h + h.T, g, alpha, beta, spin)


def annihilators(n: int) -> list[sp.csr_array]:
    """Matrices of a_p on n qubits, qubit 0 the lowest bit: written out, no Pauli strings."""
    found = []
    for p in range(n):
        matrix = sp.identity(1)
        for q in range(n):
            if q == p:
                factor = sp.csr_array([[0.0, 1.0], [0.0, 0.0]])
            else:
                factor = sp.diags_array([1.0, -1.0 if q < p else 1.0])
            matrix = sp.kron(factor, matrix)
        found.append(sp.csr_array(matrix))
    return found


def written_out(h: FermionicHamiltonian) -> np.ndarray:
    """The Hamiltonian's matrix term by term."""
    m = h.orbitals
    a = annihilators(2 * m)
    total = h.constant * sp.identity(4**m, format="csr")
    for p, q in np.ndindex(m, m):
        for s in (0, m):
            total = total + h.one_body[p, q] * (a[p + s].T @ a[q + s])
    for p, q, r, s in np.ndindex(m, m, m, m):
        for x, y in itertools.product((0, m), repeat=2):
            term = a[p + x].T @ a[r + y].T @ a[s + y] @ a[q + x]
            total = total + 0.5 * h.two_body[p, q, r, s] * term
    return total.toarray()


def lowest_of_spin(h: FermionicHamiltonian) -> float:
    """The lowest energy of the electrons and multiplicity, by brute force in Fock space."""
    m = h.orbitals
    a = annihilators(2 * m)
    up = sum(a[p].T @ a[p + m] for p in range(m)).toarray()
    sz = 0.5 * sum(a[p].T @ a[p] - a[p + m].T @ a[p + m] for p in range(m)).toarray()
    squared = up @ up.T - sz + sz @ sz
    bits = all_bits(2 * m)
    held = (bits[:, :m].sum(1) == h.alpha) & (bits[:, m:].sum(1) == h.beta)
    inside = np.ix_(held, held)
    values, vectors = np.linalg.eigh(squared[inside])
    s = (h.multiplicity - 1) / 2
    pure = vectors[:, abs(values - s * (s + 1)) < 1e-8]
    return float(np.linalg.eigvalsh(pure.T @ written_out(h)[inside] @ pure)[0])


@pytest.mark.parametrize("m", [1, 2, 3])
def test_jordan_wigner_is_the_operator_written_out(m: int) -> None:
    h = random_hamiltonian(m, 1, 1, seed=m)
    assert np.allclose(jordan_wigner(h).to_matrix(), written_out(h), atol=1e-10)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("m", [2, 3])
def test_jordan_wigner_agrees_with_pennylane(m: int) -> None:
    import pennylane as qml

    h = random_hamiltonian(m, 1, 1, seed=10 + m)
    word = qml.FermiWord
    terms: dict[object, float] = {word({}): h.constant}
    for s, p, q in itertools.product((0, m), range(m), range(m)):
        key = word({(0, p + s): "+", (1, q + s): "-"})
        terms[key] = terms.get(key, 0.0) + h.one_body[p, q]
    for x, y, (p, q, r, s) in itertools.product((0, m), (0, m), np.ndindex(m, m, m, m)):
        key = word({(0, p + x): "+", (1, r + y): "+", (2, s + y): "-", (3, q + x): "-"})
        terms[key] = terms.get(key, 0.0) + 0.5 * h.two_body[p, q, r, s]
    theirs = qml.jordan_wigner(qml.FermiSentence(terms), ps=True)
    theirs.simplify(1e-10)
    ours = {
        frozenset((i, c) for i, c in enumerate(reversed(label)) if c != "I"): coefficient
        for label, coefficient in jordan_wigner(h).to_list()
        if abs(coefficient) > 1e-10
    }
    assert len(ours) == len(theirs)
    for string, coefficient in theirs.items():
        assert ours[frozenset(string.items())] == pytest.approx(coefficient, abs=1e-10)


@pytest.mark.parametrize(
    ("m", "alpha", "beta", "multiplicity"),
    [
        *((1, 1, 0, 2), (2, 1, 1, 1), (2, 1, 1, 3), (3, 2, 1, 2), (3, 2, 2, 1)),
        *((4, 2, 2, 1), (4, 2, 2, 3), (4, 2, 2, 5), (3, 3, 3, 1), (3, 1, 2, 2)),
    ],
)
def test_fci_finds_the_lowest_state_of_the_spin(
    m: int, alpha: int, beta: int, multiplicity: int
) -> None:
    for seed in range(3):
        h = random_hamiltonian(m, alpha, beta, seed, multiplicity)
        assert ground_energy(h) == pytest.approx(lowest_of_spin(h), abs=1e-9)


@pytest.mark.parametrize(("m", "alpha", "beta"), [(6, 3, 3), (7, 4, 2), (8, 2, 1)])
def test_fci_iterates_to_pyscf(m: int, alpha: int, beta: int) -> None:
    fci = pytest.importorskip("pyscf.fci")
    h = random_hamiltonian(m, alpha, beta, seed=4)
    s = (h.multiplicity - 1) / 2
    solver = fci.addons.fix_spin_(fci.direct_spin1.FCI(), shift=1.0, ss=s * (s + 1))
    solver.nroots, solver.conv_tol, solver.max_cycle = 3, 1e-12, 300
    theirs = solver.kernel(h.one_body, h.two_body, m, (alpha, beta), ecore=h.constant)[0][0]
    assert ground_energy(h) == pytest.approx(theirs, abs=1e-9)


def test_fci_is_not_caught_by_symmetry() -> None:
    """Sites that do not talk: the start must hold a share of every one."""
    m = 6
    h = FermionicHamiltonian(0.0, np.diag(np.arange(m) * 0.1), np.zeros((m,) * 4), 3, 3)
    assert ground_energy(h) == pytest.approx(0.6, abs=1e-9)


def test_fci_refuses_what_it_cannot_do() -> None:
    large = FermionicHamiltonian(0.0, np.zeros((16, 16)), np.zeros((16,) * 4), 5, 5)
    with pytest.raises(TooLarge, match="largest size is 1000000"):
        ground_energy(large)
    with pytest.raises(Infeasible, match="multiplicity 2"):
        ground_energy(random_hamiltonian(2, 1, 1, 0, multiplicity=2))
    with pytest.raises(Infeasible):
        ground_energy(random_hamiltonian(2, 2, 2, 0, multiplicity=3))
    with pytest.raises(TooLarge):
        jordan_wigner(FermionicHamiltonian(0.0, np.zeros((33, 33)), np.zeros((1,) * 4), 1, 1))


def test_qubits_hold_the_same_ground_state() -> None:
    h = random_hamiltonian(3, 2, 1, seed=5)
    count_up, count_down = electron_numbers(3)
    penalty = sum(
        100 * np.linalg.matrix_power(n.to_matrix() - k * np.eye(64), 2)
        for n, k in ((count_up, 2), (count_down, 1))
    )
    lowest = np.linalg.eigvalsh(jordan_wigner(h).to_matrix() + penalty)[0]
    free = min(ground_energy(random_hamiltonian(3, 2, 1, 5, spin)) for spin in (2, 4))
    assert lowest == pytest.approx(free, abs=1e-9)


def test_determinants_are_the_diagonal() -> None:
    h = random_hamiltonian(3, 1, 1, seed=2)
    diagonal = np.diag(jordan_wigner(h).to_matrix()).real
    assert np.allclose(determinant_energy(h, all_bits(6)), diagonal, atol=1e-10)
    counts = [np.diag(n.to_matrix()).real for n in electron_numbers(3)]
    assert np.allclose(counts[0], all_bits(6)[:, :3].sum(1))
    assert np.allclose(counts[1], all_bits(6)[:, 3:].sum(1))
    assert hartree_fock_bits(3, 2, 1).tolist() == [[1, 1, 0, 1, 0, 0]]


def test_twenty_qubits_take_seconds() -> None:
    h = random_hamiltonian(10, 7, 7, seed=0)
    operator = jordan_wigner(h)
    assert np.allclose(operator.coeffs.imag, 0)
    assert operator.num_qubits == 20


def cluster(m: int, alpha: int, beta: int) -> Ansatz:
    """Singles and doubles of electrons without any symmetry, a parameter for each."""
    spin = 3 if alpha == beta else 1 + abs(alpha - beta)  # nothing is tied but in singlets
    return uccsd(random_hamiltonian(m, alpha, beta, 5, spin))


@pytest.mark.parametrize(("m", "alpha", "beta"), [(2, 1, 1), (3, 2, 1), (4, 1, 2), (4, 2, 2)])
def test_every_excitation_is_exponentiated_exactly(m: int, alpha: int, beta: int) -> None:
    from qiskit.quantum_info import Statevector

    ansatz = cluster(m, alpha, beta)
    angles = np.random.default_rng(1).normal(size=len(ansatz.factors))
    a = annihilators(2 * m)
    state = np.zeros(4**m)
    state[hartree_fock_bits(m, alpha, beta)[0] @ (1 << np.arange(2 * m))] = 1
    for angle, factor in zip(angles, ansatz.factors, strict=True):
        excitation = factor.generator
        move = sp.identity(4**m, format="csr")
        for virtual in excitation.virtual:
            move = move @ a[virtual].T
        for occupied in reversed(excitation.occupied):
            move = move @ a[occupied]
        state = expm_multiply(angle * (move - move.T).tocsc(), state)
    circuit = ansatz.circuit(tuple(angles))
    assert abs(np.vdot(Statevector(circuit).data, state)) == pytest.approx(1, abs=1e-12)
    assert set(circuit.count_ops()) <= {"x", "h", "s", "sdg", "cx", "rz"}


def test_excitations_conserve_spin_and_come_doubles_first() -> None:
    ansatz = cluster(4, 2, 2)
    moves = [f.generator for f in ansatz.factors]
    sizes = [len(e.occupied) for e in moves]
    assert sizes == [2] * 18 + [1] * 8
    assert len(set(moves)) == 26
    for e in moves:
        assert sum(p < 4 for p in e.occupied) == sum(p < 4 for p in e.virtual)
        assert all(p % 4 < 2 for p in e.occupied)
        assert all(p % 4 >= 2 for p in e.virtual)
    assert cluster(3, 0, 0).size == cluster(2, 2, 2).size == 0
    with pytest.raises(ValueError, match="1 parameters where the ansatz has 26"):
        ansatz.circuit((0.0,))


def test_circuits_travel_as_text() -> None:
    from qiskit import qasm3
    from qiskit.quantum_info import Statevector

    ansatz = cluster(2, 1, 1)
    circuit = ansatz.circuit((0.1, -0.2, 0.3))
    again = qasm3.loads(qasm3.dumps(circuit))
    assert abs(Statevector(again).inner(Statevector(circuit))) == pytest.approx(1)


def test_programs_lower_to_the_energy_of_their_state() -> None:
    from qiskit.quantum_info import Statevector

    h = random_hamiltonian(2, 1, 1, seed=3)
    program = FermionicEnergy(h, cluster(2, 1, 1), (0.3, 0.1, -0.2))
    lowered = program.lower()
    state = Statevector(lowered.program.circuit)
    value = state.expectation_value(lowered.program.observables[0]).real
    vector = state.data
    assert value == pytest.approx((vector.conj() @ written_out(h) @ vector).real, abs=1e-10)
    found = lowered.back([Estimated(value, 0.0), Estimated(1.0, 0.0), Estimated(1.0, 0.0)])
    assert found.energy == Estimated(value, 0.0)
    assert program.qubits == 4


def test_keys_follow_the_content() -> None:
    h, same = random_hamiltonian(2, 1, 1, 3), random_hamiltonian(2, 1, 1, 3)
    ansatz = cluster(2, 1, 1)
    base = FermionicEnergy(h, ansatz, (0.1, 0.2, 0.3))
    assert base.key() == FermionicEnergy(same, ansatz, (0.1, 0.2, 0.3)).key()
    others = [
        FermionicEnergy(random_hamiltonian(2, 1, 1, 4), ansatz, (0.1, 0.2, 0.3)),
        FermionicEnergy(h, ansatz, (0.1, 0.2, 0.31)),
        FermionicEnergy(h, cluster(2, 1, 0), (0.1,)),
        FermionicEnergy(h, ansatz, (0.1, 0.2, 0.3), shots=10),
        FermionicEnergy(h, ansatz, (0.1, 0.2, 0.3), seed=1),
    ]
    assert len({base.key(), *(p.key() for p in others)}) == 6
    assert h == same
    assert hash(h) == hash(same)
    with pytest.raises(VerificationFailed):
        base.read(["energy", 0.0])
    with pytest.raises(VerificationFailed):
        base.read([1.0])
