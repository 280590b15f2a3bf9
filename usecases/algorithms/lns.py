"""Large-neighbourhood search: a small solver improves a large answer block by block.

A few of the choices in a feasible answer are undone, the variables that could take their
place are freed together with them, everything else stays fixed, and the inner algorithm
solves what is left. A block is kept only if the whole energy falls, so the answer is never
worse than the one that came with the model. Shaw, CP98, LNCS 1520 (1998) 417; with a quantum
inner solver it is a hybrid decomposition in which qubits are needed for one block only.
"""

from __future__ import annotations

import math
import time
from itertools import combinations
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, SerializeAsAny

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.convert import translate
from usecases.models import BQM, Incumbent, qubits
from usecases.programs import Program

R = TypeVar("R")
Undone = tuple[int, ...]


class LNS(Algorithm):
    """Improve an incumbent by `rounds` blocks of at most `block` variables each.

    `solver` is the algorithm for the blocks. Ends early when no block is left to try, or when
    `seconds` of wall time have passed: no block is begun after that.
    """

    accepts: ClassVar[tuple[type, ...]] = (Incumbent,)

    solver: SerializeAsAny[Algorithm]
    block: int = Field(default=12, ge=2, le=1000)
    rounds: int = Field(default=8, ge=1, le=10_000)
    seconds: float | None = Field(default=None, gt=0, le=1e6)

    def width(self, model: Incumbent) -> int:
        return min(self.block, qubits(model))

    def solve(
        self, model: Incumbent, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Any]]:
        landscape = _Landscape(model.model)
        bits = np.array([model.sample[v] for v in landscape.names], dtype=np.int8)
        tried: set[Undone] = set()
        begun, limit = time.monotonic(), self.seconds or math.inf
        execute.improved(landscape.energy(bits))
        for _ in range(self.rounds):
            if time.monotonic() - begun > limit:
                break
            choice = landscape.block(bits, self.block, tried, rng)
            if choice is None:
                break
            undone, freed = choice
            found = self._solved(landscape, bits, freed, _Block(execute), rng)
            if landscape.energy(found) < landscape.energy(bits):
                bits, tried = found, set()
                execute.improved(landscape.energy(bits))
            else:
                tried.add(undone)
        return [Outcome(landscape.sample(bits), landscape.energy(bits))]

    def _solved(
        self,
        landscape: _Landscape,
        bits: NDArray[np.int8],
        freed: list[int],
        execute: Execute,
        rng: np.random.Generator,
    ) -> NDArray[np.int8]:
        """The best full answer the inner solver finds when only `freed` may change."""
        work, back = translate(landscape.part(bits, freed), self.solver.accepts)
        answers = [bits]
        for outcome in back(self.solver.solve(work, execute, rng)):
            answer = bits.copy()
            answer[freed] = [int(outcome.value[landscape.names[k]]) for k in freed]
            answers.append(answer)
        return min(answers, key=landscape.energy)


