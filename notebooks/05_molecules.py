# %% [markdown]
# # Molecules
#
# | | |
# |---|---|
# | **Time** | 40 minutes |
# | **Memory, cost** | 0.7 GiB; nothing is paid |
# | **You need to know** | [variational algorithms](03_variational_algorithms.ipynb); that electrons sit in orbitals |
# | **You will have** | found a molecule's exact energy with one angle in PennyLane, pulled bonds apart, and seen the gold standard of chemistry fall below the truth |
#
# Chemistry is where quantum computers are expected to help first: electrons are quantum mechanical, and
# the exact answer becomes hard for classical computers quickly. How quickly, and where?

# %%
# %matplotlib inline
from usecases import doctor
from usecases.levels import Tour

tour = Tour("05_molecules")  # or: Tour("05_molecules", "replay")
print(tour)
doctor()

# %% [markdown]
# ## Hydrogen on four qubits
#
# Two electrons, two orbitals, two spins: four places where an electron may be, so four qubits. The
# Jordan–Wigner transform writes the energy as a sum of Pauli strings.

# %%
import numpy as np

from usecases import load
from usecases.fermions import jordan_wigner
from usecases.registry import usecase

case = usecase("life_science/ground_state")
molecule = load("life_science/ground_state", "demo")
operator = jordan_wigner(case.model(molecule))
for label, weight in list(zip(operator.paulis.to_labels(), operator.coeffs.real))[:6]:
    print(f"{weight:+.4f} {label}")
print(f"... {len(operator)} strings in all")

# %% [markdown]
# The smallest number that this matrix has as an eigenvalue is the exact energy. For four qubits an
# ordinary computer has it at once: from the matrix, and from the atoms by full configuration
# interaction, which never saw a qubit.

# %%
lowest = np.linalg.eigvalsh(operator.to_matrix())[0]
print(f"lowest eigenvalue {lowest:.6f} hartree")
print(f"from the atoms    {case.reference(molecule).value:.6f} hartree")

# %% [markdown]
# ## One angle is enough
#
# Hartree–Fock puts both electrons into the lower orbital: `1010`, up and down. The only thing that can
# happen to them by symmetry is that both hop up together, to `0101`. A *double excitation* mixes the
# two by an angle. In PennyLane:

# %%
import pennylane as qml

strings = [
    qml.pauli.string_to_pauli_word(label[::-1], wire_map={q: q for q in range(4)})
    for label in operator.paulis.to_labels()
]
energy_of = qml.Hamiltonian(operator.coeffs.real, strings)


@qml.qnode(qml.device("default.qubit", wires=4))
def energy(theta):
    """The energy when both electrons hop by this angle."""
    qml.BasisState(np.array([1, 0, 1, 0]), wires=range(4))
    qml.DoubleExcitation(theta, wires=[0, 2, 1, 3])
    return qml.expval(energy_of)


thetas = np.linspace(-np.pi, np.pi, 201)
energies = np.asarray(energy(thetas))
print(f"no hop at all (Hartree–Fock) {float(energy(0.0)):.6f} hartree")
print(f"best of these angles         {energies.min():.6f} hartree")

# %%
from matplotlib.figure import Figure

from usecases.palette import COLOURS

figure = Figure(figsize=(6.8, 3.6), layout="constrained")
axes = figure.subplots()
axes.plot(thetas, energies, color=COLOURS[0], label="two electrons hop by θ")
axes.plot(0, float(energy(0.0)), "s", color=COLOURS[1], label="Hartree–Fock")
axes.plot(thetas[energies.argmin()], energies.min(), "o", color=COLOURS[2], label="lowest")
axes.axhline(lowest, color="black", linestyle=":", label="exact")
axes.set(xlabel="θ", ylabel="energy, hartree")
axes.legend(frameon=False)
tour.stamp(figure)

# %% [markdown]
# ## Pulling the bond
#
# The sandbox's `vqe` does the same for any molecule, with all hops of one and two electrons. Here it is
# along the bond length, beside Hartree–Fock and coupled cluster, chemistry's workhorse. The right-hand
# picture shows what is missing to the exact energy; the band is *chemical accuracy*, 1.6 millihartree.

# %%
bond = tour.curve("life_science/ground_state", "h2", ["hartree_fock", "ccsd", "vqe"])
tour.plot(bond)

# %% [markdown]
# Hartree–Fock goes wrong as the bond breaks: it forces both electrons to share an orbital that
# belongs to no atom any more. The other two are exact for two electrons, and so is any laptop.
#
# ## Four atoms, and the gold standard falls
#
# A chain of four hydrogen atoms, all bonds pulled at once. CCSD(T) is called the gold standard of
# chemistry.

# %%
chain = tour.curve(
    "life_science/ground_state",
    "h4",
    ["hartree_fock", "ccsd_t", "vqe"],
    points=[0.8, 1.0, 1.4, 1.8, 2.0, 2.4],
)
tour.plot(chain)

# %%
for line in chain.lines:
    errors = "  ".join(f"{1000 * point.error:+8.2f}" for point in line.points)
    print(f"{line.algorithm:<13} {errors}  mHa from exact")

# %% [markdown]
# As the bonds stretch, CCSD(T) falls *below* the exact energy. No state has such an energy: the method
# is not variational, so it proves no bound, and nothing in its output warns you. The variational
# quantum algorithm stays above, always; but with one round of hops it is not exact either. Honest
# chemistry states a method's error along the whole curve, not where it happens to be small.
#
# ## Exercises
#
# **★ What Hartree–Fock misses.** How large is the correlation energy of hydrogen at 0.735 Å, exact
# minus Hartree–Fock, in millihartree? Take both numbers from the cells above.

# %%
from usecases.exercises import n05

answer = ...
n05.correlation(molecule, answer)

# %% [markdown]
# **★★ Not parallel.** A constant error changes no difference of energies. The *non-parallelity
# error* is the largest error less the smallest one along a curve. What is it for `ccsd_t` on `chain`, in
# millihartree?

# %%
answer = ...
n05.non_parallelity(chain, "ccsd_t", answer)

# %% [markdown]
# **★★★ The warning sign.** From which of the computed spacings on is `ccsd_t` below the exact energy by
# more than chemical accuracy?

# %%
answer = ...
n05.falls(chain, "ccsd_t", answer)
