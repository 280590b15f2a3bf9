"""Reading an answer back: the schedule, the rules it breaks, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import Field

from energy.unit_commitment.dispatch import dispatch
from energy.unit_commitment.fleet import WATT, Fleet, Unit
from usecases.errors import Infeasible
from usecases.models import Sample
from usecases.records import Record
from usecases.samples import checked


class Schedule(Record):
    """Which units are on in each hour and what they produce."""

    on: tuple[tuple[bool, ...], ...] = Field(description="[hour][unit]")
    output: tuple[tuple[float, ...] | None, ...] = Field(
        description="MW, [hour][unit]; null in an hour whose units cannot meet the demand"
    )


def interpret(fleet: Fleet, sample: Sample) -> Schedule:
    """The schedule with the units the sample turns on, each hour dispatched at least cost.

    Raises VerificationFailed when the sample lacks a decision, has one that the fleet has
    not, or holds something else than 0 and 1.
    """
    hint = "A sample holds 0 or 1 for each unit and hour"
    flat = np.array(checked(sample, fleet.labels(), hint))
    return scheduled(fleet, flat.reshape(fleet.hours, -1).tolist())


def scheduled(fleet: Fleet, on: Sequence[Sequence[int]]) -> Schedule:
    """The schedule with these units on, [hour][unit], each hour dispatched at least cost."""
    states = tuple(tuple(map(bool, row)) for row in on)
    found = dispatch(fleet.units, np.array(states, dtype=np.int8), np.array(fleet.demand))
    output = tuple(
        tuple(row) if abs(sum(row) - demand) <= WATT else None
        for row, demand in zip(found.tolist(), fleet.demand, strict=True)
    )
    return Schedule(on=states, output=output)


def violations(fleet: Fleet, schedule: Schedule) -> list[str]:
    """The broken rules in the words of a control room; empty when the schedule can run."""
    shape = [len(schedule.on), len(schedule.output)]
    rows = [*schedule.on, *(row for row in schedule.output if row is not None)]
    if shape != [fleet.hours] * 2 or any(len(row) != len(fleet.units) for row in rows):
        return [f"the schedule is not one of {len(fleet.units)} units over {fleet.hours} hours"]
    served = [v for h in range(fleet.hours) for v in _hour_violations(fleet, schedule, h)]
    runs = [[row[u] for row in schedule.on] for u in range(len(fleet.units))]
    return served + [
        v for u, r in zip(fleet.units, runs, strict=True) for v in _run_violations(u, r)
    ]


def _hour_violations(fleet: Fleet, schedule: Schedule, hour: int) -> Iterator[str]:
    demand, on, output = fleet.demand[hour], schedule.on[hour], schedule.output[hour]
    running = [u for u, s in zip(fleet.units, on, strict=True) if s]
    high, low = sum(u.p_max for u in running), sum(u.p_min for u in running)
    where = f"hour {hour + 1}"
    if high < demand - WATT:
        yield f"{where}: {demand - high:.6g} MW short of demand"
    elif high < fleet.required(hour) - WATT:
        yield f"{where}: reserve short by {fleet.required(hour) - high:.6g} MW"
    if low > demand + WATT:
        yield f"{where}: minimum outputs exceed demand by {low - demand:.6g} MW"
    if output is None:
        if low - WATT <= demand <= high + WATT:
            yield f"{where}: no dispatch, although the units that are on could meet the demand"
        return
    if abs(sum(output) - demand) > WATT:
        yield f"{where}: {sum(output):.6g} MW produced for a demand of {demand:.6g} MW"
    for unit, s, p in zip(fleet.units, on, output, strict=True):
        if not s and abs(p) > WATT:
            yield f"{where}: unit {unit.name} is off and produces {p:.6g} MW"
        elif s and not unit.p_min - WATT <= p <= unit.p_max + WATT:
            yield (
                f"{where}: unit {unit.name} produces {p:.6g} MW, outside its"
                f" {unit.p_min:g} to {unit.p_max:g} MW"
            )


def _run_violations(unit: Unit, run: Sequence[bool]) -> Iterator[str]:
    """Stops before the minimum up time and starts before the minimum down time."""
    was, lasted = unit.initial_hours > 0, abs(unit.initial_hours)
    for hour, now in enumerate(run, start=1):
        least = unit.min_up if was else unit.min_down
        if now != was and lasted < least:
            did, kind = ("stops", "on") if was else ("starts", "off")
            yield (
                f"unit {unit.name} {did} at hour {hour} after {lasted} h {kind}, minimum {least} h"
            )
        was, lasted = now, lasted + 1 if now == was else 1


def objective(fleet: Fleet, schedule: Schedule) -> float:
    """The cost of the schedule in $: fuel by each unit's own curve, and starts.

    Raises Infeasible for a schedule with an hour that is not dispatched.
    """
    total = 0.0
    for hour, (on, output) in enumerate(zip(schedule.on, schedule.output, strict=True), start=1):
        if output is None:
            raise Infeasible(f"the schedule has no dispatch for hour {hour}, hence no cost")
        total += sum(
            u.a + u.b * p + u.c * p * p
            for u, s, p in zip(fleet.units, on, output, strict=True)
            if s
        )
    runs = zip(*schedule.on, strict=True)
    return total + sum(_starts(u, run) for u, run in zip(fleet.units, runs, strict=True))


def _starts(unit: Unit, run: Sequence[bool]) -> float:
    """What a unit's starts cost in $; cold after more than min_down + cold_hours hours off."""
    total = 0.0
    off = max(-unit.initial_hours, 0)
    was = unit.initial_hours > 0
    for now in run:
        if now and not was:
            cold = off > unit.min_down + unit.cold_hours
            total += unit.cold_start if cold else unit.hot_start
        off = 0 if now else off + 1
        was = now
    return total
