"""Quantum algorithms beyond QAOA: what each must find, proven by enumeration."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from usecases import registry
from usecases.algorithms.pce import Loss
from usecases.algorithms.rqaoa import Tie, correlations, tied
from usecases.algorithms.warm_start import leaning
from usecases.backends import aer
from usecases.contracts import Algorithm, Backend, Outcome
from usecases.convert import to_bqm
from usecases.encoding import Encoding, brickwork
from usecases.errors import TooLarge, UsageError, VerificationFailed
from usecases.executor import Executor
from usecases.flips import lowered
from usecases.marks import Marked
from usecases.models import Choose, Evaluated, Ising, Permute, Structured, all_bits
from usecases.plan import default_machine, needs
from usecases.programs import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingState,
    CVaR,
    GroverMixer,
    SampleCircuits,
    Sweep,
    WarmMixer,
    XMixer,
)
from usecases.spaces import Space, in_space
from usecases.starts import Descended, Relaxed, convexity, relaxed
from usecases.testing import check_algorithm

FAST = {"grover_search": {"looks": 12}, "pce": {"layers": 3, "iterations": 5}}

DEGENERATE = {
    "no terms": Ising(("a", "b", "c"), {}),
    "a constant": Ising(("a", "b"), {(): 1.5}),
    "one variable": Ising(("a",), {(0,): -1.0}),
    "all equal": Ising(("a", "b", "c"), {(): 2.0, (0,): 0.0, (0, 1): 0.0}),
}


def named(n: int) -> tuple[str, ...]:
    return tuple(f"x{i}" for i in range(n))


def random_model(n: int, seed: int, degree: int = 2) -> Ising:
    """Fields, pairs and, where asked for, terms of higher degree, with normal coefficients."""
    rng = np.random.default_rng(seed)
    scopes = [s for k in range(1, degree + 1) for s in combinations(range(n), k)]
    kept = [s for s in scopes if len(s) < 3 or rng.random() < 0.3]
    return Ising(named(n), {s: float(rng.normal()) for s in kept})


def solved(
    algorithm: Algorithm, model: Any, seed: int = 0, machine: Backend | None = None
) -> list[Outcome[Any]]:
    used = machine or registry.backend(default_machine(needs(algorithm)))
    return algorithm.solve(model, Executor(used, used), np.random.default_rng(seed))


def best(found: list[Outcome[Any]]) -> float:
    return min(o.energy for o in found)


def lowest(model: Any) -> float:
    return float(model.table().min())


def bits_of(outcome: Outcome[Any]) -> tuple[int, ...]:
    return tuple(outcome.value.values())


# Single flips


@pytest.mark.parametrize("seed", range(3))
def test_single_flips_end_where_none_helps(seed: int) -> None:
    model = random_model(7, seed, degree=3)
    begun = np.random.default_rng(seed).integers(0, 2, 7, dtype=np.int8)
    found = lowered(model, begun)
    around = model.energies(found ^ np.eye(7, dtype=np.int8))
    assert model.energies(found[None])[0] <= min(model.energies(begun[None])[0], around.min())


# Warm starts


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_the_relaxation_is_convex_and_bounds_the_cost(degree: int) -> None:
    model = random_model(7, degree, degree)
    shift, rng = convexity(model), np.random.default_rng(degree)

    def value(z: np.ndarray) -> float:
        terms = sum(c * z[list(k)].prod() for k, c in model.terms.items())
        return float(terms + shift * (z @ z - 7) / 2)

    for _ in range(50):
        one, two = rng.uniform(-1, 1, (2, 7))
        assert value((one + two) / 2) <= (value(one) + value(two)) / 2 + 1e-9
    assert value(relaxed(model)) <= lowest(model) + 1e-9


def test_a_relaxation_without_pairs_is_exact() -> None:
    model = Ising(named(3), {(0,): 1.0, (1,): -2.0})
    chances = Relaxed().probabilities(model, model, np.random.default_rng(0))
    assert chances.tolist() == [1.0, 0.0, 0.5]


def test_a_cut_has_its_relaxation_in_the_middle() -> None:
    model = Ising(named(4), {(0, 1): 1.0, (1, 2): 1.0, (2, 3): 1.0, (0, 3): 1.0, (0, 2): 0.7})
    chances = Relaxed().probabilities(model, model, np.random.default_rng(0))
    assert chances.tolist() == [0.5] * 4


def test_without_epsilon_the_shots_are_the_classical_answer() -> None:
    model = random_model(6, 3)
    warm = registry.algorithm("warm_start", {"start": "descended", "epsilon": 0.0, "shots": 100})
    [only] = solved(warm, model)
    assert only.count == 100
    assert only.energy == pytest.approx(lowest(model))


def test_a_start_leads_the_shots() -> None:
    model = random_model(6, 3)
    shares = []
    for epsilon in (0.5, 0.25, 0.1):
        settings = {"start": "descended", "epsilon": epsilon, "angles.iterations": 0}
        found = solved(registry.algorithm("warm_start", settings), model)
        shares.append(sum(o.count for o in found if o.energy < lowest(model) + 1e-9))
    assert shares == sorted(shares)
    assert shares[2] > 2 * shares[0]


@pytest.mark.parametrize("start", ["relaxed", "descended"])
def test_at_one_half_a_warm_start_is_plain_qaoa(start: str) -> None:
    model = random_model(6, 4, degree=3)
    same = {"layers": 2, "angles.iterations": 15, "shots": 500}
    warm = registry.algorithm("warm_start", {"epsilon": 0.5, "start": start, **same})
    assert solved(warm, model, 5) == solved(registry.algorithm("qaoa", same), model, 5)


def test_a_mixer_that_leans_nowhere_is_the_plain_one() -> None:
    model, machine = random_model(5, 1), registry.backend("statevector")
    executor = Executor(machine, machine)
    leant = WarmMixer((np.pi / 2,) * 5)
    states = (AlternatingState(model, m, (0.4,), (0.7,)) for m in (leant, XMixer()))
    one, two = (executor(AlternatingEnergy(s)).value for s in states)
    assert one == pytest.approx(two, abs=1e-12)
    assert leaning(np.full(5, 0.5), 0.1) == XMixer()


def test_an_evaluated_cost_leads_a_descent_and_scores_the_shots() -> None:
    guide, true = random_model(5, 1), random_model(5, 2)
    model = Evaluated(guide, true.energies)
    rng = np.random.default_rng(0)
    row = Descended(tries=20).probabilities(guide, model, rng)
    assert true.energies(row[None].astype(np.int8))[0] == pytest.approx(lowest(true))
    warm = registry.algorithm("warm_start", {"shots": 50})
    for outcome in solved(warm, model):
        bits = np.array([bits_of(outcome)], dtype=np.int8)
        assert outcome.energy == pytest.approx(true.energies(bits)[0])


@pytest.mark.parametrize("settings", [{"epsilon": 0.6}, {"start": "goemans"}, {"start.tries": 3}])
def test_a_wrong_warm_start_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="warm_start"):
        registry.algorithm("warm_start", settings)


# Recursive QAOA


def signed(edges: list[tuple[int, int]], seed: int, *, balanced: bool = False) -> Ising:
    """Couplings ±1; balanced ones are all met by some answer."""
    rng = np.random.default_rng(seed)
    n = max(max(e) for e in edges) + 1
    hidden = rng.choice([-1.0, 1.0], n)
    signs = [-hidden[i] * hidden[j] if balanced else rng.choice([-1.0, 1.0]) for i, j in edges]
    terms = {(min(e), max(e)): float(s) for e, s in zip(edges, signs, strict=True)}
    return Ising(named(n), terms)


@pytest.mark.parametrize("seed", range(3))
def test_one_layer_solves_rings_and_trees(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ring = signed([(i, (i + 1) % 10) for i in range(10)], seed, balanced=True)
    tree = signed([(int(rng.integers(i)), i) for i in range(1, 10)], seed)
    solver = registry.algorithm("rqaoa", {"left": 1, "angles": "fixed"})
    for model in (ring, tree):
        [only] = solved(solver, model, seed)
        assert only.energy == lowest(model) == -len(model.terms)
        assert only.count == 1


@pytest.mark.parametrize("seed", range(5))
def test_it_solves_small_glasses(seed: int) -> None:
    model = random_model(8, seed)
    assert best(solved(registry.algorithm("rqaoa"), model)) == pytest.approx(lowest(model))


@pytest.mark.parametrize("tie", [Tie(2, (0,), -1), Tie(0, (3,), 1), Tie(1, (), -1)])
def test_a_tied_cost_is_the_cost_where_the_tie_holds(tie: Tie) -> None:
    model = random_model(5, 6, degree=4)
    smaller = Ising(model.variables, tied(model.terms, tie))
    assert all(tie.gone not in k for k in smaller.terms)
    bits = all_bits(5)
    spins = 1 - 2 * bits
    holds = spins[:, tie.gone] == tie.sign * spins[:, list(tie.kept)].prod(axis=1)
    assert model.energies(bits[holds]) == pytest.approx(smaller.energies(bits[holds]))


def test_what_cancels_leaves_no_dust() -> None:
    terms = {(0, 1): 0.1 + 0.2, (1, 2): 0.3, (2,): 1.0}
    assert tied(terms, Tie(2, (0,), -1)) == {(0,): -1.0}


def test_correlations_are_counted() -> None:
    # the last character is variable 0
    found = correlations({"001": 3, "100": 1})
    assert found.tolist() == [[-0.5, -0.5, -1.0], [-0.5, 1.0, 0.5], [-1.0, 0.5, 0.5]]


def test_a_round_asks_for_its_shots_and_the_last_variables_for_none() -> None:
    machine = registry.backend("statevector")
    executor = Executor(machine, machine)
    solver = registry.algorithm("rqaoa", {"left": 3, "angles": "ramp"})
    solver.solve(random_model(6, 1), executor, np.random.default_rng(0))
    assert [c.program for c in executor.calls] == ["AlternatingSamples"] * 3
    assert executor.qubits == 6


# Grover adaptive search


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("degree", [2, 4])
def test_a_search_ends_at_the_optimum(seed: int, degree: int) -> None:
    model = random_model(8, seed, degree)
    found = solved(registry.algorithm("grover_search", {"looks": 80}), model, seed)
    assert best(found) == pytest.approx(lowest(model))
    assert sum(o.count for o in found) == 80


@pytest.mark.parametrize("seed", range(3))
def test_a_search_needs_far_fewer_oracle_calls_than_guesses(seed: int) -> None:
    """One string in 2^16 is lowest; Dürr & Høyer bound the calls by 22.5 √N + 1.4 log₂² N."""
    model = Ising(named(16), {(i,): 1.0 + 2.0**i for i in range(16)})
    asked: list[tuple[int, float]] = []
    machine = registry.backend("statevector")

    class Watched(Executor):
        def __call__(self, program: Any) -> Any:
            counts = super().__call__(program)
            [key] = counts
            row = np.array([[int(c) for c in reversed(key)]], dtype=np.int8)
            asked.append((len(program.state.gammas), float(model.energies(row)[0])))
            return counts

    solver = registry.algorithm("grover_search", {"looks": 150})
    solver.solve(model, Watched(machine, machine), np.random.default_rng(seed))
    until = [e for _, e in asked].index(lowest(model))
    assert sum(r for r, _ in asked[:until]) < 22.5 * 2**8 + 1.4 * 16**2
    assert asked[0][0] == 0


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_rotations_amplify_as_theory_says(turns: int) -> None:
    model = Ising(named(5), {(i,): 1.0 for i in range(5)})
    marked = Marked(model, -2.0)  # 6 of 32: at most one 0
    state = AlternatingState(marked, GroverMixer(), (np.pi,) * turns, (np.pi,) * turns)
    expected = np.sin((2 * turns + 1) * np.arcsin(np.sqrt(6 / 32))) ** 2
    for name in ("statevector", "aer"):
        machine = registry.backend(name)
        found = Executor(machine, machine)(AlternatingEnergy(state)).value
        assert found == pytest.approx(expected, abs=1e-9)


def grouped(seed: int = 0) -> Structured:
    model = random_model(8, seed)
    return Structured(model, (Choose((0, 2, 4)), Permute(((1, 3), (5, 6)))))


def test_a_search_keeps_the_groups() -> None:
    model = grouped()
    space = Space(8, model.groups)
    found = solved(registry.algorithm("grover_search"), model)
    bits = np.array([bits_of(o) for o in found], dtype=np.int8)
    assert in_space(space, bits).all()
    assert best(found) == pytest.approx(space.table(model.model).min())
    assert registry.algorithm("grover_search").width(model) == 4  # 3 · 2 · 2 strings


def test_a_search_marks_by_the_true_cost() -> None:
    true = random_model(6, 2)
    model = Evaluated(random_model(6, 1), true.energies)
    assert best(solved(registry.algorithm("grover_search"), model)) == pytest.approx(lowest(true))


def test_a_space_too_large_to_search_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"2\^24"):
        solved(registry.algorithm("grover_search"), Ising(named(25), {(0,): 1.0}))
    with pytest.raises(TooLarge, match="statevector"):
        model = Ising(named(13), {(0,): 1.0})
        solved(registry.algorithm("grover_search"), model, machine=registry.backend("aer"))


def test_marks_are_told_apart_by_cost_and_threshold() -> None:
    one, two = random_model(14, 0), random_model(14, 1)
    marks = [Marked(one, -20.0), Marked(one, -21.0), Marked(two, -20.0)]
    keys = {AlternatingState(m, GroverMixer(), (1.0,), (1.0,)).key() for m in marks}
    assert len(keys) == 3


@pytest.mark.parametrize("groups", [(), grouped().groups])
def test_reflections_among_levels_are_those_of_circuits(groups: tuple[Any, ...]) -> None:
    cost = Ising(named(8), {(i, i + 1): float(i % 3) - 1.0 for i in range(7)})
    state = AlternatingState(cost, GroverMixer(groups), (0.4, 1.1), (0.8, -0.5))
    other = AlternatingGradient(state, values=random_model(8, 3))
    native, circuits = (registry.backend(n) for n in ("statevector", "aer"))
    for program in (AlternatingGradient(state), AlternatingGradient(state, CVaR(alpha=0.3)), other):
        found = Executor(native, native)(program)
        slopes = np.array([*found.gammas, *found.betas])
        for k, slope in enumerate(slopes):
            step = 1e-5 * np.eye(4)[k]
            ends = [value_at(program, s, native) for s in (step, -step)]
            assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-5)
    exact = Executor(circuits, circuits)(AlternatingEnergy(state)).value
    assert Executor(native, native)(AlternatingEnergy(state)).value == pytest.approx(exact)


def value_at(program: AlternatingGradient, step: np.ndarray, machine: Backend) -> float:
    """The gradient program's value with its angles moved by `step`."""
    old = program.state
    gammas, betas = np.split(np.array([*old.gammas, *old.betas]) + step, 2)
    state = AlternatingState(old.cost, old.mixer, tuple(gammas.tolist()), tuple(betas.tolist()))
    moved = AlternatingEnergy(state, objective=program.objective, values=program.values)
    return float(Executor(machine, machine)(moved).value)


