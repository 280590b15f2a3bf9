"""What the pages of the life sciences say of stored runs and of what they compute beside them."""

from __future__ import annotations

import json
from itertools import combinations, product

import networkx as nx
import numpy as np
import pytest

from life_science.excited_states import INSTANCES as SPECTRA
from life_science.excited_states import SpectrumLines, errors, exact_lines
from life_science.ground_state import mean_field_energy
from life_science.protein_folding import Peptide, conformations
from life_science.protein_folding.lattice import touching
from life_science.rna_folding import (
    INSTANCES,
    MEASURED,
    STRANDS,
    Recursion,
    Strand,
    Structure,
    dot_bracket,
    nearest,
    seqfold,
)
from life_science.rna_folding.nearest import _branches, _loop
from tests.helpers import ROOT
from tests.stored import feasible, lift, one, optimal, runs
from usecases import registry
from usecases.curves import Curve
from usecases.page import curve_file

ACCURACY = 0.0435
"""Chemical accuracy, 1.6 millihartree in eV."""


def cliques(graph: nx.Graph, size: int) -> int:
    return sum(1 for found in nx.enumerate_all_cliques(graph) if len(found) == size)


def test_docking() -> None:
    name = "life_science/docking"
    case = registry.usecase(name)
    demo, workshop = case.instances["demo"](), case.instances["workshop"]()
    assert cliques(nx.from_numpy_array(demo.adjacency.astype(int)), 8) == 9
    assert cliques(nx.from_numpy_array(workshop.adjacency.astype(int)), 8) == 19
    assert round(2**24 / 19, -4) == 880_000
    assert sum(1 for _ in combinations(range(24), 2)) - workshop.adjacency.sum() / 2 == 114
    assert round((1 - 1e-3) ** -(40 * 228), -3) == 9000
    states = [len(kept) + 1 if len(kept) > 1 else 2 for kept in workshop.classes]
    assert np.prod(states) == 110_592
    ratio = optimal(name, "workshop:exclusive") / optimal(name, "workshop")
    assert ratio == pytest.approx(11, abs=0.5)
    for run in runs(name):
        if run.algorithm == "annealing":
            assert (run.score.optimal_share or 0.0) > 0.98
        assert run.timing.reference < run.timing.solving
    assert one(name, "frontier", "lns", solver="qaoa").qubits == 6
    assert one(name, "frontier:reduced", "qaoa").qubits == 19


def test_mrna_design() -> None:
    name = "life_science/mrna_design"
    for where in ("demo", "workshop"):
        penalty, groups, dense = (optimal(name, where + f) for f in (":penalty", "", ":dense"))
        assert penalty < groups < dense
        assert one(name, f"{where}:dense", "qaoa").qubits < one(name, where, "qaoa").qubits
    assert all(r.score.gap == 0 for r in runs(name))


def test_protein_folding() -> None:
    name = "life_science/protein_folding"
    peptide = Peptide.model_validate(one(name, "workshop", "qaoa").instance.data)
    sites, energy = conformations(peptide)
    best = sites[energy < energy.min() + 1e-9]
    contacts = sum((touching(best, i, j) for i, j in peptide.pairs), np.zeros(len(best)))
    assert (2**contacts).sum() == 12
    assert 670 < optimal(name, "workshop") / (12 / 2**22) < 690
    annealed = one(name, "workshop", "annealing")
    assert annealed.score.feasible_share == 0
    assert annealed.qubits - one(name, "workshop", "qaoa").qubits == 113
    free = sum(_keeps_apart(turns) for turns in product((0, 1, 2), repeat=7)) / 3**7
    assert free == pytest.approx(0.9, abs=0.02)


def _keeps_apart(choices: tuple[int, ...]) -> bool:
    """Whether a chain of ten residues meets itself nowhere; no turn goes straight back."""
    turns = [1, 0]
    for choice in choices:
        turns.append([t for t in range(4) if t != turns[-1]][choice])
    place, seen = np.zeros(4, int), {(0, 0, 0, 0)}
    for k, turn in enumerate(turns):
        place[turn] += (-1) ** k
        seen.add(tuple((place - place.min()).tolist()))
    return len(seen) == 10


