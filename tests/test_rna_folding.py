"""RNA folding: measured structures, every structure of short strands, and bad input."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.mrna_design import best as best_codons
from life_science.mrna_design import usecase as mrna_design
from life_science.rna_folding import INSTANCES, MEASURED, STRANDS, usecase
from life_science.rna_folding.encodings import stack_model, stacks, stem_model
from life_science.rna_folding.example import example
from life_science.rna_folding.nearest import nearest, seqfold
from life_science.rna_folding.reading import (
    Structure,
    dot_bracket,
    objective,
    read_stacks,
    read_stems,
    violations,
)
from life_science.rna_folding.recursion import Recursion, reference
from life_science.rna_folding.stems import _STACKS, Stem, candidates, energy, together
from life_science.rna_folding.strand import PAIRS, Strand, parse_fasta
from usecases import run
from usecases.errors import BadInstance, Infeasible, TooLarge, VerificationFailed
from usecases.models import all_bits
from usecases.testing import check_usecase

PROVEN = [("demo", -11.2, 12), ("workshop", -7.5, 17), ("frontier", -16.9, 80)]


def structure(*stems: tuple[int, int, int]) -> Structure:
    return Structure(stems=tuple(Stem(first=a, last=b, pairs=p) for a, b, p in stems))


def brute_force(strand: Strand) -> float:
    """The least energy of all sets of base pairs that are nested and stacked, pair by pair."""
    letters = strand.sequence
    pairs = [
        (i, j)
        for i in range(len(letters))
        for j in range(i + 4, len(letters))
        if letters[i] + letters[j] in PAIRS
    ]

    def value(chosen: frozenset[tuple[int, int]]) -> float:
        total = 0.0
        for i, j in chosen:
            if (i - 1, j + 1) in chosen:
                continue
            count = 1
            while (i + count, j - count) in chosen:
                outer = letters[i + count - 1] + letters[j - count + 1]
                inner = letters[i + count] + letters[j - count]
                total += _STACKS[outer][PAIRS.index(inner)]
                count += 1
            if count < strand.shortest:
                return np.inf
            total += strand.loop
        return total

    def grow(k: int, chosen: tuple[tuple[int, int], ...]) -> float:
        if k == len(pairs):
            return value(frozenset(chosen))
        lowest = grow(k + 1, chosen)
        i, j = pairs[k]
        if all(j < a or b < i or a < i < j < b or i < a < b < j for a, b in chosen):
            lowest = min(lowest, grow(k + 1, (*chosen, (i, j))))
        return lowest

    return grow(0, ())


# --- proven values -----------------------------------------------------------------------


@pytest.mark.parametrize(("instance", "value", "qubits"), PROVEN)
def test_optima_of_the_named_strands(instance: str, value: float, qubits: int) -> None:
    strand = INSTANCES[instance]()
    proven = reference(strand)
    assert (proven.kind, round(proven.value, 6)) == ("optimal", value)
    assert len(stem_model(strand, 1.2).variables) == qubits
    found = Structure(stems=Recursion(strand).structure())
    assert objective(strand, found) == pytest.approx(value)
    assert dot_bracket(strand, found) == MEASURED[instance]


@pytest.mark.parametrize("instance", ["demo", "workshop"])
@pytest.mark.parametrize("form", ["", ":stacks"])
def test_exact_solvers_of_both_encodings_agree(instance: str, form: str) -> None:
    found = run(f"life_science/rna_folding{form}", instance, "exact")
    assert found.score.gap == 0
    assert found.score.feasible


@pytest.mark.parametrize("seed", range(8))
def test_the_recursion_agrees_with_all_structures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    letters = "".join(rng.choice(list("GGCCAU"), 13).tolist())
    strand = Strand(
        sequence=letters, shortest=int(rng.integers(2, 4)), loop=float(rng.integers(0, 3))
    )
    recursion = Recursion(strand)
    assert recursion.lowest[1][strand.bases] == pytest.approx(brute_force(strand))
    found = Structure(stems=recursion.structure())
    assert violations(strand, found) == []
    assert objective(strand, found) == pytest.approx(recursion.lowest[1][strand.bases])


def test_the_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


# --- the models --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_penalties_suffice_in_both_encodings(seed: int) -> None:
    """Just above the bounds every string of least energy reads back as a proven structure."""
    strand = example(6, seed)
    proven = reference(strand).value
    network = stack_model(strand, 1.01)
    bqm = stem_model(strand, 1.01)
    for names, energies, read in (
        (network.variables, network.energies, read_stacks),
        (tuple(bqm.variables), lambda bits: bqm.energies((bits, bqm.variables)), read_stems),
    ):
        strings = all_bits(len(names))
        values = energies(strings)
        assert values.min() == pytest.approx(proven)
        for row in strings[values < values.min() + 1e-9].tolist():
            found = read(strand, dict(zip(names, row, strict=True)))
            assert violations(strand, found) == []
            assert objective(strand, found) == pytest.approx(proven)


@pytest.mark.parametrize("seed", range(3))
def test_feasible_strings_cost_what_their_structures_do(seed: int) -> None:
    strand = example(5, seed)
    network = stack_model(strand, 1.2)
    strings = all_bits(len(network.variables))
    feasible = 0
    for row, value in zip(strings.tolist(), network.energies(strings), strict=True):
        found = read_stacks(strand, dict(zip(network.variables, row, strict=True)))
        if not violations(strand, found):
            feasible += 1
            assert objective(strand, found) == pytest.approx(value)
    assert feasible >= 2


def test_the_stacking_table_is_symmetric() -> None:
    """A stack read from its other end is the same stack."""
    for outer, row in _STACKS.items():
        for inner, value in zip(PAIRS, row, strict=True):
            assert _STACKS[inner[::-1]][PAIRS.index(outer[::-1])] == value


def test_stems_that_fit() -> None:
    outer = Stem(first=1, last=30, pairs=3)
    assert together(outer, Stem(first=4, last=26, pairs=3))  # a bulge of one
    assert not together(outer, Stem(first=4, last=27, pairs=3))  # its continuation
    assert not together(outer, Stem(first=3, last=20, pairs=3))  # base 3 twice
    assert not together(outer, Stem(first=5, last=40, pairs=3))  # a knot
    assert together(outer, Stem(first=31, last=45, pairs=3))


def test_candidates_lower_the_energy_and_runs_are_their_longest() -> None:
    strand = INSTANCES["demo"]()
    assert all(value < 0 and energy(strand, s) == value for s, value in candidates(strand).items())
    longest = set(stacks(strand).values())
    assert all(any(set(s.ladder) <= set(run.ladder) for run in longest) for s in candidates(strand))


@pytest.mark.parametrize("build", [stem_model, stack_model])
def test_a_strand_without_stems_stays_open(build: Callable[[Strand, float], object]) -> None:
    strand = Strand(sequence="A" * 30)
    assert not candidates(strand)
    assert reference(strand).value == 0.0
    with pytest.raises(Infeasible, match="the strand stays open"):
        build(strand, 1.2)


def test_too_many_stems_are_refused() -> None:
    with pytest.raises(TooLarge, match="stems where at most"):
        stem_model(Strand(sequence="GC" * 30, loop=0.0), 1.2)


def test_qaoa_beats_chance_on_the_demo() -> None:
    settings = {"layers": 4, "objective": "cvar", "angles.iterations": 30}
    found = run("life_science/rna_folding", "demo", "qaoa", parameters=settings)
    assert found.score.gap == 0
    assert found.score.lift_interval is not None
    assert found.score.lift_interval[0] > 10


# --- the fuller model --------------------------------------------------------------------


def test_loops_by_kind_and_size() -> None:
    hairpin = Strand(sequence="GGGAAAACCC")
    assert nearest(hairpin, [(1, 10), (2, 9), (3, 8)]) == pytest.approx(-3.3 - 3.3 + 5.6)
    bulge = Strand(sequence="GGAGGAAAACCCC")
    pairs = [(1, 13), (2, 12), (4, 11), (5, 10)]
    assert nearest(bulge, pairs) == pytest.approx(-3.3 * 2 + (3.8 - 3.3) + 5.6)
    internal = Strand(sequence="GGAAGGAAAACCAACC")
    pairs = [(1, 16), (2, 15), (5, 12), (6, 11)]
    assert nearest(internal, pairs) == pytest.approx(-3.3 * 2 + 1.1 + 5.6)
    assert nearest(hairpin, []) == 0.0


def test_seqfold_beside_it() -> None:
    """seqfold finds TAR's measured structure, by whose loops the two energies nearly agree."""
    strand = INSTANCES["demo"]()
    minimum, pairs = seqfold(strand)
    signs = ["."] * strand.bases
    for first, last in pairs:
        signs[first - 1], signs[last - 1] = "(", ")"
    assert "".join(signs) == MEASURED["demo"]
    assert nearest(strand, pairs) == pytest.approx(minimum, abs=1.5)
    assert seqfold(Strand(sequence="AAAAAAAAAA")) == (0.0, ())
    trna = seqfold(INSTANCES["frontier"]())[1]
    assert len({base for pair in trna for base in pair}) == 2 * len(trna)


