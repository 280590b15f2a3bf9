"""What every simulator of electrons is handed: integrals and the factors of an ansatz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse

from peers.cost import Floats


class Unsupported(Exception):
    """A kind of factor that a simulator does not have."""


class Factor(NamedTuple):
    """T − T†, electrons from `occupied` to `virtual`; without virtual ones i n_p or i n_p n_q."""

    occupied: tuple[int, ...]
    virtual: tuple[int, ...]


class Moved(NamedTuple):
    """T as qubits see it: a sign, and the other qubits whose parity changes it."""

    sign: float
    others: tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """Electrons in orthonormal orbitals, chemists' notation, hartree, and an ansatz.

    Spin orbitals stand in blocks, alpha first. Factor k turns by weight k times the parameter
    that `taken[k]` names; the first is applied first. `paulis` are masks x, z and coefficients.
    """

    orbitals: int
    alpha: int
    beta: int
    constant: float
    one: Floats
    two: Floats
    factors: tuple[Factor, ...]
    taken: tuple[int, ...]
    weights: Floats
    size: int
    paulis: tuple[tuple[int, int, float], ...]

    @classmethod
    def parse(cls, message: dict[str, Any]) -> Problem:
        """The problem that a JSON message describes."""
        fields = {key: message[key] for key in ("orbitals", "alpha", "beta", "constant", "size")}
        return cls(
            **fields,
            one=np.array(message["one"]),
            two=np.array(message["two"]),
            factors=tuple(Factor(tuple(o), tuple(v)) for o, v in message["factors"]),
            taken=tuple(message["taken"]),
            weights=np.array(message["weights"]),
            paulis=tuple((x, z, c) for x, z, c in message["paulis"]),
        )

    @property
    def qubits(self) -> int:
        """Two for each orbital."""
        return 2 * self.orbitals

    @property
    def reference(self) -> list[int]:
        """The spin orbitals that are filled at first."""
        return [*range(self.alpha), *range(self.orbitals, self.orbitals + self.beta)]

    def angles(self, parameters: Floats) -> Floats:
        """The angle of each factor."""
        return np.asarray(parameters[list(self.taken)] * self.weights)

    def by_parameter(self, slopes: Floats) -> Floats:
        """Derivatives by the parameters from those by the factors' angles."""
        return np.bincount(self.taken, slopes * self.weights, minlength=self.size)

    @cached_property
    def matrix(self) -> scipy.sparse.csr_matrix:
        """The Hamiltonian on all qubits; bit p of an index is spin orbital p."""
        index = np.arange(1 << self.qubits, dtype=np.int64)
        shifted: dict[int, Floats] = {}
        for x, z, coefficient in self.paulis:
            # P(x, z) = i^{|x∧z|} X^x Z^z; a real Hamiltonian has an even number of Y in each.
            sign = coefficient * (-1) ** ((x & z).bit_count() // 2)
            odd = np.bitwise_count(index & z).astype(np.int64) & 1
            shifted.setdefault(x, np.zeros(len(index)))
            shifted[x] += sign * (1 - 2 * odd)
        parts = [(index[np.abs(v) > 1e-13], x, v[np.abs(v) > 1e-13]) for x, v in shifted.items()]
        columns = np.concatenate([k for k, _, _ in parts])
        rows = np.concatenate([k ^ x for k, x, _ in parts])
        values = np.concatenate([v for _, _, v in parts])
        shape = (len(index), len(index))
        return scipy.sparse.csr_matrix((values, (rows, columns)), shape=shape)


def moved(factor: Factor) -> Moved:
    """The Jordan–Wigner sign of T = a†_v1 a†_v2 ... a_o2 a_o1 on the qubits that it flips."""
    state, sign = sum(1 << o for o in factor.occupied), 1.0
    for orbital in (*factor.occupied, *reversed(factor.virtual)):
        sign *= (-1) ** (state & ((1 << orbital) - 1)).bit_count()
        state ^= 1 << orbital
    touched = factor.occupied + factor.virtual
    between = range(min(touched), max(touched))
    odd = (q for q in between if q not in touched and sum(t > q for t in touched) % 2)
    return Moved(sign, tuple(odd))
