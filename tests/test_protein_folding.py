"""Protein folding: proven values, an independent brute force, and what bad input is told."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.protein_folding import usecase
from life_science.protein_folding.lattice import (
    Fold,
    Sites,
    collisions,
    positions,
    sites_of,
    touching,
    turns_of,
)
from life_science.protein_folding.models import LOCAL
from life_science.protein_folding.network import build
from life_science.protein_folding.peptide import LETTERS, Peptide, contact_energies, parse_fasta
from life_science.protein_folding.reading import (
    contacts,
    interpret,
    interpret_turns,
    objective,
    violations,
)
from life_science.protein_folding.reference import Search, reference
from life_science.protein_folding.walks import conformations, seeds
from tests.helpers import ROOT, record
from usecases import run
from usecases.errors import BadInstance, TooLarge, VerificationFailed
from usecases.instances import load
from usecases.models import Evaluated, all_bits, energies, qubits, variables
from usecases.page import stored_runs
from usecases.solvers.enumeration import table
from usecases.testing import check_usecase

proof_file = import_module("life_science.protein_folding.reference")  # the name is a function's

PROVEN = [("demo", -4.81, 9, 7), ("workshop", -10.44, 22, 13)]

# --- an independent account of the lattice, in whole-number coordinates ----------------------

STEPS = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))


def walk(turns: tuple[int, ...]) -> list[tuple[int, ...]]:
    place, found = (0, 0, 0), [(0, 0, 0)]
    for k, turn in enumerate(turns):
        sign = (-1) ** k
        place = tuple(a + sign * b for a, b in zip(place, STEPS[turn], strict=True))
        found.append(place)
    return found


def near(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) == 3


def walks(residues: int) -> Iterator[list[tuple[int, ...]]]:
    """All self-avoiding walks, none left out for symmetry, depth first."""

    def further(path: list[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
        if len(path) == residues:
            yield path
            return
        sign = (-1) ** (len(path) - 1)
        for step in STEPS:
            place = tuple(a + sign * b for a, b in zip(path[-1], step, strict=True))
            if place not in path:
                yield from further([*path, place])

    yield from further([(0, 0, 0)])


def energy_of(sequence: str, path: list[tuple[int, ...]]) -> float:
    table = contact_energies()
    return sum(
        float(table[LETTERS.index(sequence[i]), LETTERS.index(sequence[j])])
        for i, j in itertools.combinations(range(len(path)), 2)
        if j - i > 1 and near(path[i], path[j])
    )


# --- proven values -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value", "size", "fewer"), PROVEN)
def test_proven_values(name: str, value: float, size: int, fewer: int) -> None:
    for form, wide in (("", size), (":turns", fewer)):
        found = run(f"life_science/protein_folding{form}", name, "exact")
        assert found.score.objective == pytest.approx(value, abs=1e-9)
        assert (found.score.gap, found.score.feasible, found.qubits) == (0, True, wide)
        assert found.score.reference.kind == "optimal"
        assert "branch and bound" in found.score.reference.method


def test_the_command_takes_a_fasta_file(tmp_path: Path) -> None:
    path = tmp_path / "neuropeptide.fasta"
    path.write_text(">neuropeptide of Robert et al.\nAPRLRFY\n")
    found = record("life_science/protein_folding", "-i", path, "-a", "exact")
    assert found["score"]["objective"] == pytest.approx(-4.81, abs=1e-9)
    assert (found["score"]["gap"], found["qubits"]) == (0, 9)


def test_contact_energies_are_those_of_the_paper() -> None:
    table = contact_energies()
    assert table.shape == (20, 20) and np.array_equal(table, table.T) and (table < 0).all()
    for a, b, value in (("A", "F", -4.81), ("I", "L", -7.04), ("D", "L", -3.40), ("K", "K", -0.12)):
        assert table[LETTERS.index(a), LETTERS.index(b)] == value


def test_the_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


@pytest.mark.parametrize("seed", range(4))
def test_reference_agrees_with_all_walks(seed: int) -> None:
    peptide = usecase.example(7 + seed % 3, seed)
    lowest = min(energy_of(peptide.sequence, path) for path in walks(len(peptide.sequence)))
    found = reference(peptide)
    assert (found.kind, found.value) == ("optimal", pytest.approx(lowest))


def test_all_conformations_are_listed_once() -> None:
    """4, 12, 36, 108, 324, 948, 2796 walks of 1 to 7 bonds: OEIS A001394."""
    for residues, count in ((7, 948), (8, 2796)):
        peptide = usecase.example(residues, 0)
        assert sum(1 for _ in walks(residues)) == count
        sites, energy = conformations(peptide)
        assert len(np.unique(sites, axis=0)) == len(sites)
        assert not collisions(sites).any()
        back = sites[:, 3] == seeds()[0, 3]  # the others have a mirror image
        assert 12 * int(back.sum() + 2 * (~back).sum()) == count
        lowest = min(energy_of(peptide.sequence, path) for path in walks(residues))
        assert energy.min() == pytest.approx(lowest)
    with pytest.raises(TooLarge, match="14 residues"):
        conformations(usecase.example(14, 0))


# --- the models ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 6, 7, 8, 9])
def test_sizes_follow_the_formula(size: int) -> None:
    peptide = usecase.example(size, 1)
    pairs = sum(1 for i in range(size) for j in range(i + 5, size, 2))
    assert qubits(usecase.model(peptide)) == 2 * (size - 1) - 5 + pairs
    assert qubits(usecase.formulations["turns"].model(peptide)) == 2 * (size - 1) - 5


@pytest.mark.parametrize("seed", range(6))
def test_energies_of_claims_against_coordinates(seed: int) -> None:
    """The polynomial of the paper, term by term from distances in space."""
    rng = np.random.default_rng(seed)
    peptide = usecase.example(int(rng.integers(6, 12)), seed)
    n = len(peptide.sequence)
    model = build(peptide, 1.5)
    bits = rng.integers(0, 2, (20, qubits(model))).astype(np.int8)
    depth = -peptide.energies()
    for row, energy in zip(bits, energies(model, bits), strict=True):
        sample = dict(zip(variables(model), row.tolist(), strict=True))
        fold = interpret(peptide, sample)
        path = walk(fold.turns)

        def d(a: int, b: int, path: list[tuple[int, ...]] = path) -> float:
            square = sum((x - y) ** 2 for x, y in zip(path[a], path[b], strict=True))
            return square / 4 if (b - a) % 2 == 0 else (square + 1) / 4

        back = 1.5 * (2.5 * depth.sum() - depth.max())
        total = back * sum(a == b for a, b in itertools.pairwise(fold.turns))
        for (i, j), e in zip(peptide.pairs, depth.tolist(), strict=True):
            if (i + 1, j + 1) not in fold.contacts:
                continue
            beside = [(i, j - 1), (i + 1, j)]
            beside += [(i, j + 1)] * (j + 1 < n) + [(i - 1, j)] * (i > 0)
            reach = (2 if i == 0 else 3) + (2 if j == n - 1 else 3)
            apart = 1.5 * e / 2 * (1 + reach)
            total += -e + apart * (d(i, j) - 1)
            total += sum(1.5 * e / 2 * (2 - d(a, b)) for a, b in beside)
        assert energy == pytest.approx(total)


@pytest.mark.parametrize("seed", range(3))
def test_optimum_of_claims_is_the_reference(seed: int) -> None:
    peptide = usecase.example(8 + seed % 2, seed)
    model = usecase.model(peptide)
    values = table(model)
    low = values.min()
    assert low == pytest.approx(reference(peptide).value)
    for k in np.flatnonzero(values < low + 1e-9):
        bits = (int(k) >> np.arange(qubits(model))) & 1
        fold = interpret(peptide, dict(zip(variables(model), bits.tolist(), strict=True)))
        assert violations(peptide, fold) == []
        assert objective(peptide, fold) == pytest.approx(low)


@pytest.mark.parametrize("size", [7, 9])
def test_turns_are_worth_what_their_walk_is(size: int) -> None:
    peptide = usecase.example(size, 3)
    model = usecase.formulations["turns"].model(peptide)
    assert isinstance(model, Evaluated)
    bits = all_bits(qubits(model))[::3]
    for row, energy in zip(bits, model.energies(bits), strict=True):
        fold = interpret_turns(peptide, dict(zip(model.variables, row.tolist(), strict=True)))
        path = walk(fold.turns)
        if len(set(path)) < len(path):
            assert violations(peptide, fold) and energy > 0
        else:
            assert violations(peptide, fold) == []
            assert energy == pytest.approx(energy_of(peptide.sequence, path))
            assert objective(peptide, fold) == pytest.approx(energy)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_suffices_and_a_quarter_of_it_does_not(seed: int) -> None:
    peptide = Peptide(sequence="APRLRFY") if seed == 0 else usecase.example(8, seed)
    lowest = reference(peptide).value
    assert table(build(peptide, 1 + 1e-6)).min() == pytest.approx(lowest)
    assert table(build(peptide, 0.25)).min() < lowest - 0.1


def test_sites_agree_with_coordinates() -> None:
    turns = np.random.default_rng(1).integers(0, 4, (300, 11))
    sites = sites_of(turns)
    met = collisions(sites)
    for row, site, times in zip(turns.tolist(), sites, met, strict=True):
        path = walk(tuple(row))
        pairs = list(itertools.combinations(range(12), 2))
        assert times == sum(path[i] == path[j] for i, j in pairs)
        for i, j in pairs:
            if (j - i) % 2:
                assert touching(site[None], i, j)[0] == near(path[i], path[j])
        assert np.allclose(positions(tuple(row)) * math.sqrt(3), path)


def test_the_known_turns_leave_no_shape_out() -> None:
    """Every shape of seven residues is, up to the lattice's symmetry, one of the 2^7 strings."""

    def shape(path: list[tuple[int, ...]]) -> tuple[float, ...]:
        return tuple(math.dist(a, b) for a, b in itertools.combinations(path, 2))

    listed = {shape(walk(tuple(t))) for t in turns_of(all_bits(7)).tolist()}
    assert {shape(path) for path in walks(7)} <= listed


