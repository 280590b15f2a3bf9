"""TensorCircuit-NG on JAX: compiled by XLA, gradients by reverse differentiation."""

from __future__ import annotations

from functools import partial, reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import tensorcircuit as tc

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve

BLOCKS = (1, 4, 5)
"""How many wires one gate of the mixer acts on."""


class TensorCircuit(Peer):
    """The phase as an array, the mixer as a circuit; layers are recomputed going back."""

    packages = ("tensorcircuit-ng", "jax", "jaxlib", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        tc.set_backend("jax")
        tc.set_dtype("complex128" if precision == "double" else "complex64")
        self.real = jnp.float64 if precision == "double" else jnp.float32
        self.table = jnp.asarray(cost.table, self.real)
        self.compiled = {size: jax.jit(partial(self.expected, size)) for size in BLOCKS}
        self.both = {
            size: jax.jit(jax.value_and_grad(partial(self.expected, size))) for size in BLOCKS
        }

    def mix(self, circuit: Any, beta: Any, size: int) -> None:
        """exp(iβΣX), by single gates or by gates on blocks of wires."""
        cosine, sine = jnp.cos(beta), 1j * jnp.sin(beta)
        turn = jnp.array([[cosine, sine], [sine, cosine]])
        for first in range(0, self.cost.n, size):
            wires = range(first, min(first + size, self.cost.n))
            circuit.any(*wires, unitary=reduce(jnp.kron, [turn] * len(wires)))

    def expected(self, size: int, angles: Any, table: Any) -> Any:
        """The expected cost of angles[layer] = (γ, β)."""
        amplitudes = 2**self.cost.n
        state = jnp.full(amplitudes, amplitudes**-0.5, table.dtype) + 0j

        def layer(state: Any, pair: Any) -> tuple[Any, None]:
            circuit = tc.Circuit(self.cost.n, inputs=jnp.exp(-1j * pair[0] * table) * state)
            self.mix(circuit, pair[1], size)
            return circuit.state(), None

        state, _ = jax.lax.scan(jax.checkpoint(layer), state, angles)
        return jnp.sum((state.real**2 + state.imag**2) * table)

    def value(self, size: int, gammas: Floats, betas: Floats) -> float:
        """The compiled expectation."""
        angles = jnp.asarray(np.stack((gammas, betas), 1), self.real)
        return float(self.compiled[size](angles, self.table))

    def gradient(self, size: int, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """The compiled value_and_grad."""
        angles = jnp.asarray(np.stack((gammas, betas), 1), self.real)
        value, slopes = self.both[size](angles, self.table)
        return float(value), np.asarray(slopes, float).T.ravel()

    def values(self) -> dict[str, Value]:
        """Every size of blocks."""
        return {f"jit, mixer by {size}": partial(self.value, size) for size in BLOCKS}

    def gradients(self) -> dict[str, Gradient]:
        """Reverse differentiation, every size of blocks."""
        return {f"value_and_grad, by {size}": partial(self.gradient, size) for size in BLOCKS}


if __name__ == "__main__":
    serve(TensorCircuit)
