"""The durable store of runs and jobs: SQLite, one file, many readers and writers.

A run's id follows from what it asks and from how often that was asked before, so that a run
that is started again after a crash is the same run. A remote job's row is written before the
job is submitted (status "intent"), so that it can be looked up by its tag and never be lost
or paid twice.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from usecases.errors import BudgetExceeded, UnknownName, UsageError, VerificationFailed
from usecases.home import home
from usecases.records import RunRecord, sha256
from usecases.secrets import cleaned, scrub

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, ordinal INTEGER NOT NULL, request TEXT NOT NULL,
    status TEXT NOT NULL, owner TEXT NOT NULL, started REAL NOT NULL, finished REAL,
    summary TEXT, record TEXT, error TEXT, UNIQUE (key, ordinal)
);
CREATE TABLE IF NOT EXISTS jobs (
    tag TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), step INTEGER NOT NULL,
    key TEXT NOT NULL, backend TEXT NOT NULL, status TEXT NOT NULL, job TEXT, result TEXT,
    cost REAL NOT NULL, currency TEXT NOT NULL, created REAL NOT NULL, UNIQUE (run, step)
);
"""

ENDED = ("done", "cancelled")
"""What a run with this status did is final; any other status can be taken up."""


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
    cost: float
    currency: str


@dataclass(frozen=True)
class Standing:
    """Where the store stands with a request: the run it has, or the one that is to be done."""

    id: str
    ordinal: int
    done: bool


@dataclass(frozen=True)
class Run:
    """A run as the store lists it."""

    id: str
    status: str
    started: float
    request: dict[str, Any]
    summary: dict[str, Any]
    error: str | None


