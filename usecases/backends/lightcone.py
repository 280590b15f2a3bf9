"""Light cones: exact mean costs of shallow alternating states on hundreds of variables.

With the X mixer a term's mean depends only on the variables within p steps of it (Farhi,
Goldstone, Gutmann 2014, arXiv:1411.4028, eq. 19 to 22). What remains of the circuit and its
adjoint is a small tensor network, which cotengra contracts (Gray, Kourtis 2021,
arXiv:2002.01935). Nothing is truncated.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.contracts import JobResult, LocalBackend
from usecases.errors import BackendUnavailable, MissingExtra, TooLarge
from usecases.machine import largest_state
from usecases.models import Ising
from usecases.programs import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingState,
    Program,
    XMixer,
)

Tensor: TypeAlias = NDArray[np.complex128]
Wire: TypeAlias = tuple[int, ...]
"""A summed bit: the variable, the layer after which it is read, and 0 for the state or 1 for
its adjoint where the two differ."""


class LightCone(LocalBackend):
    """Exact mean costs, term by term, of states with the X mixer; gives no shots."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingEnergy,)

    def understands(self, program: Program[Any]) -> bool:
        return (
            isinstance(program, AlternatingEnergy)
            and program.shots is None
            and program.plain
            and type(program.state.mixer) is XMixer
        )

    def check(self, program: Program[Any]) -> None:
        if isinstance(program, AlternatingGradient):
            return  # lowered to energies, each of which is checked
        if not self.understands(program) or not isinstance(program, AlternatingEnergy):
            raise BackendUnavailable(
                "lightcone gives exact mean costs of states with the X mixer, and nothing else",
                "Train on it and sample elsewhere: -b mps --train-on lightcone",
            )
        _contractions(program.state.cost, len(program.state.gammas))

    def run(self, program: AlternatingEnergy) -> JobResult:
        begun = time.perf_counter()
        state = program.state
        contractions = _contractions(state.cost, len(state.gammas))
        started = time.perf_counter()
        parts = {part: part.tensor(state) for c in contractions for part in c.parts}
        mean = state.cost.terms.get((), 0.0)
        mean += sum(c.coefficient * c.value([parts[p] for p in c.parts]) for c in contractions)
        return JobResult(
            [mean, 0.0],
            machine=time.perf_counter() - started,
            compiled=started - begun,
            provenance={
                "lightcone.variables": str(max((c.variables for c in contractions), default=0)),
                "lightcone.width": str(max((c.width for c in contractions), default=0)),
                "lightcone.truncation": "0",
            },
        )


class Part(Protocol):
    """What stands at one place of a network, whatever the angles are."""

    def tensor(self, state: AlternatingState) -> Tensor:
        """Its numbers, one axis of size two for each wire."""


@dataclass(frozen=True)
class Fixed:
    """A number for each value of a bit, at any angles."""

    values: tuple[float, float]

    def tensor(self, state: AlternatingState) -> Tensor:
        return np.array(self.values, dtype=np.complex128)


SPIN = Fixed((1.0, -1.0))
"""One variable of the term whose mean is wanted: z = 1 − 2x."""
START = Fixed((0.5, 0.5))
"""The uniform superposition, once for a variable's state and adjoint together."""


@dataclass(frozen=True)
class Phase:
    """e^{−iγ_l c z_i z_j ...}, or its conjugate, of one term of the cost."""

    layer: int
    coefficient: float
    degree: int
    adjoint: int

    def tensor(self, state: AlternatingState) -> Tensor:
        product = np.ones(())
        for _ in range(self.degree):
            product = np.multiply.outer(product, SPIN.values)
        angle = state.gammas[self.layer - 1] * self.coefficient * (-1.0) ** self.adjoint
        phases: Tensor = np.exp(-1j * angle * product)
        return phases


@dataclass(frozen=True)
class Mix:
    """e^{iβ_l X}, or its conjugate, on one variable."""

    layer: int
    adjoint: int

    def tensor(self, state: AlternatingState) -> Tensor:
        beta = state.betas[self.layer - 1] * (-1.0) ** self.adjoint
        stays, flips = np.cos(beta), 1j * np.sin(beta)
        return np.array([[stays, flips], [flips, stays]])


Place: TypeAlias = tuple[Part, tuple[Wire, ...]]


@dataclass(frozen=True, eq=False)
class Contraction:
    """How the mean of one term is computed, at any angles.

    `width` is the base-2 logarithm of the largest intermediate tensor's size.
    """

    coefficient: float
    parts: tuple[Part, ...]
    variables: int
    width: int
    tree: Any

    def value(self, tensors: Sequence[Tensor]) -> float:
        """The mean of the term without its coefficient."""
        return float(np.real(self.tree.contract(tensors)))


@lru_cache(maxsize=8)
def _contractions(cost: Ising, layers: int) -> tuple[Contraction, ...]:
    """The contraction of every term, searched once for a training.

    Raises TooLarge at the first that does not fit in memory, MissingExtra without cotengra.
    """
    try:
        import cotengra
    except ImportError:
        raise MissingExtra("cotengra", "tensor") from None
    terms = {k: c for k, c in cost.terms.items() if k and c}
    touching: dict[int, list[tuple[int, ...]]] = {i: [] for k in terms for i in k}
    for k in terms:
        for i in k:
            touching[i].append(k)
    return tuple(_contraction(cotengra, k, terms, touching, layers) for k in terms)


def _contraction(
    cotengra: Any,
    term: tuple[int, ...],
    terms: dict[tuple[int, ...], float],
    touching: dict[int, list[tuple[int, ...]]],
    layers: int,
) -> Contraction:
    """The network of one term, and the order in which a greedy search contracts it."""
    parts, wires = zip(*_places(term, terms, touching, layers), strict=True)
    sizes = {wire: 2 for place in wires for wire in place}
    tree = cotengra.array_contract_tree(wires, (), sizes, optimize="greedy")
    variables = len({wire[0] for wire in sizes})
    peak = round(tree.peak_size(log=2))
    if peak > largest_state(16):
        raise TooLarge(
            f"the mean of one term depends on {variables} variables, whose contraction would"
            f" hold 2^{peak} numbers where 2^{largest_state(16)} fit",
            "Take fewer layers, a sparser cost, -b mps, or up to ~28 variables a statevector",
        )
    return Contraction(terms[term], parts, variables, round(tree.contraction_width()), tree)


def _places(
    term: tuple[int, ...],
    terms: dict[tuple[int, ...], float],
    touching: dict[int, list[tuple[int, ...]]],
    layers: int,
) -> Iterator[Place]:
    """The parts of ⟨term⟩ and their wires, from the measurement back to the start.

    A gate that acts only where state and adjoint still agree cancels with its own adjoint,
    so phases reach as far as the terms that touch a variable already mixed.
    """
    wires: dict[int, tuple[Wire, Wire]] = {i: ((i, layers + 1),) * 2 for i in term}
    for i in term:
        yield SPIN, wires[i][:1]
    for layer in range(layers, 0, -1):
        mixed = {i: ((i, layer, 0), (i, layer, 1)) for i in wires}
        for i, side in ((i, side) for i in wires for side in (0, 1)):
            yield Mix(layer, side), (wires[i][side], mixed[i][side])
        wires = dict(mixed)
        for reached in dict.fromkeys(k for i in mixed for k in touching[i]):
            for i in reached:
                wires.setdefault(i, ((i, layer),) * 2)
            for side in (0, 1):
                phase = Phase(layer, terms[reached], len(reached), side)
                yield phase, tuple(wires[i][side] for i in reached)
    for i in wires:
        yield START, wires[i][:1]


backend = LightCone
