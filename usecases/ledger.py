"""Jobs of remote machines: written down before they are sent, and what they cost.

A job's row goes from "intent" (it may have been sent) to "submitted" (the machine has it) and
then to "done", "failed" or "cancelled"; or to "unsent", when the machine certainly has none.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from usecases.budget import (
    PERIODS,
    Amounts,
    Cap,
    Limit,
    Shared,
    amounts,
    from_environment,
    limited,
)
from usecases.database import Database
from usecases.errors import BudgetExceeded, UsageError
from usecases.quotes import Quote
from usecases.secrets import cleaned, scrub

MOVES = {
    "submitted": ("intent", "unsent"),  # a machine that tells its id is believed
    "done": ("submitted", "failed"),
    "failed": ("submitted", "failed"),
    "cancelled": ("intent", "submitted", "failed"),
    "unsent": ("intent",),
}
"""The statuses from which a job gets to each."""

DAY = 86_400
LONGEST_RAW = 1_000_000
"""Characters that are kept of a result that cannot be true."""


@dataclass(frozen=True)
class Job:
    """A remote job as the store knows it."""

    tag: str
    run: str
    step: int
    key: str
    backend: str
    status: str
    job: str | None
    result: Any
    quote: Quote
    provenance: dict[str, str]
    """The machine's state when the job was about to be sent."""
    created: float
    billed: float | None
    reason: str | None

    @property
    def cost(self) -> float:
        """What it was charged, or else may be."""
        if self.status == "unsent":
            return 0.0
        return self.quote.amount if self.billed is None else self.billed


