"""Many runs in one table, always beside the reference and chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from usecases import registry
from usecases.errors import UsageError
from usecases.programs import SampleModel
from usecases.records import Interval, RunRecord, Score
from usecases.runner import Progress, run
from usecases.store import Store

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


def compare(
    usecase: str,
    instance: str = "demo",
    algorithms: Sequence[str] = ("qaoa",),
    backends: Sequence[str | None] = (None,),
    *,
    progress: Progress = lambda stage, calls: None,
    store: Store | None = None,
    **options: Any,
) -> list[RunRecord]:
    """Run every algorithm on every backend it can use; classical ones run once.

    `options` are those of `run`; a parameter goes to the algorithms that have it.
    """
    kept = store or Store()
    given = dict(options.pop("parameters", None) or {})
    if (shots := options.pop("shots", None)) is not None:
        given["shots"] = shots
    own = {name: _own(name, given) for name in algorithms}
    if strange := set(given) - {key for known in own.values() for key in known}:
        raise UsageError(f"none of {', '.join(algorithms)} has {', '.join(sorted(strange))}")
    pairs = [(name, b) for name in algorithms for b in _machines(name, backends)]
    return [
        run(
            *(usecase, instance, name, machine),
            parameters=own[name],
            progress=progress,
            store=kept,
            **options,
        )
        for name, machine in pairs
    ]


def _machines(algorithm: str, backends: Sequence[str | None]) -> list[str | None]:
    """Those of the backends that the algorithm can use; its own default when there is none."""
    return [b for b in backends if b is not None and _uses(algorithm, b)] or [None]


def _own(algorithm: str, given: dict[str, Any]) -> dict[str, Any]:
    """Those of the parameters that this algorithm has."""
    fields = type(registry.algorithm(algorithm)).model_fields
    return {key: value for key, value in given.items() if key.split(".")[0] in fields}


def _uses(algorithm: str, backend: str) -> bool:
    """Whether the algorithm can put its work on this machine, through lowering or not."""
    kind, machine = type(registry.algorithm(algorithm)), registry.backend(backend)
    anneals = SampleModel in kind.needs
    return bool(kind.needs) and anneals == (SampleModel in machine.runs)


def _inner(record: RunRecord) -> str | None:
    solver = record.parameters.get("solver")
    return solver["name"] if isinstance(solver, dict) else None


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
    score, timing = record.score, record.timing
    spent = timing.model + timing.compile + timing.machine + timing.classical
    name = f"{record.algorithm} ({_inner(record)})" if _inner(record) else record.algorithm
    return {
        "algorithm": name,
        "backend": record.backend or "–",
        "answer": answer(record),
        "gap": "–" if score.gap is None else percent(score.gap),
        "feasible": share(score.feasible_share, score.feasible_interval),
        "optimal": share(score.optimal_share, score.optimal_interval),
        "lift": _lift(score),
        "time": seconds(spent),
        "source": record.source if record.backend else "classical",
    }


def _lift(score: Score) -> str:
    """The lift over chance; only its lower end is known where chance never hit."""
    if score.lift is not None:
        return f"{score.lift:.3g}×"
    return f"≥ {score.lift_interval[0]:.3g}×" if score.lift_interval else "–"


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
    how = "all strings" if luck.exact else f"{luck.samples} random strings"
    return row | {
        "algorithm": "chance",
        "backend": how,
        "feasible": share(luck.feasible_share, None),
        "optimal": share(luck.optimal_share, None),
        "lift": "1×" if luck.optimal_share else "–",
        "source": "uniform",
    }


def answer(record: RunRecord) -> str:
    """The answer in the domain's unit with its standard error, or what is wrong with it."""
    score = record.score
    if score.objective is None:
        more = f" (+{len(score.violations) - 1} more)" if len(score.violations) > 1 else ""
        return f"infeasible: {score.violations[0]}{more}"
    error = f" ± {score.stderr:.2g}" if score.stderr else ""
    return number(score.objective, score.unit, error)


def number(value: float, unit: str, error: str = "") -> str:
    """A value with as many digits as tell it from its neighbours."""
    text = f"{value:.6f}" if abs(value) < 1000 and value % 1 else f"{value:,.2f}".rstrip("0")
    return f"{text.rstrip('.')}{error} {unit}".replace(",", "\u202f")


def percent(value: float) -> str:
    """A share or gap in percent."""
    return "0 %" if value == 0 else f"{100 * value:.3g} %"


def share(value: float | None, interval: Interval | None) -> str:
    """A share with its 95 % interval, both in percent."""
    if value is None:
        return "–"
    if interval is None:
        return percent(value)
    low, high = (f"{100 * end:.3g}" for end in interval)
    return f"{percent(value)} [{low}–{high}]"


def seconds(value: float) -> str:
    """A time that a reader can compare."""
    return f"{1000 * value:.3g} ms" if value < 1 else f"{value:.3g} s"
