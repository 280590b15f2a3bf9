# %% [markdown]
# # RNA folding: which bases of a strand pair
#
# A strand of RNA folds back on itself: A pairs with U, C with G, and G with U as well, and runs of
# pairs stack into helices, the *stems*. Which stems form decides what an RNA does: whether a
# message can be read, how long it lasts, whether a drug or a protein finds its place on it.
#
# Whoever designs messenger RNA (`life_science/mrna_design` chooses its codons), looks for RNA as a
# target of drugs, or reads a virus's genome predicts this *secondary structure* first. Without
# knots it is a solved problem: dynamic programming finds the structure of least energy in a time
# that grows with the cube of the length (Nussinov and Jacobson 1980; Zuker and Stiegler 1981).
# Structures with *pseudoknots*, stems that cross, are NP-hard in general (Lyngsø and Pedersen
# 2000), and that is what the quantum formulations of the literature have in view. This page keeps
# to nested stems, where every answer can be proven.

# %%
"""Which bases of an RNA strand pair: stems that fit together, at least energy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from life_science.rna_folding.arcs import plot
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
from life_science.rna_folding.stems import Stem, candidates
from life_science.rna_folding.strand import Strand, parse_fasta
from usecases.contracts import Formulation, UseCase
from usecases.models import BQM, CostNetwork, Sample, all_bits

__all__ = [
    "Recursion",
    "Stem",
    "Strand",
    "Structure",
    "candidates",
    "dot_bracket",
    "example",
    "model",
    "nearest",
    "objective",
    "plot",
    "reference",
    "seqfold",
    "stacked",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("life_science/rna_folding")

# %% [markdown]
# ## The data
#
# An instance is a sequence, in JSON or as a FASTA file of one record; T is read as U.
#
# | field | meaning |
# |---|---|
# | `sequence` | 7 to 400 bases, 5' end first |
# | `shortest` | the fewest pairs that count as a stem (3 unless given) |
# | `loop` | kcal/mol charged for the loop that each stem closes (5 unless given) |
#
# The named strands have structures that were measured, here in dot-bracket notation:
#
# * **demo** – the TAR element, bases 17 to 45 of HIV-1's RNA, to which its protein Tat binds
#   (PDB 1ANR; Aboul-ela, Karn and Varani 1996): two stems, a bulge of three, a loop of six.
# * **workshop** – an iron-responsive element (PDB 1AQO; Addess et al. 1997): two stems around a
#   single bulged C, and a loop of six.
# * **frontier** – yeast phenylalanine tRNA without its modifications (PDB 1EHZ): the cloverleaf.
#
# `theophylline` is an aptamer that was selected to bind the drug (Zimmermann et al. 1997), and
# `glp1-start` the first 45 bases of what `life_science/mrna_design` writes for GLP-1.

# %%
STRANDS = {
    "demo": "GGCAGAUCUGAGCCUGGGAGCUCUCUGCC",
    "workshop": "GGAGUGCUUCAACAGUGCUUGGACGCUCC",
    "frontier": "GCGGAUUUAGCUCAGUUGGGAGAGCGCCAGACUGAAGAUCUGGAGGUCCUGUGUUCGAUCCACAGAAUUCGCACCA",
    "theophylline": "GGCGAUACCAGCCGAAAGGCCCUUGGCAGCGUC",
    "glp1-start": "CACGCCGAAGGCACCUUCACCAGCGACGUGAGCAGCUAUCUCGAA",
}

MEASURED = {
    "demo": "((((((...((((......))))))))))",
    "workshop": "((((((.(((((......)))))))))))",
    "frontier": "(((((((..((((........)))).(((((.......))))).....(((((.......))))))))))))....",
}


def named(name: str) -> Callable[[], Strand]:
    """How to make the strand of this name."""
    return lambda: Strand(sequence=STRANDS[name])


INSTANCES = {name: named(name) for name in STRANDS} | {
    alias: named(name)
    for alias, name in (("tar", "demo"), ("ire", "workshop"), ("trna-phe", "frontier"))
}

# %% [markdown]
# ## The model
#
# The *candidates* are all stems of at least `shortest` pairs, the longest ones and their parts,
# that close a loop of at least three bases. A stem's energy is the sum of its stacks, one for each
# two neighbouring pairs, by Turner's rules of 2004: −3.4 kcal/mol for C–G on G–C, +1.3 for some
# wobbles; and `loop`. A structure with $s$ stems has $s$ loops besides the open one, so a charge
# for each stem is a charge for each loop, whatever its kind. Fox et al. (2022), to whom the choice
# of stems as variables is due, reward long stems instead of energies.
#
# **A qubit per stem**, the model of this page. Stems that share a base, cross, or continue one
# another do not fit into one structure:
#
# $$H = \sum_s E_s\, x_s + \sum_{s,t \text{ do not fit}} P_{st}\, x_s x_t, \qquad
#   P_{st} > \min(|E_s|, |E_t|).$$
#
# That is sufficient: leaving the weaker of two stems that do not fit out of an answer costs its
# energy and gains more. Stems that do not lower the energy are no candidates. The number of
# qubits is that of the candidates: a run of $k$ pairs has $(k-s+1)(k-s+2)/2$ parts of $s$ or more.
#
# **`stacks`** has a qubit per stack instead (after the quartets of Alevras et al. 2024): a stem of
# $k$ pairs is $k - 1$ of them. The loop is paid where a stem begins, $x (1 - x_{\text{out}})$. Too
# short a stem and one that continues another are forbidden by products of up to three qubits. A
# penalty exceeds what the lesser of the two runs can be worth, so that leaving it out always pays.
#
# Both state the same energies; no slack qubits, and no group of which exactly one is chosen.

# %%
TIMES = 1.2
"""Penalties in units of those that suffice."""


def model(strand: Strand) -> BQM:
    """A qubit per stem: its energy in kcal/mol, and penalties for stems that do not fit."""
    return stem_model(strand, TIMES)


def stacked(strand: Strand) -> CostNetwork:
    """A qubit per stack of two base pairs."""
    return stack_model(strand, TIMES)


# %% [markdown]
# The sweep: how far the cheapest broken string lies above the optimum, and the distance to the
# second-best string as a share of the spectrum.

# %%
if __name__ == "__main__":
    tar = INSTANCES["demo"]()
    names = [stem.label for stem in candidates(tar)]
    strings = all_bits(len(names))
    read = [read_stems(tar, dict(zip(names, row, strict=True))) for row in strings.tolist()]
    broken = np.array([bool(violations(tar, structure)) for structure in read])
    print(f"feasible share of uniform strings: {1 - broken.mean():.4f}")
    for times in (0.25, 0.5, 1.0, 1.2, 2.0, 5.0):
        energy = stem_model(tar, times).energies((strings, names))
        levels = np.sort(energy)
        print(
            f"{times:4.2f} times the bound: cheapest broken string"
            f" {energy[broken].min() - energy[~broken].min():+.2f} kcal/mol, gap"
            f" {(levels[1] - levels[0]) / (levels[-1] - levels[0]):.4f}"
        )

# %% [markdown]
# ## Reading an answer back
#
# `read_stems` lists the stems whose qubits are 1; `read_stacks` puts stacks that share a pair
# together. `violations` says *base 7 pairs twice, with 21 and 25*, *stems 2–20 and 9–28 cross: a
# pseudoknot*, *hairpin loop of 2 bases at 10–13, at least 3*. `objective` computes the energy from
# the stems' bases and never looks at the model.

# %%
if __name__ == "__main__":
    everything: Sample = dict.fromkeys(names, 1)
    for text in violations(tar, read_stems(tar, everything))[:4]:
        print(text)

# %% [markdown]
# ## What classical computing proves
#
# The first base of an interval is unpaired, or a stem begins there, and then the inside of the
# stem and what follows it are intervals of their own. `Recursion` tabulates all intervals: the
# least energy of nested stems is proven in a time that grows with the cube of the length.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name in STRANDS:
        strand = INSTANCES[name]()
        begun = perf_counter()
        found = Structure(stems=Recursion(strand).structure())
        seconds = perf_counter() - begun
        print(
            f"{name:12} {len(candidates(strand)):3d} stems, {len(stacks(strand)):3d} stacks:"
            f" {objective(strand, found):6.2f} kcal/mol in {seconds:.3f} s"
        )
        print(f"  {strand.sequence}\n  {dot_bracket(strand, found)}")
        if name in MEASURED:
            print(f"  {MEASURED[name]} measured")

# %% [markdown]
# ## Model error is not solver error
#
# A proven optimum is one of the model, and the model says nothing of what kind a loop is. Two
# fuller ones stand beside it. `nearest` adds up the loops of a given structure by kind and size
# (hairpins, bulges, internal and multibranch loops) with the initiations of Turner's rules;
# mismatches, dangling ends and special loops are left out. seqfold (MIT licence) has those, and
# searches the structure of least energy by itself; it knows no wobble pairs, and it does not
# evaluate a given structure, so `nearest` evaluates both. The *model gap* is the difference in the
# last column: positive where the stems' model prefers a structure that the fuller rules call worse
# than seqfold's, negative where they call it better. The fuller models differ as well, most about
# multibranch loops: the tRNA's in seqfold's structure costs +7.1 kcal/mol by `nearest`, and −4.4 by
# seqfold, which adds dangling ends.

# %%
if __name__ == "__main__":
    print("strand        stems' model   by nearest   seqfold   its own by nearest   model gap")
    for name in STRANDS:
        strand = INSTANCES[name]()
        found = Structure(stems=Recursion(strand).structure())
        minimum, folded = seqfold(strand)
        ours, theirs = nearest(strand, found.pairs), nearest(strand, folded)
        print(
            f"{name:12} {objective(strand, found):13.2f} {ours:12.2f} {minimum:9.2f}"
            f" {theirs:20.2f} {ours - theirs:+11.2f}"
        )

# %% [markdown]
# The charge for a loop is the model's one free number. Without it stems are gathered wherever
# they fit; too large, and only the strongest are left. Chosen for random strands, by what
# `nearest` says of the optima; a smaller one suits the theophylline aptamer:

# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    random = ["".join(rng.choice(list("ACGU"), 30).tolist()) for _ in range(40)]
    for loop in (0.0, 2.0, 4.0, 5.0, 6.0, 7.0):
        strands = [Strand(sequence=letters, loop=loop) for letters in random]
        optima = [Structure(stems=Recursion(strand).structure()) for strand in strands]
        mean = np.mean([nearest(s, o.pairs) for s, o in zip(strands, optima, strict=True)])
        count = np.mean([len(candidates(strand)) for strand in strands])
        print(f"loop {loop:.0f} kcal/mol: mean {mean:+.2f} kcal/mol by nearest, {count:.1f} stems")
    for loop in (2.0, 5.0):
        aptamer = Strand(sequence=STRANDS["theophylline"], loop=loop)
        shape = Structure(stems=Recursion(aptamer).structure())
        print(f"loop {loop:.0f}: {dot_bracket(aptamer, shape)}"
              f" {nearest(aptamer, shape.pairs):+.2f} kcal/mol by nearest")  # fmt: skip

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="RNA folding: which bases of a strand pair",
    unit="kcal/mol",
    sense="min",
    instance=Strand,
    instances=INSTANCES,
    example=example,
    tiny=8,
    model=model,
    interpret=read_stems,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".fasta": parse_fasta, ".fa": parse_fasta},
    formulations={
        "stacks": Formulation(
            title="a qubit per stack of two base pairs",
            model=stacked,
            interpret=read_stacks,
            tiny=6,
            algorithms=("qaoa layers=8 objective=cvar",),
        ),
    },
    algorithms=("qaoa layers=8 objective=cvar", "annealing"),
    stored={
        "demo": ("qaoa layers=8 objective=cvar", "annealing"),
        "workshop": ("qaoa layers=8 objective=cvar", "annealing"),
        "frontier": ("annealing",),
    },
    sources=(
        "D. H. Mathews et al., Incorporating chemical modification constraints into a dynamic"
        " programming algorithm, PNAS 101:7287-7292, 2004: Turner's rules",
        "D. H. Turner, D. H. Mathews, NNDB, Nucleic Acids Res. 38:D280-D282, 2010: the energies",
        "D. M. Fox et al., RNA folding using quantum computers, PLoS Comput. Biol."
        " 18(4):e1010032, 2022: stems as variables",
        "T. Zaborniak et al., A QUBO model of the RNA folding problem optimized by variational"
        " hybrid quantum annealing, arXiv:2208.04367, 2022",
        "D. Alevras et al., mRNA secondary structure prediction using utility-scale quantum"
        " computers, arXiv:2405.20328, 2024: stacks as variables",
        "R. B. Lyngsø, C. N. S. Pedersen, RNA pseudoknot prediction in energy-based models,"
        " J. Comput. Biol. 7:409-427, 2000",
        "F. Aboul-ela, J. Karn, G. Varani, Nucleic Acids Res. 24:3974-3981, 1996: TAR, PDB 1ANR",
        "K. J. Addess et al., J. Mol. Biol. 274:72-83, 1997: the iron-responsive element",
        "H. Shi, P. B. Moore, RNA 6:1091-1105, 2000: yeast tRNA-Phe, PDB 1EHZ",
        "G. R. Zimmermann et al., Nature Struct. Biol. 4:644-649, 1997: the theophylline aptamer",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA mixes by flipping single bits, since no group of stems has exactly one member in every
# answer; all rules are penalties, and random strings almost never fold. It is trained on the mean
# of the best quarter of its shots (CVaR).

# %% [markdown]
# <!-- runs -->
#
# <!-- feasible shares -->

# %%
if __name__ == "__main__":
    settings = {"layers": 8, "objective": "cvar"}
    record = page.run("life_science/rna_folding", "demo", "qaoa", parameters=settings)
    print(record.score)
    page.plot(record)

# %% [markdown]
# A lift without a number, only with a lower end, means that none of the random strings was optimal.
# Both encodings find the optimum of the demo, on as many qubits. A qubit per stack has
# <!-- feasible of demo:stacks by qaoa --> instead of <!-- feasible of demo by qaoa --> feasible
# shots and fewer optimal ones, <!-- optimal of demo:stacks by qaoa --> instead of
# <!-- optimal of demo by qaoa -->: a single flip no longer adds or removes a stem, so many shots
# stay at the open strand or at one stem. It saves qubits only where runs are long, since a run of
# $k$ pairs has $k - 1$ stacks and a number of parts that grows with the square of $k$. Simulated
# annealing finds the optimum in most of its reads, in <!-- optimal of frontier by annealing --> of
# them on the 80 qubits of the tRNA, which no simulator of states holds.
#
# ## How it scales
#
# * **Qubits** are the candidate stems: 12 for TAR, 17 for the iron-responsive element, 80 for the
#   76 bases of the tRNA. In random strands they grow a little more than quadratically with the
#   length (the cell below).
# * **Couplings** join most pairs of stems, since most do not fit: 76 % of the pairs for TAR, 61 %
#   for the tRNA, 1 912 of them. Each is two CX per layer between qubits that do not lie on a line.
#
# The optimum of the stems' model is the measured structure for all three named strands, the
# cloverleaf included. That is three strands, and a charge for loops that is right on average; for
# the theophylline aptamer a smaller charge finds a structure that `nearest` holds to be better.
#
# No advantage is in sight on this page: nested stems are solved by the recursion, the tRNA's in a
# moment, and simulated annealing finds the same optimum. With pseudoknots allowed the
# recursion no longer holds, the problem is NP-hard, and the same QUBO needs one kind of penalty
# less; Fox et al. (2022) take it there on an annealer, Alevras et al. (2024) run up to 80 qubits
# of a gate machine without them. What decides there is the energy model, of which this page shows
# the error: nobody has good energies for knots.

# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    for length in (30, 60, 120):
        random = ["".join(rng.choice(list("ACGU"), length)) for _ in range(20)]
        many = [len(candidates(Strand(sequence=bases))) for bases in random]
        print(f"{length} random bases: {np.mean(many):.0f} candidate stems")
