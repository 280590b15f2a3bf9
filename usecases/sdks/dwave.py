"""D-Wave: quantum annealers of the Leap cloud, and an offline twin with their graph of couplers.

The twin embeds each model into the couplers of a small machine, as a real one needs it, and draws
its reads by simulated annealing instead of quantum annealing.
"""

from __future__ import annotations

import time
from typing import Any

from adapter import Adapter, Told  # type: ignore[import-not-found]
from dwave_chains import SEEDS, answered, embedded, modelled, version  # type: ignore[import-not-found]

TITLE = "D-Wave"
WORK = "model"
PACKAGE = "dwave.system"
TWIN = "mock_"
EXAMPLES = ("mock_pegasus", "mock_zephyr", "Advantage_system4.1")
CREDENTIALS = ("DWAVE_API_TOKEN",)
VARIABLES = ("DWAVE_API_ENDPOINT", "DWAVE_API_REGION")
PRICE = "vendor quote"

SHAPES = {
    "mock_pegasus": ("pegasus", [6]),
    "mock_zephyr": ("zephyr", [4]),
    "mock_chimera": ("chimera", [8, 8, 4]),
}
"""The twins' topologies, a few hundred qubits each: the real machines have thousands."""


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The twin, or the annealer of the cloud, of this name."""
    if not device.startswith(TWIN):
        from dwave_cloud import Annealer  # type: ignore[import-not-found]

        annealer: Adapter = Annealer(device)
        return annealer
    if device not in SHAPES:
        raise Told("UnknownName", ", ".join(SHAPES))
    return Mock(*SHAPES[device])


class Mock(Adapter):  # type: ignore[misc]
    """A machine's graph with a classical sampler behind it; says nothing of quantum annealing."""

    def __init__(self, topology: str, shape: list[int]) -> None:
        from dwave.system.testing import MockDWaveSampler

        self.sampler = MockDWaveSampler(topology_type=topology, topology_shape=shape)

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": len(self.sampler.nodelist),
            "gates": [],
            "dynamic": False,
            "most_shots": None,
            "source": "simulated",
            "seeded": True,
            "version": version(),
        }

    def run(self, work: dict[str, Any]) -> dict[str, Any]:
        from dwave.samplers import SimulatedAnnealingSampler

        begun = time.perf_counter()
        model = modelled(work)
        chains, problem = embedded(model, self.sampler, work["seed"])
        started = time.perf_counter()
        found = SimulatedAnnealingSampler().sample(
            problem, num_reads=work["reads"], seed=work["seed"] % SEEDS
        )
        done = time.perf_counter()
        result: dict[str, Any] = answered(model, chains, found)
        result["provenance"]["reads"] = "simulated annealing on the machine's graph"
        return result | {"machine": done - started, "compiled": started - begun}
