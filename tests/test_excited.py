"""Excited states: against PySCF, dense algebra and the Hubbard dimer's closed form."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from pyscf import fci
from scipy import linalg

from life_science.ground_state import INSTANCES, hydrogen, model
from usecases import judge, registry
from usecases.algorithms.qeom import EquationOfMotion, excitations
from usecases.algorithms.qse import SubspaceExpansion
from usecases.algorithms.ssvqe import SubspaceSearch, generalised_coupled_cluster, references
from usecases.ansatze import replacements, uccsd
from usecases.conformance import hubbard_dimer
from usecases.contracts import Differences, Level, Levels, Outcome, UseCase, observed
from usecases.errors import Infeasible, TooLarge, UsageError, VerificationFailed
from usecases.executor import Executor
from usecases.fermions import determinant_spin, jordan_wigner, lift, spin_squared
from usecases.kernel.sector import rows_of, sector_of
from usecases.models import FermionicHamiltonian, Spectrum, all_bits
from usecases.observe import outcomes
from usecases.plan import Plan
from usecases.programs import (
    Ansatz,
    Excitation,
    FermionicEnergy,
    FermionicProducts,
    Products,
)
from usecases.programs.estimates import Estimate
from usecases.records import Record, Reference, RunRecord
from usecases.runner import perform
from usecases.solvers.ritz import Matrix, States, ritz
from usecases.solvers.spectrum import levels
from usecases.testing import check_algorithm, check_usecase
from usecases.verify import verify

CHEMICAL_ACCURACY = 1.6e-3
METHODS = [EquationOfMotion(), SubspaceExpansion(), SubspaceSearch()]


@cache
def electrons(name: str) -> FermionicHamiltonian:
    if name == "h2-6-31g":
        return model(hydrogen(0.74).model_copy(update={"basis": "6-31g"}))
    return model(INSTANCES[name]())


@cache
def roots(name: str, states: int) -> tuple[Any, Any]:
    """Energies and ⟨S²⟩ by PySCF."""
    h = electrons(name)
    solver = fci.direct_spin1.FCISolver()
    solver.conv_tol, solver.max_cycle, solver.pspace_size = 1e-12, 300, 500
    numbers = (h.alpha, h.beta)
    found, vectors = solver.kernel(
        h.one_body, h.two_body, h.orbitals, numbers, nroots=states, ecore=h.constant
    )
    spins = [fci.spin_op.spin_square0(v, h.orbitals, numbers)[0] for v in vectors]
    return np.array(found), np.array(spins)


def solved(algorithm: Any, name: str, states: int, backend: str = "determinants") -> Levels:
    machine = registry.backend(backend)
    executor = Executor(machine, machine)
    rng = np.random.default_rng(3)
    (found,) = algorithm.solve(Spectrum(electrons(name), states), executor, rng)
    value: Levels = found.value
    assert found.energy == value.energy
    assert found.stderr == value.stderr
    return value


def errors(found: Levels, name: str) -> Any:
    exact = roots(name, len(found.levels))[0]
    return np.array([level.energy for level in found.levels]) - exact


@pytest.mark.parametrize("name", ["demo", "h4", "lih", "h2o-4e4o"])
def test_exact_levels_and_spins_are_those_of_pyscf(name: str) -> None:
    count = 4 if name == "demo" else 8
    found = levels(Spectrum(electrons(name), count))
    energies, spins = roots(name, count)
    assert np.allclose([x.energy for x in found.levels], energies, atol=1e-9)
    assert np.allclose([x.spin_squared for x in found.levels], spins, atol=1e-5)


def test_degenerate_states_beyond_the_dense_solver_are_complete() -> None:
    """Nitrogen's Π and Δ states come in pairs, of which no symmetry is told to the solver."""
    found = levels(Spectrum(electrons("n2-6e6o"), 8)).levels
    energies, spins = roots("n2-6e6o", 8)
    assert np.allclose([x.energy for x in found], energies, atol=1e-8)
    assert np.allclose([x.spin_squared for x in found], spins, atol=1e-4)
    assert abs(found[2].energy - found[3].energy) < 1e-9


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("name", ["demo", "h2-6-31g", "lih-2e3o"])
def test_two_electrons_are_exact(method: Any, name: str) -> None:
    found = solved(method, name, 4)
    assert np.abs(errors(found, name)).max() < 1e-5
    spins = [level.spin_squared for level in found.levels]
    assert np.allclose(spins, roots(name, 4)[1], atol=1e-4)
    assert {(level.alpha, level.beta) for level in found.levels} == {(1.0, 1.0)}


