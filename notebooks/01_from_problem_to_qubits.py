# %% [markdown]
# # From a problem to qubits
#
# | | |
# |---|---|
# | **Time** | 30 minutes |
# | **Memory, cost** | 0.5 GiB; nothing is paid |
# | **You need to know** | [the first ten minutes](00_first_ten_minutes.ipynb); what a binary variable is |
# | **You will have** | one problem written for qubits in three ways, as a Qiskit operator too, and a feeling for which way leaves room for an answer |
#
# A machine of qubits knows nothing of ships and ports. It knows strings of bits and an energy for
# each. Somebody has to say what the bits mean, and that choice decides more than the algorithm.

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("01_from_problem_to_qubits")  # or: Tour("01_from_problem_to_qubits", "replay")
print(tour)
doctor()

# %% [markdown]
# ## One problem
#
# A feeder ship leaves Esbjerg, calls at three ports and comes home, on the shortest round trip.

# %%
from usecases import load

trip = load("logistics/tour", "demo")
print(trip.cities)
for row in trip.distances:
    print("  ".join(f"{distance:7.1f}" for distance in row), trip.unit)

# %% [markdown]
# ## Bits
#
# Home is fixed; $m$ ports remain, and $m$ places in the order. Let the bit $x_{p,t}$ be 1 where port
# $p$ is called at place $t$. That takes $m^2$ bits: nine here. The length of the trip is a sum of
# products of two bits, $\sum_t \sum_{pq} d_{pq}\, x_{p,t}\, x_{q,t+1}$.
#
# Most strings are no trip: a port is missed, or the ship is in two ports at once. There are three
# ways to deal with that.
#
# | encoding | rule | who keeps it |
# |---|---|---|
# | `tour:penalty` | every broken rule costs more than any detour saves | the energy |
# | `tour:rows` | one port at each place; ports may still repeat | the mixer, the rest the energy |
# | `tour` | one port at each place and one place for each port | the mixer |

# %%
from usecases.models import qubits
from usecases.registry import usecase

FORMS = ("tour:penalty", "tour:rows", "tour")
for form in FORMS:
    model = usecase(form).model(trip)
    print(f"{form:<13} {qubits(model)} qubits, {type(model).__name__}")

# %% [markdown]
# ## The penalty model as a Qiskit operator
#
# With $x = (1 - Z)/2$ the energy becomes a sum of products of Pauli-Z operators, the *cost
# Hamiltonian*. Its lowest eigenvalue should be the length of the shortest trip. Qiskit can say.

# %%
from qiskit.quantum_info import SparsePauliOp

from usecases.convert import translate
from usecases.models import Ising

ising, _ = translate(usecase("tour:penalty").model(trip), (Ising,))
terms = [("Z" * len(places), list(places), value) for places, value in ising.terms.items()]
hamiltonian = SparsePauliOp.from_sparse_list(terms, num_qubits=len(ising.variables))
energies = hamiltonian.to_matrix(sparse=True).diagonal().real
print(f"{len(terms)} terms on {hamiltonian.num_qubits} qubits")
print(
    f"lowest energy {energies.min():.3f}, and {sum(energies < energies.min() + 1e-6)} strings have it"
)
print("proven shortest trip", usecase("tour").reference(trip).value, trip.unit)

# %% [markdown]
# ## How much room each way leaves
#
# `chance` draws uniform random strings that keep the rules the mixer keeps. How many are trips?

# %%
luck = [tour.run(f"logistics/{form}", "demo", "chance", shots=256) for form in FORMS]
more = [tour.run(f"logistics/{form}", "dsj1000-6", "chance", shots=64) for form in FORMS]
for record in (*luck, *more):
    share = record.score.chance
    known = "all" if share.exact else "drawn"
    print(
        f"{record.instance.name:<10} {record.usecase:<23} {record.qubits:>2} qubits:"
        f" {100 * share.feasible_share:8.3f} % of {share.samples} strings ({known}) are trips"
    )

# %% [markdown]
# With six cities not one of thousands of random strings is a trip. Counting says why: of the
# $2^{m^2}$ strings only $m!$ are trips.

# %%
import math

from matplotlib.figure import Figure

from usecases.palette import COLOURS, MARKERS

counted = {
    "tour:penalty": lambda m: math.factorial(m) / 2 ** (m * m),
    "tour:rows": lambda m: math.factorial(m) / m**m,
    "tour": lambda m: 1.0,
}
figure = Figure(figsize=(6.8, 4.0), layout="constrained")
axes = figure.subplots()
cities = range(3, 11)
for form, colour, marker in zip(FORMS, COLOURS, MARKERS):
    axes.plot(cities, [counted[form](n - 1) for n in cities], color=colour, linewidth=1)
    for record in (*luck, *more):
        found = record.score.chance.feasible_share
        if record.usecase.endswith(f"/{form}") and found:
            size = len(record.instance.data["cities"])
            label = form if record in luck else None
            axes.plot(size, found, color=colour, marker=marker, linestyle="", label=label)
axes.set(yscale="log", ylim=(1e-20, 10), xlabel="cities", ylabel="share of strings that are trips")
axes.legend(frameon=False, title="lines: counted; marks: found")
tour.stamp(figure, *luck, *more)

# %% [markdown]
# ## And the algorithm?
#
# The same algorithm with the same number of layers on the same problem, in three encodings.

# %%
solved = [tour.run(f"logistics/{form}", "demo", "qaoa") for form in FORMS]
for record in solved:
    score = record.score
    print(
        f"{record.usecase:<23} feasible {100 * score.feasible_share:5.1f} %,"
        f" optimal {100 * score.optimal_share:5.1f} %, lift {score.lift:.2f}"
    )

# %%
tour.plot(solved[-1])

# %% [markdown]
# Read both numbers. The penalties have the largest lift, because chance is so poor there; the
# permutations have by far the most optimal shots, because the rules left almost nothing to find.
# What a mixer keeps, it keeps with gates: on a real machine the permutation mixer's circuit is the
# deepest of the three. Nothing is free.
#
# ## Exercises
#
# **★ Qubits.** How many qubits does the trip through 8 cities take, home included?

# %%
from usecases.exercises import n01

answer = ...
n01.qubits_of(8, answer)

# %% [markdown]
# **★★ Rows.** What share of the strings of `tour:rows` are trips, for `m` ports? Write a function.


# %%
def share(m: int) -> float:
    return ...


n01.rows_share(share)

# %% [markdown]
# **★★★ Be the machine.** Give the shortest trip as bits: a dictionary that says 1 for the three
# variables that are on. `print(ising.variables)` shows their names.

# %%
on = ...  # for example {"FXT@1", "IMM@2", "TEE@3"}
n01.shortest(trip, on)
