"""The provider: an HTTP server in a process of its own, with a ledger that no client writes.

The ledger is the oracle: a job stands in it exactly when the provider took it and bills it.
`POST /faults` arms a fault for the next so many requests of a kind; nothing else about the
server is unusual.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    job TEXT PRIMARY KEY, tag TEXT NOT NULL, work TEXT NOT NULL, shots INTEGER NOT NULL,
    price REAL NOT NULL, accepted REAL NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0,
    calibration TEXT NOT NULL
);
"""

LARGE = 100 * 2**20
"""Bytes of the reply that is too long."""

Reply = tuple[int, Any, dict[str, str]]


class Provider:
    """What the machine knows: its books, the state it is in, and the faults that are armed."""

    def __init__(self, ledger: Path) -> None:
        self.lock = Lock()
        self.books = sqlite3.connect(ledger, check_same_thread=False, isolation_level=None)
        self.books.row_factory = sqlite3.Row
        self.books.execute("PRAGMA journal_mode=WAL")
        self.books.executescript(TABLES)
        self.armed: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {"calibration": "c1", "price": 0.01, "queue": 0.0, "lag": 0.0,
                                      "surcharge": 1.0}  # fmt: skip

    def fault(self, kind: str) -> str:
        """The fault that this request meets, if one is armed for its kind."""
        with self.lock:
            for one in self.armed:
                if one["kind"] == kind and one["times"] > 0:
                    one["times"] -= 1
                    return str(one["fault"])
        return ""

    def accept(self, asked: dict[str, Any]) -> str:
        with self.lock:
            (number,) = self.books.execute("SELECT COUNT(*) FROM jobs").fetchone()
            job = f"job-{number + 1}"
            price = self.state["price"] * asked["shots"]
            self.books.execute(
                "INSERT INTO jobs (job, tag, work, shots, price, accepted, calibration)"
                " VALUES (:job, :tag, :work, :shots, :price, :accepted, :calibration)",
                asked
                | {"job": job, "price": price, "accepted": time.time()}
                | {"calibration": self.state["calibration"]},
            )
        return job

    def rows(self, where: str, *values: Any) -> list[sqlite3.Row]:
        with self.lock:
            sql = f"SELECT * FROM jobs WHERE {where} ORDER BY accepted"  # noqa: S608
            return self.books.execute(sql, values).fetchall()

    def result(self, job: str) -> Reply:
        (row,) = self.rows("job = ?", job)
        if row["cancelled"]:
            return 200, {"status": "CANCELLED"}, {}
        if time.time() < row["accepted"] + self.state["queue"]:
            return 200, {"status": "QUEUED"}, {}
        half = row["shots"] // 2
        done = {"status": "COMPLETED", "counts": {"00": half, "11": row["shots"] - half}}
        billed = row["price"] * self.state["surcharge"]
        told = {"billed": billed, "calibration": self.state["calibration"], "seconds": 0.01}
        return 200, done | told, {}


def spoilt(fault: str, reply: Any) -> Any:
    """The reply to a question for a result, with the fault in it."""
    counts = reply.get("counts", {})
    wrong: dict[str, Any] = {
        "unknown status": {"status": "CALIBRATING_FLUX"},
        "failed": {"status": "FAILED", "reason": "the cryostat warmed up"},
        "partial results": reply | {"counts": {k: n // 2 for k, n in counts.items()}},
        "NaN counts": reply | {"counts": counts | {"00": float("nan")}},
        "negative counts": reply | {"counts": counts | {"00": -5, "11": counts.get("11", 0) + 5}},
        "missing counts": {k: v for k, v in reply.items() if k != "counts"},
        "null counts": reply | {"counts": None},
        "wrong shot total": reply | {"counts": counts | {"01": 7}},
        "wrong width": reply | {"counts": {f"{key}0": n for key, n in counts.items()}},
        "NaN time": reply | {"seconds": float("nan")},
    }
    return wrong.get(fault, reply)


STATUSES = {"503": 503, "502 after acceptance": 502, "429": 429, "429 with Retry-After": 429,
            "expired token": 401, "retired device": 410, "cannot look up": 501}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """One request: the fault that is armed for it, or what an honest machine would say."""

    provider: ClassVar[Provider]

    def log_message(self, *words: Any) -> None:
        """Say nothing: the ledger tells."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not body:
            return self._hang_up()  # the client died in the midst of its request
        asked = json.loads(body)
        if self.path == "/jobs":
            return self._submitted(asked)
        if self.path == "/faults":
            self.provider.armed = asked
        else:
            self.provider.state |= asked
        return self._reply(200, {})

    def _submitted(self, asked: dict[str, Any]) -> None:
        fault = self.provider.fault("submit")
        if fault == "dropped before acceptance":
            return self._hang_up()
        if fault in STATUSES and "after" not in fault:
            return self._refuse(fault)
        job = self.provider.accept(asked)
        if fault == "response lost":
            return self._hang_up()
        if fault == "slow":
            time.sleep(1.5)
        if fault == "502 after acceptance":
            return self._refuse(fault)
        if fault == "garbage":
            return self._raw(200, b'{"job": "jo', {})
        return self._reply(200, {"job": job})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        kind = {"/quote": "quote", "/state": "state", "/jobs": "find"}.get(url.path, "read")
        fault = self.provider.fault(kind)
        if fault in STATUSES:
            return self._refuse(fault)
        if fault in ("response lost", "dropped before acceptance"):
            return self._hang_up()
        if fault == "slow":
            time.sleep(1.5)
        if fault == "garbage":
            return self._raw(200, b'{"status": "COMPL', {})
        if fault == "100 MB reply":
            return self._too_much()
        if kind == "read" and not self.provider.rows("job = ?", url.path.rpartition("/")[2]):
            return self._raw(404, b"{}", {})
        answer = self._answer(kind, url.path, url.query)
        return self._reply(200, spoilt(fault, answer) if kind == "read" else answer)

    def _answer(self, kind: str, path: str, query: str) -> Any:
        state = self.provider.state
        if kind == "state":
            return {"calibration": state["calibration"]}
        if kind == "quote":
            return {"amount": state["price"] * int(parse_qs(query)["shots"][0])}
        if kind == "find":
            listed = time.time() - state["lag"]
            rows = self.provider.rows(
                "tag = ? AND accepted <= ?", parse_qs(query)["tag"][0], listed
            )
            return {"job": rows[0]["job"] if rows else None}
        return self.provider.result(path.rpartition("/")[2])[1]

    def do_DELETE(self) -> None:
        fault = self.provider.fault("cancel")
        if fault in STATUSES:
            return self._refuse(fault)
        job = self.path.rpartition("/")[2]
        with self.provider.lock:
            self.provider.books.execute("UPDATE jobs SET cancelled = 1 WHERE job = ?", (job,))
        return self._reply(200, {})

    def _refuse(self, fault: str) -> None:
        after = {"Retry-After": "0.2"} if fault == "429 with Retry-After" else {}
        self._raw(STATUSES[fault], json.dumps({"error": fault}).encode(), after)

    def _reply(self, status: int, value: Any) -> None:
        self._raw(status, json.dumps(value).encode(), {})

    def _raw(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        with suppress(OSError):  # the client may have gone
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _too_much(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(LARGE))
        self.end_headers()
        with suppress(OSError):  # the client reads no further
            for _ in range(100):
                self.wfile.write(b"x" * (LARGE // 100))

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()


def serve(ledger: Path) -> None:
    """Serve on a free port of this machine, told on the first line of output."""
    Handler.provider = Provider(ledger)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
