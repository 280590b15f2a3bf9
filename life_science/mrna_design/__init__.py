# %% [markdown]
# # mRNA design: which codons write a protein
#
# A gene is read three bases at a time. Most residues of a protein can be written by several such
# *codons*, and cells do not use them alike: in human genes leucine is written CTG in 40 % of all
# cases and CTA in 7 %. A message in codons that a cell rarely uses tends to yield little of the
# protein (Gustafsson, Govindarajan and Minshull 2004).
#
# Whoever has a cell make a protein that is not its own therefore chooses the codons anew: makers
# of enzymes and antibodies, of vaccines, every laboratory that orders a gene. The choice has other
# ends as well; the one kept here is that no codon should begin with the base that the one before
# ends with, since runs of equal bases are hard to synthesise and to copy.
#
# It is a chain: a codon matters only to its two neighbours. Classical computing solves it in
# microseconds, whatever the length, and no quantum advantage is to be had here. It is a use case
# to learn on: groups of which exactly one is chosen, a penalty whose sufficient size can be
# proven, two encodings side by side, and an answer that is known at any size. What the message
# does once it is written, folding onto itself, is the harder half: `life_science/rna_folding`.

# %%
"""Which codons write a protein: codon choice along a chain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from life_science.mrna_design.chain import best, reference
from life_science.mrna_design.encodings import dense, groups, one_hot, sufficient_penalty
from life_science.mrna_design.fasta import parse_fasta
from life_science.mrna_design.protein import Protein, example
from life_science.mrna_design.reading import (
    Design,
    objective,
    read_dense,
    read_one_hot,
    violations,
)
from life_science.mrna_design.strip import plot
from usecases.contracts import Formulation, UseCase
from usecases.models import BQM, Sample, Structured, all_bits, qubits

__all__ = [
    "Design",
    "Protein",
    "best",
    "dense",
    "example",
    "model",
    "objective",
    "penalised",
    "plot",
    "read_dense",
    "read_one_hot",
    "reference",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("life_science/mrna_design")

# %% [markdown]
# ## The data
#
# How often an organism uses each codon is counted in its genes: the tables of the Kazusa database,
# as the package python_codon_tables carries them (CC0), to two decimals. An instance is a protein
# and an organism:
#
# | field | meaning |
# |---|---|
# | `protein` | residues in one-letter code; a final `*` asks for a stop codon too |
# | `organism` | a table by its name or TaxID: `h_sapiens_9606`, `e_coli`, `4932` |
# | `junction` | penalty for equal bases at a junction, in units of ln w (1 unless given) |
# | `rarest` | codons below this relative adaptiveness are not offered (0 unless given) |
#
# or a FASTA file of one record, whose header may hold `organism=`, `junction=` and `rarest=`:
#
# ```
# >GLP-1(7-37) organism=e_coli
# HAEGTFTSDVSSYLEGQAAKEFIAWLVKGRG
# ```
#
# The named proteins are the peptide hormone GLP-1(7–37), which the human intestine makes from
# proglucagon (UniProt P01275, residues 98–128), its first four and seven residues, and the two
# chains of human insulin (UniProt P01308).

# %%
GLP1 = "HAEGTFTSDVSSYLEGQAAKEFIAWLVKGRG"

INSTANCES: dict[str, Callable[[], Protein]] = {
    "demo": lambda: Protein(protein=GLP1[:4]),
    "workshop": lambda: Protein(protein=GLP1[:7]),
    "frontier": lambda: Protein(protein=GLP1),
    "glp-1": lambda: Protein(protein=GLP1),
    "insulin-a": lambda: Protein(protein="GIVEQCCTSICSLYQLENYCN"),
    "insulin-b": lambda: Protein(protein="FVNQHLCGSHLVEALYLVCGERGFFYTPKT"),
}

if __name__ == "__main__":
    glp1 = INSTANCES["glp-1"]()
    for residue, row in list(zip(glp1.protein, glp1.codons, strict=True))[:5]:
        print(residue, *(f"{codon} {np.exp(w):.2f}" for codon, w in row))

# %% [markdown]
# ## The model
#
# A codon's *relative adaptiveness* $w$ is its frequency over that of the residue's most frequent
# codon (Sharp and Li 1987), so the best codon has $\ln w = 0$. Sought is the largest
#
# $$\sum_i \ln w(c_i) - J \sum_i [\text{last base of } c_i = \text{first base of } c_{i+1}]$$
#
# with $J$ = `junction`. Without $J$ each residue would take its best codon; the junctions tie them
# together. The mean of $\ln w$ is the logarithm of the *codon adaptation index*.
#
# **A qubit per codon** (the model of this page). $x_{ic} = 1$ where residue $i$ is written by $c$:
# $\sum_i k_i$ qubits for residues with $k_i$ codons. H = minus the sum above, plus
# $P \sum_i (1 - \sum_c x_{ic})^2$. The codons of a residue are declared as a group, so that a
# mixer which only exchanges members of a group (a ring of XY terms, started in a W state) never
# leaves the designs; the penalty stays in the model for those who do not look at groups.
#
# **`penalty`** is the same without the groups: the mixer flips single bits and $P$ has to do it
# all.
#
# **`dense`** numbers the codons of a residue in binary (a denser encoding is proposed in
# arXiv:2404.14858): $\sum_i \lceil \log_2 k_i \rceil$ qubits, half as many. Each residue has a
# table of its bits, each junction one of both residues' bits, up to six. Six codons need three
# bits with eight patterns: the two left over begin again with the most used codons, so that every
# string is a design and there is nothing to penalise.
#
# **The penalty.** Surplus codons only add costs, so leaving them out lowers the energy for any
# $P > 0$. A residue without a codon can be given one at a cost of at most
# $B = \max_i \max_{a,b} \min_c \left(-\ln w(c) + J [c \text{ begins with } a]
# + J [c \text{ ends with } b]\right)$ over all bases $a$, $b$ that its neighbours can show. So
# $P > B$ suffices; $B$ never exceeds $2J$.

# %%
TIMES = 1.25
"""The penalty in units of the one that suffices."""


def model(protein: Protein) -> Structured:
    """A qubit per codon; each residue's codons are a group of which one is chosen."""
    return Structured(one_hot(protein, TIMES), groups(protein))


