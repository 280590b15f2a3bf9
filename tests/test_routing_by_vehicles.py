"""Vehicle routing by vehicles: the other formulation has the same optimum."""

from itertools import product

import numpy as np
import pytest

from logistics.vehicle_routing import demo, example, usecase, workshop
from logistics.vehicle_routing.vehicles import by_vehicles, places, read_vehicles
from usecases import run
from usecases.errors import Infeasible, TooLarge, VerificationFailed
from usecases.models import all_bits, energies, qubits, variables
from usecases.spaces import of_model


def test_qubits_follow_the_formula() -> None:
    assert (qubits(by_vehicles(demo())), qubits(by_vehicles(workshop()))) == (9, 14)
    limited = demo().model_copy(update={"vehicles": 2})
    assert qubits(by_vehicles(limited)) == 2 + 2 + 2


@pytest.mark.parametrize("seed", range(12))
def test_an_answers_energy_is_its_length_and_rules_cost_more(seed: int) -> None:
    instance = example(4, seed)
    model = by_vehicles(instance)
    names = variables(model)
    best = usecase.reference(instance).value
    bits = all_bits(len(names))
    lowest = np.inf
    for row, energy in zip(bits.tolist(), energies(model, bits).tolist(), strict=True):
        plan = read_vehicles(instance, dict(zip(names, row, strict=True)))
        if usecase.violations(instance, plan):
            assert energy > best
        else:
            assert energy == usecase.objective(instance, plan)
            lowest = min(lowest, energy)
    assert lowest == best


def test_every_partition_is_a_string() -> None:
    """Numbering vehicles by their first customers loses no plan."""
    where = places(example(4, 0))
    strings = of_model(by_vehicles(example(4, 0)))
    found = set()
    for row in strings.strings(np.arange(strings.size)).tolist():
        rides = [0] * 4
        for bit, (customer, vehicle) in zip(row, where.values(), strict=True):
            rides[customer] += bit * vehicle
        found.add(frozenset(frozenset(c for c in range(4) if rides[c] == v) for v in range(4)))
    sets = {
        frozenset(frozenset(c for c in range(4) if on[c] == v) for v in range(4))
        for on in product(range(4), repeat=4)
    }
    assert found == sets


def test_what_cannot_be_stated_is_told() -> None:
    with pytest.raises(TooLarge, match="11 customers"):
        by_vehicles(example(11, 0))
    with pytest.raises(Infeasible, match="nothing to choose"):
        by_vehicles(example(1, 0))
    with pytest.raises(VerificationFailed, match="'X@1'"):
        read_vehicles(demo(), {"X@1": 1})


def test_the_command_proves_the_workshop() -> None:
    record = run("logistics/vehicle_routing:vehicles", "workshop", "exact")
    assert (record.score.objective, record.score.gap, record.qubits) == (2037, 0, 14)
