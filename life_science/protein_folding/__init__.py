# %% [markdown]
# # Protein folding: the lowest-energy shape of a peptide on a lattice
#
# A protein is a chain of amino acids that folds into a shape, and the shape decides what it
# does: which molecule it binds, whether a drug fits, whether it clumps. To predict it from the
# sequence alone is a problem of biology since Anfinsen's experiments of the 1960s.
#
# Laboratories do not solve it on a lattice. They ask programs that have learnt from the structures
# in the Protein Data Bank (Jumper et al. 2021), or follow atoms in molecular dynamics. Lattice
# models keep two things only, that a chain cannot pass through itself and that residues which like
# each other want to touch, and with these they explain why chains collapse and why some sequences
# have one best shape (Lau and Dill 1989). Even so the best shape is hard to find: in the simplest
# of these models it is NP-complete (Berger and Leighton 1998). So they became the model on which
# quantum computers try to fold.

# %%
"""The lowest-energy shape of a peptide on the tetrahedral lattice."""

from __future__ import annotations

from functools import partial

import numpy as np

from life_science.protein_folding.lattice import Fold, touching
from life_science.protein_folding.models import claims, turns
from life_science.protein_folding.network import build
from life_science.protein_folding.peptide import Peptide, example, parse_fasta, write_fasta
from life_science.protein_folding.picture import plot
from life_science.protein_folding.reading import (
    interpret,
    interpret_turns,
    objective,
    violations,
)
from life_science.protein_folding.reference import reference
from life_science.protein_folding.walks import conformations
from usecases.contracts import Formulation, UseCase
from usecases.models import CostNetwork, Evaluated, all_bits, qubits

