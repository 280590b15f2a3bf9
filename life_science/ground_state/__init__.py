# %% [markdown]
# # The ground-state energy of molecules
#
# How much energy holds a molecule's electrons together: the number from which bond strengths,
# reaction rates and the stability of a drug or a catalyst follow.
#
# Electrons repel one another, so no electron's motion can be computed without all the others.
# The usual approximation, Hartree–Fock, lets each electron feel only the average of the rest. It
# misses about one per cent of the energy, and chemistry happens inside that per cent: a reaction
# rate at room temperature changes tenfold with 2.2 millihartree. Chemists call an error below
# 1.6 millihartree (1 kcal/mol) *chemical accuracy*. Everybody who designs drugs, catalysts or
# batteries on a computer needs such energies; molecules with stretched bonds or several metal
# atoms are still out of reach of the standard methods.

# %% [markdown]
# ## The data
#
# An instance is a list of atoms with positions in ångström, a *basis* (the functions from which
# orbitals are built), the charge and the spin multiplicity 2S + 1. `active` says which electrons
# are correlated, and in which orbitals; the others stay doubly filled:
#
# | `active` | which |
# |---|---|
# | nothing | all electrons in all orbitals |
# | `core` | all but the core: as many orbitals as the noble gas before each element has filled |
# | `6e,6o` | by energy: six electrons in the six orbitals around the highest occupied one |
# | `natural:6e,6o` | those that second-order perturbation theory finds neither full nor empty |
# | `avas:N_2p` | what the named orbitals of free atoms become in the molecule (AVAS) |
#
# By energy is the customary choice and often a bad one: of nitrogen's correlation energy in
# STO-3G, six electrons in six orbitals hold 80 % when they are chosen by energy, and 89 % when
# they are natural. A choice that cuts through a degenerate pair of orbitals breaks the symmetry.
#
# The files of the field are read as they are: `.xyz` geometries, whose comment line may say
# `basis=6-31g charge=0 multiplicity=1 active=4e,4o`, and `FCIDUMP` integrals from any quantum
# chemistry program. Both are written as well: `usecases export life_science/ground_state -i
# n2-6e6o -o n2.fcidump`.
#
# The named molecules are those on which quantum algorithms are usually compared: the hydrogen
# molecule along its dissociation, chains of hydrogen atoms (that of four from the QED-C
# benchmarks), lithium hydride, beryllium hydride and water near their equilibrium, and nitrogen,
# whose triple bond is the classic hard case when it is pulled apart. Geometries are in the code
# below; the basis is STO-3G unless another is named.

# %%
from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from life_science.ground_state.figure import draw
from life_science.ground_state.formats import parse_fcidump, parse_xyz
from life_science.ground_state.integrals import arrays_of, integrals_of
from life_science.ground_state.logical import Space, table
from life_science.ground_state.molecule import ActiveSpace, Atom, Molecule
from life_science.ground_state.reference import exact_energy
from life_science.ground_state.writers import write_fcidump, write_xyz
from usecases.contracts import Energy, Family, UseCase
from usecases.errors import BadInstance, VerificationFailed
from usecases.models import FermionicHamiltonian
from usecases.records import Record, Reference

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def line(*places: tuple[str, float], **settings: object) -> Molecule:
    """Atoms on the z axis at the given places, ångström."""
    atoms = [Atom(symbol=symbol, x=0.0, y=0.0, z=z) for symbol, z in places]
    return Molecule.model_validate({"atoms": atoms, **settings})


def hydrogen(length: float) -> Molecule:
    """H2 with the given bond length, ångström."""
    return line(("H", 0.0), ("H", length))


def lithium_hydride(length: float = 1.595, **settings: object) -> Molecule:
    """LiH with the given bond length, ångström."""
    return line(("Li", 0.0), ("H", length), **settings)


def lithium_hydride_in_three_orbitals() -> Molecule:
    """LiH at its measured bond length, 1.5949 Å, two electrons in three orbitals."""
    return line(("Li", 0.0), ("H", 1.5949), active=active(2, 3))


def beryllium_hydride(**settings: object) -> Molecule:
    """BeH2, linear with bonds of 1.326 Å."""
    return line(("H", -1.326), ("Be", 0.0), ("H", 1.326), **settings)


