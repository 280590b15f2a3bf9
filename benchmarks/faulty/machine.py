"""The provider's client: a backend like any vendor's, in front of a loopback server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any, ClassVar
from urllib.parse import quote as quoted

from usecases.contracts import JobResult, Quote, RemoteBackend, Status
from usecases.errors import (
    AuthenticationFailed,
    BackendUnavailable,
    JobFailed,
    Refused,
    Unreachable,
    Unresolved,
)
from usecases.programs import Program, Split
from usecases.programs.circuits import Counts, checked_counts
from usecases.records import sha256

LONGEST = 8 * 2**20
"""Bytes of a reply that are read."""

WORDS = {"QUEUED": "queued", "RUNNING": "running", "COMPLETED": "done", "FAILED": "failed",
         "CANCELLED": "cancelled"}  # fmt: skip


class Work(Program[Counts]):
    """So many shots of two bits; `seed` tells one piece of work from another."""

    qubits = 2

    def __init__(self, shots: int = 100, seed: int = 0) -> None:
        self.shots, self.seed = shots, seed

    def key(self) -> str:
        return sha256(f"work {self.shots} {self.seed}")

    def read(self, raw: Any) -> Counts:
        return checked_counts(raw, self.shots, 2)


class Works(Program[list[Counts]]):
    """Several pieces of work that are asked for at once."""

    qubits = 2

    def __init__(self, pieces: int, seed: int = 0) -> None:
        self.seed = seed
        self.parts = tuple(Work(seed=1000 * (seed + 1) + k) for k in range(pieces))

    def key(self) -> str:
        return sha256(repr([part.key() for part in self.parts]))

    def read(self, raw: Any) -> list[Counts]:
        raise AssertionError("this machine takes one piece a job")


class Faulty(RemoteBackend):
    """The machine behind the server at `port`, which takes one piece of work a job."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (Work, Works)
    lag: ClassVar[float] = 0.6

    port: int
    timeout: float = 1.0

    def split(self, program: Program[Any]) -> Split[Any]:
        return Split(program.parts, list) if isinstance(program, Works) else Split.none(program)

    def submit(self, program: Work, tag: str) -> str:
        asked = {"tag": tag, "shots": program.shots, "work": program.key()}
        status, reply, headers = self._ask("POST", "/jobs", asked)
        if status in (410, 429):
            after = headers.get("Retry-After")
            raise Refused(f"the provider refuses ({status})", retry_after=after and float(after))
        return str(_answered(status, reply, headers)["job"])

    def collect(self, job: str) -> JobResult | None:
        reply = self._get(f"/jobs/{job}", JobFailed)
        state = Status.mapped(WORDS, reply["status"], reply.get("reason", ""))
        if state.state in ("failed", "cancelled"):
            raise JobFailed(str(state))
        if state.state != "done":
            return None
        told = {"calibration": reply["calibration"]}
        return JobResult(reply.get("counts"), reply["seconds"], provenance=told)

    def find(self, tag: str, since: float = 0.0) -> str | None:
        found: str | None = self._get(f"/jobs?tag={quoted(tag)}", BackendUnavailable)["job"]
        return found

    def estimate(self, program: Work) -> Quote:
        amount = self._get(f"/quote?shots={program.shots}", BackendUnavailable)["amount"]
        known = {"basis": "vendor quote", "circuits": 1, "shots": program.shots}
        return Quote(amount=amount, currency="EUR", **known)

    def cancel(self, job: str) -> None:
        _answered(*self._ask("DELETE", f"/jobs/{job}"))

    def status(self, job: str) -> Status:
        return Status.mapped(WORDS, self._get(f"/jobs/{job}", BackendUnavailable)["status"])

    def billed(self, job: str) -> float | None:
        found: float | None = self._get(f"/jobs/{job}", BackendUnavailable).get("billed")
        return found

    def provenance(self) -> Mapping[str, str]:
        return dict(self._get("/state", BackendUnavailable))

    def tell(self, path: str, value: Any) -> None:
        """Arm faults or change the machine's state; no vendor's client can."""
        self._ask("POST", path, value)

    def _get(self, path: str, too_long: type[BackendUnavailable]) -> dict[str, Any]:
        status, reply, headers = self._ask("GET", path)
        if len(reply) > LONGEST:
            raise too_long(f"its reply is longer than {LONGEST // 2**20} MiB")
        return _answered(status, reply, headers)

    def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes, Any]:
        line = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            line.request(method, path, None if body is None else json.dumps(body))
            reply = line.getresponse()
            return reply.status, reply.read(LONGEST + 1), reply.headers
        except (OSError, HTTPException) as error:
            raise Unreachable(f"the line broke ({type(error).__name__})") from None
        finally:
            line.close()


def _answered(status: int, reply: bytes, headers: Any) -> dict[str, Any]:
    """The reply as a mapping. Raises what the contract says of each kind of failure."""
    if status == 401:
        raise AuthenticationFailed("the token has expired", "Set a new one")
    if status == 404:
        raise BackendUnavailable("the provider has no such job")
    if status == 410:
        raise BackendUnavailable("the device is retired")
    if status == 501:
        raise Unresolved("this provider looks up no tags")
    if status == 429 or status >= 500:
        after = headers.get("Retry-After")
        raise Unreachable(f"the provider says {status}", retry_after=after and float(after))
    try:
        found = json.loads(reply)
    except ValueError:
        raise Unreachable("the reply breaks off") from None
    assert isinstance(found, dict)
    return found
