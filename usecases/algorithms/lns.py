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
from collections.abc import Iterable
from itertools import combinations
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, SerializeAsAny

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.convert import translate
from usecases.models import BQM, Bits, Blockwise, CostNetwork, Incumbent, energies, qubits
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
        whole = model.model
        landscape = _Blocks(whole) if isinstance(whole, Blockwise) else _Landscape(whole)
        bits = np.array([model.sample[v] for v in landscape.names], dtype=np.int8)
        tried: set[tuple[Undone, bytes]] = set()  # a block is tried once in each of its states
        begun, limit = time.monotonic(), self.seconds or math.inf
        execute.improved(landscape.energy(bits))
        blocks = iter(landscape.blocks(bits, self.block, rng))
        for _ in range(self.rounds):
            undone = next((u for u in blocks if (u, bits[[*u]].tobytes()) not in tried), None)
            if undone is None or time.monotonic() - begun > limit:
                break
            tried.add((undone, bits[[*undone]].tobytes()))
            freed = landscape.freed(bits, undone, self.block)
            found = self._solved(landscape, bits, freed, _Block(execute), rng)
            if landscape.energy(found) < landscape.energy(bits):
                bits = found
                blocks = iter(landscape.blocks(bits, self.block, rng))
                execute.improved(landscape.energy(bits))
        return [Outcome(landscape.sample(bits), landscape.energy(bits))]

    def _solved(
        self,
        landscape: _Landscape | _Blocks,
        bits: Bits,
        freed: list[int],
        execute: Execute,
        rng: np.random.Generator,
    ) -> Bits:
        """The best full answer the inner solver finds when only `freed` may change.

        Energies that it claims are not believed: the part is evaluated again.
        """
        part = landscape.part(bits, freed)
        work, back = translate(part, self.solver.accepts)
        found = back(self.solver.solve(work, execute, rng))
        names = [landscape.names[k] for k in freed]
        values = [[outcome.value[name] for name in names] for outcome in found]
        answers = np.array([bits[freed].tolist(), *values], dtype=np.int8)
        best = bits.copy()
        best[freed] = answers[int(energies(part, answers).argmin())]
        return best


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