def chain(atoms: int, spacing: float = 1.0) -> Molecule:
    """Hydrogen atoms in a row at equal distances, ångström; the metal of quantum chemistry."""
    places = (("H", round(k * spacing, 10)) for k in range(atoms))
    return line(*places, multiplicity=1 + atoms % 2)


def water(length: float = 0.958, **settings: object) -> Molecule:
    """H2O with two bonds of the given length, ångström, and an angle of 104.4776°."""
    half = math.radians(104.4776) / 2
    y, z = round(length * math.sin(half), 10), round(length * math.cos(half), 10)
    places = (("O", 0.0, 0.0), ("H", y, z), ("H", -y, z))
    atoms = [Atom(symbol=symbol, x=0.0, y=y, z=z) for symbol, y, z in places]
    return Molecule.model_validate({"atoms": atoms, **settings})


def nitrogen(length: float = 1.0975, **settings: object) -> Molecule:
    """N2 with the given bond length, ångström."""
    return line(("N", 0.0), ("N", length), **settings)


def active(electrons: int, orbitals: int) -> ActiveSpace:
    """The correlated part, counted from the highest occupied orbital down and up."""
    return ActiveSpace(electrons=electrons, orbitals=orbitals)


INSTANCES: dict[str, Callable[[], Molecule]] = {
    "demo": partial(hydrogen, 0.735),
    "workshop": lithium_hydride,
    "frontier": partial(nitrogen, basis="6-31g", active=active(10, 16)),
    **{f"h2-{length}": partial(hydrogen, length) for length in (0.5, 1.0, 1.5, 2.0, 2.5)},
    **{f"h{atoms}": partial(chain, atoms) for atoms in (4, 6, 8)},
    "lih": lithium_hydride,
    "lih-2e3o": lithium_hydride_in_three_orbitals,
    "beh2": beryllium_hydride,
    "beh2-core": partial(beryllium_hydride, active="core"),
    "h2o": water,
    "h2o-4e4o": partial(water, active=active(4, 4)),
    "n2": nitrogen,
    "n2-6e6o": partial(nitrogen, active=active(6, 6)),
    "n2-6e6o-2.0": partial(nitrogen, 2.0, active=active(6, 6)),
    "n2-core": partial(nitrogen, active="core"),
    "n2-6e6o-natural": partial(nitrogen, active="natural:6e,6o"),
    "n2-2p": partial(nitrogen, active="avas:N_2p"),
    "n2-2.0": partial(nitrogen, 2.0),
}


def along_bond(
    instance: Callable[[float], Molecule], *points: float, parameter: str = "bond length"
) -> Family[Molecule]:
    """Molecules along a length in ångström, with the points that are taken if none are given."""
    return Family(
        parameter=parameter,
        unit="Å",
        quantity="energy",
        limits=(0.3, 5.0),
        points=points,
        instance=instance,
    )


FAMILIES: dict[str, Family[Molecule]] = {
    "h2": along_bond(hydrogen, 0.5, 0.6, 0.735, 0.9, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5),
    "h4": along_bond(
        partial(chain, 4),
        0.6,
        0.8,
        0.9,
        1.0,
        1.2,
        1.4,
        1.6,
        1.8,
        2.0,
        2.4,
        3.0,
        parameter="spacing",
    ),
    "lih": along_bond(lithium_hydride, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.3, 2.6, 3.0, 3.5, 4.0),
    "n2-6e6o": along_bond(
        partial(nitrogen, active=active(6, 6)),
        *(0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.2),
    ),
    "h2o": along_bond(
        *(water, 0.7, 0.8, 0.9, 0.958, 1.05, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2),
        parameter="length of both bonds",
    ),
}


def example(size: int, seed: int) -> Molecule:
    """A chain of `size` hydrogen atoms with random bonds of 0.6 to 1.4 Å, STO-3G."""
    if not 1 <= size <= 16:
        raise BadInstance("size", f"{size} atoms are not between 1 and 16")
    bonds = np.random.default_rng(seed).uniform(0.6, 1.4, size - 1)
    places = np.round(np.concatenate([[0.0], np.cumsum(bonds)]), 4)
    return line(*(("H", z) for z in places.tolist()), multiplicity=1 + size % 2)


# %%
if __name__ == "__main__":
    import usecases

    page = usecases.Tour("life_science/ground_state")

