# %% [markdown]
# # Docking: which contacts can a drug molecule make at once
#
# A small molecule binds to a protein when several of its groups touch the right places of the
# pocket together: a donor of hydrogen bonds a place that accepts them, a greasy part a greasy one.
# Which of all these contacts can hold at the same time?
#
# Molecular *docking* predicts how a *ligand* lies in a *receptor*. Whoever screens libraries of
# compounds against a protein of known structure asks this question millions of times. One
# classical way (Kuhl, Crippen and Friesen 1984) leaves coordinates aside at first: it lists the
# possible contacts, notes which pairs of them fit one placement of the molecule, and looks for
# the largest set that fits pairwise, a *clique*. From the contacts of a clique the placement
# follows. Banchi, Fingerhuth, Babej, Ing and Arrazola (2020) put this graph on a photonic quantum
# computer, and their example has been used to try quantum algorithms since.

# %%
"""Which contacts a ligand can make with a receptor at once: docking as a maximum clique."""

from __future__ import annotations

import numpy as np

from life_science.docking.bounds import colour_bound
from life_science.docking.figure import plot
from life_science.docking.formats import parse_csv, parse_dimacs
from life_science.docking.graph import BindingGraph, Contact, unit
from life_science.docking.pharmacophores import example, synthetic
from life_science.docking.program import (
    exclusive,
    fixed_size,
    interpret_grouped,
    interpret_reduced,
    model,
    penalised,
    reduced,
)
from life_science.docking.reading import Pose, interpret, objective, violations
from life_science.docking.reference import reference
from life_science.docking.tace_as import SUBGRAPH, tace_as
from usecases.contracts import Formulation, UseCase
from usecases.models import all_bits, energies, variables

