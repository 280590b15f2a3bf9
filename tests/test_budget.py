"""What may be spent: caps, what is said of prices beforehand, and the parts of one program."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.helpers import usecases
from usecases.backends.zne import ZNE
from usecases.budget import Limit
from usecases.contracts import JobResult, RemoteBackend
from usecases.errors import (
    BackendUnavailable,
    BudgetExceeded,
    UsageError,
)
from usecases.executor import Executor
from usecases.models import qubits
from usecases.plan import prepare
from usecases.programs import Program, SampleCircuits
from usecases.quotes import Quote
from usecases.rehearsal import rehearsed
from usecases.store import Store


def quote(amount: float, currency: str = "EUR") -> Quote:
    return Quote(amount=amount, currency=currency, basis="dated table")


def reserve(store: Store, step: int, cost: Quote, most: float | None = None) -> None:
    run = store.begin({"step": step})
    store.intend(run, step, f"key-{step}", "machine", cost, provenance={}, most=most)


def test_caps_of_run_day_and_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path / "store.db") as store:
        with pytest.raises(BudgetExceeded, match="no cap is set"):
            reserve(store, 0, quote(1.0))
        with pytest.raises(BudgetExceeded, match=r"2\.00 EUR .* this run, the cap is 1\.00"):
            reserve(store, 0, quote(2.0), most=1.0)
        store.set_budget("project", "5 EUR, 3 USD")
        reserve(store, 0, quote(4.0))
        reserve(store, 1, quote(3.0, "USD"))  # never added to the euros
        for refused in (quote(2.0), quote(1.0, "USD"), quote(0.01, "HQC")):
            with pytest.raises(BudgetExceeded, match="this project"):
                reserve(store, 2, refused)
        monkeypatch.setenv("USECASES_MAX_COST_DAY", "4.5")
        with pytest.raises(BudgetExceeded, match=r"this day, the cap is 4\.50"):
            reserve(store, 2, quote(1.0))
        assert store.spent_in("day") == {"EUR": 4.0, "USD": 3.0}
        for bad in ("x", "-1", "nan", "1 EUR more", ""):
            with pytest.raises(UsageError, match="is no cap"):
                store.set_budget("day", bad or ",")


def test_the_budget_is_set_and_shown_by_the_command() -> None:
    done = usecases("jobs", "budget", "--day", "5 EUR", USECASES_MAX_COST_PROJECT="9")
    assert done.returncode == 0, done.stderr
    assert "5.00 EUR" in done.stdout
    assert "9.00 of each currency" in done.stdout
    capped = usecases("run", "ground_state", "-a", "exact", "-n", "--max-cost", "5 EUR, 20 USD")
    assert capped.returncode == 0, capped.stderr
    assert usecases("run", "ground_state", "-n", "--max-cost", "5 EUR 3").returncode == 2
    refused = usecases("jobs", "budget", "--day", "much")
    assert refused.returncode == 2
    assert "is no cap" in refused.stderr


class Priced(RemoteBackend):
    """A machine that tells prices and must not be sent anything."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (SampleCircuits,)

    def estimate(self, program: Any) -> Quote:
        known = {"basis": "dated table", "source": "2026-11-01", "wait": 60.0}
        return Quote.of(program, 0.5, "USD", **known)

    def submit(self, program: Any, tag: str) -> str:
        raise AssertionError("it was sent")

    def collect(self, job: str) -> JobResult | None:
        raise AssertionError

    def find(self, tag: str, since: float = 0.0) -> str | None:
        raise AssertionError

    def cancel(self, job: str) -> None:
        raise AssertionError


def test_a_dry_run_lists_what_would_be_sent_and_sends_nothing() -> None:
    ramp = {"angles": "ramp"}
    plan = prepare("vehicle_routing", "demo", "qaoa", Priced(), parameters=ramp, shots=70)
    found = rehearsed(plan)
    (job,) = found.jobs
    assert (job.quote.circuits, job.quote.shots, job.quote.source) == (1, 70, "2026-11-01")
    assert job.qubits == qubits(plan.case.model(plan.instance))
    assert (found.whole, found.cost(), found.wait()) == (True, {"USD": 0.5}, 60.0)
    mitigated = ZNE(machine=Priced())
    plan = prepare("ground_state", "demo", "upccgsd", mitigated, shots=100)
    found = rehearsed(plan)
    assert len(found.jobs) == len(mitigated.factors)
    assert not found.whole
    assert found.cost() == {"USD": 0.5 * len(mitigated.factors)}


class Narrow(Priced):
    """A machine that takes two circuits at once, at half a dollar a job."""

    sent: ClassVar[dict[str, SampleCircuits]] = {}
    closed: ClassVar[bool] = False

    def split(self, program: Any) -> Any:
        return program.split(2)

    def submit(self, program: Any, tag: str) -> str:
        if self.closed and self.sent:
            raise BackendUnavailable("closed for today")
        self.sent[tag] = program
        return tag

    def find(self, tag: str, since: float = 0.0) -> str | None:
        return tag if tag in self.sent else None

    def collect(self, job: str) -> JobResult | None:
        program = self.sent[job]
        asked = zip(program.circuits, program.each, strict=True)
        return JobResult([{circuit.name: shots} for circuit, shots in asked], 1.0)


def test_circuits_beyond_what_a_machine_takes_become_jobs_that_are_paid_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qiskit import QuantumCircuit

    monkeypatch.setattr(Narrow, "sent", {})
    monkeypatch.setattr(Narrow, "lag", 0.0)
    names = ("001", "010", "011", "100", "101")
    program = SampleCircuits(
        tuple(QuantumCircuit(3, 3, name=name) for name in names), (1, 2, 3, 4, 5), 7
    )
    with Store(tmp_path / "store.db") as store:
        run = store.begin({})

        def ask(cap: Limit) -> tuple[Any, Executor]:
            executor = Executor(Narrow(), None, store=store, run=run, max_cost=cap)
            return executor(program), executor

        for cap in (1.49, "1.49 USD, 9 EUR", "9 EUR", {"USD": 1.0}):
            with pytest.raises(BudgetExceeded, match=r"1\.50 USD"):
                ask(cap)
        assert (Narrow.sent, store.jobs()) == ({}, [])
        monkeypatch.setattr(Narrow, "closed", True)
        with pytest.raises(BackendUnavailable, match="closed"):
            ask(1.5)
        assert len(Narrow.sent) == 1
        monkeypatch.setattr(Narrow, "closed", False)
        tables, executor = ask("1.5 USD")
        assert tables == [{name: k} for k, name in enumerate(names, 1)]
        assert len(Narrow.sent) == len(executor.calls) == 3
        assert len({part.seed for part in Narrow.sent.values()}) == 3
        assert store.spent_in("day") == {"USD": 1.5}
        assert ask(1.5)[0] == tables
        assert len(Narrow.sent) == 3
