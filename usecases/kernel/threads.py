"""Work shared by all cores: the kernels run without Python's lock, so threads suffice."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

PIECES = 8
"""Work is cut into so many pieces, whatever the number of threads: sums are then the same."""


def shared(job: Callable[[int, int, int], None], length: int, threads: int) -> None:
    """Do job(piece, first, last) for PIECES stretches of range(length), on several threads."""
    edges = [length * k // PIECES for k in range(PIECES + 1)]

    def work(thread: int) -> None:
        for k in range(thread, PIECES, threads):
            if edges[k] < edges[k + 1]:
                job(k, edges[k], edges[k + 1])

    waiting = [_pool(os.getpid()).submit(work, thread) for thread in range(1, threads)]
    try:
        work(0)
    finally:  # an interrupt reaches one thread, and the others still write to the state
        wait(waiting)
    for task in waiting:
        task.result()


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of this process; those of a parent do not survive a fork."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="usecases-kernel")
