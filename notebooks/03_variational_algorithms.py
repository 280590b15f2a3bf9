# %% [markdown]
# # Variational algorithms
#
# | | |
# |---|---|
# | **Time** | 40 minutes |
# | **Memory, cost** | 0.5 GiB; nothing is paid |
# | **You need to know** | [from a problem to qubits](01_from_problem_to_qubits.ipynb); what a derivative is |
# | **You will have** | drawn an energy landscape with PennyLane, walked down it by its gradient, checked it against shots, and measured a barren plateau |
#
# A variational algorithm prepares a state that depends on a few angles, measures its energy, and lets
# an ordinary computer turn the angles. It works where the landscape has slopes. It often has none.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("03_variational_algorithms")  # or: Tour("03_variational_algorithms", "replay")
print(tour)
doctor()

# %% [markdown]
# ## A problem and its energy
#
# Docking: which contacts of a drug with its target can exist at the same time? As spins, with one
# qubit for each contact.

# %%
from usecases import load
from usecases.convert import translate
from usecases.models import Ising
from usecases.registry import usecase

contacts = load("life_science/docking", "size=7,seed=1")
ising, _ = translate(usecase("life_science/docking").model(contacts), (Ising,))
n = len(ising.variables)
print(f"{n} qubits, {len(ising.terms)} terms, lowest energy {ising.table().min():.3f}")

# %% [markdown]
# ## QAOA as a PennyLane QNode
#
# One layer of QAOA: all strings at once, a phase $e^{-i\gamma E}$ on each, and a rotation by $\beta$
# that lets them interfere. A QNode is a function from angles to a measured value, and PennyLane can
# take its derivative.

# %%
import pennylane as qml
from pennylane import numpy as pnp

terms = {places: value for places, value in ising.terms.items() if places}
constant = ising.terms.get((), 0.0)
cost = qml.Hamiltonian(
    list(terms.values()), [qml.prod(*(qml.PauliZ(q) for q in places)) for places in terms]
)


@qml.qnode(qml.device("default.qubit", wires=n))
def energy(gamma, beta):
    """The mean energy of one layer of QAOA, but for the constant."""
    for qubit in range(n):
        qml.Hadamard(qubit)
    for places, value in terms.items():
        qml.MultiRZ(2 * gamma * value, wires=places)
    for qubit in range(n):
        qml.RX(2 * beta, wires=qubit)
    return qml.expval(cost)


print(qml.draw(energy, max_length=96)(0.3, 0.4).splitlines()[0])
print("energy of no rotation at all", round(float(energy(0.0, 0.0)) + constant, 6))

# %% [markdown]
# ## Down the slope
#
# Gradient descent from a poor start. The derivative is exact: no small step, no rounding.

# %%
slope = qml.grad(energy, argnums=(0, 1))
point, path, rate = (pnp.array(0.05), pnp.array(0.05)), [], 0.004
for _ in range(40):
    path.append((float(point[0]), float(point[1]), float(energy(*point)) + constant))
    downhill = slope(*point)
    point = tuple(x - rate * d for x, d in zip(point, downhill))
print(f"energy at the start {path[0][2]:.4f}, after {len(path)} steps {path[-1][2]:.4f}")

# %% [markdown]
# The whole landscape, in one call: PennyLane evaluates all angles side by side.

# %%
import numpy as np
from matplotlib.figure import Figure

gammas, betas = np.linspace(-0.6, 0.6, 61), np.linspace(-np.pi / 4, np.pi / 4, 41)
across, up = (grid.ravel() for grid in np.meshgrid(gammas, betas))
heights = np.asarray(energy(across, up)).reshape(len(betas), len(gammas)) + constant

figure = Figure(figsize=(7.2, 4.2), layout="constrained")
axes = figure.subplots()
shades = axes.contourf(gammas, betas, heights, levels=24, cmap="cividis")
figure.colorbar(shades, label="mean energy")
axes.plot([p[0] for p in path], [p[1] for p in path], "o-", color="white", markersize=3)
axes.plot(*path[-1][:2], "*", color="white", markersize=14)
axes.set(xlabel="γ", ylabel="β", title="one layer: valleys, ridges, and a path downhill")
tour.stamp(figure)

# %% [markdown]
# ## Is it the same in the sandbox?
#
# The sandbox's own `qaoa` trains one layer by other code and then *measures* 4096 strings. The mean
# energy of its shots should be the lowest point of the landscape, within the error of so many shots.

