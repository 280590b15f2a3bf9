# %% [markdown]
# # Tail assignment: which aircraft flies which flights
#
# An airline has published its timetable. Which aircraft, known by the number on its tail, flies
# which flights of the day one after the other, so that every flight is flown exactly once?
#
# Airlines solve this *tail assignment problem* every day, and its sibling *crew pairing* for the
# people on board. Both cut a timetable into routes that fit together without gap or overlap: an
# exact cover, which is NP-complete (Karp 1972). Planners' codes price routes out of millions by
# column generation (Grönkvist 2005). Vikstål et al. (2020) reduced instances of such a code to 8,
# 15 and 25 routes, a qubit for each, and found the one cover of each with QAOA.

# %%
from __future__ import annotations

from functools import partial

import numpy as np

from logistics.tail_assignment.answers import interpret, objective, violations
from logistics.tail_assignment.cover import (
    build,
    exclusive,
    grouped,
    partition,
    rows,
    sufficient_weight,
)
from logistics.tail_assignment.data import Plan, TailAssignment
from logistics.tail_assignment.drawing import draw
from logistics.tail_assignment.feasibility import first_plan
from logistics.tail_assignment.proof import count, prove
from logistics.tail_assignment.routes import listed
from logistics.tail_assignment.timetable import exact_covers, example, synthetic
from logistics.tail_assignment.timetable_csv import parse_timetable
from usecases.contracts import Formulation, UseCase

# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("logistics/tail_assignment")

# %% [markdown]
# ## The data
#
# The airports are real (package airportsdata): Copenhagen CPH, Billund BLL and Aalborg AAL, and
# London LHR and STN, Manchester MAN and Edinburgh EDI. Great circles on a sphere of 6371.0 km,
# such as 979.6 km from Copenhagen to Heathrow, at 780 km/h and with 30 minutes for the rest of a
# flight, give block times. **The timetables are synthetic**, drawn by a seeded generator that
# flies round trips from Danish bases; no airline flies them, and the charts say so.
#
# What may follow what, and what it costs, is a choice of this model; each number is a field of
# `rules`:
#
# | rule for aircraft | here |
# |---|---|
# | a rotation begins and ends at a base, which has so many aircraft in the morning | `bases` |
# | least turn, longest time on the ground | 35 min, 480 min |
# | minutes in the air before the line check is due | `check`: none, workshop 430, frontier 640 |
# | an aircraft in use, for the day | 3000 € |
# | an hour on the ground beyond the least turn | 180 € |
# | a minute of delay handed on, if inbound flights are late by 10 min on average | 100 € |
# | ending at another base than in the morning | not allowed, frontier 1500 € |
#
# Lateness is taken as exponential, so a turn with slack s hands on 10 · exp(−s/10 min) minutes. A
# minute at 100 € is of the order that Cook & Tanner (2015) give for Europe.
#
# Crews have duties instead of turns: at most 13 hours with two flights and half an hour less for
# each more, as in Regulation (EU) No 83/2014 for reports between 06:00 and 13:29, and ten hours of
# rest in between. An hour on duty costs 400 €, a night away 600 € (choices as well).


# %%
def demo() -> TailAssignment:
    """Six flights between Copenhagen and Stansted, three aircraft."""
    return synthetic(3, 24, bases=1, stations=2)


def workshop() -> TailAssignment:
    """Twelve flights from Copenhagen and Billund, four aircraft, a check after 430 minutes."""
    return synthetic(6, 17, bases=2, stations=2, check=430)


def frontier() -> TailAssignment:
    """Forty-four flights from three Danish airports to four British ones, eleven aircraft."""
    return synthetic(22, 1, bases=3, stations=4, away=1500, check=640)


# %% [markdown]
# **Your own timetable** is a `.csv` file like the text below. Lines with one `#` set rules, or say
# where the flights come from; `00:40+1` is the next day; all times are UTC. As JSON an instance may
# also list its routes with their costs, from whatever made them (`"routes": [{"flights": ["S101",
# "S102"], "cost": 3120}]`): then the choice is among these.

# %%
CREW = """## Two days of a crew base
# timetable: synthetic timetable
# kind: crew
# bases: CPH
flight,origin,destination,departure,arrival
S201,CPH,LHR,06:30,08:15
S202,LHR,CPH,09:05,10:50
S203,CPH,EDI,12:30,14:15
S204,EDI,CPH,15:00,16:45
S205,CPH,LHR,17:00,18:45
S206,CPH,MAN,16:50,18:35
S207,LHR,CPH,07:00+1,08:45+1
S208,MAN,CPH,07:15+1,09:00+1
S209,CPH,EDI,09:45+1,11:30+1
S210,EDI,CPH,12:20+1,14:05+1
"""


