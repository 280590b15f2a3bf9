"""Which electrons are correlated, and in which orbitals: four ways to say it.

All electrons outside the active space stay doubly filled, as Hartree–Fock or perturbation theory
left them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator

from usecases.records import Record

MOST_ORBITALS = 32

SPELLINGS = "active=4e,4o, active=core, active=natural:4e,4o or active=avas:N_2p,H_1s"

_SIZE = re.compile(r"([0-9]{1,3})e,([0-9]{1,3})o", re.IGNORECASE)
_LABEL = re.compile(r"[A-Z][a-z]? [1-7][spdf][xyz]?")


class ActiveSpace(Record):
    """Orbitals by energy: those around the highest occupied one; lower ones stay filled."""

    electrons: int = Field(ge=1, le=2 * MOST_ORBITALS)
    orbitals: int = Field(ge=1, le=MOST_ORBITALS)


class FrozenCore(Record):
    """All orbitals but the core: as many as the noble gas before each element has filled."""

    kind: Literal["core"]


class NaturalOrbitals(Record):
    """Natural orbitals of second-order perturbation theory, by how full they are.

    The fullest stay filled; of the others, `orbitals` are active (Jensen et al. 1988, J. Chem.
    Phys. 88, 3834).
    """

    kind: Literal["natural"]
    electrons: int = Field(ge=1, le=2 * MOST_ORBITALS)
    orbitals: int = Field(ge=1, le=MOST_ORBITALS)


class AtomicOrbitals(Record):
    """What the named orbitals of free atoms, such as "N 2p", become in the molecule.

    Occupied and empty orbitals are turned until their overlap with the named ones is either
    large or small; those above `threshold` are active (AVAS, Sayfutyarova et al. 2017,
    arXiv:1701.07862).
    """

    kind: Literal["avas"]
    labels: tuple[str, ...] = Field(min_length=1, max_length=20)
    threshold: float = Field(default=0.2, gt=0, lt=1)

    @field_validator("labels", mode="before")
    @classmethod
    def _listed(cls, labels: Any) -> Any:
        # Behind the validator that reads words, pydantic takes JSON's lists for Python's.
        return tuple(labels) if isinstance(labels, list) else labels

    @field_validator("labels")
    @classmethod
    def _written(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        for label in labels:
            if not _LABEL.fullmatch(label):
                raise ValueError(f"{label[:20]!r} is not written like 'N 2p' or 'Fe 3d'")
        return labels

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements that are named."""
        return tuple(label.split()[0] for label in self.labels)


def spelled(value: Any) -> Any:
    """A choice that is written as one word: 4e,4o or core or natural:4e,4o or avas:N_2p,H_1s.

    Raises ValueError for any other word; values that are no text pass.
    """
    if not isinstance(value, str):
        return value
    kind, _, rest = value.partition(":")
    size = _SIZE.fullmatch(rest if kind == "natural" else value)
    if value == "core":
        return FrozenCore(kind="core")
    if kind == "avas" and rest:
        return {"kind": kind, "labels": tuple(rest.replace("_", " ").split(","))}
    if size is None:
        raise ValueError(f"{value[:40]!r} is no choice of orbitals; write {SPELLINGS}")
    numbers = {"electrons": int(size[1]), "orbitals": int(size[2])}
    return numbers | ({"kind": kind} if kind == "natural" else {})


def _kind(value: Any) -> Any:
    """A choice by energy is the one that names no kind."""
    if isinstance(value, dict):
        return value.get("kind", "energy")
    return getattr(value, "kind", "energy")


Active: TypeAlias = Annotated[
    Annotated[ActiveSpace, Tag("energy")]
    | Annotated[FrozenCore, Tag("core")]
    | Annotated[NaturalOrbitals, Tag("natural")]
    | Annotated[AtomicOrbitals, Tag("avas")],
    Discriminator(
        _kind,
        custom_error_type="active_kind",
        custom_error_message="its kind is not one of core, natural, avas; leave it out for a "
        "choice by energy",
    ),
    BeforeValidator(spelled),
]
