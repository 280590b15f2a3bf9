"""Benchmark your backend: how deep, how far apart, and what one gate keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from usecases.errors import UsageError
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.ghz import Fidelity
from usecases.records import RunRecord


def deepest(runs: Sequence[RunRecord], answer: Any) -> Verdict:
    """The layers with which the optimum is hit most often; what is within the error counts."""
    if answer is ...:
        return OPEN
    known = {run.parameters["layers"]: run for run in runs}
    if answer not in known:
        return wrong(f"That was not run; these were: {', '.join(map(str, known))}")
    best = max(runs, key=_share)
    chosen = known[answer]
    told = f"{100 * _share(chosen):.1f} % of shots with {answer} layers"
    if (chosen.score.optimal_interval or (0, 0))[1] >= _share(best):
        return right(f"{told}: beyond, noise eats what depth gains")
    return wrong(f"{told}, and there is a depth with {100 * _share(best):.1f} %")


def apart(one: Fidelity, two: Fidelity, answer: Any) -> Verdict:
    """The difference of two fidelities in standard errors of it."""
    due = one.differs(two)
    difference = one.value - two.value
    return number(
        answer,
        due,
        0.05 * abs(due) + 0.05,
        f"{due:+.1f} standard errors; beyond 2 it is unlikely to be luck",
        {
            "The sign: the first less the second": -due,
            "Errors add up as squares; that is with their plain sum": difference
            / (one.stderr + two.stderr),
            "That is with one of the two errors only": difference / one.stderr,
            "That is the difference itself": difference,
        },
    )


def per_gate(ideal: RunRecord, noisy: RunRecord, answer: Any) -> Verdict:
    """(share − chance) of noisy over ideal, to the power of one over the gates."""
    luck = ideal.score.chance
    if luck is None or noisy.circuits is None or luck.optimal_share is None:
        raise UsageError("these runs have no circuits or no chance", "Take qaoa's on aer")
    gates = noisy.circuits.compiled_two_qubit_gates
    kept = (_share(noisy) - luck.optimal_share) / (_share(ideal) - luck.optimal_share)
    due = kept ** (1 / gates)
    return number(
        answer,
        due,
        0.1 * (1 - due),
        f"{due:.4f}: one gate in {1 / (1 - due):.0f} goes wrong, readout and all included",
        {
            "That is what all gates together keep; one alone is its root": kept,
            "That is what one gate loses; asked is what it keeps": 1 - due,
            "Losses multiply: a root, not a division by the gates": kept / gates,
            "That is without taking chance off both": (_share(noisy) / _share(ideal))
            ** (1 / gates),
        },
    )


def _share(record: RunRecord) -> float:
    share = record.score.optimal_share
    if share is None:
        raise UsageError("this run has no shots", "Take qaoa's")
    return share
