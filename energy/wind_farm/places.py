"""Farms: Horns Rev 1 and parts of it, Mosetti's square, IEA Task 37's circle, random ones."""

from __future__ import annotations

import numpy as np

from energy.wind_farm.farm import Farm, Site
from energy.wind_farm.turbines import IEA37, MOSETTI
from energy.wind_farm.wind import IEA37_ROSE, NORTH
from usecases.errors import BadInstance

# fmt: off
_LEAN = (0, 68, 137, 205, 273, 341, 410, 478)
_NORTH = (6151447, 6150891, 6150335, 6149779, 6149224, 6148668, 6148112, 6147556)
"""Horns Rev 1 in UTM 32: rows 1 to 8 from the north, each shifted east; columns 560 m apart.

The positions are those of PyWake (examples/data/hornsrev1.py, MIT)."""

_CIRCLE = (
    (0.0, 0.0), (650.0, 0.0), (200.861, 618.1867), (-525.861, 382.0604),
    (-525.861, -382.0604), (200.861, -618.1867), (1300.0, 0.0), (1051.7221, 764.1208),
    (401.7221, 1236.3735), (-401.7221, 1236.3735), (-1051.7221, 764.1208), (-1300.0, 0.0),
    (-1051.7221, -764.1208), (-401.7221, -1236.3735), (401.7221, -1236.3735),
    (1051.7221, -764.1208),
)
"""The 16 turbines of IEA Wind Task 37's first case study, m."""
# fmt: on


def horns_rev(columns: int, rows: int, count: int) -> Farm:
    """The north-western columns and rows of Horns Rev 1, of whose sites `count` are built.

    Sites are named as turbines are: the column from 0 in the west, the row from 1 in the north.
    """
    sites = tuple(
        Site(name=f"{c}{r + 1}", x=423974 + 560 * c + _LEAN[r], y=_NORTH[r])
        for c in range(columns)
        for r in range(rows)
    )
    title = f"Horns Rev 1, {len(sites)} of its 80 sites" if len(sites) < 80 else "Horns Rev 1"
    return Farm(sites=sites, count=count, title=title)


def mosetti(count: int = 30) -> Farm:
    """The 10 × 10 cells of 200 m of Mosetti, Poloni & Diviacco (1994), wind from the north.

    Hub height 60 m and roughness 0.3 m make the wake decay 0.5 / ln(60 / 0.3) = 0.0944.
    """
    sites = tuple(
        Site(name=f"r{r + 1:02d}c{c + 1:02d}", x=100 + 200 * c, y=1900 - 200 * r)
        for r in range(10)
        for c in range(10)
    )
    return Farm(
        sites=sites,
        count=count,
        turbine=MOSETTI,
        wind=NORTH,
        wake_decay=round(0.5 / float(np.log(60 / 0.3)), 4),
        title="Mosetti et al. 1994, case (a)",
    )


def iea37(count: int = 8) -> Farm:
    """The 16 sites of IEA Wind Task 37's first case study, with its turbine and its wind."""
    sites = tuple(Site(name=f"t{k:02d}", x=x, y=y) for k, (x, y) in enumerate(_CIRCLE, start=1))
    title = "IEA Wind Task 37, case study 1"
    return Farm(sites=sites, count=count, turbine=IEA37, wind=IEA37_ROSE, title=title)


def example(size: int, seed: int) -> Farm:
    """A random farm of `size` sites, half of which are built; synthetic positions.

    Sites are cells of a grid of 400 m, moved by up to 100 m, under the wind of Horns Rev.
    """
    if not 1 <= size <= 400:
        raise BadInstance("size", f"a random farm has 1 to 400 sites, not {size}")
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(1.5 * size)))
    cells = np.sort(rng.choice(side * side, size, replace=False))
    moved = rng.uniform(-100, 100, (size, 2)).round(1)
    at = 400.0 * np.column_stack([cells % side, cells // side]) + moved
    sites = tuple(Site(name=f"s{k:03d}", x=x, y=y) for k, (x, y) in enumerate(at.tolist(), 1))
    return Farm(sites=sites, count=(size + 1) // 2, title=f"synthetic, seed {seed}")