# %% [markdown]
# ## The model
#
# In m orthonormal orbitals the electrons obey
#
# $$H = E_0 + \sum_{pq} h_{pq} \sum_\sigma a^\dagger_{p\sigma} a_{q\sigma}
#   + \tfrac12 \sum_{pqrs} (pq|rs) \sum_{\sigma\tau}
#     a^\dagger_{p\sigma} a^\dagger_{r\tau} a_{s\tau} a_{q\sigma}$$
#
# * $E_0$: the repulsion of the nuclei, and the energy of frozen electrons if there are any;
# * $h_{pq}$: kinetic energy and attraction by the nuclei (and frozen electrons);
# * $(pq|rs)$: repulsion between the charge clouds pq and rs (chemists' notation).
#
# The orbitals are those of restricted Hartree–Fock, for open shells of ROHF. A gate machine gets
# the same operator by the Jordan–Wigner transform: **2 m qubits**, one for each orbital and spin,
# 1 where an electron sits.
#
# Most bit strings are not even the molecule: only a share of
# $\binom{m}{n_\alpha}\binom{m}{n_\beta} / 4^m$ has the right electrons. The ansatz used here
# conserves them gate by gate, so nothing has to be penalised.


# %%
def model(molecule: Molecule) -> FermionicHamiltonian:
    """The electrons' Hamiltonian in the molecule's orbitals, hartree."""
    arrays = arrays_of(molecule)
    return FermionicHamiltonian(
        constant=integrals_of(molecule).constant,
        one_body=arrays.one_body,
        two_body=arrays.two_body,
        alpha=molecule.alpha,
        beta=molecule.beta,
        multiplicity=molecule.multiplicity,
    )


# %% [markdown]
# ## Reading an answer back
#
# What a machine observes is an energy and how many electrons of each spin the state held. Both
# are measured: an energy "below the exact one" is often just the energy of an ion. A state breaks
# the rules when it holds other electrons than the molecule, or when its energy lies under what
# any arrangement of these electrons could reach: the lowest orbital energies without repulsion,
# plus the weakest repulsion any two electrons can have.


# %%
class ElectronicState(Record):
    """A state's energy in hartree and its electrons of each spin, as measured.

    `stderr` is the energy's standard error, 0 where it was computed.
    """

    energy: float
    alpha: float
    beta: float
    stderr: float = Field(default=0.0, ge=0.0)


ELECTRON_TOLERANCE = 0.1
"""Electrons; below it noise and rounding, above it a share of another ion or spin."""


def interpret(molecule: Molecule, observed: Energy) -> ElectronicState:
    """The observed state. Raises VerificationFailed when a number is not finite."""
    if not all(map(math.isfinite, (observed.energy, observed.alpha, observed.beta))):
        raise VerificationFailed("the observed energy or electron number is not finite")
    return ElectronicState(
        energy=observed.energy, alpha=observed.alpha, beta=observed.beta, stderr=observed.stderr
    )


def violations(molecule: Molecule, state: ElectronicState) -> list[str]:
    """Wrong electrons, and an energy that none of their states can have."""
    found = []
    for spin, held, due in (
        ("alpha", state.alpha, molecule.alpha),
        ("beta", state.beta, molecule.beta),
    ):
        if abs(held - due) > ELECTRON_TOLERANCE:
            found.append(f"the state holds {held:.4g} {spin} electrons, the molecule {due}")
    if state.energy < lowest_conceivable(molecule):
        found.append(f"no state of these electrons has an energy of {state.energy:.6f} hartree")
    return found


def objective(molecule: Molecule, state: ElectronicState) -> float:
    """The energy in hartree."""
    return state.energy


@lru_cache(maxsize=64)
def lowest_conceivable(molecule: Molecule) -> float:
    """A rigorous lower bound in hartree: each part of the energy at its own smallest value.

    E ≥ E_0 + Σ lowest eigenvalues of h + n(n − 1)/2 · lowest eigenvalue of the pair repulsion.
    """
    one_body, two_body = arrays_of(molecule)
    levels = np.linalg.eigvalsh(one_body)
    m, n = len(levels), molecule.electrons
    pair = np.linalg.eigvalsh(two_body.transpose(0, 2, 1, 3).reshape(m * m, m * m))[0]
    filled = levels[: molecule.alpha].sum() + levels[: molecule.beta].sum()
    bound = integrals_of(molecule).constant + float(filled + 0.5 * n * (n - 1) * pair)
    # The slack keeps rounding from condemning a state that sits on the bound.
    return bound - 1e-8 * max(1.0, abs(bound))


