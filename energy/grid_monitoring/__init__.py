# %% [markdown]
# # Grid monitoring: where to put phasor measurement units
#
# A phasor measurement unit (PMU) measures voltage and current phasors in step with satellite
# time, tens of times a second. From enough of them an operator sees the state of the whole grid
# as it is, instead of estimating it from power flows that were metered seconds apart. A unit with
# its transformers, link and installation is dear, so the first question of every planner is: what
# is the smallest number from which every bus is observed, and where do they go?
#
# A PMU at a bus sees that bus and, through the currents of its branches and Ohm's law, every
# neighbour. So the question is the *minimum dominating set* of the network: NP-hard in general
# (also for the variant with Kirchhoff's law, called power domination), and asked since Baldwin,
# Mili, Boisen and Adapa (1993).

# %%
"""Where phasor measurement units go: fewest that observe every bus of a grid."""

from __future__ import annotations

import numpy as np

from energy._grid.cases import CASES, case
from energy._grid.files import EXAMPLE
from energy.grid_monitoring.drawing import plot
from energy.grid_monitoring.observing import greedy, marks, observed
from energy.grid_monitoring.program import (
    PRICE,
    build,
    interpret_slack,
    model,
    with_slack,
)
from energy.grid_monitoring.reading import Placement, interpret, objective, remarks, violations
from energy.grid_monitoring.reference import optimal_sets, reference
from energy.grid_monitoring.sites import Monitored, example, from_csv, from_matpower, named
from usecases.contracts import Catalogue, Formulation, UseCase
from usecases.models import all_bits, qubits