def clean(sites: Sites, pairs: tuple[tuple[int, int], ...]) -> Any:
    """Contacts that may be claimed: neither residue shares a site with one beside the other."""
    n = sites.shape[1]
    found = []
    for i, j in pairs:
        free = touching(sites, i, j)
        for a, b in ((i, j - 1), (i, j + 1), (i - 1, j), (i + 1, j)):
            if a >= 0 and b < n:
                free = free & (sites[:, a] != sites[:, b])
        found.append(free)
    return np.array(found).T.reshape(len(sites), len(pairs))


@pytest.mark.parametrize("size", range(6, 12))
def test_to_ten_residues_no_colliding_chain_can_win(size: int) -> None:
    """What a chain that meets itself may claim, another has and more; at eleven this ends."""
    pairs = Peptide(sequence="A" * size).pairs
    walked = turns_of(all_bits(2 * size - 7))
    walked = walked[(walked[:, 1:] != walked[:, :-1]).all(axis=1)]
    sites = sites_of(walked)
    sets = clean(sites, pairs) @ (1 << np.arange(len(pairs)))
    met = collisions(sites) > 0
    proper = set(sets[~met].tolist())
    beaten = [any(s & c == c != s for s in proper) for c in {*sets[met].tolist()}]
    assert all(beaten) == (size <= LOCAL)


