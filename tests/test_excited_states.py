"""Excited states of molecules: exact roots, files, what answers are told, and stored values."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import linalg

from life_science import ground_state
from life_science.excited_states import (
    INSTANCES,
    PUBLISHED,
    errors,
    exact_lines,
    example,
    found_lines,
    interpret,
    model,
    objective,
    reference,
    usecase,
    violations,
)
from life_science.excited_states.figure import Line, draw_along
from life_science.excited_states.formats import (
    parse_fcidump,
    parse_xyz,
    write_fcidump,
    write_xyz,
)
from life_science.excited_states.question import HARTREE, Excitations
from life_science.excited_states.reading import SpectrumLines, term
from life_science.excited_states.roots import recomputed, roots
from life_science.excited_states.stored import bundled, instance_key, with_integrals
from life_science.ground_state.integrals import computed, has_pyscf
from tests.helpers import record
from usecases import run
from usecases.contracts import Differences, Level, Levels
from usecases.errors import BadInstance, Infeasible, TooLarge, VerificationFailed
from usecases.fermions import jordan_wigner
from usecases.instances import load
from usecases.models import qubits
from usecases.solvers.spectrum import levels
from usecases.testing import check_usecase

needs_pyscf = pytest.mark.skipif(not has_pyscf(), reason="PySCF is not installed")

# Excitation energies in eV, by PySCF 2.14.0 from the atoms.
PROVEN = [
    ("demo", -0.6082249156, 4, [16.67216, 26.51893], "sts"),
    ("workshop", -0.5787647892, 8, [10.74190, 15.30899, 23.39853, 28.49865], "ststs"),
    ("h4", -1.8673241777, 8, [6.33019, 12.16059, 14.06093], "stts"),
    ("lih", -7.7464069418, 12, [3.15607, 3.62417, 4.51567, 4.51567, 5.04635, 5.04635], "ststtss"),
    ("n2-2.0", -107.4165578218, 12, [0.18604, 0.56851, 1.47307], "stq7"),
    ("h2o", -74.6406172083, 14, [10.82325, 12.44812, 13.64246, 13.70239], "ststt"),
]
WORDS = {
    "s": "singlet",
    "d": "doublet",
    "t": "triplet",
    "Q": "quartet",
    "q": "quintet",
    "7": "septet",
}


@pytest.mark.parametrize(("name", "mean", "size", "above", "spins"), PROVEN)
def test_proven_values(name: str, mean: float, size: int, above: list[float], spins: str) -> None:
    found = run("life_science/excited_states", name, "exact")
    score = found.score
    assert score.objective == pytest.approx(mean, abs=1e-8)
    assert score.gap == 0 and score.feasible and score.within_tolerance
    assert score.reference.kind == "optimal" and "PySCF" in score.reference.method
    assert found.qubits == size
    states = SpectrumLines.model_validate(found.solution).states
    assert [s.excitation for s in states[1:]] == pytest.approx(above, abs=2e-5)
    assert [s.term for s in states] == [WORDS[c] for c in spins]


def test_published_excitations_of_hydrogen() -> None:
    """SlowQuant's triplet in STO-3G, where two orbitals are all, and its singlets in 6-31G."""
    small = Excitations(molecule=ground_state.hydrogen(0.74), states=3)
    assert exact_lines(small)[1].excitation / HARTREE == pytest.approx(0.606510, abs=1e-6)
    lines = exact_lines(INSTANCES["workshop"]())
    exact = [line.excitation for line in lines if line.term == "singlet"][1:]
    for found, value in zip(exact, PUBLISHED, strict=True):
        assert abs(found - value * HARTREE) < 0.4  # two of four orbitals


def test_the_command_proves_the_demo() -> None:
    score = record("life_science/excited_states", "-i", "demo", "-a", "exact")["score"]
    assert (score["gap"], score["unit"], score["feasible"]) == (0, "hartree", True)


def test_contract() -> None:
    assert check_usecase(usecase) == []


