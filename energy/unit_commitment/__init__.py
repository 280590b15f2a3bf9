# %% [markdown]
# # Unit commitment: which power stations run tomorrow
#
# Every afternoon the operator of a fleet of power stations decides which units will be on in
# each hour of the next day, so that demand is met, a reserve is ready, and fuel and starts
# cost as little as possible.
#
# A unit that is off costs nothing; one that is on burns fuel before it sends out its first
# megawatt, cannot run below its minimum output, and, once started or stopped, must stay so
# for hours. Starting a boiler that has gone cold costs twice as much as a warm one. So a
# decision for one hour is a decision for many, and the hours cannot be planned one by one.
# Whoever has units to schedule has this problem: utilities, the operators of pooled markets,
# and, with batteries and combined heat and power, district heating companies.

# %%
"""Which power stations run tomorrow: unit commitment with exact economic dispatch."""

from __future__ import annotations

from functools import partial

import numpy as np

from energy.unit_commitment.blocks import Blocks, first_plan
from energy.unit_commitment.chart import plot
from energy.unit_commitment.files import parse_csv
from energy.unit_commitment.fleet import Fleet, Unit, example
from energy.unit_commitment.fleets import (
    kazarlis,
    morning,
    replicated,
    single_hours,
    sub_fleet,
    whole_number,
    window,
)
from energy.unit_commitment.network import hours, minimum_times, starts
from energy.unit_commitment.plans import cost_of
from energy.unit_commitment.reading import Schedule, interpret, objective, violations
from energy.unit_commitment.reference import reference
from energy.unit_commitment.tables import fit, hour_tables, penalty, sufficient_penalty
from usecases.contracts import Family, Formulation, UseCase
from usecases.models import Blockwise, CostNetwork, Incumbent, Sample, all_bits, merged

__all__ = [
    "Fleet",
    "Schedule",
    "Unit",
    "build",
    "example",
    "interpret",
    "model",
    "objective",
    "plot",
    "reference",
    "replicated",
    "sub_fleet",
    "usecase",
    "violations",
    "window",
]

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("energy/unit_commitment")

# %% [markdown]
# ## The data
#
# The ten units and the 24 hours of demand of Kazarlis, Bakirtzis and Petridis (1996), on which
# unit commitment has been compared ever since. Producing $p$ megawatts for one hour costs
# $a + b\,p + c\,p^2$ dollars. A tenth of the demand must be ready as reserve.
#
# | field of a unit | meaning |
# |---|---|
# | `name` | letters, digits, `_` or `-` |
# | `p_max`, `p_min` | largest output, smallest output while on (MW) |
# | `a`, `b`, `c` | fuel: \$/h, \$/MWh, \$/MW²h |
# | `min_up`, `min_down` | hours a start or a stop must last |
# | `hot_start`, `cold_start` | \$ per start: hot up to `cold_hours` beyond `min_down`, then cold |
# | `initial_hours` | hours on (positive) or off (negative) before hour 1 |
#
# Three sizes are cut from it. An hour on its own has no history, so no starts and no minimum
# times. The workshop takes units 1, 2, 4 and 5 through hours 1 to 6 with 5 % reserve, with
# their history; `hours@3` is its first three. The day is the whole problem, and `copies@2` is the
# day with everything twice, the way the paper and its successors scale it, up to 20 times. Your
# own fleet is a JSON file with `units`, `demand` and `reserve`, or a CSV file: lines `demand,MW,…`
# and `reserve,0.1`, then a table of units with these names as columns. It may have 200 units and a
# week.
#
# `sub_fleet` takes units of a fleet by name and `window` some of its hours. A window that begins
# later needs to know how long each unit has been on or off by then: give it the hours before.

# %%
if __name__ == "__main__":
    day = kazarlis()
    for unit in day.units:
        print(unit.name, unit.p_min, "to", unit.p_max, "MW, start", unit.hot_start, "$")
    print("demand", *(f"{d:g}" for d in day.demand), "MW")
    base = sub_fleet(day, ("u1", "u2", "u5"))
    night = window(base, 23, 24, before=[(True, True, True)] * 22)
    print("night", night.demand, "MW, u5 on for", night.units[2].initial_hours, "hours")

