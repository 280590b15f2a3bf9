"""The durable store of runs and jobs: SQLite, one file, many readers and writers.

A run's id follows from what it asks and from how often that was asked before, so that a run
that is started again after a crash is the same run. Jobs stand in `usecases.ledger`.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from usecases.circuit_record import CIRCUIT, CircuitRecord
from usecases.errors import UnknownName, UsageError, VerificationFailed
from usecases.home import home as home  # noqa: PLC0414 - the store's folder is asked for here
from usecases.ledger import Ledger
from usecases.owner import alive, me
from usecases.records import RunRecord, sha256
from usecases.secrets import scrub

K = TypeVar("K", RunRecord, CircuitRecord)

_LISTED = (
    "id, key, ordinal, request, status, owner, started, finished, summary, error, record_sha256,"
    " seal"
)
"""All columns but the record, in the table's order, which the seal keeps to."""

ENDED = ("done", "cancelled")
"""What a run with this status did is final; any other status can be taken up."""


@dataclass(frozen=True)
class Standing:
    """Where the store stands with a request: the run it has, or the one that is to be done.

    `busy` is a run that asks for the same, and which another process is at.
    """

    id: str
    ordinal: int
    done: bool
    busy: str = ""


@dataclass(frozen=True)
class Run:
    """A run as the store lists it."""

    id: str
    status: str
    started: float
    asked: str
    """What it was asked to do, in JSON."""
    summary: dict[str, Any]
    error: str | None

    @property
    def request(self) -> dict[str, Any]:
        """What it was asked to do; it holds the instance, so that many take a while to read."""
        found: dict[str, Any] = json.loads(self.asked)
        return found