# %% [markdown]
# ## What classical computing proves
#
# *Full configuration interaction* diagonalises H among all determinants and is exact in the
# basis; in an active space it is called CASCI. PySCF does it from the atoms, by a route that
# shares neither the transform to qubits nor the solver of this sandbox. Its cost grows like
# $\binom{m}{n_\alpha}\binom{m}{n_\beta}$: 14 400 determinants for nitrogen in STO-3G, 19 million
# for the frontier instance. The exact energies of the named instances are stored with the PySCF
# version that proved them; they stand in where PySCF is missing (there is none for Windows) and
# for the frontier. Beyond 20 million determinants the reference is CCSD(T), the usual "gold
# standard", which proves nothing: for nitrogen at 2.0 Å it ends *below* the exact energy
# (<!-- answer of n2-2.0 by ccsd_t --> against <!-- answer of n2-2.0 by reference -->), because it
# is not a variational method and the bond is nearly broken.
#
# The classical rivals run beside the quantum ones: `hartree_fock`, one determinant, to be beaten
# in no time at all; `ccsd` and `ccsd_t`, whose energies are no bound and say so where they end
# below the exact one; and `selected_ci`, which diagonalises among as many determinants as it is
# told to. With 2500 of nitrogen's 14 400 at 2.0 Å it ends <!-- error of n2-2.0 by selected_ci -->
# millihartree above the exact energy; what it takes on the frontier instance is told by the page
# *Nitrogen on 32 qubits* of the docs.


# %%
def reference(molecule: Molecule) -> Reference:
    """The exact energy by PySCF, or CCSD(T) beyond 20 million determinants."""
    return exact_energy(molecule)


def mean_field_energy(molecule: Molecule) -> float:
    """The energy of the Hartree–Fock determinant, hartree."""
    one_body, two_body = arrays_of(molecule)
    constant = integrals_of(molecule).constant
    up, down = (np.arange(len(one_body)) < n for n in (molecule.alpha, molecule.beta))
    both = up.astype(float) + down
    energy = both @ np.diagonal(one_body) + 0.5 * both @ np.einsum("ppqq->pq", two_body) @ both
    exchange = np.einsum("pqqp->pq", two_body)
    return constant + float(energy) - 0.5 * sum(float(s @ exchange @ s) for s in (up, down))


def plot(molecule: Molecule, state: ElectronicState) -> Figure:
    """Hartree–Fock, the found and the exact energy, with the band of chemical accuracy."""
    return draw(mean_field_energy(molecule), state.energy, state.stderr, reference(molecule))


# %% [markdown]
# ## The declaration

# %%
CLASSICAL = ("hartree_fock", "ccsd", "ccsd_t")


def rung(strings: int, *others: str) -> tuple[str, ...]:
    """What runs on a rung of the ladder; sqd and selected_ci among as many determinants."""
    chosen = (f"selected_ci determinants={strings**2}", f"sqd strings={strings}")
    return (*CLASSICAL, *chosen, "vqe", "pair_vqe", "lucj starts=1", *others)


SMALL = ("dmrg", "adapt_vqe", "upccgsd starts=2", "oo_vqe starts=2")

LADDER: dict[str, tuple[str, ...]] = {
    "demo": rung(2, *SMALL, "qpe bits=11 steps=16 tapered=true"),
    "lih-2e3o": rung(3, *SMALL, "qpe bits=7 tapered=true"),
    "workshop": rung(8, *SMALL),
    "h2o-4e4o": rung(4, *SMALL),
    "h2o": rung(10, *SMALL),
    "n2-6e6o": rung(10, "dmrg", "adapt_vqe", "upccgsd starts=3", "oo_vqe starts=2"),
    "n2-6e6o-2.0": rung(
        10, "dmrg", "adapt_vqe threshold=0.01", "upccgsd starts=3", "oo_vqe starts=2"
    ),
    "n2-2.0": rung(50),
}