__all__ = [
    "Fold",
    "Peptide",
    "conformations",
    "example",
    "interpret",
    "interpret_turns",
    "model",
    "objective",
    "plot",
    "reference",
    "turns",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("life_science/protein_folding")

# %% [markdown]
# ## The data
#
# An instance is a sequence of 5 to 40 amino acids in one-letter code, as JSON,
# `{"sequence": "APRLRFY"}`, or as the `.fasta` or `.fa` file that every database of biology gives
# out: a line `>description`, then the letters. One record a file, the twenty amino acids of
# proteins, nothing else; what does not belong is named with its line and column.
#
# Two residues that come to lie side by side gain an energy that depends on their kinds. It was
# counted out of known structures by Miyazawa and Jernigan (1996): pairs that touch more often
# than chance attract. The table is entry MIYS960101 of the database AAindex (energies $e_{ij}$ in
# units of $RT$, 0.6 kcal/mol at room temperature), from the package `aaindex`. All 210 energies
# are negative, from −0.12 for two lysines to −7.37 for two leucines.
#
# | instance | peptide | residues | qubits | of turns alone |
# |---|---|---|---|---|
# | `demo` | APRLRFY, the neuropeptide of Robert et al. (2021) | 7 | 9 | 7 |
# | `workshop` | DRVYIHPFHL, angiotensin I, their larger example | 10 | 22 | 13 |
# | `chignolin` | GYDPETGTWG, of the smallest that fold like a protein (PDB 1UAO) | 10 | 22 | 13 |
# | `trpzip` | SWTWENGKWTWK, tryptophan zipper 2 (PDB 1LE1) | 12 | 33 | 17 |
# | `frontier` | NLYIQWLKDGGPSSGRPPPS, Trp-cage TC5b (PDB 1L2Y) | 20 | 97 | 33 |
# | `enkephalin` | YGGFM: too short for any contact, so every shape is as good | 5 | 3 | 3 |

# %%
SEQUENCES = {
    "demo": "APRLRFY",
    "workshop": "DRVYIHPFHL",
    "chignolin": "GYDPETGTWG",
    "trpzip": "SWTWENGKWTWK",
    "frontier": "NLYIQWLKDGGPSSGRPPPS",
    "enkephalin": "YGGFM",
}

if __name__ == "__main__":
    angiotensin = Peptide(sequence=SEQUENCES["workshop"])
    for (i, j), energy in zip(angiotensin.pairs, angiotensin.energies(), strict=True):
        first, second = angiotensin.sequence[i], angiotensin.sequence[j]
        print(f"{first}{i + 1}–{second}{j + 1}: {energy:.2f} RT")

# %% [markdown]
# ## The model
#
# Residues sit on the sites of the *tetrahedral lattice*, the lattice of diamond: four neighbours
# each, at the angle that carbon atoms make. Its sites fall into two kinds; from one kind four
# directions lead away, from the other the same four lead back. So a shape is a sequence of turns
# $t_k \in \{0, 1, 2, 3\}$, one a bond, two qubits each. Two equal turns in a row go there and back.
#
# The first two turns may be any: turning the lattice makes them 1 and 0. The third goes on as 1, or
# as 2 or 3, which are mirror images; one qubit tells. That leaves $2(N-1)-5$ qubits for the turns,
# and 1/24 of all shapes, each seen from the same side.
#
# **Who can touch.** Neighbouring sites are of different kinds, so an odd number of bonds lies
# between two residues in contact, and the shortest ring has six sites, so at least five. There are
# $\lfloor (N-4)^2/4 \rfloor$ such pairs, and each gets a qubit that *claims* the contact:
#
# $$\text{qubits} = 2(N-1) - 5 + \lfloor (N-4)^2/4 \rfloor .$$
#
# **Distances.** Let $d(i,j) = \sum_a c_a^2$ with $c_a$ the steps from $i$ to $j$ in direction $a$,
# those back counted negative. Then $d$ is 0 on the same site, 1 between neighbours, 2 between
# their neighbours, and in space the residues are $\sqrt{(4d-1)/3}$ (odd) or $\sqrt{4d/3}$ (even)
# bonds apart. With $T_{kl} = 1$ when turns $k$ and $l$ are equal, else 0,
#
# $$d(i,j) = (j - i) + 2 \sum_{i \le k < l < j} (-1)^{k+l}\, T_{kl} .$$
#
# Each $T_{kl}$ is a table over the four qubits of two turns, so all of this is a cost network of
# tables over at most five qubits. Its terms, after Robert, Barkoutsos, Woerner and Tavernelli:
#
# * **contact** – $q_{ij}\, e_{ij}$ for a claim;
# * **distance** – $q_{ij}\, \lambda_1 (d(i,j) - 1)$: who is not beside the other may not claim it;
# * **collision** – $q_{ij}\, \lambda_2 (2 - d)$ for each residue next to one of the two in the
#   chain and its distance from the other: they may not share a site;
# * **turning back** – $\lambda_\text{back}\, T_{k,k+1}$.
#
# **The penalties.** The paper leaves them free. Here each pair has its own, from $w = |e_{ij}|$.
# A claim is worth making only if it is true and collides with nothing when
#
# * $\lambda_2 \ge w/2$: a true claim with a collision beside it costs $-w + 2\lambda_2 \ge 0$;
# * $\lambda_1 \ge w/2 + K\lambda_2$: for $d > 1$ one step away from either residue makes $d - 2$ at
#   most $2(d-1)$, and both steps of a chain that does not turn back together at most $3(d-1)$. So
#   $K$ is 2 for an end of the chain, 3 for any other residue, summed over the two;
# * $\lambda_\text{back} \ge 2\sum w - \max w$: with a turn back a claim may gain up to $2w$, and
#   any single contact can be had without.
#
# For the first inequality, let $s = -c_a$ for the direction stepped in: the other three counts add
# up to $1 + s$, so $d \ge s^2 + (1+s)^2/3$, which for whole numbers and $d > 1$ is at least
# $1 + 2s$. The second follows alike from $d \ge s^2 + s + 1/2$ for two directions together. The
# tests try all vectors as well. The model takes 1.1 times these bounds: at 1 there are ties.
#
# **Collisions elsewhere.** A chain may meet itself where it claims nothing, and the paper's
# Hamiltonian does not see it. Up to ten residues that never pays: whatever contacts such a chain
# may claim, some chain that avoids itself has these and more (found by listing all chains, in the
# tests; it holds for any negative energies). From eleven residues on it can pay, so there
# the model traces the walk as well and adds $\lambda_\text{back}$ for each pair on one site.

# %%
MULTIPLE = 1.1
"""The penalties in the model, as a multiple of those that are proven to suffice."""


def model(peptide: Peptide) -> CostNetwork | Evaluated:
    """The energy in RT of turns and claimed contacts. Raises TooLarge beyond 24 residues."""
    return claims(peptide, MULTIPLE)


# %% [markdown]
# The sweep on the demo: the distance from the optimum to the cheapest broken answer must be
# positive, and is from half the bound on, which need not be tight on every peptide. The gap from
# the optimum to the next energy, as a share of the whole spectrum, is what a search has to
# resolve, and penalties squeeze it.

# %%
if __name__ == "__main__":
    demo = Peptide(sequence=SEQUENCES["demo"])
    names, strings = claims(demo, 1.0).variables, all_bits(9)
    answers = [interpret(demo, dict(zip(names, row.tolist(), strict=True))) for row in strings]
    broken = np.array([bool(violations(demo, answer)) for answer in answers])
    print(f"feasible share of uniform strings: {1 - broken.mean():.3f}")
    for multiple in (0.25, 0.5, 0.75, 1.0, 1.1, 2.0, 5.0):
        energy = claims(demo, multiple).energies(strings)
        levels = np.unique(energy.round(6))
        print(
            f"{multiple:4.2f} of the bound: cheapest broken {energy[broken].min() + 4.81:+7.2f} RT,"
            f" gap {(levels[1] - levels[0]) / (levels[-1] - levels[0]):.4f} of the spectrum"
        )

# %% [markdown]
# **The second formulation** drops the claims: `life_science/protein_folding:turns` has the
# $2(N-1)-5$ qubits of the turns alone. Its cost is computed classically, by walking the chain: the
# energy of its contacts, or, where it meets itself, the strongest contact once for each pair of
# residues on one site. No penalty has to balance anything, since broken shapes get no credit and
# no conformation costs more than 0. Such a cost is no short polynomial, so the phases
# come from a stand-in of tables over four qubits: springs between the pairs, stiffness
# $|e_{ij}|/(j-i)^2$, and a price for turning back. What is trained and measured is the true energy,
# by its *conditional value at risk*, the mean of the best shots (Barkoutsos et al. 2020).
#
# The shares of uniform strings that are feasible, in both; with claims, a shape of $c$ contacts
# is read from $2^c$ strings:

# %%
if __name__ == "__main__":
    for name in ("demo", "workshop"):
        peptide = Peptide(sequence=SEQUENCES[name])
        sites, _ = conformations(peptide)
        count = sum((touching(sites, i, j) for i, j in peptide.pairs), np.zeros(len(sites)))
        alone = len(sites) / 2 ** qubits(turns(peptide))
        claimed = (2**count).sum() / 2 ** qubits(model(peptide))
        print(f"{name}: with claims {claimed:.3%}, turns alone {alone:.1%}")

# %% [markdown]
# ## Reading an answer back
#
# `interpret` reads the turns and the claims; nothing is corrected. A claim that is false breaks a
# rule, and so does a chain that meets itself. A contact that is there but was not claimed breaks
# none: `objective` adds up the contacts that the shape *has*.

# %%
if __name__ == "__main__":
    ring = Fold(turns=(1, 0, 2, 1, 0, 2, 3, 3, 1), contacts=((1, 10), (2, 9)))
    for line in violations(Peptide(sequence=SEQUENCES["workshop"]), ring):
        print(line)

# %% [markdown]
# ## What classical computing proves
#
# `reference` grows the chain residue by residue and drops what meets itself or cannot become the
# best: two contacts a residue, three at the ends, and the strongest choice of contacts within
# these limits (a linear program) bounds what is still to come. A beam search gives a first good
# shape. It uses neither turns' bits nor penalties. Where 20 million partial chains do not settle
# it, the value is labelled best known, with its bound; Trp-cage, with 20 residues, is settled.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, sequence in SEQUENCES.items():
        begun = perf_counter()
        proven = reference(Peptide(sequence=sequence))
        seconds = perf_counter() - begun
        print(f"{name}: {proven.value:.2f} RT, {proven.kind} in {seconds:.2f} s ({proven.method})")

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Protein folding: the lowest-energy shape of a peptide on a lattice",
    unit="RT",
    sense="min",
    instance=Peptide,
    instances={name: partial(Peptide, sequence=s) for name, s in SEQUENCES.items()},
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
            title="turns alone, the energy of the walk computed",
            model=turns,
            interpret=interpret_turns,
            tiny=8,
            algorithms=("qaoa objective=cvar objective.alpha=0.05 layers=5",),
            stored=("demo", "workshop"),
        )
    },
    algorithms=(
        "qaoa objective=cvar objective.alpha=0.05 layers=3 angles.iterations=30",
        "annealing",
    ),
    sources=(
        "A. Robert, P. Barkoutsos, S. Woerner, I. Tavernelli, Resource-efficient quantum algorithm"
        " for protein folding, npj Quantum Information 7:38, 2021: encoding, Hamiltonian, peptides",
        "S. Miyazawa, R. L. Jernigan, Residue-residue potentials with a favorable contact pair term"
        " and an unfavorable high packing density term, J. Mol. Biol. 256:623-644, 1996",
        "S. Kawashima et al., AAindex: progress report 2008, Nucleic Acids Res. 36:D202: the entry"
        " MIYS960101, from the package aaindex (MIT)",
        "S. Boulebnane, X. Lucas, A. Meyder, S. Adaszewski, A. Montanaro, Peptide conformational"
        " sampling using QAOA, npj Quantum Information 9:70, 2023, arXiv:2204.01821",
        "P. Barkoutsos et al., Improving variational quantum optimization using CVaR, Quantum"
        " 4:256, 2020, arXiv:1907.04769",
        "J. Jumper et al., Highly accurate protein structure prediction with AlphaFold, Nature"
        " 596:583-589, 2021",
        "K. F. Lau, K. A. Dill, A lattice statistical mechanics model of the conformational and"
        " sequence spaces of proteins, Macromolecules 22:3986-3997, 1989",
        "B. Berger, T. Leighton, Protein folding in the HP model is NP-complete, J. Comput. Biol."
        " 5:27-40, 1998",
        "Protein Data Bank: 1UAO (Honda et al. 2004), 1LE1 (Cochran et al. 2001), 1L2Y (Neidigh et"
        " al. 2002): sequences",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all strings at once, turns the
# phase of each by its cost, and mixes neighbouring strings; done `layers` times with well chosen
# angles, low energies become likelier. Simulated annealing needs quadratic terms, so its model has
# auxiliary variables beside the qubits of this page. The row *chance* reads uniform strings the
# same way: all of them where they are few, else 4096, as many as QAOA has shots.

# %% [markdown]
# <!-- runs -->

# %%
if __name__ == "__main__":
    record = page.run("life_science/protein_folding:turns", "demo")
    print(record.score)
    page.plot(record)

# %% [markdown]
# ### Beside random conformations
#
# Lift over uniform *strings* flatters: most strings are no shape at all, and nobody would search
# for a fold by tossing coins over them. Whoever grows a chain and picks each turn among the three
# that do not go back avoids himself in nine of ten tries at ten residues. So the fair row beside
# a shot is a random *conformation*: of 53 shapes of the demo 2 are optimal, of 1344 of the
# workshop 3, one of each up to symmetry. By the stored runs, each of 4096 shots:
#
# | | optimal shots | random conformations | lift, 95 % |
# |---|---|---|---|
# | demo, claims, 9 qubits, 3 layers | 7.13 % | 3.77 % | 1.89 [1.69–2.11] |
# | demo, turns, 7 qubits, 5 layers | 5.03 % | 3.77 % | 1.33 [1.17–1.52] |
# | workshop, claims, 22 qubits, 3 layers | 0.195 % | 0.223 % | 0.88 [0.44–1.72] |
# | workshop, turns, 13 qubits, 5 layers | 0.464 % | 0.223 % | 2.08 [1.33–3.24] |
#
# 4096 random conformations of the workshop contain an optimum with probability 0.9999. The
# 22 qubits with claims sample optimal strings 680 times as often as coins, 8 in 4096 where 12 of
# $2^{22}$ strings are optimal, and still no oftener than blind growth finds the shape. Turns alone
# are twice as good as blind growth. That is what Boulebnane, Lucas, Meyder, Adaszewski and
# Montanaro (2023) found for QAOA on lattice peptides: random sampling matches it up to a small
# overhead. Simulated annealing fails on the workshop, where the quadratic model needs 113
# auxiliary variables.

# %%
if __name__ == "__main__":
    for name in ("demo", "workshop"):
        peptide = Peptide(sequence=SEQUENCES[name])
        energy = conformations(peptide)[1]
        share = float((energy < energy.min() + 1e-9).mean())
        found = 1 - (1 - share) ** 4096
        print(f"{name}: {share:.3%} of {len(energy)} conformations are optimal; 4096 random ones")
        print(f"  contain an optimum with probability {found:.4f}")
        score = page.run("life_science/protein_folding:turns", name).score
        shots, (low, high) = score.optimal_share or 0.0, score.optimal_interval or (0.0, 1.0)
        print(
            f"  QAOA: {shots:.3%} of the shots, lift over random conformations"
            f" {shots / share:.2f} [{low / share:.2f}–{high / share:.2f}]"
        )

# %% [markdown]
# ## How it scales
#
# Claims take a number of qubits that grows with the square of the chain, turns alone two a
# residue; the tables grow with the fourth power.

# %%
if __name__ == "__main__":
    for residues in (7, 10, 15, 20):
        peptide = example(residues, 0)
        print(
            f"{residues} residues: {qubits(model(peptide))} qubits with claims,"
            f" {qubits(turns(peptide))} of turns alone,"
            f" {len(build(peptide, MULTIPLE).factors)} tables"
        )

# %% [markdown]
# Turns alone fit a simulator up to 15 residues (23 qubits). Trp-cage, the frontier, asks for 33 or
# 97 qubits, which no simulator here holds with these tables, while branch and bound proves its
# optimum, as the cell of the proofs shows. Without contacts that prune, the proof's work grows
# almost threefold a residue; beyond some 20 residues the reference may be the best known.
#
# What it would take: a circuit whose share of optimal shots falls more slowly with the length of
# the chain than the share of optimal conformations, at a depth that a machine survives. These
# runs do not show one. And the model is not the protein: no side chains, no water, mirror images
# alike, energies counted from structures. The best lattice shape of angiotensin is a statement
# about the lattice; a better solver does not mend that.