def test_four_electrons_single_excitations_near_and_double_excitations_too_high() -> None:
    """In the chain of four hydrogens the third excited state moves two electrons."""
    motion, expansion, search = (errors(solved(m, "h4", 4), "h4") for m in METHODS)
    assert np.all(expansion > 0)
    assert np.all(expansion[:3] < CHEMICAL_ACCURACY)
    assert np.all(np.abs(motion[:3]) < 4e-3)
    assert 8e-3 < motion[3] < 15e-3
    assert 8e-3 < expansion[3] < 15e-3
    assert np.all(search > 0)
    assert np.all(search < CHEMICAL_ACCURACY)


def test_lithium_hydride_in_all_orbitals() -> None:
    """Σ and Π states, the latter in pairs, singlets and triplets."""
    for method in METHODS[:2]:
        found = solved(method, "lih", 7)
        assert np.abs(errors(found, "lih")).max() < CHEMICAL_ACCURACY
        spins = [round(level.spin_squared, 2) for level in found.levels]
        assert spins == [0.0, 2.0, 0.0, 2.0, 2.0, 0.0, 0.0]


def test_s_squared_of_determinants_and_of_states() -> None:
    h = hubbard_dimer()
    operator = jordan_wigner(spin_squared(h)).to_matrix()
    bits = all_bits(4)
    assert np.allclose(np.diagonal(operator).real, determinant_spin(bits))
    assert np.allclose(np.unique(linalg.eigvalsh(operator).round(9)), [0.0, 0.75, 2.0])


def dense(h: FermionicHamiltonian, ansatz: Ansatz, point: tuple[float, ...]) -> tuple[Any, Any]:
    """The Hamiltonian and the state on all qubits."""
    from qiskit.quantum_info import Statevector

    return jordan_wigner(h).to_matrix(), Statevector(ansatz.circuit(point)).data


def some_state(name: str) -> tuple[FermionicHamiltonian, Ansatz, tuple[float, ...]]:
    h = electrons(name)
    ansatz = uccsd(h)
    point = tuple(np.random.default_rng(5).normal(scale=0.1, size=ansatz.size).tolist())
    return h, ansatz, point


def commutator(a: Any, b: Any) -> Any:
    return a @ b - b @ a


@pytest.mark.parametrize("name", ["demo", "lih-2e3o"])
def test_equation_of_motion_is_that_of_double_commutators(name: str) -> None:
    """From matrices of the operators themselves, on a state that is no eigenstate."""
    h, ansatz, point = some_state(name)
    operator, state = dense(h, ansatz, point)
    ups = replacements(h)
    moves = [lift(e.occupied, e.virtual, 2 * h.orbitals).to_matrix() for e in ups]

    def mean(matrix: Any) -> float:
        return float(np.vdot(state, matrix @ state).real)

    def double(a: Any, c: Any) -> float:
        inner = commutator(commutator(a, operator), c) + commutator(a, commutator(operator, c))
        return 0.5 * mean(inner)

    def table(element: Callable[[Any, Any], float]) -> Any:
        return np.array([[element(a, b) for b in moves] for a in moves])

    m = table(lambda a, b: double(a.T, b))
    q = -table(lambda a, b: double(a.T, b.T))
    v = table(lambda a, b: mean(commutator(a.T, b)))
    w = -table(lambda a, b: mean(commutator(a.T, b.T)))
    found = linalg.eigvals(np.block([[m, q], [q, m]]), np.block([[v, w], [-w, -v]]))
    wanted = np.sort(found.real[found.real > 0])
    operators = (*ups, *(Excitation(e.virtual, e.occupied) for e in ups))
    machine = registry.backend("determinants")
    products = Executor(machine, machine)(FermionicProducts(h, ansatz, point, operators))
    assert np.allclose(excitations(products).energies, wanted, atol=1e-7)


def test_products_lower_to_circuits() -> None:
    h, ansatz, point = some_state("lih-2e3o")
    ups = replacements(h)
    operators = (*ups[:2], ups[-1], Excitation(ups[0].virtual, ups[0].occupied))
    program = FermionicProducts(h, ansatz, point, operators)
    found = []
    for name in ("determinants", "aer"):
        machine = registry.backend(name)
        found.append(Executor(machine, machine)(program))
    assert np.allclose(found[0].values, found[1].values, atol=1e-9)
    assert not found[1].errors.any()
    with pytest.raises(VerificationFailed, match="values came back"):
        program.read([[0.0, 0.0]])
    many = tuple(replacements(electrons("lih")))
    with pytest.raises(TooLarge, match="17484 matrix elements"):
        FermionicProducts(electrons("lih"), ansatz, point, many).lower()