__all__ = [
    "BindingGraph",
    "Contact",
    "Pose",
    "example",
    "interpret",
    "model",
    "objective",
    "plot",
    "reference",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("life_science/docking")

# %% [markdown]
# ## The data
#
# The *binding-interaction graph* has a vertex for each possible contact, a point of the ligand
# with a point of the receptor, and an edge between two contacts that one placement allows: the
# two ligand points must be as far apart as the two receptor points, up to $\tau + 2\varepsilon$,
# where $\tau$ is how far the molecules give way and $\varepsilon$ how far apart the points of a
# contact may be. A contact's weight says how strongly it binds.
#
# | instance | contacts | what it is |
# |---|---|---|
# | demo | 12 | a part of the graph below |
# | workshop | 24 | TACE-AS: tumour necrosis factor-α converting enzyme and a small ligand |
# | weighted | 24 | synthetic: an invented complex, contacts weighted by what meets |
# | frontier | 217 | synthetic: a larger invented complex, weighted alike |
#
# TACE-AS is the graph that Banchi et al. used, with 24 vertices and 162 edges, as the package
# StrawberryFields carries it. The package gives the graph alone: no names of the points and no
# weights, so its contacts are called c0 to c23, and each counts one. The two other complexes are
# invented, and their strengths are invented as well (3 for a pair of charges, 2 for a hydrogen
# bond, 1.5 for stacked rings or a charge on a ring, 1 for greasy contacts): they show the
# weighted problem and its growth, and say nothing about any molecule.
#
# **Your own graph** comes as JSON (`contacts` with `name` and `weight`, `compatible` as pairs of
# names), as a graph in the DIMACS format (`.clq`, `.col`: `p edge N M`, `e U V`, and `n V WEIGHT`
# for weights), or as CSV: pairs `u,v`, line by line, with a section `contact,weight` or
# `ligand,receptor,weight` before them if contacts count differently. A CSV file may also state
# the pharmacophore points, and the graph is made by the rule above:
#
# ```text
# ligand,kind,x,y,z
# L1,donor,0,0,0
# L2,aromatic,4.1,0,0
# receptor,kind,x,y,z
# R1,acceptor,10,2,0
# R2,hydrophobic,10,6.3,0
# tau,epsilon
# 0.5,0.5
# ```

# %%
WEIGHTED, FRONTIER = 3, 5
"""Seeds of the two synthetic complexes."""


def demo() -> BindingGraph:
    """Twelve of the 24 contacts of TACE-AS."""
    return tace_as().part(SUBGRAPH, "TACE-AS (Banchi et al. 2020), 12 of 24 contacts")


def weighted() -> BindingGraph:
    """The synthetic complex with 24 contacts."""
    return example(24, WEIGHTED)


def frontier() -> BindingGraph:
    """A synthetic complex: a ligand of 15 points, a receptor of 45."""
    return synthetic(15, 30, FRONTIER).graph("synthetic complex, 15 ligand and 45 receptor points")


if __name__ == "__main__":
    for name, make in (("demo", demo), ("workshop", tace_as), ("frontier", frontier)):
        graph = make()
        density = graph.adjacency.mean() * graph.size / (graph.size - 1)
        print(f"{name}: {graph.size} contacts, {density:.0%} of pairs can hold together")

# %% [markdown]
# ## The model
#
# One qubit says whether one contact is made:
#
# $$H = -\sum_v w_v x_v + \sum_{uv\ \text{cannot hold at once}} P_{uv}\, x_u x_v .$$
#
# * the first sum is the strength of the contacts, $w_v$ each;
# * the second charges $P_{uv}$ for two contacts that no placement allows together. On the graph
#   of these pairs, the complement, the task is a maximum independent set.
#
# **Qubits:** as many as contacts, which are at most ligand points × receptor points.
#
# **The penalty.** $P_{uv} > \min(w_u, w_v)$ for every pair suffices: if both contacts of a pair
# are made, dropping the lighter one loses its weight and saves at least $P_{uv}$, so a string
# that breaks a rule is never lowest. The model takes $P_{uv} = \min(w_u, w_v) + \delta$ with
# $\delta$ half a mean weight, rounded up to a power of two so that poses of equal strength have
# exactly equal energies; that is 1.5 times the bound where all contacts count one. The cell shows
# by how much the cheapest broken string lies above the best pose, and what share of the whole
# spectrum one contact is: larger penalties are safe and squeeze what has to be told apart.
#
# **Many contacts.** Beyond 24 the model comes with a first pose to improve block by block, each
# block small enough for a machine. A block must never trade the pose for a set of contacts that
# breaks rules. Dropping contacts as above turns any such set into a pose and saves at least
# $\delta$, so its energy is at least $\delta$ above that of the best pose. That is bounded too:
# put contacts into classes none of which has two that can hold together (a colouring); a pose has
# at most one of each. With $\delta$ above the difference of this bound and the first pose's
# strength, no broken set lies below the first pose: every answer is feasible, always.

# %%
if __name__ == "__main__":
    strings = all_bits(12)
    small = demo()
    broken = np.array(
        [
            bool(violations(small, interpret(small, dict(zip(small.names, row, strict=True)))))
            for row in strings.tolist()
        ]
    )
    print(f"feasible share of uniform strings: {1 - broken.mean():.4f}")
    for multiple in (0.5, 1.0, 1.1, 1.5, 2.0, 4.0, 10.0):
        found = energies(penalised(small, multiple - 1.0), strings)
        spread = found.max() - found.min()
        away = found[broken].min() - found[~broken].min()
        print(
            f"P = {multiple:4.1f} times the bound: cheapest broken {away:+.2f} contacts,"
            f" one contact is {1 / spread:.4f} of the spectrum"
        )

# %% [markdown]
# ## Two other encodings
#
# The penalty can be replaced, partly, by a mixer that never breaks a rule.
#
# * `docking:exclusive`: the colouring's classes are rules: of each class at most one contact is
#   made. A spare bit in each stands for *none*, so exactly one bit of a class is 1, and the mixer
#   only moves it. **Qubits:** contacts + classes with two or more. The strings that the mixer
#   reaches are few: a class of three contacts takes four qubits and has four states, so they take
#   far less memory on a simulator than the same number of free qubits.
# * `docking:fixed_size`: a pose has $k$ contacts, and the mixer exchanges made and unmade ones.
#   Which $k$? The optimum is not known beforehand, but it is bounded: by the number of classes
#   from above, and from below by the fewest contacts that weigh as much as the greedy pose. Spare
#   bits fill up the difference. **Qubits:** contacts + upper − lower bound. In the demo both
#   bounds are 8, so the classical bounds have settled its *size* before a qubit is asked; what is
#   left is to find such a pose.
#
# Both keep the penalties of pairs, since neither mixer knows all rules.
#
# `docking:reduced` is a classical reduction and no encoding: a contact is left out if it and the
# colouring bound of its partners do not exceed the strength of the greedy pose. A best pose always
# survives, so the optimum is the same on fewer qubits.

# %%
if __name__ == "__main__":
    for name, graph in (("demo", demo()), ("workshop", tace_as()), ("frontier", frontier())):
        low, high = graph.strength(graph.greedy), colour_bound(graph.weights, graph.classes)
        print(f"{name}: greedy pose {low:g}, colouring bound {high:g}; qubits: plain {graph.size},")
        for form, build in (("exclusive", exclusive), ("fixed_size", fixed_size)):
            print(f"  {form} {len(variables(build(graph)))}")
        print(f"  reduced {len(variables(reduced(graph)))}")

# %% [markdown]
# ## Reading an answer back
#
# `interpret` lists the contacts whose bits are 1 and repairs nothing. `violations` names what
# clashes (*contacts c0 and c5 cannot hold at once*), and `objective` adds up the weights of the
# instance; neither looks at the model. The empty pose is feasible and worth nothing.

# %%
if __name__ == "__main__":
    everything = interpret(demo(), dict.fromkeys(demo().names, 1))
    for line in violations(demo(), everything)[:5]:
        print(line)

# %% [markdown]
# ## What classical computing proves
#
# `reference` leaves out the contacts that cannot matter, by the reduction above, and then searches:
# it extends a clique contact by contact and turns back where a colouring of what could still be
# added shows that nothing better can come (Kumlander 2004). It uses no penalty and no energy.
# Large dense graphs, where it gives up after 400 000 branches, go on to CP-SAT as an integer
# program, which also states a bound where it cannot finish. Tests compare both with another
# branch and bound (Warren and Hicks 2006, in networkx) and with brute force.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, make in (
        ("demo", demo), ("workshop", tace_as), ("weighted", weighted), ("frontier", frontier)
    ):  # fmt: skip
        graph, begun = make(), perf_counter()
        proven = reference(graph)
        seconds = perf_counter() - begun
        print(f"{name}: {proven.value:g} {unit(graph)}, {proven.kind} in {seconds:.3f} s")
        print(f"  {proven.method}")

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Docking: which contacts a ligand makes at once",
    unit=unit,
    sense="max",
    instance=BindingGraph,
    instances={
        "demo": demo,
        "workshop": tace_as,
        "weighted": weighted,
        "frontier": frontier,
    },
    example=example,
    tiny=8,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".csv": parse_csv, ".clq": parse_dimacs, ".col": parse_dimacs},
    formulations={
        "exclusive": Formulation(
            title="at most one contact of a class, kept by the mixer",
            model=exclusive,
            interpret=interpret_grouped,
            tiny=8,
            algorithms=("qaoa layers=6",),
            stored=("demo", "workshop", "weighted"),
        ),
        "fixed_size": Formulation(
            title="a bounded number of contacts, kept by the mixer",
            model=fixed_size,
            interpret=interpret_grouped,
            tiny=8,
            algorithms=("qaoa layers=6",),
        ),
        "reduced": Formulation(
            title="without contacts that cannot improve the greedy pose",
            model=reduced,
            interpret=interpret_reduced,
            tiny=8,
            algorithms=("qaoa", "annealing"),
            stored=("frontier",),
        ),
    },
    algorithms=("qaoa layers=40 angles=ramp", "annealing"),
    stored=("demo", "workshop", "weighted", "frontier"),
    sources=(
        "L. Banchi, M. Fingerhuth, T. Babej, C. Ing, J. M. Arrazola, Molecular docking with"
        " Gaussian boson sampling, Science Advances 6:eaax1950, 2020: graph and rule",
        "StrawberryFields 0.23 (Apache-2.0), apps/data: the TACE-AS graph",
        "F. S. Kuhl, G. M. Crippen, D. K. Friesen, A combinatorial algorithm for calculating"
        " ligand binding, J. Comput. Chem. 5:24-34, 1984: docking as a clique",
        "D. Kumlander, A new exact algorithm for the maximum-weight clique problem based on a"
        " heuristic vertex-coloring and a backtrack search, 2004: the reference",
        "A. Lucas, Ising formulations of many NP problems, Frontiers in Physics 2:5, 2014",
        "D. J. A. Welsh, M. B. Powell, An upper bound for the chromatic number of a graph,"
        " The Computer Journal 10:85-86, 1967: the colouring",
        "J. S. Warren, I. V. Hicks, Combinatorial branch-and-bound for the maximum weight"
        " independent set problem, 2006 (networkx): the second proof",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all strings at once, turns the
# phase of each by its energy, and mixes neighbouring strings. For the plain model its angles are
# not trained: phases grow and mixing fades over 40 layers, as in slow annealing. The encodings with
# a mixer of their own are small enough to train six layers. Graphs beyond 24 contacts are improved
# block by block, `lns` in the tables.
#
# <!-- runs -->

# %%
if __name__ == "__main__":
    for algorithm in ("qaoa", "annealing"):
        record = page.run("life_science/docking", "demo", algorithm)
        print(algorithm, record.score)
    page.plot(record)

# %% [markdown]
# What the tables say:
#
# * **QAOA beats chance by far.** 19 of the workshop's $2^{24}$ strings are best poses, one in
#   880 000; none is among 4 096 random strings, so that only the lower end of the lift is known
#   there. Of the shots <!-- optimal of workshop by qaoa --> are.
# * **Encoding rules away pays.** Of the strings that the classes allow,
#   <!-- feasible of workshop:exclusive by chance --> are poses in the workshop, against hardly any
#   of all strings, and six trained layers hit a best pose with
#   <!-- optimal of workshop:exclusive by qaoa --> of the shots, eleven times as often as 40 of the
#   plain model. The spare bits make that 33 qubits instead of 24: a simulator does not mind, as it
#   holds only the 110 592 allowed strings, while a machine would.
# * **A fixed size is the weaker rule here.** All poses of the demo have at most eight of twelve
#   contacts, yet only nine of the 495 sets of eight are poses, and there is nothing but eights to
#   move through: the penalty has to do all the rest.
# * **Simulated annealing finds the best pose in practically every read**, and the classical
#   search *proves* it in less time than any of these runs took. Nothing on this page is faster on
#   a quantum computer.
# * **The frontier hardly needs one.** The greedy pose is not the best, but blocks of six qubits
#   suffice to correct it, and the classical reduction leaves 19 of 217 contacts.
#
# ## How it scales, and what it would take
#
# * **Qubits:** one per contact. A ligand of ten points and a pocket of fifty make 500 at most.
# * **Gates:** two CX per layer for each pair that cannot hold at once: 114 pairs in the workshop,
#   228 CX a layer, 9 120 for 40 layers. At one error in a thousand gates, one run in 9 000 is
#   without any.
# * **Classical search** is exponential in the worst case as well, yet it proves sparse graphs of a
#   thousand contacts. A quantum computer would have to help on large *dense* graphs, which loose
#   tolerances make, and those say little about how the molecule lies.
#
# **What the graph leaves out.** Pairwise distances do not fix a placement: a mirror image has the
# same ones, and contacts that fit pairwise may not fit all at once. The rule allows a point
# to serve twice where its partners are close together. Flexibility is one number $\tau$, where real
# ligands turn about bonds and pockets open. Water, which pays or charges for each contact that it
# loses, is missing, and so are the atoms between the points, which may collide. A clique is where
# docking begins: placements are built from it, minimised and scored with physics. Whether a
# molecule is a drug is not a question this page touches.