# %% [markdown]
# ## The model
#
# One qubit says whether one unit is on in one hour, so the model has **units × hours** qubits;
# `u3@h07` is unit u3 in hour 7. How many megawatts each unit produces is not encoded: once the
# units are chosen, the outputs follow exactly (*economic dispatch*: all units between their
# limits run at one marginal cost), so they are computed and not searched. Four terms:
#
# * **hours** – a table per hour, $D_h(x_{1h}, \dots, x_{Uh})$: the cost of the best dispatch
#   for each of the $2^U$ sets of units. A set that cannot serve costs what the cheapest one
#   would, plus $P\,(1 + \text{missing MW} / \text{required MW})$.
# * **hot starts** – $\text{hot}\; x_{t}(1 - x_{t-1})$.
# * **cold starts** – the extra $(\text{cold} - \text{hot})\, x_t \prod_{k=1}^{K} (1 - x_{t-k})$
#   with $K$ = `min_down + cold_hours` + 1.
# * **minimum times** – $P$ for every hour by which a run ends too early: for a start at $t$,
#   $P\,(1 - x_{t-1})\, x_t\, (1 - x_{t+k})$ with $0 < k <$ `min_up`, and the mirror image for
#   a stop.
#
# What happened before hour 1 is known and enters as constants. Nothing is rounded and there are
# no slack qubits: for a schedule that keeps the rules, the energy *is* its cost in dollars.
#
# **The penalty.** Let $L$ be the sum of the cheapest hours, each on its own. Every schedule
# costs at least $L$, and one that breaks a rule at least $L + P$. Let $U$ be the cost of any
# feasible schedule; unit decommitment (Tseng, Li and Oren 2000) finds one at once. Then
# every $P > U - L$ keeps all broken schedules above the optimum. The model takes that bound
# plus a margin of a tenth of what an hour costs, and no less than a thousandth of the largest
# cost in the model, since fuel may be free. A larger margin is safe and useless, because it
# squeezes the differences that matter into a smaller part of the spectrum.

# **Block by block.** Beyond 24 decisions a first schedule comes with the model: decommitment's,
# or, where that leaves an hour unserved, one that HiGHS finds by the rules alone. Then a block is
# freed, a few units over neighbouring hours, and all else is held. What is left is a sum of small
# tables again: per hour over the units that are free in it, from the exact dispatch of *all* units
# that are on, and per unit over the hours that are free, from its starts and minimum times. A
# block is solved on as many qubits as it has decisions, and its answer is kept if the cost of the
# whole day falls. The penalty is the block's own, a tenth above $U - L$, with $U$ what the block
# costs now and $L$ the sum of its tables' cheapest entries. What breaks a rule thus costs more than
# the schedule there is, which stays feasible all along. No table lists the whole fleet, so no
# fleet is too large.

# %%
MARGIN = 0.1
"""What the penalty exceeds the sufficient bound by, as a fraction of an hour's least cost."""


WHOLE = 24
"""Up to this many decisions a statevector holds the model; beyond, a first schedule comes too."""


def model(fleet: Fleet) -> CostNetwork | Incumbent:
    """The cost in $ of every commitment: in one piece, or to be improved block by block."""
    return build(fleet, MARGIN) if len(fleet.labels()) <= WHOLE else improvable(fleet)


def improvable(fleet: Fleet) -> Incumbent:
    """A feasible schedule, and the exact cost of every block in which it may be improved.

    Raises Infeasible with the reason when no schedule keeps all rules.
    """
    plan = first_plan(fleet)
    blocks = Blocks(fleet, (1.0 + MARGIN) * cost_of(fleet, plan) or 1.0)
    whole = partial(build, fleet, MARGIN) if fit(fleet) else None
    labels = fleet.labels()
    cost = Blockwise(labels, blocks.energies, blocks.blocks, blocks.part, whole)
    return Incumbent(cost, dict(zip(labels, plan.ravel().tolist(), strict=True)))


def build(fleet: Fleet, margin: float) -> CostNetwork:
    """The model with a margin above the sufficient penalty, in hours' least costs.

    Raises TooLarge beyond 14 units, and Infeasible when no set of units can serve an hour.
    """
    tables = hour_tables(fleet)
    price = penalty(fleet, tables, margin)
    terms = (*hours(fleet, tables, price), *starts(fleet), *minimum_times(fleet, price))
    return CostNetwork(fleet.labels(), merged(terms))


# %% [markdown]
# The sweep: for a random fleet over a few hours, the distance in dollars from the optimum to
# the cheapest broken schedule, and the distance from the optimum to the second-best string as
# a share of the whole spectrum. The first must be positive; the second is what an annealer or
# an alternating ansatz has to resolve, and it shrinks as the penalty grows.

