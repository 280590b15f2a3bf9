"""Trials of the remote machinery against the provider's books: what is lost, what is paid twice."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from faulty.machine import Faulty, Work, Works
from usecases.errors import UsageError, UsecasesError
from usecases.executor import Executor
from usecases.remote import Remote
from usecases.store import Store

SERVER = Path(__file__).with_name("server.py")

processes = get_context("forkserver")
"""Children that are quick to start and inherit no lock."""
processes.set_forkserver_preload(["usecases.executor"])


@dataclass(frozen=True)
class Scene:
    """A provider that runs, its books, and a store of ours."""

    port: int
    ledger: Path
    store: Path

    @property
    def machine(self) -> Faulty:
        return Faulty(port=self.port)

    def books(self, where: str = "1") -> list[sqlite3.Row]:
        """The jobs that the provider took and bills, read past every client."""
        db = sqlite3.connect(self.ledger)
        db.row_factory = sqlite3.Row
        rows = db.execute(f"SELECT * FROM jobs WHERE {where} ORDER BY accepted").fetchall()  # noqa: S608
        db.close()
        return rows

    def arm(self, kind: str, fault: str, times: int = 1) -> None:
        self.machine.tell("/faults", [{"kind": kind, "fault": fault, "times": times}])

    def state(self, **changed: Any) -> None:
        self.machine.tell("/state", changed)


@contextmanager
def provider(folder: Path) -> Iterator[Scene]:
    """A provider in a process of its own, with fresh books."""
    ledger = folder / "ledger.db"
    server = subprocess.Popen(
        [sys.executable, str(SERVER), str(ledger)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    try:
        yield Scene(int(server.stdout.readline()), ledger, folder / "store.db")
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@dataclass
class Told:
    """How one attempt ended: with counts, or with an error; and what was said meanwhile."""

    counts: Any = None
    error: str = ""
    code: int = 0
    said: list[str] = field(default_factory=list)
    provenance: dict[str, str] = field(default_factory=dict)


def attempt(
    scene: Scene, work: Work | Works, *, most: float = 100.0, max_wait: float | None = 10.0
) -> Told:
    """Ask for the work as a process that was just started would: it takes up what it finds."""
    told = Told()
    with Store(scene.store) as store:
        run = store.begin({"work": work.seed}, alone=True)
        try:
            named: Any = {"max_cost": most, "max_wait": max_wait, "say": told.said.append}
            executor = Executor(scene.machine, None, store=store, run=run, **named)
            told.counts, told.provenance = executor(work), executor.provenance
            ended = "cancelled"  # the next attempt would be other work
        except UsecasesError as error:
            told.error, told.code, ended = str(error), error.code, "failed"
        store.give_up(run, ended, told.error)
    return told


def child(scene: Scene, work: Work | Works, point: str = "", begun: Any = None) -> None:
    """An attempt in a process of its own, which tells that it has begun or dies at a point."""
    if point:
        _die_at(point)
    if begun:
        begun.set()
    with suppress(UsageError):  # another process is at it
        os._exit(0 if attempt(scene, work).counts else 1)
    os._exit(1)


POINTS = ("intend", "submit", "submitted", "collect", "settled")
"""Where a job passes from one state to the next; a process may die before or after each."""


def transitions(job: int) -> list[str]:
    """The points at which a process may die with a run's job of this number, from 1 on."""
    return [f"{when} {name} {job}" for name in POINTS for when in ("before", "after")]


def _die_at(point: str) -> None:
    when, name, job = point.split()
    owner: Any = Faulty if name in ("submit", "collect") else Store
    plain: Callable[..., Any] = getattr(owner, name)
    times = itertools.count(1)

    def patched(*words: Any, **named: Any) -> Any:
        last = next(times) == int(job)
        found = plain(*words, **named) if when == "after" or not last else None
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, patched)


def started(target: Callable[..., None], *words: Any) -> Any:
    """A child that has begun."""
    process = processes.Process(target=target, args=words)
    process.start()
    return process


@dataclass(frozen=True)
class Reckoning:
    """What the books say of what we know."""

    jobs: int
    lost: int
    twice: int


def reckoned(scene: Scene) -> Reckoning:
    """Compare the provider's books with the store.

    A job is lost when the provider bills it and the store does not know it. It is paid twice
    when the same work stands in the books again, whatever its tag.
    """
    books = scene.books()
    with Store(scene.store) as store:
        known = {job.job for job in store.jobs()}
    return Reckoning(
        len(books),
        sum(row["job"] not in known for row in books),
        len(books) - len({row["work"] for row in books}),
    )


def spender(scene: Scene, first: int, jobs: int) -> None:
    """A process that asks for `jobs` pieces of work of 1 EUR, under whatever cap there is."""
    for seed in range(first, first + jobs):
        with Store(scene.store) as store:
            run = store.begin({"spender": seed})
            try:
                remote = Remote(store, run, most=None, max_wait=30.0, say=lambda words: None)
                remote.ask(Work(seed=seed), scene.machine, 0)
            except UsecasesError:
                pass


def resumer(scene: Scene, run: str, seed: int) -> None:
    """A process that takes up one run by its id."""
    with Store(scene.store) as store:
        try:
            store.resume(run, {"work": seed})
            remote = Remote(store, run, most=100.0, max_wait=30.0, say=lambda words: None)
            remote.ask(Work(seed=seed), scene.machine, 0)
        except UsecasesError:
            sys.exit(1)