def penalised(protein: Protein) -> BQM:
    """The same energies, and no groups."""
    return one_hot(protein, TIMES)


# %% [markdown]
# How many qubits each takes, and which share of uniform strings is a design at all:

# %%
if __name__ == "__main__":
    for name, make in INSTANCES.items():
        protein = make()
        counts = np.array([len(row) for row in protein.codons])
        share = np.exp(np.sum(np.log(counts) - counts * np.log(2.0)))
        print(
            f"{name:10} a qubit per codon {counts.sum():4d}, of which 1 in {1 / share:.3g} is a"
            f" design; dense {qubits(dense(protein)):3d}, all; {np.prod(counts, dtype=float):.3g}"
            f" designs, P > {sufficient_penalty(protein):.3f}"
        )

# %% [markdown]
# The sweep: the distance from the optimum to the cheapest string that is no design, and the
# distance from the optimum to the second-best string as a share of the spectrum. The first must
# be positive, which it is from the bound on; the second is what has to be resolved.

# %%
if __name__ == "__main__":
    short = INSTANCES["demo"]()
    strings = all_bits(12)
    names = model(short).model.variables
    designs = [read_one_hot(short, dict(zip(names, s.tolist(), strict=True))) for s in strings]
    broken = np.array([bool(violations(short, design)) for design in designs])
    for times in (0.25, 0.5, 1.0, 1.25, 2.0, 5.0, 20.0):
        energy = one_hot(short, times).energies((strings, names))
        right = np.sort(energy[~broken])
        print(
            f"{times:5.2f} times the bound: cheapest string that is no design"
            f" {energy[broken].min() - right[0]:+.3f}, gap"
            f" {(np.sort(energy)[1] - energy.min()) / (energy.max() - energy.min()):.4f}"
        )

# %% [markdown]
# ## Reading an answer back
#
# `read_one_hot` lists the codons whose qubits are 1, be they none or three; `read_dense` spells
# the codon's number. `violations` says *residue 5 (T) has no codon*, *residue 2 (A) has two
# codons, GCC and GCT*, or *the sequence translates to HAEX, not HAEG*, by the genetic code of the
# organism's table.

# %%
if __name__ == "__main__":
    answer: Sample = {name: int(name in ("1H:CAC", "2A:GCC", "2A:GCT")) for name in map(str, names)}
    for text in violations(short, read_one_hot(short, answer)):
        print(text)

