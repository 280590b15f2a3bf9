"""The picture of a fold: the chain seen from where its residues hide one another least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from life_science.protein_folding.lattice import Fold, path, positions
from life_science.protein_folding.peptide import Peptide
from life_science.protein_folding.reading import contacts, objective, violations
from usecases.models import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES = {
    "hydrophobic": ("ACFILMVWGP", "o", "#ffa90e"),
    "polar": ("NQSTYH", "s", "#92dadd"),
    "positive": ("KR", "D", "#c3d9f4"),
    "negative": ("DE", "h", "#f0b8ae"),
}
"""Residues, marker and colour; a letter in each says which residue it is."""

INK, RED, GREY = "#222222", "#bd1f01", "#717581"
VIEWS = 400
BOND = 3.8
"""Ångström between neighbouring alpha carbons, which the residues stand for."""


def plot(peptide: Peptide, fold: Fold) -> Figure:
    """The folded chain in projection: near parts large and dark, contacts dashed with energies."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 6.2), layout="constrained")
    axes = figure.subplots()
    if len(fold.turns) != len(peptide.sequence) - 1 or not set(fold.turns) <= {0, 1, 2, 3}:
        axes.text(0.5, 0.5, violations(peptide, fold)[0], ha="center", color=RED)
        axes.set_axis_off()
        return figure
    places = _seen(positions(fold.turns))
    nearness = _nearness(places[:, 2])
    _bonds(axes, places, nearness)
    wrong = violations(peptide, fold)
    _contacts(axes, peptide, fold, places, bool(wrong))
    _residues(axes, peptide.sequence, path(fold.turns), places, nearness)
    _scale(axes, places)
    told = _told(peptide, fold, wrong)
    axes.set_title(f"{peptide.sequence}: {told}", color=RED if wrong else INK, wrap=True)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=4, frameon=False, fontsize=9)
    axes.set_aspect("equal")
    axes.margins(0.12)
    axes.set_axis_off()
    return figure


def _told(peptide: Peptide, fold: Fold, wrong: list[str]) -> str:
    if not wrong:
        return f"contact energy {objective(peptide, fold):.2f} RT".replace("-", "−")
    return f"{wrong[0]} (and {len(wrong) - 1} more)" if len(wrong) > 1 else wrong[0]


def _seen(places: Floats) -> Floats:
    """The places turned so that x and y show them best; z points to the eye."""
    centred = places - places.mean(axis=0)
    return max((centred @ view for view in _views()), key=_clearance)


def _views() -> list[Floats]:
    """Rotations whose last columns are spread evenly over half a sphere."""
    height = (np.arange(VIEWS) + 0.5) / VIEWS
    angle = np.pi * (1 + 5**0.5) * np.arange(VIEWS)
    radius = np.sqrt(1 - height**2)
    eyes = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
    return [_rotation(eye) for eye in eyes]


def _rotation(eye: Floats) -> Floats:
    across = np.cross([0.36, 0.48, 0.8], eye)
    across /= np.linalg.norm(across)
    return np.stack([across, np.cross(eye, across), eye], axis=1)


def _clearance(places: Floats) -> float:
    """How far apart, in projection, the closest residues and bonds are, and how bent the chain."""
    flat = places[:, :2]
    gaps = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    gaps = gaps[np.triu_indices(len(flat), 1)]
    start, along = flat[:-1], np.diff(flat, axis=0)
    share = ((flat[:, None] - start) * along).sum(axis=2) / (along**2).sum(axis=1).clip(1e-12)
    near = start + np.clip(share, 0, 1)[:, :, None] * along
    beside = np.linalg.norm(flat[:, None] - near, axis=2)
    bond = np.arange(len(along))
    beside[bond, bond] = beside[bond + 1, bond] = np.inf
    before, after = along[:-1].T, along[1:].T
    bends = np.abs(before[0] * after[1] - before[1] * after[0])
    least = (np.sort(each.ravel())[:3].sum() for each in (gaps, 2 * beside, 4 * bends))
    return float(sum(least))


def _nearness(depth: Floats) -> Floats:
    """0 for the farthest residue, 1 for the nearest."""
    spread = float(np.ptp(depth))
    return (depth - depth.min()) / spread if spread > 1e-9 else np.ones(len(depth))


def _bonds(axes: Axes, places: Floats, nearness: Floats) -> None:
    for k in range(len(places) - 1):
        near = (nearness[k] + nearness[k + 1]) / 2
        style: dict[str, Any] = {"lw": 2.5 + 4 * near, "color": str(0.78 - 0.45 * near)}
        axes.plot(*places[[k, k + 1], :2].T, zorder=1 + near, solid_capstyle="round", **style)


def _contacts(axes: Axes, peptide: Peptide, fold: Fold, places: Floats, broken: bool) -> None:
    """All contacts with their energies; of a broken fold only what it claims."""
    energies = dict(zip(peptide.pairs, peptide.energies().tolist(), strict=True))
    there = set(contacts(peptide, fold.turns))
    claimed = {(i, j) for i, j in fold.contacts if 0 < i < j <= len(places)}
    for i, j in sorted(claimed if broken else there):
        true = (i, j) in there
        words = f"{energies[i - 1, j - 1]:.2f} RT" if true else "claimed"
        _dashed(axes, places[[i - 1, j - 1]], words, INK if true else RED)


def _dashed(axes: Axes, ends: Floats, words: str, colour: str) -> None:
    axes.plot(*ends[:, :2].T, ls=(0, (4, 3)), lw=1.4, color=colour, zorder=2.2)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
    text = words.replace("-", "−")
    along = ends[1, :2] - ends[0, :2]
    aside = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-9)
    x, y = ends[:, :2].mean(axis=0) + 0.2 * aside * (1 if aside[1] >= 0 else -1)
    axes.text(x, y, text, ha="center", va="center", fontsize=9, color=colour,
              bbox=box, zorder=2.3)  # fmt: skip


def _residues(axes: Axes, sequence: str, sites: list[int], places: Floats, near: Floats) -> None:
    """A marker a site; residues that share one stand in the same marker, ringed."""
    kinds = [(site, k % 2) for k, site in enumerate(sites)]  # two sublattices, one numbering
    for kind in dict.fromkeys(kinds):
        here = [k for k, other in enumerate(kinds) if other == kind]
        first, shared = here[0], len(here) > 1
        marker, colour = _kind(sequence[first])
        above = 3 + near[first]
        axes.plot(*places[first, :2], marker, mfc=colour, zorder=above,
                  ms=11 + 8 * len(here) + 8 * near[first],
                  mec=RED if shared else INK, mew=2.5 if shared else 1.0)  # fmt: skip
        words = "\n".join(f"{sequence[k]}{k + 1}" for k in here)
        axes.text(places[first, 0], places[first, 1], words, ha="center", va="center",
                  fontsize=8 + near[first], color=INK, zorder=above + 0.01)  # fmt: skip
    for name, (letters, marker, colour) in CLASSES.items():
        if set(letters) & set(sequence):
            axes.plot([], [], marker, color=colour, mec=INK, ms=9, label=name)


def _kind(letter: str) -> tuple[str, str]:
    return next((m, colour) for letters, m, colour in CLASSES.values() if letter in letters)


def _scale(axes: Axes, places: Floats) -> None:
    """A bar one bond long."""
    left, low = places[:, 0].min(), places[:, 1].min() - 0.65
    axes.plot([left, left + 1], [low, low], color=GREY, lw=2, solid_capstyle="butt")
    axes.text(left + 1.1, low, f"one bond, {BOND} Å", va="center", color=GREY, fontsize=9)