# %%
if __name__ == "__main__":
    few = example(12, 1)
    strings = all_bits(12)
    answers = [
        interpret(few, dict(zip(few.labels(), row.tolist(), strict=True))) for row in strings
    ]
    broken = np.array([bool(violations(few, answer)) for answer in answers])
    print(f"feasible share of uniform strings: {1 - broken.mean():.4f}")
    tables = hour_tables(few)
    bound = sufficient_penalty(few, tables)
    for margin in (0.0, 0.1, 0.3, 1.0, 3.0, 10.0):
        energy = build(few, margin).energies(strings)
        levels = np.sort(energy)
        print(
            f"penalty {penalty(few, tables, margin):9.2f} $ (bound {bound:.2f} $):"
            f" cheapest broken +{energy[broken].min() - levels[0]:9.2f} $,"
            f" gap {(levels[1] - levels[0]) / (levels[-1] - levels[0]):.5f} of the spectrum"
        )

# %% [markdown]
# ## Reading an answer back
#
# `interpret` turns the bits into a schedule and dispatches every hour that its units can serve.
# `violations` speaks the control room's language (*hour 7: 120 MW short of demand*; *unit u3
# stops at hour 9 after 2 h on, minimum 5 h*) and checks the outputs in megawatts as well.
# `objective` adds up fuel from those outputs and starts from the hours on and off; it never
# looks at the model's tables.

# %%
if __name__ == "__main__":
    first: Sample = {label: int(label.startswith("u1@")) for label in morning().labels()}
    for line in violations(morning(), interpret(morning(), first)):
        print(line)

# %% [markdown]
# ## What classical computing proves
#
# `reference` solves the problem by another road: a mixed-integer program in which outputs are
# variables and the quadratic cost is a set of tangents, made tight by the perspective
# reformulation (Frangioni and Gentile 2006). HiGHS bounds the cost from below; the exact cost of
# the schedule it finds bounds it from above; tangents are added until the two meet to 1e-8.
# If the two do not meet, the dispatch or the start rules of this page would be wrong, so the
# proof checks them too.
#
# The paper used this fleet to test a genetic algorithm, which proves nothing about the optimum.
# It is 563 937.69 \$ for the day; the cell below proves it. With everything twice, HiGHS proves
# 1 123 297.43 \$ in a few seconds. With everything four times, a minute leaves it between
# 2 241 959.70 \$ and 2 242 595.58 \$, a gap of 0.03 %: many equal units are what it finds hard.
# The reference is then "best known", with its bound.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for name, fleet in (("workshop", morning()), ("day", kazarlis())):
        begun = perf_counter()
        proven = reference(fleet)
        print(f"{name}: {proven.value:.2f} $, {proven.kind} in {perf_counter() - begun:.1f} s")
        print(f"  {proven.method}")

# %% [markdown]
# ## The declaration

