"""This project: the kernel alone, and through the backend as an algorithm asks it."""

from __future__ import annotations

import numpy as np

from electrons.problem import Problem
from electrons.worker import serve
from peers.cost import Floats
from usecases.backends.determinants import Determinants
from usecases.kernel.sector import Rows, Sector
from usecases.models import FermionicHamiltonian
from usecases.programs import (
    Ansatz,
    Excitation,
    Factor,
    FermionicEnergy,
    FermionicGradient,
    Occupied,
)


def model(problem: Problem) -> FermionicHamiltonian:
    """The problem's Hamiltonian."""
    electrons = (problem.alpha, problem.beta)
    return FermionicHamiltonian(problem.constant, problem.one, problem.two, *electrons)


def ansatz(problem: Problem) -> Ansatz:
    """The problem's factors."""
    turns = zip(problem.factors, problem.taken, problem.weights.tolist(), strict=True)
    factors = (
        Factor(Excitation(f.occupied, f.virtual) if f.virtual else Occupied(f.occupied), k, weight)
        for f, k, weight in turns
    )
    return Ansatz(problem.orbitals, tuple(problem.reference), tuple(factors))


class Kernel:
    """The compiled functions, called one after the other."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.ansatz = ansatz(problem)
        made = (self.ansatz.orbitals, self.ansatz.reference, self.ansatz.generators)
        self.sector = Sector(*made)
        self.rows = Rows(model(problem), self.sector)
        self.which = self.sector.which(self.ansatz)

    def value(self, parameters: Floats) -> float:
        """State and energy."""
        state = self.sector.state(self.which, self.ansatz.angles(parameters))  # type: ignore[arg-type]
        return self.rows.energy(state)

    def gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The same, and all factors undone."""
        angles = self.ansatz.angles(parameters)  # type: ignore[arg-type]
        state = self.sector.state(self.which, angles)
        image = self.rows.apply(state)
        value = float(np.vdot(state, image))
        slopes = self.sector.undo(state, image, self.which, angles)
        return value, self.ansatz.by_parameter(slopes)


class Backend:
    """Programs for the backend `determinants`, and their results read."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.model, self.ansatz, self.machine = model(problem), ansatz(problem), Determinants()

    def value(self, parameters: Floats) -> float:
        """The energy program."""
        program = FermionicEnergy(self.model, self.ansatz, tuple(parameters.tolist()))
        return program.read(self.machine.run(program).value).energy.value

    def gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The gradient program."""
        program = FermionicGradient(self.model, self.ansatz, tuple(parameters.tolist()))
        found = program.read(self.machine.run(program).value)
        return found.value, found.gradient


if __name__ == "__main__":
    serve({"backend": Backend, "kernel alone": Kernel}, ("quantum-usecases", "numpy", "numba"))
