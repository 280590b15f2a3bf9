"""Work a machine can be asked to do, and how one kind lowers to another.

    AlternatingGradient ──► AlternatingEnergy, several
    FermionicGradient ────► Sweep
    AlternatingEnergy ──┐              ┌─► Expectation      simulators (exact values)
    FermionicEnergy ────┴─► Estimate ──┴─► SampleCircuits   every gate machine (with shots)
    AlternatingSamples ──────────────────► SampleCircuits
    FermionicSamples ────────────────────► SampleCircuits
    FermionicProducts ───► Estimate
    Sweep ───────────────► Expectation, several
    SampleModel                                             annealers

A fast simulator understands a program in its own terms; any gate machine understands circuits.
"""

from usecases.programs.alternating import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingSamples,
    AlternatingState,
    Gradient,
)
from usecases.programs.annealing import Read, SampleModel
from usecases.programs.ansatz import Ansatz, Excitation, Factor, Generator, Occupied
from usecases.programs.base import Lowered, Program, Split, Together
from usecases.programs.circuits import (
    Counts,
    Estimated,
    Expectation,
    SampleCircuits,
)
from usecases.programs.estimates import Estimate
from usecases.programs.fermionic import (
    Electrons,
    FermionicEnergy,
    FermionicGradient,
    FermionicSamples,
    Slope,
)
from usecases.programs.measuring import Grouping, Symmetry
from usecases.programs.mixers import (
    GroupMixer,
    GroverMixer,
    Mixer,
    Pattern,
    WarmMixer,
    XMixer,
)
from usecases.programs.objectives import CVaR, Gibbs, Goal, Mean, Objective
from usecases.programs.subspace import FermionicProducts, Products
from usecases.programs.sweeps import Sweep

__all__ = [
    "AlternatingEnergy",
    "AlternatingGradient",
    "AlternatingSamples",
    "AlternatingState",
    "Ansatz",
    "CVaR",
    "Counts",
    "Electrons",
    "Estimate",
    "Estimated",
    "Excitation",
    "Expectation",
    "Factor",
    "FermionicEnergy",
    "FermionicGradient",
    "FermionicProducts",
    "FermionicSamples",
    "Generator",
    "Gibbs",
    "Goal",
    "Gradient",
    "GroupMixer",
    "Grouping",
    "GroverMixer",
    "Lowered",
    "Mean",
    "Mixer",
    "Objective",
    "Occupied",
    "Pattern",
    "Products",
    "Program",
    "Read",
    "SampleCircuits",
    "SampleModel",
    "Slope",
    "Split",
    "Sweep",
    "Symmetry",
    "Together",
    "WarmMixer",
    "XMixer",
]
