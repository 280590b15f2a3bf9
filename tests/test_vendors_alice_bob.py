"""Alice & Bob's real client against a server on this machine."""

from __future__ import annotations

import pytest

from tests.loopback.alice_bob import TARGET, AliceBob
from tests.loopback.opening import Open, pair, sampled
from usecases.errors import AuthenticationFailed, JobFailed, Unresolved


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
