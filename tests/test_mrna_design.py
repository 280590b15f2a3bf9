"""Codon choice: proven values, every design of random proteins, and what bad input is told."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.mrna_design import GLP1, INSTANCES, TIMES, usecase
from life_science.mrna_design.chain import best, reference
from life_science.mrna_design.encodings import bits, dense, one_hot, sufficient_penalty
from life_science.mrna_design.fasta import parse_fasta
from life_science.mrna_design.protein import Protein, example
from life_science.mrna_design.reading import (
    Design,
    objective,
    read_dense,
    read_one_hot,
    violations,
)
from life_science.mrna_design.usage import code, organism, organisms, rated
from tests.helpers import record, usecases
from usecases import run
from usecases.errors import BadInstance, Infeasible, VerificationFailed
from usecases.models import all_bits
from usecases.testing import check_usecase

PROVEN = [
    ("demo", -0.3228, 12),
    ("workshop", -0.3228, 22),
    ("frontier", -4.1388, 110),
    ("glp-1", -4.1388, 110),
    ("insulin-a", -1.8185, 66),
    ("insulin-b", -4.2445, 104),
]


def whole(*codons: str) -> Design:
    return Design(codons=tuple((codon,) for codon in codons))


def brute_force(protein: Protein) -> float:
    """The best of all designs, from the frequencies themselves."""
    import python_codon_tables

    table = python_codon_tables.get_codons_table(protein.organism)
    rows = [table[residue] for residue in protein.protein]

    def value(codons: tuple[str, ...]) -> float:
        shares = (row[c] / max(row.values()) for row, c in zip(rows, codons, strict=True))
        equal = sum(a[2] == b[0] for a, b in itertools.pairwise(codons))
        return sum(map(math.log, shares)) - protein.junction * equal

    return max(map(value, itertools.product(*rows)))


# --- proven values -----------------------------------------------------------------------


@pytest.mark.parametrize(("instance", "value", "qubits"), PROVEN)
def test_proven_values(instance: str, value: float, qubits: int) -> None:
    found = run("life_science/mrna_design", instance, "exact")
    assert found.score.objective is not None
    assert round(found.score.objective, 4) == value
    assert (found.score.gap, found.qubits) == (0, qubits)
    assert found.score.reference.kind == "optimal"


def test_the_command_proves_the_demo() -> None:
    found = record("life_science/mrna_design", "-i", "demo", "-a", "exact")
    assert round(found["score"]["objective"], 4) == -0.3228
    assert found["qubits"] == 12


@pytest.mark.parametrize("seed", range(20))
def test_the_recursion_agrees_with_all_designs(seed: int) -> None:
    protein = example(16, seed)
    value, codons = best(protein)
    assert value == pytest.approx(brute_force(protein))
    assert objective(protein, whole(*codons)) == pytest.approx(value)
    assert violations(protein, whole(*codons)) == []


def test_the_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


# --- the model ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_penalty_suffices_and_is_not_wasteful(seed: int) -> None:
    """Just above the bound no string without a design is a minimum; some are far below it."""
    protein = example(11, seed)
    n = sum(map(len, protein.codons))
    model = one_hot(protein, 1.01)
    names = list(model.variables)
    strings = all_bits(n)
    found = model.energies((strings, names))
    for row in strings[found < found.min() + 1e-9].tolist():
        design = read_one_hot(protein, dict(zip(names, row, strict=True)))
        assert violations(protein, design) == []
    assert -found.min() == pytest.approx(best(protein)[0])


def test_too_small_a_penalty_is_seen() -> None:
    protein = INSTANCES["demo"]()
    model = one_hot(protein, 0.2)
    names = list(model.variables)
    found = model.energies((all_bits(12), names))
    sample = dict(zip(names, all_bits(12)[found.argmin()].tolist(), strict=True))
    assert violations(protein, read_one_hot(protein, sample))


def test_the_bound_without_junctions_is_nothing() -> None:
    protein = Protein(protein="LSR", junction=0.0)
    assert sufficient_penalty(protein) == 0.0
    assert best(protein)[0] == 0.0
    first = {protein.label(k, row[0][0]) for k, row in enumerate(protein.codons)}
    model = one_hot(protein, TIMES)
    assert model.energy({v: int(v in first) for v in model.variables}) == pytest.approx(0.0)


@pytest.mark.parametrize("seed", range(4))
def test_every_dense_string_is_a_design_worth_its_energy(seed: int) -> None:
    protein = example(18, seed)
    network = dense(protein)
    strings = all_bits(len(network.variables))
    for row, energy in zip(strings.tolist(), network.energies(strings), strict=True):
        design = read_dense(protein, dict(zip(network.variables, row, strict=True)))
        assert violations(protein, design) == []
        assert -objective(protein, design) == pytest.approx(energy)
    assert -network.energies(strings).min() == pytest.approx(best(protein)[0])


def test_qubits_of_both_encodings() -> None:
    glp1 = INSTANCES["frontier"]()
    assert len(dense(glp1).variables) == sum(map(bits, glp1.codons)) == 55
    assert len(one_hot(glp1, TIMES).variables) == 110
    with pytest.raises(Infeasible, match="no residue of this protein has a choice"):
        dense(Protein(protein="MW"))


@pytest.mark.parametrize("form", ["", ":dense"])
def test_qaoa_beats_chance_on_the_demo(form: str) -> None:
    found = run(f"life_science/mrna_design{form}", "demo", "qaoa", parameters={"layers": 2})
    assert found.score.gap == 0
    assert found.score.feasible_share == 1.0
    assert found.score.lift_interval is not None
    assert found.score.lift_interval[0] > 3


# --- the data ----------------------------------------------------------------------------


def test_the_relative_adaptiveness_of_human_codons() -> None:
    ((first, none), (second, w)) = rated("h_sapiens_9606", "E")
    assert (first, second, none) == ("GAG", "GAA", 0.0)
    assert w == pytest.approx(math.log(0.42 / 0.58))


@pytest.mark.parametrize("table", organisms())
def test_every_table_has_the_standard_code(table: str) -> None:
    known = code(table)
    assert len(known) == 64
    assert known["ATG"] == "M"
    assert {known[c] for c in ("TAA", "TAG", "TGA")} == {"*"}
    assert all(rated(table, residue)[0][1] == 0.0 for residue in set(known.values()))


def test_organisms_by_name_and_number() -> None:
    for name in ("h_sapiens_9606", "9606", "h_sapiens", "H. sapiens"):
        assert organism(name) == "h_sapiens_9606"
    assert organism("m_musculus") == "m_musculus_10090"
    with pytest.raises(ValueError, match="did you mean h_sapiens_9606"):
        organism("h_sapien")
    with pytest.raises(ValueError, match="known: b_subtilis_1423"):
        organism("zzz")


def test_rare_codons_can_be_left_out() -> None:
    protein = Protein(protein="LLL", rarest=0.45)
    assert [codon for codon, _ in protein.codons[0]] == ["CTG", "CTC"]
    assert len(usecase.model(protein).groups[0].variables) == 2
    (text,) = violations(protein, whole("CTG", "TTA", "CTC"))
    assert "residue 2 (L): codon TTA is rarer" in text


def test_a_stop_is_chosen_like_a_codon() -> None:
    protein = Protein(protein="haeg*")
    assert protein.protein == "HAEG*"
    assert best(protein)[1][-1] == "TGA"
    assert reference(protein).value == pytest.approx(reference(INSTANCES["demo"]()).value)


# --- reading back ------------------------------------------------------------------------


def test_violations_speak_of_residues_and_codons() -> None:
    protein = Protein(protein=GLP1[:5])
    codons = (("CAC",), ("GCC", "GCT"), ("GAA",), ("GGC",), ())
    assert violations(protein, Design(codons=codons)) == [
        "residue 2 (A) has two codons, GCC and GCT",
        "residue 5 (T) has no codon",
    ]
    short = INSTANCES["demo"]()
    assert violations(short, whole("CAC", "GCC", "GAA", "NNN")) == [
        "the sequence translates to HAE?, not HAEG"
    ]
    assert violations(short, whole("CAC", "GCC", "GAA", "ACC")) == [
        "the sequence translates to HAET, not HAEG"
    ]
    assert violations(short, whole("CAC")) == ["1 codons are listed for 4 residues"]
    with pytest.raises(Infeasible):
        objective(protein, Design(codons=codons))


@pytest.mark.parametrize(
    ("model", "read"), [(lambda p: one_hot(p, TIMES), read_one_hot), (dense, read_dense)]
)
def test_a_sample_of_something_else_is_refused(model, read) -> None:  # type: ignore[no-untyped-def]
    protein = INSTANCES["demo"]()
    sample = dict.fromkeys(map(str, model(protein).variables), 0)
    name = next(iter(sample))
    for wrong in ({}, sample | {name: 2}, sample | {"9X:AAA": 1}):
        with pytest.raises(VerificationFailed):
            read(protein, wrong)


# --- bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sequence", "told"),
    [
        ("HAXG", "residue 3: X may be any residue"),
        ("HABG", "residue 3: B may be D or N"),
        ("ZAEG", "residue 1: Z may be E or Q"),
        ("HA*G", "residue 3: a stop"),
        ("*", "residue 1: a stop"),
        ("HA1G", "residue 3: '1' is no residue"),
        ("HA G", "residue 3: ' ' is no residue"),
        ("", "at least 1 character"),
    ],
)
def test_bad_proteins_are_refused(sequence: str, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Protein(protein=sequence)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("HAEG\n", "line 1: a FASTA record begins"),
        (">a\n", "line 2: no residues"),
        (">a\nHA\nXG\n", "line 3: residue 3: X may be"),
        (">a\nHAEG\n>b\nHA\n", "line 3: a second record"),
        (">a junction=much\nHAEG\n", "junction=much is no number"),
        (">a junction=1 junction=2\nHAEG\n", "junction= is given twice"),
    ],
)
def test_bad_fasta_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadInstance) as refused:
        parse_fasta(text)
    assert told in str(refused.value)


def test_fasta_holds_a_protein_and_its_settings() -> None:
    text = ">sp|P01275|GLUC_HUMAN OX=9606 organism=e_coli junction=0.5\nhaegt\n\nFT*\n"
    assert parse_fasta(text) == Protein(protein="HAEGTFT*", organism="316407", junction=0.5)


def test_bad_files_are_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "it.json"
    path.write_text(json.dumps({"protein": "HAEG", "organism": "h_sapien"}))
    done = usecases("run", "life_science/mrna_design", "-i", path, "-a", "exact")
    assert done.returncode == 3
    assert "did you mean h_sapiens_9606" in done.stderr
    assert "Traceback" not in done.stderr


def test_long_proteins_are_proven_too() -> None:
    rng = np.random.default_rng(0)
    protein = Protein(protein="".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 2000).tolist()))
    value, codons = best(protein)
    assert objective(protein, whole(*codons)) == pytest.approx(value)


def test_plots_of_designs_and_of_broken_ones() -> None:
    protein = INSTANCES["frontier"]()
    assert usecase.plot is not None
    assert usecase.plot(protein, whole(*best(protein)[1])).axes
    empty = Design(codons=((), ("GCC", "GCT"), *((c,) for c in best(protein)[1][2:])))
    assert usecase.plot(protein, empty).axes