class Store:
    """One SQLite file, by default in the user's data folder."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "store.db"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(SCHEMA)
            self.path.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"the store {self.path} cannot be opened ({error})",
                "Set USECASES_HOME to a folder that you may write to",
            ) from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # Runs

    def begin(self, request: Mapping[str, Any]) -> str:
        """The id to run under: an unfinished run's whose process is gone, or a new one."""
        text, key = _written(request)
        with self._transaction() as db:
            query = "SELECT * FROM runs WHERE key = ? ORDER BY ordinal"
            rows = db.execute(query, (key,)).fetchall()
            for row in rows:
                # What failed on the way may have left paid work behind: it is the same run.
                if row["status"] not in ENDED and not _alive(row["owner"]):
                    self._claim(row["id"])
                    return str(row["id"])
            ordinal = len(rows)
            identity = _named(key, ordinal)
            db.execute(
                "INSERT INTO runs (id, key, ordinal, request, status, owner, started)"
                " VALUES (?, ?, ?, ?, 'running', ?, ?)",
                (identity, key, ordinal, text, _me(), time.time()),
            )
        return identity

    def resume(self, identity: str, request: Mapping[str, Any]) -> str:
        """Take up the run with this id; refused when any setting differs from the stored one."""
        with self._transaction():
            row = self._row(identity)
            stored = json.loads(row["request"])
            asked = json.loads(json.dumps(request, sort_keys=True))
            different = sorted(k for k in stored | asked if stored.get(k) != asked.get(k))
            if different:
                raise UsageError(
                    f"run {row['id']} was started with another {', '.join(different)}",
                    "Resume it with the settings it had, or start a new run without --resume",
                )
            if row["status"] in ENDED:
                raise UsageError(
                    f"run {row['id']} is {row['status']}",
                    "See it with: usecases jobs, or start it anew without --resume",
                )
            if _alive(row["owner"], elsewhere=False):
                raise UsageError(f"run {row['id']} is still running", "Wait for it to end")
            self._claim(str(row["id"]))
        return str(row["id"])

    def _claim(self, identity: str) -> None:
        self._connection.execute(
            "UPDATE runs SET status = 'running', owner = ? WHERE id = ?", (_me(), identity)
        )

    def standing(self, request: Mapping[str, Any], since: float = 0.0) -> Standing:
        """The latest run of this request that is done and was begun since then, or the next one.

        A run that ended without a record is taken up under its own id.
        """
        _, key = _written(request)
        query = (
            "SELECT id, ordinal, status, owner, started FROM runs WHERE key = ? ORDER BY ordinal"
        )
        rows = self._connection.execute(query, (key,)).fetchall()
        for row in reversed(rows):
            if row["status"] == "done" and row["started"] >= since:
                return Standing(row["id"], row["ordinal"], done=True)
        for row in rows:
            if row["status"] not in ENDED and not _alive(row["owner"]):
                return Standing(row["id"], row["ordinal"], done=False)
        return Standing(_named(key, len(rows)), len(rows), done=False)

    def keep(self, request: Mapping[str, Any], ordinal: int, record: RunRecord) -> None:
        """Keep a run that was computed elsewhere, in one transaction; a run that is done stays."""
        text, key = _written(request)
        took = sum(value for _, value in record.timing)
        with self._transaction() as db:
            db.execute(
                "INSERT INTO runs (id, key, ordinal, request, status, owner, started)"
                " VALUES (?, ?, ?, ?, 'running', '', ?) ON CONFLICT DO NOTHING",
                (record.id, key, ordinal, text, time.time() - took),
            )
            self.finish(record)

    def missed(self, request: Mapping[str, Any], ordinal: int, identity: str, error: str) -> None:
        """Keep that a run which was to be computed elsewhere failed, and why."""
        text, key = _written(request)
        self._connection.execute(
            "INSERT INTO runs (id, key, ordinal, request, status, owner, started, error)"
            " VALUES (?, ?, ?, ?, 'failed', '', ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET status = 'failed', error = excluded.error WHERE status != 'done'",
            (identity, key, ordinal, text, time.time(), error),
        )

    def finish(self, record: RunRecord) -> None:
        """Keep a finished run's record."""
        score = record.score
        summary = {
            "usecase": record.usecase,
            "instance": record.instance.name,
            "algorithm": record.algorithm,
            "backend": record.backend,
            "objective": score.objective,
            "gap": score.gap,
            "feasible": score.feasible,
        }
        self._connection.execute(
            "UPDATE runs SET status = 'done', owner = '', finished = ?, summary = ?, record = ?,"
            " error = NULL WHERE id = ? AND status != 'done'",
            (time.time(), json.dumps(summary), record.model_dump_json(), record.id),
        )

    def give_up(self, identity: str, status: str, error: str) -> None:
        """Note that a run ended without a record: "failed", or "queued" when work waits."""
        self._connection.execute(
            "UPDATE runs SET status = ?, owner = '', error = ? WHERE id = ?",
            (status, scrub(error), identity),
        )

    def runs(self, limit: int = 100) -> list[Run]:
        """The latest runs, newest first."""
        rows = self._connection.execute(
            "SELECT id, status, owner, started, request, summary, error FROM runs"
            " ORDER BY started DESC LIMIT ?",
            (limit,),
        )
        return [
            Run(
                row["id"],
                _status(row),
                row["started"],
                json.loads(row["request"]),
                json.loads(row["summary"] or "{}"),
                row["error"],
            )
            for row in rows
        ]

    def identity(self, start: str) -> str:
        """The whole id of the one run whose id starts so."""
        return str(self._row(start)["id"])

    def request(self, identity: str) -> dict[str, Any]:
        """What a run was asked to do."""
        found: dict[str, Any] = json.loads(self._row(identity)["request"])
        return found

    def record(self, identity: str) -> RunRecord:
        """The record of a finished run, by its id or the start of it."""
        row = self._row(identity)
        if row["record"] is None:
            raise UsageError(
                f"run {row['id']} is {row['status']} and has no record yet",
                f"Take it up with: usecases jobs attach {row['id']}",
            )
        try:
            return RunRecord.model_validate_json(row["record"])
        except ValidationError:
            raise VerificationFailed(
                f"the record of run {row['id']} is damaged or of another version",
                "Run it again, or see it with the version that made it",
            ) from None

    def _row(self, identity: str) -> sqlite3.Row:
        if len(identity) < 3 or not identity.isalnum():
            raise UsageError(f"{identity!r} is not a run's id", "List them with: usecases jobs")
        rows = self._connection.execute(
            "SELECT * FROM runs WHERE id LIKE ? || '%' LIMIT 2", (identity,)
        ).fetchall()
        if len(rows) != 1:
            known = [r["id"] for r in self._connection.execute("SELECT id FROM runs LIMIT 1000")]
            raise UnknownName("single run", identity, known)
        found: sqlite3.Row = rows[0]
        return found

    # Jobs of remote machines

    def intend(self, job: Job, cap: float | None) -> None:
        """Write a job's row and reserve its cost, before it is submitted, in one transaction.

        Raises BudgetExceeded when the run's reserved costs would pass the cap.
        """
        with self._transaction() as db:
            spent = db.execute(
                "SELECT COALESCE(SUM(cost), 0) FROM jobs WHERE run = ? AND status != 'cancelled'",
                (job.run,),
            ).fetchone()[0]
            if job.cost > 0 and (cap is None or spent + job.cost > cap):
                raise BudgetExceeded(
                    f"this job costs {job.cost:.2f} {job.currency} and {spent:.2f} are reserved,"
                    f" the cap is {'not set' if cap is None else f'{cap:.2f}'}",
                    "This job was not sent. Raise the cap with --max-cost or ask for fewer shots",
                )
            db.execute(
                "INSERT INTO jobs (tag, run, step, key, backend, status, cost, currency, created)"
                " VALUES (?, ?, ?, ?, ?, 'intent', ?, ?, ?)",
                (
                    *(job.tag, job.run, job.step, job.key, job.backend),
                    *(job.cost, job.currency, time.time()),
                ),
            )

    def submitted(self, tag: str, job: str) -> None:
        """Note the machine's own id of a job."""
        self._connection.execute(
            "UPDATE jobs SET status = 'submitted', job = ? WHERE tag = ?", (job, tag)
        )

    def settled(self, tag: str, result: Any) -> None:
        """Keep a job's raw result."""
        text = json.dumps(cleaned(result), allow_nan=False)
        self._connection.execute(
            "UPDATE jobs SET status = 'done', result = ? WHERE tag = ?", (text, tag)
        )

    def cancelled(self, tag: str) -> None:
        """Note that a job was withdrawn; its reserved cost is free again."""
        self._connection.execute("UPDATE jobs SET status = 'cancelled' WHERE tag = ?", (tag,))

    def job(self, run: str, step: int) -> Job | None:
        """The run's job at this step, if there was one."""
        found = self.jobs("run = ? AND step = ?", run, step)
        return found[0] if found else None

    def jobs(self, where: str = "1", *values: Any) -> list[Job]:
        """The jobs that meet a condition of our own, oldest first."""
        rows = self._connection.execute(
            f"SELECT * FROM jobs WHERE {where} ORDER BY created",  # noqa: S608 - never user text
            values,
        )
        return [_job(row) for row in rows]