def test_shots_carry_standard_errors() -> None:
    found = solved(SubspaceExpansion(shots=2000), "demo", 4, "aer").levels
    for level, exact in zip(found, roots("demo", 4)[0], strict=True):
        assert 1e-4 < level.stderr < 0.1
        assert abs(level.energy - exact) < 5 * level.stderr


def diagonalised(kind: str, found: Products) -> States:
    """The states by Rayleigh and Ritz, or what the equation of motion makes of the operators."""
    if kind in {"motion", "repeated motion"}:
        return excitations(found)
    overlap, energy, _, spin = map(Matrix, found.values, found.errors)
    return ritz(energy, overlap, spin.values)


def asked(name: str, kind: str, shots: int | None = None) -> FermionicProducts:
    """The excitations, with their reversals but for Ritz; energies count from the state's own.

    What is repeated, and reversals for Ritz, make a basis linearly dependent.
    """
    h, ansatz, point = some_state(name)
    ups = replacements(h)
    ups = [*ups, ups[0]] if kind == "repeated motion" else ups
    downs = [Excitation(e.virtual, e.occupied) for e in ups]
    operators = tuple(ups if kind == "ritz" else (*ups, *downs))
    own = exactly(FermionicEnergy(h, ansatz, point)).energy.value
    return FermionicProducts(
        replace(h, constant=h.constant - own), ansatz, point, operators, shots, 1
    )


def exactly(program: Any) -> Any:
    machine = registry.backend("determinants")
    return Executor(machine, machine)(replace(program, shots=None))


def draws(program: FermionicProducts, count: int) -> Iterator[Products]:
    """What repeated shots say, drawn from the exact probabilities of the circuits' bits."""
    from qiskit.quantum_info import Statevector

    lowered = program.lower()
    estimate = lowered.program
    assert isinstance(estimate, Estimate)
    bare = [c.remove_final_measurements(inplace=False) for c in estimate.sampled.circuits]
    shares = [Statevector(circuit).probabilities() for circuit in bare]
    keys = [format(k, f"0{program.qubits}b") for k in range(2**program.qubits)]
    rng = np.random.default_rng(2)
    for _ in range(count):
        seen = [
            rng.multinomial(n, p / p.sum())
            for n, p in zip(estimate.sampled.each, shares, strict=True)
        ]
        tables = [{k: int(n) for k, n in zip(keys, row, strict=True) if n} for row in seen]
        yield lowered.back(estimate.of_counts(tables))


@pytest.mark.parametrize(
    ("kind", "name", "shots", "count"),
    [
        ("ritz", "demo", 20_000, 200),
        ("dependent", "demo", 20_000, 200),
        ("motion", "demo", 20_000, 200),
        ("dependent", "lih-2e3o", 300_000, 12),
    ],
)
def test_intervals_of_real_shots_hold_the_energy(
    kind: str, name: str, shots: int, count: int
) -> None:
    """Elements are read off the same shots; null directions of a dependent basis stay out."""
    program = asked(name, kind, shots)
    true = diagonalised(kind, exactly(program)).energies
    found = [diagonalised(kind, drawn) for drawn in draws(program, count)]
    assert {len(one.energies) for one in found} == {len(true)}
    apart = np.array([one.energies for one in found]) - true
    claimed = np.array([one.errors for one in found])
    assert np.all(np.mean(np.abs(apart) <= 1.96 * claimed, axis=0) >= 0.9)
    assert np.all(apart.std(axis=0) <= claimed.mean(axis=0))
    assert np.all(claimed < 0.05)


@pytest.mark.parametrize("kind", ["ritz", "motion"])
def test_errors_are_those_of_elements_that_all_err_the_same_way(kind: str) -> None:
    """To first order, from energies between matrices that differ in one element."""
    true = exactly(asked("demo", kind))
    sizes = np.random.default_rng(1).uniform(1e-5, 3e-5, true.values.shape)
    sizes = np.triu(sizes) + np.triu(sizes, 1).transpose(0, 2, 1)
    worst: Any = 0.0
    for k, i, j in zip(*np.nonzero(np.triu(sizes[:3])), strict=True):
        moved = []
        for sign in (1, -1):
            values = true.values.copy()
            values[k, [i, j], [j, i]] += sign * 1e-6
            moved.append(diagonalised(kind, Products(values, 0 * sizes)).energies)
        worst = worst + np.abs(moved[0] - moved[1]) / 2e-6 * sizes[k, i, j]
    claimed = diagonalised(kind, Products(true.values, sizes)).errors
    assert np.all(worst <= claimed * (1 + 1e-4))
    assert np.all(claimed <= (1.0001 if kind == "ritz" else 1.5) * worst)