@needs_pyscf
@pytest.mark.parametrize("name", [n for n in INSTANCES if n != "frontier"])
def test_stored_states_are_what_pyscf_computes(name: str) -> None:
    asked = INSTANCES[name]()
    entry = bundled()[instance_key(asked)]
    fresh = recomputed(asked)
    for one, other in zip(entry.roots.levels, fresh.levels, strict=True):
        assert one.energy == pytest.approx(other.energy, abs=2e-8)
        assert one.spin_squared == pytest.approx(other.spin_squared, abs=1e-4)
    strengths = [sum(x.strength or 0.0 for x in r.levels) for r in (entry.roots, fresh)]
    assert strengths[0] == pytest.approx(strengths[1], abs=1e-5)
    if entry.integrals:
        again = computed(asked.molecule)
        assert again.one_body == pytest.approx(entry.integrals.one_body, abs=1e-7)
        assert again.constant == pytest.approx(entry.integrals.constant, abs=1e-9)


def test_the_frontier_is_stored_and_large() -> None:
    asked = INSTANCES["frontier"]()
    assert qubits(model(asked)) == 38
    entry = bundled()[instance_key(asked)]
    assert entry.determinants == 29241
    found = reference(asked)
    assert found.method.endswith("(stored)")
    assert found.value == pytest.approx(entry.roots.mean)


@needs_pyscf
@pytest.mark.parametrize(("size", "seed"), [(1, 0), (2, 3), (3, 1), (4, 2), (5, 0)])
def test_random_chains_agree_with_dense_algebra(size: int, seed: int) -> None:
    """The whole matrix on all qubits, cut down to the molecule's electrons."""
    asked = example(size, seed)
    h = model(asked).hamiltonian
    matrix = jordan_wigner(h).to_matrix(sparse=True).tocsr().real
    strings = np.arange(4**size)
    alpha, beta = (np.array([(k >> s & (2**size - 1)).bit_count() for k in strings.tolist()])
                   for s in (0, size))  # fmt: skip
    mine = np.flatnonzero((alpha == h.alpha) & (beta == h.beta))
    energies = linalg.eigvalsh(matrix[mine][:, mine].toarray())[: asked.states]
    exact = roots(asked)
    assert [x.energy for x in exact.levels] == pytest.approx(energies.tolist(), abs=1e-8)
    own = levels(model(asked)).levels
    assert [x.spin_squared for x in exact.levels] == pytest.approx(
        [x.spin_squared for x in own], abs=1e-5
    )


@needs_pyscf
@pytest.mark.parametrize(
    ("symbols", "settings", "terms"),
    [
        ("H", "multiplicity=2 basis=6-31g states=2", "dd"),
        ("HH", "multiplicity=3 basis=6-31g states=3", "ttt"),
        ("HHH", "multiplicity=2 states=4", "ddQd"),
        ("OO", "active=avas:O_2p states=4", "tsss"),
    ],
)
def test_open_shells_and_active_spaces(symbols: str, settings: str, terms: str) -> None:
    rows = [f"{symbol} 0 0 {1.2 * k}" for k, symbol in enumerate(symbols)]
    asked = parse_xyz("\n".join([str(len(rows)), settings, *rows]))
    molecule = asked.molecule
    own = levels(model(asked))
    exact = roots(asked)
    assert [x.energy for x in exact.levels] == pytest.approx(
        [x.energy for x in own.levels], abs=1e-7
    )
    found = [term(molecule, x.spin_squared) for x in exact.levels]
    assert sorted(found) == sorted(WORDS[c] for c in terms)
    assert violations(asked, interpret(asked, own)) == []


