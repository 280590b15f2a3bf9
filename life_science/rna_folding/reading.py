"""Reading an answer back: the stems, the rules they break, and their energy."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from life_science.rna_folding.encodings import stacks
from life_science.rna_folding.stems import Stem, candidates, energy, together
from life_science.rna_folding.strand import HAIRPIN, PAIRS, Strand
from usecases.errors import Infeasible
from usecases.models import Sample
from usecases.records import Record
from usecases.samples import checked

HINT = "A sample holds 0 or 1 for each qubit of the model"


class Structure(Record):
    """A secondary structure: its stems."""

    stems: tuple[Stem, ...]

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """All base pairs, bases counted from 1."""
        return tuple(sorted(pair for stem in self.stems for pair in stem.ladder))


def dot_bracket(strand: Strand, structure: Structure) -> str:
    """The customary notation, for a structure that breaks no rule: ( and ) pair, . does not."""
    signs = ["."] * strand.bases
    for first, last in structure.pairs:
        signs[first - 1], signs[last - 1] = "(", ")"
    return "".join(signs)


def read_stems(strand: Strand, sample: Sample) -> Structure:
    """The stems whose qubits are 1. Raises VerificationFailed for a sample of another instance."""
    stems = {stem.label: stem for stem in candidates(strand)}
    checked(sample, tuple(stems), HINT)
    return Structure(stems=tuple(stem for label, stem in stems.items() if sample[label]))


def read_stacks(strand: Strand, sample: Sample) -> Structure:
    """Stems put together from stacks that share base pairs, whatever their length.

    Raises VerificationFailed for a sample of another instance.
    """
    names = {(s.first, s.last): f"{s.first}-{s.last}" for s in stacks(strand)}
    checked(sample, names.values(), HINT)
    chosen = {pair for pair, name in names.items() if sample[name]}
    stems = []
    for first, last in sorted(chosen):
        if (first - 1, last + 1) not in chosen:
            count = 1
            while (first + count, last - count) in chosen:
                count += 1
            stems.append(Stem(first=first, last=last, pairs=count + 1))
    return Structure(stems=tuple(stems))


def violations(strand: Strand, structure: Structure) -> list[str]:
    """The broken rules in a biochemist's words; empty when the strand can fold so."""
    found = [text for stem in structure.stems for text in _stem_violations(strand, stem)]
    if found:
        return found
    return [v for a, b in combinations(structure.stems, 2) for v in _clashes(a, b)]


def _stem_violations(strand: Strand, stem: Stem) -> Iterator[str]:
    where = f"stem {stem.first}–{stem.last}"
    if not 1 <= stem.first < stem.last <= strand.bases:
        yield f"{where} is not on a strand of {strand.bases} bases"
        return
    if stem.pairs < strand.shortest:
        noun = "pair" if stem.pairs == 1 else "pairs"
        yield f"{where} has {stem.pairs} {noun}, at least {strand.shortest}"
    begin, end = stem.inside
    if end - begin + 1 < HAIRPIN:
        bases = max(end - begin + 1, 0)
        noun = "base" if bases == 1 else "bases"
        yield f"hairpin loop of {bases} {noun} at {begin - 1}–{end + 1}, at least {HAIRPIN}"
        return
    for first, last in stem.ladder:
        a, b = strand.sequence[first - 1], strand.sequence[last - 1]
        if a + b not in PAIRS:
            yield f"bases {first} ({a}) and {last} ({b}) do not pair"


def _clashes(one: Stem, other: Stem) -> Iterator[str]:
    if together(one, other):
        return
    partner = {base: mate for pair in one.ladder for base, mate in (pair, pair[::-1])}
    twice = [
        (base, partner[base], mate)
        for pair in other.ladder
        for base, mate in (pair, pair[::-1])
        if base in partner
    ]
    stems = f"stems {one.first}–{one.last} and {other.first}–{other.last}"
    if twice:
        base, mate, again = twice[0]
        both = f"twice with {mate}" if mate == again else f"twice, with {mate} and {again}"
        yield f"base {base} pairs {both}"
    elif other.inside == (one.first, one.last) or one.inside == (other.first, other.last):
        yield f"{stems} continue one another: they are one stem"
    else:
        yield f"{stems} cross: a pseudoknot"


def objective(strand: Strand, structure: Structure) -> float:
    """The energy in kcal/mol: the stacks of all stems, and what the strand charges for loops.

    Raises Infeasible for a stem that cannot form.
    """
    for stem in structure.stems:
        if problems := list(_stem_violations(strand, stem)):
            raise Infeasible(f"no energy: {problems[0]}")
    return sum((energy(strand, stem) for stem in structure.stems), 0.0)
