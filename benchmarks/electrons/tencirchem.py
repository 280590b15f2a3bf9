"""TenCirChem-NG: vectors of all determinants with the molecule's electrons, adjoint gradients."""

from __future__ import annotations

from functools import partial

import numpy as np
import tencirchem
import tensorcircuit

from electrons.problem import Factor, Problem, Unsupported
from electrons.worker import Maker, serve
from peers.cost import Floats


class Engine:
    """One of its engines, with one of the array libraries it builds on."""

    def __init__(self, engine: str, library: str, problem: Problem, threads: int) -> None:
        self.library = library
        self.select()
        integrals = (problem.one, problem.two, (problem.alpha, problem.beta), problem.constant)
        solvers = {"run_mp2": False, "run_ccsd": False, "run_fci": False}
        self.problem = problem
        self.cluster = tencirchem.UCC.from_integral(
            *integrals,
            mo_coeff=np.eye(problem.orbitals),
            init_method="zeros",
            engine=engine,
            **solvers,
        )
        self.cluster.ex_ops = [self.moved(factor) for factor in problem.factors]
        self.cluster.param_ids = list(range(len(problem.factors)))

    def select(self) -> None:
        """Its array library is chosen for the whole process."""
        if tensorcircuit.backend.name != self.library:
            tencirchem.set_backend(self.library)

    def moved(self, factor: Factor) -> tuple[int, ...]:
        """T in its own order: creators first, and beta before alpha."""
        if not factor.virtual:
            raise Unsupported("there are no phases of occupied orbitals")
        m = self.problem.orbitals
        order = (*factor.virtual, *reversed(factor.occupied))
        return tuple((p + m) % (2 * m) for p in order)

    def value(self, parameters: Floats) -> float:
        """The energy."""
        self.select()
        return float(self.cluster.energy(self.problem.angles(parameters)))

    def gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Its energy and gradient, factor by factor."""
        self.select()
        value, slopes = self.cluster.energy_and_grad(self.problem.angles(parameters))
        return float(value), self.problem.by_parameter(np.asarray(slopes))


WAYS: dict[str, Maker] = {
    "civector, NumPy": partial(Engine, "civector", "numpy"),
    "civector, JAX": partial(Engine, "civector", "jax"),
    "civector-large, NumPy": partial(Engine, "civector-large", "numpy"),
    "civector-large, JAX": partial(Engine, "civector-large", "jax"),
    "pyscf": partial(Engine, "pyscf", "numpy"),
}

if __name__ == "__main__":
    serve(WAYS, ("tencirchem-ng", "tensorcircuit-ng", "jax", "pyscf", "numpy"))
