"""The whole algorithm `vqe` on the backend `determinants`, in a process of its own.

Prints one line of JSON: seconds of the first training and of further ones, and the error.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from electrons.molecules import MOLECULES
from life_science.ground_state import model, reference
from usecases.algorithms.vqe import VQE
from usecases.backends.determinants import Determinants
from usecases.executor import Executor


def trained(h: object, machine: Determinants) -> tuple[float, float, int]:
    """Seconds of one run from scratch, its energy, and the calls of the machine."""
    from usecases.kernel.sector import forget

    begun = time.perf_counter()
    execute = Executor(machine, machine)
    (outcome,) = VQE().solve(h, execute, np.random.default_rng(0))  # type: ignore[arg-type]
    seconds = time.perf_counter() - begun
    forget()
    return seconds, outcome.energy, len(execute.calls)


def main() -> None:
    """One molecule, named on the command line, and how many further trainings."""
    molecule = MOLECULES[sys.argv[1]]()
    h, machine = model(molecule), Determinants()
    runs = [trained(h, machine) for _ in range(1 + int(sys.argv[2]))]
    seconds, energies, calls = zip(*runs, strict=True)
    error = energies[0] - reference(molecule).value
    print(json.dumps({"first": seconds[0], "warm": seconds[1:], "error": error, "calls": calls[0]}))


if __name__ == "__main__":
    main()