# Pauli-correlation encoding


def cut(n: int, edges: int, seed: int) -> Ising:
    """Minus the edges cut, in a random graph."""
    rng = np.random.default_rng(seed)
    pairs = list(combinations(range(n), 2))
    chosen = [pairs[k] for k in rng.choice(len(pairs), edges, replace=False)]
    return Ising(named(n), {(): -edges / 2} | dict.fromkeys(chosen, 0.5))


def test_a_few_qubits_have_many_correlations() -> None:
    sizes = [(1, 2), (3, 2), (4, 2), (9, 2), (10, 2), (108, 2), (109, 2), (168, 3)]
    found = [Encoding(m, k).qubits for m, k in sizes]
    assert found == [2, 2, 3, 3, 4, 9, 10, 8]
    labels = {str(o.paulis[0]) for o in Encoding(108, 2).observables}
    assert len(labels) == 108
    assert all(len(set(label) - {"I"}) == 1 and label.count("I") == 7 for label in labels)
    assert registry.algorithm("pce").width(cut(150, 300, 0)) == 11


def test_settings_measure_the_correlations() -> None:
    encoding = Encoding(9, 2)
    circuit = brickwork(3, 4)
    angles = np.random.default_rng(1).uniform(-3, 3, (1, circuit.num_parameters))
    machine = registry.backend("aer")
    executor = Executor(machine, machine)
    [exact] = executor(Sweep(circuit, encoding.observables, angles))
    settings = encoding.settings(circuit.assign_parameters(angles[0]))
    counted = encoding.correlations(executor(SampleCircuits(settings, 20_000, 3)))
    assert np.abs(counted - exact).max() < 5 / np.sqrt(20_000)