# %% [markdown]
# ## What classical computing proves
#
# What comes after a codon depends on the past through its last base only. So it is enough to
# keep, for each codon of a residue, the best design that ends with it, and to go on from these:
# dynamic programming, known as the Viterbi algorithm. The number of steps grows with the length,
# not with the number of designs, and the result is proven:

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name in ("demo", "workshop", "frontier", "insulin-a", "insulin-b"):
        protein = INSTANCES[name]()
        best(protein)  # the tables are read once
        begun = perf_counter()
        value, codons = best(protein)
        micros = 1e6 * (perf_counter() - begun)
        print(f"{name:10} {value:.4f} in {micros:.0f} µs: {' '.join(codons[:9])} ...")

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="mRNA design: which codons write a protein",
    unit="ln w",
    sense="max",
    instance=Protein,
    instances=INSTANCES,
    example=example,
    tiny=11,
    model=model,
    interpret=read_one_hot,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".fasta": parse_fasta, ".fa": parse_fasta},
    formulations={
        "penalty": Formulation(
            title="no groups, each residue's rule is a penalty",
            model=penalised,
            interpret=read_one_hot,
            tiny=10,
            algorithms=("qaoa layers=4",),
            stored=("demo", "workshop"),
        ),
        "dense": Formulation(
            title="codons numbered in binary",
            model=dense,
            interpret=read_dense,
            tiny=14,
            algorithms=("qaoa layers=4",),
            stored=("demo", "workshop"),
        ),
    },
    algorithms=("qaoa layers=4", "annealing"),
    sources=(
        "Y. Nakamura, T. Gojobori, T. Ikemura, Codon usage tabulated from international DNA"
        " sequence databases, Nucleic Acids Res. 28:292, 2000: the tables, by python_codon_tables",
        "P. M. Sharp, W.-H. Li, The codon adaptation index, Nucleic Acids Res. 15:1281-1295, 1987",
        "C. Gustafsson, S. Govindarajan, J. Minshull, Codon bias and heterologous protein"
        " expression, Trends Biotechnol. 22:346-353, 2004",
        "D. M. Fox, K. M. Branson, R. C. Walker, mRNA codon optimization with quantum computers,"
        " PLoS ONE 16(10):e0259101, 2021: one-hot codons on an annealer",
        "H. Zhang, A. Sarkar, K. Bertels, A resource-efficient variational quantum algorithm for"
        " mRNA codon optimization, arXiv:2404.14858, 2024: a dense encoding",
        "D. Alevras et al., Co-optimization of codon usage and mRNA secondary structure using"
        " quantum computing, arXiv:2507.18817, 2025",
        "Z. Wang, N. C. Rubin, J. M. Dominy, E. G. Rieffel, XY mixers, arXiv:1904.09314, 2019",
        "UniProt P01275 (glucagon) and P01308 (insulin), human: the proteins",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA prepares all designs at once, turns the phase of each by its value, and mixes; the angles are
# trained on a simulator, then the state is measured. With groups it starts in the designs and
# stays there; chance is then a random design. Without them chance is a random string, so compare
# the shares of optimal shots between formulations, and the lift within one.

# %% [markdown]
# <!-- runs -->
#
# <!-- feasible shares -->

# %%
if __name__ == "__main__":
    for form in ("", ":dense"):
        record = page.run(f"life_science/mrna_design{form}", "demo", "qaoa layers=4")
        print(form or "a qubit per codon", record.score)
    page.plot(record)

# %% [markdown]
# All three find the optimum, and differ in how often. In the workshop the dense encoding does best
# with the fewest qubits, <!-- optimal of workshop:dense by qaoa --> of the shots, and the groups
# come next with <!-- optimal of workshop by qaoa -->. With penalties alone only
# <!-- feasible of workshop:penalty by qaoa --> of the shots are designs at all, most of them
# mediocre, and <!-- optimal of workshop:penalty by qaoa --> are optimal.
#
# ### The frontier: 31 residues, 110 qubits or 55
#
# A chain entangles only near neighbours, so matrix product states hold it. The dense model of
# GLP-1 needs no training: with angles on a ramp, as in slow annealing, 16 layers on 55 qubits find
# the proven optimum in a few shots without any truncation, as the cell below shows each time it
# runs. Mean costs at one layer are exact by light cones of at most eight variables, so angles can
# be trained there as well (`--train-on lightcone`).

# %%
if __name__ == "__main__":
    settings = {"layers": 16, "angles": "ramp"}
    dense_form = "life_science/mrna_design:dense"
    record = page.run(dense_form, "frontier", "qaoa", "mps", parameters=settings)
    print(record.score)
    page.plot(record)

# %% [markdown]
# ## How it scales
#
# * **Qubits** grow with the length: 3.5 per residue of GLP-1 with a qubit per codon, 1.8 dense.
# * **Gates.** A junction of two six-codon residues is a table over six bits, at most 62 CX by Gray
#   code; a layer's depth does not grow with the length, since junctions far apart are independent.
# * **Designs** grow exponentially, which is often called hard. It is not: the structure is a chain.
#
# What simulates easily is easy, and this is the plainest case of it: the same short reach that
# lets matrix product states run 55 qubits without error lets dynamic programming prove the optimum
# in microseconds. A target for the whole message, such as its share of G and C, only adds a
# counter to the recursion. It becomes hard where far-apart codons matter to each other, because
# the message folds (arXiv:2507.18817 chooses codons and structure together); how it folds is the
# next page.

# %%
if __name__ == "__main__":
    _, codons = best(INSTANCES["glp-1"]())
    print("for life_science/rna_folding:", "".join(codons)[:45].replace("T", "U"))
