# %% [markdown]
# # Noise, and what can be done about it
#
# | | |
# |---|---|
# | **Time** | 40 minutes |
# | **Memory, cost** | 0.7 GiB; nothing is paid |
# | **You need to know** | [honest scores](02_honest_scores.ipynb); what a circuit is |
# | **You will have** | extrapolated a Qiskit circuit's noise away by hand, mitigated a molecule's energy four ways, and seen what each way costs |
#
# Gates of today's machines fail once in some hundred or thousand times, and reading a qubit fails more
# often still. Mitigation does not repair an answer; it measures more, and computes what the answer
# would have been. That works for mean values, within limits that you will meet here.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("04_noise_and_mitigation")  # or: Tour("04_noise_and_mitigation", "replay")
print(tour)
doctor()

# %% [markdown]
# ## A circuit, by hand
#
# Three qubits in the state $(|000\rangle + |111\rangle)/\sqrt 2$. Its value of $X X X$ is exactly 1.
# The simulator has the noise of a real machine of five qubits, from that machine's own calibration.

# %%
from qiskit import QuantumCircuit, transpile
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel

from usecases.noise import fake_device

noise = NoiseModel.from_backend(fake_device("manila"))
machine = AerSimulator(noise_model=noise)

state = QuantumCircuit(3)
state.h(0)
state.cx(0, 1)
state.cx(1, 2)
reading = QuantumCircuit(3, 3)
reading.h(range(3))  # turns X into Z, which is what is read
reading.measure(range(3), range(3))
state.compose(reading.remove_final_measurements(inplace=False)).draw("text")

# %% [markdown]
# *Folding* makes noise worse without changing what the circuit does: run it, undo it, run it again.
# Three times the gates, three times the noise. Measure with the gates run 1, 3, 5, ... times.

# %%
import numpy as np

SHOTS = 20_000


