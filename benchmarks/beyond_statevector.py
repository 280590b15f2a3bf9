"""How long mean costs take that no statevector holds: 3-regular graphs, layer by layer.

The first value includes the search for the contractions, which a training pays once.
"""

from __future__ import annotations

import time

import networkx as nx

from usecases.backends.lightcone import LightCone
from usecases.models import Ising
from usecases.programs import AlternatingEnergy, AlternatingState, XMixer

GAMMAS, BETAS = (0.55, 0.62, 0.7), (-0.5, -0.35, -0.2)


def energy(vertices: int, layers: int) -> AlternatingEnergy:
    """The cut of a random 3-regular graph in a state of so many layers."""
    graph = nx.random_regular_graph(3, vertices, seed=1)
    terms = {tuple(sorted(edge)): -0.5 for edge in graph.edges}
    cost = Ising(tuple(map(str, range(vertices))), {(): graph.number_of_edges() / 2, **terms})
    return AlternatingEnergy(AlternatingState(cost, XMixer(), GAMMAS[:layers], BETAS[:layers]))


def main() -> None:
    """Print a line for each size: seconds of the first value and of the next, and the widths."""
    machine = LightCone()
    machine.run(energy(8, 1))  # imports
    for vertices in (100, 200):
        for layers in (1, 2, 3):
            program = energy(vertices, layers)
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                result = machine.run(program)
                times.append(time.perf_counter() - begun)
            how = result.provenance
            print(
                f"{vertices} vertices, {layers} layers: first {times[0]:6.2f} s,"
                f" next {min(times[1:]):6.3f} s, cones of up to {how['lightcone.variables']}"
                f" variables, width {how['lightcone.width']}"
            )


if __name__ == "__main__":
    main()