@needs_pyscf
def test_oscillator_strengths_obey_the_sum_rule() -> None:
    """Σ f = number of electrons in a complete basis; in any one, no strength is negative.

    H2 in STO-3G by hand: f = ⅔ ΔE |√2 ⟨g|z|u⟩ c|², of which PySCF knows nothing.
    """
    asked = Excitations(molecule=ground_state.hydrogen(0.735), states=4)
    exact = roots(asked)
    (bright,) = [x for x in exact.levels if (x.strength or 0) > 1e-6]
    from pyscf import gto, scf

    mol = gto.M(atom="H 0 0 0; H 0 0 0.735", basis="sto-3g", verbose=0)
    field = scf.RHF(mol).run()
    g, u = field.mo_coeff.T
    moment = float(g @ mol.intor("int1e_r")[2] @ u)
    # The ground state is c1 |gg⟩ + c2 |uu⟩; both move to the singlet gu, with equal signs.
    ground = ground_state.model(ground_state.hydrogen(0.735))
    h, v = ground.one_body, ground.two_body
    pair = np.array([[2 * h[0, 0] + v[0, 0, 0, 0], v[0, 1, 0, 1]],
                     [v[0, 1, 0, 1], 2 * h[1, 1] + v[1, 1, 1, 1]]])  # fmt: skip
    c = np.linalg.eigh(pair)[1][:, 0]
    gap = bright.energy - exact.levels[0].energy
    wanted = 2 / 3 * gap * 2 * moment**2 * (c[0] + c[1]) ** 2
    assert bright.strength == pytest.approx(wanted, rel=1e-6)
    assert all((x.strength or 0.0) >= 0 for x in exact.levels)


@needs_pyscf
def test_files_with_a_number_of_states() -> None:
    text = "2\nhydrogen basis=6-31g states=5\nH 0 0 0\nH 0 0 0.74\n"
    asked = parse_xyz(text)
    assert asked == INSTANCES["workshop"]()
    assert parse_xyz(write_xyz(asked)) == asked
    assert parse_xyz(text.replace(" states=5", "")).states == 4
    dump = write_fcidump(asked)
    assert "NROOT=5," in dump
    again = parse_fcidump(dump)
    assert again.states == 5 and model(again) == model(asked)
    assert all(root.strength is None for root in roots(again).levels)
    assert reference(again).value == pytest.approx(reference(asked).value, abs=1e-9)
    assert parse_fcidump(dump.replace("NROOT=5,", "")).states == 4
    plain = Excitations.model_validate_json(json.dumps(asked.model_dump(mode="json")))
    assert plain == asked


@pytest.mark.parametrize(
    ("parse", "old", "new", "message"),
    [
        (parse_xyz, "states=5", "states=many", r"line 2.*'many', not a whole number"),
        (parse_xyz, "states=5", "states=5 states=6", r"line 2.*a second time"),
        (parse_xyz, "states=5", "states=", r"line 2.*not a whole number"),
        (parse_xyz, "states=5", "stats=5", r"line 2.*unknown key 'stats'"),
        (parse_fcidump, "NROOT=5", "NROOT=x", r"line 4.*NROOT is 'x', not a whole number"),
        (parse_fcidump, "NROOT=5", "NROOT=5,NROOT=6", r"NROOT is given a second time"),
    ],
)
def test_bad_files_are_told_the_line(parse: Any, old: str, new: str, message: str) -> None:
    good = (write_xyz if parse is parse_xyz else write_fcidump)(INSTANCES["workshop"]())
    with pytest.raises(BadInstance, match=message):
        parse(good.replace(old, new))


@pytest.mark.parametrize("states", [0, 21, -1])
def test_impossible_numbers_of_states(states: int) -> None:
    with pytest.raises(ValidationError, match="states"):
        Excitations(molecule=ground_state.hydrogen(0.7), states=states)


def test_a_bad_file_is_one_line(tmp_path: Any) -> None:
    path = tmp_path / "many.xyz"
    path.write_text("2\nstates=99\nH 0 0 0\nH 0 0 1\n")
    with pytest.raises(BadInstance, match="states") as caught:
        load(usecase, str(path))
    assert "\n" not in str(caught.value)


def test_more_states_than_there_are_and_too_many_determinants() -> None:
    few = Excitations(molecule=ground_state.hydrogen(0.7), states=5)
    with pytest.raises(Infeasible, match="have 4"):
        model(few)
    if has_pyscf():
        with pytest.raises(Infeasible, match="have 4"):
            roots(few)
        large = ground_state.INSTANCES["frontier"]()
        with pytest.raises(TooLarge, match="19079424 determinants"):
            roots(Excitations(molecule=large, states=2))


