"""Vendors' real clients against servers on this machine: submit, poll, result, and lost replies."""

from __future__ import annotations

import time

import pytest

from tests.loopback.braket import Aws
from tests.loopback.dwave import ACCESS_TIME, NAME, Leap
from tests.loopback.ionq import IonQ
from tests.loopback.opening import Open, awaited, flip, pair, sampled
from usecases import circuits, registry, run
from usecases.contracts import RemoteBackend
from usecases.errors import AuthenticationFailed, BackendUnavailable, Unreachable
from usecases.store import Store
from usecases.testing import check_backend
from usecases.vendors.machine import Cloud
from usecases.vendors.process import process


def test_ionq_from_quote_to_counts(cloud: Open) -> None:
    server = IonQ()
    address = {"IONQ_API_KEY": "canary-ionq", "IONQ_API_URL": f"{server.loop.url}/v0.4"}
    with server.loop:
        backend = cloud("ionq/simulator", address)
        assert check_backend(backend, max_cost=1000) == []
        hardware = registry.backend("ionq/qpu.forte-1")
        assert isinstance(hardware, RemoteBackend)
        quote = hardware.estimate(pair())
        assert (quote.amount, quote.basis, quote.machine_seconds) == (1.25, "vendor quote", 2)
        job = hardware.submit(pair(), "ours")
        assert hardware.find("ours") == job
        assert process("ionq").ask("qpu.forte-1", {}, "queue") == "90 s on average"
        assert str(hardware.status(job)) == "queued (ready)"
        counts = awaited(hardware, job, pair())
        assert sorted(counts.values()) == [38, 39]  # half of 77 shots: rounded down, one is missing
        found = hardware.collect(job)
        assert found
        assert "probabilities" in found.provenance["counts"]
        assert found.provenance["calibration"] == "c-1"


def test_ionq_never_sends_a_job_twice(cloud: Open) -> None:
    server = IonQ()
    address = {"IONQ_API_KEY": "canary-ionq", "IONQ_API_URL": f"{server.loop.url}/v0.4"}
    with server.loop:
        backend = cloud("ionq/simulator", address)
        server.lost_replies = 1
        with pytest.raises(Unreachable):
            backend.submit(pair(), "lost")
        assert len(server.jobs) == 1  # its client alone would have sent five
        assert backend.find("lost") == "j1"
        assert backend.find("never sent") is None
        job = backend.submit(pair(), "dropped")
        backend.cancel(job)
        assert backend.status(job).state == "cancelled"
        with pytest.raises(BackendUnavailable, match="canceled"):
            backend.collect(job)


@pytest.mark.parametrize(
    ("name", "unset"),
    [("braket/SV1", "AWS_DEFAULT_REGION"), ("dwave/Advantage_system4.1", "DWAVE_API_TOKEN")],
)
def test_what_is_not_set_is_named(
    cloud: Open, monkeypatch: pytest.MonkeyPatch, name: str, unset: str
) -> None:
    for variable in ("AWS_PROFILE", "AWS_REGION", unset):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(AuthenticationFailed, match=f"{unset} is not set"):
        cloud(name, {}).estimate(pair())


def test_braket_from_price_list_to_counts(cloud: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Aws()
    with server.loop:
        backend = cloud("braket/SV1", server.environment)
        assert check_backend(backend, max_cost=1000) == []
        quote = backend.estimate(pair())
        assert (round(quote.amount, 6), quote.currency) == (0.003, "USD")  # 3 s
        before = len(server.tasks)
        server.lost_replies = 1
        job = backend.submit(pair(), "ours")  # AWS's client repeats it, under the same token
        assert len(server.tasks) - before == 1
        assert backend.find("ours") == backend.find("ours", time.time() - 60) == job
        assert backend.find("ours", time.time() + 60) is None  # no older tasks are gone through
        assert backend.find("never sent") is None
        assert process("braket").ask("SV1", {}, "queue") == "1 tasks"
        sampled(backend, job)
        dropped = backend.submit(pair(), "dropped")
        backend.cancel(dropped)
        assert str(backend.status(dropped)) == "cancelled (CANCELLED)"
        _dies_between_tasks(backend, server, monkeypatch)


def test_braket_says_why_it_has_no_such_machine(cloud: Open) -> None:
    server = Aws()
    server.denied = "UnrecognizedClientException"
    with server.loop:
        backend = cloud("braket/SV1", server.environment)
        with pytest.raises(AuthenticationFailed, match="AWS says Unrecognized"):
            backend.holds()
        server.denied = ""
        with pytest.raises(BackendUnavailable, match="braket/SV7: AWS lists no such machine"):
            registry.backend("braket/SV7").holds()


def _dies_between_tasks(
    backend: RemoteBackend, server: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of three tasks was taken when the run died: it is found and not paid again."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    before = len(server.tasks)
    server.lost = before + 2
    plan = circuits.prepare([*pair().circuits, *flip().circuits, *pair().circuits], backend)
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(Cloud, "find", killed)
        circuits.run(plan, max_cost="1 USD")
    assert len(server.tasks) - before == 2
    record = circuits.run(plan, max_cost="1 USD")
    taken = list(server.tasks)[before:]
    assert [call.job for call in record.calls] == taken
    assert len(taken) == 3
    assert record.tallies[1].counts == {"100": 1000}
    with Store() as store:
        assert [(job.status, job.job) for job in store.jobs()] == [("done", arn) for arn in taken]
        assert store.spent_in("day") == {"USD": pytest.approx(3 * 0.003)}


def test_dwave_from_embedding_to_answer(cloud: Open) -> None:
    server = Leap()
    address = {
        "DWAVE_API_TOKEN": "canary-dwave",
        "DWAVE_API_ENDPOINT": f"{server.loop.url}/sapi/v2/",
    }
    with server.loop:
        backend = cloud(f"dwave/{NAME}", address)
        record = run("energy/grid_partition", "size=4,seed=1", "annealing", backend, max_cost=1.0)
        assert record.source == "hardware"
        assert record.score.gap == pytest.approx(0.0)
        assert record.provenance["calibration"] == "01abcd"
        assert record.timing.machine == pytest.approx(ACCESS_TIME * 1e-6)
        sent = next(iter(server.problems.values()))
        assert record.id in sent["label"]
        assert backend.find(sent["label"]) == "p1"
        assert backend.find("never sent") is None
        assert process("dwave").ask(NAME, {}, "queue") == "a load of 25%"
        assert backend.billed("p1") == pytest.approx(ACCESS_TIME * 1e-6)


def test_a_missing_key_is_told_and_nothing_is_asked(cloud: Open) -> None:
    backend = cloud("ionq/simulator", {"IONQ_API_KEY": ""})
    with pytest.raises(AuthenticationFailed, match="IONQ_API_KEY"):
        backend.holds()
