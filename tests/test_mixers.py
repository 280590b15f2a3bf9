"""Mixers keep the rules of their groups, and are the same state natively and as circuits."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator
from qiskit.quantum_info import Statevector as State
from scipy.linalg import expm

from tests.references import differences, random_angles, random_ising
from usecases.backends.aer import Aer
from usecases.backends.lightning import Lightning
from usecases.backends.statevector import Statevector
from usecases.contracts import Backend
from usecases.errors import TooLarge, UsageError
from usecases.executor import Executor
from usecases.kernel.levels import Levels
from usecases.kernel.subspace import Subspace
from usecases.models import Choose, Floats, Ising, Permute, Table, all_bits
from usecases.programs import (
    AlternatingSamples,
    AlternatingState,
    GroupMixer,
    GroverMixer,
    Mixer,
    Pattern,
    WarmMixer,
    XMixer,
)
from usecases.programs.exchanges import dicke, exchange, exchange_columns, permuted
from usecases.programs.mixers import exchanges
from usecases.spaces import LARGEST_REGISTER, Space, in_space

TOUR = Permute(((5, 0, 3), (1, 7, 2), (8, 4, 6)))
"""A square of variables in no order."""

SWAP = Permute(((2, 0), (1, 4)))

CASES: dict[str, tuple[int, Mixer]] = {
    "x": (5, XMixer()),
    "x of one": (1, XMixer()),
    "warm": (4, WarmMixer((0.3, 2.5, 1.57, -0.9))),
    "warm at the poles": (3, WarmMixer((0.0, math.pi, 1.0))),
    "ring of one": (5, GroupMixer((Choose((3, 0, 4, 1)),))),
    "ring of two": (6, GroupMixer((Choose((5, 1, 0, 2, 4), 2),))),
    "ring of two groups": (
        6,
        GroupMixer(
            (
                Choose((1, 3, 5), 2),
                Choose((4, 0)),
            )
        ),
    ),
    "ring that leaves nothing free": (5, GroupMixer((Choose((0, 2)), Choose((4, 3, 1))))),
    "complete of one": (4, GroupMixer((Choose((3, 0, 2)),), "complete")),
    "complete of three": (6, GroupMixer((Choose((5, 1, 0, 2, 4), 3),), "complete")),
    "a pair": (3, GroupMixer((Choose((2, 0)),), "complete")),
    "none and all": (5, GroupMixer((Choose((0, 3), 0), Choose((1, 2), 2)))),
    "one alone": (2, GroupMixer((Choose((1,), 1),), "complete")),
    "ring of tours": (10, GroupMixer((TOUR,))),
    "complete of tours": (9, GroupMixer((TOUR,), "complete")),
    "swaps": (6, GroupMixer((SWAP,))),
    "swaps and a choice": (8, GroupMixer((SWAP, Choose((7, 3, 5), 2)), "complete")),
    "a square of one": (2, GroupMixer((Permute(((1,),)),))),
    "nothing in groups": (3, GroupMixer(())),
    "grover of all": (4, GroverMixer()),
    "grover of one bit": (1, GroverMixer()),
    "grover of choices": (6, GroverMixer((Choose((5, 1, 0), 1), Choose((2, 4), 1)))),
    "grover of tours": (9, GroverMixer((TOUR,))),
    "grover of swaps": (5, GroverMixer((SWAP,))),
}
each = pytest.mark.parametrize(("n", "mixer"), CASES.values(), ids=CASES)


def evolution(
    space: Space, mixer: Mixer, table: Floats, kind: Any = np.complex128
) -> Subspace | Levels:
    """The native evolution of a mixer."""
    if isinstance(mixer, GroverMixer):
        return Levels(table, kind)
    return Subspace(space, mixer, table, kind)


def seeded(n: int, mixer: Mixer) -> np.random.Generator:
    return np.random.default_rng([n, *repr(mixer).encode()])


def whole(n: int, space: Space, shares: Floats) -> Floats:
    """Probabilities by position in the space as probabilities of all 2^n strings."""
    strings = space.strings(np.arange(space.size))
    found = np.zeros(1 << n)
    found[strings.astype(np.int64) @ (1 << np.arange(n))] = shares
    return found


@each
def test_native_states_are_those_of_the_circuits(n: int, mixer: Mixer) -> None:
    rng = seeded(n, mixer)
    space = mixer.space(n)
    for degree, layers in ((2, 0), (2, 1), (3, 2)):
        cost = random_ising(n, rng, degree)
        gammas, betas = (tuple(a) for a in random_angles(layers, rng))
        evolved = evolution(space, mixer, space.table(cost))
        shares = evolved.probabilities(gammas, betas)
        circuit = AlternatingState(cost, mixer, gammas, betas).circuit()
        wanted = State(circuit).probabilities()
        assert np.abs(whole(n, space, shares) - wanted).max() < 1e-12
        outside = wanted[~in_space(space, all_bits(n))]
        assert outside.sum() < 1e-13


@each
def test_nothing_leaks_in_many_layers(n: int, mixer: Mixer) -> None:
    rng = seeded(n, mixer)
    space = mixer.space(n)
    evolved = evolution(space, mixer, space.table(random_ising(n, rng)))
    shares = evolved.probabilities(*random_angles(300, rng))
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)


@each
def test_gradients_are_slopes_of_the_energy(n: int, mixer: Mixer) -> None:
    rng = seeded(n, mixer)
    space = mixer.space(n)
    table = space.table(random_ising(n, rng))
    evolved = evolution(space, mixer, table)
    close = evolution(space, mixer, table, np.complex64)
    for layers in range(5):
        angles = random_angles(layers, rng)
        seen = None if layers % 2 else rng.normal(size=space.size)
        found = evolved.gradient(*angles, seen)
        assert found[0] == pytest.approx(evolved.energy(*angles, seen), abs=1e-12)
        slopes = differences(lambda g, b, seen=seen: evolved.energy(g, b, seen), *angles)
        assert np.abs(np.concatenate(found[1:]) - slopes).max(initial=0.0) < 1e-8
        for one, two in zip(found, close.gradient(*angles, seen), strict=True):
            assert np.abs(np.subtract(one, two)).max(initial=0.0) < 1e-3


@pytest.mark.parametrize("n", [1, 2, 6])
def test_warm_angles_of_a_half_are_the_x_mixer(n: int) -> None:
    rng = np.random.default_rng(n)
    cost = random_ising(n, rng, 3)
    angles = random_angles(3, rng)
    space = Space(n)
    plain, warm = (
        evolution(space, mixer, space.table(cost)).probabilities(*angles)
        for mixer in (XMixer(), WarmMixer((math.pi / 2,) * n))
    )
    assert np.abs(plain - warm).max() < 1e-13


def layer_of(mixer: Mixer, n: int, beta: float) -> Any:
    circuit = QuantumCircuit(n)
    mixer.layer(circuit, beta)
    return Operator(circuit).data


def same_but_for_a_phase(one: Any, two: Any) -> bool:
    return abs(np.vdot(one, two)) == pytest.approx(len(one), abs=1e-10)


def on(n: int, qubit: int, matrix: list[list[complex]]) -> Any:
    """One qubit's matrix on all of n."""
    return np.kron(np.kron(np.eye(2 ** (n - 1 - qubit)), np.array(matrix)), np.eye(2**qubit))