usecase = UseCase(
    title="Ground-state energy of molecules",
    unit="hartree",
    sense="min",
    instance=Molecule,
    instances=INSTANCES,
    example=example,
    tiny=2,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".xyz": parse_xyz, ".fcidump": parse_fcidump, "fcidump": parse_fcidump},
    writers={".xyz": write_xyz, ".fcidump": write_fcidump, "fcidump": write_fcidump},
    algorithms=("vqe", "adapt_vqe", "pair_vqe"),
    stored=LADDER,
    families=FAMILIES,
    tolerance=1.6e-3,
    accuracy="chemical accuracy",
    sources=(
        "Peruzzo et al. 2014, A variational eigenvalue solver, arXiv:1304.3061",
        "Romero et al. 2018, Unitary coupled cluster ansatz, arXiv:1701.02691",
        "Knowles and Handy 1989, FCIDUMP, Comput. Phys. Commun. 54, 75",
        "Sun et al. 2020, PySCF, J. Chem. Phys. 153, 024109",
        "Sayfutyarova et al. 2017, AVAS, J. Chem. Theory Comput. 13, 4063, arXiv:1701.07862",
        "Jensen et al. 1988, natural orbitals of MP2, J. Chem. Phys. 88, 3834",
        "Li and Chan 2017, iron–sulfur clusters, J. Chem. Theory Comput. 13, 2681",
        "Reiher et al. 2017, FeMo cofactor, Proc. Natl. Acad. Sci. 114, 7555, arXiv:1605.03590",
        "Lee et al. 2021, tensor hypercontraction, PRX Quantum 2, 030305, arXiv:2011.03494",
        "Gao et al. 2024, exact energy of propane, J. Chem. Theory Comput. 20, 1185",
        "Loos et al. 2024, selected configuration interaction, arXiv:2402.13111",
    ),
)

# %% [markdown]
# ## What a quantum computer does with it today
#
# The *variational quantum eigensolver* prepares the Hartree–Fock determinant, moves electrons by
# *unitary coupled cluster* (one angle for every pair of electrons that may move to a pair of empty
# orbitals, and for every single electron), and trains the angles to the lowest energy. The circuit
# is exact in the sense that every factor is: nothing leaves the space of the molecule's electrons.

# %% [markdown]
# ### The ladder
#
# From one bond of two electrons to a triple bond pulled apart: hydrogen (`demo`), lithium hydride
# (two electrons, then all: `workshop`), water, and nitrogen near its equilibrium and at 2.0 Å. Each
# rung runs every method that fits on it, quantum ones on simulators without noise.
#
# * *Quantum, trained*: unitary coupled cluster (`vqe`), grown factor by factor (`adapt_vqe`), with
#   paired doubles and all singles (`upccgsd`), pairs only, on half of the qubits (`pair_vqe`), the
#   same in the best orbitals (`oo_vqe`), and an ansatz cut to a machine's lattice (`lucj`).
# * *Quantum, by other means*: phase estimation (`qpe`), with its resolution as the error, and
#   samples that choose determinants (`sqd`).
# * *Classical*: `hartree_fock`, `ccsd`, `ccsd_t`, and `selected_ci` among as many determinants as
#   `sqd` may take: all of them up to (2e,3o), less than half from lithium hydride on; and `dmrg`,
#   the density-matrix renormalisation group, whose state is a chain of matrices.
#
# Settings that are no defaults are told in the tables of every run, below.
#
# <!-- ladder -->
#
# Up to water the classical gold standard is as good as exact, and no quantum method has anything to
# add. On the last rungs the bond is nearly broken and many determinants weigh alike. There CCSD(T)
# misses the exact energy of all electrons by <!-- error of n2-2.0 by ccsd_t --> millihartree and
# that of six in six orbitals by <!-- error of n2-6e6o-2.0 by ccsd_t -->: it ends *below*, and a
# reader who takes it for a bound is misled. The variational methods end above, as they must:
# unitary coupled cluster by <!-- error of n2-2.0 by vqe --> and
# <!-- error of n2-6e6o-2.0 by vqe -->, far better and still outside chemical accuracy, for it is
# one Trotter step of moves out of a determinant that weighs little there. The grown ansatz ends
# within it, at 12 qubits and without noise. But so does the plain classical choice of 100
# determinants, to a microhartree, where samples that may take as many end
# <!-- error of n2-6e6o-2.0 by sqd --> millihartree above: a state that coupled cluster suggests is
# a bad one to sample just where coupled cluster fails.
#
# ### Along the triple bond, and along a chain
#
# <!-- curve n2-6e6o ccsd_t,vqe,adapt_vqe,pair_vqe,oo_vqe -->
#
# <!-- curve h4 ccsd_t,vqe,adapt_vqe,pair_vqe -->
#
# Above the energies, below the errors with the band of chemical accuracy; filled markers may claim
# it. What the curves teach is the end at the right: a method is not good or bad, it is good up to
# some length of the bond.
#
# ### Every run
#
# <!-- runs -->

