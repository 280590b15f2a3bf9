"""Encodings of electrons against OpenFermion's and PennyLane's, and every way to one energy."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator, SparsePauliOp
from scipy.linalg import expm

import usecases
from life_science.ground_state import INSTANCES, example, line, model
from tests.test_determinants import mixed
from tests.test_fermions import random_hamiltonian, written_out
from usecases.ansatze import determinant, pairs, uccsd, upccgsd
from usecases.backends import aer
from usecases.backends.aer import Aer
from usecases.backends.determinants import Determinants
from usecases.backends.lightning import Lightning, _known
from usecases.encodings import JORDAN_WIGNER, PAIRS, Encoding, register
from usecases.errors import TooLarge, UsageError
from usecases.executor import Executor
from usecases.fermions import excitation, hamiltonian, jordan_wigner, occupation
from usecases.models import FermionicHamiltonian
from usecases.paulis import operator
from usecases.programs import (
    Ansatz,
    Excitation,
    Expectation,
    Factor,
    FermionicEnergy,
    FermionicGradient,
    FermionicSamples,
    SampleCircuits,
)
from usecases.programs.rotations import rotate

LINEAR = ("jordan-wigner", "parity", "bravyi-kitaev")
EVERY = [Encoding(name, tapered) for name in LINEAR for tapered in (False, True)]
NOTHING = np.zeros(0, dtype=np.uint64)

Terms = dict[frozenset[tuple[int, str]], complex]


@cache
def molecule(name: str) -> FermionicHamiltonian:
    """A named molecule in its orbitals."""
    return model(INSTANCES[name]())


def plain(name: str, m: int) -> Any:
    """An encoding of m orbitals without symmetries."""
    return register(Encoding(name), (), (), NOTHING, m)  # type: ignore[arg-type]


def letters(found: SparsePauliOp) -> Terms:
    return {
        frozenset((i, c) for i, c in enumerate(reversed(label)) if c != "I"): coefficient
        for label, coefficient in found.to_list()
        if abs(coefficient) > 1e-10
    }


def ladder_terms(h: FermionicHamiltonian) -> dict[tuple[tuple[int, str], ...], float]:
    """Products of a† ("+") and a ("-") on spin orbitals in blocks, and their weights."""
    m = h.orbitals
    found = {(): h.constant}
    for s, p, q in itertools.product((0, m), range(m), range(m)):
        found[(p + s, "+"), (q + s, "-")] = h.one_body[p, q]
    for x, y, (p, q, r, s) in itertools.product((0, m), (0, m), np.ndindex(m, m, m, m)):
        key = ((p + x, "+"), (r + y, "+"), (s + y, "-"), (q + x, "-"))
        if len(set(key)) == 4:
            found[key] = 0.5 * h.two_body[p, q, r, s]
    return found


def moved(move: Excitation) -> dict[tuple[tuple[int, str], ...], float]:
    """T − T† as products of a† and a."""
    lift = [*((v, "+") for v in move.virtual), *((o, "-") for o in reversed(move.occupied))]
    back = [(p, "+" if kind == "-" else "-") for p, kind in reversed(lift)]
    return {tuple(lift): 1.0, tuple(back): -1.0}


MOVES = (Excitation((0,), (2,)), Excitation((1, 3), (2, 5)), Excitation((2, 4), (0, 3)))


def ours_and_sums(name: str) -> list[tuple[Terms, dict[tuple[tuple[int, str], ...], float]]]:
    h = random_hamiltonian(3, 2, 1, seed=7)
    operators = [(hamiltonian(h), ladder_terms(h))]
    operators += [(excitation(e.occupied, e.virtual), moved(e)) for e in MOVES]
    held = plain(name, 3)
    return [(letters(operator(held.encoded(ours), 6)), theirs) for ours, theirs in operators]


def agree(ours: Terms, theirs: Terms) -> None:
    assert set(ours) == set(theirs)
    for string, coefficient in theirs.items():
        assert ours[string] == pytest.approx(coefficient, abs=1e-10)


@pytest.mark.parametrize("name", ["jordan-wigner", "bravyi-kitaev"])
def test_every_coefficient_is_openfermions(name: str) -> None:
    openfermion = pytest.importorskip("openfermion")
    for ours, terms in ours_and_sums(name):
        total = openfermion.FermionOperator()
        for key, value in terms.items():
            product = tuple((p, int(kind == "+")) for p, kind in key)
            total += openfermion.FermionOperator(product, float(value))
        found = (
            openfermion.jordan_wigner(total)
            if name == "jordan-wigner"
            else openfermion.bravyi_kitaev(total, 6)
        )
        agree(ours, {frozenset(k): v for k, v in found.terms.items() if abs(v) > 1e-10})


@pytest.mark.parametrize("name", LINEAR)
def test_every_coefficient_is_pennylanes(name: str) -> None:
    qml = pytest.importorskip("pennylane")
    for ours, terms in ours_and_sums(name):
        words = {qml.FermiWord({(i, p): k for i, (p, k) in enumerate(key)}): value
                 for key, value in terms.items()}  # fmt: skip
        sentence = qml.FermiSentence(words)
        found = {
            "jordan-wigner": lambda s: qml.jordan_wigner(s, ps=True),
            "parity": lambda s: qml.parity_transform(s, 6, ps=True),
            "bravyi-kitaev": lambda s: qml.bravyi_kitaev(s, 6, ps=True),
        }[name](sentence)
        agree(ours, {frozenset(k.items()): v for k, v in found.items() if abs(v) > 1e-10})


@pytest.mark.parametrize("m", [1, 2, 4, 7])
@pytest.mark.parametrize("name", LINEAR)
def test_strings_are_read_back_as_the_occupations_they_hold(name: str, m: int) -> None:
    held = plain(name, m)
    for _ in range(20):
        occupied = np.flatnonzero(np.random.default_rng(m).integers(2, size=2 * m)).tolist()
        key = format(held.bits(occupied), f"0{2 * m}b")
        (found,) = held.occupations({key: 1})
        assert [p for p, bit in enumerate(reversed(found)) if bit == "1"] == occupied


@pytest.mark.parametrize(
    ("name", "left"), [("demo", 1), ("h4", 5), ("lih", 8), ("lih-2e3o", 3), ("h2o", 10)]
)
def test_as_many_qubits_are_tapered_as_pennylane_finds_symmetries(name: str, left: int) -> None:
    qml = pytest.importorskip("pennylane")
    h = molecule(name)
    terms = {k: v.real for k, v in letters(jordan_wigner(h)).items() if abs(v) > 1e-8}
    words = {qml.pauli.PauliWord(dict(string)): value for string, value in terms.items()}
    theirs = qml.symmetry_generators(qml.pauli.PauliSentence(words).operation())
    assert 2 * h.orbitals - len(theirs) == left
    found = [uccsd(h).register(Encoding(kind, True), h).qubits for kind in LINEAR]
    assert found == [left] * 3


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("instance", ["demo", "lih-2e3o"])
def test_the_tapered_blocks_are_the_whole_spectrum(name: str, instance: str) -> None:
    """A block for each set of values of the symmetries, every eigenvalue as often as before."""
    h = molecule(instance)
    n = 2 * h.orbitals
    flips = np.unique(hamiltonian(h).x[np.abs(hamiltonian(h).coefficients) > 1e-8])
    blocks = {}
    for bits in range(1 << n):
        occupied = [p for p in range(n) if bits >> p & 1]
        encoding = Encoding(name, True)  # type: ignore[arg-type]
        held = register(encoding, occupied, (), flips, h.orbitals)
        if held.fixed not in blocks:
            small = operator(held.encoded(hamiltonian(h)), held.qubits)
            blocks[held.fixed] = np.linalg.eigvalsh(small.to_matrix())
    together = np.sort(np.concatenate(list(blocks.values())))
    assert np.allclose(together, np.linalg.eigvalsh(written_out(h)), atol=1e-9)


@pytest.mark.parametrize("charge", [0, 1])
def test_pennylanes_molecules_have_the_same_spectrum(charge: int) -> None:
    """H2, and HeH+ which has no symmetry of space between its ends."""
    qml = pytest.importorskip("pennylane")
    atoms = ["He", "H"] if charge else ["H", "H"]
    places = [(atoms[0], 0.0), (atoms[1], 0.9)]
    h = model(line(*places, charge=charge))
    theirs = qml.qchem.Molecule(
        atoms, np.array([[0, 0, z] for _, z in places]), charge=charge, unit="angstrom"
    )
    found, qubits = qml.qchem.molecular_hamiltonian(theirs, method="pyscf")
    assert qubits == 2 * h.orbitals
    for name in LINEAR:
        ours = operator(plain(name, h.orbitals).encoded(hamiltonian(h)), qubits).to_matrix()
        spectrum = np.linalg.eigvalsh(qml.matrix(found, wire_order=range(qubits)))
        assert np.allclose(np.linalg.eigvalsh(ours), spectrum, atol=1e-6)


@pytest.mark.parametrize("encoding", EVERY, ids=str)
def test_a_generator_becomes_its_exponential(encoding: Encoding) -> None:
    """As a matrix, against the exponential of the encoded generator, up to a phase."""
    moves = (*MOVES, Excitation((0, 1), (2, 5)))
    flips = [sum(1 << p for p in move.orbitals) for move in moves[1:3]]
    generators = [excitation(e.occupied, e.virtual) for e in moves]
    generators += [occupation(p) for p in ((1,), (2, 4), (0, 3, 5))]
    held = register(encoding, (0, 1, 3), flips if encoding.tapered else (), NOTHING, 3)
    for generator in generators:
        strings = held.encoded(generator)
        if encoding.tapered and len(generator.x) and generator.x[0] not in (0, *flips):
            continue
        theta, angle = Parameter("t"), 0.37
        circuit = QuantumCircuit(held.qubits)
        rotate(circuit, strings, theta)
        found = Operator(circuit.assign_parameters({theta: angle}, strict=False)).data
        exact = expm(angle * operator(strings, held.qubits).to_matrix())
        assert abs(np.vdot(found, exact)) == pytest.approx(1 << held.qubits, abs=1e-9)
        assert set(circuit.count_ops()) <= {"h", "s", "sdg", "cx", "rz"}


@pytest.mark.parametrize(
    ("move", "most"),
    [
        (Excitation((0,), (1,)), 2),
        (Excitation((0,), (3,)), 6),
        (Excitation((0, 1), (2, 3)), 14),
        (Excitation((0, 4), (1, 5)), 14),
        (Excitation((0, 5), (3, 7)), 20),
    ],
)
def test_a_move_takes_few_gates(move: Excitation, most: int) -> None:
    """2 and 14 CX, and 2 for each orbital that its sign depends on."""
    circuit = Ansatz(4, (0, 4), (Factor(move, 0),)).circuit([0.3])
    assert circuit.count_ops()["cx"] == most


@pytest.mark.parametrize("encoding", EVERY, ids=str)
@pytest.mark.parametrize("name", ["demo", "h4", "h2o-4e4o"])
@pytest.mark.parametrize("make", [uccsd, mixed])
def test_every_encoding_and_machine_finds_the_same_energy(make, name: str, encoding) -> None:
    h = molecule(name)
    ansatz = make(h)
    point = tuple(np.random.default_rng(3).normal(size=ansatz.size).tolist())
    exact = Executor(Determinants(), None)(FermionicEnergy(h, ansatz, point))
    program = FermionicEnergy(h, ansatz, point, encoding=encoding)
    assert program.qubits == 2 * h.orbitals or encoding.tapered
    machines = (Aer(), Lightning(), Determinants()) if make is uccsd else (Aer(),)
    for machine in machines:
        found = Executor(machine, None)(program)
        assert np.allclose([f.value for f in found], [f.value for f in exact], atol=1e-9)


def test_pennylanes_excitations_find_the_same_energy() -> None:
    """Singles of both spins and doubles of one, which act on disjoint ranges of qubits.

    Their gates turn by half of the angle.
    """
    qml = pytest.importorskip("pennylane")
    h = molecule("h4")
    moves = [Excitation((0, 1), (2, 3)), Excitation((4, 5), (6, 7))]
    moves += [Excitation((o,), (v,)) for o, v in ((0, 2), (1, 3), (4, 7), (5, 6))]
    ansatz = determinant(h).then([Factor(move, k) for k, move in enumerate(moves)])
    point = np.random.default_rng(5).normal(size=len(moves))

    def between(p: int, q: int) -> list[int]:
        return list(range(p, q + 1))

    gates = [qml.PauliX(p) for p in ansatz.reference]
    for angle, move in zip(point, moves, strict=True):
        if len(move.occupied) == 1:
            wires = between(*move.occupied, *move.virtual)
            gates.append(qml.FermionicSingleExcitation(2 * angle, wires))
        else:  # theirs has the two created in the other order
            ends = between(*move.occupied), between(*move.virtual)
            gates.append(qml.FermionicDoubleExcitation(-2 * angle, *ends))
    words = {qml.pauli.PauliWord(dict(k)): v.real for k, v in letters(jordan_wigner(h)).items()}
    observable = qml.pauli.PauliSentence(words).operation()
    tape = qml.tape.QuantumScript(gates, [qml.expval(observable)])
    (theirs,) = qml.execute([tape], qml.device("default.qubit", wires=8), diff_method=None)
    for encoding in EVERY:
        program = FermionicEnergy(h, ansatz, tuple(point.tolist()), encoding=encoding)
        found = Executor(Aer(), None)(program)
        assert found.energy.value == pytest.approx(float(theirs), abs=1e-9)


@pytest.mark.parametrize("encoding", [*EVERY[::2], EVERY[3]], ids=str)
def test_gradients_on_circuits_are_those_among_determinants(encoding: Encoding) -> None:
    h = molecule("lih-2e3o")
    ansatz = mixed(h)
    point = tuple(np.random.default_rng(4).normal(size=ansatz.size).tolist())
    program = FermionicGradient(h, ansatz, point, encoding)
    exact = Executor(Determinants(), None)(program)
    for machine in (Aer(), Lightning()):
        found = Executor(machine, None)(program)
        assert found.value == pytest.approx(exact.value, abs=1e-9)
        assert np.allclose(found.gradient, exact.gradient, atol=1e-6)


def hard_core_bosons(h: FermionicHamiltonian) -> np.ndarray:
    """The energies 2 h_pp + (pp|pp) of pairs, 4 (pp|qq) − 2 (pq|qp) of two, hopping (pq|pq).

    Written out on 2^m states, bit p for orbital p: b lowers one bit and has no signs.
    """
    m = h.orbitals
    lower = sp.csr_array([[0.0, 1.0], [0.0, 0.0]])
    b = [
        sp.kron(sp.kron(sp.identity(1 << m - 1 - p), lower), sp.identity(1 << p)) for p in range(m)
    ]
    total = h.constant * sp.identity(1 << m)
    for p, q in np.ndindex(m, m):
        if p == q:
            total += (2 * h.one_body[p, p] + h.two_body[p, p, p, p]) * (b[p].T @ b[p])
        else:
            both = 2 * h.two_body[p, p, q, q] - h.two_body[p, q, q, p]
            total += both * (b[p].T @ b[p] @ b[q].T @ b[q])
            total += h.two_body[p, q, p, q] * (b[p].T @ b[q])
    return total.toarray()


@pytest.mark.parametrize("m", [1, 2, 3])
def test_pairs_are_hard_core_bosons(m: int) -> None:
    h = random_hamiltonian(m, 1, 1, seed=m)
    held = pairs(h).register(PAIRS)
    assert (held.qubits, held.fixed) == (m, 0)
    found = operator(held.encoded(hamiltonian(h)), m).to_matrix()
    assert np.allclose(found, hard_core_bosons(h), atol=1e-10)
    doubled = [bits | bits << m for bits in range(1 << m)]
    assert np.allclose(found, written_out(h)[np.ix_(doubled, doubled)], atol=1e-10)


@pytest.mark.parametrize("tapered", [False, True])
@pytest.mark.parametrize(("m", "alpha", "beta"), [(2, 1, 1), (4, 2, 2), (4, 2, 1), (3, 0, 2)])
def test_pairs_on_half_of_the_qubits_have_the_same_energy(m, alpha, beta, tapered) -> None:
    """Of open shells too: an electron alone stays where it is."""
    h = random_hamiltonian(m, alpha, beta, 6)
    ansatz = pairs(h)
    point = tuple(np.random.default_rng(1).normal(size=ansatz.size).tolist())
    exact = Executor(Determinants(), None)(FermionicEnergy(h, ansatz, point))
    program = FermionicEnergy(h, ansatz, point, encoding=Encoding("pairs", tapered))
    assert program.qubits == m - tapered
    for machine in (Aer(), Lightning()):
        found = Executor(machine, None)(program)
        assert np.allclose([f.value for f in found], [f.value for f in exact], atol=1e-9)


def test_a_pair_moves_by_a_rotation_of_two_qubits() -> None:
    h = molecule("h4")
    program = FermionicEnergy(h, pairs(h), (0.3,) * pairs(h).size, encoding=PAIRS)
    circuit = program.lower().program.circuit
    compiled = transpile(circuit, basis_gates=["rz", "sx", "cx"], optimization_level=0)
    assert compiled.count_ops()["cx"] == 2 * len(pairs(h).factors)
    assert circuit.num_qubits == 4


def test_whole_pairs_only() -> None:
    h = molecule("h4")
    program = FermionicEnergy(h, uccsd(h), (0.0,) * uccsd(h).size, encoding=PAIRS)
    with pytest.raises(UsageError, match=r"breaks them\. Take jordan-wigner, parity or"):
        Executor(Aer(), None)(program)


def test_one_qubit_stays_where_nothing_moves() -> None:
    h = model(example(1, 0))
    for encoding in (*EVERY[1::2], Encoding("pairs", True)):
        found = Executor(Aer(), None)(FermionicEnergy(h, uccsd(h), (), encoding=encoding))
        assert found.energy.value == pytest.approx(h.constant + h.one_body[0, 0], abs=1e-12)
        assert (found.alpha.value, found.beta.value) == pytest.approx((1, 0))
        assert uccsd(h).register(encoding, h).qubits == 1


def test_masks_end_at_64_spin_orbitals() -> None:
    assert plain("bravyi-kitaev", 32).qubits == 64
    assert plain("parity", 32).encoded(excitation((0,), (63,))).x[0] == (1 << 63) - 1
    with pytest.raises(TooLarge, match="66 spin orbitals"):
        plain("parity", 33)


@pytest.mark.parametrize("encoding", [*EVERY, PAIRS], ids=str)
@pytest.mark.parametrize(("alpha", "beta"), [(2, 2), (2, 1)])
def test_samples_come_back_as_occupations(alpha: int, beta: int, encoding: Encoding) -> None:
    h = random_hamiltonian(4, alpha, beta, seed=8)
    ansatz = pairs(h) if encoding == PAIRS else upccgsd(h, 1)
    point = tuple(np.random.default_rng(8).normal(size=ansatz.size).tolist())
    program = FermionicSamples(ansatz, point, 4000, 3, encoding)
    seen = Executor(Aer(), None)(program)
    exact = Executor(Determinants(), None)(FermionicSamples(ansatz, point, 400_000, 3))
    for key in seen:
        assert len(key) == 8
        assert (key[4:].count("1"), key[:4].count("1")) == (alpha, beta)
    assert set(seen) <= set(exact)
    apart = sum(abs(seen.get(k, 0) / 4000 - v / 400_000) for k, v in exact.items()) / 2
    assert apart < 0.05


def test_shots_of_every_encoding_estimate_the_energy_and_record_circuits() -> None:
    h = molecule("lih-2e3o")
    point = (0.1,) * uccsd(h).size
    exact = Executor(Determinants(), None)(FermionicEnergy(h, uccsd(h), point)).energy.value
    for encoding in EVERY:
        executor = Executor(Aer(), None)
        found = executor(FermionicEnergy(h, uccsd(h), point, 4000, 1, encoding))
        assert abs(found.energy.value - exact) < 5 * found.energy.stderr
        assert found.alpha.value == pytest.approx(1, abs=5 * found.alpha.stderr + 1e-9)
        assert executor.circuits is not None
        assert executor.circuits.qubits == executor.qubits == (3 if encoding.tapered else 6)
        assert executor.circuits.two_qubit_gates > 0


def test_keys_follow_the_encoding() -> None:
    h = molecule("demo")
    point = (0.1,) * uccsd(h).size
    encodings = (*EVERY, PAIRS, Encoding("pairs", True))
    for program in (
        lambda e: FermionicEnergy(h, uccsd(h), point, encoding=e),
        lambda e: FermionicGradient(h, uccsd(h), point, e),
        lambda e: FermionicSamples(uccsd(h), point, 10, 0, e),
    ):
        assert len({program(e).key() for e in encodings}) == 8
    assert FermionicEnergy(h, uccsd(h), point).encoding == JORDAN_WIGNER


@pytest.mark.parametrize(
    ("algorithm", "parameters", "qubits"),
    [
        ("pair_vqe", {}, 3),
        ("oo_vqe", {"starts": 1}, 3),
        ("vqe", {"encoding": "parity", "tapered": True}, 3),
        ("adapt_vqe", {"tapered": True}, 3),
        ("upccgsd", {"encoding": "bravyi-kitaev", "tapered": True, "starts": 1, "layers": 1}, 4),
    ],
)
def test_runs_record_the_qubits_of_their_encoding(algorithm, parameters, qubits) -> None:
    made = usecases.run(
        "life_science/ground_state", "lih-2e3o", algorithm, "aer", parameters=parameters
    )
    assert made.qubits == qubits
    same = usecases.run("life_science/ground_state", "lih-2e3o", algorithm, parameters=parameters)
    assert same.qubits == qubits
    assert made.score.objective == pytest.approx(same.score.objective, abs=1e-8)


def test_sums_from_the_state_are_the_simulators_own(monkeypatch: pytest.MonkeyPatch) -> None:
    h = molecule("h4")
    lowered = FermionicEnergy(h, uccsd(h), (0.2,) * uccsd(h).size).lower()
    program = lowered.program.lower().program
    assert isinstance(program, Expectation)
    found = Aer().run(program).value
    monkeypatch.setattr(aer, "KEPT", 0)
    assert np.allclose(found, Aer().run(program).value, atol=1e-10)


def test_lightning_knows_phases() -> None:
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    circuit.p(0.7, 0)
    circuit.cp(-1.1, 0, 1)
    circuit.h([0, 1])
    assert _known(circuit) is circuit
    observable = SparsePauliOp(["ZI", "IZ", "ZZ", "XY"])
    program = Expectation(circuit, (observable,))
    assert np.allclose(Lightning().run(program).value, Aer().run(program).value, atol=1e-12)
    circuit.measure_all()
    counts = Lightning().run(SampleCircuits((circuit,), 2000, 1)).value[0]
    assert sum(counts.values()) == 2000