X: list[list[complex]] = [[0, 1], [1, 0]]
Y: list[list[complex]] = [[0, -1j], [1j, 0]]
Z: list[list[complex]] = [[1, 0], [0, -1]]


def test_layers_are_the_exponentials_that_they_are_said_to_be() -> None:
    beta, n = 0.37, 3
    flips = sum(on(n, i, X) for i in range(n))
    assert same_but_for_a_phase(layer_of(XMixer(), n, beta), expm(1j * beta * flips))
    tilts = (0.4, 2.0, -1.1)
    leaning = sum(
        math.sin(t) * on(n, i, X) + math.cos(t) * on(n, i, Z) for i, t in enumerate(tilts)
    )
    assert same_but_for_a_phase(layer_of(WarmMixer(tilts), n, beta), expm(1j * beta * leaning))
    about = np.outer(uniform := np.full(8, 8**-0.5), uniform)
    assert same_but_for_a_phase(layer_of(GroverMixer(), n, beta), expm(1j * beta * about))
    circuit = QuantumCircuit(n)
    exchange(circuit, 2, 0, beta)
    moved = on(n, 2, X) @ on(n, 0, X) + on(n, 2, Y) @ on(n, 0, Y)
    assert np.allclose(Operator(circuit).data, expm(0.5j * beta * moved), atol=1e-12)


