"""Where the runs of a suite are done: processes of this machine, or the workers of a Dask cluster.

Either way a run has a process with one thread, and what it asks for says all: the instance's
data, its own seed. So the results do not depend on who does which run.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from usecases import registry
from usecases.errors import BackendUnavailable, MissingExtra, UsageError, printable
from usecases.work import Reply, Task, work

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

    from distributed import Client

AHEAD = 3
"""Tasks handed out for each worker: enough that none waits, few enough to stop soon."""

THREADS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"),
    "PYTHON_CPU_COUNT",  # from Python 3.13 on
)
"""What numerical libraries read, when they are imported, to learn how many threads they have."""


class Answered(NamedTuple):
    """A task and what became of it."""

    task: Task
    reply: Reply


Replies: TypeAlias = Generator[Answered, None, None]
"""Replies as they come; closed, it stops the work."""


@dataclass(frozen=True)
class Workers:
    """How many there are, and what has them do tasks and gives the replies as they come."""

    count: int
    replies: Callable[[Iterable[Task]], Replies]


def processes(count: int) -> Workers:
    """So many processes of this machine.

    When one is killed, the tasks it may have had in hand are done again, each alone, so that
    only the one that cannot be done has failed.
    """

    def replies(tasks: Iterable[Task]) -> Replies:
        left = {task.id: task for task in tasks}
        while left:
            try:
                with _processes(count) as pool:
                    for found in _fed(pool, list(left.values()), AHEAD * count):
                        del left[found.task.id]
                        yield found
            except BrokenProcessPool:
                for task in list(left.values())[: AHEAD * count]:
                    yield _alone(left.pop(task.id))

    return Workers(count, replies)


def _alone(task: Task) -> Answered:
    try:
        with _processes(1) as pool:
            return Answered(task, pool.submit(work, task).result())
    except BrokenProcessPool:
        reason = "its process was ended from outside, as happens where memory runs out"
        return Answered(task, Reply("failed", reason))


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    """New processes with one thread each, none of which outlives this block."""
    others = set(multiprocessing.active_children())
    with _one_thread():
        told = (dict(os.environ),)
        pool = ProcessPoolExecutor(count, _context(), initializer=_settled, initargs=told)
        try:
            yield pool
        except BaseException:  # what is in work would be waited for
            for child in set(multiprocessing.active_children()) - others:
                child.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _context() -> BaseContext:
    """How processes are begun: on Linux as copies of one that has imported what this one has.

    Most of what a new process costs is imports. macOS forks no process safely that has loaded
    its libraries, Windows none at all.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    copied = multiprocessing.get_context("forkserver")
    copied.set_forkserver_preload(["usecases.runner", *_loaded()])
    return copied


def _loaded() -> list[str]:
    """The modules of use cases, algorithms and machines that are loaded here."""
    known = {entry.module for kind in registry.KINDS for entry in registry.entries(kind).values()}
    return sorted(known & sys.modules.keys())


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that are begun within have one thread."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            del os.environ[name]
            os.environ |= {} if value is None else {name: value}


def _settled(environment: dict[str, str]) -> None:
    """A worker ends with its sender, also when that is killed, and leaves interrupts to it.

    It has the sender's environment as it is now: what it was copied from may be older.
    """
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sender := multiprocessing.parent_process():
        Thread(target=_end_with, args=(sender,), daemon=True).start()
        if sys.platform == "linux":
            _end_deaf(sender.sentinel)


def _end_with(sender: BaseProcess) -> None:
    sender.join()
    os._exit(1)


def _end_deaf(pipe: int) -> None:
    """The system ends this process when the pipe's other end is closed.

    A library that computes for minutes lets no thread of ours speak; the signal needs none.
    """
    import fcntl

    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


@contextmanager
def dask(address: str) -> Iterator[Workers]:
    """The workers of the Dask cluster that has this scheduler.

    Raises MissingExtra, BackendUnavailable where nobody answers, or UsageError where workers
    have several threads: runs would share one process.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise MissingExtra("distributed", "dask") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise BackendUnavailable(
            f"no Dask scheduler answers at {printable(address)} ({error})",
            "Start one with: dask scheduler",
        ) from None
    with client:
        count = _workers(client)
        pool = client.get_executor(pure=False)
        yield Workers(count, lambda tasks: _on_cluster(pool, list(tasks), AHEAD * count))


def _on_cluster(pool: Executor, tasks: list[Task], ahead: int) -> Replies:
    """Replies; jobs for machines elsewhere would be written down where nobody looks for them."""
    for task in tasks:
        if task.remote:
            reason = "its machine is elsewhere, which is asked from here: use --workers"
            yield Answered(task, Reply("skipped", reason))
    yield from _fed(pool, [task for task in tasks if not task.remote], ahead)


def _workers(client: Client) -> int:
    threads = client.nthreads().values()
    if not threads:
        raise BackendUnavailable("this Dask cluster has no workers", "Start some: dask worker")
    if max(threads) > 1:
        raise UsageError(
            "a worker of this Dask cluster has several threads",
            "Start workers with: dask worker ADDRESS --nthreads 1",
        )
    return len(threads)


def _fed(pool: Executor, tasks: Iterable[Task], ahead: int) -> Replies:
    """Replies as they come; no more than `ahead` tasks are in the workers' hands."""
    queue = iter(tasks)
    waiting: dict[Future[Reply], Task] = {}
    while True:
        for task in islice(queue, ahead - len(waiting)):
            waiting[pool.submit(work, task)] = task
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield Answered(waiting.pop(future), _reply(future))


def _reply(future: Future[Reply]) -> Reply:
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:  # what a cluster says of a worker that is gone
        return Reply("failed", f"its worker was lost ({type(error).__name__})")
