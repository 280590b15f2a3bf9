"""The runs of a comparison: each algorithm on every backend that it can use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from usecases import registry
from usecases.errors import Partial, UsageError, UsecasesError
from usecases.plan import Plan, needs, prepare, refusal, usual_machine
from usecases.records import RunRecord
from usecases.registry import name_of
from usecases.runner import Progress, perform
from usecases.store import Store


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
    perform: Callable[..., RunRecord] = perform,
    progress: Progress = lambda stage, calls: None,
    store: Store | None = None,
) -> list[RunRecord]:
    """Run every algorithm on every backend it can use, with `seeds` seeds from `seed` on.

    A parameter goes to the algorithms that have it, a setting to the backends. `perform` does a
    planned run. Raises UsageError before anything is run, and Partial, which carries the finished
    records, when some runs failed.
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
    return _performed(repeated, partial(perform, store=store, progress=progress))


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


def _performed(cells: Sequence[Plan], perform: Callable[[Plan], RunRecord]) -> list[RunRecord]:
    """The records of all cells; one that fails does not take the others along."""
    found: list[RunRecord] = []
    failed: list[str] = []
    for plan in cells:
        try:
            found.append(perform(plan))
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