@pytest.mark.parametrize("seed", range(2))
def test_beyond_ten_residues_the_walk_is_traced(seed: int) -> None:
    """With the best claims for each walk, the lowest is the reference, and avoids itself."""
    peptide = usecase.example(11, seed)
    model = usecase.model(peptide)
    assert isinstance(model, Evaluated) and qubits(model) == 27
    bits = all_bits(15)
    claims = clean(sites_of(turns_of(bits)), peptide.pairs)
    values = model.energies(np.concatenate([bits, claims], axis=1).astype(np.int8))
    best = int(values.argmin())
    assert values[best] == pytest.approx(reference(peptide).value)
    assert collisions(sites_of(turns_of(bits[best : best + 1])))[0] == 0


# --- the proof -----------------------------------------------------------------------------------


def test_penalties_suffice_for_every_vector_between_residues() -> None:
    """The two inequalities of the page, for all differences of up to 9 steps a direction."""
    span = np.arange(-9, 10)
    n = np.stack(np.meshgrid(span, span, span, indexing="ij"), axis=-1).reshape(-1, 3)
    n = np.concatenate([n, 1 - n.sum(axis=1, keepdims=True)], axis=1)
    d = (n**2).sum(axis=1)
    beside = d[:, None] + 1 - 2 * n  # squared distances after one step back in each direction
    far = d > 1
    assert ((beside - 2) <= 2 * (d - 1)[:, None])[far].all()
    for a, b in itertools.combinations(range(4), 2):
        both = beside[:, a] + beside[:, b] - 4
        assert (both <= 3 * (d - 1))[far].all()


