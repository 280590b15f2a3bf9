"""Figures that compare runs, each with its data as a table and a text for who cannot see it.

One file each: what it shows of some runs, or None where they do not tell enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from usecases.comparable import Cost
from usecases.exhibits import drift, front, profile, scaling, spreads, volumetric
from usecases.exhibits.exhibit import Exhibit
from usecases.records import RunRecord

__all__ = ["Exhibit", "exhibits"]


def exhibits(records: Sequence[RunRecord], costs: Mapping[str, Cost]) -> list[Exhibit]:
    """Everything that these runs tell about contenders; `costs` are what runs cost, by id."""
    found = [
        spreads.exhibit(records),
        profile.exhibit(records),
        *scaling.exhibits(records),
        front.exhibit(records, costs),
        volumetric.exhibit(records),
        *drift.exhibits(records),
    ]
    return [exhibit for exhibit in found if exhibit]
