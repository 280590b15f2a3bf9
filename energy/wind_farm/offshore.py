"""Real offshore farms by name, from the positions that OptiWindNet carries.

Positions are those of OptiWindNet's locations; a part of them comes from OpenStreetMap, © its
contributors, under the Open Database License. Only the positions are real: turbine, wind and
wakes are those of Horns Rev 1, so that farms differ by their layout alone.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np

from energy.wind_farm.farm import MOST_SITES, NEAREST, Farm, Site
from energy.wind_farm.turbines import V80
from usecases.errors import BadInstance, MissingExtra
from usecases.models import Floats

BLOCK = 16
"""Sites of a farm's middle, which stand for it at a size that a laptop simulates."""


@cache
def _positions() -> dict[str, tuple[str, Floats]]:
    """Each farm's handle, with its name and its turbines' positions in m, shape (n, 2)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it leaves files open, and its imports are noisy
        try:
            from optiwindnet.importer import load_repository
        except ImportError:
            raise MissingExtra("optiwindnet", "energy") from None
        found = {}
        for place in load_repository():
            data: dict[str, Any] = place.graph
            at = np.asarray(data["VertexC"][: data["T"]], dtype=np.float64)
            if BLOCK <= len(at) <= MOST_SITES and _spaced(at):
                found[data["handle"]] = (str(data["name"]), at)
    return found


def _spaced(at: Floats) -> bool:
    apart = np.linalg.norm(at[:, None] - at[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return bool(apart.min() >= NEAREST * V80.diameter)


def names() -> list[str]:
    """Each farm as a whole, and its middle as NAME-16."""
    return sorted(n for handle in _positions() for n in (handle, f"{handle}-{BLOCK}"))


def farm(name: str) -> Farm:
    """The farm's sites, half of which are built; with -16 those nearest to its middle alone.

    The middle is the mean of all positions; sites that are equally near come in the source's
    order. Raises BadInstance for an unknown name.
    """
    handle, _, block = name.partition("-")
    if handle not in _positions() or block not in ("", str(BLOCK)):
        raise BadInstance("name", f"{name[:40]!r} is no farm of the catalogue")
    title, at = _positions()[handle]
    kept = np.arange(len(at))
    if block:
        away = np.linalg.norm(at - at.mean(axis=0), axis=1)
        kept = np.sort(np.argsort(away, kind="stable")[:BLOCK])
        title += f", the {BLOCK} sites in its middle"
    sites = tuple(
        Site(name=f"t{k + 1:03d}", x=round(float(at[k, 0]), 1), y=round(float(at[k, 1]), 1))
        for k in kept.tolist()
    )
    modelled = "turbine and wind of Horns Rev 1"
    return Farm(sites=sites, count=len(sites) // 2, title=f"{title} ({modelled})")