# --- reading back ------------------------------------------------------------------------


def test_violations_speak_of_bases_and_stems() -> None:
    strand = Strand(sequence="GGGGAAAACCCCAAAACCCC", loop=0.0)
    assert violations(strand, structure((1, 12, 4))) == []
    assert violations(strand, structure((1, 12, 4), (1, 20, 4))) == [
        "base 1 pairs twice, with 12 and 20"
    ]
    (text,) = violations(strand, structure((1, 12, 3), (2, 11, 3)))
    assert text == "base 2 pairs twice with 11"
    assert violations(strand, structure((5, 9, 3)))[0].startswith("hairpin loop of 0 bases")
    assert violations(strand, structure((1, 8, 3))) == [
        "hairpin loop of 2 bases at 3–6, at least 3"
    ]
    assert violations(strand, structure((5, 16, 3))) == [
        "bases 5 (A) and 16 (A) do not pair",
        "bases 6 (A) and 15 (A) do not pair",
        "bases 7 (A) and 14 (A) do not pair",
    ]
    assert violations(strand, structure((1, 12, 2))) == ["stem 1–12 has 2 pairs, at least 3"]
    assert violations(strand, structure((1, 40, 3))) == ["stem 1–40 is not on a strand of 20 bases"]
    knot = Strand(sequence="GGGAAAGGGAAACCCAAACCC", loop=0.0)
    assert violations(knot, structure((1, 15, 3), (7, 21, 3))) == [
        "stems 1–15 and 7–21 cross: a pseudoknot"
    ]
    long = Strand(sequence="GGGGGGAAAACCCCCC", loop=0.0)
    assert violations(long, structure((1, 16, 3), (4, 13, 3))) == [
        "stems 1–16 and 4–13 continue one another: they are one stem"
    ]
    with pytest.raises(Infeasible):
        objective(strand, structure((5, 16, 3)))


