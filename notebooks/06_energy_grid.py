# %% [markdown]
# # The energy grid
#
# | | |
# |---|---|
# | **Time** | 40 minutes |
# | **Memory, cost** | 0.5 GiB; nothing is paid |
# | **You need to know** | [honest scores](02_honest_scores.ipynb); what a megawatt is |
# | **You will have** | five questions of a grid operator answered and scored, your own demand dispatched, and the price of one more megawatt |
#
# Which power stations run, where turbines stand, which switches are open, where to measure, and where to
# cut: an operator's yes-or-no questions, each with real data.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("06_energy_grid")  # or: Tour("06_energy_grid", "replay")
print(tour)
doctor()

# %% [markdown]
# ## Five questions
#
# Each with the algorithm and settings that its page suggests first.

# %%
from usecases.registry import usecase

QUESTIONS = (
    "energy/unit_commitment",
    "energy/wind_farm",
    "energy/network_reconfiguration",
    "energy/grid_monitoring",
    "energy/grid_partition",
)
answers = {name: tour.run(name, "demo", usecase(name).algorithms[0]) for name in QUESTIONS}
for name, record in answers.items():
    score = record.score
    print(
        f"{name:<31} {record.qubits:>2} qubits  {score.objective:10.2f} {score.unit:<12}"
        f" gap {100 * score.gap:.1f} %, lift over chance {score.lift:.0f}"
    )

# %% [markdown]
# Five times the proven optimum, and every lift far above 1. Do not be impressed too soon: these are
# demonstrations with a handful of qubits, whose optimum classical computing proves in less than a second.

# %%
for name, record in answers.items():
    proof = record.score.reference
    print(f"{name:<31} {1000 * record.timing.reference:8.1f} ms  {proof.method}")

# %%
tour.plot(answers["energy/network_reconfiguration"])

# %% [markdown]
# ## One hour of ten power stations
#
# Unit commitment. A unit that is on burns fuel before it delivers its first megawatt, and cannot run
# below its minimum. All units that are on share the demand at least cost, and a tenth more than the
# demand must be ready. Ten units, one hour, ten qubits.

# %%
from usecases import load

fleet = load("energy/unit_commitment", "demo")
for unit in fleet.units:
    print(
        f"{unit.name:<4} {unit.p_min:5.0f} to {unit.p_max:4.0f} MW, {unit.a:6.0f} $/h and about {unit.b:5.2f} $/MWh"
    )
print(
    f"demand {fleet.demand[0]:.0f} MW, with {100 * fleet.reserve:.0f} % reserve {fleet.required(0):.0f} MW"
)
tour.plot(answers["energy/unit_commitment"])

# %% [markdown]
# ## Your own demand
#
# An instance is data, and a changed copy is another instance. Here the same fleet meets a rising demand.

# %%
SOLVER = usecase("energy/unit_commitment").algorithms[0]
demands = (700.0, 900.0, 1100.0, 1300.0, 1450.0)
hours = [fleet.model_copy(update={"demand": (demand,)}) for demand in demands]
runs = [tour.run("energy/unit_commitment", hour, SOLVER) for hour in hours]
for demand, record in zip(demands, runs):
    (on,) = record.solution["on"]
    names = " ".join(unit.name if state else "  " for unit, state in zip(fleet.units, on))
    print(f"{demand:6.0f} MW  {names}  {record.score.objective / demand:6.2f} $/MWh")

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS

figure = Figure(figsize=(8.4, 3.4), layout="constrained")
left, right = figure.subplots(1, 2)
costs = [run.score.objective for run in runs]
proven = [run.score.reference.value for run in runs]
left.plot(demands, [c / d for c, d in zip(proven, demands)], color="black", label="proven optimum")
left.plot(demands, [c / d for c, d in zip(costs, demands)], "o", color=COLOURS[0], label="qaoa")
left.set(xlabel="demand, MW", ylabel="cost, $ per MWh".replace("$", r"\$"))
shares = [100 * run.score.optimal_share for run in runs]
ends = [[100 * end for end in run.score.optimal_interval] for run in runs]
reach = [[s - e[0] for s, e in zip(shares, ends)], [e[1] - s for s, e in zip(shares, ends)]]
luck = [100 * run.score.chance.optimal_share for run in runs]
right.errorbar(demands, shares, reach, fmt="o", color=COLOURS[0], capsize=3, label="qaoa")
right.plot(demands, luck, "s--", color=COLOURS[1], label="chance")
right.set(xlabel="demand, MW", ylabel="optimal shots, %", yscale="log")
for axes in (left, right):
    axes.legend(frameon=False)
tour.stamp(figure, *runs)

# %% [markdown]
# The same algorithm with the same settings does very differently from one demand to the next. A single
# instance shows little; whoever claims something shows many.
#
# ## Exercises
#
# **★ What is ready.** How many megawatts of capacity must be on in this hour?

# %%
from usecases.exercises import n06

answer = ...
n06.required(fleet, answer)

# %% [markdown]
# **★★ Be the operator.** Which units do you switch on? Give their names. The check dispatches your
# choice and says what it costs; it counts as right within one per cent of the optimum.

# %%
on = ...  # for example {"u1", "u2"}
n06.operate(fleet, on)

# %% [markdown]
# **★★★ One more megawatt.** By how many dollars does the optimal cost rise when the demand rises from 1100
# to 1101 MW? `fleet.model_copy(update={"demand": (1101.0,)})` is that hour, and
# `usecase("energy/unit_commitment").reference(hour).value` its proven cost.

# %%
answer = ...
n06.marginal(fleet, answer)