@pytest.mark.parametrize("kind", ["dependent", "repeated motion"])
def test_noise_makes_no_state_of_a_null_direction(kind: str) -> None:
    """Errors of elements that are measured one by one."""
    exact = exactly(asked("demo", kind))
    true = diagonalised(kind, exact).energies
    rng = np.random.default_rng(1)
    for _ in range(50):
        noise = np.triu(rng.normal(scale=1e-3, size=exact.values.shape))
        drawn = exact.values + noise + np.triu(noise, 1).transpose(0, 2, 1)
        found = diagonalised(kind, Products(drawn, np.full(drawn.shape, 1e-3)))
        assert len(found.energies) == len(true)
        assert np.all(np.abs(found.energies - true) < 3 * found.errors)


@pytest.mark.parametrize("kind", ["ritz", "motion"])
def test_too_few_shots_to_tell_any_state_apart_are_refused(kind: str) -> None:
    true = exactly(asked("demo", kind))
    with pytest.raises(UsageError, match=r"not known well enough.*Take more shots"):
        diagonalised(kind, Products(true.values, np.full(true.values.shape, 0.5)))


def test_superpositions_give_elements_with_their_signs() -> None:
    """The subspace of turned determinants, diagonalised densely."""
    h = electrons("h4")
    ansatz = generalised_coupled_cluster(h, 1)
    states = references(h, 6)
    search = SubspaceSearch(layers=1, iterations=5)
    machine = registry.backend("determinants")
    executor = Executor(machine, machine)
    points: list[tuple[float, ...]] = []

    class Watched:
        """Notes the parameters of the last measured energy."""

        train, improved = executor.train, executor.improved

        def __call__(self, program: Any) -> Any:
            assert isinstance(program, FermionicEnergy)
            points.append(program.parameters)
            return executor(program)

    (found,) = search.solve(Spectrum(h, 6), Watched(), np.random.default_rng(0))  # type: ignore[arg-type]
    rows = [dense(h, Ansatz(4, r, ansatz.factors), points[-1])[1] for r in states]
    operator = jordan_wigner(h).to_matrix()
    basis = np.array(rows)
    wanted = linalg.eigvalsh(basis.conj() @ operator @ basis.T)
    assert np.allclose([x.energy for x in found.value.levels], wanted[:6], atol=1e-8)


def test_references_that_lead_to_one_another_share_determinants() -> None:
    """In the chain, states that a mirror leaves alone and states that it turns over."""
    h = electrons("h4")
    ansatz = generalised_coupled_cluster(h, 1)
    chosen = references(h, 12)
    assert len(chosen) >= 12
    sectors = [sector_of(4, r, ansatz.generators) for r in chosen]
    assert len({id(rows_of(h, sector)) for sector in sectors}) == len(set(sectors)) == 2
    for sector, reference in zip(sectors, chosen, strict=True):
        assert sector.keys[sector.start] == sum(1 << p for p in reference)


def test_references_are_the_lowest_determinants_with_their_mirror_images() -> None:
    h = electrons("h4")
    chosen = references(h, 2)
    assert chosen[0] == (0, 1, 4, 5)
    assert set(chosen[1:]) == {(0, 2, 4, 5), (0, 1, 4, 6)}
    everything = references(electrons("demo"), 50)
    assert len(everything) == 4


def test_random_determinants_that_repeat_are_one_level() -> None:
    spectrum = Spectrum(hubbard_dimer(), 2)
    rows = np.array([[1, 0, 1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 1, 0, 0, 1]], dtype=np.int8)
    same, other = (o.value.levels for o in outcomes(spectrum, rows))
    assert [len(same), len(other)] == [1, 2]
    assert same[0] == Level(-1.0, 0.0, 1.0, 1.0)
    assert {level.spin_squared for level in other} == {0.0, 1.0}


def test_more_states_than_there_are_is_refused() -> None:
    with pytest.raises(Infeasible, match=r"5 states were asked for.*Ask for 1 to 4"):
        Spectrum(hubbard_dimer(), 5)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
def test_contract(method: Any) -> None:
    assert check_algorithm(method) == []


class Dimer(Record):
    hopping: float
    repulsion: float


class Terms(Record):
    energies: tuple[float, ...]
    spins: tuple[float, ...]
    electrons: tuple[float, ...]


def _interpret(dimer: Dimer, observed: Levels) -> Terms:
    return Terms(
        energies=tuple(x.energy for x in observed.levels),
        spins=tuple(x.spin_squared for x in observed.levels),
        electrons=tuple(n for x in observed.levels for n in (x.alpha, x.beta)),
    )


