"""The picture of a fold: the chain seen from where its residues hide one another least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from life_science.protein_folding.lattice import Fold, positions
from life_science.protein_folding.peptide import Peptide
from life_science.protein_folding.reading import contacts, objective, violations
from usecases.models import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES = {
    "hydrophobic": ("ACFILMVWGP", "o", "#ffa90e"),
    "polar": ("NQSTYH", "s", "#92dadd"),
    "positive": ("KR", "^", "#c3d9f4"),
    "negative": ("DE", "v", "#f0b8ae"),
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
    _contacts(axes, peptide, fold, places)
    _residues(axes, peptide.sequence, places, nearness)
    _scale(axes, places)
    wrong = violations(peptide, fold)
    told = f"contact energy {objective(peptide, fold):.2f} RT" if not wrong else wrong[0]
    axes.set_title(f"{peptide.sequence}: {told}", color=RED if wrong else INK, wrap=True)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=4, frameon=False, fontsize=9)
    axes.set_aspect("equal")
    axes.margins(0.12)
    axes.set_axis_off()
    return figure


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
    """How far, in projection, the closest residues are from one another and from other bonds."""
    flat = places[:, :2]
    gaps = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    gaps = gaps[np.triu_indices(len(flat), 1)]
    start, along = flat[:-1], np.diff(flat, axis=0)
    share = ((flat[:, None] - start) * along).sum(axis=2) / (along**2).sum(axis=1).clip(1e-12)
    near = start + np.clip(share, 0, 1)[:, :, None] * along
    beside = np.linalg.norm(flat[:, None] - near, axis=2)
    bond = np.arange(len(along))
    beside[bond, bond] = beside[bond + 1, bond] = np.inf
    return float(np.sort(gaps)[:3].sum() + 2 * np.sort(beside.ravel())[:3].sum())


def _nearness(depth: Floats) -> Floats:
    """0 for the farthest residue, 1 for the nearest."""
    spread = float(np.ptp(depth))
    return (depth - depth.min()) / spread if spread > 1e-9 else np.ones(len(depth))


def _bonds(axes: Axes, places: Floats, nearness: Floats) -> None:
    for k in range(len(places) - 1):
        near = (nearness[k] + nearness[k + 1]) / 2
        style: dict[str, Any] = {"lw": 2.5 + 4 * near, "color": str(0.78 - 0.45 * near)}
        axes.plot(*places[[k, k + 1], :2].T, zorder=1 + near, solid_capstyle="round", **style)


def _contacts(axes: Axes, peptide: Peptide, fold: Fold, places: Floats) -> None:
    energies = dict(zip(peptide.pairs, peptide.energies().tolist(), strict=True))
    there = contacts(peptide, fold.turns)
    for i, j in there:
        _dashed(axes, places[[i - 1, j - 1]], f"{energies[i - 1, j - 1]:.2f}", INK)
    inside = {(i, j) for i, j in fold.contacts if 0 < i < j <= len(places)}
    for i, j in inside - set(there):
        _dashed(axes, places[[i - 1, j - 1]], "claimed", RED)


def _dashed(axes: Axes, ends: Floats, words: str, colour: str) -> None:
    axes.plot(*ends[:, :2].T, ls=(0, (4, 3)), lw=1.4, color=colour, zorder=2.2)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
    text = words.replace("-", "−")
    axes.text(*ends[:, :2].mean(axis=0), text, ha="center", va="center", fontsize=9, color=colour,
              bbox=box, zorder=2.3)  # fmt: skip


def _residues(axes: Axes, sequence: str, places: Floats, nearness: Floats) -> None:
    for name, (letters, marker, colour) in CLASSES.items():
        chosen = [k for k, letter in enumerate(sequence) if letter in letters]
        for k in chosen:
            shared = (np.linalg.norm(places - places[k], axis=1) < 1e-6).sum() > 1
            size = 17 + 9 * nearness[k]
            axes.plot(*places[k, :2], marker, ms=size, mfc=colour, mew=2.5 if shared else 1.0,
                      mec=RED if shared else INK, alpha=1.0, zorder=3 + nearness[k])  # fmt: skip
            above = 3.01 + nearness[k]
            axes.text(*places[k, :2], f"{sequence[k]}{k + 1}", ha="center", va="center",
                      fontsize=8 + 2 * nearness[k], color=INK, zorder=above)  # fmt: skip
        if chosen:
            axes.plot([], [], marker, color=colour, mec=INK, ms=9, label=name)


def _scale(axes: Axes, places: Floats) -> None:
    """A bar one bond long."""
    left, low = places[:, 0].min(), places[:, 1].min() - 0.65
    axes.plot([left, left + 1], [low, low], color=GREY, lw=2, solid_capstyle="butt")
    axes.text(left + 1.1, low, f"one bond, {BOND} Å", va="center", color=GREY, fontsize=9)
