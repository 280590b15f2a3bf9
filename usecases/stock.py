"""Stock-taking: what changed between two states of the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from usecases.circuit_record import CIRCUIT
from usecases.comparable import Cost
from usecases.ledger import Job
from usecases.records import RunRecord
from usecases.store import Run, Store

SERIES, DAYS, LONGEST = 6, 3, 60
"""Requests whose course is told, on how many days they were done, and the latest runs of each."""

MOST = 200
"""Changes of gaps that are told, the largest first."""

CLASSICAL = "classical"
"""What stands for the machine of runs that used none."""


@dataclass(frozen=True)
class Change:
    """The best gap on one instance with one machine, before and now; None where there was none.

    `now` is the record that reached it.
    """

    machine: str
    before: float | None
    now: RunRecord


@dataclass(frozen=True)
class Spent:
    """Jobs that a machine was asked for and what they cost, in one currency."""

    machine: str
    currency: str
    jobs: int
    before: float
    within: float


@dataclass(frozen=True)
class Stock:
    """The store within a period, beside what it held before; times in seconds of the epoch.

    `new` names what no run had used before: use cases, instances, algorithms, machines.
    `repeated` are runs that asked for the same but for the seed, on three days or more.
    `failures` are reasons and how often each was met.
    """

    since: float
    until: float
    before: int
    within: tuple[Run, ...]
    new: Mapping[str, tuple[str, ...]]
    changes: tuple[Change, ...]
    hidden: int
    repeated: tuple[RunRecord, ...]
    spent: tuple[Spent, ...]
    failures: tuple[tuple[str, int], ...]


def take(store: Store, since: float, until: float) -> Stock:
    """What the runs begun in the period brought that those before had not.

    Circuits that a user gave have no reference: of them only failures and costs count.
    """
    runs = [r for r in reversed(store.runs(10_000_000)) if r.started < until]
    done = [r for r in runs if r.status == "done" and r.summary.get("usecase") != CIRCUIT]
    before = [r for r in done if r.started < since]
    within = [r for r in done if r.started >= since]
    better = _better(_best(before), _best(within))
    failed = Counter(r.error or "no reason was kept" for r in runs
                     if r.status == "failed" and r.started >= since)  # fmt: skip
    return Stock(
        since=since,
        until=until,
        before=len(before),
        within=tuple(within),
        new={word: _new(before, within, keys) for word, keys in _KINDS.items()},
        changes=tuple(Change(key[2], old, store.record(run.id)) for key, old, run in better[:MOST]),
        hidden=len(better[MOST:]),
        repeated=tuple(store.record(run.id) for run in _repeated(within)),
        spent=_spent(store.jobs(), {r.id: r.started >= since for r in runs}),
        failures=tuple(failed.most_common(20)),
    )


_KINDS: Mapping[str, tuple[str, ...]] = {
    "use cases": ("usecase",),
    "instances": ("usecase", "instance"),
    "algorithms": ("algorithm",),
    "machines": ("backend",),
}

Key = tuple[str, str, str]
"""Use case, hash of the instance, machine."""


def machine(run: Run) -> str:
    """The machine of a run, or that it is classical."""
    return str(run.summary.get("backend") or CLASSICAL)


def _instance(run: Run) -> str:
    """The hash of a run's instance, which older runs tell only in their request."""
    return str(run.summary.get("instance_sha256") or run.request["instance_sha256"])


def _new(before: Iterable[Run], within: Iterable[Run], keys: Sequence[str]) -> tuple[str, ...]:
    def named(runs: Iterable[Run]) -> dict[str, None]:
        values = ([r.summary.get(k) for k in keys] for r in runs)
        return {" ".join(map(str, v)): None for v in values if None not in v}

    known = named(before)
    return tuple(name for name in named(within) if name not in known)


def _repeated(runs: Iterable[Run]) -> list[Run]:
    """The runs of the requests that were done most often, each on several days."""
    found: dict[tuple[str, ...], list[Run]] = {}
    for run in runs:
        if run.summary.get("backend"):
            words = [str(run.summary[k]) for k in ("usecase", "algorithm", "backend")]
            found.setdefault((*words, _instance(run)), []).append(run)
    lasting = [s for s in found.values() if len({int(r.started // 86_400) for r in s}) >= DAYS]
    chosen = sorted(lasting, key=len, reverse=True)[:SERIES]
    return [run for series in chosen for run in series[-LONGEST:]]


def _best(runs: Iterable[Run]) -> dict[Key, Run]:
    """The first run of the least gap for each instance and machine."""
    found: dict[Key, Run] = {}
    for run in runs:
        if run.summary.get("gap") is None:
            continue
        key = (str(run.summary["usecase"]), _instance(run), machine(run))
        if key not in found or run.summary["gap"] < found[key].summary["gap"]:
            found[key] = run
    return found


def _better(
    before: Mapping[Key, Run], within: Mapping[Key, Run]
) -> list[tuple[Key, float | None, Run]]:
    """What is new or better now; what fell most first, then what is new."""
    found = []
    for key, run in within.items():
        old = float(before[key].summary["gap"]) if key in before else None
        if old is None or run.summary["gap"] < old:
            found.append((key, old, run))
    return sorted(found, key=lambda f: (f[1] is None, f[2].summary["gap"] - (f[1] or 0.0), f[0]))


def costs(store: Store, records: Iterable[RunRecord]) -> dict[str, Cost]:
    """What runs cost, by id, where all jobs of a run have one currency and kind of price."""
    found: dict[str, Cost] = {}
    for record in records:
        jobs = [j for j in store.jobs("run = ?", record.id) if j.status != "cancelled"]
        kinds = {(j.quote.currency, _table(j)) for j in jobs}
        if len(kinds) == 1:
            found[record.id] = Cost(sum(j.cost for j in jobs), *kinds.pop())
    return found


def _table(job: Job) -> str:
    """Where a price comes from; a table with its date, a vendor's quotes in one word."""
    dated = job.quote.basis == "dated table"
    return f"{job.quote.basis} {job.quote.source}" if dated else job.quote.basis


def _spent(jobs: Iterable[Job], recent: Mapping[str, bool]) -> tuple[Spent, ...]:
    """Costs by machine and currency; `recent` says of each run whether it is of the period."""
    sums: dict[tuple[str, str], Spent] = {}
    for job in jobs:
        if job.status != "cancelled" and job.run in recent:
            key, new = (job.backend, job.quote.currency), recent[job.run]
            old = sums.get(key, Spent(*key, 0, 0.0, 0.0))
            sums[key] = Spent(
                *key, old.jobs + new, old.before + job.cost * (not new), old.within + job.cost * new
            )
    return tuple(sums[key] for key in sorted(sums))