def test_an_exchange_of_columns_exchanges_them() -> None:
    beta, m = 0.81, 3
    rows = tuple(tuple(range(r * m, r * m + m)) for r in range(m))
    place = {o: sum(1 << (r * m + c) for r, c in enumerate(o)) for o in permutations(range(m))}
    circuit = QuantumCircuit(m * m)
    exchange_columns(circuit, rows, 0, 2, beta)
    swapped = {0: 2, 1: 1, 2: 0}
    phases = []
    for order, position in place.items():
        psi = State.from_int(position, 2 ** (m * m)).evolve(circuit).data
        other = place[tuple(swapped[c] for c in order)]
        wanted = np.zeros_like(psi)
        wanted[position], wanted[other] = math.cos(beta), 1j * math.sin(beta)
        phases.append(np.vdot(wanted, psi))
    assert np.allclose(np.abs(phases), 1.0, atol=1e-12)
    assert np.allclose(phases, phases[0], atol=1e-12)


@pytest.mark.parametrize("n", range(1, 8))
def test_starts_are_uniform_over_what_keeps_the_rule(n: int) -> None:
    for count in range(n + 1):
        circuit = QuantumCircuit(n)
        dicke(circuit, range(n), count)
        kept = all_bits(n).sum(axis=1) == count
        wanted = np.where(kept, math.comb(n, count) ** -0.5, 0.0)
        assert np.allclose(State(circuit).data, wanted, atol=1e-13)


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_tours_start_uniform(m: int) -> None:
    group = Permute(tuple(tuple(range(r * m, r * m + m)) for r in range(m)))
    circuit = QuantumCircuit(m * m)
    permuted(circuit, group.rows)
    kept = in_space(Space(m * m, (group,)), all_bits(m * m))
    wanted = np.where(kept, math.factorial(m) ** -0.5, 0.0)
    assert np.allclose(State(circuit).data, wanted, atol=1e-13)


@pytest.mark.parametrize("m", range(10))
def test_every_member_takes_part_and_no_pair_twice(m: int) -> None:
    group = Choose(tuple(range(m)), min(m, 1))
    complete, ring = exchanges(group, "complete"), exchanges(group, "ring")
    assert sorted(complete) == [(i, j) for i in range(m) for j in range(i + 1, m)]
    assert len(ring) == (m if m > 2 else max(m - 1, 0))
    assert len({frozenset(pair) for pair in ring}) == len(ring)
    assert {i for pair in ring for i in pair} == (set(range(m)) if m > 1 else set())


def total_variation_bound(strings: int, shots: int, false_alarm: float) -> float:
    """How far two samples from one distribution may lie apart, by more only with `false_alarm`.

    Let p̂ and q̂ be the shares seen in two independent samples of N shots from p on K strings, and
    D = ½ Σ_k |p̂_k − q̂_k|. By Jensen E|p̂_k − q̂_k| ≤ √Var(p̂_k − q̂_k) ≤ √(2 p_k/N), and by
    Cauchy–Schwarz Σ √p_k ≤ √K, so E D ≤ ½ √(2K/N) = √(K/2N). Each of the 2N independent shots
    changes D by at most 1/N, so that by McDiarmid P(D ≥ E D + t) ≤ exp(−2t²/(2N · 1/N²)) =
    exp(−N t²): t = √(ln(1/δ)/N) for a false alarm δ.
    """
    return math.sqrt(strings / (2 * shots)) + math.sqrt(math.log(1 / false_alarm) / shots)


def shares_seen(backend: Backend, program: AlternatingSamples) -> Floats:
    counts = Executor(backend, backend)(program)
    found = np.zeros(1 << program.qubits)
    for key, count in counts.items():
        found[int(key, 2)] = count / program.shots
    return found


SAMPLED = [k for k in CASES if k not in ("x of one", "nothing in groups", "a pair")]


@pytest.mark.parametrize("name", SAMPLED)
def test_native_and_lowered_shots_follow_the_same_distribution(name: str) -> None:
    """On both circuit simulators, to within what shots allow; none breaks a rule."""
    n, mixer = CASES[name]
    rng = seeded(n, mixer)
    space, shots = mixer.space(n), 20_000
    cost = random_ising(n, rng)
    state = AlternatingState(cost, mixer, *(tuple(a) for a in random_angles(2, rng)))
    native = shares_seen(Statevector(), AlternatingSamples(state, shots, 1))
    kept = in_space(space, all_bits(n))
    # One false alarm in a million for all of these comparisons together.
    bound = total_variation_bound(space.size, shots, 1e-6 / (2 * len(SAMPLED)))
    assert bound < 0.09
    for backend in (Aer(), Lightning()):
        lowered = shares_seen(backend, AlternatingSamples(state, shots, 2))
        assert np.abs(native - lowered).sum() / 2 < bound
        assert native[~kept].sum() == lowered[~kept].sum() == 0.0


