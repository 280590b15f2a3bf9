"""Model languages: the mathematics an instance is turned into.

`BQM` is dimod's binary quadratic model. `CostNetwork` is a sum of tables over a few binary
variables each (a cost function network, also called weighted constraint satisfaction):
it holds costs that are not quadratic exactly. `Ising` is a polynomial in spins, the form
that gate machines apply as phases. `FermionicHamiltonian` is a molecule in a basis of
orbitals, and `Spectrum` asks for several of its states. `Incumbent` is a binary model that comes
with a feasible answer to improve on, and `Blockwise` a cost that gives exact models of a few of its
variables at a time; `Structured` is one that says which of its variables exclude one another.
`Evaluated` is a cost that only a computation knows.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from dimod import BinaryQuadraticModel, Vartype
from numpy.typing import NDArray

from usecases.errors import Infeasible
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

    PauliSum: TypeAlias = SparsePauliOp
    """A qubit operator as a sum of Pauli strings, Qiskit's order: the last letter is qubit 0."""

BQM: TypeAlias = BinaryQuadraticModel
Sample: TypeAlias = Mapping[str, int]
"""One value, 0 or 1, for each variable by its name."""

Bits: TypeAlias = NDArray[np.int8]
"""Shape (rows, variables), entries 0 and 1."""

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """A cost paid by some patterns of a few variables.

    `costs[k]` is paid when variable `scope[j]` equals bit j of k for all j; patterns that are
    not listed cost nothing.
    """

    scope: tuple[int, ...]
    costs: Mapping[int, float]

    def energies(self, bits: Bits) -> Floats:
        """The cost of each row of `bits`."""
        if not self.scope:
            return np.full(len(bits), self.costs.get(0, 0.0))
        patterns = bits[:, self.scope].astype(np.int64) @ (1 << np.arange(len(self.scope)))
        keys = np.array(sorted(self.costs), dtype=np.int64)
        values = np.array([self.costs[k] for k in keys.tolist()])
        at = np.clip(np.searchsorted(keys, patterns), 0, max(len(keys) - 1, 0))
        return np.where(keys[at] == patterns, values[at], 0.0) if len(keys) else np.zeros(len(bits))


