"""The race over molecules: every way of every simulator in turn, round after round."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from speed.agreement import trusted
from speed.client import Failed, Worker

BLOCK = 0.02
"""Seconds of calls that are timed together: a single call may be shorter than the clock's noise."""
SLOW = 10.0
"""Seconds from which a call is not repeated."""
ENERGY, SLOPES, DIFFERENCED = 1e-8, 1e-8, 1e-5
"""Hartree, and hartree per radian, by which answers may differ."""

Label = tuple[str, str]


def spread(threads: int) -> str:
    """What is said of more than one thread."""
    return "" if threads == 1 else f", {threads} threads"


@dataclass
class Entrant:
    """A way of one simulator in one cell, and what was seen of it."""

    worker: Worker
    way: str
    setup: float
    sloped: bool
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    @property
    def label(self) -> Label:
        """Who it is."""
        return self.worker.racer.label, f"{self.way}{spread(self.worker.threads)}"

    def ask(self, what: str, parameters: list[float], calls: int, limit: float) -> float:
        """So many calls; the seconds of one."""
        words = {"way": self.way, "what": what, "parameters": parameters, "calls": calls}
        answer = self.worker.ask(limit, op="time", **words)
        self.answers[what] = answer
        return float(answer["seconds"])

    def stored(self) -> dict[str, Any]:
        """What is kept; times in seconds."""
        seen = {
            what: {"median": statistics.median(times), "times": times}
            for what, times in self.times.items()
            if times
        }
        value = self.answers["energy"]["value"]
        return {"setup": self.setup, "sloped": self.sloped, "value": value, **seen}


@dataclass
class Race:
    """The workers that race, and how patiently."""

    workers: list[Worker]
    ways: Mapping[str, list[str]]
    limit: float
    repetitions: int

    def cell(self, problem: dict[str, Any], parameters: list[float]) -> dict[str, Any]:
        """Everybody's energies and gradients of one problem."""
        skipped: dict[str, str] = {}
        entrants = list(self.entrants(problem, parameters, skipped))
        self.timed("energy", entrants, parameters, skipped)
        self.timed("gradient", list(self.sloping(entrants)), parameters, skipped)
        racers: dict[str, dict[str, Any]] = {}
        for entrant in entrants:
            if "energy" in entrant.answers:
                label, way = entrant.label
                racers.setdefault(label, {})[way] = entrant.stored()
        wrong = disagreements(entrants)
        return {"racers": racers, "skipped": skipped, "disagreements": wrong}

    def entrants(
        self, problem: dict[str, Any], parameters: list[float], skipped: dict[str, str]
    ) -> Iterable[Entrant]:
        """All ways that can be prepared."""
        for worker in self.workers:
            label = worker.racer.label
            worker.load(self.limit, **problem)
            for way in self.ways[label]:
                try:
                    made = worker.ask(self.limit, op="make", way=way, parameters=parameters)
                except Failed as failure:
                    skipped[f"{label}, {way}{spread(worker.threads)}"] = str(failure)
                else:
                    yield Entrant(worker, way, made["setup"], made["sloped"])

    def timed(
        self, what: str, entrants: list[Entrant], parameters: list[float], skipped: dict[str, str]
    ) -> None:
        """A first call to warm up, one to see how long it takes, then blocks of calls in rounds.

        Differences are many energies that are warm already.
        """
        blocks: dict[Label, int] = {}
        for entrant in entrants:
            seconds = self.asked(entrant, what, parameters, 1, skipped)
            if seconds is not None and (what == "energy" or entrant.sloped):
                seconds = self.asked(entrant, what, parameters, 1, skipped)
            if seconds is None:
                continue
            entrant.times[what] = [seconds] if seconds >= SLOW else []
            if seconds < SLOW:
                blocks[entrant.label] = max(1, int(BLOCK / seconds))
        for _ in range(self.repetitions):
            for entrant in entrants:
                if calls := blocks.get(entrant.label):
                    seconds = self.asked(entrant, what, parameters, calls, skipped)
                    if seconds is None:
                        del blocks[entrant.label]
                    else:
                        entrant.times[what].append(seconds)

    def asked(
        self,
        entrant: Entrant,
        what: str,
        parameters: list[float],
        calls: int,
        skipped: dict[str, str],
    ) -> float | None:
        """The seconds of a call, or none and the reason noted."""
        try:
            return entrant.ask(what, parameters, calls, self.limit)
        except Failed as failure:
            skipped[", ".join(entrant.label)] = f"{what}: {failure}"
            return None

    def sloping(self, entrants: list[Entrant]) -> Iterable[Entrant]:
        """Those with gradients; of a simulator without any, its fastest way takes differences."""
        raced = [e for e in entrants if e.times.get("energy")]
        for entrant in raced:
            mine = [e for e in raced if e.label[0] == entrant.label[0]]
            fastest = min(mine, key=lambda e: statistics.median(e.times["energy"]))
            if entrant.sloped or (entrant is fastest and not any(e.sloped for e in mine)):
                yield entrant


def disagreements(entrants: Iterable[Entrant]) -> list[str]:
    """Who does not compute what the others do: energies first, then gradients."""
    raced = list(entrants)
    values = {e.label: [e.answers["energy"]["value"]] for e in raced if "energy" in e.answers}
    said = off(values, dict.fromkeys(values, ENERGY), "energy")
    sloped = {e.label: e for e in raced if "gradient" in e.answers}
    slopes = {label: e.answers["gradient"]["gradient"] for label, e in sloped.items()}
    held = {label: SLOPES if e.sloped else DIFFERENCED for label, e in sloped.items()}
    return said + off(slopes, held, "gradient")


def off(vectors: dict[Label, list[float]], held: dict[Label, float], what: str) -> list[str]:
    """A sentence for each whose numbers are further from the median than allowed."""
    if len(vectors) < 2:
        return []
    by_name = {", ".join(label): vector for label, vector in vectors.items()}
    allowed = {", ".join(label): bound for label, bound in held.items()}
    length = len(next(iter(by_name.values())))
    centre = [trusted({n: v[k] for n, v in by_name.items()}, allowed) for k in range(length)]
    said = []
    for name, vector in by_name.items():
        worst = max(abs(x - y) for x, y in zip(vector, centre, strict=True))
        if not worst <= allowed[name]:  # also when it is not a number
            said.append(f"{what} of {name} is off by {worst:.1e} (allowed {allowed[name]:.0e})")
    return said
