"""Every use case keeps its contract, and the proven values come out of the command."""

import pytest

from tests.helpers import record
from usecases import registry
from usecases.testing import check_algorithm, check_usecase

OURS = (
    "energy/grid_monitoring",
    "energy/grid_partition",
    "energy/network_reconfiguration",
    "energy/unit_commitment",
    "energy/wind_farm",
    "life_science/docking",
    "life_science/excited_states",
    "life_science/ground_state",
    "life_science/mrna_design",
    "life_science/protein_folding",
    "life_science/rna_folding",
    "logistics/cargo_loading",
    "logistics/job_shop",
    "logistics/tail_assignment",
    "logistics/tour",
    "logistics/vehicle_routing",
)

NESTED = ("lns", "column_generation")
"""Algorithms that hold another one."""

PROVEN = [
    ("logistics/vehicle_routing", "demo", 1828, 11),
    ("logistics/vehicle_routing", "workshop", 2037, 17),
    ("logistics/vehicle_routing", "frontier", 2904, 76),
    ("energy/unit_commitment", "hour-1", 13_683.13, 10),
    ("energy/unit_commitment", "hour-6", 22_276.37, 10),
    ("energy/unit_commitment", "hour-10", 30_057.55, 10),
    ("energy/unit_commitment", "workshop", 106_477.493, 24),
    ("energy/unit_commitment", "day", 563_937.69, 240),
    ("life_science/ground_state", "demo", -1.137306, 4),
    ("life_science/ground_state", "h2-0.5", -1.055160, 4),
    ("life_science/ground_state", "h2-1.0", -1.101150, 4),
    ("life_science/ground_state", "h2-1.5", -0.998149, 4),
    ("life_science/ground_state", "h2-2.0", -0.948641, 4),
    ("life_science/ground_state", "h2-2.5", -0.936055, 4),
    ("life_science/ground_state", "h4", -2.166387, 8),
    ("life_science/ground_state", "lih", -7.882402, 12),
    ("life_science/ground_state", "lih-2e3o", -7.863081, 6),
    ("life_science/ground_state", "h2o", -75.012640, 14),
    ("life_science/ground_state", "h2o-4e4o", -74.970493, 8),
    ("life_science/ground_state", "n2", -107.652714, 20),
    ("life_science/ground_state", "n2-6e6o", -107.621738, 12),
    ("life_science/ground_state", "n2-2.0", -107.455156, 20),
]


@pytest.mark.parametrize(("name", "instance", "value", "qubits"), PROVEN)
def test_proven_values(name: str, instance: str, value: float, qubits: int) -> None:
    found = record(name, "-i", instance, "-a", "exact")
    score = found["score"]
    digits = len(str(value).partition(".")[2])
    assert round(score["objective"], digits) == pytest.approx(value, abs=10**-digits)
    assert score["gap"] == 0
    assert score["feasible"] is True
    assert score["reference"]["kind"] == "optimal"
    assert score["reference"]["method"]
    assert found["qubits"] == qubits


@pytest.mark.parametrize("name", OURS)
def test_use_cases_keep_their_contract(name: str) -> None:
    assert check_usecase(registry.usecase(name)) == []


def test_no_use_case_is_left_out() -> None:
    assert {n for n in registry.names("usecase") if not n.startswith("municipality/")} == {*OURS}


@pytest.mark.parametrize("name", [n for n in registry.names("algorithm") if n not in NESTED])
def test_algorithms_keep_their_contract(name: str) -> None:
    assert check_algorithm(registry.algorithm(name)) == []


@pytest.mark.parametrize("solver", ["exact", "annealing", "qaoa"])
def test_hybrids_keep_their_contract(solver: str) -> None:
    assert check_algorithm(registry.algorithm("lns", {"solver": solver})) == []
    inner = {"solver": "lns", "solver.solver": solver}
    assert check_algorithm(registry.algorithm("column_generation", inner)) == []