def crew() -> TailAssignment:
    """Pairings of crews from Copenhagen; two flights of the first evening return next morning."""
    return parse_timetable(CREW)


# %% [markdown]
# ## The model
#
# Airport continuity, turns, bases, checks and duty limits are *encoded away*: there is one binary
# variable x_r for each route r that the rules allow, with its cost c_r. What is left is to choose
# routes so that each flight is in exactly one of them, and no base lends more aircraft than it has:
#
# H = Σ_r c_r x_r + A Σ_f (1 − Σ_r a_fr x_r)² + A Σ_b (K_b − Σ_r b_br x_r − Σ_k w_k y_bk)²
#
# * Σ c_r x_r is the cost of the plan in euro;
# * (1 − Σ a_fr x_r)² is 0 where flight f is in one chosen route, at least 1 otherwise;
# * the last term stands only for a base b that could lend more than its K_b aircraft. The bits
#   y_bk count the aircraft that stay there; if all are needed, which a linear program proves,
#   there are none. That is so in every instance named here.
#
# Divided by A this is the Hamiltonian of Vikstål et al., Σ_f (1 − Σ_r a_fr x_r)² + μ Σ_r c_r x_r
# with μ = 1/A.
#
# **Qubits:** the number of routes, and ⌈log₂(K_b − L_b + 1)⌉ for a base that lends L_b at least and
# may run short.
#
# **The weight A.** Let prices π of the rows obey Σ_f a_fr π_f + Σ_b b_br π_b ≤ c_r for all r, and
# π_b ≤ 0 where aircraft may stay. Write u for what is broken, row by row, and d for the ones and
# the K_b. Then Σ c_r x_r ≥ π·d + π·u, so that a string that breaks a rule has
#
# H ≥ π·d + A − max|π|,
#
# which exceeds the cost C of any known plan if A > max|π| + C − π·d. A linear program finds the
# prices for which the right side is least; A is the next whole number. C is the cost of some plan,
# which HiGHS finds without looking at costs, or proves that there is none and says which flight is
# to blame.


# %%
def show_weights() -> None:
    """What the weight does in the demo: is the minimum a plan, and how wide is the scale?"""
    instance = demo()
    columns = listed(instance, most=100) or {}
    stated = rows(instance, columns)
    known = sum(columns[route] for route in first_plan(instance, columns))
    enough = sufficient_weight(stated, known)
    for multiple in (0.25, 0.5, 1.0, 2.0, 4.0):
        model = partition(stated, multiple * enough)
        bits = (np.arange(1 << len(columns))[:, None] >> np.arange(len(columns))) & 1
        energies = model.energies((bits, list(stated.labels)))
        best = dict(zip(stated.labels, bits[energies.argmin()].tolist(), strict=True))
        broken = violations(instance, interpret(instance, best))
        told = f"breaks {len(broken)} rules, such as: {broken[0]}" if broken else "is a plan"
        print(f"A = {multiple:g} × {enough}: the minimum, {energies.min():.0f} €, {told}; the"
              f" largest energy is {energies.max() / energies.min():.0f} times that")  # fmt: skip


# %% [markdown]
# **Groups.** The routes that fly one flight exclude one another, and a plan holds exactly one of
# them; of those that begin at a base whose fleet is needed whole, it holds exactly K_b. A mixer
# that exchanges the members of a group never leaves such a rule. Groups must be disjoint, so not
# every flight can have one: HiGHS picks those that leave the fewest strings (a set packing). This
# is the formulation `logistics/tail_assignment:groups`. The energies are the same, penalties
# included; what changes is where the state may go.


# %%
def show_groups() -> None:
    """How many strings are left where the mixer keeps the groups."""
    for make in (demo, workshop, crew):
        stated = rows(make(), listed(make(), most=100) or {})
        found = [(len(group.variables), group.count) for group in exclusive(stated)]
        told = ", ".join(f"{k} of {n}" for n, k in found)
        print(f"{make.__name__}: {len(stated.labels)} routes; groups: {told}")


