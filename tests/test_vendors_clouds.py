"""Vendors' own clients against a server on this machine: submit, poll, result."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from tests.helpers import needs
from tests.loopback import aqt, ibm
from tests.loopback.server import Loopback
from usecases import registry, run
from usecases.cli import cli
from usecases.conformance import execute
from usecases.contracts import RemoteBackend
from usecases.errors import AuthenticationFailed, JobFailed, StillQueued, Unresolved
from usecases.programs import SampleCircuits
from usecases.vendors.door import described
from usecases.vendors.process import process


def afresh(name: str) -> None:
    """The vendor's process sees the environment of now, not of an earlier test."""
    process(name).close()
    described.cache_clear()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[ibm.Cloud]:
    needs("ibm")
    fake = ibm.Cloud()
    with Loopback(fake.rules) as server:
        for name in ("QISKIT_IBM_URL", "IAM_URL", "GLOBAL_SEARCH_URL", "GLOBAL_CATALOG_URL"):
            monkeypatch.setenv(name, server.url)
        monkeypatch.setenv("QISKIT_IBM_TOKEN", "canary-token-of-ibm")
        monkeypatch.setenv("QISKIT_IBM_INSTANCE", ibm.CRN)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        afresh("ibm")
        yield fake
        afresh("ibm")


def bell() -> SampleCircuits:
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(3, 4)
    circuit.x(0)
    circuit.measure([0, 1], [3, 1])
    return SampleCircuits((circuit, circuit), (100, 50), 1)


def test_ibm_s_client_submits_waits_and_reads(cloud: ibm.Cloud) -> None:
    machine = registry.backend(f"ibm/{ibm.MACHINE}")
    assert isinstance(machine, RemoteBackend)
    assert machine.source == "hardware"
    program = bell()
    quote = machine.estimate(program)
    assert (quote.basis, quote.shots, quote.amount) == ("free", 150, 0.0)
    job = machine.submit(program, "usecases-tag-1")
    cloud.words = ["Queued"] * 2 + ["Running"] * 2  # the client asks twice each time
    assert machine.collect(job) is None
    assert machine.status(job).state == "running"
    found = machine.collect(job)
    assert found
    assert program.read(found.value) == [{"1000": 100}, {"1000": 50}]
    assert (found.machine, found.queued) == (2.0, 30.0)
    assert found.provenance["calibrated"].startswith("20")
    assert machine.find("usecases-tag-1") == job
    assert machine.find("usecases-tag-2") is None
    assert cloud.jobs[job]["cost"] == quote.machine_seconds


def test_queues_are_asked_where_credentials_are_set(cloud: ibm.Cloud) -> None:
    assert process("ibm").ask(ibm.MACHINE, {}, "queue") == "0 jobs"
    done = CliRunner().invoke(cli, ["backends", "--json"])
    told = next(one for one in json.loads(done.output) if one["name"] == "ibm")
    assert told["credentials"] == {"QISKIT_IBM_TOKEN": "environment"}
    assert "IBM lists no such machine" in told["queue"]["ibm/ibm_fez"]  # the loopback's has a name
    assert "canary" not in done.output


def test_ibm_s_words_are_shown_and_failures_told(cloud: ibm.Cloud) -> None:
    cloud.pricing = "paygo"
    machine = registry.backend(f"ibm/{ibm.MACHINE}")
    assert isinstance(machine, RemoteBackend)
    quote = machine.estimate(bell())
    assert quote.basis == "dated table"
    assert quote.amount == pytest.approx(1.6 * (quote.machine_seconds or 0))
    job = machine.submit(bell(), "usecases-tag-3")
    cloud.words = ["Reticulating"] * 2
    status = machine.status(job)
    assert (status.state, status.word) == ("unknown", "RETICULATING")
    machine.cancel(job)
    with pytest.raises(JobFailed, match="CANCELLED"):
        machine.collect(job)


def test_a_run_in_ibm_s_queue_is_taken_up_again(cloud: ibm.Cloud) -> None:
    asked = ("ground_state", "demo", "vqe", f"ibm/{ibm.MACHINE}")
    cloud.words = ["Queued"] * 100
    with pytest.raises(StillQueued):
        run(*asked, shots=400, max_wait=0.0)
    assert len(cloud.jobs) == 1
    cloud.words = []
    record = run(*asked, shots=400)
    assert len(cloud.jobs) == 1
    assert (record.backend, record.source) == (asked[-1], "hardware")
    assert record.timing.queue == 30.0
    assert "canary" not in record.model_dump_json()


def test_a_wrong_token_is_told(cloud: ibm.Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([("POST", r"/identity/token", lambda m, b: (401, {}))]) as server:
        monkeypatch.setenv("IAM_URL", server.url)
        afresh("ibm")
        with pytest.raises(AuthenticationFailed):
            registry.backend(f"ibm/{ibm.MACHINE}").holds()


def test_aqt_s_client_submits_waits_and_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    needs("aqt")
    there = aqt.Machine()
    with Loopback(there.rules) as server:
        monkeypatch.setenv("AQT_DIRECT_URL", server.url)
        monkeypatch.setenv("AQT_TOKEN", "canary-token-of-aqt")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        afresh("aqt")
        machine = registry.backend("aqt/direct")
        assert isinstance(machine, RemoteBackend)
        assert (machine.source, machine.holds()) == ("hardware", 12)
        program, other = machine.split(bell()).parts
        job = machine.submit(program, "usecases-tag-1")
        assert len(there.jobs) == 1
        assert machine.collect(job) is None
        found = machine.collect(job)
        assert found
        assert program.read(found.value) == [{"1000": 100}]
        assert machine.status(job).state == "done"
        assert execute(machine, other).value == [{"1000": 50}]
        with pytest.raises(Unresolved):
            machine.find("usecases-tag-1")
        afresh("aqt")
