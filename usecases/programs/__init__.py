"""Work a machine can be asked to do, and how one kind lowers to another.

    AlternatingEnergy ──┐              ┌─► Expectation      simulators (exact values)
    FermionicEnergy ────┴─► Estimate ──┴─► SampleCircuits   every gate machine (with shots)
    AlternatingSamples ──────────────────► SampleCircuits
    SampleModel                                             annealers

A fast simulator understands a program in its own terms; any gate machine understands circuits.
"""

from usecases.programs.alternating import (
    AlternatingEnergy,
    AlternatingSamples,
    AlternatingState,
    Mixer,
    XMixer,
)
from usecases.programs.annealing import Read, SampleModel
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import (
    Counts,
    Estimate,
    Estimated,
    Expectation,
    SampleCircuits,
)
from usecases.programs.fermionic import UCCSD, Excitation, FermionicEnergy

__all__ = [
    "UCCSD",
    "AlternatingEnergy",
    "AlternatingSamples",
    "AlternatingState",
    "Counts",
    "Estimate",
    "Estimated",
    "Excitation",
    "Expectation",
    "FermionicEnergy",
    "Lowered",
    "Mixer",
    "Program",
    "Read",
    "SampleCircuits",
    "SampleModel",
    "XMixer",
]
