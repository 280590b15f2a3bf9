"""OQC's real client against a server on this machine."""

from __future__ import annotations

import pytest

from tests.loopback.opening import Open, pair, sampled
from tests.loopback.oqc import QPU, Oqc
from usecases.errors import AuthenticationFailed, JobFailed, Refused, Unreachable, Unresolved
from usecases.testing import check_backend


def test_oqc_from_submission_to_counts(cloud: Open) -> None:
    server = Oqc()
    with server.loop:
        backend = cloud(f"oqc/{QPU}", server.environment)
        assert (backend.source, backend.holds()) == ("hardware", 5)
        assert backend.estimate(pair()).basis == "unknown"  # so that nothing is sent by itself
        job = backend.submit(pair(), "ours")
        assert str(backend.status(job)) == "queued (SUBMITTED)"
        assert backend.find("ours") == job
        sampled(backend, job)
        lacking = check_backend(backend)  # finds what was sent, and cannot swear to the rest
        assert [text for text in lacking if "may not be the whole list" not in text] == []
        assert len(lacking) == 1


def test_oqc_s_words_are_shown_and_lost_tasks_wait(cloud: Open) -> None:
    server = Oqc(waits=9)
    with server.loop:
        backend = cloud(f"oqc/{QPU}", server.environment)
        with pytest.raises(Unresolved, match="may not be the whole list"):
            backend.find("ours")
        job = backend.submit(pair(), "ours")
        backend.cancel(job)
        assert str(backend.status(job)) == "cancelled (CANCELLED)"
        with pytest.raises(JobFailed, match="CANCELLED"):
            backend.collect(job)
        server.tasks[job]["word"] = "PAUSED"
        assert str(backend.status(job)) == "unknown (PAUSED)"
        server.tasks[job]["word"] = "FAILED"
        with pytest.raises(JobFailed, match="the fridge is warm"):
            backend.collect(job)


def test_a_submission_is_refused_only_where_oqc_says_no(cloud: Open) -> None:
    server = Oqc()
    answers = {422: Refused, 401: AuthenticationFailed, 503: Unreachable}
    with server.loop:
        backend = cloud(f"oqc/{QPU}", server.environment)
        for server.says, raised in answers.items():
            with pytest.raises(raised, match=str(server.says)) as caught:
                backend.submit(pair(), "ours")
            assert "canary" not in str(caught.value)
        assert [verb for verb, _ in server.loop.asked].count("POST") == len(answers)


def test_oqc_s_missing_token_is_named(cloud: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OQC_AUTH_TOKEN", raising=False)
    with pytest.raises(AuthenticationFailed, match="OQC_AUTH_TOKEN"):
        cloud(f"oqc/{QPU}", {}).holds()
