"""Work a machine can be asked to do, and how one kind lowers to another.

    AlternatingGradient ──► AlternatingEnergy, several
    AlternatingEnergy ──┐              ┌─► Expectation      simulators (exact values)
    FermionicEnergy ────┴─► Estimate ──┴─► SampleCircuits   every gate machine (with shots)
    AlternatingSamples ──────────────────► SampleCircuits
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
from usecases.programs.base import Lowered, Program, Together
from usecases.programs.circuits import (
    Counts,
    Estimate,
    Estimated,
    Expectation,
    SampleCircuits,
)
from usecases.programs.fermionic import UCCSD, Excitation, FermionicEnergy
from usecases.programs.mixers import (
    GroupMixer,
    GroverMixer,
    Mixer,
    Pattern,
    WarmMixer,
    XMixer,
)
from usecases.programs.objectives import CVaR, Gibbs, Goal, Mean, Objective
from usecases.programs.sweeps import Sweep

__all__ = [
    "UCCSD",
    "AlternatingEnergy",
    "AlternatingGradient",
    "AlternatingSamples",
    "AlternatingState",
    "CVaR",
    "Counts",
    "Estimate",
    "Estimated",
    "Excitation",
    "Expectation",
    "FermionicEnergy",
    "Gibbs",
    "Goal",
    "Gradient",
    "GroupMixer",
    "GroverMixer",
    "Lowered",
    "Mean",
    "Mixer",
    "Objective",
    "Pattern",
    "Program",
    "Read",
    "SampleCircuits",
    "SampleModel",
    "Sweep",
    "Together",
    "WarmMixer",
    "XMixer",
]