class Store(Ledger):
    """The runs in the store, beside their jobs."""

    def begin(self, request: Mapping[str, Any], *, alone: bool = False) -> str:
        """The id to run under: an unfinished run's whose process is gone, or a new one.

        Where each run is to be `alone`, since the same work may be paid for, raises UsageError
        while another process is at the same request.
        """
        text, key = _written(request)
        with self._transaction():
            query = "SELECT * FROM runs WHERE key = ? ORDER BY ordinal"
            rows = self._sound("runs", query, key)
            if left := _left(rows):
                self._claim(left["id"])
                return str(left["id"])
            if alone and (busy := _busy(rows)):
                raise UsageError(
                    f"another process is at run {busy}, which asks for the same",
                    f"Nothing was sent. Wait for it with: usecases jobs wait {busy}, or give"
                    " another seed",
                )
            ordinal = len(rows)
            identity = _named(key, ordinal)
            self._add(
                "runs",
                **{"id": identity, "key": key, "ordinal": ordinal, "request": text},
                **{"status": "running", "owner": me(), "started": time.time()},
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
                    f"See it with: usecases jobs show {row['id']}, or start a new run",
                )
            if alive(row["owner"], elsewhere=False):
                raise UsageError(
                    f"run {row['id']} is still running",
                    f"Wait for it with: usecases jobs wait {row['id']}",
                )
            self._claim(str(row["id"]))
        return str(row["id"])

    def _claim(self, identity: str) -> None:
        self._set("runs", identity, status="running", owner=me())

    def standing(self, request: Mapping[str, Any], since: float = 0.0) -> Standing:
        """The latest run of this request that is done and was begun since then, or the next one.

        A run that ended without a record is taken up under its own id.
        """
        _, key = _written(request)
        query = (
            "SELECT id, ordinal, status, owner, started FROM runs WHERE key = ? ORDER BY ordinal"
        )
        rows = self._rows(query, key)
        for row in reversed(rows):
            if row["status"] == "done" and row["started"] >= since:
                return Standing(row["id"], row["ordinal"], done=True)
        if left := _left(rows):
            return Standing(left["id"], left["ordinal"], done=False)
        return Standing(_named(key, len(rows)), len(rows), done=False, busy=_busy(rows))

    def keep(self, request: Mapping[str, Any], ordinal: int, record: RunRecord) -> None:
        """Keep a run that was computed elsewhere, in one transaction; a run that is done stays."""
        text, key = _written(request)
        begun = time.time() - sum(value for _, value in record.timing)
        row = {"id": record.id, "key": key, "ordinal": ordinal, "request": text}
        with self._transaction():
            if not self._rows("SELECT id FROM runs WHERE id = ?", record.id):
                self._add("runs", **row, status="running", owner="", started=begun)
            self._finished(record)

    def missed(self, request: Mapping[str, Any], ordinal: int, identity: str, error: str) -> None:
        """Keep that a run which was to be computed elsewhere failed, and why."""
        text, key = _written(request)
        row = {"id": identity, "key": key, "ordinal": ordinal, "request": text}
        with self._transaction():
            if not self._rows("SELECT id FROM runs WHERE id = ?", identity):
                self._add("runs", **row, status="failed", owner="", started=time.time())
            if self._row(identity)["status"] != "done":
                self._set("runs", identity, status="failed", owner="", error=scrub(error))

    def finish(self, record: RunRecord | CircuitRecord) -> None:
        """Keep a finished run's record."""
        with self._transaction():
            self._finished(record)

    def _finished(self, record: RunRecord | CircuitRecord) -> None:
        if self._row(record.id)["status"] == "done":
            return
        text = record.model_dump_json()
        ended = {"status": "done", "owner": "", "finished": time.time(), "error": None}
        kept = {"summary": json.dumps(record.summary), "record": text}
        self._set("runs", record.id, **ended, **kept, record_sha256=sha256(text))

    def give_up(self, identity: str, status: str, error: str) -> None:
        """Note that a run ended without a record: "failed", or "queued" when work waits."""
        with self._transaction():
            ended = {"status": status, "error": scrub(error)}
            final = self._row(identity)["status"] in ENDED
            self._set("runs", identity, owner="", **({} if final else ended))

    def runs(self, limit: int = 100) -> list[Run]:
        """The latest runs, newest first."""
        sql = f"SELECT {_LISTED} FROM runs ORDER BY started DESC LIMIT ?"  # noqa: S608 - our own
        rows = self._sound("runs", sql, limit)
        return [
            Run(
                row["id"],
                _status(row),
                row["started"],
                row["request"],
                json.loads(row["summary"] or "{}"),
                row["error"],
            )
            for row in rows
        ]

    def identity(self, start: str) -> str:
        """The whole id of the one run whose id starts so."""
        return str(self._row(start)["id"])

    def status(self, identity: str) -> str:
        """How far a run is; "stopped" when its process died without a word."""
        return _status(self._row(identity))

    def busy(self, identity: str, *, elsewhere: bool = True) -> bool:
        """Whether a process is at the run; one on another machine is taken to be if `elsewhere`."""
        return alive(self._row(identity)["owner"], elsewhere=elsewhere)

    def halt(self, identity: str) -> None:
        """Let nothing more of a run be sent, by the process that is at it or any other."""
        with self._transaction():
            if self._row(identity)["status"] not in ENDED:
                self._set("runs", identity, status="cancelled", error="cancelled by the user")

    def request(self, identity: str) -> dict[str, Any]:
        """What a run was asked to do."""
        found: dict[str, Any] = json.loads(self._row(identity)["request"])
        return found

    def record(self, identity: str) -> RunRecord:
        """The record of a finished run, by its id or the start of it."""
        return self._read(identity, RunRecord)

    def circuits(self, identity: str) -> CircuitRecord:
        """The record of a finished run of circuits."""
        return self._read(identity, CircuitRecord)

    def any_record(self, identity: str) -> RunRecord | CircuitRecord:
        """The record of a finished run of either kind."""
        circuits = self.request(identity)["usecase"] == CIRCUIT
        return self.circuits(identity) if circuits else self.record(identity)

    def _read(self, identity: str, kind: type[K]) -> K:
        row = self._row(identity)
        if row["record"] is None:
            over = row["status"] == "cancelled"
            raise UsageError(
                f"run {row['id']} is {_status(row)} and has no record",
                "It is over: ask for it anew"
                if over
                else f"Take it up with: usecases jobs attach {row['id']}",
            )
        if (json.loads(row["request"])["usecase"] == CIRCUIT) != (kind is CircuitRecord):
            raise UsageError(
                f"run {row['id']} is {'not ' * (kind is CircuitRecord)}one of circuits",
                f"See it with: usecases jobs show {row['id']}",
            )
        if row["record_sha256"] != sha256(row["record"]):
            raise self._damaged(f"the record of run {row['id']}")
        try:
            return kind.model_validate_json(row["record"])
        except ValidationError:
            raise VerificationFailed(
                f"the record of run {row['id']} is damaged or of another version",
                "Run it again, or see it with the version that made it",
            ) from None

    def _row(self, identity: str) -> sqlite3.Row:
        if len(identity) < 3 or not identity.isalnum():
            raise UsageError(f"{identity!r} is not a run's id", "List them with: usecases jobs")
        start = identity.lower()
        sql = "SELECT * FROM runs WHERE id >= ? AND id < ? LIMIT 2"  # which an index finds
        rows = self._sound("runs", sql, start, start + "\uffff")
        if len(rows) != 1:
            known = [r["id"] for r in self._rows("SELECT id FROM runs LIMIT 1000")]
            raise UnknownName("single run", identity, known)
        found: sqlite3.Row = rows[0]
        return found

    def short(self, identity: str) -> str:
        """The shortest start of a run's id, of four characters or more, that is its alone."""
        others = [r["id"] for r in self._rows("SELECT id FROM runs WHERE id != ?", identity)]
        lengths = range(4, len(identity))
        alone = (n for n in lengths if not any(o.startswith(identity[:n]) for o in others))
        return identity[: next(alone, len(identity))]


def _written(request: Mapping[str, Any]) -> tuple[str, str]:
    """A request as it is kept, and the key that equal requests share."""
    text = json.dumps(request, sort_keys=True, allow_nan=False)
    return text, sha256(text)


def _named(key: str, ordinal: int) -> str:
    """The id of the run that asks for this for the ordinal-th time."""
    return sha256(f"{key}:{ordinal}")[:10]


def _left(rows: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """The first unfinished run whose process is gone.

    What failed on the way may have left paid work behind: it is the same run.
    """
    return next((r for r in rows if r["status"] not in ENDED and not alive(r["owner"])), None)


def _busy(rows: Sequence[sqlite3.Row]) -> str:
    """The id of the first run that a process is at; empty where there is none."""
    return next((str(row["id"]) for row in rows if alive(row["owner"])), "")


def _status(row: sqlite3.Row) -> str:
    """A run's status; one whose process died without a word has stopped."""
    dead = row["status"] == "running" and not alive(row["owner"])
    return "stopped" if dead else str(row["status"])
