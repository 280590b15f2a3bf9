# %% [markdown]
# # Honest scores
#
# | | |
# |---|---|
# | **Time** | 30 minutes |
# | **Memory, cost** | 0.5 GiB; nothing is paid |
# | **You need to know** | [the first ten minutes](00_first_ten_minutes.ipynb); what a percentage is |
# | **You will have** | met a coin that ties with a quantum computer, and the four numbers that tell them apart |
#
# "Our quantum algorithm found the optimum." So did a coin. This notebook shows how, and what to
# ask of anybody who reports a result: also of yourself.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("02_honest_scores")  # or: Tour("02_honest_scores", "replay")
print(tour)
doctor()

# %% [markdown]
# ## The coin
#
# The algorithm `chance` tosses a coin for every bit and keeps the best answer it sees. It runs
# through the same model, the same rules and the same scoring as everything else.

# %%
quantum = tour.run("logistics/vehicle_routing", "demo", "qaoa")
coin = tour.run("logistics/vehicle_routing", "demo", "chance", shots=4096)
print("gap of qaoa    ", quantum.score.gap)
print("gap of the coin", coin.score.gap)

# %% [markdown]
# Both report the proven optimum. A best-of-all-shots answer is what you get by looking at thousands
# of strings and keeping one, and the instance is small. So what else is there to say?

# %%
tour.table([quantum, coin])

# %% [markdown]
# ## Chance, lift and their intervals
#
# The share of optimal shots is a property of the state, not of luck. It was measured with a finite
# number of shots, so it has an interval: Wilson's, which says something even when no shot hit,
# unlike the textbook $p \pm 2\sqrt{p(1-p)/n}$, which then claims to be certain.

# %%
from usecases.metrics import wilson

for hits, shots in ((0, 64), (1, 64), (16, 1024), (72, 4096)):
    low, high = wilson(hits, shots)
    print(f"{hits:>3} hits in {shots:>4} shots: between {100 * low:.2f} and {100 * high:.2f} %")

# %% [markdown]
# Now with ever more shots. For each, the gap of the best shot and the share of optimal ones.

# %%
SHOTS = (64, 256, 1024, 4096)
pairs = [
    (
        tour.run("logistics/vehicle_routing", "demo", "qaoa", shots=shots),
        tour.run("logistics/vehicle_routing", "demo", "chance", shots=shots),
    )
    for shots in SHOTS
]

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS, MARKERS

figure = Figure(figsize=(8.4, 3.6), layout="constrained")
left, right = figure.subplots(1, 2)
for k, name in enumerate(("qaoa", "chance")):
    runs = [pair[k] for pair in pairs]
    gaps = [100 * run.score.gap if run.score.gap is not None else None for run in runs]
    left.plot(SHOTS, gaps, color=COLOURS[k], marker=MARKERS[k], label=name)
    shares = [100 * run.score.optimal_share for run in runs]
    ends = [[100 * end for end in run.score.optimal_interval] for run in runs]
    reach = [[s - e[0] for s, e in zip(shares, ends)], [e[1] - s for s, e in zip(shares, ends)]]
    beside = [shots * (1 + 0.12 * k) for shots in SHOTS]  # so that the bars do not hide each other
    right.errorbar(
        beside, shares, reach, color=COLOURS[k], marker=MARKERS[k], capsize=3, label=name
    )
left.set(title="best of all shots: it ties in the end", ylabel="gap, %")
right.set(title="share of optimal shots: it does not", ylabel="optimal shots, %")
for axes in (left, right):
    axes.set(xscale="log", xlabel="shots", xticks=SHOTS, xticklabels=SHOTS)
    axes.minorticks_off()
    axes.legend(frameon=False)
tour.stamp(figure, *(run for pair in pairs for run in pair))

# %% [markdown]
# On the left the coin catches up as the shots grow. On the right it never will: more
# shots only make the intervals narrower. With 64 shots the intervals still overlap; whoever stops
# there can claim nothing.
#
# **Lift** is the quotient of the two shares; its interval pairs the worst end of one with the best
# end of the other. A lift whose interval includes 1 is no result.

# %%
for quantum_run, _ in pairs:
    score = quantum_run.score
    low, high = score.lift_interval
    print(f"{quantum_run.shots:>4} shots: lift {score.lift:5.1f}, between {low:.1f} and {high:.1f}")

# %% [markdown]
# With few shots it is luck on which side of 1 the interval ends: one more hit or one less decides.
#
# ## The gap needs a proof
#
# A gap is measured from a *reference*. Where classical computing proves the optimum, the gap says how
# much is missing. Where it only knows a best answer so far, a gap of zero says that nobody has done
# better, and an approximation ratio is not printed at all.

# %%
reference = quantum.score.reference
print(reference.kind, "by", reference.method, "in", f"{1000 * quantum.timing.reference:.2g} ms")

# %% [markdown]
# And that time is the last honest number: classical computing proved the optimum in less time than
# the quantum algorithm took to be simulated, or to be sent to a machine.
#
# ## Exercises
#
# **★ No hit.** An algorithm hit the optimum in none of 500 shots. What is the upper end of the 95 %
# interval of its optimal share?

# %%
from usecases.exercises import n02

answer = ...
n02.no_hit(500, answer)

# %% [markdown]
# **★★ Enough shots for the coin.** How many shots does the coin need so that it finds this optimum
# in 95 % of all attempts? One string in `1 / coin.score.chance.optimal_share` is optimal.

# %%
answer = ...
n02.coin(coin, answer)

# %% [markdown]
# **★★★ A bad claim.** Set the right label for each of three claims: `"shown"`, `"not shown"` or
# `"false"`.
#
# 1. "With 256 shots our algorithm is better than chance", for the run with 256 shots above.
# 2. "With 4096 shots our algorithm is better than chance", for the run with 4096.
# 3. "Gap zero with 4096 shots: the algorithm solves the problem better than a coin."

# %%
labels = (..., ..., ...)
n02.claims(pairs[1][0], pairs[-1][0], labels)
