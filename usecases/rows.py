"""Many runs in one table, always beside the reference and chance."""

from __future__ import annotations

from collections.abc import Iterable

from usecases.contracts import Energy, Levels, observed
from usecases.naming import label, machine
from usecases.records import RunRecord, Score
from usecases.wording import number, percent, seconds, share

COLUMNS = (
    "algorithm",
    "backend",
    "answer",
    "gap",
    "feasible",
    "optimal",
    "lift",
    "time",
    "source",
)


def table(records: Iterable[RunRecord]) -> list[dict[str, str]]:
    """One row a run, then the reference's and chance's rows of each instance."""
    rows: list[dict[str, str]] = []
    kept = list(records)
    for k, record in enumerate(kept):
        rows.append(_row(record))
        following = kept[k + 1] if k + 1 < len(kept) else None
        if following is None or following.instance.sha256 != record.instance.sha256:
            rows += [_reference_row(record), _chance_row(record)]
    return rows


def _row(record: RunRecord) -> dict[str, str]:
    score = record.score
    return {
        "algorithm": label(record),
        "backend": machine(record),
        "answer": answer(record),
        "gap": "–" if score.gap is None else percent(score.gap),
        "feasible": share(score.feasible_share, score.feasible_interval),
        "optimal": share(score.optimal_share, score.optimal_interval),
        "lift": _lift(score),
        "time": seconds(record.timing.solving),
        "source": record.source if record.backend else "classical",
    }


def _lift(score: Score) -> str:
    """The lift over chance; only its lower end is known where chance never hit."""
    if score.lift is not None:
        return f"{score.lift:.3g}×"
    low = score.lift_interval[0] if score.lift_interval else 0.0
    return f"≥ {low:.3g}×" if low else "–"


def _reference_row(record: RunRecord) -> dict[str, str]:
    reference = record.score.reference
    row = dict.fromkeys(COLUMNS, "–")
    return row | {
        "algorithm": f"reference ({reference.kind.replace('_', ' ')})",
        "backend": reference.method.split(", ")[0],
        "answer": number(reference.value, record.score.unit),
        "gap": percent(0.0),
        "time": seconds(record.timing.reference),
        "source": "classical",
    }


def _chance_row(record: RunRecord) -> dict[str, str]:
    luck = record.score.chance
    row = dict.fromkeys(COLUMNS, "–")
    if luck is None:
        return row
    how = f"all {luck.samples} strings" if luck.exact else f"{luck.samples} random strings"
    return row | {
        "algorithm": "chance",
        "backend": how,
        "answer": _of_chance(record),
        "feasible": share(luck.feasible_share, None),
        "optimal": share(luck.optimal_share, None),
        "lift": "1×" if luck.optimal_share else "–",
        "source": "uniform",
    }


def _of_chance(record: RunRecord) -> str:
    """What a feasible random string is worth on average, and the best of them."""
    luck, unit = record.score.chance, record.score.unit
    if luck is None or luck.best is None or luck.mean is None:
        return "–"
    return f"best {number(luck.best, unit)}, mean {number(float(f'{luck.mean:.4g}'), unit)}"


def answer(record: RunRecord) -> str:
    """The answer in the domain's unit with its standard error, or what is wrong with it.

    A search that ended without a proof says how low an energy could still be.
    """
    score = record.score
    if score.objective is None:
        more = f" (+{len(score.violations) - 1} more)" if len(score.violations) > 1 else ""
        return f"infeasible: {score.violations[0]}{more}{_unproven(record)}"
    error = f" ± {score.stderr:.2g}" if score.stderr else ""
    return number(score.objective, score.unit, error) + _unproven(record) + _remark(record)


def _remark(record: RunRecord) -> str:
    """What an energy says of itself: that it is no bound, or among how many determinants."""
    value, score = observed(record.answer.value), record.score
    if not isinstance(value, Energy | Levels) or not value.remark:
        return ""
    below = score.reference.kind == "optimal" and (score.gap or 0.0) < 0
    return f" ({value.remark}{'; below the exact energy' if below else ''})"


def _unproven(record: RunRecord) -> str:
    """The energy and the bound on it, in words, where they do not meet."""
    energy, bound = record.answer.energy, record.answer.bound
    if bound is None or bound >= energy:
        return ""
    return f" (not proven: energy {number(energy, '')}, proven ≥ {number(bound, '')})"
