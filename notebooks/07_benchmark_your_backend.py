# %% [markdown]
# # Benchmark your backend
#
# | | |
# |---|---|
# | **Time** | 30 minutes |
# | **Memory, cost** | 0.6 GiB; nothing is paid, unless you raise `max_cost` on a machine that bills |
# | **You need to know** | [noise](04_noise_and_mitigation.ipynb); what a GHZ state is helps |
# | **You will have** | three machines compared, by one number for their gates and one for a problem you care about, and a way to put your own beside them |
#
# "How good is this machine?" has no answer; "how good is it for this?" has. Here are two measurements
# that any gate machine can be asked for, simulated or real.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("07_benchmark_your_backend")  # or: Tour("07_benchmark_your_backend", "replay")
print(tour)
doctor()

# %% [markdown]
# ## The machines
#
# An ideal simulator, and two with the recorded noise of real machines of five and seven qubits. At the
# level `"live"` your own machine joins them.

# %%
MACHINES = {
    "ideal": ("aer", {}),
    "manila": ("aer", {"noise": "manila"}),
    "jakarta": ("aer", {"noise": "jakarta"}),
}
if tour.level == "live":
    MACHINES["yours"] = (tour.backend, {})

# %% [markdown]
# ## One number for the gates: GHZ fidelity
#
# $(|00\dots0\rangle + |11\dots1\rangle)/\sqrt2$ takes one entangling gate for each further qubit, and
# every error anywhere spoils it. The fidelity is half the sum of what two kinds of circuits show: how
# often all qubits agree, and how strongly the parity oscillates. Above ½ it proves that all qubits are
# entangled with one another.

# %%
from usecases.ghz import fidelity
from usecases.registry import backend

QUBITS = (2, 3, 4, 5)
ghz = {
    name: [fidelity(backend(kind, settings), n, shots=3000) for n in QUBITS]
    for name, (kind, settings) in MACHINES.items()
}
for name, found in ghz.items():
    print(f"{name:<8}", "  ".join(f"{f.value:.3f} ± {f.stderr:.3f}" for f in found))

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS, MARKERS

figure = Figure(figsize=(6.8, 3.6), layout="constrained")
axes = figure.subplots()
for (name, found), colour, marker in zip(ghz.items(), COLOURS, MARKERS):
    values, errors = [f.value for f in found], [2 * f.stderr for f in found]
    axes.errorbar(QUBITS, values, errors, color=colour, marker=marker, capsize=3, label=name)
axes.axhline(0.5, color="black", linestyle=":", label="above: all entangled")
axes.set(xlabel="qubits", ylabel="GHZ fidelity", xticks=QUBITS, ylim=(0.2, 1.03))
axes.legend(frameon=False)
sources = dict.fromkeys(backend(kind, settings).source for kind, settings in MACHINES.values())
tour.stamp(figure, source=" and ".join(sources))

# %% [markdown]
# ## One number for a problem: optimal shots
#
# Docking with five contacts, solved by QAOA with ever more layers. The angles are trained without
# noise, so that all machines are given the same circuits; only the sampling is theirs. Without noise,
# more layers are better. With noise every layer also adds gates.

# %%
LAYERS = (1, 2, 3, 4, 6, 8)
runs = {
    name: [
        tour.run(
            "life_science/docking",
            "size=5,seed=1",
            "qaoa",
            kind,
            settings=settings,
            train_on="statevector",
            parameters={"layers": layers},
            shots=2000,
        )
        for layers in LAYERS
    ]
    for name, (kind, settings) in MACHINES.items()
}
tour.table([row[2] for row in runs.values()])

# %%
figure = Figure(figsize=(6.8, 3.8), layout="constrained")
axes = figure.subplots()
for (name, row), colour, marker in zip(runs.items(), COLOURS, MARKERS):
    shares = [100 * run.score.optimal_share for run in row]
    ends = [[100 * end for end in run.score.optimal_interval] for run in row]
    reach = [[s - e[0] for s, e in zip(shares, ends)], [e[1] - s for s, e in zip(shares, ends)]]
    axes.errorbar(LAYERS, shares, reach, color=colour, marker=marker, capsize=3, label=name)
luck = 100 * runs["ideal"][0].score.chance.optimal_share
axes.axhline(luck, color="black", linestyle="--", label="chance")
axes.set(xlabel="layers", ylabel="optimal shots, %", xticks=LAYERS, ylim=(0, 105))
axes.legend(frameon=False)
tour.stamp(figure, *(run for row in runs.values() for run in row))

# %%
for name, row in runs.items():
    gates = [run.circuits.compiled_two_qubit_gates for run in row]
    print(f"{name:<8} entangling gates as compiled for the machine: {gates}")

# %% [markdown]
# A machine whose qubits stand in a line needs more entangling gates for the same circuit: the compiler
# has to move qubits next to one another. That, too, belongs to how good a machine is for a problem.
#
# The same on a command line, for any machine and at any scale: `usecases ghz -b NAME`, and
# `usecases bench` runs whole suites of problems on it and keeps every record.
#
# ## Exercises
#
# **★ Deep enough.** With how many layers does `manila` hit the optimum most often?

# %%
from usecases.exercises import n07

answer = ...
n07.deepest(runs["manila"], answer)

# %% [markdown]
# **★★ Apart?** By how many standard errors of their difference do the fidelities of `jakarta` and
# `manila` for five qubits differ? Two independent errors add up as squares.

# %%
answer = ...
n07.apart(ghz["jakarta"][-1], ghz["manila"][-1], answer)

# %% [markdown]
# **★★★ Per gate.** Say every entangling gate of the compiled circuits keeps the same factor of what the
# ideal machine's optimal share has above chance. Estimate that factor for `jakarta` from its run with 8
# layers and the ideal one.

# %%
answer = ...
n07.per_gate(runs["ideal"][-1], runs["jakarta"][-1], answer)
