"""Reading an answer back: the codons, the rules they break, and what they are worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from life_science.mrna_design.encodings import bits, equal, numbered
from life_science.mrna_design.protein import Protein
from life_science.mrna_design.usage import code
from usecases.errors import Infeasible
from usecases.models import Sample
from usecases.records import Record
from usecases.samples import checked

HINT = "A sample holds 0 or 1 for each qubit of the model"


class Design(Record):
    """The codons chosen for each residue, in the letters of DNA; one each when it is whole."""

    codons: tuple[tuple[str, ...], ...]

    @property
    def sequence(self) -> str:
        """The bases from the first codon to the last."""
        return "".join(codon for chosen in self.codons for codon in chosen)


def read_one_hot(protein: Protein, sample: Sample) -> Design:
    """The codons whose qubits are 1: as many for each residue as there are.

    Raises VerificationFailed for a sample of another instance.
    """
    rows = [[c for c, _ in row] for row in protein.codons]
    checked(sample, (protein.label(k, c) for k, row in enumerate(rows) for c in row), HINT)
    chosen = (tuple(c for c in row if sample[protein.label(k, c)]) for k, row in enumerate(rows))
    return Design(codons=tuple(chosen))


def read_dense(protein: Protein, sample: Sample) -> Design:
    """The codon whose number each residue's bits spell, the first bit being the units.

    Raises VerificationFailed for a sample of another instance.
    """
    names = [
        [protein.label(k, b) for b in range(bits(row))] for k, row in enumerate(protein.codons)
    ]
    checked(sample, (name for row in names for name in row), HINT)
    numbers = (sum(sample[name] << b for b, name in enumerate(row)) for row in names)
    chosen = (numbered(row)[p][0] for row, p in zip(protein.codons, numbers, strict=True))
    return Design(codons=tuple((codon,) for codon in chosen))


def violations(protein: Protein, design: Design) -> list[str]:
    """The broken rules in a molecular biologist's words; empty when the protein is written."""
    if len(design.codons) != len(protein.protein):
        return [f"{len(design.codons)} codons are listed for {len(protein.protein)} residues"]
    found = list(_uncertain(protein, design))
    if found:
        return found
    known = code(protein.organism)
    written = "".join(known.get(codon, "?") for (codon,) in design.codons)
    if written != protein.protein:
        found.append(f"the sequence translates to {written}, not {protein.protein}")
    return found or list(_rare(protein, design))


def _uncertain(protein: Protein, design: Design) -> Iterator[str]:
    for number, (residue, chosen) in enumerate(zip(protein.protein, design.codons, strict=True), 1):
        if not chosen:
            yield f"residue {number} ({residue}) has no codon"
        if len(chosen) > 1:
            count = "two" if len(chosen) == 2 else str(len(chosen))
            yield f"residue {number} ({residue}) has {count} codons, {' and '.join(chosen)}"


def _rare(protein: Protein, design: Design) -> Iterator[str]:
    for number, ((codon,), row) in enumerate(zip(design.codons, protein.codons, strict=True), 1):
        if codon not in dict(row):
            yield (
                f"residue {number} ({protein.protein[number - 1]}): codon {codon} is rarer than"
                f" the {protein.rarest:g} of the most used one that is asked for"
            )


def objective(protein: Protein, design: Design) -> float:
    """Σ ln w of the codons less the penalty for each junction of equal bases.

    Raises Infeasible for a design in which a residue has not exactly one known codon.
    """
    rows = [dict(row) for row in protein.codons]
    if len(design.codons) != len(rows) or any(len(c) != 1 for c in design.codons):
        raise Infeasible("a design without one codon for each residue has no value")
    chosen = [codon for (codon,) in design.codons]
    if any(codon not in row for codon, row in zip(chosen, rows, strict=True)):
        raise Infeasible("a design with a codon that is not offered has no value")
    weights = math.fsum(row[codon] for codon, row in zip(chosen, rows, strict=True))
    return weights - protein.junction * sum(equal(a, b) for a, b in pairwise(chosen))