class Ledger(Database):
    """The jobs in the store, and the budget that they share."""

    def label(self) -> str:
        """What tells our tags from those of another store at the same machine."""
        if known := self._setting("label"):
            return known
        with self._transaction():
            found = self._setting("label") or secrets.token_hex(3)
            self._add("settings", name="label", value=found)
        return found

    def intend(
        self,
        run: str,
        step: int,
        key: str,
        backend: str,
        quote: Quote,
        *,
        provenance: dict[str, str],
        most: Limit | None,
    ) -> Job:
        """Write a job down and reserve its cost, in one transaction, before it is sent.

        `most` is what the run may cost. Raises BudgetExceeded when a cap would be passed, and
        UsageError when the job was written down before, by this process or another, or the run
        was cancelled meanwhile.
        """
        tag = f"{self.label()}-{run}-{step}-{key[:8]}"
        with self._transaction():
            known = self.job(run, step)
            if known and known.status != "unsent":
                raise UsageError(f"job {known.tag} is {known.status} already", _ELSEWHERE)
            if self._rows("SELECT id FROM runs WHERE id = ? AND status = 'cancelled'", run):
                raise UsageError(f"run {run} is cancelled", "Nothing more of it is sent")
            self._admit(run, quote, most)
            self._add(
                "jobs",
                **{"tag": tag, "run": run, "step": step, "key": key, "backend": backend},
                **{"status": "intent", "cost": quote.amount, "currency": quote.currency},
                **{"quote": quote.model_dump_json(), "provenance": json.dumps(provenance)},
                created=time.time(),
            )
        found = self.job(run, step)
        assert found  # noqa: S101 - it was just written
        return found

    def admits(self, run: str, quotes: Sequence[Quote], most: Limit | None) -> None:
        """Raises BudgetExceeded when jobs together would pass a cap; nothing is reserved."""
        for currency in dict.fromkeys(quote.currency for quote in quotes):
            some = [quote for quote in quotes if quote.currency == currency]
            whole = some[0].model_copy(update={"amount": sum(quote.amount for quote in some)})
            self._admit(run, whole, most)

    def _admit(self, run: str, quote: Quote, most: Limit | None) -> None:
        if quote.amount == 0:
            return
        caps = [*self._caps(run, most)]
        if not caps:
            raise BudgetExceeded(
                f"this work costs {quote.amount:.2f} {quote.currency} and no cap is set",
                "It was not sent. Set one with --max-cost, or for all runs with"
                " usecases jobs budget",
            )
        for cap in caps:
            cap.admits(quote.amount, quote.currency)

    def _caps(self, run: str, most: Limit | None) -> Iterator[Cap]:
        if most is not None:
            what, runs = ("suite", most.runs) if isinstance(most, Shared) else ("run", (run,))
            remedy = "Raise the cap with --max-cost"
            yield Cap(f"this {what}", limited(most), self.spent_by(runs), remedy)
        for period in PERIODS:
            spent = self.spent_in(period)
            for allowed in (self.budget(period), from_environment(period)):
                if allowed is not None:
                    remedy = f"Raise the {period}'s cap with usecases jobs budget --{period}"
                    yield Cap(f"this {period}", allowed, spent, remedy)

    def budget(self, period: str) -> Amounts | None:
        """The cap that the store keeps for a "day" or the "project"."""
        kept = self._setting(f"cap of the {period}")
        return amounts(kept, f"the {period}'s cap") if kept else None

    def set_budget(self, period: str, text: str) -> None:
        """Keep a cap, such as "5 EUR"; "none" takes it away."""
        value = "" if text == "none" else text
        if value:
            amounts(value, f"--{period}")
        with self._transaction():
            self._add("settings", name=f"cap of the {period}", value=value)

    def spent_in(self, period: str) -> dict[str, float]:
        """What this day of UTC, or the whole project, has cost or may still cost."""
        begun = time.time() // DAY * DAY if period == "day" else 0.0
        return self.spent("created >= ?", begun)

    def spent_by(self, runs: Sequence[str]) -> dict[str, float]:
        """What these runs have cost or may still cost."""
        return self.spent("run IN (SELECT value FROM json_each(?))", json.dumps(runs))

    def spent(self, where: str, *values: Any) -> dict[str, float]:
        """What the jobs that meet our condition cost, each currency on its own."""
        found: dict[str, float] = {}
        for job in self.jobs(f"{where} AND (cost > 0 OR billed > 0)", *values):
            if job.cost:
                found[job.quote.currency] = found.get(job.quote.currency, 0.0) + job.cost
        return found

    def submitted(self, tag: str, job: str) -> None:
        """Note the machine's own id of a job."""
        self._move(tag, "submitted", job=job)

    def settled(self, tag: str, result: Any, billed: float | None = None) -> None:
        """Keep a job's result, and what was charged where the machine tells."""
        text = json.dumps(cleaned(result), allow_nan=False)
        self._move(tag, "done", result=text, billed=billed, reason=None, raw=None)

    def failed(self, tag: str, reason: str, raw: str | None, billed: float | None) -> None:
        """Note that a job ended without a result that can be true; what came back is kept."""
        kept = None if raw is None else raw[:LONGEST_RAW]
        self._move(tag, "failed", reason=reason, raw=kept and scrub(kept), billed=billed)

    def unsent(self, tag: str) -> None:
        """Note that the machine certainly has no such job; its reserved cost is free again."""
        self._move(tag, "unsent", job=None)

    def cancelled(self, tag: str, billed: float | None) -> None:
        """Note that a job was withdrawn; what it was to cost counts until a bill says less."""
        self._move(tag, "cancelled", billed=billed)

    def _move(self, tag: str, status: str, **values: Any) -> None:
        with self._transaction():
            (job,) = self.jobs("tag = ?", tag)
            if job.status not in MOVES[status]:
                raise UsageError(f"job {tag} is {job.status} already", _ELSEWHERE)
            self._set("jobs", tag, status=status, **values)

    def job(self, run: str, step: int) -> Job | None:
        """The run's job at this step, if there was one."""
        found = self.jobs("run = ? AND step = ?", run, step)
        return found[0] if found else None

    def jobs(self, where: str = "1", *values: Any) -> list[Job]:
        """The jobs that meet a condition of our own, oldest first."""
        sql = f"SELECT * FROM jobs WHERE {where} ORDER BY created"  # noqa: S608 - our own words
        return [_job(row) for row in self._sound("jobs", sql, *values)]

    def _setting(self, name: str) -> str:
        rows = self._sound("settings", "SELECT * FROM settings WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else ""


_ELSEWHERE = "Another process is at this run: see usecases jobs"


def _job(row: sqlite3.Row) -> Job:
    quote = json.loads(row["quote"]) or {
        "amount": row["cost"],
        "currency": row["currency"],
        "basis": "dated table" if row["cost"] else "free",
    }
    plain = ("tag", "run", "step", "key", "backend", "status", "job", "created", "billed", "reason")
    return Job(
        **{name: row[name] for name in plain},
        result=json.loads(row["result"]) if row["result"] else None,
        quote=Quote.model_validate(quote),
        provenance=json.loads(row["provenance"]),
    )
