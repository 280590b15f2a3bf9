"""The stored runs of pages, for tests of what the pages say of them."""

from __future__ import annotations

from functools import cache

from tests.helpers import ROOT
from usecases.page import stored_runs
from usecases.records import Interval, RunRecord


@cache
def runs(name: str) -> tuple[RunRecord, ...]:
    return tuple(stored_runs(ROOT, name))


def one(name: str, where: str, algorithm: str, **parameters: object) -> RunRecord:
    """The stored run of an instance, its formulation after a colon, with these parameters."""
    instance, _, form = where.partition(":")
    asked = (instance, form, algorithm)
    (found,) = (
        r
        for r in runs(name)
        if (r.instance.name, r.usecase.partition(":")[2], r.algorithm) == asked
        and all(_kind(r.parameters.get(k)) == v for k, v in parameters.items())
    )
    return found


def _kind(value: object) -> object:
    return value.get("kind") or value.get("name") if isinstance(value, dict) else value


def optimal(name: str, where: str, algorithm: str = "qaoa", **parameters: object) -> float:
    return one(name, where, algorithm, **parameters).score.optimal_share or 0.0


def feasible(name: str, where: str, algorithm: str = "qaoa", **parameters: object) -> float:
    return one(name, where, algorithm, **parameters).score.feasible_share or 0.0


def interval(name: str, where: str, algorithm: str = "qaoa", **parameters: object) -> Interval:
    found = one(name, where, algorithm, **parameters).score.optimal_interval
    assert found is not None
    return found


def lift(name: str, where: str) -> float:
    return one(name, where, "qaoa").score.lift or 0.0
