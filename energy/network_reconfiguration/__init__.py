# %% [markdown]
# # Network reconfiguration: which switches of a feeder are open
#
# A medium-voltage network is built with loops and run without them: switches are opened until
# every bus has exactly one way to a substation. Which switches, so that the cables lose least?
#
# A *radial* feeder is easy to protect: a fault has one place to be cut off from. The loops are
# there for the hour after the fault, when a *tie switch* closes and supplies the buses behind it
# from the other side. Any choice of open switches that leaves a tree serves all loads, but not
# at the same losses, and not at the same voltage at the far end. Merlin and Back (1975) and Baran
# and Wu (1989) made an optimisation of it. Whoever runs a distribution network has it, at every
# change of season and after every new heat pump and solar roof.

# %%
"""Which switches of a feeder are open: distribution network reconfiguration."""

from __future__ import annotations

import numpy as np

from energy.network_reconfiguration.diagram import plot
from energy.network_reconfiguration.feeder import Branch, Bus, Feeder
from energy.network_reconfiguration.feeders import baran_wu, civanlar, demo, example, workshop
from energy.network_reconfiguration.matpower import parse_matpower
from energy.network_reconfiguration.pandapower_file import SHIPPED, shipped
from energy.network_reconfiguration.program import (
    interpret,
    interpret_switches,
    model,
    penalised,
    quadratic,
    sets,
    sufficient_penalty,
    switches,
)
from energy.network_reconfiguration.reading import Configuration, objective, remarks, violations
from energy.network_reconfiguration.reference import reference
from usecases.contracts import Catalogue, Formulation, UseCase
from usecases.models import all_bits, energies, variables

