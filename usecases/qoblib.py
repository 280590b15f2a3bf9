"""Runs as a submission to the Quantum Optimization Benchmarking Library (Koch et al. 2025).

    USECASE/INSTANCE/INSTANCE_summary.csv                 one line for each algorithm and machine
    USECASE/INSTANCE/INSTANCE_solution.json               the best answer, in the domain's words
    USECASE/INSTANCE/INSTANCE_objective_time_series.json  for each run its improvements

Columns, names and rules after CONTRIBUTING.md and misc/ci/check_submission.py of ZIB-AOPT/QOBLIB.
Its own checkers of solutions expect files of each problem's format, which JSON is not.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from usecases import metrics, registry
from usecases.coefficients import makeup, span
from usecases.contracts import Energy, Levels, observed
from usecases.errors import UsageError
from usecases.naming import machine
from usecases.programs import SampleModel
from usecases.progress import steps
from usecases.records import RunRecord
from usecases.verify import instance_of

THRESHOLD = 1e-4
"""Relative difference to the algorithm's own best within which a run counts as successful."""

NONE = "N/A"


@dataclass(frozen=True)
class Submitter:
    """Who hands in, and where more can be read."""

    name: str
    affiliation: str
    reference: str


def files(records: Iterable[RunRecord], who: Submitter) -> dict[str, str]:
    """The submission's files by path; energies of electrons are no optimisation and left out.

    Raises UsageError where nothing is left, or two instances have one name.
    """
    instances: dict[tuple[str, str], list[RunRecord]] = defaultdict(list)
    for record in records:
        if not isinstance(observed(record.answer.value), Energy | Levels):
            instances[record.usecase, record.instance.sha256].append(record)
    if not instances:
        raise UsageError("none of these runs is one of optimisation")
    found: dict[str, str] = {}
    for runs in instances.values():
        name = _safe(runs[0].instance.name)
        folder = f"{_safe(runs[0].usecase)}/{name}"
        if f"{folder}/{name}_summary.csv" in found:
            raise UsageError(
                f"two instances of {runs[0].usecase} are named {name}",
                "Export them one after the other",
            )
        found[f"{folder}/{name}_summary.csv"] = _summary(name, runs, who)
        best = min(runs, key=_rank)
        found[f"{folder}/{name}_solution.json"] = _json(best.solution)
        found[f"{folder}/{name}_objective_time_series.json"] = _json([_series(r) for r in runs])
    return found


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.") or "instance"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, allow_nan=False) + "\n"


def _rank(record: RunRecord) -> tuple[bool, float]:
    objective = record.score.objective
    worse = 0.0 if objective is None else metrics.worse_by(objective, 0.0, record.score.sense)
    return objective is None, worse


def _series(record: RunRecord) -> list[dict[str, float]]:
    """When the incumbent improved; only the end of a run that tells no more.

    A run without a feasible answer has no incumbent, and so an empty list: the checker takes
    numbers only, which never get worse.
    """
    try:
        return [{"Time": s.seconds, "Incumbent": s.value} for s in steps(record)]
    except UsageError:
        found = record.score.objective
        return [] if found is None else [{"Time": record.timing.solving, "Incumbent": found}]


def _summary(name: str, runs: Sequence[RunRecord], who: Submitter) -> str:
    kinds: dict[str, list[RunRecord]] = defaultdict(list)
    for record in runs:
        kinds[f"{record.algorithm} {_json(record.parameters)} {machine(record)}"].append(record)
    rows = [_row(name, group, who) for group in kinds.values()]
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _row(name: str, runs: Sequence[RunRecord], who: Submitter) -> dict[str, Any]:
    """The runs of one algorithm on one machine, which differ by their seeds."""
    first, best = runs[0], min(runs, key=_rank)
    found = [r.score.objective for r in runs if r.score.objective is not None]
    near = sum(_near(value, best) for value in found)
    hardware = first.source == "hardware"
    machines = fmean(r.timing.machine for r in runs)
    total = fmean(r.timing.solving for r in runs)
    return {
        "Problem": name,
        "Submitter": who.name,
        "Affiliation": who.affiliation,
        "Date": str(best.provenance.get("finished", ""))[:10],
        "Reference": who.reference,
        "Best Objective Value": NONE if best.score.objective is None else best.score.objective,
        "Optimality Bound": best.score.objective if _proven(best) else NONE,
        **_model(first),
        "Workflow": f"{first.usecase} as a model, {_asked(first)}; answers are read back strictly,"
        " none is repaired",
        "Algorithm Type": "Stochastic" if first.shots or not _proven(best) else "Deterministic",
        "Paradigm": _paradigm(first),
        "# Runs": len(runs),
        "# Feasible Runs": len(found),
        "# Successful Runs": near,
        "Success Threshold": THRESHOLD,
        "Hardware Specifications": _hardware(first),
        "Total Runtime": total,
        "Time to Solution": fmean(_solved(r) for r in runs),
        "CPU Runtime": total - machines if hardware else total,
        "GPU Runtime": NONE,
        "QPU Runtime": machines if hardware else NONE,
        "Other HW Runtime": NONE,
        "Remarks": f"{first.source}; unit {first.score.unit}; run records "
        + " ".join(r.id for r in runs),
    }


def _hardware(record: RunRecord) -> str:
    where = f", {machine(record)} ({record.source})" if record.backend else ""
    return f"{record.provenance.get('platform')}{where}"


def _asked(record: RunRecord) -> str:
    settings = ", ".join(f"{k}={json.dumps(v)}" for k, v in record.parameters.items())
    where = f" on {machine(record)}" if record.backend else ""
    trained = f", trained on {record.train_on}" if record.train_on != record.backend else ""
    return f"{record.algorithm} ({settings}){where}{trained}"


def _near(value: float, best: RunRecord) -> bool:
    """Within the threshold of the best answer, either sign of the objective."""
    top = best.score.objective
    return top is not None and abs(value - top) <= THRESHOLD * max(abs(top), 1e-10)


def _proven(record: RunRecord) -> bool:
    """Whether the algorithm itself proved that nothing is better."""
    answer = record.answer
    met = answer.bound is not None and metrics.ties(answer.bound, answer.energy)
    return met and record.score.gap is not None and metrics.ties(record.score.gap, 0.0)


def _solved(record: RunRecord) -> float:
    return record.improvements[-1].seconds if record.improvements else record.timing.solving


def _paradigm(record: RunRecord) -> str:
    """Annealing in software is a classical heuristic, whatever it imitates."""
    if record.source == "hardware":
        return "Quantum Hardware"
    runs = registry.declared("backend", record.backend).runs if record.backend else ()
    return "Quantum Simulator" if set(runs) - {SampleModel} else "Classical"


def _model(record: RunRecord) -> dict[str, Any]:
    """The columns about the model that was solved, counted where it is a quadratic one."""
    found = makeup(registry.usecase(record.usecase).model(instance_of(record)))
    linear, quadratic = found.linear, found.quadratic
    known = linear is not None and quadratic is not None
    return {
        "Modeling Approach": found.language,
        "# Decision Variables": found.variables,
        "# Binary Variables": found.variables,
        "# Integer Variables": 0,
        "# Continuous Variables": 0,
        "# Non-Zero Coefficients": len(linear or ()) + len(quadratic or ()) if known else NONE,
        "Coefficients Type": ("Integer" if found.integral else "Continuous") if known else NONE,
        "Coefficients Range": f"{span(linear or ())}, {span(quadratic or ())}" if known else NONE,
    }
