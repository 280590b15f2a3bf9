"""Alice & Bob's real client against a server on this machine."""

from __future__ import annotations

import subprocess

import pytest

from tests.helpers import needs
from tests.loopback.alice_bob import TARGET, AliceBob
from tests.loopback.opening import Open, pair, sampled
from usecases.errors import AuthenticationFailed, JobFailed, Unresolved
from usecases.vendors import environments


def test_alice_and_bob_from_submission_to_counts(cloud: Open) -> None:
    server = AliceBob()
    address = {"ALICE_BOB_API_KEY": "canary-alice", "ALICE_BOB_URL": f"{server.loop.url}/"}
    with server.loop:
        backend = cloud(f"alice_bob/{TARGET}", address)
        assert (backend.source, backend.holds()) == ("hardware", 5)
        assert backend.estimate(pair()).basis == "unknown"  # so that nothing is sent by itself
        job = backend.submit(pair(), "ours")
        assert str(backend.status(job)) == "queued (COMPILED)"
        sampled(backend, job)
        found = backend.collect(job)
        assert found
        assert found.machine == pytest.approx(2.0)
        with pytest.raises(Unresolved):
            backend.find("ours")
        dropped = backend.submit(pair(), "dropped")
        backend.cancel(dropped)
        assert backend.status(dropped).state == "cancelled"
        with pytest.raises(JobFailed, match="CANCELLED"):
            backend.collect(dropped)


def test_alice_and_bob_s_missing_key_is_named(cloud: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALICE_BOB_API_KEY", raising=False)
    with pytest.raises(AuthenticationFailed, match="ALICE_BOB_API_KEY"):
        cloud(f"alice_bob/{TARGET}", {}).holds()


SHARED = """
import sys
sys.path.insert(0, sys.argv[1])
import alice_bob
from adapter import transpiled
from qiskit import QuantumCircuit
from qiskit_alice_bob_provider import AliceBobLocalProvider

circuit = QuantumCircuit(2, 2)
circuit.h(0)
circuit.rz(0.3, 0)
circuit.cx(0, 1)
circuit.measure([0, 1], [0, 1])
plain, shared = (AliceBobLocalProvider().get_backend("EMU:15Q:LOGICAL_EARLY") for _ in range(2))
alice_bob.Emulator(shared)
(ready,) = transpiled(plain, [circuit], {"optimization_level": 1, "seed": 0})
for backend in (plain, shared):
    job = backend.run(ready, shots=500, seed_simulator=1)
    (noisy,) = job.noisy_circuits()
    errors = {id(i.operation.definition) for i in noisy if i.operation.name.endswith("_error")}
    print(len(errors), sorted(job.result().get_counts().items()))
"""


def test_errors_that_gates_share_are_the_errors_they_had() -> None:
    """The vendor's emulator draws the same shots, and far fewer errors are made."""
    of = needs("alice_bob")
    words = [str(environments.python(of)), "-c", SHARED, str(of.path.parent)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    (many, plain), (few, shared) = (line.split(" ", 1) for line in done.stdout.splitlines())
    assert plain == shared
    assert int(few) < 20 < int(many)