def merged(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """One factor for each scope, so that a table split over several is seen whole."""
    tables: dict[tuple[int, ...], dict[int, float]] = {}
    for factor in factors:
        table = tables.setdefault(factor.scope, {})
        for pattern, cost in factor.costs.items():
            table[pattern] = table.get(pattern, 0.0) + cost
    return tuple(Factor(scope, costs) for scope, costs in tables.items())


@dataclass(frozen=True)
class CostNetwork:
    """A cost over binary variables as a sum of factors."""

    variables: tuple[str, ...]
    factors: tuple[Factor, ...]

    def energies(self, bits: Bits) -> Floats:
        """The cost of each row of `bits`, shape (rows,)."""
        return reduce(np.add, (f.energies(bits) for f in self.factors), np.zeros(len(bits)))


def walsh_hadamard(values: Floats) -> Floats:
    """Σ_m values[m] (−1)^|m ∧ k| at each position k: coefficients of Z strings to energies.

    `values` has length 2^n and is overwritten; n passes.
    """
    step = 1
    while step < len(values):
        pair = values.reshape(-1, 2, step)
        low = pair[:, 0].copy()
        pair[:, 0] += pair[:, 1]
        pair[:, 1] = low - pair[:, 1]
        step *= 2
    return values


@dataclass(frozen=True, eq=False)
class Ising:
    """A polynomial in spins z = 1 − 2x: `terms[(i, j, ...)]` multiplies z_i z_j ...

    The empty tuple holds the constant. Indices point into `variables` and ascend.
    """

    variables: tuple[str, ...]
    terms: Mapping[tuple[int, ...], float]

    def energies(self, bits: Bits) -> Floats:
        """The energy of each row of `bits`, shape (rows,)."""
        spins = 1.0 - 2.0 * bits
        total = np.zeros(len(bits))
        for indices, coefficient in self.terms.items():
            total += coefficient * spins[:, indices].prod(axis=1)
        return total

    def table(self) -> Floats:
        """The energies of all 2^n strings; bit i of the position is variable i."""
        n = len(self.variables)
        if len(self.terms) < (n + 1) ** 3:
            return _doubled({tuple(sorted(k)): c for k, c in self.terms.items()}, n)
        coefficients = np.zeros(1 << n)
        for indices, coefficient in self.terms.items():
            coefficients[sum(1 << i for i in indices)] += coefficient
        return walsh_hadamard(coefficients)


def _doubled(terms: Mapping[tuple[int, ...], float], n: int) -> Floats:
    """The table over n spins from tables over n − 1: few terms need few passes."""
    found = np.empty(1 << n)
    if not any(terms):
        found[:] = terms.get((), 0.0)
        return found
    rest = {k: c for k, c in terms.items() if n - 1 not in k}
    last = {k[:-1]: c for k, c in terms.items() if n - 1 in k}
    below, slope = _doubled(rest, n - 1), _doubled(last, n - 1) if last else 0.0
    np.add(below, slope, out=found[: 1 << (n - 1)])
    np.subtract(below, slope, out=found[1 << (n - 1) :])
    return found


class Diagonal(Protocol):
    """A cost that each bit string has: what phases apply and energies are means of."""

    def __hash__(self) -> int: ...

    @property
    def variables(self) -> tuple[str, ...]: ...

    def energies(self, bits: Bits) -> Floats:
        """The energy of each row of `bits`, shape (rows,)."""
        ...

    def table(self) -> Floats:
        """The energies of all 2^n strings; bit i of the position is variable i."""
        ...


class Polynomial(Diagonal, Protocol):
    """A cost that is known as a polynomial in spins as well, which circuits apply."""

    @property
    def terms(self) -> Mapping[tuple[int, ...], float]: ...


@dataclass(frozen=True, eq=False)
class Table:
    """A cost given by its value on each of the 2^n strings; bit i is variable i."""

    variables: tuple[str, ...]
    values: Floats

    def energies(self, bits: Bits) -> Floats:
        return self.values[bits.astype(np.int64) @ (1 << np.arange(len(self.variables)))]

    def table(self) -> Floats:
        return self.values

    @cached_property
    def terms(self) -> Mapping[tuple[int, ...], float]:
        """The same as a polynomial in spins."""
        found = walsh_hadamard(self.values.copy()) / len(self.values)
        kept = np.flatnonzero(np.abs(found) > 1e-14 * np.abs(found).max(initial=0.0)).tolist()
        n = len(self.variables)
        return {tuple(i for i in range(n) if k >> i & 1): float(found[k]) for k in kept}


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A cost that only a computation knows, such as a makespan or the losses of a network.

    `evaluate` gives the cost of each row of bits. `guide` is a model over the same variables
    that stands in for it where phases are applied. `minimise`, where there is one, is a solver of
    the cost's own for more strings than can be tried: from seconds to the best bits found, shape
    (variables,), and a proven bound on all costs.
    """

    guide: BQM | CostNetwork | Ising
    evaluate: Callable[[Bits], Floats]
    minimise: Callable[[float], tuple[Bits, float]] | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(map(str, self.guide.variables))

    def energies(self, bits: Bits) -> Floats:
        return np.asarray(self.evaluate(bits), dtype=np.float64)

    def table(self) -> Floats:
        n = len(self.variables)
        blocks = range(0, 1 << n, 1 << min(n, 14))
        place = np.arange(n)
        numbers = (np.arange(b, b + (1 << min(n, 14)))[:, None] >> place for b in blocks)
        return np.concatenate([self.energies((k & 1).astype(np.int8)) for k in numbers])


@dataclass(frozen=True)
class Choose:
    """Exactly `count` of these variables are 1; they are given by their place in the model."""

    variables: tuple[int, ...]
    count: int = 1

    @property
    def members(self) -> int:
        """How many may exchange places."""
        return len(self.variables)


@dataclass(frozen=True)
class Permute:
    """A square of variables with exactly one 1 in each row and in each column."""

    rows: tuple[tuple[int, ...], ...]

    @property
    def variables(self) -> tuple[int, ...]:
        return tuple(v for row in self.rows for v in row)

    @property
    def members(self) -> int:
        """How many columns may exchange places."""
        return len(self.rows)


Group: TypeAlias = Choose | Permute


@dataclass(frozen=True, eq=False)
class Structured:
    """A binary model whose optimum keeps the rules of these disjoint groups of variables.

    The model states the rules too, so it may be solved without looking at the groups.
    """

    model: BQM | CostNetwork | Ising | Evaluated
    groups: tuple[Group, ...]


@dataclass(frozen=True, eq=False)
class Blockwise:
    """A cost over more variables than its tables could hold, exact on a few of them at a time.

    `evaluate` gives the cost of each row of bits. From a feasible answer on, `blocks` gives sets
    of at most so many variables, by their places, that are worth freeing together, in the order
    in which to try them. `part` is the model of such a set while all others keep their values:
    feasible answers differ in it by what they differ in the whole, and all others lie above the
    answer it was made from. `whole` makes the model in one piece, where its tables fit.
    """

    variables: tuple[str, ...]
    evaluate: Callable[[Bits], Floats]
    blocks: Callable[[Bits, int, np.random.Generator], Iterable[tuple[int, ...]]]
    part: Callable[[Bits, Sequence[int]], CostNetwork]
    whole: Callable[[], CostNetwork] | None = None

    def energies(self, bits: Bits) -> Floats:
        """The cost of each row of `bits`, shape (rows,)."""
        return np.asarray(self.evaluate(bits), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Squares:
    """Equations whose squares, each times `weight`, are part of a binary quadratic model.

    `coefficients` @ bits == `wanted`, whole numbers of shapes (equations, variables) and
    (equations,). The weight is proven to suffice: at the model's minimum all of them hold.
    """

    coefficients: Floats
    wanted: Floats
    weight: float


@dataclass(frozen=True)
class Incumbent:
    """A binary model with a known feasible answer, to be improved block by block.

    Where the variables are a pool out of many, `grow` prices others: from an answer it makes
    a pool that holds this answer, and columns that the last pool's prices ask for. Energies of
    feasible answers are the same in every pool. `rules` are what the model pays for by squares,
    where it says so: a solver that can keep equations need not learn them from their prices.
    `proof` proves, within so many seconds, the best answer of all that pools are drawn from: its
    sample, its energy, and what no answer falls below.
    """

    model: BQM | Blockwise
    sample: Sample
    grow: Callable[[Sample], Incumbent] | None = dataclasses.field(default=None, compare=False)
    rules: Squares | None = dataclasses.field(default=None, compare=False)
    proof: Callable[[float], tuple[Sample, float, float]] | None = dataclasses.field(
        default=None, compare=False
    )


@dataclass(frozen=True, eq=False)
class FermionicHamiltonian:
    """Electrons in orthonormal spatial orbitals, energies in hartree.

    E = constant + Σ h_pq a†_p a_q + ½ Σ (pq|rs) a†_p a†_r a_s a_q, summed over spins.
    `one_body` h has shape (m, m); `two_body` (pq|rs), in chemists' notation, (m, m, m, m).
    `alpha` and `beta` count the electrons of each spin; the state sought is the lowest of
    spin `multiplicity` 2S + 1.
    """

    constant: float
    one_body: Floats
    two_body: Floats
    alpha: int
    beta: int
    multiplicity: int = 1

    @property
    def orbitals(self) -> int:
        """How many spatial orbitals there are; two spin orbitals each."""
        return len(self.one_body)

    @cached_property
    def content(self) -> str:
        """A hash of the Hamiltonian's numbers."""
        arrays = [np.asarray(a, dtype=np.float64) for a in (self.one_body, self.two_body)]
        numbers = [(a.shape, sha256(a.tobytes().hex())) for a in arrays]
        electrons = (self.alpha, self.beta, self.multiplicity)
        return sha256(repr((float(self.constant), numbers, electrons)))

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FermionicHamiltonian) and self.content == other.content