def test_a_search_that_is_cut_short_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    peptide = usecase.example(12, 5)
    proven = reference(peptide)
    monkeypatch.setattr(proof_file, "MOST_CHAINS", 100)
    known = reference(peptide)
    assert (proven.kind, known.kind) == ("optimal", "best_known")
    assert "given up" in known.method and known.value >= proven.value


def test_the_bound_is_never_above_what_follows() -> None:
    peptide = usecase.example(9, 4)
    search = Search(peptide)
    sites, total = conformations(peptide)
    for k in range(10):
        pairs = list(zip(peptide.pairs, peptide.energies().tolist(), strict=True))
        later = sum(
            (e * touching(sites, i, j) for (i, j), e in pairs if j >= k), np.zeros(len(sites))
        )
        assert search.rest[k] <= later.min() + 1e-9
    assert search.rest[0] <= total.min()


# --- reading and input ---------------------------------------------------------------------------


def test_broken_folds_are_told_in_the_words_of_the_field() -> None:
    peptide = Peptide(sequence="DRVYIHPFHL")
    straight = (1, 0, 1, 0, 1, 0, 1, 0, 1)
    assert violations(peptide, Fold(turns=straight, contacts=())) == []
    assert violations(peptide, Fold(turns=straight, contacts=((1, 6), (1, 6), (2, 5)))) == [
        "contact 1–6 is claimed but the residues are 4.1 bonds apart",
        "contact 1–6 is claimed 2 times",
        "contact 2–5 is claimed and cannot be: only residues an odd number of bonds apart along"
        " the chain, at least 5, can be neighbours",
    ]
    back = Fold(turns=(1, 0, 1, 1, 0, 1, 0, 1, 0), contacts=())
    assert "the chain turns back at bond 4: residues 3 and 5 coincide" in violations(peptide, back)
    ring = Fold(turns=(1, 0, 2, 1, 0, 2, 3, 0, 3), contacts=())
    assert violations(peptide, ring) == ["residues 1 and 7 occupy the same site"]
    for turns in ((1, 0), (*straight[:-1], 4)):
        assert violations(peptide, Fold(turns=turns, contacts=())) == [
            "the fold is not one of 9 turns 0 to 3 for 10 residues"
        ]


def test_nothing_is_repaired() -> None:
    peptide = Peptide(sequence="APRLRFY")
    model = usecase.model(peptide)
    sample = dict.fromkeys(variables(model), 1)
    assert interpret(peptide, sample).contacts == ((1, 6), (2, 7))
    for wrong in (
        sample | {"c1-8": 0},
        {k: v for k, v in sample.items() if k != "t5b"},
        sample | {"t5b": 2},
    ):
        with pytest.raises(VerificationFailed):
            interpret(peptide, wrong)
        with pytest.raises(VerificationFailed):
            interpret_turns(peptide, {k: v for k, v in wrong.items() if k[0] == "t" or v == 0})


