# %% [markdown]
# # What it would take
#
# | | |
# |---|---|
# | **Time** | 30 minutes |
# | **Memory, cost** | 0.7 GiB; nothing is paid; needs the extra `resources` (`pip install -c constraints.txt -e ".[resources]"`) |
# | **You need to know** | [honest scores](02_honest_scores.ipynb) and [molecules](05_molecules.ipynb) |
# | **You will have** | the qubits, gates and hours that real problems would take on an error-corrected machine, and the share of good shots at which one would tie with a classical solver |
#
# Nothing in these notebooks was a quantum advantage. When could one come? For that a machine has to
# correct its own errors: many *physical* qubits make one *logical* qubit. How many, and for how long?

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("09_what_it_would_take")  # or: Tour("09_what_it_would_take", "replay")
print(tour)
doctor()

# %% [markdown]
# ## Counting the work
#
# Gates that rotate by arbitrary angles, and Toffoli gates, are the expensive ones: each is made of
# *magic states*, which take most of an error-corrected machine to distil. Everything else is cheap
# beside them. Every circuit below is written out and counted; phase estimation by published formulas.

# %%
from usecases.resources import estimates, femoco

ASKED = {
    "docking, demo": ("life_science/docking", "demo"),
    "docking, workshop": ("life_science/docking", "workshop"),
    "grid partition, demo": ("energy/grid_partition", "demo"),
    "water": ("life_science/ground_state", "h2o"),
    "nitrogen": ("life_science/ground_state", "n2"),
}
found = {title: estimates(*asked) for title, asked in ASKED.items()}
needed = {title: found[title].needed[-1] for title in ASKED} | {"FeMoco": femoco().needed}
for title, need in needed.items():
    work = need.work
    print(
        f"{title:<21} {work.qubits:>5} logical qubits, {work.rotations:>5} rotations, {work.toffoli:>13,} Toffoli   {work.title}"
    )

# %% [markdown]
# FeMoco is the active centre of the enzyme that fixes nitrogen: the molecule against which estimates for
# chemistry are usually held, by the numbers of its publication.

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS, MARKERS
from usecases.resources.estimate import LOGICAL

figure = Figure(figsize=(7.2, 4.0), layout="constrained")
axes = figure.subplots()
for (title, need), (colour, marker) in zip(needed.items(), zip(COLOURS, MARKERS)):
    costly = need.work.toffoli + need.work.rotations
    axes.plot(need.work.qubits, costly, marker, color=colour, markersize=9, label=title)
axes.axvline(LOGICAL, color="black", linestyle=":", label=f"{LOGICAL} logical qubits")
axes.set(xscale="log", yscale="log", xlabel="logical qubits", ylabel="rotations and Toffoli gates")
axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
tour.stamp(figure, source="estimated")

# %% [markdown]
# ## From logical to physical
#
# Assume a machine, and an estimator finds the smallest design that fails in at most one run of a
# hundred. Machines differ in how fast and how well their gates work; where a line is missing, no design
# of that machine was good enough.

# %%
for title in ("docking, demo", "nitrogen", "FeMoco"):
    print(title)
    for machine in needed[title].machines:
        print(
            f"  {machine.machine:<60} {machine.qubits:>9,} physical qubits, {machine.seconds:9.3g} s"
        )

# %% [markdown]
# ## Where a shot would tie
#
# A sampled algorithm has to hit the optimum before the classical solver has proved it. If the classical
# solver takes $t_c$ and one error-corrected shot $t_q$, there are $s = t_c/t_q$ shots, and the optimum
# is among them with 99 % confidence if each hits it with a probability of
# $p = 1 - 0.01^{1/s}$. Is that what the algorithm delivers? Here is what it does without any noise:

# %%
from usecases.resources.estimate import break_even

record = tour.run(
    "life_science/docking", "demo", "qaoa", parameters={"layers": 10, "angles": "ramp"}
)
score = record.score
fastest = min(needed["docking, demo"].machines, key=lambda machine: machine.seconds)
seconds = found["docking, demo"].classical_seconds
tie = break_even(needed["docking, demo"].work, fastest, seconds)
print(
    f"classical solver {1000 * seconds:.2f} ms; one shot {1000 * fastest.seconds:.2f} ms on {fastest.machine}"
)
print(
    f"optimal share of the shots {100 * score.optimal_share:.2f} %, of chance {100 * score.chance.optimal_share:.3f} %"
)
print(
    "share at which they tie",
    "none: not even one shot fits" if tie is None else f"{100 * tie:.1f} %",
)

# %%
tour.plot(record)

# %% [markdown]
# Even where a share exists at which they tie, that comparison is kind to the quantum side: the
# classical solver *proves* its optimum, on one core of one computer; and a machine with as many good
# physical qubits for each logical one is not for sale. For chemistry the
# numbers are larger, and so is the hope: the classical cost of the exact energy grows exponentially,
# the quantum cost like a power. Somewhere the curves cross. It is not at water.
#
# These numbers are estimates under stated assumptions; other estimators differ several-fold.

# %%
print(found["nitrogen"].model)

# %% [markdown]
# ## Exercises
#
# **★ What one logical qubit takes.** For `docking, demo` on the machine with the fewest physical qubits:
# how many physical qubits are there for each logical one?

# %%
from usecases.exercises import n09

answer = ...
n09.per_logical(needed["docking, demo"], answer)

# %% [markdown]
# **★★ How long?** How many days does FeMoco take on the slowest machine that can do it?

# %%
answer = ...
n09.days(needed["FeMoco"], answer)

# %% [markdown]
# **★★★ A tie.** A classical solver takes 2 s, one shot 0.05 s. Which share of shots must be optimal, so
# that the optimum is seen with 99 % confidence in the same time?

# %%
answer = ...
n09.tie(2.0, 0.05, answer)
