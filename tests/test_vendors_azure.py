"""Azure Quantum's real client against a workspace and a blob storage on this machine."""

from __future__ import annotations

import pytest

from tests.loopback.azure import KEY, Azure
from tests.loopback.opening import Open, pair, sampled
from usecases import registry, run
from usecases.contracts import RemoteBackend
from usecases.errors import AuthenticationFailed, JobFailed
from usecases.testing import check_backend


def test_azure_from_quote_to_counts(cloud: Open) -> None:
    server = Azure()
    with server.loop:
        backend = cloud("azure/ionq.simulator", server.environment)
        assert (backend.source, backend.holds()) == ("simulated", 11)
        assert check_backend(backend) == []
        job = backend.submit(pair(), "ours")
        assert backend.find("ours") == job
        assert backend.find("never sent") is None
        assert str(backend.status(job)) == "queued (Waiting)"
        sampled(backend, job)
        found = backend.collect(job)
        assert found
        assert (found.machine, found.queued) == (2.0, 30.0)
        dropped = backend.submit(pair(), "dropped")
        backend.cancel(dropped)
        assert str(backend.status(dropped)) == "cancelled (Cancelled)"
        with pytest.raises(JobFailed, match="Cancelled"):
            backend.collect(dropped)


def test_a_repeated_submission_to_azure_is_one_job(cloud: Open) -> None:
    server = Azure()
    with server.loop:
        backend = cloud("azure/ionq.simulator", server.environment)
        server.lost_replies = 1
        job = backend.submit(pair(), "lost")  # the client sends it again, under the same id
        sent = [path for verb, path in server.loop.asked if verb == "PUT" and "/jobs/" in path]
        assert (len(sent), len(server.jobs)) == (2, 1)
        assert backend.find("lost") == job


def test_azure_s_prices_are_dated_or_unknown(cloud: Open) -> None:
    server = Azure()
    with server.loop:
        ionq = cloud("azure/ionq.qpu.aria-1", server.environment).estimate(pair())
        gates = 77 * (0.000220 + 0.000975)  # h, cx
        assert (ionq.basis, ionq.currency) == ("dated table", "USD")
        assert ionq.amount == pytest.approx(97.50 + gates)
        newer = registry.backend("azure/ionq.qpu.forte-1")
        assert isinstance(newer, RemoteBackend)
        assert newer.estimate(pair()).basis == "unknown"
        quantinuum = registry.backend("azure/quantinuum.qpu.h2-1")
        assert isinstance(quantinuum, RemoteBackend)
        quote = quantinuum.estimate(pair())
        credits_ = 5 + 77 * (1 + 10 + 5 * 4) / 5000
        assert quote.currency == "HQC"
        assert quote.amount == pytest.approx(credits_)


def test_without_an_account_the_table_s_price_is_told_and_nothing_sent(cloud: Open) -> None:
    backend = cloud("azure/ionq.qpu.aria-1", {"AZURE_QUANTUM_CONNECTION_STRING": ""})
    quote = backend.estimate(pair())
    assert quote.amount == pytest.approx(97.50 + 77 * (0.000220 + 0.000975))
    assert quote.source.endswith("nobody was asked, AZURE_QUANTUM_CONNECTION_STRING is not set")
    for ask in (lambda: backend.submit(pair(), "ours"), backend.provenance):
        with pytest.raises(AuthenticationFailed, match="is not set"):
            ask()


def test_azure_s_key_is_in_no_record_and_no_error(cloud: Open) -> None:
    server = Azure(waits=0)
    with server.loop:
        backend = cloud("azure/ionq.simulator", server.environment)
        record = run("energy/grid_partition", "size=4,seed=1", "qaoa", backend, shots=50)
        assert record.source == "simulated"
        assert KEY not in record.model_dump_json()
    wrong = {"AZURE_QUANTUM_CONNECTION_STRING": f"ApiKey={KEY}"}
    with pytest.raises(AuthenticationFailed) as told:
        cloud("azure/ionq.simulator", wrong).holds()
    assert KEY not in str(told.value)
