"""How good an answer is: beside the reference, beside chance, and with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from usecases import metrics
from usecases.contracts import Differences, NonVariational, Outcome, UseCase, unit_of
from usecases.errors import VerificationFailed
from usecases.models import Model
from usecases.observe import outcomes
from usecases.records import Chance, Record, Reference, Score
from usecases.spaces import of_model

ENUMERATED = 12
"""Up to 2^ENUMERATED strings chance is computed from all of them; above, it is sampled."""

CHANCE_BITS = 100_000
"""Above, as many strings are drawn as hold this many bits, at most 4096."""

Case = UseCase[Any, Any, Any, Any]


@dataclass(frozen=True)
class Judged:
    """An outcome in the domain's words; the objective is None when a rule is broken."""

    outcome: Outcome[Any]
    solution: Any
    violations: tuple[str, ...]
    objective: float | None

    @property
    def feasible(self) -> bool:
        return not self.violations


def assess(case: Case, instance: Record, outcome: Outcome[Any]) -> Judged:
    """One outcome read back, checked against the domain's rules and valued."""
    solution = case.interpret(instance, outcome.value)
    violations = tuple(case.violations(instance, solution))
    objective = None if violations else float(case.objective(instance, solution))
    return Judged(outcome, solution, violations, objective)


def best(case: Case, judged: Iterable[Judged]) -> Judged:
    """The best feasible answer, or the one of lowest energy when none is feasible.

    Of those that tie, the first: the last digits of an energy depend on the model's form.
    """

    def rank(j: Judged) -> tuple[bool, float, float]:
        worse = 0.0 if j.objective is None else metrics.worse_by(j.objective, 0.0, case.sense)
        return not j.feasible, worse, float(f"{j.outcome.energy:.9g}")

    return min(judged, key=rank)


def chance(case: Case, instance: Record, model: Model, reference: Reference, seed: int) -> Chance:
    """What uniform random strings score through the same interpretation.

    Where the model declares groups, the strings keep their rules: what a mixer is given for
    free is no merit of the angles.
    """
    space = of_model(model)
    exact = space.size <= 1 << ENUMERATED
    rng = np.random.default_rng([seed, 1])
    drawn = max(min(CHANCE_BITS // max(space.bits, 1), 4096), 256)
    bits = space.strings(np.arange(space.size)) if exact else space.draw(drawn, rng)
    judged = [assess(case, instance, o) for o in outcomes(model, bits)]
    values = [j.objective for j in judged if j.objective is not None]
    return Chance(
        feasible_share=len(values) / len(judged),
        optimal_share=_optimal_shots(case, judged, reference, len(judged)),
        best=(min(values) if case.sense == "min" else max(values)) if values else None,
        mean=math.fsum(values) / len(values) if values else None,
        samples=len(judged),
        exact=exact,
    )


def _optimal_shots(
    case: Case, judged: list[Judged], reference: Reference, shots: int
) -> float | None:
    """The share of shots that reach a proven optimum; None without one."""
    if reference.kind != "optimal":
        return None
    return sum(j.outcome.count for j in judged if _optimal(case, j, reference)) / shots


def _optimal(case: Case, judged: Judged, reference: Reference) -> bool:
    return judged.objective is not None and metrics.ties(
        judged.objective, reference.value, case.tolerance or 0.0
    )


def score(
    case: Case,
    instance: Record,
    judged: list[Judged],
    reference: Reference,
    luck: Chance,
    seconds: float | None,
) -> tuple[Score, Judged]:
    """Every number of the score, and the answer it is about.

    `seconds` is the run's time without queue and scoring, None when the answers are no shots.
    Raises VerificationFailed when an answer beats what is proven, by the reference or by itself;
    only an energy of no state may, which is named as such.
    """
    top = best(case, judged)
    stderr = top.outcome.stderr
    _refuse_too_good(case, unit_of(case, instance), top, reference)
    _refuse_false_bound(judged)
    fields: dict[str, Any] = {}
    if top.objective is not None:
        fields["gap"] = metrics.gap(top.objective, reference, case.sense)
        fields["ratio"] = metrics.ratio(top.objective, reference)
        if case.tolerance is not None and reference.kind == "optimal":
            fields["within_tolerance"] = metrics.within(
                top.objective, stderr or 0.0, reference.value, case.tolerance
            )
    if stderr is None and seconds is not None:  # shots, not an estimated value
        fields |= _shares(case, judged, reference, luck, seconds)
    found = Score(
        feasible=top.feasible,
        objective=top.objective,
        unit=unit_of(case, instance),
        sense=case.sense,
        stderr=stderr,
        reference=reference,
        chance=luck,
        violations=top.violations,
        **({"gap": None} | fields),
    )
    return found, top


def _shares(
    case: Case, judged: list[Judged], reference: Reference, luck: Chance, seconds: float
) -> dict[str, Any]:
    """Shares of shots with their intervals, the lift over chance and the time to solution."""
    shots = sum(j.outcome.count for j in judged)
    feasible = sum(j.outcome.count for j in judged if j.feasible)
    fields: dict[str, Any] = {
        "feasible_share": feasible / shots,
        "feasible_interval": metrics.wilson(feasible, shots),
    }
    share = _optimal_shots(case, judged, reference, shots)
    if share is None or luck.optimal_share is None:
        return fields
    interval = metrics.wilson(round(share * shots), shots)
    of_chance = (luck.optimal_share, luck.optimal_share)
    if not luck.exact:
        of_chance = metrics.wilson(round(luck.optimal_share * luck.samples), luck.samples)
    ratio, bounds = metrics.lift(share, interval, luck.optimal_share, of_chance)
    return fields | {
        "optimal_share": share,
        "optimal_interval": interval,
        "lift": ratio,
        "lift_interval": bounds,
        "tts99": metrics.tts99(seconds / shots, share),
        "tts99_interval": metrics.tts99_interval(seconds / shots, interval),
    }


def _refuse_too_good(case: Case, unit: str, top: Judged, reference: Reference) -> None:
    # A method that gives no bound may end below the exact energy, and its answer says so.
    if top.objective is None or isinstance(top.outcome.value, NonVariational | Differences):
        return
    if metrics.too_good(top.objective, top.outcome.stderr or 0.0, reference, case.sense):
        raise VerificationFailed(
            f"the answer {top.objective:.10g} {unit} beats the proven optimum"
            f" {reference.value:.10g} ({reference.method}) by more than two standard errors",
            "The model, the reference or the machine is wrong: do not use this run",
        )


def _refuse_false_bound(judged: list[Judged]) -> None:
    bounds = [j.outcome.bound for j in judged if j.outcome.bound is not None]
    low = min(j.outcome.energy for j in judged)
    if bounds and max(bounds) > low and not metrics.ties(max(bounds), low):
        raise VerificationFailed(
            f"an answer of energy {low:.10g} lies below the proven bound {max(bounds):.10g}",
            "The solver or the model is wrong: do not use this run",
        )