# %% [markdown]
# **Many flights.** Beyond 24 variables the model comes with an *incumbent*, a first plan to
# improve, and is handed to a machine block by block. Up to 100 routes it holds them all; beyond,
# the plan's own and 300 others, chosen by the prices of the linear relaxation. With every better
# plan the prices change and so does the pool. Up to 20 000 routes are listed to be priced; beyond,
# columns are generated where prices ask for them, cheapest beginnings first at each flight.
#
# ## Reading an answer back
#
# A variable's name is the list of its flights, `S101+S102`. Nothing is repaired: a flight in two
# chosen routes is flown twice, one in none is not flown, and both are violations, as are a fourth
# aircraft where there are three, a turn that is too short, or a line check that is overdue.

# %%
if __name__ == "__main__":
    twice = Plan(routes=(("S101", "S102"), ("S101", "S102"), ("S103", "S104")))
    print(*violations(demo(), twice), sep="\n")

# %% [markdown]
# ## What classical computing proves
#
# HiGHS chooses among all routes, without penalty, pool or first plan, and proves the optimum; to
# 100 routes CP-SAT counts how many plans are as cheap. Where more than 20 000 routes exist HiGHS
# chooses among generated ones, and the reference is labelled best known.
#
# The optima are <!-- answer of demo by reference --> (demo),
# <!-- answer of workshop by reference --> (workshop), <!-- answer of frontier by reference -->
# (frontier, 929 routes) and <!-- answer of crew by reference --> (crew). Those of demo, workshop
# and crew are unique.

# %%
if __name__ == "__main__":
    from time import perf_counter

    for make in (demo, workshop, crew, frontier):
        begun = perf_counter()
        proven = prove(make())
        seconds = perf_counter() - begun
        print(f"{make.__name__}: {proven.value:.0f} €, {proven.kind} ({proven.method})"
              f" in {seconds:.2f} s")  # fmt: skip