__all__ = [
    "Branch",
    "Bus",
    "Configuration",
    "Feeder",
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

    page = usecases.Tour("energy/network_reconfiguration")

# %% [markdown]
# ## The data
#
# The feeder of Baran and Wu (1989): 33 buses at 12.66 kV, 3.7 MW of load, 32 branches and five
# tie lines, numbered as in MATPOWER. With the ties open, as published, it loses 202.677 kW.
#
# | instance | branches with a switch | radial configurations | what it is |
# |---|---|---|---|
# | demo | 12 | 96 | the 33-bus feeder, its other branches closed for good |
# | workshop | 21 | 2 908 | the same with more switches |
# | three-feeders | 16 | 190 | Civanlar et al. (1988): three substations, 16 buses |
# | frontier | 37 | 50 751 | the 33-bus feeder, every branch with a switch |
#
# **A bias, stated plainly:** the switches of *demo* and *workshop* were chosen in the knowledge
# of the optimum, so that a small instance has the answer of the large one. *frontier* and
# *three-feeders* have all switches and no such bias.
#
# A trap lies in the second data set. MATPOWER ships it as `case16ci`, its impedances labelled
# as ohms and its tie lines in comments. Read so, it loses 313 kW; as per unit on 100 MVA it loses
# the 511.4 kW that the paper and its successors state. This page takes per unit.
#
# **Your own feeder** is a JSON file with `buses` (`p_kw`, `q_kvar`, limits `v_min`, `v_max`),
# `branches` (`from_bus`, `to_bus`, `r_ohm`, `x_ohm`, `limit_a`, `switchable`, `closed`), `sources`
# and `kv`; a MATPOWER case (`.m`), read as tables and never run; or a network saved by
# `pandapower.to_json`, of one voltage level. A file whose power flow does not converge or whose
# loads cannot be reached is refused in one line. Where impedances look like per unit read as ohms,
# or the other way round, a run warns: by the share of the load that is lost, or by digits, since
# impedances are published with few and a conversion makes many. Closed switches between
# pandapower's buses make them one. An open branch is open at both ends, so the charging that it
# would give with one end closed is left out, and a run says how much.

# %%
if __name__ == "__main__":
    for name, make in (("demo", demo), ("three-feeders", civanlar), ("frontier", baran_wu)):
        feeder = make()
        print(
            f"{name}: {feeder.load_kw:.0f} kW behind {len(feeder.branches)} branches,"
            f" {feeder.grid.loops} loops, {feeder.grid.configurations} radial configurations"
        )

# %% [markdown]
# ## The model: one open switch in each loop
#
# Whether a choice is radial is a question about loops. Write each loop as a row of a matrix $C$
# with a column per branch, ±1 where the loop runs through the branch. Opening a set of branches
# leaves a tree exactly if its columns are a basis: as many as loops, and independent. Then the
# rule need not be penalised; it can be **encoded away**:
#
# * Branches with parallel columns are in series. Opening two of them cuts off what lies between,
#   opening one is as good as the other. They form a *chain*.
# * Take one chain per loop, chains that are a basis. Open one branch of each, whichever: the
#   columns are still a basis, so **every choice is radial**.
# * Add a further chain to one of these sets if every choice of one chain per set remains a basis.
#   That is checked, choice by choice; it is how {28, 37} and {7, 33} come together.
#
# The first chains are those that a classical heuristic would open: the branches that carry least
# in the meshed network (Merlin and Back 1975; Shirmohammadi and Hong 1989). The rest follow in
# the same order. Nothing of the optimum enters.
#
# A qubit $x_e$ is 1 where branch $e$ is open, $\sum_{e \in G} x_e = 1$ in each set $G$, and a
# mixer that exchanges the members of a set never leaves this space. **Qubits:** as many as
# branches in the sets, at most one per switch:
#
# $$n = \sum_{\text{loops}} |G| .$$
#
# The cost is no polynomial. It is the **AC losses in kW**, by a power flow for each string that
# was measured: the voltages of a radial feeder follow from its currents along the paths, and the
# currents from the voltages; that is repeated until the power of every bus fits to $10^{-12}$ MVA
# for each MVA of load. A configuration that has not converged has no losses, and says so: a
# sweep that stops early reports losses that are too low. The numbers agree with pandapower's
# Newton-Raphson to $10^{-6}$ kW. Where a limit of voltage or current is broken, the losses of a
# known configuration are charged on top, and more the further it is broken.
#
# Phases need a polynomial. The **guide** is a quadratic surrogate: the exact AC losses of an
# anchor (the heuristic's configuration), of all that differ from it in one loop, and of all that
# differ in two:
#
# $$Q(x) = f + \sum_e (f_e - f)\, x_e + \sum_{e, g} (f_{eg} - f_e - f_g + f)\, x_e x_g .$$
#
# It takes about $n^2/2$ power flows, never all of them, and leaves out what three loops do
# together.

# %%
if __name__ == "__main__":
    for name, make in (
        ("demo", demo), ("workshop", workshop), ("three-feeders", civanlar), ("frontier", baran_wu)
    ):  # fmt: skip
        feeder = make()
        names = [feeder.branches[k].name for k in feeder.grid.branch]
        told = ["{" + ", ".join(names[e] for e in group) + "}" for group in sets(feeder)]
        size = np.prod([len(group) for group in sets(feeder)])
        print(f"{name}: {len(variables(model(feeder)))} qubits, {size} choices, all radial")
        print(" ", *told)

# %% [markdown]
# ## Two other encodings
#
# * `network_reconfiguration:surrogate` is the guide as a model of its own, $Q$ with penalties
#   $P\,(1 - \sum_{e \in G} x_e)^2$, quadratic and so fit for annealers. What it leaves out is
#   its **model error**: its optimum, looked at with the full physics, may not be the best.
# * `network_reconfiguration:switches` has one qubit for every switch and no structure, the form of
#   arXiv:2109.09659: loops that are left and parts that are cut off cost a price each. **Qubits:**
#   as many as switches in loops. With loops $C$ and open branches $x$, both numbers follow from the
#   rank of $C\,\mathrm{diag}(x)\,C^T$.
#
# **The penalty** of the surrogate. Exactly one term of each set, and of each two sets, counts in
# a string that keeps the rules, so all of them may be raised until none is negative, and the
# constant lowered by as much, to $c$. A string that breaks a rule then has at least $c + P$, and
# the anchor has $f$: every $P > f - c$ suffices. The model takes 1.1 times that and a hundredth of
# the losses. The price of `switches` is the losses of the heuristic's configuration: no broken
# string costs less than twice as much, so none lies below the optimum.

# %%
if __name__ == "__main__":
    few, strings = demo(), all_bits(12)
    free = switches(few).energies(strings)
    labels = variables(switches(few))
    radial = np.array([
        not violations(few, interpret_switches(few, dict(zip(labels, row, strict=True))))
        for row in strings.tolist()
    ])  # fmt: skip
    print(f"feasible share of uniform strings, one qubit per switch: {radial.mean():.4f}")
    print(f"cheapest broken string {free[~radial].min():.1f} kW, best {free[radial].min():.3f} kW")
    kept = np.array([len({1, *(row[list(g.variables)].sum() for g in quadratic(few).groups)}) == 1
                     for row in strings])  # fmt: skip
    print(f"sufficient penalty of the surrogate: {sufficient_penalty(few):.2f} kW")
    for multiple in (0.1, 0.25, 0.5, 1.0, 1.1, 2.0, 5.0, 20.0):
        level = energies(penalised(few, multiple), strings)
        order = np.sort(level[kept])
        print(
            f"P = {multiple:5.2f} times the bound: cheapest broken"
            f" {level[~kept].min() - order[0]:+8.2f} kW, gap"
            f" {(order[1] - order[0]) / np.ptp(level):.5f} of the spectrum"
        )

# %% [markdown]
# ## Reading an answer back
#
# `interpret` lists the open branches and repairs nothing. `violations` walks the feeder and
# speaks its language (*buses 8, 9 not supplied: 0.26 MW of load are lost*; *not radial: branch 33
# from bus 21 to bus 8 closes a loop*; *bus 18: 0.8890 p.u., lowest allowed 0.9 p.u.*). It knows
# nothing of loop matrices and sets. `objective` is the AC losses.

# %%
if __name__ == "__main__":
    for chosen in (("7", "33", "34", "36", "37"), ("6", "7", "9", "14", "32")):
        for line in violations(baran_wu(), Configuration(open=chosen)):
            print(line)

# %% [markdown]
# ## What classical computing proves
#
# `reference` looks at *all* radial configurations of the feeder's switches, not only at those of
# the sets. They are listed through bases of chains and counted by the matrix-tree theorem, which
# checks the list. Power flow for each is not needed: where all loads draw power, each branch
# carries at least the loads behind it at no more than the source's voltage, so the losses of
# that idealised flow are a lower bound, and it comes from a system with as many unknowns as
# loops. In its order, power flow stops when the next bound exceeds the best losses found.
# Beyond 200 000 configurations the reference is the best that branch exchange finds (Civanlar et
# al. 1988), and is labelled so.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, make in (("workshop", workshop), ("three-feeders", civanlar), ("frontier", baran_wu)):
        feeder, begun = make(), perf_counter()
        proven = reference(feeder)
        print(f"{name}: {proven.value:.3f} kW, {proven.kind} in {perf_counter() - begun:.2f} s")
        print(f"  {proven.method}")

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Network reconfiguration: which switches of a feeder are open",
    unit="kW",
    sense="min",
    instance=Feeder,
    instances={
        "demo": demo,
        "workshop": workshop,
        "three-feeders": civanlar,
        "frontier": baran_wu,
    },
    example=example,
    tiny=8,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    remarks=remarks,
    plot=plot,
    formats={".m": parse_matpower},
    catalogue=Catalogue(
        title="feeders of one voltage level that pandapower carries",
        names=lambda: SHIPPED,
        instance=shipped,
    ),
    formulations={
        "surrogate": Formulation(
            title="quadratic surrogate with penalties",
            model=quadratic,
            interpret=interpret,
            tiny=8,
            algorithms=("annealing",),
            stored=("demo", "workshop", "three-feeders", "frontier"),
        ),
        "switches": Formulation(
            title="one qubit per switch, radiality priced",
            model=switches,
            interpret=interpret_switches,
            tiny=8,
            algorithms=("qaoa layers=4",),
            stored=("demo", "three-feeders"),
        ),
    },
    algorithms=("qaoa layers=6 objective=cvar",),
    stored=("demo", "workshop", "three-feeders", "frontier"),
    sources=(
        "M. E. Baran, F. F. Wu, Network reconfiguration in distribution systems for loss reduction"
        " and load balancing, IEEE Trans. Power Delivery 4:1401-1407, 1989: feeder and bound",
        "R. D. Zimmerman, C. E. Murillo-Sanchez, MATPOWER, case33bw and case16ci: branch numbers",
        "S. Civanlar, J. J. Grainger, H. Yin, S. S. H. Lee, Distribution feeder reconfiguration for"
        " loss reduction, IEEE Trans. Power Delivery 3:1217-1223, 1988: three feeders, exchange",
        "A. Merlin, H. Back, Search for a minimal-loss operating spanning tree configuration in an"
        " urban power distribution system, 5th PSCC, 1975: the heuristic",
        "D. Shirmohammadi, H. W. Hong, Reconfiguration of electric distribution networks for"
        " resistive line losses reduction, IEEE Trans. Power Delivery 4:1492-1498, 1989",
        "J.-H. Teng, A direct approach for distribution system load flow solutions, IEEE Trans."
        " Power Delivery 18:882-887, 2003: the power flow",
        "L. Thurner et al., pandapower, IEEE Trans. Power Systems 33:6510-6521, 2018: the check",
        "arXiv:2109.09659: one qubit per switch",
        "Z. Wang, N. C. Rubin, J. M. Dominy, E. G. Rieffel, XY mixers, arXiv:1904.09314: the mixer",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all allowed strings at once,
# turns the phase of each by the guide, and exchanges members within the sets; done `layers`
# times with well chosen angles, good configurations become likelier. The angles are trained on the
# mean AC losses of the best quarter of the shots (*conditional value at risk*), then the state is
# measured. Chance draws from the same sets, so that the encoding is no merit of the angles.
#
# <!-- runs -->

# %%
if __name__ == "__main__":
    found = page.run(
        "energy/network_reconfiguration", "demo", "qaoa",
        parameters={"layers": 6, "objective": "cvar"},
    )  # fmt: skip
    print(found.score)
    page.plot(found)

# %% [markdown]
# What the tables say:
#
# * **Every sample is radial.** In the model with one open switch per loop no shot is spent on an
#   island or a loop. The shares below 100 % are configurations that are radial and leave a bus
#   below 0.9 p.u.: 30 of the workshop's 1 200, and 61 % of the frontier's, where many have no power
#   flow at all. With one qubit per switch, 2 % of the demo's strings are feasible and 0.4 % of the
#   three feeders', and trained QAOA brings that to 30 % and 18 %; the demo's optimum is in 0.4 % of
#   its shots, where the sets have it in 25 %.
# * **QAOA reaches the proven optimum** of demo and workshop, in 25 % and 23 % of the shots, 18 and
#   275 times as often as chance, and of the three feeders in 19 %, 24 times as often.
# * **At the frontier it hardly does.** Three of 4 096 shots are the optimum. It is one of 15 360
#   choices, so that is about eleven times the exact chance (3.8 to 33); the sampled chance row in
#   the table happened to draw it twice in 2 777, which is luck and hides this. QAOA's gain there is
#   that 88 % of shots keep the voltage limit instead of 39 %.
# * **The surrogate's model error is larger than any solver's.** The exact optimum of the workshop's
#   surrogate loses 150.9 kW once it is computed with AC power flow, 8 % more than the
#   true optimum, which is 33rd in the surrogate's order; the frontier's 193.4 kW. What three loops
#   do together matters. Simulated annealing on it still meets better ones on its way: its best
#   answers, judged by the physics, are 139.98 and 141.63 kW. On the two small instances it
#   finds the optimum.
# * **Classical computing needs none of this.** The heuristic that opens the least flow, a few
#   linear systems of as many unknowns as loops, *is* the optimum of both feeders. It is also the
#   anchor of the guide: QAOA is told where to look. The proof over all 50 751 configurations takes
#   a fraction of a second.

# %%
if __name__ == "__main__":
    from itertools import product

    from energy.network_reconfiguration.costs import losses
    from energy.network_reconfiguration.flow import flow

    for name, make in (("workshop", workshop), ("frontier", baran_wu)):
        feeder = make()
        rows = np.array([*product(*sets(feeder))])
        opened, places = np.sort(rows, axis=1), np.concatenate(sets(feeder))
        chosen = (rows[:, :, None] == places).any(axis=1).astype(np.int8)
        level, order = losses(feeder, opened), np.argsort(energies(quadratic(feeder), chosen))
        lost = flow(feeder, opened[order[:1]]).losses[0]
        rank = 1 + int(np.flatnonzero(order == level.argmin())[0])
        print(f"{name}: {np.isfinite(level).sum()} of {len(level)} choices keep the limits; the"
              f" surrogate's optimum loses {lost:.1f} kW; the true one is number {rank}"
              )  # fmt: skip

# %%
if __name__ == "__main__":
    from energy.network_reconfiguration.loops import opened_by_least_flow

    for name, make in (("33 buses", baran_wu), ("three feeders", civanlar)):
        feeder, begun = make(), perf_counter()
        first = {int(feeder.grid.branch[e]) for e in opened_by_least_flow(feeder.grid)}
        heuristic = Configuration(open=tuple(feeder.branches[k].name for k in sorted(first)))
        seconds = perf_counter() - begun
        kw = objective(feeder, heuristic)
        print(f"{name}: open {', '.join(heuristic.open)}, {kw:.3f} kW, {1e3 * seconds:.1f} ms")

# %% [markdown]
# ## How it scales, and what it would take
#
# * **Qubits:** at most one per switch: 12, 21, 36 for the 33-bus feeder. Its 15 360 choices are
#   few enough to simulate without its $2^{36}$ strings; a feeder with twenty loops and ten
#   switches in each has $10^{20}$, and no simulator holds that.
# * **Gates:** a pair of branches that are not the anchor's, from two sets, costs two CX per layer:
#   101 pairs in the workshop and 374 at the frontier, with the exchanges about 250 and 820 CX a
#   layer. At one error in a thousand gates, fewer than one in four runs of six layers of
#   the workshop is without any.
# * **Power flows:** $n^2/2$ for the guide, and one for each distinct shot in training and reading.
#   They are classical work that grows with the feeder.
# * **Sets:** the larger the network, the fewer of its trees a product of sets contains: 75 % of
#   the demo's configurations, 41 % of the workshop's, 30 % of the frontier's. The optimum may be
#   outside. Here it is inside; nothing guarantees it, and the reference, which looks at all, would
#   show it as a gap. Sets around a better configuration, again and again, are a local search.
#
# **The honest end.** Classical search settles feeders like these in a fraction of a second, and
# what decides in practice is often not here: the wear of switches, protection, tomorrow's load. A
# quantum computer would have to help where many loops interact and many hours with different
# loads are planned at once. None of that is shown yet. What remains is the encoding: where rules
# have the structure of a matroid, most of them can be written away before any qubit is asked, and
# that helps classical search just as well.