@pytest.mark.parametrize("at_once", [1 << 20, 24])
def test_a_sweep_is_its_points_one_by_one(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from qiskit.quantum_info import SparsePauliOp

    monkeypatch.setattr(aer, "SWEPT", at_once)
    circuit = brickwork(3, 5)
    labels = (["XYI", "ZIZ"], ["III", "YYX"], ["IIZ", "XXX"])
    observables = tuple(SparsePauliOp(pair, [0.7, -1.3]) for pair in labels)
    points = np.random.default_rng(0).uniform(-3, 3, (7, circuit.num_parameters))
    program = Sweep(circuit, observables, points)
    native, other = (registry.backend(n) for n in ("aer", "lightning"))
    found = Executor(native, native)(program)
    assert found.shape == (7, 3)
    assert found == pytest.approx(Executor(other, other)(program), abs=1e-9)
    assert program.key() != Sweep(circuit, observables, points + 1e-9).key()


def test_noise_reaches_a_sweep() -> None:
    circuit = brickwork(2, 2)
    points = np.full((2, circuit.num_parameters), 0.4)
    program = Sweep(circuit, Encoding(2, 2).observables, points)
    ideal, noisy = (registry.backend("aer", s) for s in ({}, {"noise": "manila"}))
    clean, dull = (Executor(m, m)(program) for m in (ideal, noisy))
    assert (np.abs(dull - clean) > 1e-4).all()
    assert np.abs(dull - clean).max() < 0.3


@pytest.mark.parametrize("raw", [[[1.0]], [[1.0, 2.0], [3.0]], [[1.0, np.nan]] * 2, "words", None])
def test_a_malformed_sweep_is_refused(raw: Any) -> None:
    circuit = brickwork(2, 1)
    program = Sweep(circuit, Encoding(2, 2).observables, np.zeros((2, circuit.num_parameters)))
    with pytest.raises(VerificationFailed):
        program.read(raw)


@pytest.mark.parametrize("degree", [2, 3])
def test_the_loss_has_the_slopes_it_says(degree: int) -> None:
    loss = Loss(random_model(5, 2, degree), 2.0, 0.5)
    at = np.random.default_rng(3).uniform(-0.5, 0.5, 5)
    steps = 1e-6 * np.eye(5)
    slopes = [(loss(at + s)[0] - loss(at - s)[0]) / 2e-6 for s in steps]
    assert loss(at)[1] == pytest.approx(np.array(slopes), rel=1e-5)


def test_thirty_vertices_on_five_qubits_are_cut_well() -> None:
    """Without polishing; random answers cut 22.5 of the 45 edges, and 40 can be."""
    model = cut(30, 45, 3)
    solver = registry.algorithm("pce", {"polish": "none", "iterations": 30})
    assert solver.width(model) == 5
    optimum = best(registry.algorithm("exact").solve(to_bqm(model), None, None))
    assert optimum == -40
    for seed in range(2):
        assert best(solved(solver, model, seed)) <= 0.85 * optimum


def test_polishing_flips_what_was_read() -> None:
    model = cut(15, 40, 2)
    settings = {"layers": 3, "iterations": 2}
    [raw] = solved(registry.algorithm("pce", {"polish": "none", **settings}), model)
    [polished] = solved(registry.algorithm("pce", settings), model)
    row = lowered(model, np.array(bits_of(raw), dtype=np.int8))
    assert bits_of(polished) == tuple(row.tolist())
    assert polished.energy < raw.energy


@pytest.mark.parametrize("seed", range(3))
def test_encoded_costs_of_any_degree_are_solved(seed: int) -> None:
    model = random_model(7, seed, degree=3)
    solver = registry.algorithm("pce", {"starts": 4, "layers": 6, "iterations": 40})
    found = solved(solver, model, seed)
    assert len(found) == 4
    assert best(found) == pytest.approx(lowest(model))


def test_an_answer_may_be_read_from_measurements() -> None:
    model, machine = cut(8, 14, 1), registry.backend("aer")
    settings = {"measurements": 500, "polish": "none", "iterations": 40}
    executor = Executor(machine, machine)
    solver = registry.algorithm("pce", settings)
    [only] = solver.solve(model, executor, np.random.default_rng(1))
    assert only.count == 1
    assert executor.calls[-1].program == "SampleCircuits"
    assert executor.qubits == 3
    assert only.energy < -7


# All of them


@pytest.mark.parametrize("name", ["grover_search", "pce", "rqaoa", "warm_start"])
@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("machine", ["", "aer"])
def test_degenerate_models_are_solved(name: str, case: str, machine: str) -> None:
    model = DEGENERATE[case]
    settings = FAST.get(name, {"angles": "ramp"}) if machine else {}
    used = registry.backend(machine) if machine else None
    found = solved(registry.algorithm(name, settings), model, machine=used)
    assert best(found) == pytest.approx(lowest(model))
    assert all(set(o.value) == set(model.variables) for o in found)


@pytest.mark.parametrize("name", ["grover_search", "pce", "rqaoa", "warm_start"])
def test_a_seed_reproduces(name: str) -> None:
    model, solver = random_model(5, 8), registry.algorithm(name)
    assert solved(solver, model, 3) == solved(solver, model, 3)


VARIED: list[tuple[str, dict[str, Any]]] = [
    ("grover_search", {"looks": 7, "growth": 1.1}),
    ("pce", {"order": 1, "layers": 2, "iterations": 3, "starts": 2, "polish": "none"}),
    ("pce", {"order": 3, "layers": 2, "iterations": 0, "measurements": 20, "sharpness": 0.5}),
    ("rqaoa", {"left": 1, "layers": 2, "round_shots": 100}),
    ("warm_start", {"start": "descended", "epsilon": 0.1, "objective": "cvar"}),
]


@pytest.mark.parametrize(("name", "settings"), VARIED)
def test_other_settings_keep_the_contract(name: str, settings: dict[str, Any]) -> None:
    assert check_algorithm(registry.algorithm(name, settings)) == []


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("grover_search", {"looks": 12}),
        ("rqaoa", {"left": 1, "angles": "fixed"}),
        ("warm_start", {"angles": "ramp"}),
    ],
)
def test_circuits_do_as_well(name: str, settings: dict[str, Any]) -> None:
    model = signed([(0, 1), (1, 2), (1, 3)], 4)
    found = solved(registry.algorithm(name, settings), model, machine=registry.backend("aer"))
    assert best(found) == lowest(model)