# %%
usecase = UseCase(
    title="Tail assignment: which aircraft flies which flights",
    unit="€",
    instance=TailAssignment,
    instances={
        "demo": demo,
        "workshop": workshop,
        "frontier": frontier,
        "crew": crew,
        "unique": partial(exact_covers, 37),
        "several": partial(exact_covers, 139),
    },
    example=example,
    tiny=4,
    model=build,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=prove,
    plot=draw,
    formats={".csv": parse_timetable},
    formulations={
        "groups": Formulation(
            title="as many routes of each group as a plan holds, kept by the mixer",
            model=grouped,
            interpret=interpret,
            tiny=4,
            algorithms=("qaoa layers=6", "qaoa objective=cvar layers=6"),
            stored=("demo", "workshop", "crew", "unique", "several"),
        )
    },
    algorithms=("qaoa objective=cvar layers=4", "qaoa layers=4", "annealing"),
    stored=("demo", "workshop", "crew", "unique", "several", "frontier"),
    sources=(
        "airportsdata (MIT): names and coordinates of airports; the timetables are synthetic",
        "Vikstål et al., Phys. Rev. Applied 14 (2020) 034009, arXiv:1912.10499: the model",
        "Svensson et al., APS March Meeting 2021, L34.12: several feasible solutions",
        "Grönkvist, The Tail Assignment Problem, Chalmers (2005)",
        "Karp, Reducibility among combinatorial problems (1972): exact cover",
        "Desrosiers, Soumis & Desrochers, Networks 14 (1984) 545: column generation",
        "Cook & Tanner, European airline delay cost reference values, EUROCONTROL (2015)",
        "Regulation (EU) No 83/2014, ORO.FTL.205 and 235: duty and rest of crews",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# QAOA, the *quantum approximate optimisation algorithm*, prepares all strings at once, turns the
# phase of each by its energy, and mixes neighbouring strings; done `layers` times with well chosen
# angles, low energies become likelier. The angles are trained on the mean energy, or on that of the
# best quarter of the shots (CVaR). In the plain model mixing flips single bits; with `groups` it
# exchanges routes within groups. The frontier is handed to it in blocks of twelve routes.
#
# `unique` and `several` have the same ten flights and as many listed routes at no cost, so that
# only the exact cover is left: one string in 2¹⁵ solves the one, sixteen solve the other.
#
# <!-- runs -->

# %%
if __name__ == "__main__":
    show_weights()
    show_groups()
    record = page.run("logistics/tail_assignment:groups", "demo", "qaoa")
    print(record.score)

# %% [markdown]
# **What the groups are worth.** In the plain model, most shots are no plan: trained on the mean
# energy, <!-- feasible of demo by qaoa (layers=4) --> are in the demo and
# <!-- feasible of workshop by qaoa (layers=4) --> in the workshop. With groups it is
# <!-- feasible of demo:groups by qaoa (layers=6) --> and
# <!-- feasible of workshop:groups by qaoa (layers=6) -->. Part of that is given, since random
# strings that keep the groups are plans in <!-- feasible of demo:groups by chance --> and
# <!-- feasible of workshop:groups by chance --> of cases; the lift is what the angles add. The
# workshop's optimum is in <!-- optimal of workshop:groups by qaoa (layers=6) --> of the shots, a
# lift of <!-- lift of workshop:groups by qaoa (layers=6) -->.
#
# **What chance is.** In the larger plain models drawing 4096 strings hardly meets a plan, and the
# lift's lower end may stay below 1 (workshop, mean energy). Counting tells more: 16 of the
# workshop's 2¹⁸ strings are plans and one is optimal, so that
# <!-- optimal of workshop by qaoa (layers=4) --> is some 450 times chance.
#
# **What more solutions do.** With mean energies, one cover among 2¹⁵ strings is found in
# <!-- optimal of unique by qaoa (layers=4) --> of the shots and one of sixteen in
# <!-- optimal of several by qaoa (layers=4) -->; with groups in
# <!-- optimal of unique:groups by qaoa (layers=6) --> and
# <!-- optimal of several:groups by qaoa (layers=6) -->. Svensson et al. (2021) report of exact
# covers that more solutions need fewer layers, and warn that with costs it can be the other way
# round: many plans, one of them best. In the crew's instance, of nine plans, the mean energy with
# groups makes <!-- feasible of crew:groups by qaoa (layers=6) --> of the shots plans and only
# <!-- optimal of crew:groups by qaoa (layers=6) --> optimal; CVaR makes
# <!-- feasible of crew:groups by qaoa (layers=6, objective=cvar) --> plans and
# <!-- optimal of crew:groups by qaoa (layers=6, objective=cvar) --> optimal. Yet CVaR asks for a
# quarter of good shots and no more: where all plans cost the same, it stops at that quarter, and
# the mean is the better objective.
#
# **Beside classical computing.** Simulated annealing on the plain model samples plans in
# <!-- feasible of workshop by annealing --> of its reads of the workshop and the optimum in
# <!-- optimal of workshop by annealing -->, about as often as QAOA with groups. It is ahead in
# crew, `unique` and `several`; in the demo QAOA with groups is. HiGHS proves each of them in a
# fraction of a second. On the frontier, whose first plan looks at no costs, eight blocks of twelve
# routes take QAOA to <!-- answer of frontier by lns (qaoa) --> and annealing to
# <!-- answer of frontier by lns (annealing) -->; the optimum is
# <!-- answer of frontier by reference -->. Eight blocks are few, and neither is a good answer.

# %%
if __name__ == "__main__":
    for name in ("unique", "several"):
        instance = usecase.instances[name]()
        plans = count(instance, listed(instance, most=15) or {}, cost=None)
        for layers in (1, 2):
            deep = {"layers": layers}
            found = page.run("logistics/tail_assignment", name, "qaoa", parameters=deep)
            print(f"{name}: {plans} of {1 << len(instance.routes)} strings are plans; QAOA with"
                  f" {layers} layers samples one in {found.score.feasible_share:.2%} of the shots"
            )  # fmt: skip

# %%
if __name__ == "__main__":
    page.plot(record)

# %% [markdown]
# ## How it scales
#
# The number of routes grows like the number of connections to the power of the legs of a day:
# 8 routes for 6 flights, 929 for 44. A qubit for each would make thousands for one base's day,
# which column generation never asks for: it keeps a few hundred columns at a time, and
# large-neighbourhood search hands on as many as there are qubits. The plan is feasible at every
# step. Below, four pools and at most eighty blocks of fourteen routes, each solved exactly, reach
# the frontier's optimum; a machine would stand in their place. What it could gain is small: the
# linear relaxation of set partitioning is close to whole numbers, and HiGHS proves the frontier
# among all its routes in a moment.

# %%
if __name__ == "__main__":
    settings = {"solver": "lns", "solver.solver": "exact", "solver.block": 14, "solver.rounds": 20}
    hybrid = page.run(
        "logistics/tail_assignment", "frontier", "column_generation", parameters=settings
    )
    print(f"frontier: {hybrid.score.objective:.0f} €, gap {hybrid.score.gap:.2%}")
