"""What a use case's model would ask of an error-corrected machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

import numpy as np

from usecases.algorithms.qaoa import QAOA
from usecases.angles import Ramp
from usecases.ansatze import excitations, uccsd
from usecases.convert import translate
from usecases.errors import TooLarge, UsageError
from usecases.models import Blockwise, FermionicHamiltonian, Incumbent, Spectrum
from usecases.programs import Program, SampleCircuits
from usecases.resources.electrons import phase_estimation
from usecases.resources.work import Work, counted

MOST_GATES = 200_000
"""Gates up to which a circuit is written out to be counted."""
MOST_EXCITATIONS = 3000


def asked(model: Any, layers: int) -> Iterator[Callable[[], Work]]:
    """The circuits that answer a model, cheapest first, each counted when it is called.

    A binary model is sampled by QAOA of so many `layers`; electrons get one UCCSD state, as the
    variational algorithms prepare it, and the whole of a phase estimation. Counting raises
    TooLarge for a circuit that is not written out, and UsageError for a model that is only solved
    in blocks, or electrons too few for the costing.
    """
    if isinstance(model, Spectrum):
        yield from asked(model.hamiltonian, layers)
    elif isinstance(model, FermionicHamiltonian):
        yield partial(_state, model)
        yield partial(phase_estimation, model)
    else:
        yield partial(_shot, model, layers)


def _state(h: FermionicHamiltonian) -> Work:
    moves = len(excitations(h))
    if moves > MOST_EXCITATIONS:
        raise TooLarge(
            f"the UCCSD state has {moves} excitations, and up to {MOST_EXCITATIONS} are counted"
        )
    ansatz = uccsd(h)
    circuit = ansatz.circuit([0.1] * ansatz.size)  # a general angle: none is a Clifford gate
    circuit.measure_all()
    return counted(circuit, "one shot of a UCCSD state (Jordan–Wigner)", "a measurement")


def _shot(model: Any, layers: int) -> Work:
    if isinstance(model.model if isinstance(model, Incumbent) else model, Blockwise):
        raise UsageError("the model is solved in blocks, and no single circuit answers it")
    solver = QAOA(layers=layers, angles=Ramp(), shots=1)
    work, _ = translate(model, solver.accepts)
    try:
        solver.solve(work, _Caught(), np.random.default_rng(0))
    except _Asked as found:
        program: Program[Any] = found.program
    while not isinstance(program, SampleCircuits):
        lower = program.lower()
        assert lower is not None  # noqa: S101 - samples of a state lower to circuits
        program = lower.program
    (circuit,) = program.circuits
    if circuit.size() > MOST_GATES:
        raise TooLarge(
            f"the circuit has {circuit.size()} gates, and up to {MOST_GATES} are counted",
            "Take a smaller instance, or fewer --layers",
        )
    return counted(circuit, f"one shot of QAOA, {layers} layers", "a candidate")


class _Asked(Exception):
    """The first program that an algorithm asks a machine for."""

    def __init__(self, program: Program[Any]) -> None:
        super().__init__()
        self.program = program


class _Caught:
    """An `execute` that runs nothing and hands the first program out."""

    def __call__(self, program: Program[Any]) -> NoReturn:
        raise _Asked(program)

    def train(self, program: Program[Any]) -> NoReturn:
        raise _Asked(program)

    def improved(self, energy: float) -> None:
        """Nothing is run, so nothing improves."""
