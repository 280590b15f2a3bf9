"""Whether the racers computed the same thing."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

TOLERANCES = {"double": 1e-10, "single": 1e-4}
SLOPES = {"double": 1e-8, "single": 1e-3}
DIFFERENCED = {"double": 1e-5, "single": 1e-1}
"""What central differences can be held to."""


def tolerance(label: str, way: str = "", slopes: bool = False) -> float:
    """What a racer is held to, relative to the size of what it computed."""
    precision = "single" if label.endswith(":single") else "double"
    if not slopes:
        return TOLERANCES[precision]
    return (DIFFERENCED if way.startswith("differences") else SLOPES)[precision]


def trusted(numbers: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The median of the racers that are held to most."""
    best = min(weights[label] for label in numbers)
    return statistics.median(x for label, x in numbers.items() if weights[label] == best)


def deviations(vectors: Mapping[str, Sequence[float]], held: Mapping[str, float]) -> list[str]:
    """A sentence for each racer whose numbers are not those of the others."""
    if len(vectors) < 2:
        return []
    length = len(next(iter(vectors.values())))
    centre = [trusted({name: v[k] for name, v in vectors.items()}, held) for k in range(length)]
    scale = max(1.0, *(abs(x) for x in centre))
    said = []
    for label, vector in vectors.items():
        off = max(abs(x - y) for x, y in zip(vector, centre, strict=True))
        if not off <= held[label] * scale:  # also when it is not a number
            said.append(f"{label} is off by {off:.1e} (allowed {held[label] * scale:.1e})")
    return said


def disagreements(answers: Mapping[str, dict[str, object]]) -> list[str]:
    """Who disagrees in a cell: values first, then derivatives."""
    values = {label: [float(answer["value"])] for label, answer in answers.items()}  # type: ignore[arg-type]
    said = [f"value of {x}" for x in deviations(values, {k: tolerance(k) for k in values})]
    slopes = {label: a["gradient"] for label, a in answers.items() if a.get("gradient")}
    held = {k: tolerance(k, str(answers[k]["way"]), slopes=True) for k in slopes}
    return said + [f"gradient of {x}" for x in deviations(slopes, held)]  # type: ignore[arg-type]
