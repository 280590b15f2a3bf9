"""Reading an answer back: the layout, the rules it breaks, and its energy."""

from __future__ import annotations

from collections import Counter
from math import comb

import numpy as np
from pydantic import Field

from energy.wind_farm import wakes
from energy.wind_farm.farm import Farm
from usecases.errors import VerificationFailed
from usecases.models import Bits, Sample, all_bits
from usecases.records import Record

RANKED, RANKED_SITES = 20_000, 20
"""Layouts, and sites, up to which all layouts are tried with the full physics."""


class Layout(Record):
    """The sites on which turbines are built."""

    sites: tuple[str, ...] = Field(description="names, in the order of the instance")


def interpret(farm: Farm, sample: Sample) -> Layout:
    """The layout with a turbine on each site whose bit is 1.

    Raises VerificationFailed when the sample lacks a site, names another one, or holds
    something else than 0 and 1.
    """
    if len(sample) != len(farm.sites) or any(name not in sample for name in farm.names):
        wrong = sorted(set(farm.names) ^ set(sample))[0]
        raise VerificationFailed(
            f"{wrong!r} is not in the sample, or is no site of the farm",
            "A sample holds 0 or 1 for each site",
        )
    for name, bit in sample.items():
        if bit not in (0, 1):
            raise VerificationFailed(f"{name}: {bit!r} is neither 0 nor 1")
    return Layout(sites=tuple(name for name in farm.names if sample[name]))


def violations(farm: Farm, layout: Layout) -> list[str]:
    """What a planner would object to; empty when the layout can be built."""
    found = [f"there is no site {name}" for name in layout.sites if name not in farm.place]
    counts = Counter(layout.sites)
    found += [f"{k} turbines stand on site {name}" for name, k in counts.items() if k > 1]
    if len(layout.sites) != farm.count:
        found.append(f"{len(layout.sites)} turbines are built; the farm is to have {farm.count}")
    return found


def bits(farm: Farm, layout: Layout) -> Bits:
    """The layout as one row of bits, shape (1, sites)."""
    row = np.zeros((1, len(farm.sites)), dtype=np.int8)
    row[0, [farm.place[name] for name in layout.sites]] = 1
    return row


def objective(farm: Farm, layout: Layout) -> float:
    """Annual energy in GWh, were every pair of turbines alone with its wakes."""
    return float(wakes.pairwise(farm, bits(farm, layout))[0])


def full_energy(farm: Farm, layout: Layout) -> float:
    """Annual energy in GWh with all wakes at once, as Jensen's model has it."""
    return float(wakes.full(farm, bits(farm, layout))[0])


def remarks(farm: Farm, layout: Layout) -> list[str]:
    """What all wakes at once say of the layout, and its rank among all where these are few."""
    energy, n = full_energy(farm, layout), len(farm.sites)
    found = [f"with all wakes at once: {energy:.4f} GWh a year"]
    if n <= RANKED_SITES and comb(n, farm.count) <= RANKED:
        strings = all_bits(n)
        others = wakes.full(farm, strings[strings.sum(axis=1) == farm.count])
        rank = 1 + int((others > energy + 1e-9).sum())
        found += [
            f"by that, number {rank} of {len(others)} layouts; the best has {others.max():.4f}"
        ]
    return found
