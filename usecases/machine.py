"""What machines share: memory limits, sizes of compiled circuits, reads of annealers, fields."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from usecases.models import BQM, Floats, walsh_hadamard
from usecases.records import Circuits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dimod import SampleSet
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

BASIS = ("rz", "sx", "x", "cx")
"""The gates in which circuits are counted on machines that have none of their own."""

_AT_ONCE = 64
"""Terms whose signs are held at a time."""


def largest_state(bytes_per_amplitude: int, held: int = 0) -> int:
    """How many qubits of statevector fit in half of the memory that is free now.

    `held` bytes in use count as free, since they are given up for it or are its own.
    """
    import psutil

    free = (psutil.virtual_memory().available + held) // 2
    return max(int(math.log2(max(free // bytes_per_amplitude, 1))), 1)


def is_diagonal(observable: SparsePauliOp) -> bool:
    """Whether the observable holds only I and Z."""
    return not observable.paulis.x.any()


def diagonal(observable: SparsePauliOp) -> Floats:
    """The values of a diagonal observable on all 2^n strings, bit i for qubit i."""
    masks = observable.paulis.z @ (1 << np.arange(observable.num_qubits))
    coefficients = np.zeros(1 << observable.num_qubits)
    np.add.at(coefficients, masks, observable.coeffs.real)
    return walsh_hadamard(coefficients)


def pauli_means(states: NDArray[np.complex128], observables: Sequence[SparsePauliOp]) -> Floats:
    """⟨ψ|O|ψ⟩ of each state, shape (states, observables); bit i of a position is qubit i.

    Terms that flip the same bits share one product of the state with its flipped self. The
    signs of a term are an outer product over the two halves of the bits, so that sums over
    strings are products of matrices.
    """
    found = np.zeros((len(states), len(observables)))
    strings = np.arange(states.shape[1])
    by_flip: dict[int, list[tuple[int, int, complex]]] = {}
    for k, observable in enumerate(observables):
        for flip, sign, factor in _terms(observable):
            by_flip.setdefault(flip, []).append((k, sign, factor))
    for flip, terms in by_flip.items():
        product = states[:, strings ^ flip].conj() * states
        for first in range(0, len(terms), _AT_ONCE):
            some = terms[first : first + _AT_ONCE]
            which, signs, factors = (np.array(column) for column in zip(*some, strict=True))
            for part, weights in ((product.real, factors.real), (product.imag, -factors.imag)):
                if weights.any():
                    np.add.at(found.T, which, weights[:, None] * _signed(part, signs))
    return found


def _signed(values: Floats, masks: NDArray[np.int64]) -> Floats:
    """Σ_k values[k] (−1)^|k∧mask| of each row, shape (masks, rows): half of the bits at a time."""
    half = (values.shape[1].bit_length() - 1) // 2
    square = np.ascontiguousarray(values).reshape(len(values), -1, 1 << half)
    low, high = _signs(1 << half, masks), _signs(square.shape[1], masks >> half)
    return np.asarray(np.einsum("rhk,hk->kr", square @ low, high))


def _signs(size: int, masks: NDArray[np.int64]) -> Floats:
    """(−1)^|k∧mask| for each k below a size, shape (size, masks)."""
    return np.asarray(1.0 - 2.0 * (np.bitwise_count(np.arange(size)[:, None] & masks) & 1))


def _terms(observable: SparsePauliOp) -> list[tuple[int, int, complex]]:
    """Of each term the bits it flips, those that give it a sign, and its factor: Y = i X Z."""
    place = 1 << np.arange(observable.num_qubits)
    flips, signs = observable.paulis.x @ place, observable.paulis.z @ place
    factors = observable.coeffs * 1j ** np.bitwise_count(flips & signs)
    return list(zip(flips.tolist(), signs.tolist(), factors.tolist(), strict=True))


def sizes(written: Sequence[QuantumCircuit], compiled: Sequence[QuantumCircuit]) -> Circuits:
    """The size of the deepest circuit before and after compilation, measurements left out."""
    pairs = zip(written, compiled, strict=True)
    before, after = max(pairs, key=lambda pair: _two_qubit(pair[1]))
    return Circuits(
        qubits=before.num_qubits,
        depth=_depth(before),
        two_qubit_gates=_two_qubit(before),
        compiled_depth=_depth(after),
        compiled_two_qubit_gates=_two_qubit(after),
    )


def _depth(circuit: QuantumCircuit) -> int:
    return int(
        circuit.depth(lambda item: item.operation.name not in ("measure", "barrier", "delay"))
    )


def _two_qubit(circuit: QuantumCircuit) -> int:
    return sum(len(i.qubits) == 2 and i.operation.name != "barrier" for i in circuit.data)


def counted(model: BQM, found: SampleSet) -> list[tuple[str, int]]:
    """An annealer's reads as strings, a bit per variable in the model's order, and their counts."""
    order = [found.variables.index(v) for v in model.variables]
    strings = (
        "".join("1" if bit > 0 else "0" for bit in row) for row in found.record.sample[:, order]
    )
    return sorted(Counter(strings).items())


def largest_field(model: BQM) -> float:
    """The most that a spin's surroundings can weigh on it, max |h_i| + Σ_j |J_ij|.

    Half of the largest change of energy that one flip can make; 1 where nothing acts on a spin.
    """
    spin = model.change_vartype("SPIN", inplace=False)
    linear, (row, column, coupling), _ = spin.to_numpy_vectors()
    fields = np.abs(linear)
    for end in (row, column):
        np.add.at(fields, end, np.abs(coupling))
    return float(fields.max(initial=0.0)) or 1.0
