"""The classical limit: PySCF's full configuration interaction of the same integrals."""

from __future__ import annotations

from pyscf.fci import direct_spin0, direct_spin1

from electrons.problem import Problem
from electrons.worker import serve
from peers.cost import Floats


class Exact:
    """The lowest energy of the molecule's electrons, whatever the parameters."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.problem = problem
        closed = problem.alpha == problem.beta
        self.solver = (direct_spin0 if closed else direct_spin1).FCI()
        self.solver.conv_tol = 1e-11

    def value(self, parameters: Floats) -> float:
        """The exact energy, hartree."""
        p = self.problem
        found = self.solver.kernel(
            p.one, p.two, p.orbitals, (p.alpha, p.beta), ecore=p.constant, verbose=0
        )
        return float(found[0])


if __name__ == "__main__":
    serve({"FCI": Exact}, ("pyscf", "numpy"))
