"""Cluster Jastrow states against ffsim's own, on three machines, and their training."""

from __future__ import annotations

import sys
from typing import Any, get_args

import ffsim
import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from usecases import registry
from usecases.ansatze import uccsd
from usecases.backends.aer import Aer
from usecases.backends.determinants import Determinants
from usecases.backends.ffsim import FFSim, _state
from usecases.errors import BackendUnavailable, MissingExtra, TooLarge
from usecases.executor import Executor
from usecases.jastrow import Amplitudes, Connectivity, _pairs, parameters, ucj
from usecases.kernel.sector import sector_of
from usecases.models import FermionicHamiltonian
from usecases.plan import default_machine
from usecases.programs import (
    Ansatz,
    Excitation,
    FermionicEnergy,
    FermionicGradient,
    FermionicSamples,
    Occupied,
)
from usecases.solvers.coupled_cluster import amplitudes, coupled_cluster
from usecases.solvers.fci import ground_energy

ALL = get_args(Connectivity)


def molecule(name: str) -> FermionicHamiltonian:
    case = registry.usecase("life_science/ground_state")
    model: FermionicHamiltonian = case.model(case.instances[name]())
    return model


def blank(m: int, alpha: int, beta: int) -> FermionicHamiltonian:
    """Electrons without energies: an ansatz depends on their numbers only."""
    return FermionicHamiltonian(
        0.0, np.zeros((m, m)), np.zeros((m, m, m, m)), alpha, beta, alpha - beta + 1
    )


def random_amplitudes(m: int, alpha: int, beta: int, seed: int) -> Amplitudes:
    rng = np.random.default_rng(seed)
    if alpha == beta:
        doubles = ffsim.random.random_t2_amplitudes(m, alpha, seed=rng, dtype=float)
        return Amplitudes(rng.normal(size=(alpha, m - alpha)), doubles)
    singles = tuple(rng.normal(size=(n, m - n)) for n in (alpha, beta))
    opposite = rng.normal(size=(alpha, beta, m - alpha, m - beta))
    return Amplitudes(singles, (alike(m, alpha, rng), opposite, alike(m, beta, rng)))