__all__ = [
    "PRICE",
    "Monitored",
    "Placement",
    "build",
    "case",
    "example",
    "from_csv",
    "from_matpower",
    "greedy",
    "interpret",
    "marks",
    "model",
    "named",
    "objective",
    "observed",
    "optimal_sets",
    "plot",
    "reference",
    "usecase",
    "violations",
    "with_slack",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("energy/grid_monitoring")

# %% [markdown]
# ## The data
#
# Test networks that pandapower carries, most of them IEEE's and MATPOWER's: 9 buses for the demo,
# 14 and 24 for the workshop, 118 for the frontier, and some thirty more by name, to `GBnetwork`
# with its 2 224 buses. Only the topology matters here, and what is connected to a bus. Your own
# network is a MATPOWER case (`.m`), the JSON file of a pandapower network (as it is, or as `grid`
# beside `zero_injection`), or a CSV file like the one below.
#
# | field | meaning |
# |---|---|
# | `grid` | `buses`, each with `name`, `load`, `generation` (MW), `zero_injection`; `branches` |
# | `zero_injection` | whether Kirchhoff's law at zero-injection buses may be used |
#
# Elements out of service and branches from a bus to itself are left out, closed switches join
# buses, parallel branches count once, transformers are branches, and a run tells what was left out
# or joined (`grid.notes`). Buses that no branch in service joins to the rest are named in a
# warning. A MATPOWER case is a program, but only tables of numbers are read: a line that would have
# to be run is refused.
#
# **Zero-injection buses.** Where nothing but branches (and shunts, which are known) meets, the
# currents add up to zero. The rule used here is the field's: *where of a zero-injection bus and
# its neighbours all but one are observed, the last one is*, again and again until nothing changes.
# It is an option, since many planners prefer not to lean on it.

# %%
if __name__ == "__main__":
    own = from_csv(EXAMPLE)
    print(own.grid.size, "buses; zero injection:",
          [b.name for b in own.grid.buses if b.zero_injection])  # fmt: skip
    for name in ("case9", "case14", "case24_ieee_rts", "case118", "GBnetwork"):
        grid = case(name)
        idle = sum(b.zero_injection for b in grid.buses)
        print(f"{name}: {grid.size} buses, {len(grid.branches)} branches,"
              f" {idle} of zero injection; {'; '.join(grid.notes)}")  # fmt: skip

# %% [markdown]
# ## The model
#
# One qubit for each bus says whether a PMU stands there: **$N$ qubits** for $N$ buses. With
# $N[i]$ a bus and its neighbours,
#
# $$H = \sum_i x_i + P \sum_i \prod_{j \in N[i]} (1 - x_j) .$$
#
# * $\sum_i x_i$ – the number of PMUs;
# * the product is 1 just where bus $i$ is unobserved, which costs $P$.
#
# It is a table over each neighbourhood, exact and without slack bits, because "at least one" needs
# none when a term may join more than two variables. A bus of degree $d$ gives products of up to
# $d + 1$ spins, $2^{d+1}$ of them, so the model takes up to 15 neighbours.
#
# With Kirchhoff's law, what is unobserved follows from the whole placement and from no small
# table: then it is computed for every string seen, training lowers the CVaR of that cost, and the
# phases are turned by the $H$ above, which does not know the law.
#
# **The penalty.** Put a PMU at each of the $u$ unobserved buses: all is observed with $u$ more of
# them, with or without the law, since more PMUs never observe less. So the optimum costs at most
# $\sum x + u$, a broken placement costs $\sum x + P u$, and **every $P > 1$ suffices**. The model
# takes 1.5 times that bound. The sweep, over all placements of the demo:

# %%
if __name__ == "__main__":
    nine, strings = named("case9"), all_bits(9)
    whole = observed(nine, strings).all(axis=1)
    print(f"feasible share of uniform strings: {whole.mean():.4f}")
    for price in (0.3, 0.7, 1.0, 1.1, 1.5, 3.0, 10.0):
        energy = build(nine, price).energies(strings)
        levels = np.unique(energy.round(9))
        print(f"{price:5.1f} × bound: cheapest broken"
              f" {energy[~whole].min() - energy[whole].min():+.2f} PMUs, gap"
              f" {(levels[1] - levels[0]) / (levels[-1] - levels[0]):.4f} of the spectrum"
              )  # fmt: skip

# %% [markdown]
# ### With slack bits
#
# **`slack`** is the usual quadratic model, $P\,(\sum_{j \in N[i]} x_j - 1 - s_i)^2$ for each bus,
# with $s_i$ from 0 to $d_i$ as a binary number: $N + \sum_i \lceil \log_2 (d_i + 1) \rceil$ qubits.
# Again $P > 1$ suffices, as an unobserved bus costs $P$ or more. It does not know Kirchhoff's law.

# %%
if __name__ == "__main__":
    print("                  qubits      feasible share of 4096 random strings")
    print("                 main slack")
    rng = np.random.default_rng(0)
    for name in ("case6ww", "case9", "case14", "case24_ieee_rts", "case57", "case118"):
        sites = named(name)
        rows = rng.integers(0, 2, (4096, sites.grid.size), dtype=np.int8)
        share = observed(sites, rows).all(axis=1).mean()
        print(f"{name:16} {qubits(model(sites)):4} {qubits(with_slack(sites)):5} {share:8.2%}")

# %% [markdown]
# The share of placements that observe everything is the same in both, as the slack bits are
# ignored when an answer is read. What they change is how hard the ground state is to reach: with
# them, moving one PMU costs energy until a handful of slack bits has moved along.
#
# ## Reading an answer back
#
# `interpret` lists the buses whose bit is 1. `violations` names every bus that stays dark and
# the neighbours at which a PMU would see it.

# %%
if __name__ == "__main__":
    for line in violations(named("case14"), Placement(pmus=("2", "6"))):
        print(line)

# %% [markdown]
# ## What classical computing proves
#
# Without Kirchhoff's law HiGHS solves the set cover, $\sum_{j \in N[i]} x_j \ge 1$ for each bus.
# With it the order of use matters (two balances must not support one another in a circle), so
# OR-Tools' CP-SAT gets, beside the placement, which balance gives which bus away and a level for
# each bus that rises along the derivation. Both are exact. The optimal sets are counted by
# excluding each one found; case14 has five. A greedy choice, most new buses first, stands beside.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name in ("case9", "case14", "case24_ieee_rts", "case30", "case57", "GBnetwork"):
        begun = perf_counter()
        proven, seconds = reference(named(name)), perf_counter() - begun
        print(f"{name}: {proven.value:.0f} PMUs, {proven.kind} in {seconds:.2f} s;"
              f" greedy {len(greedy(named(name)))}")  # fmt: skip
    for name in ("case9", "case14", "case24_ieee_rts", "case30", "case57"):
        proven = reference(named(name, zero_injection=True))
        print(f"{name} with Kirchhoff's law: {proven.value:.0f} PMUs, {proven.kind}")
    print(optimal_sets(named("case14"), 4))

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Grid monitoring: where to put phasor measurement units",
    unit="PMUs",
    sense="min",
    instance=Monitored,
    instances={
        "demo": lambda: named("case9"),
        "demo-zero-injection": lambda: named("case9", zero_injection=True),
        "workshop": lambda: named("case14"),
        "workshop-zero-injection": lambda: named("case14", zero_injection=True),
        "workshop-24": lambda: named("case24_ieee_rts"),
        "frontier": lambda: named("case118"),
        "frontier-zero-injection": lambda: named("case57", zero_injection=True),
    },
    example=example,
    tiny=9,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    remarks=remarks,
    plot=plot,
    formats={".m": from_matpower, ".csv": from_csv},
    catalogue=Catalogue(
        title="networks that pandapower carries", names=lambda: CASES, instance=named
    ),
    formulations={
        "slack": Formulation(
            title="each bus's surplus counted by slack bits",
            model=with_slack,
            interpret=interpret_slack,
            tiny=4,
            algorithms=("annealing", "qaoa objective=cvar layers=2 angles.iterations=15"),
            stored=("demo",),
        ),
    },
    algorithms=("qaoa objective=cvar layers=2 angles.iterations=15",),
    stored=("demo", "workshop", "workshop-zero-injection", "workshop-24"),
    sources=(
        "T. L. Baldwin, L. Mili, M. B. Boisen, R. Adapa, Power system observability with minimal"
        " phasor measurement placement, IEEE Trans. Power Systems 8(2):707-715, 1993: the problem"
        " and the rules of observability",
        "T. W. Haynes, S. M. Hedetniemi, S. T. Hedetniemi, M. A. Henning, Domination in graphs"
        " applied to electric power networks, SIAM J. Discrete Math. 15(4):519-529, 2002: hardness",
        "B. Xu, A. Abur, Observability analysis and measurement placement for systems with PMUs,"
        " IEEE PES Power Systems Conference 2004: the integer program",
        "L. Thurner et al., pandapower, IEEE Trans. Power Systems 33(6):6510-6521, 2018: networks",
        "R. D. Zimmerman, C. E. Murillo-Sánchez, R. J. Thomas, MATPOWER, IEEE Trans. Power Systems"
        " 26(1):12-19, 2011: the case format",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all placements at once, turns
# the phase of each by its cost, and mixes neighbouring ones; done `layers` times with well chosen
# angles, small placements that see everything become likelier. The angles are trained on a
# simulator to lower the CVaR, the mean of the best shots, and the state is then measured `shots`
# times. Simulated annealing needs a quadratic model, so it stands with `slack`.
#
# <!-- runs -->
#
# QAOA finds the proven optimum of each, far more often than chance where chance can be told:
# 37 times on 9 qubits. On 14 the row of chance holds three optimal strings, which makes it 89
# times; five of all 16 384 are optimal, which makes it 214. On 24 qubits 0.2 % of the shots are
# optimal, nine of 4096, where 4096 random strings hold none: that proves no more than a lift above
# 1.2, at the price of minutes for the training. With Kirchhoff's law fewer units suffice and
# optimal sets are rarer among the shots, as the phases do not know the law.
#
# Slack bits take the demo from 9 qubits to 24. QAOA with the same layers then sees 1 % of
# optimal shots instead of 29 %, and its lift over chance, 1.3, may as well be 1; it still lifts
# the feasible share from 36 % to 60 %, against 70 % without slack bits. Simulated annealing of
# the same quadratic model is better than either form of QAOA, and a classical solver proves
# each of these optima in milliseconds (with the law in a second or two).

# %%
if __name__ == "__main__":
    record = page.run("energy/grid_monitoring", "demo", "qaoa", parameters={"objective": "cvar"})
    print(record.score)
    page.plot(record)

# %% [markdown]
# The 118-bus network with an optimal placement, from the classical solver:

# %%
if __name__ == "__main__":
    wide = named("case118")
    best = optimal_sets(wide, 32, at_most=1)[0]
    page.stamp(plot(wide, Placement(pmus=best)), source="computed")

# %% [markdown]
# ## How it scales, and what it would take
#
# * **Qubits** grow as buses, $N$; with slack bits about three to four times as fast.
# * **Gates.** A bus with $d$ neighbours takes at most $2^{d+1} - 2$ CX per layer in Gray-code
#   order: transmission grids have a mean degree below three, so the count grows as $N$ and the
#   few hubs dominate it.
# * **Lift.** The share of optimal strings falls exponentially with $N$, and so does QAOA's at a
#   fixed number of layers, though more slowly.
#
# The honest end: grids are sparse, and HiGHS proves the fewest PMUs for the 2 224 buses of
# `GBnetwork` in the time that the cell above prints.
# There is no gap here for a quantum computer to close. What is hard is a version with
# the law, with failing units or with observability during outages, and there a solver that proves
# is still the one to beat. The case is small, exact, and good to learn encodings on.
