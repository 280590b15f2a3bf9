"""Opening a vendor's machine over a server here, and the work that is sent to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers import needs
from usecases import registry
from usecases.contracts import RemoteBackend
from usecases.programs import SampleCircuits
from usecases.vendors import door
from usecases.vendors.process import process

Open = Callable[[str, dict[str, str]], RemoteBackend]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    """Opens a vendor's machine in a process that sees this environment and an empty home."""
    opened: list[str] = []

    def opens(name: str, environment: dict[str, str]) -> RemoteBackend:
        of = needs(name.partition("/")[0])
        for key, value in {"HOME": str(tmp_path), **environment}.items():
            monkeypatch.setenv(key, value)
        process(of.name).close()
        door.described.cache_clear()
        opened.append(of.name)
        found = registry.backend(name)
        assert isinstance(found, RemoteBackend)
        return found

    yield opens
    for name in opened:
        process(name).close()
    door.described.cache_clear()


def pair(shots: int = 77) -> SampleCircuits:
    """Two qubits that agree."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return SampleCircuits((circuit,), shots, 5)


def flip() -> SampleCircuits:
    """A flipped qubit, and a bit into which nothing is measured."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(2, 3)
    circuit.x(1)
    circuit.measure([0, 1], [0, 2])
    return SampleCircuits((circuit,), 20, 5)


def awaited(backend: RemoteBackend, job: str, program: SampleCircuits) -> dict[str, int]:
    """The counts of the program's circuit, asked for until they are there."""
    for _ in range(5):
        found = backend.collect(job)
        if found is not None:
            (counts,) = program.read(found.value)
            return counts
    raise AssertionError("the job never ends")


def sampled(backend: RemoteBackend, job: str) -> None:
    """A job of `pair` gives what it should, and so does `flip` after it."""
    assert set(awaited(backend, job, pair())) == {"00", "11"}
    other = backend.submit(flip(), "another")
    assert awaited(backend, other, flip()) == {"100": 20}