class _Blocks:
    """A cost that knows itself which of its variables to free together, and what they cost."""

    def __init__(self, model: Blockwise) -> None:
        self.model, self.names = model, list(model.variables)

    def energy(self, bits: Bits) -> float:
        """The cost of the whole answer."""
        return float(self.model.energies(bits[None, :])[0])

    def sample(self, bits: Bits) -> dict[str, int]:
        return dict(zip(self.names, bits.tolist(), strict=True))

    def part(self, bits: Bits, freed: list[int]) -> CostNetwork:
        """The model of the freed variables, the others held at `bits`."""
        return self.model.part(bits, freed)

    def blocks(self, bits: Bits, size: int, rng: np.random.Generator) -> Iterable[Undone]:
        """Sets of variables to free, in the order in which to try them."""
        return self.model.blocks(bits, size, rng)

    def freed(self, bits: Bits, undone: Undone, size: int) -> list[int]:
        """The block itself."""
        return list(undone)


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

    def gain(self, bits: Bits) -> NDArray[np.float64]:
        """What switching each variable on adds to the energy, others as in `bits`."""
        return self.field + self.coupling @ bits

    def energy(self, bits: Bits) -> float:
        """The energy in the whole model, offset included."""
        return float(self.model.energies((bits, self.names))[0])

    def sample(self, bits: Bits) -> dict[str, int]:
        return {str(name): int(bit) for name, bit in zip(self.names, bits, strict=True)}

    def part(self, bits: Bits, freed: list[int]) -> BQM:
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

    def blocks(self, bits: Bits, size: int, rng: np.random.Generator) -> list[Undone]:
        """Sets of choices to undo, the most promising first.

        The promise is the energy of the best greedy completion: what a block can surely reach,
        and where it lies just above the present energy something better may be close.
        """
        active = np.flatnonzero(bits).tolist()
        most = max(1, min(size // 2, len(active)))
        sets = _all_sets(active, most) or self._related(bits, most, rng)
        promised = {undone: self._completed(bits, undone)[1] for undone in sets}
        return sorted((u for u in sets if promised[u] < math.inf), key=lambda u: (promised[u], u))

    def freed(self, bits: Bits, undone: Undone, size: int) -> list[int]:
        """The undone choices, and the variables that good completions use, `size` in all."""
        order, _ = self._completed(bits, undone)
        return [*undone, *order[: size - len(undone)]]

    def _related(self, bits: Bits, most: int, rng: np.random.Generator) -> list[Undone]:
        """Sets of choices that stand in the way of the same candidates.

        What stands in the way of a candidate are the choices it conflicts with most, as many as
        must be undone for it to lower the energy. From a candidate on, others that share a
        choice are added while at most `most` choices are to be undone.
        """
        active, others = np.flatnonzero(bits), np.flatnonzero(bits == 0)
        conflict = self.coupling[np.ix_(others, active)]
        order = np.argsort(-conflict, axis=1, kind="stable")[:, :most]
        left = (self.field + self.coupling @ bits)[others, None] - np.cumsum(
            np.take_along_axis(conflict, order, axis=1), axis=1
        )
        enough = (left < 0.0).argmax(axis=1) + 1
        possible = np.flatnonzero((left < 0.0).any(axis=1)).tolist()
        ways = {frozenset(active[order[k, : enough[k]]].tolist()) for k in possible}
        by_choice: dict[int, list[frozenset[int]]] = {}
        for way in sorted(ways, key=sorted):
            for choice in way:
                by_choice.setdefault(choice, []).append(way)
        found = dict.fromkeys(ways)
        for _ in range(SETS if by_choice else 0):
            first = by_choice[int(rng.choice(list(by_choice)))]
            union = first[int(rng.integers(len(first)))]
            while len(union) <= most:
                found[union] = None
                near = by_choice[int(rng.choice(sorted(union)))]
                wider = union | near[int(rng.integers(len(near)))]
                if wider == union:
                    break
                union = wider
        return sorted(tuple(sorted(union)) for union in found)

    def _completed(self, bits: Bits, undone: Undone) -> tuple[list[int], float]:
        """Variables in the order in which good completions use them, and the best one's energy.

        Candidates are the inactive variables that lower the energy once `undone` is off. One
        alone says little, as it may leave no room for others. So each is completed greedily, by
        the variable that then lowers the energy most, and the completions are gone through from
        the lowest energy up. The energy is that of the change as a whole, from `bits`.
        """
        off = list(undone)
        gain = self.gain(bits) - self.coupling[off].sum(axis=0)
        back = float(gain[off].sum() + self.coupling[np.ix_(off, off)].sum() / 2)
        fits = np.flatnonzero((gain < 0.0) & (bits == 0))
        if not len(fits):
            return [], math.inf
        chosen, energy = _greedy(gain[fits], self.coupling[np.ix_(fits, fits)], len(off))
        rows = np.argsort(energy, kind="stable")
        order = dict.fromkeys(k for row in rows for k in fits[chosen[row]].tolist())
        return [*order], float(energy[rows[0]]) - back


def _greedy(
    gain: NDArray[np.float64], coupling: NDArray[np.float64], steps: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Each variable with what is added greedily in `steps` steps, one row each, and its energy."""
    count = np.arange(len(gain))
    chosen = np.eye(len(gain))
    for _ in range(steps):
        change = gain + chosen @ coupling
        change[chosen > 0] = 0.0
        best = change.argmin(axis=1)
        better = change[count, best] < 0.0
        chosen[count[better], best[better]] = 1.0
    energy = chosen @ gain + ((chosen @ coupling) * chosen).sum(axis=1) / 2
    return chosen > 0, energy


SETS = 400
"""At most so many sets of choices are enumerated; beyond, about as many are drawn."""


def _all_sets(active: list[int], most: int) -> list[Undone]:
    """All sets of two to `most` active variables where they are few, or the only one."""
    if len(active) < 2:
        return [tuple(active)]
    sizes = range(2, max(most, 2) + 1)
    if sum(math.comb(len(active), k) for k in sizes) > SETS:
        return []
    return [u for k in sizes for u in combinations(active, k)]


algorithm = LNS