def test_fasta_is_read_and_written() -> None:
    text = ">1UAO:A|chignolin\nGYDPE\nTGTWG\n\n"
    assert parse_fasta(text) == usecase.instances["chignolin"]()
    assert parse_fasta(">a\r\ngydpe\r\n\r\nTGTWG") == parse_fasta(text)
    assert usecase.formats[".fasta"] is usecase.formats[".fa"]
    assert parse_fasta(usecase.writers[".fasta"](parse_fasta(text))) == parse_fasta(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: a FASTA record begins"),
        ("APRLRFY", "line 1: a FASTA record begins"),
        (">a\n", "line 2: no residues"),
        (">a\nAPRLRFY\n>b\nAPRLRFY\n", "line 3: a second record"),
        (">a\nAPRxRFY\n", "line 2: 'X' at column 4 is no amino acid. Known"),
        (">a\nAPRLRFY*\n", "line 2: '*' at column 8 is no amino acid. A stop"),
        (">a\nAPRB\n", "'B' at column 4"),
        (">a\nAPR\n", "3 residues are not between 5 and 40"),
        (">a\n" + "A" * 41, "41 residues"),
    ],
)
def test_bad_fasta_gets_one_line(text: str, told: str) -> None:
    with pytest.raises(BadInstance) as caught:
        parse_fasta(text)
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("sequence", ["", "APRL", "APRLRFy", "APRLRFB", "A" * 41, "APR LRFY"])
def test_bad_sequences_are_refused(sequence: str) -> None:
    with pytest.raises(ValidationError):
        Peptide(sequence=sequence)


def test_bad_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "two.fasta"
    path.write_text(">a\nAPRLRFY\n>b\nAPRLRFY\n")
    with pytest.raises(BadInstance, match=r"two.fasta: line 3: a second record begins"):
        load(usecase, str(path))


def test_chains_that_cannot_touch_or_are_too_long() -> None:
    small = usecase.instances["enkephalin"]()
    assert small.pairs == () and reference(small).value == 0
    assert qubits(usecase.model(small)) == 3
    with pytest.raises(TooLarge, match="25 residues"):
        usecase.model(usecase.example(25, 0))
    assert qubits(usecase.formulations["turns"].model(usecase.example(40, 0))) == 73


# --- what a quantum computer does, and the picture ---------------------------------------------


def test_qaoa_finds_the_fold_of_the_demo() -> None:
    found = run("life_science/protein_folding:turns", "demo").score
    assert found.objective == pytest.approx(-4.81)
    assert found.feasible_share and found.chance and found.lift_interval
    assert found.feasible_share > 1.5 * found.chance.feasible_share
    assert found.lift_interval[0] > 1


def test_the_page_compares_its_stored_runs_with_random_conformations() -> None:
    """Each row of the table beside random conformations follows from a stored run."""
    page = (ROOT / "docs/usecases/life_science/protein_folding.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| (demo|workshop), ", line)]
    runs = stored_runs(ROOT, "life_science/protein_folding")
    found = [run for run in runs if run.algorithm == "qaoa"]
    assert len(rows) == len(found) == 4
    for run_ in found:
        energy = conformations(Peptide.model_validate(run_.instance.data))[1]
        share = float((energy < energy.min() + 1e-9).mean())
        low, high = run_.score.optimal_interval or (0.0, 0.0)
        shots = run_.score.optimal_share or 0.0
        lifts = f"| {shots / share:.2f} [{low / share:.2f}–{high / share:.2f}] |"
        (row,) = [r for r in rows if f" {run_.qubits} qubits" in r]
        assert row.endswith(f"| {100 * shots:.3g} % | {100 * share:.3g} % {lifts}")


def test_the_picture_names_residues_and_energies() -> None:
    peptide = usecase.instances["workshop"]()
    turns = _best(peptide)
    assert usecase.plot is not None
    fold = Fold(turns=turns, contacts=contacts(peptide, turns))
    axes = usecase.plot(peptide, fold).axes[0]
    words = {text.get_text() for text in axes.texts}
    assert {"D1", "L10", "−7.04 RT", "−3.40 RT"} <= words
    assert "contact energy −10.44 RT" in axes.get_title()
    broken = Fold(turns=(1, 0, 2, 1, 0, 2, 3, 0, 3), contacts=((2, 9),))
    title = usecase.plot(peptide, broken).axes[0].get_title()
    assert "residues 1 and 7 occupy the same site" in title
    assert usecase.plot(peptide, Fold(turns=(1,), contacts=())).axes


def _best(peptide: Peptide) -> tuple[int, ...]:
    """The turns of a conformation of lowest energy."""
    model = usecase.formulations["turns"].model(peptide)
    lowest = int(model.table().argmin())  # type: ignore[union-attr]
    bits = (lowest >> np.arange(qubits(model)) & 1).astype(np.int8)[None]
    return tuple(turns_of(bits)[0].tolist())