def value(times, seed=1):
    """The measured XXX and its standard error, with the gates run so many times."""
    folded = state.copy()
    for _ in range(times // 2):
        folded = folded.compose(state.inverse()).compose(state)
    whole = QuantumCircuit(3, 3).compose(folded).compose(reading)
    # Level 0 translates the gates and simplifies nothing: folds would be cancelled otherwise.
    whole = transpile(whole, basis_gates=noise.basis_gates, optimization_level=0)
    counts = machine.run(whole, shots=SHOTS, seed_simulator=seed).result().get_counts()
    mean = sum((-1) ** key.count("1") * count for key, count in counts.items()) / SHOTS
    return mean, np.sqrt((1 - mean**2) / SHOTS)


FACTORS = np.array([1, 3, 5, 7])
means, errors = np.array([value(times) for times in FACTORS]).T
for times, mean, error in zip(FACTORS, means, errors):
    print(f"gates run {times} times: XXX = {mean:.4f} ± {error:.4f}")

# %% [markdown]
# Now back to no noise at all: a straight line, or an exponential decay, through the points. The
# fit is repeated with values drawn within their errors; how far the result moves is its error.

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS

rng = np.random.default_rng(0)
drawn = means + errors * rng.standard_normal((1000, len(means)))
straight = np.array([np.polyfit(FACTORS, row, 1) for row in drawn])
decaying = np.array([np.polyfit(FACTORS, np.log(row), 1) for row in drawn])
ends = {"linear": straight[:, 1], "exponential": np.exp(decaying[:, 1])}

figure = Figure(figsize=(6.8, 3.8), layout="constrained")
axes = figure.subplots()
axes.errorbar(FACTORS, means, 2 * errors, fmt="o", color="black", capsize=3, label="measured")
line = np.linspace(0, 7, 50)
curves = (np.polyval(straight.mean(0), line), np.exp(np.polyval(decaying.mean(0), line)))
for (name, end), curve, colour, marker in zip(ends.items(), curves, COLOURS, "sD"):
    axes.plot(line, curve, color=colour, linestyle="--", linewidth=1)
    axes.errorbar(0, end.mean(), 2 * end.std(), fmt=marker, color=colour, capsize=3, label=name)
    print(f"{name:<12} {end.mean():.4f} ± {end.std():.4f}")
axes.axhline(1, color=COLOURS[2], linestyle=":", label="exact")
axes.set(xlabel="times the gates are run", ylabel="XXX, with two standard errors")
axes.legend(frameon=False)
tour.stamp(figure)

# %% [markdown]
# Both go beyond the raw value, and most of what is missing is missing still: extrapolation removes the
# noise of the *gates that were folded*. Reading the qubits was not folded. It has a remedy of its own:
# prepare 0 and 1, count how often each is misread, and divide by what is lost.


# %%
def misread(bit):
    """For each qubit, how often this bit is read as the other one."""
    known = QuantumCircuit(3, 3)
    if bit:
        known.x(range(3))
    known.measure(range(3), range(3))
    counts = machine.run(known, shots=SHOTS, seed_simulator=2).result().get_counts()
    wrong = [
        sum(count for key, count in counts.items() if int(key[2 - qubit]) != bit)
        for qubit in range(3)
    ]
    return np.array(wrong) / SHOTS


kept = np.prod(1 - misread(0) - misread(1))
print(f"misreading leaves {kept:.3f} of XXX")
for name, end in ends.items():
    print(f"{name:<12} {end.mean() / kept:.4f} ± {end.std() / kept:.4f}")

# %% [markdown]
# ## A molecule, four ways
#
# The energy of the hydrogen molecule: trained without noise, then measured on the simulated machine
# with 20 000 shots as it comes (*raw*), with corrected reading (*readout*), with zero-noise
# extrapolation (*zne*), and with both.

# %%
NOISY = {"machine": "aer", "machine.noise": "manila"}
WAYS = {
    "raw": ("aer", {"noise": "manila"}),
    "readout": ("readout", NOISY),
    "zne": ("zne", NOISY),
    "both": (
        "zne",
        {"machine": "readout", "machine.machine": "aer", "machine.machine.noise": "manila"},
    ),
}
found = {
    way: tour.run(
        "life_science/ground_state",
        "demo",
        "vqe",
        backend,
        parameters={"encoding": "parity"},
        settings=settings,
        shots=20_000,
    )
    for way, (backend, settings) in WAYS.items()
}
exact = found["raw"].score.reference.value
for way, record in found.items():
    energy, error = record.score.objective, record.score.stderr
    print(f"{way:<8} {energy:.4f} ± {error:.4f} hartree, {1000 * (energy - exact):+7.1f} mHa")
print(f"exact    {exact:.4f}")

# %%
figure = Figure(figsize=(6.8, 3.6), layout="constrained")
axes = figure.subplots()
for k, (record, colour) in enumerate(zip(found.values(), COLOURS)):
    miss, error = 1000 * (record.score.objective - exact), 1000 * record.score.stderr
    axes.errorbar(k, miss, 2 * error, fmt="o", color=colour, capsize=4)
    axes.annotate(f"{miss:+.0f}", (k, miss), (8, 0), textcoords="offset points", va="center")
axes.axhspan(
    -1.6, 1.6, color="#b9ac70", alpha=0.6, linewidth=0, label="chemical accuracy, ±1.6 mHa"
)
axes.set_xticks(range(len(found)), found)
axes.set(ylabel="error in mHa, with two standard errors", xlim=(-0.5, len(found) - 0.4))
axes.legend(frameon=False)
tour.stamp(figure, *found.values())

# %% [markdown]
# Each remedy helps alone, and both together bring the exact energy within reach of the error bar.
# They also make that bar longer: mitigation trades bias for variance, and shots pay for it. Within
# two standard errors of the exact energy is not the same as knowing it to chemical accuracy.
#
# ## Exercises
#
# **★ A line through two points.** With the gates run once a value is 0.80, run three times 0.50. What
# does a straight line say at no noise?

# %%
from usecases.exercises import n04

answer = ...
n04.line(0.80, 0.50, answer)

# %% [markdown]
# **★★ What it costs.** How many times as many shots does `both` need to have an error bar as short as
# that of `raw`?

# %%
answer = ...
n04.price(found["raw"], found["both"], answer)

# %% [markdown]
# **★★★ What may be claimed?** For the run `both`, answer two questions with True or False. Is it
# consistent with the exact energy, within two standard errors? May it be called chemically accurate,
# that is, are its error and two standard errors together at most 1.6 mHa?

# %%
consistent, accurate = ..., ...
n04.claim(found["both"], consistent, accurate)