def test_the_bound_would_notice_another_angle() -> None:
    """What the comparison above can see: the same state with one angle moved by 0.3."""
    n, mixer = CASES["ring of two"]
    cost = random_ising(n, np.random.default_rng(0))
    one = AlternatingState(cost, mixer, (0.4, 0.5), (0.5, 0.6))
    two = AlternatingState(cost, mixer, (0.4, 0.5), (0.5, 0.9))
    here, there = (
        shares_seen(Statevector(), AlternatingSamples(s, 20_000, k))
        for k, s in enumerate((one, two))
    )
    assert np.abs(here - there).sum() / 2 > total_variation_bound(20, 20_000, 1e-8)


@each
def test_a_space_and_its_strings_agree(n: int, mixer: Mixer) -> None:
    rng = seeded(n, mixer)
    space = mixer.space(n)
    strings = space.strings(np.arange(space.size))
    assert space.size == math.prod(space.shape) == int(in_space(space, all_bits(n)).sum())
    assert in_space(space, strings).all()
    assert len(np.unique(strings, axis=0)) == space.size
    drawn = space.draw(300, rng)
    assert in_space(space, drawn).all()
    for cost in (random_ising(n, rng, 3), Table(tuple("abcdefghij"[:n]), rng.normal(size=1 << n))):
        assert np.allclose(space.table(cost), cost.energies(strings), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "space", [Space(6, (Choose((5, 1, 0, 2), 2),)), Space(9, (TOUR,)), Space(5, (SWAP,))]
)
def test_draws_are_uniform(space: Space) -> None:
    """Pearson's statistic of uniform draws lies above this bound once in a million times."""
    from scipy.stats import chi2

    shots = 40_000
    drawn = space.draw(shots, np.random.default_rng(1)).astype(np.int64)
    counts = np.unique(drawn @ (1 << np.arange(space.bits)), return_counts=True)[1]
    assert len(counts) == space.size
    expected = shots / space.size
    assert ((counts - expected) ** 2 / expected).sum() < chi2.isf(1e-6, space.size - 1)


@pytest.mark.parametrize(
    ("bits", "groups"),
    [
        (4, (Choose((0, 1)), Choose((1, 2)))),
        (4, (Choose((0, 1)), Choose((0, 1)))),
        (4, (Choose((0, 0)),)),
        (4, (Choose((3, 4)),)),
        (4, (Choose((-1, 2)),)),
        (4, (Choose((0, 1), 3),)),
        (4, (Choose((0, 1), -1),)),
        (6, (Permute(((0, 1, 2), (3, 4, 5))),)),
        (4, (Permute(((0, 1), (2,))),)),
        (4, (Permute(()),)),
    ],
)
def test_impossible_groups_are_refused(bits: int, groups: Any) -> None:
    with pytest.raises(UsageError):
        Space(bits, groups)


def test_groups_too_large_to_list_are_refused_in_words() -> None:
    wide = Space(40, (Choose(tuple(range(40)), 20),))
    assert math.comb(40, 20) > LARGEST_REGISTER
    assert wide.width == math.ceil(math.log2(math.comb(40, 20)))
    with pytest.raises(TooLarge, match="40 variables"):
        assert wide.registers


@pytest.mark.parametrize("pattern", ["ring", "complete"])
def test_many_free_bits_beside_a_group(pattern: Pattern) -> None:
    """Registers of free bits are cut into eights; their flips commute with all else."""
    n = 14
    cost = Ising(tuple(map(str, range(n))), {(k, k + 1): 1.0 for k in range(n - 1)} | {(3,): 0.5})
    mixer = GroupMixer((Choose((13, 2, 7)),), pattern)
    space = mixer.space(n)
    assert space.shape == (3, 256, 8)
    assert space.width == 13
    shares = evolution(space, mixer, space.table(cost)).probabilities([0.3, -0.4], [0.5, 0.2])
    circuit = AlternatingState(cost, mixer, (0.3, -0.4), (0.5, 0.2)).circuit()
    assert np.abs(whole(n, space, shares) - State(circuit).probabilities()).max() < 1e-13
    assert Space(30 + 3, (Choose((30, 31, 32)),)).width == 32