def _violations(dimer: Dimer, terms: Terms) -> list[str]:
    found = [] if len(terms.energies) == 3 else [f"{len(terms.energies)} levels, not 3"]
    if any(abs(n - 1.0) > 0.1 for n in terms.electrons):
        found.append("a level holds other electrons")
    return found


def _reference(dimer: Dimer) -> Reference:
    """Singlet, triplet, singlet: the two-site Hubbard model in closed form."""
    t, u = dimer.hopping, dimer.repulsion
    known = [(u - math.sqrt(u * u + 16 * t * t)) / 2, 0.0, u]
    return Reference(value=sum(known) / 3, kind="optimal", method="closed form")


def _example(size: int, seed: int) -> Dimer:
    hopping, repulsion = np.random.default_rng(seed).uniform(0.5, 2.0, 2).tolist()
    return Dimer(hopping=hopping, repulsion=repulsion)


USECASE: UseCase[Dimer, Spectrum, Levels, Terms] = UseCase(
    title="Levels of a Hubbard dimer",
    unit="t",
    instance=Dimer,
    instances={k: lambda: Dimer(hopping=1.0, repulsion=2.0) for k in ("demo", "workshop")}
    | {"frontier": lambda: Dimer(hopping=0.5, repulsion=4.0)},
    example=_example,
    tiny=2,
    model=lambda dimer: Spectrum(hubbard_dimer(dimer.hopping, dimer.repulsion), 3),
    interpret=_interpret,
    violations=_violations,
    objective=lambda dimer, terms: math.fsum(terms.energies) / len(terms.energies),
    reference=_reference,
    algorithms=("qeom",),
    tolerance=1.6e-3,
    sources=("Hubbard 1963",),
)


def test_a_use_case_of_spectra_keeps_the_contract() -> None:
    assert check_usecase(USECASE) == []


def performed(name: str) -> RunRecord:
    algorithm = registry.algorithm(name)
    machine = registry.backend("determinants") if algorithm.needs else None
    plan = Plan(
        name="tests/dimer",
        case=USECASE,
        instance_name="demo",
        instance=USECASE.instances["demo"](),
        algorithm=algorithm,
        backend=machine,
        trainer=machine,
        seed=0,
    )
    return perform(plan)


@pytest.mark.parametrize("name", ["exact", "qeom", "qse", "ssvqe"])
def test_a_use_case_of_spectra_runs_and_is_verified(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = performed(name)
    # Use cases are looked up in installed packages, and this one is in none.
    monkeypatch.setattr(registry, "usecase", lambda name: USECASE)
    assert "every score computed again" in verify(record)
    assert record.score.feasible
    assert record.score.within_tolerance
    assert record.score.objective == pytest.approx(_reference(Dimer(hopping=1, repulsion=2)).value)
    assert record.qubits == 4
    assert np.allclose(record.solution["spins"], [0.0, 2.0, 0.0], atol=1e-6)


def test_chance_draws_a_determinant_for_each_level() -> None:
    """Of 16³ triples 4 · 3 · 2 hold two electrons of opposite spin and do not repeat."""
    score = performed("chance").score
    assert score.chance.exact
    assert score.chance.feasible_share == pytest.approx(24 / 4096)
    assert score.gap is not None
    assert score.gap > 0


def test_levels_below_the_exact_ones_are_refused_unless_they_are_differences() -> None:
    dimer = USECASE.instances["demo"]()
    spectrum, reference = USECASE.model(dimer), _reference(dimer)
    exact = levels(spectrum)
    low = tuple(Level(x.energy - 0.01, x.spin_squared, 1.0, 1.0) for x in exact.levels)
    luck = judge.chance(USECASE, dimer, spectrum, reference, 0)

    def scored(value: Levels) -> Any:
        judged = judge.assess(USECASE, dimer, Outcome(value, value.energy, stderr=0.0))
        return judge.score(USECASE, dimer, [judged], reference, luck, None)[0]

    with pytest.raises(VerificationFailed, match="beats the proven optimum"):
        scored(Levels(low))
    assert scored(Differences(low, method="equation of motion")).gap < 0
    stored = performed("qeom").answer.value
    assert isinstance(observed(stored), Differences)
    assert observed(stored).remark == "equation of motion, not variational: no bound"
    assert type(observed(performed("qse").answer.value)) is Levels


def test_an_algorithm_for_ground_states_refuses_a_spectrum() -> None:
    from usecases.convert import translate

    with pytest.raises(UsageError, match="the use case's is a Spectrum"):
        translate(Spectrum(hubbard_dimer(), 2), registry.algorithm("vqe").accepts)