def test_rna_folding() -> None:
    name = "life_science/rna_folding"
    for where in MEASURED:
        strand = INSTANCES[where]()
        found = Structure(stems=Recursion(strand).structure())
        assert dot_bracket(strand, found) == MEASURED[where]
        assert optimal(name, where, "annealing") > 0.5
    for where, most, joined in (("demo", 12, 0.76), ("frontier", 80, 0.605)):
        model = registry.usecase(name).model(INSTANCES[where]())
        pairs = most * (most - 1) / 2
        assert (model.num_variables, model.num_interactions / pairs) == (
            most,
            pytest.approx(joined, abs=0.005),
        )
    assert model.num_interactions == 1912
    assert feasible(name, "demo:stacks") > feasible(name, "demo")
    assert optimal(name, "demo:stacks") < optimal(name, "demo")
    usual, less = (Strand(sequence=STRANDS["theophylline"], loop=loop) for loop in (5.0, 2.0))
    folds = [Structure(stems=Recursion(s).structure()).pairs for s in (usual, less)]
    assert nearest(less, folds[1]) < nearest(usual, folds[0])


def test_the_multibranch_loop_of_the_transfer_rna() -> None:
    from seqfold import fold

    strand = INSTANCES["frontier"]()
    _, pairs = seqfold(strand)
    (theirs,) = (part.e for part in fold(strand.sequence) if part.desc.startswith("BIFURCATION"))
    inner = {pair: _branches(pair, pairs) for pair in pairs}
    (ours,) = (_loop(strand, pair, others) for pair, others in inner.items() if len(others) > 1)
    assert (theirs, round(ours, 1)) == (-4.4, 7.1)


def test_active_spaces_hold_what_the_page_says() -> None:
    case = registry.usecase("life_science/ground_state")
    exact = {n: case.reference(case.instances[n]()).value for n in ("n2", "n2-6e6o")}
    natural = case.reference(case.instances["n2-6e6o-natural"]()).value
    mean_field = mean_field_energy(case.instances["n2"]())
    held = [(mean_field - e) / (mean_field - exact["n2"]) for e in (exact["n2-6e6o"], natural)]
    assert [round(100 * share) for share in held] == [80, 89]


def test_pairs_jump_along_the_bond_and_their_best_orbitals_do_not() -> None:
    file = curve_file(ROOT, "life_science/ground_state", "n2-6e6o")
    kept = Curve.model_validate(json.loads(file.read_text("utf-8")))
    off = {line.algorithm: [p.error or 0.0 for p in line.points] for line in kept.lines}
    jumps = {name: np.abs(np.diff(off[name])[2:]).max() for name in ("pair_vqe", "oo_vqe")}
    assert jumps["pair_vqe"] > 0.04
    assert jumps["oo_vqe"] < 0.02


def missed(where: str, algorithm: str) -> list[float]:
    """What each state of a stored run misses, eV."""
    run = one("life_science/excited_states", where, algorithm)
    return errors(SPECTRA[where](), SpectrumLines.model_validate(run.solution))


def test_excited_states() -> None:
    for where in ("demo", "workshop"):
        for algorithm in ("qeom", "qse", "ssvqe"):
            assert max(map(abs, missed(where, algorithm))) < 1e-4
    assert all(max(missed("lih", a)) < 0.004 for a in ("qeom", "qse", "ssvqe"))
    operators = missed("h4", "qeom"), missed("h4", "qse")
    assert [round(found[3], 2) for found in operators] == [0.32, 0.32]
    assert operators[0][3] / ACCURACY == pytest.approx(7, abs=0.5)
    assert [round(found[1], 2) for found in operators] == [0.10, 0.03]
    assert max(missed("h4", "ssvqe")) < 0.0105
    broken = {a: one("life_science/excited_states", "n2-2.0", a) for a in ("qeom", "qse", "ssvqe")}
    assert [bool(r.score.violations) for r in broken.values()] == [True, False, True]
    assert round(missed("n2-2.0", "qeom")[0], 2) == 0.19 > missed("n2-2.0", "qse")[0]
    found = SpectrumLines.model_validate(broken["qse"].solution)
    assert [state.term for state in found.states] == ["singlet", "triplet", "quintet", "triplet"]
    exact = exact_lines(SPECTRA["n2-2.0"]())
    assert [line.term for line in exact] == ["singlet", "triplet", "quintet", "septet"]
    assert exact[3].excitation < 1.5
    calls = [len(one("life_science/excited_states", "lih", a).calls) for a in ("ssvqe", "qse")]
    assert calls == [1582, 27]


def test_the_basis_is_worth_more_than_any_error_on_the_page() -> None:
    first = [
        next(s.excitation for s in exact_lines(SPECTRA[name]())[1:] if s.term == "singlet")
        for name in ("demo", "workshop")
    ]
    assert [round(value, 1) for value in first] == [26.5, 15.3]
    assert (first[0] - first[1]) / ACCURACY == pytest.approx(250, rel=0.05)


def test_lift_belongs_to_sampled_answers() -> None:
    assert lift("life_science/docking", "demo") > 1
    assert all(r.score.lift is None for r in runs("life_science/excited_states") if r.backend)