# %%
if __name__ == "__main__":
    record = page.run("life_science/ground_state", "demo", "vqe")
    print(record.score)

# %%
if __name__ == "__main__":
    page.plot(record)

# %% [markdown]
# ## Along a bond
#
# One geometry says little: what chemistry uses are differences of energies along a
# *potential-energy curve*. The families `h2`, `h4` (a chain whose spacing grows), `lih`, `n2-6e6o`
# and `h2o` (both bonds at once) are molecules along a length, in ångström:
#
# ```
# usecases curve life_science/ground_state -i n2-6e6o -a vqe,adapt_vqe --plot nitrogen.png
# usecases curve life_science/ground_state -i h4 --from 0.8 --to 2.4 --points 9
# usecases run life_science/ground_state -i n2-6e6o@1.4 -a vqe
# ```
#
# Each point is a run of its own beside its own exact energy and never starts from its neighbour's
# angles. The *non-parallelity error*, the largest less the smallest error along the curve, is what
# remains when a constant error is forgiven: it bounds the error of every energy difference along
# the bond. A method may be within chemical accuracy at the equilibrium and far outside it when the
# bond breaks, so points that are not within it are drawn as open markers. An active space is
# chosen anew at each point from its Hartree–Fock orbitals; where their order changes, even the
# exact curve of the active space may have a step. Degenerate orbitals, such as the π orbitals of
# nitrogen, come in any rotation among themselves: methods that are not indifferent to it, such as
# `pair_vqe`, jump from point to point, as the curve above shows, and so would their best state.
# `oo_vqe` finds the rotation that suits it.

# %%
if __name__ == "__main__":
    page.plot(page.curve("life_science/ground_state", "h4", ["vqe", "exact"]))

# %% [markdown]
# ## How it scales
#
# Qubits grow as 2 m and the angles of unitary coupled cluster as n²(m − n)², but two other costs
# decide. The Hamiltonian has of the order of m⁴ Pauli strings, and the standard error of their
# sum falls only with the square root of the shots; and every angle for a pair costs 14 two-qubit
# gates and two more for each qubit of its Jordan–Wigner tail, each of which may fail. On
# a simulator the state itself is the limit: 2^(2m) numbers, which is why the frontier instance
# (nitrogen, 6-31G, ten electrons in 16 orbitals, 32 qubits) is out of reach of state vectors and
# is the meeting point with sampling-based diagonalisation (arXiv:2501.07231).
#
# Classical computing is far from beaten there: the same instance is solved exactly on one
# computer. An advantage has to come from beyond that.

# %% [markdown]
# ## What fits on 50 logical qubits
#
# Magne, which QuNorth is to run in Copenhagen, was announced on 17 July 2025 to begin with 50
# logical qubits (Reuters of that day). Fifty qubits hold 25 spatial orbitals. The table counts,
# for active spaces from a demo to the cofactor of nitrogenase: the determinants that an exact
# diagonalisation has to hold; the angles of one unitary coupled cluster, singles and doubles; and
# the CX gates of its circuit, once through. With o electrons of each spin and v = m − o empty
# orbitals, s = o v and d = o(o − 1)/2 · v(v − 1)/2, a closed shell has
#
# $$\text{angles} = \tfrac12 s(s + 1) + s + d, \qquad
#   \text{CX} = (2m + 10)\,s^2 + \tfrac43 (m + 17)\,d + 2 m s$$
#
# where the Jordan–Wigner strings are summed exactly and no symmetry of space is used: these are
# the gates of this project's own circuits before symmetry. It leaves 612 of 1688 CX for lithium
# hydride, 1012 of 2860 for water and 970 of 2166 for nitrogen's (6e,6o).