class _Block:
    """The way to the machine from inside a block, where improvements are claims, not facts."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    def __call__(self, program: Program[R]) -> R:
        return self._execute(program)

    def train(self, program: Program[R]) -> R:
        return self._execute.train(program)

    def improved(self, energy: float) -> None:
        """Whether it is one, the whole energy says."""


class _Landscape:
    """A binary quadratic model as arrays: energies of changes, and blocks worth freeing."""

    def __init__(self, model: BQM) -> None:
        self.model = model = model.change_vartype("BINARY", inplace=False)
        self.names = list(model.variables)
        place = {name: k for k, name in enumerate(self.names)}
        self.field = np.array([model.linear[name] for name in self.names])
        self.coupling = np.zeros((len(place), len(place)))
        for (u, v), strength in model.quadratic.items():
            self.coupling[place[u], place[v]] = self.coupling[place[v], place[u]] = strength

    def energy(self, bits: NDArray[np.int8]) -> float:
        """The energy in the whole model, offset included."""
        return float(self.model.energies((bits, self.names))[0])

    def sample(self, bits: NDArray[np.int8]) -> dict[str, int]:
        return {str(name): int(bit) for name, bit in zip(self.names, bits, strict=True)}

    def part(self, bits: NDArray[np.int8], freed: list[int]) -> BQM:
        """The model of the freed variables, the others held at `bits`."""
        held = bits.astype(np.float64)
        held[freed] = 0.0
        fields = (self.field + self.coupling @ held)[freed]
        offset = float(self.model.offset + self.field @ held + held @ self.coupling @ held / 2)
        names = [self.names[k] for k in freed]
        part = BQM(dict(zip(names, fields.tolist(), strict=True)), {}, offset, "BINARY")
        for i, j in combinations(range(len(freed)), 2):
            if strength := self.coupling[freed[i], freed[j]]:
                part.add_quadratic(names[i], names[j], float(strength))
        return part

    def block(
        self, bits: NDArray[np.int8], size: int, tried: set[Undone], rng: np.random.Generator
    ) -> tuple[Undone, list[int]] | None:
        """Choices to undo, and the variables to free with them; None when all were tried.

        Two to four choices are undone at a time, drawn in proportion to how many variables
        would then lower the energy if switched on: related choices are those that have
        candidates in common.
        """
        active = np.flatnonzero(bits).tolist()
        sets = [u for k in (2, 3, 4) if k < size for u in _sets(active, k, rng)]
        sets = [u for u in sets if u not in tried]
        if len(active) < 2 and (alone := tuple(active)) not in tried:
            sets = [alone]
        counts = np.array([len(self._fits(bits, u)[0]) for u in sets], dtype=np.float64)
        if not counts.sum():
            return None
        undone = sets[int(rng.choice(len(sets), p=counts / counts.sum()))]
        fits, gain = self._fits(bits, undone)
        order = _by_completion(gain, self.coupling[np.ix_(fits, fits)], len(undone))
        return undone, [*undone, *fits[order][: size - len(undone)].tolist()]

    def _fits(
        self, bits: NDArray[np.int8], undone: Undone
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The inactive variables that lower the energy once `undone` is off, and by how much."""
        held = bits.astype(np.float64)
        held[list(undone)] = 0.0
        gain = self.field + self.coupling @ held
        fits = np.flatnonzero((gain < 0.0) & (bits == 0))
        return fits, gain[fits]


def _by_completion(
    gain: NDArray[np.float64], coupling: NDArray[np.float64], steps: int
) -> list[int]:
    """Variables in the order in which good completions use them.

    A variable alone says little, as it may leave no room for others. So each is completed
    greedily, by the variable that then lowers the energy most, and the completions are gone
    through from the lowest energy up.
    """
    count = np.arange(len(gain))
    chosen = np.eye(len(gain))
    for _ in range(steps):
        change = gain + chosen @ coupling
        change[chosen > 0] = 0.0
        best = change.argmin(axis=1) if len(gain) else count
        better = change[count, best] < 0.0
        chosen[count[better], best[better]] = 1.0
    energy = chosen @ gain + ((chosen @ coupling) * chosen).sum(axis=1) / 2
    rows = np.argsort(energy, kind="stable")
    return list(dict.fromkeys(k for row in rows for k in np.flatnonzero(chosen[row]).tolist()))


SETS = 400
"""At most this many sets of choices are weighed against one another in a round."""


def _sets(active: list[int], size: int, rng: np.random.Generator) -> list[Undone]:
    """Sets of `size` active variables: all of them where few, else a random selection."""
    found = list(combinations(active, size)) if len(active) <= 30 else []
    if found and len(found) <= SETS:
        return found
    if len(active) < size:
        return []
    drawn = [tuple(sorted(rng.choice(active, size, replace=False).tolist())) for _ in range(SETS)]
    return list(dict.fromkeys(drawn))


algorithm = LNS
