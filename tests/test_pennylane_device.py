"""A student's QNode on any backend: values, gradients and samples beside PennyLane's own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pennylane as qml
import pytest
from pennylane import numpy as pnp

from tests.helpers import ROOT
from usecases import attach
from usecases.errors import StillQueued, UsageError
from usecases.pennylane_device import GATE_NAMES, UsecasesDevice
from usecases.store import Store

SHOTS = 4000
SIGMA = 5 / np.sqrt(SHOTS)


def ansatz(x: Any) -> None:
    """Gates of all kinds, some of which are decomposed."""
    qml.RY(x[0], wires="a")
    qml.CNOT(wires=["a", "b"])
    qml.adjoint(qml.S)("b")
    qml.Rot(x[1], 0.4, -0.2, wires="c")
    qml.IsingXX(0.7, wires=["b", "c"])
    qml.ctrl(qml.RX, control=["a", "b"])(0.9, wires="c")


def on(device: Any, function: Any, shots: Any = None) -> Any:
    node = qml.QNode(function, device, diff_method="parameter-shift" if shots else "backprop")
    return qml.set_shots(node, shots) if shots else node


def both(function: Any, x: Any, shots: int = SHOTS) -> tuple[Any, Any, UsecasesDevice]:
    """What the device and PennyLane's exact simulator say."""
    device = UsecasesDevice(wires=["a", "b", "c"], seed=3)
    exact = qml.device("default.qubit", wires=["a", "b", "c"])
    return on(device, function, shots)(x), on(exact, function)(x), device


def test_pennylane_finds_it_by_the_name_that_the_package_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (point,) = project["entry-points"]["pennylane.plugins"].items()
    info = tmp_path / "declared-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: declared\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pennylane.plugins]\n" + " = ".join(point))
    monkeypatch.syspath_prepend(tmp_path)
    qml.refresh_devices()
    device = qml.device("usecases", wires=2, backend="aer", settings={"noise": "manila"})
    assert isinstance(device, UsecasesDevice)


def test_values_are_those_of_the_exact_simulator_within_shots() -> None:
    def function(x: Any) -> Any:
        ansatz(x)
        hamiltonian = 0.5 * qml.X("a") @ qml.Y("b") + 0.3 * qml.Z("c") - 0.2 * qml.I("a")
        return (
            qml.expval(hamiltonian),
            qml.expval(qml.Z("a") @ qml.Z("c")),
            qml.var(qml.Y("b")),
            qml.probs(wires=["c", "a"]),
        )

    ours, exact, device = both(function, pnp.array([0.8, -0.5]))
    for mine, right in zip(ours, exact, strict=True):
        assert np.allclose(mine, right, atol=SIGMA)
    with Store() as store:
        record = store.circuits(device.runs[0])
    assert record.backend == "aer"
    assert len(record.tallies) > 1  # groups of what is measured together, in one job
    assert {tally.shots for tally in record.tallies} == {SHOTS}


def test_it_differentiates_by_parameter_shift() -> None:
    def function(x: Any) -> Any:
        ansatz(x)
        return qml.expval(qml.Z("a") @ qml.X("c"))

    x = pnp.array([0.8, -0.5], requires_grad=True)
    device = UsecasesDevice(wires=["a", "b", "c"], seed=1)
    ours = qml.grad(on(device, function, 20_000))(x)
    exact = qml.grad(on(qml.device("default.qubit"), function))(x)
    assert np.allclose(ours, exact, atol=0.05)
    with Store() as store:
        assert len(store.circuits(device.runs[-1]).tallies) == 4  # two shifts of each


def test_samples_counts_and_parted_shots() -> None:
    def flipped() -> Any:
        qml.X("b")
        return qml.sample(wires=["a", "b"]), qml.counts(wires=["b", "c"]), qml.expval(qml.Z("b"))

    device = UsecasesDevice(wires=["a", "b", "c"])
    samples, counts, value = on(device, flipped, 50)()
    assert samples.shape == (50, 2)
    assert (samples == [0, 1]).all()
    assert counts == {"10": 50}
    assert value == -1.0
    parts = on(device, flipped, (30, 20))()
    assert [len(part[0]) for part in parts] == [30, 20]
    assert len(device.runs) == 2


def test_the_seed_gives_the_same_shots_and_each_execution_its_own() -> None:
    def coin() -> Any:
        qml.Hadamard(0)
        return qml.expval(qml.Z(0))

    made = []
    for seed in (7, 7, 8):
        node = on(UsecasesDevice(wires=1, seed=seed), coin, 1000)
        made.append([float(node()) for _ in range(3)])
    assert made[0] == made[1]
    assert made[0] != made[2]
    assert len(set(made[0])) > 1


@pytest.mark.usefixtures("municipality")
def test_a_script_that_is_started_again_pays_for_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_text('{"price": 0.01, "polls": 1}')

    def script(max_wait: float | None) -> list[float]:
        how: Any = {"settings": {"folder": str(tmp_path)}, "max_cost": 1.0, "max_wait": max_wait}
        device = UsecasesDevice(wires=1, backend="spool", **how)

        def coin(x: float) -> Any:
            qml.RY(x, wires=0)
            return qml.expval(qml.Z(0))

        return [float(on(device, coin, 50)(x)) for x in (0.5, 1.0)]

    with pytest.raises(StillQueued) as left:
        script(0.0)
    attach(left.value.run).record()  # from anywhere
    assert script(None) == script(None)
    assert len([*tmp_path.glob("*.job")]) == 2


def test_mid_circuit_measurements_settings_and_refusals() -> None:
    def teleported() -> Any:
        qml.X(0)
        qml.cond(qml.measure(0), qml.X)(1)
        return qml.expval(qml.Z(1))

    noisy = UsecasesDevice(wires=3, backend="aer", settings={"noise": "manila"})
    assert -1.0 < on(noisy, teleported, 1000)() < -0.7
    with pytest.raises(UsageError, match="set_shots"):
        UsecasesDevice(wires=1).execute(qml.tape.QuantumScript([], [qml.expval(qml.Z(0))]))
    with pytest.raises(UsageError, match="can be set by"):
        UsecasesDevice(wires=1, settings={"colour": "red"})


def test_states_are_prepared_and_what_cannot_be_counted_is_told() -> None:
    device = UsecasesDevice(wires=1, backend="aer")

    def turned(x: float) -> Any:
        qml.StatePrep(np.array([1, 1j]) / np.sqrt(2), wires=0)
        qml.RY(x, wires=0)
        return qml.expval(qml.Y(0))

    assert on(device, turned, 50)(0.3) == 1
    with pytest.raises(UsageError, match="no finite number"):
        on(device, turned, 50)(float("nan"))
    with pytest.raises(UsageError, match="set_shots"):
        qml.QNode(turned, device)(0.3)
    with pytest.raises(UsageError, match="seed=-1"):
        UsecasesDevice(wires=1, seed=-1)


def test_every_gate_is_the_one_it_is_called() -> None:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Operator

    for name, method in GATE_NAMES.items():
        plain = name.removeprefix("Adjoint(").removesuffix(")")
        kind = getattr(qml, plain)
        wires, angles = kind.num_wires or 1, [0.3, 0.5, 0.7][: kind.num_params]
        gate = kind(*angles, wires=range(wires))
        gate = qml.adjoint(gate) if plain != name else gate
        circuit = QuantumCircuit(wires)
        getattr(circuit, method)(*angles, *range(wires))
        ours = Operator(circuit.reverse_bits())
        assert ours.equiv(Operator(qml.matrix(gate, wire_order=range(wires)))), name
