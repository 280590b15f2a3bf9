# %% [markdown]
# # Wind farm: which sites get a turbine
#
# A turbine takes energy out of the wind, and the wind behind it is slower for kilometres: its
# *wake*. A farm has more sites than turbines to build. Which sites should be left empty, so that
# the turbines take the least from one another and the farm yields the most energy in a year?
#
# Every developer of a wind farm has this problem, for months on end, with cables, foundations and
# shipping lanes beside it. Its plainest form, choosing cells of a grid, was stated by Mosetti,
# Poloni and Diviacco (1994) and has been solved by every method since. Written by pairs of
# turbines it is quadratic, and so it has become a problem for quantum computers as well.

# %%
"""Which sites of a wind farm get a turbine, so that wakes cost the least energy."""

from __future__ import annotations

from math import comb

import numpy as np

from energy.wind_farm import offshore, wakes
from energy.wind_farm.drawing import plot
from energy.wind_farm.farm import Farm, Site
from energy.wind_farm.files import EXAMPLE, parse_csv
from energy.wind_farm.places import example, horns_rev, iea37, mosetti
from energy.wind_farm.program import (
    flat,
    model,
    one_by_one,
    penalised,
    strength,
    sufficient_penalty,
)
from energy.wind_farm.reading import Layout, full_energy, interpret, objective, remarks, violations
from energy.wind_farm.reference import energy, least_wakes, reference
from energy.wind_farm.turbines import Turbine
from energy.wind_farm.wind import Steady, Weibull
from usecases.contracts import Catalogue, Formulation, UseCase
from usecases.models import all_bits, energies

