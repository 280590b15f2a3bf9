"""The classical rivals of quantum chemistry, against PySCF from the atoms and dense algebra."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from life_science.ground_state import (
    INSTANCES,
    example,
    line,
    mean_field_energy,
    model,
    nitrogen,
    usecase,
)
from life_science.ground_state.integrals import bundled, has_pyscf, instance_key
from life_science.ground_state.integrals import mean_field as from_atoms
from life_science.ground_state.molecule import Molecule
from life_science.ground_state.reference import recomputed
from tests.helpers import ROOT
from tests.test_fermions import random_hamiltonian
from usecases import registry, run
from usecases.contracts import Energy, MatrixProduct, NonVariational, Outcome, Subspace, observed
from usecases.errors import Infeasible, TooLarge, Unsolvable, VerificationFailed
from usecases.judge import assess, score
from usecases.models import FermionicHamiltonian, Floats
from usecases.records import Reference, RunRecord
from usecases.rows import answer
from usecases.solvers.fci import ground_energy
from usecases.solvers.selected import ground_state, spin_squared
from usecases.verify import verify

needs_pyscf = pytest.mark.skipif(not has_pyscf(), reason="PySCF is not installed")
CASE = "life_science/ground_state"


def solved(algorithm: str, molecule: Molecule, **parameters: Any) -> Outcome[Any]:
    """The one outcome of a classical algorithm."""

    class Nobody:
        def improved(self, energy: float) -> None:
            pass

    solver = registry.algorithm(algorithm, parameters)
    (found,) = solver.solve(model(molecule), Nobody(), np.random.default_rng(0))  # type: ignore[arg-type]
    return found


MOLECULES = {
    "h4": INSTANCES["h4"],
    "lih": INSTANCES["lih"],
    "h2o": INSTANCES["h2o"],
    "n2": INSTANCES["n2"],
    "n2 at 2.0": INSTANCES["n2-2.0"],
    "three atoms": lambda: example(3, 0),
    "one electron": lambda: line(("H", 0.0), ("H", 1.0), charge=1, multiplicity=2),
    "no empty orbital": lambda: line(("He", 0.0)),
    "no beta electron": lambda: line(("H", 0.0), ("H", 1.0), multiplicity=3),
    "alpha shell full": lambda: line(("N", 0.0), multiplicity=4),
    "triplet": lambda: line(("O", 0.0), ("O", 1.2), multiplicity=3),
    "anion": lambda: line(("O", 0.0), ("H", 0.97), charge=-1, basis="3-21g"),
}


@needs_pyscf
@pytest.mark.parametrize("name", MOLECULES)
def test_hartree_fock_and_coupled_cluster_are_those_of_pyscf_from_the_atoms(name: str) -> None:
    from pyscf import cc

    molecule = MOLECULES[name]()
    field = from_atoms(molecule)
    assert solved("hartree_fock", molecule).energy == pytest.approx(field.e_tot, abs=1e-7)
    cluster = cc.CCSD(field)
    cluster.max_cycle = 300
    cluster.kernel()
    assert solved("ccsd", molecule).energy == pytest.approx(cluster.e_tot, abs=2e-6)
    h = model(molecule)
    if min(h.orbitals - molecule.alpha, molecule.beta) > 0:  # where PySCF divides by neither
        whole = cluster.e_tot + cluster.ccsd_t()
        assert solved("ccsd_t", molecule).energy == pytest.approx(whole, abs=2e-6)
    else:
        assert solved("ccsd_t", molecule).energy == solved("ccsd", molecule).energy


@needs_pyscf
def test_two_electrons_are_exact_in_coupled_cluster() -> None:
    for name in ("demo", "h2-2.5", "lih-2e3o"):
        molecule = INSTANCES[name]()
        for algorithm in ("ccsd", "ccsd_t"):
            assert solved(algorithm, molecule).energy == pytest.approx(
                bundled()[instance_key(molecule)].energy, abs=1e-7
            )


@needs_pyscf
def test_hartree_fock_turns_orbitals_that_are_not_its_own() -> None:
    """From natural orbitals the determinant alone is above; a rotated basis changes nothing."""
    natural = INSTANCES["n2-6e6o-natural"]()
    assert solved("hartree_fock", natural).energy <= mean_field_energy(natural) + 1e-9
    h = model(INSTANCES["h4"]())
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
    turned = FermionicHamiltonian(
        h.constant,
        turn.T @ h.one_body @ turn,
        np.einsum("pqrs,pi,qj,rk,sl->ijkl", h.two_body, *[turn] * 4, optimize=True),
        *(h.alpha, h.beta, h.multiplicity),
    )
    from usecases.solvers.mean_field import mean_field

    assert mean_field(turned).e_tot == pytest.approx(mean_field(h).e_tot, abs=1e-8)


def test_no_state_has_more_unpaired_electrons_than_electrons() -> None:
    h = model(INSTANCES["demo"]())
    wrong = FermionicHamiltonian(h.constant, h.one_body, h.two_body, 1, 1, 5)
    for solve in (ground_energy, lambda m: ground_state(m, 5)):
        with pytest.raises(Infeasible):
            solve(wrong)


@needs_pyscf
def test_triples_that_pyscf_cannot_have_are_refused() -> None:
    """Nine electrons of one spin in nine orbitals, and enough of the other for triples."""
    heavy = line(("P", 0.0), multiplicity=4)
    with pytest.raises(Unsolvable, match="larger basis"):
        solved("ccsd_t", heavy)


# -- selected configuration interaction --------------------------------------------------------


@cache
def dense(name: str) -> tuple[Floats, dict[int, int]]:
    """The whole Hamiltonian among determinants by PySCF, and the row of each key."""
    from pyscf import ao2mo, fci

    h = model(INSTANCES[name]())
    m, electrons = h.orbitals, (h.alpha, h.beta)
    up, down = (fci.cistring.make_strings(range(m), n) for n in electrons)
    eri = fci.direct_spin1.absorb_h1e(
        h.one_body, ao2mo.restore(4, h.two_body, m), m, electrons, 0.5
    )
    size = len(up) * len(down)
    rows = [
        fci.direct_spin1.contract_2e(eri, unit.reshape(len(up), -1), m, electrons).reshape(-1)
        for unit in np.eye(size)
    ]
    place = {int(a) | int(b) << m: i * len(down) + j
             for i, a in enumerate(up) for j, b in enumerate(down)}  # fmt: skip
    return np.array(rows) + h.constant * np.eye(size), place


@needs_pyscf
@pytest.mark.parametrize(("name", "most"), [("h4", 1), ("h4", 8), ("lih", 30), ("h2o-4e4o", 10)])
def test_energy_and_correction_are_those_of_dense_algebra(name: str, most: int) -> None:
    """Eigenvalues and squared couplings do not depend on the signs of determinants."""
    matrix, place = dense(name)
    found = ground_state(model(INSTANCES[name]()), most)
    inside = np.array([place[int(key)] for key in found.keys])
    assert len(inside) == len(set(inside.tolist())) == most
    values, vectors = np.linalg.eigh(matrix[np.ix_(inside, inside)])
    assert found.energy == pytest.approx(values[0], abs=1e-9)
    outside = np.setdiff1d(np.arange(len(matrix)), inside)
    couple = matrix[np.ix_(outside, inside)] @ vectors[:, 0]
    parts = couple**2 / (values[0] - matrix[outside, outside])
    assert found.correction == pytest.approx(parts.sum(), abs=1e-9)


@needs_pyscf
@pytest.mark.parametrize("name", ["demo", "h4", "lih", "n2-6e6o", "beh2-core", "h2o-4e4o"])
def test_all_determinants_give_the_exact_energy(name: str) -> None:
    molecule = INSTANCES[name]()
    found = ground_state(model(molecule), 200_000)
    assert found.energy == pytest.approx(bundled()[instance_key(molecule)].energy, abs=1e-8)
    assert found.correction == pytest.approx(0.0, abs=1e-8)


def test_more_determinants_never_raise_the_energy_and_it_bounds_the_exact_one() -> None:
    for name in ("h6", "n2-6e6o"):
        h = model(INSTANCES[name]())
        exact = bundled()[instance_key(INSTANCES[name]())].energy
        sizes = (1, 3, 10, 30, 60)
        found = [ground_state(h, most) for most in sizes]
        energies = [f.energy for f in found]
        assert [len(f.keys) for f in found] == list(sizes)
        assert energies == sorted(energies, reverse=True)
        assert energies[-1] > exact - 1e-10
        # What second order adds brings each nearer, and is no part of the energy.
        for f in found[2:]:
            assert f.correction is not None
            assert abs(f.energy + f.correction - exact) < 0.5 * (f.energy - exact)


@needs_pyscf
def test_open_shells_have_the_spin_that_was_asked_for() -> None:
    for molecule in (example(3, 0), line(("O", 0.0), ("H", 0.97), multiplicity=2)):
        h = model(molecule)
        found = ground_state(h, 100_000)
        assert found.energy == pytest.approx(ground_energy(h), abs=1e-8)
        s = (h.multiplicity - 1) / 2
        assert spin_squared(h.orbitals, found.keys, found.state, s) == pytest.approx(
            s * (s + 1), abs=1e-6
        )


def test_another_spin_below_is_lifted() -> None:
    """Two orbitals whose exchange is so strong that the triplet lies below every singlet.

    The hopping leads from the closed shell to the open ones, of which the triplet is made too.
    """
    two_body = np.zeros((2, 2, 2, 2))
    two_body[0, 0, 0, 0] = two_body[1, 1, 1, 1] = 3.0
    two_body[0, 0, 1, 1] = two_body[1, 1, 0, 0] = 0.1
    for p, q, r, s in ((0, 1, 0, 1), (0, 1, 1, 0), (1, 0, 0, 1), (1, 0, 1, 0)):
        two_body[p, q, r, s] = 1.0
    h = FermionicHamiltonian(0.0, np.array([[-1, 0.3], [0.3, -1]]), two_body, 1, 1, 1)
    triplet = replace(h, multiplicity=3)
    assert ground_state(triplet, 4).energy == pytest.approx(-2.0 + 0.1 - 1.0)
    found = ground_state(h, 4)
    assert found.energy == pytest.approx(ground_energy(h), abs=1e-9)
    assert found.energy > ground_energy(triplet) + 1.0
    assert spin_squared(2, found.keys, found.state, 0.0) == pytest.approx(0.0, abs=1e-9)


@needs_pyscf
@pytest.mark.parametrize("length", [2.5, 4.0])
def test_broken_bonds_keep_their_spin_and_their_bound(length: float) -> None:
    """Septet and singlet nearly coincide there, and few determinants make a septet first."""
    molecule = nitrogen(length, active="6e,6o")
    h = model(molecule)
    exact = recomputed(molecule).value
    assert ground_energy(h) == pytest.approx(exact, abs=1e-8)
    for most in (10, 40, 400):
        found = ground_state(h, most)
        assert found.energy > exact - 1e-9
        assert spin_squared(h.orbitals, found.keys, found.state, 0.0) < 1.0
    assert found.energy == pytest.approx(exact, abs=1e-8)
    # A single determinant is no start for perturbation theory here, which is not pretended.
    assert ground_state(h, 1).correction is None


@needs_pyscf
@pytest.mark.parametrize("length", [2.0, 3.0])
def test_coupled_cluster_is_damped_where_its_extrapolation_diverges(length: float) -> None:
    """The amplitudes solve the equations: one more plain step from them leads nowhere else."""
    from usecases.solvers.coupled_cluster import coupled_cluster

    cluster = coupled_cluster(model(nitrogen(length, active="6e,6o")))
    t1, t2 = cluster.update_amps(cluster.t1, cluster.t2, cluster.ao2mo())
    assert np.abs(t2 - cluster.t2).max() < 1e-6
    assert np.abs(t1 - cluster.t1).max() < 1e-6


def test_spin_of_two_open_shells() -> None:
    keys = np.array([0b0110, 0b1001], dtype=np.uint64)
    squares = [spin_squared(2, keys, np.array([1.0, sign]) / 2**0.5, 0.0) for sign in (1, -1)]
    assert sorted(squares) == pytest.approx([0.0, 2.0])


def test_thirty_three_orbitals_do_not_fit_into_a_determinant() -> None:
    h = FermionicHamiltonian(0.0, np.zeros((33, 33)), np.zeros((33,) * 4, dtype=np.int8), 1, 1)
    with pytest.raises(TooLarge, match="32"):
        ground_state(h, 10)


# -- how they are scored -----------------------------------------------------------------------


@needs_pyscf
def test_coupled_cluster_below_the_exact_energy_is_recorded_and_named() -> None:
    record = run(CASE, "n2-2.0", "ccsd_t")
    assert record.score.objective == pytest.approx(-107.563610, abs=1e-6)
    assert record.score.reference.value == pytest.approx(-107.455156, abs=1e-6)
    assert record.score.reference.kind == "optimal"
    assert record.score.gap is not None and record.score.gap < -1e-3
    assert record.score.within_tolerance is False
    assert record.answer.bound is None
    assert record.answer.value["method"] == "CCSD(T)"
    assert "CCSD(T), not variational: no bound; below the exact energy" in answer(record)
    assert any("every score" in line_ for line_ in verify(record))


@needs_pyscf
def test_the_words_say_below_only_where_it_is() -> None:
    above = answer(run(CASE, "h4", "ccsd"))
    assert "no bound" in above
    assert ("below" in above) is (
        solved("ccsd", INSTANCES["h4"]()).energy < bundled()[instance_key(INSTANCES["h4"]())].energy
    )
    assert "no bound" not in answer(run(CASE, "h4", "hartree_fock"))


def test_selected_energies_name_their_determinants_and_what_second_order_adds() -> None:
    record = run(CASE, "h6", "selected_ci", parameters={"determinants": 25})
    assert record.answer.value["determinants"] == 25
    assert "25 determinants; second order would add -0.0" in answer(record)
    assert record.score.objective == record.answer.value["energy"]
    assert record.score.gap is not None and record.score.gap > 0
    verify(record)


def scored(value: Energy, stderr: float = 0.0) -> Any:
    molecule = INSTANCES["demo"]()
    exact = Reference(value=-1.1373060358, kind="optimal", method="FCI")
    outcome = Outcome(value, value.energy, stderr=stderr)
    luck = run(CASE, "demo", "exact").score.chance
    assert luck is not None
    return score(usecase, molecule, [assess(usecase, molecule, outcome)], exact, luck, None)[0]


def test_a_state_below_the_exact_energy_still_fails() -> None:
    low = -1.15
    for value in (Energy(low, 1, 1), Subspace(low, 1, 1, determinants=2, correction=-0.1)):
        with pytest.raises(VerificationFailed, match="beats the proven optimum"):
            scored(value)
    assert scored(NonVariational(low, 1, 1, method="CCSD")).gap < 0
    assert scored(Energy(low, 1, 1, stderr=0.01), stderr=0.01).gap < 0
    # Wrong electrons are wrong whatever the method is.
    assert not scored(NonVariational(low, 1, 0, method="CCSD")).feasible


@pytest.mark.parametrize(("electrons", "multiplicity"), [((2, 2), 1), ((2, 1), 2)])
def test_dmrg_is_exact_where_nothing_is_cut_off(
    electrons: tuple[int, int], multiplicity: int
) -> None:
    """A random Hamiltonian has no symmetry to lean on."""
    from usecases.solvers.matrix_product import ground_state as chain

    h = random_hamiltonian(3, *electrons, 7, multiplicity)
    found = chain(h, 16, 20)
    assert found.energy == pytest.approx(ground_energy(h), abs=1e-7)
    assert found.discarded < 1e-12


def test_dmrg_cut_off_lies_above_the_exact_energy() -> None:
    found = solved("dmrg", INSTANCES["h4"](), bond=2)
    assert found.energy > ground_energy(model(INSTANCES["h4"]())) + 1e-4
    assert (found.value.bond, found.value.alpha, found.value.beta) == (2, 2, 2)
    assert found.value.discarded > 1e-6


def test_what_a_machine_observes_cannot_be_declared_boundless() -> None:
    """Neither by a forged record nor by an algorithm that asks a machine."""
    record = run(CASE, "demo", "vqe", parameters={"iterations": 5})
    value = record.answer.value | {"method": "CCSD"}
    forged = record.model_copy(update={"answer": record.answer.model_copy(update={"value": value})})
    with pytest.raises(VerificationFailed, match="must be a bound"):
        verify(forged.sealed())

    from usecases.algorithms.vqe import VQE
    from usecases.testing import check_algorithm

    class Boundless(VQE):
        def solve(self, model: Any, execute: Any, rng: np.random.Generator) -> list[Outcome[Any]]:
            (found,) = super().solve(model, execute, rng)
            kept = {k: getattr(found.value, k) for k in ("energy", "alpha", "beta", "stderr")}
            return [replace(found, value=NonVariational(**kept, method="VQE"))]

    assert any("must be a bound" in found for found in check_algorithm(Boundless()))


def test_observed_values_survive_storage() -> None:
    from pydantic_core import to_jsonable_python

    for value in (
        Energy(-1.0, 1, 1, 0.1),
        NonVariational(-1.0, 1, 1, method="CCSD"),
        Subspace(-1.0, 1, 1, determinants=7),
        MatrixProduct(-1.0, 1, 1, bond=7, discarded=1e-9),
        {"x0": 1},
        "text",
    ):
        assert observed(json.loads(json.dumps(to_jsonable_python(value)))) == value


@pytest.mark.parametrize("algorithm", ["hartree_fock", "ccsd", "ccsd_t"])
def test_without_pyscf_the_extra_is_named(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import util

    from usecases.errors import MissingExtra

    find = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda n, *a: None if n == "pyscf" else find(n, *a))
    with pytest.raises(MissingExtra, match="life_science"):
        solved(algorithm, INSTANCES["demo"]())


def test_records_of_before_are_read() -> None:
    """Nothing was added to the record itself, so that stored digests stay what they were."""
    file = ROOT / "docs" / "runs" / "life_science" / "ground_state.json"
    for kept in json.loads(file.read_text(encoding="utf-8")):
        record = RunRecord.model_validate(kept)
        assert record.digest == record.content_hash()
        assert isinstance(observed(record.answer.value), Energy)