@dataclass(frozen=True)
class Spectrum:
    """The `states` lowest states of electrons, of any total spin that their S_z allows.

    S_z is half of alpha minus beta; the Hamiltonian's multiplicity plays no part. Degenerate
    states count one by one. At S_z = 0 every multiplet is seen once.
    """

    hamiltonian: FermionicHamiltonian
    states: int

    def __post_init__(self) -> None:
        """Raises Infeasible for more states than the electrons have."""
        h = self.hamiltonian
        most = math.comb(h.orbitals, h.alpha) * math.comb(h.orbitals, h.beta)
        if not 1 <= self.states <= most:
            raise Infeasible(
                f"{self.states} states were asked for and these electrons have {most}",
                f"Ask for 1 to {most}",
            )


BinaryModel: TypeAlias = BQM | CostNetwork | Ising | Evaluated | Blockwise | Incumbent | Structured
Model: TypeAlias = BinaryModel | FermionicHamiltonian | Spectrum


def variables(model: BinaryModel) -> tuple[str, ...]:
    """The names of a binary model's variables, in the order of its bits."""
    if isinstance(model, Incumbent | Structured):
        return variables(model.model)
    return tuple(map(str, model.variables))


def qubits(model: Model) -> int:
    """How many qubits hold one answer of the model, or one state, without auxiliary ones."""
    if isinstance(model, Spectrum):
        return qubits(model.hamiltonian)
    if isinstance(model, FermionicHamiltonian):
        return 2 * model.orbitals
    return len(variables(model))


def energies(model: BinaryModel, bits: Bits) -> Floats:
    """The energy of each row of `bits`, columns in the order of `variables(model)`.

    Where the variables of a quadratic model are spins, bit 1 is spin up.
    """
    if isinstance(model, Incumbent | Structured):
        return energies(model.model, bits)
    if isinstance(model, BinaryQuadraticModel):
        values = bits if model.vartype is Vartype.BINARY else 2 * bits - 1
        found = model.energies((values, list(model.variables)))
        return np.asarray(found, dtype=np.float64)
    return model.energies(bits)


def all_bits(n: int) -> Bits:
    """All 2^n strings; column i of row k is bit i of k."""
    return ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(np.int8)
