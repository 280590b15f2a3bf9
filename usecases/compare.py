"""Many runs in one table, always beside the reference and chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from usecases import registry
from usecases.contracts import Energy, Levels, observed
from usecases.errors import Partial, UsageError, UsecasesError
from usecases.plan import Plan, needs, prepare, refusal, usual_machine
from usecases.records import Interval, RunRecord, Score
from usecases.registry import name_of
from usecases.runner import Progress, perform
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


def compare(  # noqa: PLR0913 - the parameters are the command line's
    usecase: str,
    instance: str = "demo",
    algorithms: Sequence[str] = ("qaoa",),
    backends: Sequence[str] = (),
    *,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    train_on: str | None = None,
    seed: int = 0,
    seeds: int = 1,
    shots: int | None = None,
    progress: Progress = lambda stage, calls: None,
    store: Store | None = None,
) -> list[RunRecord]:
    """Run every algorithm on every backend it can use, with `seeds` seeds from `seed` on.

    A parameter goes to the algorithms that have it, a setting to the backends. Raises
    UsageError before anything is run, and Partial, which carries the finished records, when
    some runs failed.
    """
    cells = planned(
        *(usecase, instance, algorithms, backends),
        parameters=parameters,
        settings=settings,
        train_on=train_on,
        seed=seed,
        shots=shots,
    )
    repeated = [replace(cell, seed=seed + k) for cell in cells for k in range(seeds)]
    return _performed(repeated, store, progress)


def planned(  # noqa: PLR0913 - the parameters are the command line's
    usecase: str,
    instance: str,
    algorithms: Sequence[str],
    backends: Sequence[str] = (),
    *,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    train_on: str | None = None,
    seed: int = 0,
    shots: int | None = None,
) -> list[Plan]:
    """The runs of a comparison before they are done.

    Raises UsageError for settings that none of them has and for backends that can run nothing.
    """
    shared = dict(parameters or {}) | ({} if shots is None else {"shots": shots})
    chosen = dict(settings or {})
    pairs = [
        (name, machine)
        for name in algorithms
        for machine in _machines(name, _own("algorithm", name, shared), backends, chosen)
    ]
    cells = [
        prepare(
            *(usecase, instance, name, machine),
            parameters=_own("algorithm", name, shared),
            settings=_own("backend", machine, chosen) if machine else {},
            train_on=train_on if machine else None,
            seed=seed,
        )
        for name, machine in pairs
    ]
    used = [machine for _, machine in pairs if machine]
    _all_used(shared, "algorithm", algorithms)
    if idle := [b for b in backends if b not in used]:
        machine = registry.backend(idle[0], _own("backend", idle[0], chosen))
        why = [str(r) for c in cells if c.backend and (r := refusal(c.algorithm, machine))]
        raise UsageError(f"{', '.join(idle)} can run none of these algorithms", "".join(why[:1]))
    _all_used(chosen, "backend", used)
    return cells


def _performed(cells: Sequence[Plan], store: Store | None, progress: Progress) -> list[RunRecord]:
    """The records of all cells; one that fails does not take the others along."""
    found: list[RunRecord] = []
    failed: list[str] = []
    for plan in cells:
        try:
            found.append(perform(plan, store=store, progress=progress))
        except UsecasesError as error:
            if len(cells) == 1:
                raise
            failed.append(f"{name_of(plan.algorithm)}: {error}")
    if failed:
        raise Partial(f"{len(failed)} of {len(cells)} runs failed ({failed[0]})", "", found)
    return found


def _own(kind: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Those of the settings that this algorithm or backend has."""
    known = registry.fields(kind, name)
    return {key: value for key, value in given.items() if key.split(".")[0] in known}


def _all_used(given: dict[str, Any], kind: str, names: Sequence[str]) -> None:
    known = {key for name in names for key in _own(kind, name, given)}
    if strange := sorted(set(given) - known):
        raise UsageError(f"none of {', '.join(names) or 'them'} has {', '.join(strange)}")


def _machines(
    algorithm: str, parameters: dict[str, Any], backends: Sequence[str], settings: dict[str, Any]
) -> list[str | None]:
    """The backends that the algorithm can use; its default when there is none, if it needs one."""
    solver = registry.algorithm(algorithm, parameters)
    if not needs(solver):
        return [None]
    machines = {b: registry.backend(b, _own("backend", b, settings)) for b in backends}
    usable = [b for b, machine in machines.items() if not refusal(solver, machine)]
    return [*usable] or [usual_machine(solver, settings)]


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


def label(record: RunRecord) -> str:
    """The algorithm, and in brackets what its answer also owes something to."""
    return f"{record.algorithm} ({_inner(record)})" if _inner(record) else record.algorithm


def machine(record: RunRecord) -> str:
    """The backend with the settings that are not its defaults: noise must be seen."""
    return with_settings(record.backend, record.backend_settings) if record.backend else "–"


def with_settings(backend: str, settings: Mapping[str, Any]) -> str:
    """A backend, and in brackets what was set on it and on the machine that it wraps."""
    plain = _declared("backend", backend)
    usual = {
        k: to_jsonable_python(plain[k].default)
        for k in settings
        if k in plain and not plain[k].is_required()
    }
    changed = [
        f"{k}={with_settings(v['name'], _but_name(v)) if isinstance(v, dict) else v}"
        for k, v in settings.items()
        if k not in usual or v != usual[k]
    ]
    return f"{backend} ({', '.join(changed)})" if changed else backend


def _but_name(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in kept.items() if k != "name"}


def made_by(record: RunRecord) -> str:
    """Who answered and from what kind of source, for captions."""
    if record.backend is None:
        return f"{record.algorithm} (classical)"
    return f"{record.algorithm} on {machine(record)} ({record.source})"


def _lift(score: Score) -> str:
    """The lift over chance; only its lower end is known where chance never hit."""
    if score.lift is not None:
        return f"{score.lift:.3g}×"
    low = score.lift_interval[0] if score.lift_interval else 0.0
    return f"≥ {low:.3g}×" if low else "–"


def _inner(record: RunRecord) -> str:
    """What an answer also owes something to: inner solvers, and settings that are no defaults."""
    usual = _declared("algorithm", record.algorithm)
    found = []
    for name, value in record.parameters.items():
        kind = value.get("name") or value.get("kind") if isinstance(value, dict) else value
        if name in ("solver", "start", "polish"):
            found += [str(kind) if name == "solver" else f"{name} {kind}"] if value else []
        elif name in usual and name != "shots" and value != _default(usual[name]):
            found.append(f"{name}={kind}")
    return ", ".join(found)


def _declared(kind: str, name: str) -> Mapping[str, FieldInfo]:
    """The settings that are known; none of what made a record elsewhere and is not installed."""
    try:
        found: Mapping[str, FieldInfo] = registry.declared(kind, name).model_fields
    except UsageError:
        return {}
    return found


def _default(about: FieldInfo) -> Any:
    """A setting's default as a record keeps it; what has none is always told."""
    return None if about.is_required() else to_jsonable_python(about.default)


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


def number(value: float, unit: str, error: str = "") -> str:
    """A value to six decimals below a thousand and to two above; to fewer where they state it."""
    text = f"{value:.6f}" if abs(value) < 1000 and value % 1 else f"{value:,.2f}"
    if abs(value) >= 1000 or abs(value - round(value, 6)) < 1e-11:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{error} {unit}".rstrip().replace(",", "\u202f")


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