def alike(m: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Doubles of one spin: antisymmetric."""
    t = rng.normal(size=(n, n, m - n, m - n))
    t = t - t.transpose(1, 0, 2, 3)
    return t - t.transpose(0, 1, 3, 2)


def theirs(
    h: FermionicHamiltonian, connectivity: Connectivity, found: Amplitudes, **fit: Any
) -> np.ndarray:
    """The state by ffsim alone, two layers."""
    kind = ffsim.UCJOpSpinBalanced if h.alpha == h.beta else ffsim.UCJOpSpinUnbalanced
    pairs = _pairs(h, connectivity)
    operator = kind.from_t_amplitudes(
        found.doubles, t1=found.singles, n_reps=2, interaction_pairs=pairs, **fit
    )
    electrons = (h.alpha, h.beta)
    start = ffsim.hartree_fock_state(h.orbitals, electrons)
    return ffsim.apply_unitary(start, operator, norb=h.orbitals, nelec=electrons)


def ours(ansatz: Ansatz, point: np.ndarray) -> np.ndarray:
    """The state among determinants, in ffsim's order."""
    sector = sector_of(ansatz.orbitals, ansatz.reference, ansatz.generators)
    state = sector.state(sector.which(ansatz), ansatz.angles(point))
    electrons = (ansatz.alpha, ansatz.beta)
    found = np.zeros(ffsim.dim(ansatz.orbitals, electrons), dtype=complex)
    places = ffsim.strings_to_addresses(sector.keys.tolist(), ansatz.orbitals, electrons)
    found[places] = state[0] + 1j * state[1]
    return found


@pytest.mark.parametrize("connectivity", ALL)
@pytest.mark.parametrize(("m", "alpha", "beta"), [(4, 2, 2), (5, 2, 2), (5, 3, 1), (4, 2, 1)])
def test_random_amplitudes_give_ffsims_state(
    m: int, alpha: int, beta: int, connectivity: Connectivity
) -> None:
    h, found = blank(m, alpha, beta), random_amplitudes(m, alpha, beta, seed=m)
    ansatz, point = ucj(h, 2, connectivity), parameters(h, 2, connectivity, found)
    expected = theirs(h, connectivity, found)
    assert abs(np.vdot(ours(ansatz, point), expected)) == pytest.approx(1, abs=1e-10)
    collected = _state(ansatz, ansatz.angles(point).tolist())
    assert abs(np.vdot(collected, expected)) == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("connectivity", ALL)
@pytest.mark.parametrize("name", ["h4", "h2o-4e4o"])
def test_coupled_cluster_gives_ffsims_state(name: str, connectivity: Connectivity) -> None:
    h = molecule(name)
    found = amplitudes(h)
    assert found
    ansatz, point = ucj(h, 2, connectivity), parameters(h, 2, connectivity, found)
    expected = theirs(h, connectivity, found)
    assert abs(np.vdot(ours(ansatz, point), expected)) == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize(("m", "alpha", "beta"), [(3, 2, 1), (4, 2, 2)])
def test_the_circuit_prepares_the_state(m: int, alpha: int, beta: int) -> None:
    ansatz = ucj(blank(m, alpha, beta), 1, "square")
    point = np.random.default_rng(m).normal(size=ansatz.size)
    state = Statevector(ansatz.circuit(point.tolist())).data
    sector = sector_of(ansatz.orbitals, ansatz.reference, ansatz.generators)
    rows = sector.state(sector.which(ansatz), ansatz.angles(point))
    overlap = np.vdot(rows[0] + 1j * rows[1], state[sector.keys.astype(int)])
    assert abs(overlap) == pytest.approx(1, abs=1e-10)


def test_only_neighbours_interact() -> None:
    def pairs(connectivity: Connectivity) -> set[tuple[int, ...]]:
        factors = ucj(blank(6, 3, 3), 1, connectivity).factors
        chosen = [f.generator.orbitals for f in factors if isinstance(f.generator, Occupied)]
        return {p for p in chosen if len(p) == 2}

    alike = {(s + p, s + p + 1) for p in range(5) for s in (0, 6)}
    assert pairs("heavy-hex") == alike | {(0, 6), (4, 10)}
    assert pairs("square") == alike | {(p, 6 + p) for p in range(6)}
    assert len(pairs("all")) == 2 * 15 + 36
    moved = [f.generator for f in ucj(blank(6, 3, 3), 1, "all").factors]
    assert all(g.virtual[0] - g.occupied[0] == 1 for g in moved if isinstance(g, Excitation))


def test_fitted_amplitudes_give_ffsims_state() -> None:
    h = molecule("h4")
    found = amplitudes(h)
    assert found
    point = parameters(h, 2, "heavy-hex", found, fitted=20)
    state = ours(ucj(h, 2, "heavy-hex"), point)
    fit = {"optimize": True, "options": {"maxiter": 20}}
    expected = theirs(h, "heavy-hex", found, **fit)
    assert abs(np.vdot(state, expected)) == pytest.approx(1, abs=1e-10)
    assert abs(np.vdot(state, theirs(h, "heavy-hex", found))) < 0.99


def test_amplitudes_are_those_of_coupled_cluster() -> None:
    for name in ("h4", "h2o-4e4o", "lih"):
        h = molecule(name)
        found = amplitudes(h)
        assert found
        o = h.alpha
        repulsion = h.two_body[:o, o:, :o, o:]
        pairs = found.doubles + np.einsum("ia,jb->ijab", found.singles, found.singles)
        correlation = np.einsum("ijab,iajb->", 2 * pairs - pairs.swapaxes(0, 1), repulsion)
        cluster = coupled_cluster(h)
        assert correlation == pytest.approx(cluster.e_corr, abs=1e-6)


def test_there_are_no_amplitudes_without_pairs_to_move() -> None:
    assert amplitudes(blank(3, 1, 0)) is None
    assert amplitudes(blank(2, 2, 2)) is None


def energy(
    machine: Determinants | FFSim, h: FermionicHamiltonian, ansatz: Ansatz, point: np.ndarray
) -> float:
    program = FermionicEnergy(h, ansatz, tuple(point.tolist()))
    return Executor(machine, machine)(program).energy.value


@pytest.mark.parametrize("name", ["h4", "lih", "h2o-4e4o"])
def test_two_machines_agree_on_energies(name: str) -> None:
    h = molecule(name)
    ansatz = ucj(h, 1, "heavy-hex")
    point = np.random.default_rng(1).normal(size=ansatz.size)
    assert energy(FFSim(), h, ansatz, point) == pytest.approx(
        energy(Determinants(), h, ansatz, point), abs=1e-9
    )


def test_gradients_are_slopes_of_ffsims_energies() -> None:
    h = molecule("lih-2e3o")
    ansatz = ucj(h, 1, "square")
    point = np.random.default_rng(2).normal(size=ansatz.size)
    machine = Determinants()
    slope = Executor(machine, machine)(FermionicGradient(h, ansatz, tuple(point.tolist())))
    step = 1e-4
    for k in range(0, ansatz.size, 3):
        moved = np.eye(ansatz.size)[k] * step
        rise = energy(FFSim(), h, ansatz, point + moved) - energy(FFSim(), h, ansatz, point - moved)
        assert slope.gradient[k] == pytest.approx(rise / (2 * step), abs=1e-6)


@pytest.mark.parametrize(
    "machine", [FFSim(), Determinants(), Aer()], ids=lambda m: type(m).__name__
)
def test_shots_follow_the_state(machine: FFSim | Determinants | Aer) -> None:
    ansatz = ucj(blank(3, 2, 1), 1, "heavy-hex")
    point = np.random.default_rng(3).normal(size=ansatz.size)
    p = np.abs(Statevector(ansatz.circuit(point.tolist())).data) ** 2
    shots = 20_000
    program = FermionicSamples(ansatz, tuple(point.tolist()), shots, seed=4)
    counts = Executor(machine, machine)(program)
    held = np.flatnonzero(p > 1e-12)
    found = np.array([counts.get(format(k, "06b"), 0) for k in held])
    assert found.sum() == shots
    chi2 = float(((found - shots * p[held]) ** 2 / (shots * p[held])).sum())
    assert chi2 < 30  # 8 degrees of freedom: exceeded twice in 10 000 fair trials
    assert counts == Executor(machine, machine)(program)
    other = FermionicSamples(ansatz, tuple(point.tolist()), shots, seed=5)
    assert counts != Executor(machine, machine)(other)


def test_doubles_are_refused_in_one_line() -> None:
    h = molecule("h4")
    ansatz = uccsd(h)
    program = FermionicSamples(ansatz, (0.1,) * ansatz.size, 10, 0)
    with pytest.raises(BackendUnavailable, match=r"orbital rotations and phases.*-b determinants"):
        Executor(FFSim(), None)(program)


def test_what_memory_cannot_hold_is_refused() -> None:
    ansatz = ucj(blank(24, 12, 12), 1, "heavy-hex")
    with pytest.raises(TooLarge, match=r"7312459672336 determinants and has memory for \d+ here"):
        Executor(FFSim(), None)(FermionicSamples(ansatz, (0.0,) * ansatz.size, 10, 0))


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ansatz = ucj(blank(2, 1, 1), 1, "square")
    monkeypatch.setitem(sys.modules, "ffsim", None)
    with pytest.raises(MissingExtra, match=r"ffsim.*\[chemistry\]"):
        Executor(FFSim(), None)(FermionicSamples(ansatz, (0.0,) * ansatz.size, 10, 0))


def test_who_only_samples_electrons_gets_ffsim() -> None:
    assert default_machine((FermionicSamples,)) == "ffsim"
    assert default_machine((FermionicGradient, FermionicEnergy)) == "determinants"


def test_training_lowers_what_coupled_cluster_suggests() -> None:
    h = molecule("h4")
    exact = ground_energy(h)
    machine = Determinants()
    found = []
    for settings in ({"iterations": 0}, {"starts": 1}, {}):
        solver = registry.algorithm("lucj", {"layers": 2, "connectivity": "all"} | settings)
        (outcome,) = solver.solve(h, Executor(machine, machine), np.random.default_rng(0))
        found.append(outcome.energy)
    assert exact < found[1] < found[0]
    assert exact < found[2] <= found[1]
    assert found[2] - exact < 1.6e-3


def test_training_without_coupled_cluster_starts_at_the_reference() -> None:
    h = FermionicHamiltonian(0.0, np.diag([0.0, 1.0]) + 0.2, np.zeros((2,) * 4), 1, 0, 2)
    machine = Determinants()
    solver = registry.algorithm("lucj", {})
    (outcome,) = solver.solve(h, Executor(machine, machine), np.random.default_rng(0))
    assert outcome.energy == pytest.approx(np.linalg.eigvalsh(h.one_body)[0], abs=1e-8)