def _written(request: Mapping[str, Any]) -> tuple[str, str]:
    """A request as it is kept, and the key that equal requests share."""
    text = json.dumps(request, sort_keys=True, allow_nan=False)
    return text, sha256(text)


def _named(key: str, ordinal: int) -> str:
    """The id of the run that asks for this for the ordinal-th time."""
    return sha256(f"{key}:{ordinal}")[:10]


def _job(row: sqlite3.Row) -> Job:
    return Job(
        row["tag"],
        row["run"],
        row["step"],
        row["key"],
        row["backend"],
        row["status"],
        row["job"],
        json.loads(row["result"]) if row["result"] else None,
        row["cost"],
        row["currency"],
    )


def _status(row: sqlite3.Row) -> str:
    """A run's status; one whose process died without a word has stopped."""
    dead = row["status"] == "running" and not _alive(row["owner"])
    return "stopped" if dead else str(row["status"])


def _me() -> str:
    import platform

    import psutil

    process = psutil.Process()
    return f"{platform.node()}:{process.pid}:{process.create_time():.2f}"


def _alive(owner: str, *, elsewhere: bool = True) -> bool:
    """Whether the process that owns a run still lives.

    One on another machine cannot be asked, and is taken to live if `elsewhere`.
    """
    import platform

    import psutil

    if not owner:
        return False
    try:
        node, pid, born = owner.rsplit(":", 2)
        if node != platform.node():
            return elsewhere
        process = psutil.Process(int(pid))
        # Clocks are adjusted: a second's difference is still the same process.
        same = abs(process.create_time() - float(born)) < 1.0
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError):
        return False