# %%
record = tour.run("life_science/docking", "size=7,seed=1", "qaoa", parameters={"layers": 1})
strings = np.array([[int(bit) for bit in key] for key in record.samples.counts])
counts = np.array(list(record.samples.counts.values()))
seen = np.repeat(ising.energies(strings), counts)
error = seen.std() / np.sqrt(len(seen))
print(f"lowest point of the landscape {heights.min():.4f}")
print(f"end of the path               {path[-1][2]:.4f}")
print(f"mean energy of {len(seen)} shots    {seen.mean():.4f} ± {error:.4f}")
tour.table([record])

# %% [markdown]
# The *mean* energy is far above the lowest one, and the lowest string is measured all the same:
# training lowers the mean, and what you want is the tail.
#
# ## A barren plateau, measured
#
# Two angles make a friendly landscape. Now a circuit that knows nothing of the problem: rotations by
# random angles about random axes, and entangling gates between neighbours, layer after layer. How
# steep is it at a random place? We take the derivative of $\langle Z_0 Z_1\rangle$ by the first angle
# with the *parameter-shift rule*: half the difference of two values, at $+\pi/2$ and $-\pi/2$.

# %%
ROTATIONS = (qml.RX, qml.RY, qml.RZ)
PLACES = 200  # random points at which the slope is taken


def slopes(qubits, layers, rng):
    """The derivative by the first angle at random places."""
    axes = rng.integers(3, size=(layers, qubits))
    axes[0, 0] = 0
    angles = rng.uniform(0, 2 * np.pi, (layers, qubits, PLACES))

    @qml.qnode(qml.device("default.qubit", wires=qubits))
    def value(shift):
        for qubit in range(qubits):
            qml.RY(np.pi / 4, wires=qubit)
        for layer in range(layers):
            for qubit in range(qubits):
                moved = angles[layer, qubit] + (shift if layer == qubit == 0 else 0.0)
                ROTATIONS[axes[layer, qubit]](moved, wires=qubit)
            for qubit in range(qubits - 1):
                qml.CZ([qubit, qubit + 1])
        return qml.expval(qml.PauliZ(0) @ qml.PauliZ(1))

    return (np.asarray(value(np.pi / 2)) - np.asarray(value(-np.pi / 2))) / 2


sizes = np.array([2, 3, 4, 5, 6, 7, 8])
rng = np.random.default_rng(1)
deep = np.array([slopes(size, 5 * size, rng).var() for size in sizes])
shallow = np.array([slopes(size, 1, rng).var() for size in sizes])

# %%
from usecases.palette import COLOURS

tilt, height = np.polyfit(sizes, np.log(deep), 1)
figure = Figure(figsize=(6.8, 3.8), layout="constrained")
axes = figure.subplots()
wide = np.sqrt(2 / (PLACES - 1))  # relative standard error of a variance
axes.errorbar(
    sizes, deep, 2 * wide * deep, fmt="o", color=COLOURS[0], label="5 n layers", capsize=3
)
axes.errorbar(
    sizes, shallow, 2 * wide * shallow, fmt="s", color=COLOURS[1], label="1 layer", capsize=3
)
axes.plot(sizes, np.exp(height + tilt * sizes), color=COLOURS[0], linestyle="--", linewidth=1)
axes.set(yscale="log", xlabel="qubits n", ylabel="variance of the slope")
axes.set_title(f"every further qubit multiplies it by {np.exp(tilt):.2f}")
axes.legend(frameon=False)
tour.stamp(figure)

# %% [markdown]
# On a straight line in this picture, the slope shrinks exponentially with the number of qubits
# (McClean et al., Nature Communications 9 (2018) 4812). The number of shots that it takes to see it
# grows as fast. Shallow circuits with local measurements have no such plateau, nor has a landscape
# with two angles that know the problem: which is why QAOA and chemistry's ansätze are built as they
# are.
#
# ## Exercises
#
# **★ The shift rule.** For an angle with $f(\theta+\pi/2) = 0.62$ and $f(\theta-\pi/2) = 0.18$, what is
# the derivative at $\theta$?

# %%
from usecases.exercises import n03

answer = ...
n03.shift(0.62, 0.18, answer)

# %% [markdown]
# **★★ Shots for a slope.** Each of the two values is measured with N shots, so that each has a
# variance of about 1/N. How many shots N does it take until the standard error of the derivative is
# half of the typical slope, the square root of the last of the `deep` variances?

# %%
answer = ...
n03.shots(float(deep[-1]), answer)

# %% [markdown]
# **★★★ Fifty qubits.** Extrapolate the straight line to 50 qubits. What is the decimal logarithm of
# the variance there?

# %%
answer = ...
n03.fifty(sizes, deep, answer)
