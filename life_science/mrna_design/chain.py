"""What classical computing proves: the best design by dynamic programming along the chain."""

from __future__ import annotations

from itertools import pairwise

from life_science.mrna_design.protein import Protein
from usecases.records import Reference


def best(protein: Protein) -> tuple[float, tuple[str, ...]]:
    """The value of the best design, and its codons (Viterbi 1967, IEEE Trans. Inf. Theory 13:260).

    A codon's score is the best that any design of the residues so far ends with; what comes
    before it matters only through its own last base. Steps: Σ over junctions of k k'.
    """
    codons = protein.codons
    scores = dict(codons[0])
    backs: list[dict[str, str]] = []
    for _, row in pairwise(codons):
        came = {d: max(scores, key=lambda c: _joined(protein, scores, c, d)) for d, _ in row}
        scores = {d: w + _joined(protein, scores, came[d], d) for d, w in row}
        backs.append(came)
    last = max(scores, key=scores.__getitem__)
    chosen = [last]
    for came in reversed(backs):
        chosen.append(came[chosen[-1]])
    return scores[last], tuple(reversed(chosen))


def _joined(protein: Protein, scores: dict[str, float], before: str, after: str) -> float:
    return scores[before] - (protein.junction if before[2] == after[0] else 0.0)


def reference(protein: Protein) -> Reference:
    """The best value of any design, which dynamic programming proves."""
    return Reference(
        value=best(protein)[0],
        kind="optimal",
        method="dynamic programming along the chain (Viterbi), exact, in Python",
        source="A. J. Viterbi, IEEE Trans. Information Theory 13:260-269, 1967",
    )
