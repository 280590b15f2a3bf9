"""TensorCircuit-NG on JAX: compiled by XLA, gradients by reverse differentiation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import tensorcircuit as tc

from peers.cost import Cost, Floats
from peers.worker import Gradient, Peer, Value, serve


class TensorCircuit(Peer):
    """The phase as an array, the mixer as a circuit; layers are recomputed going back."""

    packages = ("tensorcircuit-ng", "jax", "jaxlib", "numpy")

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        super().__init__(cost, threads, precision)
        tc.set_backend("jax")
        tc.set_dtype("complex128" if precision == "double" else "complex64")
        self.real = jnp.float64 if precision == "double" else jnp.float32
        self.table = jnp.asarray(cost.table, self.real)
        self.wires = range(cost.n)
        self.compiled = jax.jit(self.expected)
        self.both = jax.jit(jax.value_and_grad(self.expected))

    def expected(self, angles: Any, table: Any) -> Any:
        """The expected cost of angles[layer] = (γ, β)."""
        size = 2**self.cost.n
        state = jnp.full(size, size**-0.5, table.dtype) + 0j

        def layer(state: Any, pair: Any) -> tuple[Any, None]:
            circuit = tc.Circuit(self.cost.n, inputs=jnp.exp(-1j * pair[0] * table) * state)
            for i in self.wires:
                circuit.rx(i, theta=-2 * pair[1])
            return circuit.state(), None

        state, _ = jax.lax.scan(jax.checkpoint(layer), state, angles)
        return jnp.sum((state.real**2 + state.imag**2) * table)

    def value(self, gammas: Floats, betas: Floats) -> float:
        """The compiled expectation."""
        angles = jnp.asarray(np.stack((gammas, betas), 1), self.real)
        return float(self.compiled(angles, self.table))

    def gradient(self, gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        """The compiled value_and_grad."""
        angles = jnp.asarray(np.stack((gammas, betas), 1), self.real)
        value, slopes = self.both(angles, self.table)
        return float(value), np.asarray(slopes, float).T.ravel()

    def values(self) -> dict[str, Value]:
        """One way."""
        return {"jit": self.value}

    def gradients(self) -> dict[str, Gradient]:
        """Reverse differentiation."""
        return {"jit value_and_grad": self.gradient}


if __name__ == "__main__":
    serve(TensorCircuit)