# %%
SPACES = (
    Space("hydrogen, STO-3G", 1, 1, 2),
    Space("lithium hydride, STO-3G", 2, 2, 6),
    Space("benzene, π orbitals; nitrogen, 2p", 3, 3, 6),
    Space("water, STO-3G", 5, 5, 7),
    Space("nitrogen, 6-31G without core: `frontier`", 5, 5, 16),
    Space("[2Fe–2S] cluster (Li and Chan 2017)", 15, 15, 20),
    Space("water, cc-pVDZ without core", 4, 4, 23),
    Space("propane, STO-3G (Gao et al. 2024)", 13, 13, 23),
    Space("water, cc-pVDZ", 5, 5, 24),
    Space("24 electrons in 25 orbitals", 12, 12, 25),
    Space("nitrogen, cc-pVDZ without core", 5, 5, 26),
    Space("[4Fe–4S] cluster (Li and Chan 2017)", 27, 27, 36),
    Space("FeMo cofactor (Reiher et al. 2017)", 27, 27, 54),
)

if __name__ == "__main__":
    print(table(SPACES))

# %% [markdown]
# | active space | electrons, orbitals | qubits | determinants | angles | CX |
# |---|---|---:|---:|---:|---:|
# | hydrogen, STO-3G | (2e,2o) | 4 | 4 | 2 | 18 |
# | lithium hydride, STO-3G | (4e,6o) | 12 | 225 | 50 | 1 688 |
# | benzene, π orbitals; nitrogen, 2p | (6e,6o) | 12 | 400 | 63 | 2 166 |
# | water, STO-3G | (10e,7o) | 14 | 441 | 75 | 2 860 |
# | nitrogen, 6-31G without core: `frontier` | (10e,16o) | 32 | 1.91·10^7 | 2 145 | 153 010 |
# | [2Fe–2S] cluster (Li and Chan 2017) | (30e,20o) | 40 | 2.40·10^8 | 3 975 | 336 050 |
# | water, cc-pVDZ without core | (8e,23o) | 46 | 7.84·10^7 | 4 028 | 381 672 |
# | propane, STO-3G (Gao et al. 2024) | (26e,23o) | 46 | 1.31·10^12 | 12 155 | 1.14·10^6 |
# | water, cc-pVDZ | (10e,24o) | 48 | 1.81·10^9 | 6 365 | 621 490 |
# | 24 electrons in 25 orbitals | (24e,25o) | 50 | 2.70·10^13 | 17 550 | 1.76·10^6 |
# | nitrogen, cc-pVDZ without core | (10e,26o) | 52 | 4.33·10^9 | 7 770 | 809 410 |
# | [4Fe–4S] cluster (Li and Chan 2017) | (54e,36o) | 72 | 8.86·10^15 | 42 525 | 5.75·10^6 |
# | FeMo cofactor (Reiher et al. 2017) | (54e,54o) | 108 | 3.79·10^30 | 390 015 | 7.45·10^7 |
#
# Three things follow.
#
# * **Most of what fits has been solved exactly without a quantum computer.** The largest exact
#   diagonalisation that Loos et al. (2024) know is that of propane: 26 electrons in 23 orbitals,
#   1.31·10^12 determinants (Gao et al. 2024). The iron–sulfur dimer has 5000 times fewer. In 25
#   orbitals, closed shells of 18 to 32 electrons have more, by a factor of 21 at most; and
#   selected configuration interaction reaches microhartree accuracy for propane at a fraction of
#   that cost (Loos et al. 2024).
# * **The clusters beyond exact diagonalisation do not fit.** The iron–sulfur tetramer asks for 72
#   qubits, the FeMo cofactor for 108; even nitrogen in cc-pVDZ asks for 52.
# * **The state is not all that has to fit.** Read bit by bit, phase estimation needs one qubit
#   more, which leaves 24 orbitals; its evolution by product formulas is then long. The methods
#   with the fewest gates trade qubits for them: for the 108 spin orbitals of the FeMo cofactor,
#   2142 logical qubits and 5.3·10^9 Toffoli gates (Lee et al. 2021). And a variational circuit of
#   10^5 to 10^6 CX runs once for each shot of each step of its training.
#
# So 50 logical qubits are a machine on which chemistry's algorithms can be run and checked against
# exact energies, the use that the ladder above has, rather than one that finds unknown energies.
