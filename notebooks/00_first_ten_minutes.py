# %% [markdown]
# # The first ten minutes
#
# | | |
# |---|---|
# | **Time** | 10 minutes |
# | **Memory, cost** | 0.5 GiB; nothing is paid |
# | **You need to know** | how to run a notebook cell: Shift and Enter |
# | **You will have** | a real problem solved on a quantum simulator, and a fair idea of how good the answer is |
#
# A shipping company supplies ports around the North Sea from Esbjerg. Which ship goes where, and in
# which order? You will ask a quantum algorithm, and then see how its answer compares with ordinary
# computing and with pure luck.

# %% [markdown]
# ## Where the answers come from
#
# Every notebook here begins with this cell. Its one setting is the level:
#
# * `"replay"` shows runs that were stored earlier. No network, no waiting.
# * `"simulate"` makes every run on this computer. Change whatever you like.
# * `"live"` sends the work to a machine: `Tour(..., "live", backend="NAME")`. Nothing is spent
#   unless `max_cost` allows it, and a token is never typed here: the machine finds it in the
#   environment.
#
# Every picture says below its frame which of them it was.
#
# Is this computer ready? The cell looks: green is, amber works with what is said beside it, red does
# not; the last line says which level suits it.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("00_first_ten_minutes")  # or: Tour("00_first_ten_minutes", "replay")
print(tour)
doctor()

# %% [markdown]
# ## The problem
#
# The data is a depot, customers with their demand, and the capacity of a ship.

# %%
from usecases import load

freight = load("logistics/vehicle_routing", "demo")
for field, value in freight:
    print(f"{field:<10} {str(value)[:96]}")

# %% [markdown]
# ## One run
#
# A run is a *use case*, an *instance* of it, and an *algorithm*; a simulator is chosen for you.
# `qaoa`, the quantum approximate optimisation algorithm, prepares a state of one qubit for each
# yes-or-no decision, trains a few angles, and measures the state 4096 times. Each measurement, or
# *shot*, is one complete plan, good or bad.

# %%
record = tour.run("logistics/vehicle_routing", "demo", "qaoa")
tour.plot(record)

# %% [markdown]
# ## How good is it?
#
# The plan is the best one there is: classical computing proves it. But look at the last row.

# %%
tour.table([record])

# %% [markdown]
# * **gap**: how far the best plan among all shots is from the proven optimum.
# * **feasible**: the share of shots that are plans at all: every port served, no ship
#   overloaded. In brackets, the interval in which the true share lies with 95 % confidence.
# * **optimal**: the share of shots that hit the optimum.
# * **chance**: what uniform random bits score. They find the optimum too, if you draw enough!
# * **lift**: how many times more often than chance the algorithm hits the optimum. That is the
#   number to read here. A gap of zero, by itself, says nothing.

# %% [markdown]
# ## Change it
#
# A deeper circuit has more angles to train. Is it better? (At the level `"simulate"` you may
# write any number of layers from 1 to 100; at `"replay"` these three are stored.)

# %%
deeper = [
    tour.run("logistics/vehicle_routing", "demo", "qaoa", parameters={"layers": layers})
    for layers in (1, 2, 4)
]
tour.table(deeper)

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS

figure = Figure(figsize=(6.4, 3.6), layout="constrained")
axes = figure.subplots()
shares = [100 * run.score.optimal_share for run in deeper]
ends = [[100 * end for end in run.score.optimal_interval] for run in deeper]
reach = [
    [s - low for s, (low, _) in zip(shares, ends)],
    [high - s for s, (_, high) in zip(shares, ends)],
]
layers = [run.parameters["layers"] for run in deeper]
axes.errorbar(layers, shares, reach, marker="o", color=COLOURS[0], capsize=3, label="qaoa")
luck = 100 * record.score.chance.optimal_share
axes.axhline(luck, color=COLOURS[1], linestyle="--", label="chance")
axes.set(xlabel="layers", ylabel="optimal shots, %", xticks=layers, ylim=(0, None))
axes.legend(frameon=False)
tour.stamp(figure, *deeper)

# %% [markdown]
# ## What you have seen
#
# A real problem became qubits, a quantum algorithm found its optimum, and so, less often, did
# chance. An ordinary computer tries all strings of so few bits in a blink, so nothing here is a
# quantum advantage. What you have is an honest way to tell, on problems of any size.
#
# ## Exercises
#
# Replace the dots, run the cell, and read what it says.
#
# **★ The lift by hand.** By which factor does `record` hit the optimum more often than chance? The
# numbers are in `record.score.optimal_share` and `record.score.chance.optimal_share`.

# %%
from usecases.exercises import n00

answer = ...
n00.lift(record, answer)

# %% [markdown]
# **★★ Shots until you are sure.** How many shots of `record`'s state do you need to see the
# optimum at least once with 99 % confidence?

# %%
answer = ...
n00.shots(record, answer)

# %% [markdown]
# **★★★ The lucky coin.** With as many shots as `record` had, how likely is it that uniform
# random strings alone hit the optimum at least once? Then say what a gap of zero is worth.

# %%
answer = ...
n00.lucky(record, answer)
