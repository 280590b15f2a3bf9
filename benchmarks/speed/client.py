"""A worker seen from the driver: a process, a pipe, a time limit and a memory limit."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from typing import Any

from speed.table import FOLDER, Racer

MEMORY = 10 * 2**30
"""Bytes that a worker may hold: one that grows too large fails alone."""
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMBA", "BLIS", "RAYON", "VECLIB")


class Failed(Exception):
    """A worker that says no, is too slow or died."""


def environment(threads: int) -> dict[str, str]:
    """The workers' environment: every library is told the same number of threads."""
    env = {key: value for key, value in os.environ.items() if key not in UNSET}
    env |= {f"{name}_NUM_THREADS": str(threads) for name in THREADS}
    env |= {"JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return env | {"PYTHONPATH": os.pathsep.join((str(FOLDER), str(FOLDER.parent)))}


class Worker:
    """One running racer."""

    def __init__(self, racer: Racer, threads: int) -> None:
        self.racer, self.threads = racer, threads
        self.message: dict[str, Any] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process."""
        entry = self.racer.entry
        words = [str(entry.python), "-m", f"{entry.package}.{entry.name}", str(self.threads)]
        self.process = subprocess.Popen(
            [*words, self.racer.precision],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=FOLDER,
            env=environment(self.threads),
        )
        if sys.platform == "linux":
            import resource

            resource.prlimit(self.process.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))

    def stop(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def ask(self, limit: float, **message: Any) -> dict[str, Any]:
        """One question and its answer; limit in seconds, after which the worker is ended."""
        if self.process is None:
            self.start()
            if message["op"] != "load" and self.message is not None:
                self.ask(limit, **self.message)
        assert self.process is not None and self.process.stdin and self.process.stdout
        with contextlib.suppress(BrokenPipeError):  # the empty answer below says so
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
        if not select.select([self.process.stdout], [], [], limit)[0]:
            self.stop()
            raise Failed(f"no answer in {limit:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise Failed("the process died")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def load(self, limit: float, **problem: Any) -> dict[str, Any]:
        """Hands over what is to be simulated, and again to a process that takes over."""
        self.message = {"op": "load", **problem}
        return self.ask(limit, **self.message)