__all__ = [
    "Farm",
    "Layout",
    "Site",
    "Steady",
    "Turbine",
    "Weibull",
    "example",
    "full_energy",
    "interpret",
    "model",
    "objective",
    "parse_csv",
    "plot",
    "reference",
    "usecase",
    "violations",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("energy/wind_farm")

# %% [markdown]
# ## The data
#
# **Horns Rev 1**, off the west coast of Denmark, was built in 2002: 80 turbines of type Vestas
# V80, 2 MW and 80 m of rotor each, seven diameters apart. Positions, the turbine's power and
# thrust, and the wind (twelve sectors, Weibull distributed speeds) are those that PyWake carries,
# the wind farm simulator of DTU. Here the 80 positions are *candidates*, of which half stay empty.
#
# | instance | sites | build | what it is |
# |---|---|---|---|
# | demo | 9 | 5 | the north-western 3 × 3 sites of Horns Rev 1 |
# | workshop | 16 | 8 | its north-western 4 × 4 sites |
# | iea37 | 16 | 8 | the circle of IEA Wind Task 37: 3.35 MW turbines, 9.8 m/s from 16 directions |
# | block | 24 | 12 | six columns and four rows of Horns Rev 1 |
# | mosetti | 100 | 30 | the square of Mosetti et al., case (a): 12 m/s, always from the north |
# | frontier | 80 | 40 | all of Horns Rev 1 |
#
# **Real farms by name.** OptiWindNet carries the positions of some hundred offshore farms:
# `-i hornsea` or `-i anholt` takes all sites of one, half of them to be built, and `-i hornsea-16`
# the sixteen nearest to its middle. A part of these positions comes from OpenStreetMap (© its
# contributors, Open Database License). *Turbine and wind stay those of Horns Rev 1*, which is a
# modelling choice: so farms are compared by their layout alone, and no number here is a yield of
# Hornsea or Anholt. Farms with sites nearer than two diameters of a V80 are left out.
#
# **Your own farm** is a JSON file (`sites` with `name`, `x`, `y` in m; `count`; `turbine` and
# `wind` by name or as data; `wake_decay`) or a CSV file like this one, in degrees or, with
# `name,x,y`, in metres:

# %%
if __name__ == "__main__":
    print(EXAMPLE)
    own = parse_csv(EXAMPLE)
    print(own.names, "of which", own.count, "are built:", round(reference(own).value, 4), "GWh")

# %% [markdown]
# ### The physics
#
# Jensen's model (1983) is the simplest one in use: behind a rotor of radius $R$ the wake is a cone
# of radius $r = R + k\,d$ at the distance $d$, and inside it the wind is slowed evenly by
# $2a\,(R/r)^2$, where the induction $a$ follows from the turbine's thrust. A rotor partly in a
# wake feels the part of its area that is, and wakes that meet are added as squares. The *wake
# decay* $k$ is 0.1 here, PyWake's default, and 0.0944 for Mosetti (from roughness 0.3 m and hub
# height 60 m); 0.04 to 0.05 is common offshore today and makes longer wakes. 36 directions and
# speeds from 3 to 25 m/s are weighted by how often they blow.
#
# This is PyWake's `NOJ`, written anew for many pairs and many layouts at once. The cell compares
# the two: the energy of all 80 turbines, and of the workshop's best layout.

# %%
if __name__ == "__main__":
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from py_wake.deficit_models.noj import NOJ
        from py_wake.examples.data.hornsrev1 import V80, Hornsrev1Site

        simulator = NOJ(Hornsrev1Site(), V80(), k=0.1)
        for farm in (horns_rev(10, 8, 80), horns_rev(4, 4, 8)):
            chosen = least_wakes(wakes.pair_losses(farm), 8) if farm.count == 8 else range(80)
            x, y = farm.xy[list(chosen)].T
            theirs = simulator(x, y, wd=np.arange(0, 360, 10)).aep().sum().item()
            ours = full_energy(farm, Layout(sites=tuple(farm.names[k] for k in chosen)))
            print(f"{farm.count} turbines: PyWake {theirs:.6f} GWh, here {ours:.6f} GWh")

# %% [markdown]
# ## The model
#
# One qubit says whether one site gets a turbine, so $n$ sites take **$n$ qubits**. All turbines
# are alike and see the same wind, so each yields $p$ alone. With
# $W_{ij} = 2p - \text{AEP}_{ij}$, what two turbines take from each other, and $k$ to be built:
#
# $$\max_x \; p \sum_i x_i - \sum_{i<j} W_{ij}\, x_i x_j \quad\text{with}\quad \sum_i x_i = k .$$
#
# * the first sum is the energy without wakes; with the count fixed it is a constant;
# * the second is the energy that wakes take, pair by pair, as if each pair stood alone;
# * the count is kept by the *mixer*, which moves turbines and neither adds nor removes any. The
#   state so lives among the $\binom{n}{k}$ layouts of the right size: 126 instead of 512 strings
#   in the demo, 12 870 instead of 65 536 in the workshop, and none of them breaks a rule.
#
# **By pairs is not the whole truth.** Where a turbine stands in several wakes, pairs count the
# losses of each in full, while squares add to less: the pairwise energy is pessimistic. It is
# what this page optimises and proves, because it is quadratic. *Model error is not solver error*:
# a solver that finds the best pairwise layout is right even if another layout is better by all
# wakes at once. For small farms all layouts can be tried with the full physics:

# %%
if __name__ == "__main__":
    for name, farm in (
        ("demo", horns_rev(3, 3, 5)), ("workshop", horns_rev(4, 4, 8)), ("iea37", iea37())
    ):  # fmt: skip
        strings = all_bits(len(farm.sites))
        strings = strings[strings.sum(axis=1) == farm.count]
        pairs, whole = wakes.pairwise(farm, strings), wakes.full(farm, strings)
        best = int(pairs.argmax())
        rank = 1 + int((whole > whole[best] + 1e-9).sum())
        print(
            f"{name}: best by pairs {pairs[best]:.4f} GWh, with all wakes {whole[best]:.4f}:"
            f" number {rank} of {len(strings)}, the best has {whole.max():.4f}"
        )

# %% [markdown]
# In the demo and on the circle of Task 37, where wakes take 6 %, the best pairwise layout is the
# best of all. In the workshop six others are better, by 0.023 GWh at most. That is 0.03 % of its
# energy and a fortieth of what wakes take, but more than what the best layouts differ by. Whoever
# builds a farm would compare the first hundred with the full physics.
#
# ### The penalty
#
# The formulation **`wind_farm:penalty`** has no group: bits flip one by one and a penalty keeps
# the count,
#
# $$H = -p\sum x_i + \sum W_{ij} x_i x_j + \left(p - \tfrac w2\right)\left(\sum x_i - k\right)
# + P \left(\sum x_i - k\right)^2 ,$$
#
# where $w$ is the most that one turbine more can cost a farm one short of its count: the largest
# sum of $k - 1$ entries in a row of $W$. The third term charges what a turbine earns, up to half
# of $w$, so that neither too many nor too few turbines pay. Then **$P > w/2$ suffices**: $d$
# turbines too many earn $d\,w/2$ at most, and of $d$ too few each saves at most as much, while the
# penalty takes $P d^2$. Charging nothing would need $P > p$, which is 36 times as much in the demo
# and would drown the wakes. The model takes 1.5 times the bound. The sweep shows that the bound is
# cautious, as the charge alone nearly keeps the demo's count, and what a large penalty costs: the
# best two layouts become a vanishing part of the spectrum.

# %%
if __name__ == "__main__":
    small, strings = horns_rev(3, 3, 5), all_bits(9)
    right = strings.sum(axis=1) == small.count
    print(f"feasible share of uniform strings: {right.mean():.4f}; bound on P:"
          f" {sufficient_penalty(small):.4f} GWh")  # fmt: skip
    for multiple in (0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 10.0, 40.0):
        found = energies(penalised(small, strength(small, multiple)), strings)
        levels = np.unique(found[right].round(9))
        print(
            f"{multiple:6.2f} × bound: cheapest wrong count"
            f" {found[~right].min() - found[right].min():+8.4f} GWh, the second-best layout"
            f" {(levels[1] - levels[0]) / np.ptp(found):.5f} of the spectrum above the best"
        )

# %% [markdown]
# ### Large farms
#
# Beyond 50 000 layouts (the `block` has 2.7 million) no simulator here lists them all. The model
# then comes with a layout to improve block by block, made as by hand: one turbine after the other,
# each where it costs least. Wakes only take energy, so a wrong count has
# at least the energy $-kp + P - w/2$, and with $P$ above $w/2$ and the wakes of that first layout
# no block can ever trade it for a wrong count.
#
# ## Reading an answer back
#
# `interpret` lists the sites whose bits are 1 and repairs nothing. `violations` counts turbines
# and names sites that do not exist or are taken twice. `objective` is the pairwise energy,
# computed from positions, turbine and wind; `full_energy` is that of all wakes at once. The
# picture and `remarks`, which the command prints, show both, and the rank by the full physics.

# %%
if __name__ == "__main__":
    for line in violations(small, interpret(small, dict.fromkeys(small.names, 1))):
        print(line)
    best_sites = tuple(small.names[k] for k in least_wakes(wakes.pair_losses(small), 5))
    print(best_sites, full_energy(small, Layout(sites=best_sites)))
    page.stamp(plot(small, Layout(sites=best_sites)), source="computed")

# %% [markdown]
# ## What classical computing proves
#
# To 28 sites `reference` tries every layout: the sites are cut into two halves, and all parts of
# one meet all parts of the other that make up the count. That proves the optimum of 2.7 million
# layouts in a tenth of a second. Beyond, moving single turbines from random starts finds a
# layout, OR-Tools' CP-SAT tries to prove it for ten seconds, and a convex relaxation bounds what
# any layout can reach. For a whole Horns Rev that leaves 0.2 % open.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, farm in (
        ("demo", small), ("workshop", horns_rev(4, 4, 8)), ("block", horns_rev(6, 4, 12)),
        ("iea37", iea37()), ("mosetti", mosetti()), ("frontier", horns_rev(10, 8, 40)),
    ):  # fmt: skip
        begun = perf_counter()
        proven, seconds = reference(farm), perf_counter() - begun
        by_hand = energy(farm, one_by_one(farm))
        print(
            f"{name}: {proven.value:.4f} GWh, {proven.kind} in {seconds:.2f} s; one by one"
            f" {by_hand:.4f}; without wakes {farm.count * wakes.alone(farm):.4f}"
        )
        print(f"  {proven.method}")

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Wind farm: which sites get a turbine",
    unit="GWh a year",
    sense="max",
    instance=Farm,
    instances={
        "demo": lambda: horns_rev(3, 3, 5),
        "workshop": lambda: horns_rev(4, 4, 8),
        "iea37": iea37,
        "block": lambda: horns_rev(6, 4, 12),
        "mosetti": mosetti,
        "frontier": lambda: horns_rev(10, 8, 40),
    },
    example=example,
    tiny=9,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    remarks=remarks,
    formats={".csv": parse_csv},
    catalogue=Catalogue(
        title="offshore farms whose positions OptiWindNet carries, NAME or NAME-16",
        names=offshore.names,
        instance=offshore.farm,
    ),
    formulations={
        "penalty": Formulation(
            title="the count kept by a penalty",
            model=flat,
            interpret=interpret,
            tiny=9,
            algorithms=("qaoa layers=40 angles=ramp angles.phase=2",),
            stored=("demo", "workshop"),
        ),
    },
    algorithms=("qaoa layers=40 angles=ramp angles.phase=15", "annealing"),
    stored=("demo", "workshop", "block", "frontier"),
    sources=(
        "G. Mosetti, C. Poloni, B. Diviacco, Optimization of wind turbine positioning in large"
        " windfarms by means of a genetic algorithm, J. Wind Eng. Ind. Aerodyn. 51:105-116, 1994",
        "N. O. Jensen, A note on wind generator interaction, Risø-M-2411, 1983; I. Katic,"
        " J. Højstrup, N. O. Jensen, A simple model for cluster efficiency, EWEC 1986: the wakes",
        "PyWake 2.6 (MIT), DTU Wind: Horns Rev 1's positions, wind and turbine, and its NOJ model",
        "IEA Wind Task 37, wind farm layout optimisation case study 1: iea37",
        "OptiWindNet 0.3 (MIT), DTU Wind: positions of offshore farms, in part from OpenStreetMap"
        " (© OpenStreetMap contributors, ODbL)",
        "H. A. Madsen et al., Wind Energ. Sci. 5:1-27, 2020: induction from thrust",
        "A. Bärtschi, S. Eidenbenz, arXiv:1904.07358: states of fixed count; arXiv:2006.00354:"
        " mixers for them",
        "M. Frank, P. Wolfe, Naval Research Logistics Quarterly 3:95-110, 1956: the relaxation",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, begins with all layouts of the right
# count at once, turns the phase of each by its energy, and moves turbines between sites that
# follow one another in the list. Angles are not trained: phases grow and mixing fades over 40
# layers, as in slow annealing. With `penalty` it begins with all strings and flips bits.
#
# <!-- runs -->
#
# <!-- feasible shares -->
#
# Uniform strings have the right count with the share $\binom nk / 2^n$, which falls slowly: 25 %
# of the demo's strings, 20 % of the workshop's, 9 % of the frontier's. With `penalty` QAOA raises
# it to 54 % and 40 %.

# %% [markdown]
# What the tables say:
#
# * **Keeping the count by the mixer pays twice.** Every shot is a farm that can be built, and more
#   of them are the best: 56 % of the demo's shots against 6.4 % with `penalty`, 4.2 % of the
#   workshop's against 0.15 %, in fewer layouts to search.
# * **Chance** draws 4096 of the workshop's strings, and each row had one lucky hit, so the lifts
#   in the tables are rough: above 26 for the main form, and for `penalty` not shown to exceed 1.
#   Counted in full, one layout of 12 870 and one string of 65 536 is the best. Against these the
#   lifts are about 540 and 100.
# * **Simulated annealing** finds both optima as well, in a smaller share of its reads. It works on
#   the penalised model and lands on the right count nearly always.
# * **A classical machine tries all layouts of the workshop in milliseconds**, and those
#   of the block in a tenth of a second. No row here competes with that.
# * **The large farms** are improved by eight blocks of 12 sites, and whoever solves the blocks,
#   quantum or not, the answers are equal. `block` was at its optimum from the start, which one by
#   one happens to find; the frontier gains 0.13 GWh and ends 0.05 GWh below what moving single
#   turbines finds in a fifth of a second.
#
# **What decides is the size of the phases.** They are counted in a unit that the penalty sets, the
# largest term of the model. Where the mixer keeps the count, the penalty turns all phases alike
# and does nothing, so the wakes need larger angles: a last phase of 15 instead of the usual 0.5.

# %%
if __name__ == "__main__":
    for phase in (0.5, 5.0, 15.0):
        settings = {"layers": 40, "angles": {"kind": "ramp", "phase": phase}}
        record = page.run("energy/wind_farm", "workshop", "qaoa", parameters=settings)
        print(f"last phase {phase:4.1f}: optimal share {record.score.optimal_share:.4f}")
    page.plot(record)

# %% [markdown]
# ### An exercise: Horns Rev 1 beside younger farms
#
# The same choice, 8 of the 16 sites in the middle, on farms of different spacing. With one
# turbine and one wind for all, what differs is the distance between neighbours, counted here in
# rotors of 80 m. (The turbines that really stand there have larger rotors, for which the spacing
# was chosen.) What does the best choice lose to wakes, and what a bad one?

# %%
if __name__ == "__main__":
    for name in ("horns-16", "anholt-16", "kfA-16", "hornsea-16", "doggerA-16"):
        farm = offshore.farm(name)
        strings = all_bits(16)
        strings = strings[strings.sum(axis=1) == farm.count]
        free = farm.count * wakes.alone(farm)
        lost = 1 - wakes.pairwise(farm, strings) / free
        apart = np.linalg.norm(farm.xy[:, None] - farm.xy[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        near = np.median(apart.min(axis=0)) / farm.turbine.diameter
        print(
            f"{farm.title.split(',')[0]:16} neighbours {near:4.1f} D apart: the best choice loses"
            f" {lost.min():.2%} to wakes, the mean {lost.mean():.2%}, the worst {lost.max():.2%}"
        )

# %% [markdown]
# ## How it scales, and what it would take
#
# * **Qubits** are sites: a real farm has a hundred positions, a planner's grid thousands. Each
#   pair has a wake, so a layer turns $n(n-1)/2$ phases: 120 in the workshop, 240 CX, beside 32 for
#   the moves round the ring. Forty layers are eleven thousand CX, before the state of fixed count
#   is prepared. At one error in a thousand gates, one run in fifty thousand is without any.
# * **Classical search** is the better the larger the farm: moving single turbines comes within
#   0.21 % of a bound for all 80 sites. What stays open is the proof, not a good layout. For
#   Mosetti's square, with one wind direction and many equal columns, the bound is weak: 135.7
#   against 128.6 GWh.
# * **The differences are small.** On the real farms above, the best and the mean choice differ by
#   less than a per cent of the energy. That is money over decades, and less than what the wake
#   model leaves uncertain: with $k = 0.05$ instead of 0.1 wakes are longer and other layouts best.
#
# **What is left out.** Turbines of different kinds, wind that differs across the site, cables,
# foundations, depth, noise, and other farms upwind. Sites are given, where real planning moves
# turbines freely. And pairs overlook that wakes meet: for that the full energy itself would have
# to be the cost, one that only a computation knows.

# %%
if __name__ == "__main__":
    for name, farm in (("workshop", horns_rev(4, 4, 8)), ("frontier", horns_rev(10, 8, 40))):
        n, k = len(farm.sites), farm.count
        share = comb(n, k) / 2**n
        print(f"{name}: {comb(n, k):.3g} layouts, {share:.2%} of all strings;"
              f" {n * (n - 1) // 2} pairs to turn phases")  # fmt: skip
