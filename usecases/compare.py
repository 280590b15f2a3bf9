"""Many runs in one table, always beside the reference and chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from usecases.records import Interval, RunRecord
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

    `options` are those of `run`.
    """
    kept = store or Store()
    found: list[RunRecord] = []
    for name in algorithms:
        for machine in backends:
            if machine is not None and not _uses(name, machine):
                continue
            found.append(
                run(usecase, instance, name, machine, progress=progress, store=kept, **options)
            )
        if not any(r.algorithm == name or _inner(r) == name for r in found):
            found.append(run(usecase, instance, name, progress=progress, store=kept, **options))
    return found


def _uses(algorithm: str, backend: str) -> bool:
    """Whether the algorithm can put its work on this machine, through lowering or not."""
    from usecases import registry
    from usecases.programs import SampleModel

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
        "lift": "–" if score.lift is None else f"{score.lift:.3g}×",
        "time": seconds(spent),
        "source": record.source if record.backend else "classical",
    }


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
