"""IQM's real client against an IQM server on this machine."""

from __future__ import annotations

import pytest

from tests.loopback.iqm import CALIBRATION, MACHINE, Iqm
from tests.loopback.opening import Open, pair, sampled
from usecases.errors import AuthenticationFailed, JobFailed, Unresolved
from usecases.testing import check_backend


def test_iqm_from_submission_to_counts(cloud: Open) -> None:
    server = Iqm()
    with server.loop:
        address = {"IQM_TOKEN": "canary-iqm", "IQM_SERVER_URL": server.loop.url}
        backend = cloud(f"iqm/{MACHINE}", address)
        assert (backend.source, backend.holds()) == ("hardware", 5)
        assert backend.estimate(pair()).basis == "unknown"  # so that nothing is sent by itself
        (finding,) = check_backend(backend)
        assert "no field to find a job by" in finding  # all else holds
        job = backend.submit(pair(), "ours")
        assert str(backend.status(job)) == "queued (waiting)"
        sampled(backend, job)
        found = backend.collect(job)
        assert found
        assert found.provenance["calibration"] == CALIBRATION
        with pytest.raises(Unresolved):
            backend.find("ours")
        dropped = backend.submit(pair(), "dropped")
        backend.cancel(dropped)
        assert backend.status(dropped).state == "cancelled"
        with pytest.raises(JobFailed, match="cancelled"):
            backend.collect(dropped)


def test_iqm_s_missing_token_is_named(cloud: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IQM_TOKEN", raising=False)
    with pytest.raises(AuthenticationFailed, match="IQM_TOKEN"):
        cloud(f"iqm/{MACHINE}", {}).holds()
