"""The race: every racer gets every cell in turn, so that a noisy machine hits all alike."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peers.cost import Cost
from speed.agreement import disagreements
from speed.client import Failed, Worker
from speed.instances import angles

WHATS = ("expectation", "gradient")
MOST, SHORT = 25, 0.5
"""Calls far shorter than SHORT seconds are repeated up to MOST times."""


@dataclass(frozen=True)
class Cell:
    """One thing to compute."""

    kind: str
    n: int
    depth: int
    what: str


@dataclass
class Race:
    """The racers on their way through the cells."""

    workers: list[Worker]
    limit: float
    repetitions: int
    known: dict[tuple[str, str, str], list[tuple[Cell, float, str]]] = field(default_factory=dict)
    out: dict[tuple[str, str], str] = field(default_factory=dict)

    def run(self, cost: Cost, depths: list[int], whats: Sequence[str]) -> Iterator[dict[str, Any]]:
        """All cells of a cost."""
        setups = self.load(cost)
        for depth in depths:
            for what in whats:
                yield self.cell(Cell(cost.kind, cost.n, depth, what), setups)

    def load(self, cost: Cost) -> dict[str, float]:
        """Every racer gets the cost; one that fails is out for this kind and larger ones."""
        setups = {}
        message = {"kind": cost.kind, "n": cost.n, "terms": cost.terms}
        for worker in self.workers:
            label = worker.racer.label
            if (label, cost.kind) in self.out:
                worker.stop()
                continue
            try:
                said = worker.load(4 * self.limit + 60, **message)
            except Failed as failure:
                self.out[label, cost.kind] = f"{failure} (loading {cost.n} variables)"
            else:
                setups[label] = float(said["setup"])
        return setups

    def cell(self, cell: Cell, setups: dict[str, float]) -> dict[str, Any]:
        """Warms every racer, then times them in rounds."""
        gammas, betas = (x.tolist() for x in angles(cell.depth))
        message = {"what": cell.what, "gammas": gammas, "betas": betas}
        skipped: dict[str, str] = {}
        warmed: dict[Worker, dict[str, Any]] = {}
        for worker in self.workers:
            answer = self.warm(worker, cell, message)
            if isinstance(answer, str):
                skipped[worker.racer.label] = answer
            else:
                warmed[worker] = answer
        times = self.rounds(warmed, message, cell, skipped)
        answers = {w.racer.label: a for w, a in warmed.items() if times[w]}
        timed = {w.racer.label: times[w] for w in warmed if times[w]}
        return {
            **vars(cell),
            "racers": {
                label: self.entry(answers[label], timed[label], setups.get(label, 0.0))
                for label in answers
            },
            "skipped": skipped,
            "disagreements": disagreements(answers),
        }

    def entry(self, answer: dict[str, Any], times: list[float], setup: float) -> dict[str, Any]:
        """What is kept of a racer's cell; times in seconds."""
        kept: dict[str, Any] = {key: answer.get(key) for key in ("way", "ways", "value", "bytes")}
        setup += answer["setup"]
        return {**kept, "median": statistics.median(times), "times": times, "setup": setup}

    def warm(self, worker: Worker, cell: Cell, message: dict[str, Any]) -> dict[str, Any] | str:
        """The first calls of a cell, or why there are none."""
        label = worker.racer.label
        if (label, cell.kind) in self.out:
            return self.out[label, cell.kind]
        expected = self.predicted(label, cell)
        if expected > self.limit:
            return f"predicted {expected:.0f} s"
        try:
            answer = worker.ask(4 * self.limit + 60, op="warm", **message)
        except Failed as failure:
            self.out[label, cell.kind] = f"{failure} (at n={cell.n}, p={cell.depth}, {cell.what})"
            return self.out[label, cell.kind]
        seen = self.known.setdefault((label, cell.kind, cell.what), [])
        seen.append((cell, answer["seconds"], answer["way"]))
        seconds = answer["seconds"]
        return f"predicted {seconds:.0f} s" if seconds > self.limit else answer

    def predicted(self, label: str, cell: Cell) -> float:
        """Seconds that a call will take, from the largest smaller cell; 0 if none is known."""
        seen = self.known.get((label, cell.kind, cell.what), [])
        fitting = [item for item in seen if item[0].n <= cell.n and item[0].depth <= cell.depth]
        if not fitting:
            return 0.0
        nearest, seconds, way = max(fitting, key=lambda item: (item[0].n, item[0].depth))
        layers = cell.depth / nearest.depth
        growth = layers**2 if way.startswith("differences") else layers
        return float(seconds * growth * 2 ** (cell.n - nearest.n))

    def rounds(
        self,
        warmed: dict[Worker, dict[str, Any]],
        message: dict[str, Any],
        cell: Cell,
        skipped: dict[str, str],
    ) -> dict[Worker, list[float]]:
        """Seconds of every call: one call of each racer, then again from the first."""
        counts = {w: self.count(answer["seconds"]) for w, answer in warmed.items()}
        times: dict[Worker, list[float]] = {w: [] for w in warmed}
        for k in range(max(counts.values(), default=0)):
            for worker in (w for w in warmed if k < counts[w]):
                try:
                    answer = worker.ask(4 * self.limit + 60, op="time", **message)
                except Failed as failure:
                    counts[worker] = 0
                    times[worker] = []
                    label = worker.racer.label
                    skipped[label] = self.out[label, cell.kind] = str(failure)
                else:
                    times[worker].append(answer["seconds"])
                    warmed[worker]["bytes"] = answer["bytes"]
        return times

    def count(self, seconds: float) -> int:
        """How often a call of so many seconds is repeated."""
        return max(self.repetitions, min(MOST, int(SHORT / max(seconds, 1e-9))))