# %%
usecase = UseCase(
    title="Unit commitment: which power stations run tomorrow",
    unit="$",
    sense="min",
    instance=Fleet,
    instances={
        "demo": lambda: single_hours(kazarlis())[5],
        "hour-1": lambda: single_hours(kazarlis())[0],
        "hour-6": lambda: single_hours(kazarlis())[5],
        "hour-10": lambda: single_hours(kazarlis())[9],
        "workshop": morning,
        "frontier": kazarlis,
        "day": kazarlis,
    },
    example=example,
    tiny=8,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".csv": parse_csv},
    families={
        "hours": Family(
            parameter="horizon",
            unit="h",
            quantity="cost",
            limits=(1, 6),
            points=(1, 2, 3, 4, 5, 6),
            instance=lambda value: morning(whole_number(value, "hours")),
        ),
        "copies": Family(
            parameter="copies of the fleet and its demand",
            unit="times",
            quantity="cost",
            limits=(1, 20),
            points=(1, 2, 4),
            instance=lambda value: replicated(kazarlis(), whole_number(value, "copies")),
        ),
    },
    formulations={
        "blocks": Formulation(
            title="a feasible schedule, improved block by block",
            model=improvable,
            interpret=interpret,
            tiny=8,
            algorithms=(
                "lns solver=qaoa solver.angles=ramp solver.layers=40 solver.shots=64 rounds=80",
                "lns solver=chance solver.shots=64 rounds=80",
                "lns solver=exact rounds=80",
            ),
            stored=("day", "copies@2"),
        ),
    },
    algorithms=("qaoa layers=40 angles=ramp", "annealing"),
    stored=("demo", *(f"hours@{n}" for n in range(1, 6)), "workshop"),
    sources=(
        "S. A. Kazarlis, A. G. Bakirtzis, V. Petridis, A genetic algorithm solution to the unit"
        " commitment problem, IEEE Trans. Power Systems 11(1):83-92, 1996: fleet and demand",
        "A. Frangioni, C. Gentile, Perspective cuts for a class of convex 0-1 mixed integer"
        " programs, Mathematical Programming 106:225-236, 2006: the reference",
        "D. Rajan, S. Takriti, Minimum up/down polytopes of the unit commitment problem with"
        " start-up costs, IBM RC23628, 2005: the reference",
        "C. L. Tseng, C. A. Li, S. S. Oren, Solving the unit commitment problem by a unit"
        " decommitment method, J. Optim. Theory Appl. 105:707-730, 2000: the penalty's bound",
        "S. Koretsky et al., Adapting quantum approximation optimization algorithm (QAOA) for"
        " unit commitment, arXiv:2110.12624, 2021",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all strings at once, turns the
# phase of each by its cost, and mixes neighbouring strings; done `layers` times with well chosen
# angles, cheap schedules become likelier. Here the angles lie on a ramp over 40 layers, annealing
# in steps, which needs no training; then the state is measured `shots` times. Simulated annealing
# takes quadratic terms, so its model has auxiliary variables beside the 4 to 24 of this page.

# %% [markdown]
# <!-- runs -->

# %% [markdown]
# The share of answers that keep all rules, over the hours of the morning with four units:
#
# <!-- feasible shares -->
#
# Of uniform strings three in eight are feasible for one hour, and for five or six hours none of
# 4096 is. Of the ramp's, more than nine in ten still are. At 24 qubits 8 % of its shots are the
# proven optimum and 3 % of simulated annealing's; at five hours it is 7 % against 78 %. The price
# is depth: forty layers of the gates counted below, without an error in any.

# %%
if __name__ == "__main__":
    for algorithm in usecase.algorithms:
        record = page.run("energy/unit_commitment", "demo", algorithm)
        print(algorithm, record.score)
    page.plot(record)

# %% [markdown]
# Every run carries a chance row: uniform random strings read back the same way. On ten qubits a
# thousand shots of a coin often contain the optimum, so a small gap alone says little. The lift
# over chance is the number to read.
#
# The day in 80 blocks ends at the proven optimum, with 12 qubits at a time instead of 240 and 64
# shots a block. Decommitment alone is 0.32 % above it, and with 64 uniform random shots a block it
# is 0.05 %. With 4096 shots chance would be as good: a block of 12 has no more strings than that.
# With everything twice, decommitment is 0.44 % above the optimum, random blocks 0.38 %, QAOA's
# 0.14 % and exact ones 0.09 %. All are one run each. A block is enumerated in a millisecond, so the
# quantum computer is no gain here; and HiGHS proves both optima, in seconds.
#
# ## How it scales
#
# * **Qubits** grow as units × hours: 10 for an hour, 24 for the workshop, 240 for the day.
# * **Gates.** A table over $U$ units is a polynomial in up to $2^U$ products of spins. Visited in
#   Gray-code order it takes at most $2^U - 2$ CX per hour and layer: 1 022 for ten units, 24 528
#   for the day, before starts and minimum times.
# * **Tables.** They list $2^U$ dispatches per hour, so the model in one piece stops at 14 units.
#   A block over $k$ units and $m$ hours has $m$ tables of $2^k$ entries and $k$ of $2^m$, whatever
#   the fleet: three units over four hours take 12 qubits and 80 entries.
#
# The honest end: filling the table of one hour already finds that hour's optimum, so the demo is
# solved before the quantum computer starts; it is there to learn on. What remains hard is the
# coupling between hours, and there the mixed-integer program above proves the whole day while
# a quantum computer that could hold its 240 qubits and tens of thousands of gates per layer
# without error does not exist. Koretsky et al. (2021) find classical solvers effective below 400
# units. Later work (arXiv:2412.11312, 2505.00145) splits the problem between a small quantum and a
# classical part; arXiv:2505.16444 simulates more than 1 000 layers on up to 20 qubits to show what
# deep circuits could do. A quantum computer would have to help where the convex relaxation is
# loose: many equal units, congested networks, uncertain wind. None of that is shown yet.
