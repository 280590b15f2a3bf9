"""A simulator of electrons as a process: its ways to an energy, made and timed on request."""

from __future__ import annotations

import importlib.metadata
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from electrons.problem import Problem
from peers.cost import Floats
from peers.worker import converse

STEP = 1e-4
"""Radians of a central difference."""


class Way(Protocol):
    """A simulator that holds one problem."""

    def value(self, parameters: Floats) -> float:
        """The energy, hartree."""
        ...


@runtime_checkable
class Sloped(Way, Protocol):
    """One with derivatives of its own."""

    def gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The energy and its derivatives by the parameters."""
        ...


Maker: TypeAlias = Callable[[Problem, int], Way]
"""Prepares a problem for so many threads."""


def differences(way: Way, parameters: Floats) -> tuple[float, Floats]:
    """Derivatives from two energies for each parameter."""
    slopes = np.empty(len(parameters))
    for k in range(len(parameters)):
        shift = np.zeros(len(parameters))
        shift[k] = STEP
        above, below = way.value(parameters + shift), way.value(parameters - shift)
        slopes[k] = (above - below) / (2 * STEP)
    return way.value(parameters), slopes


class Session:
    """The conversation with the driver."""

    def __init__(self, ways: Mapping[str, Maker], packages: tuple[str, ...], threads: int) -> None:
        self.ways, self.packages, self.threads = ways, packages, threads
        self.problem: Problem | None = None
        self.made: dict[str, Way] = {}

    def hello(self, _: dict[str, Any]) -> dict[str, Any]:
        """What this simulator is."""
        versions = {name: importlib.metadata.version(name) for name in self.packages}
        return {"versions": versions, "ways": list(self.ways)}

    def load(self, message: dict[str, Any]) -> dict[str, Any]:
        """Takes a problem; nothing is prepared yet."""
        self.made.clear()
        self.problem = Problem.parse(message)
        return {}

    def make(self, message: dict[str, Any]) -> dict[str, Any]:
        """Prepares a way and takes a first energy, which compiles where anything compiles."""
        begun = time.perf_counter()
        way = self.way(message["way"])
        way.value(np.array(message["parameters"]))
        return {"setup": time.perf_counter() - begun, "sloped": isinstance(way, Sloped)}

    def way(self, name: str) -> Way:
        """A way, prepared unless it is already: a process that takes over has none."""
        assert self.problem is not None, "nothing loaded"
        if name not in self.made:
            self.made[name] = self.ways[name](self.problem, self.threads)
        return self.made[name]

    def time(self, message: dict[str, Any]) -> dict[str, Any]:
        """So many calls, one after the other; the mean of their seconds."""
        way, parameters = self.way(message["way"]), np.array(message["parameters"])
        call = caller(way, message["what"])
        begun = time.perf_counter()
        for _ in range(message["calls"]):
            found = call(parameters)
        seconds = (time.perf_counter() - begun) / message["calls"]
        value, slopes = found
        gradient = None if slopes is None else [float(x) for x in slopes]
        return {"value": float(value), "gradient": gradient, "seconds": seconds}


def caller(way: Way, what: str) -> Callable[[Floats], tuple[float, Floats | None]]:
    """What is timed: an energy, or an energy and its derivatives."""
    if what == "energy":
        return lambda parameters: (way.value(parameters), None)
    if isinstance(way, Sloped):
        return way.gradient
    return lambda parameters: differences(way, parameters)


def serve(ways: Mapping[str, Maker], packages: tuple[str, ...]) -> None:
    """A session with the driver."""
    converse(Session(ways, packages, int(sys.argv[1])))
