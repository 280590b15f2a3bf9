"""Noise of recorded machines: their twins, models of what a circuit touches, and idle qubits."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from usecases.errors import BackendUnavailable, MissingExtra, UnknownName
from usecases.vendors.noise import told_model, told_target

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Idle: TypeAlias = Literal["ignored", "waits", "XX"]
"""What happens to a qubit that waits for others: nothing; it decays; it decays under two pulses."""


@cache
def fake_device(name: str) -> Any:
    """The recorded twin of an IBM machine, by its name without "Fake" or "ibm_".

    Raises MissingExtra without qiskit-ibm-runtime, UnknownName for a machine it lacks.
    """
    try:
        from qiskit_ibm_runtime import fake_provider
    except ImportError:
        raise MissingExtra("qiskit-ibm-runtime", "ibm") from None
    twins = {
        n.removeprefix("Fake").removesuffix("V2").lower(): n
        for n in sorted(dir(fake_provider))
        if n.startswith("Fake") and n[4:5].isupper() and "Provider" not in n
    }
    key = name.lower().removeprefix("fake").removeprefix("ibm").strip("_").removesuffix("v2")
    if key not in twins:
        raise UnknownName("noise model", name, twins)
    return getattr(fake_provider, twins[key])()


def machine(name: str) -> dict[str, Any]:
    """What the transpiler is told of a machine: IBM's by its plain name, others VENDOR/DEVICE.

    Raises as `fake_device` and, for VENDOR/DEVICE, as `usecases.vendors.noise.told` do.
    """
    return {"target": told_target(name)} if "/" in name else {"backend": fake_device(name)}


def width(name: str) -> int:
    """Qubits of the machine. Raises as `machine` does."""
    (found,) = machine(name).values()
    qubits: int = found.num_qubits
    return qubits


def touched(circuits: Sequence[QuantumCircuit]) -> frozenset[int]:
    """The places on a machine at which compiled circuits do something."""
    return frozenset(
        circuit.find_bit(qubit).index
        for circuit in circuits
        for item in circuit.data
        if item.operation.name not in ("barrier", "delay")
        for qubit in item.qubits
    )


@lru_cache(maxsize=64)
def noise_model(name: str, places: frozenset[int]) -> Any:
    """Aer's model of a machine's noise at some places: what is not touched makes no noise.

    The whole model of a machine of 156 qubits takes seconds to build and again to send to the
    simulator; the part at a few places takes hundredths and gives the same counts.
    """
    if "/" in name:
        return told_model(name, places)
    from qiskit_aer.noise import NoiseModel

    device = copy.copy(fake_device(name))
    device._target = _part(device.target, places)
    return NoiseModel.from_backend(device)


def _part(target: Any, places: frozenset[int]) -> Any:
    """A machine's description with the operations at these places only."""
    from qiskit.transpiler import Target

    part = Target(
        num_qubits=target.num_qubits, dt=target.dt, qubit_properties=target.qubit_properties
    )
    for name in target.operation_names:
        everywhere = target[name]
        kept = {at: p for at, p in everywhere.items() if at is not None and places.issuperset(at)}
        if kept:
            part.add_instruction(target.operation_from_name(name), kept, name=name)
    return part


def padded(circuits: Sequence[QuantumCircuit], name: str, idle: Idle) -> list[QuantumCircuit]:
    """The compiled circuits as late as possible in time, with what waiting qubits do written out.

    Waiting is a delay, in which Aer lets a qubit relax with its T1 and T2. With "XX" two X pulses
    stand in it (dynamical decoupling, Viola and Lloyd 1998, Phys. Rev. A 58, 2733), by Qiskit's
    PadDynamicalDecoupling. Raises BackendUnavailable for circuits that branch.
    """
    from qiskit.circuit.library import XGate
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import ALAPScheduleAnalysis, PadDelay, PadDynamicalDecoupling

    if idle == "ignored":
        return list(circuits)
    if any(circuit.has_control_flow_op() for circuit in circuits):
        raise BackendUnavailable(
            "a circuit with branches has no fixed times, in which qubits could wait",
            "Leave out the setting idle",
        )
    if "/" in name:
        raise BackendUnavailable(
            f"{name} tells no times of its gates, in which qubits could wait",
            "Leave out the setting idle, or take a machine of IBM's: noise=manila",
        )
    target = fake_device(name).target
    fill = PadDelay(target=target)
    if idle == "XX":
        fill = PadDynamicalDecoupling(dd_sequence=[XGate(), XGate()], target=target)
    timed = PassManager([ALAPScheduleAnalysis(target=target), fill])
    made = [timed.run(circuit) for circuit in circuits]
    for one, circuit in zip(made, circuits, strict=True):
        one._layout = circuit.layout  # where each qubit went is still the same
    return made