def level(energy: float, spin: float = 0.0, alpha: float = 1.0) -> Level:
    return Level(energy, spin, alpha, 1.0)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([level(-1.1), level(-0.5, 2.0)], "2 states were found and 3 asked for"),
        ([level(-1.1), level(-0.5, 1.3), level(-0.1)], "state 2 is a mix of spins: <S²> = 1.3"),
        ([level(-1.1), level(-0.5, 2.0), level(-0.1, 0.0, 0.0)], "state 3 holds 0 alpha electrons"),
        ([level(-1.1), level(-1.2), level(-0.1)], "state 2 lies 0.100000 hartree below state 1"),
        ([level(-9.0), level(-1.2), level(-0.1)], "state 1 has -9.000000 hartree, less than"),
    ],
)
def test_what_no_spectrum_can_have(found: list[Level], message: str) -> None:
    demo = INSTANCES["demo"]()
    told = violations(demo, interpret(demo, Levels(tuple(found))))
    assert len(told) == 1 and message in told[0]


def test_numbers_that_are_not_finite_are_refused() -> None:
    demo = INSTANCES["demo"]()
    for bad in (level(math.nan), level(0.0, math.inf), Level(0.0, 0.0, 1.0, 1.0, math.nan)):
        with pytest.raises(VerificationFailed, match="not finite"):
            interpret(demo, Levels((bad,)))


def test_levels_read_back() -> None:
    demo = INSTANCES["demo"]()
    told = interpret(
        demo, Differences((level(-1.0), level(-0.5, 2.0), level(-0.3)), method="motion")
    )
    assert [s.term for s in told.states] == ["singlet", "triplet", "singlet"]
    assert told.states[1].excitation == pytest.approx(0.5 * HARTREE)
    assert told.remark == "motion, not variational: no bound"
    assert objective(demo, told) == pytest.approx(-0.6)
    assert term(demo.molecule, 6.0) == "mixed"  # two electrons have no quintet
    assert errors(demo, told)[0] == pytest.approx((1.1373060357 - 1.0) * HARTREE)


@pytest.mark.parametrize("algorithm", ["qeom", "qse", "ssvqe"])
def test_two_electrons_are_exact_on_a_machine(algorithm: str) -> None:
    found = run("life_science/excited_states", "demo", algorithm)
    assert found.score.within_tolerance and found.score.feasible
    told = SpectrumLines.model_validate(found.solution)
    assert np.abs(errors(INSTANCES["demo"](), told)).max() < 1e-4


def test_the_mean_hides_what_a_double_excitation_misses() -> None:
    """The page's claim: the chain's fourth state is where the operators of qeom and qse end."""
    asked = INSTANCES["h4"]()
    qse = run("life_science/excited_states", "h4", "qse")
    missed = errors(asked, SpectrumLines.model_validate(qse.solution))
    assert not qse.score.within_tolerance
    assert max(missed[:3]) < 0.043
    assert missed[3] > 0.3
    assert min(missed) > 0


@pytest.mark.parametrize("name", ["demo", "lih", "n2-2.0"])
def test_the_picture(name: str) -> None:
    asked = INSTANCES[name]()
    figure = usecase.plot(asked, interpret(asked, levels(model(asked))))  # type: ignore[misc]
    left, right = figure.axes
    assert "eV" in left.get_ylabel() and "eV" in right.get_ylabel()
    assert len(right.get_xticks()) == asked.states
    words = {text.get_text() for text in left.get_legend().get_texts()}
    assert words == {line.term for line in exact_lines(asked)}


def test_levels_along_a_bond() -> None:
    rows = [[Line(0.0, "singlet"), Line(1.0, "triplet")], [Line(0.0, "singlet")]]
    (axes,) = draw_along([1.0, 2.0], rows, rows).axes
    assert axes.get_xlabel() == "bond length (Å)"
    assert len(found_lines(SpectrumLines(states=()))) == 0


def test_stored_integrals_stand_for_the_molecule() -> None:
    asked = INSTANCES["workshop"]()
    swapped = with_integrals(asked.molecule)
    assert swapped.integrals is not None and swapped.electrons == 2
    plain = ground_state.hydrogen(0.8)
    assert with_integrals(plain) is plain
