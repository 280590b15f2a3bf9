"""What the race was run on: processor, memory bandwidth, versions."""

from __future__ import annotations

import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

SIZE = 2**25
"""Doubles in each of the three arrays: far more than any cache holds."""


def bandwidth(threads: int, repetitions: int = 7) -> float:
    """Bytes a second of a = b + c (McCalpin's STREAM, its add), the best of some runs."""
    a, b, c = (np.full(SIZE, x) for x in (0.0, 1.0, 2.0))
    edges = np.linspace(0, SIZE, threads + 1, dtype=int).tolist()

    def add(k: int) -> None:
        part = slice(edges[k], edges[k + 1])
        np.add(b[part], c[part], out=a[part])

    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repetitions):
            begun = time.perf_counter()
            list(pool.map(add, range(threads)))
            best = max(best, 3 * 8 * SIZE / (time.perf_counter() - begun))
    return best


def traffic(what: str, n: int, depth: int, precision: str) -> int:
    """Bytes that a table-driven simulation moves at least, if nothing stays in a cache.

    Each layer reads and writes the state once and reads the cost; measuring is one pass more.
    The gradient runs forward once and back with two states.
    """
    amplitudes = 1 << n
    state, cost = (16 if precision == "double" else 8) * amplitudes, 8 * amplitudes
    forward = (depth + 1) * (2 * state + cost)
    return forward if what == "expectation" else forward + depth * (4 * state + cost)


def processor() -> str:
    """The processor's own name."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def facts(threads: int) -> dict[str, Any]:
    """The machine, for the record."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "system": platform.system(),
        "python": platform.python_version(),
        "bandwidth": bandwidth(threads),
    }
