"""A peer as a process: JSON lines in, JSON lines out, so that each has its own packages."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from peers.cost import Cost, Floats

Value = Callable[[Floats, Floats], float]
Gradient = Callable[[Floats, Floats], tuple[float, Floats]]
Answer = tuple[float, Floats | None]

STEPS = {"double": 1e-5, "single": 1e-3}
"""Steps of the central differences: rounding and curvature cost about the same."""
ENOUGH = 20.0
"""Seconds after which a first call is not repeated to see it without its compilation."""
HOPELESS = 3.0
"""A way that is this many times slower than the best is not tried on larger circuits."""


class Peer:
    """A simulator holding one cost; subclasses offer their ways to a value and a gradient."""

    packages: ClassVar[tuple[str, ...]] = ()

    def __init__(self, cost: Cost, threads: int, precision: str) -> None:
        self.cost, self.threads, self.precision = cost, threads, precision

    def values(self) -> dict[str, Value]:
        """The ways to the expected cost, by name; the fastest counts."""
        raise NotImplementedError

    def gradients(self) -> dict[str, Gradient]:
        """The ways to value and derivatives (γ first, then β); none: differences are taken."""
        return {}

    def traffic(self, what: str, depth: int) -> int | None:
        """Bytes that a call moves at least, if the peer knows better than the driver."""
        return None


def differences(value: Value, step: float) -> Gradient:
    """Derivatives from 4p expectations, central differences."""

    def gradient(gammas: Floats, betas: Floats) -> tuple[float, Floats]:
        angles = np.concatenate((gammas, betas))
        slopes = np.empty(len(angles))
        for k in range(len(angles)):
            shift = np.zeros(len(angles))
            shift[k] = step
            above, below = np.split(angles + shift, 2), np.split(angles - shift, 2)
            slopes[k] = (value(*above) - value(*below)) / (2 * step)
        return value(gammas, betas), slopes

    return gradient


class Session:
    """The conversation with the driver."""

    def __init__(self, kind: type[Peer], threads: int, precision: str) -> None:
        self.kind, self.threads, self.precision = kind, threads, precision
        self.peer: Peer | None = None
        self.ways: dict[tuple[str, int], str] = {}
        self.hopeless: set[tuple[str, str, str]] = set()

    def hello(self, _: dict[str, Any]) -> dict[str, Any]:
        """What this peer is."""
        versions = {name: importlib.metadata.version(name) for name in self.kind.packages}
        return {"versions": versions, "precision": self.precision, "threads": self.threads}

    def load(self, message: dict[str, Any]) -> dict[str, Any]:
        """Builds what is needed once for a cost."""
        self.peer = None  # frees the former before the next is built
        self.ways.clear()
        begun = time.perf_counter()
        self.peer = self.kind(Cost.parse(message), self.threads, self.precision)
        return {"setup": time.perf_counter() - begun}

    def calls(self, what: str, depth: int) -> dict[str, Callable[[Floats, Floats], Answer]]:
        """Every way to what is asked for, by name."""
        assert self.peer is not None, "nothing loaded"
        values = self.peer.values()
        if what == "expectation":
            return {name: lambda g, b, f=f: (f(g, b), None) for name, f in values.items()}  # type: ignore[misc]
        gradients: dict[str, Any] = dict(self.peer.gradients())
        if not gradients:
            name = self.ways.get(("expectation", depth), next(iter(values)))
            step = STEPS[self.precision]
            gradients[f"differences of {name}"] = differences(values[name], step)
        return gradients

    def run(self, what: str, name: str, angles: tuple[Floats, Floats]) -> dict[str, Any]:
        """One call, timed."""
        call = self.calls(what, len(angles[0]))[name]
        begun = time.perf_counter()
        value, slopes = call(*angles)
        seconds = time.perf_counter() - begun
        gradient = None if slopes is None else [float(x) for x in slopes]
        return {"value": float(value), "gradient": gradient, "seconds": seconds}

    def warm(self, message: dict[str, Any]) -> dict[str, Any]:
        """Tries every way, once to compile and once for its time, and keeps the fastest."""
        assert self.peer is not None, "nothing loaded"
        what, angles = message["what"], angles_of(message)
        cost, begun = self.peer.cost, time.perf_counter()
        tried: dict[str, dict[str, Any]] = {}
        for name in self.calls(what, len(angles[0])):
            if (cost.kind, what, name) not in self.hopeless:
                tried[name] = self.run(what, name, angles)
                if tried[name]["seconds"] < ENOUGH:
                    tried[name] = self.run(what, name, angles)
        seconds = {name: answer["seconds"] for name, answer in tried.items()}
        best = min(seconds, key=seconds.__getitem__)
        self.ways[what, len(angles[0])] = best
        if cost.n >= 16:
            slow = (name for name in seconds if seconds[name] > HOPELESS * seconds[best])
            self.hopeless.update((cost.kind, what, name) for name in slow)
        spent = time.perf_counter() - begun
        return {**tried[best], "way": best, "ways": seconds, "setup": spent}

    def time(self, message: dict[str, Any]) -> dict[str, Any]:
        """One call of the fastest way."""
        assert self.peer is not None, "nothing loaded"
        what, angles = message["what"], angles_of(message)
        answer = self.run(what, self.ways[what, len(angles[0])], angles)
        return {**answer, "bytes": self.peer.traffic(what, len(angles[0]))}


def angles_of(message: dict[str, Any]) -> tuple[Floats, Floats]:
    """The angles γ and β of a message."""
    return np.array(message["gammas"], float), np.array(message["betas"], float)


def serve(kind: type[Peer]) -> None:
    """A session with the driver; the command line says how many threads and which precision."""
    converse(Session(kind, int(sys.argv[1]), sys.argv[2]))


def converse(session: Any) -> None:
    """Answers the driver until it closes the pipe; what the packages print goes to stderr."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        message = json.loads(line)
        try:
            answer = getattr(session, message["op"])(message)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        out.write(json.dumps(answer) + "\n")
        out.flush()
