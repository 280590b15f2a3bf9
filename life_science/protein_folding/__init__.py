"""The lowest-energy fold of a peptide on the tetrahedral lattice."""

from __future__ import annotations

from life_science.protein_folding.network import build
from life_science.protein_folding.peptide import Peptide, example, parse_fasta, write_fasta
from life_science.protein_folding.picture import plot
from life_science.protein_folding.reading import (
    conformations as turns_model,
)
from life_science.protein_folding.reading import (
    interpret,
    interpret_turns,
    objective,
    violations,
)
from life_science.protein_folding.reference import reference
from usecases.contracts import Formulation, UseCase
from usecases.models import CostNetwork

MULTIPLE = 1.1


def model(peptide: Peptide) -> CostNetwork:
    return build(peptide, MULTIPLE)


SEQUENCES = {
    "demo": "APRLRFY",
    "workshop": "DRVYIHPFHL",
    "enkephalin": "YGGFM",
    "chignolin": "GYDPETGTWG",
    "trpzip": "SWTWENGKWTWK",
    "frontier": "NLYIQWLKDGGPSSGRPPPS",
}


usecase = UseCase(
    title="Protein folding: the lowest-energy shape of a peptide on a lattice",
    unit="RT",
    instance=Peptide,
    instances={n: (lambda s=s: Peptide(sequence=s)) for n, s in SEQUENCES.items()},
    example=example,
    tiny=7,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".fasta": parse_fasta, ".fa": parse_fasta},
    writers={".fasta": write_fasta},
    formulations={
        "turns": Formulation(
            title="turns alone, the energy of the walk evaluated",
            model=turns_model,
            interpret=interpret_turns,
            tiny=8,
            algorithms=("qaoa objective=cvar",),
            stored=("demo", "workshop"),
        )
    },
    algorithms=("qaoa objective=cvar", "annealing"),
    sources=("x",),
)