def test_a_sample_of_something_else_is_refused() -> None:
    strand = INSTANCES["demo"]()
    for read, names in (
        (read_stems, stem_model(strand, 1.2).variables),
        (read_stacks, stack_model(strand, 1.2).variables),
    ):
        sample = dict.fromkeys(map(str, names), 0)
        assert read(strand, sample).stems == ()
        for wrong in ({}, sample | {next(iter(sample)): 2}, sample | {"9-9x9": 1}):
            with pytest.raises(VerificationFailed):
                read(strand, wrong)


# --- input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sequence", "told"),
    [
        ("GGGAAANCCC", "base 7: 'N' is none of"),
        ("GGG AAACCC", "base 4: ' ' is none of"),
        ("GGG", "at least 7 characters"),
        ("G" * 401, "at most 400 characters"),
    ],
)
def test_bad_strands_are_refused(sequence: str, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Strand(sequence=sequence)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("GGGAAACCC", "line 1: a FASTA record begins"),
        (">a\n\n", "line 2: no bases"),
        (">a\nGGGAAA\nNNCCC", "line 3: base 7: 'N'"),
        (">a\nGGGAAACCC\n>b\nGG", "line 3: a second record"),
    ],
)
def test_bad_fasta_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadInstance) as refused:
        parse_fasta(text)
    assert told in str(refused.value)


def test_dna_letters_and_small_ones_are_read() -> None:
    assert parse_fasta(">a gene\ngggtttt\nCCC\n").sequence == "GGGUUUUCCC"


def test_the_message_of_the_codon_page_is_the_one_folded_here() -> None:
    codons = best_codons(mrna_design.instances["glp-1"]())[1]
    assert "".join(codons)[:45].replace("T", "U") == STRANDS["glp1-start"]


def test_plots_of_structures_and_of_broken_ones() -> None:
    strand = INSTANCES["demo"]()
    found = Structure(stems=Recursion(strand).structure())
    assert usecase.plot is not None
    assert usecase.plot(strand, found).axes
    broken = Structure(stems=tuple(itertools.islice(candidates(strand), 2)))
    assert usecase.plot(strand, broken).axes
