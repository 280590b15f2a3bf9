"""Reading an answer back: the pose, the rules it breaks, and how strongly it binds."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from pydantic import Field

from life_science.docking.graph import BindingGraph
from usecases.errors import VerificationFailed
from usecases.models import Sample
from usecases.records import Record

TOLD = 20
"""Conflicts that are told one by one; beyond, their number is."""


class Pose(Record):
    """The contacts that hold at once."""

    contacts: tuple[str, ...] = Field(description="names, in the order of the instance")


def interpret(graph: BindingGraph, sample: Sample) -> Pose:
    """The pose that makes the contacts whose bits are 1.

    Raises VerificationFailed when the sample lacks a contact, has one that the graph has not,
    or holds something else than 0 and 1.
    """
    if len(sample) != graph.size or any(name not in sample for name in graph.names):
        wrong = sorted(set(graph.names) ^ set(sample))[0]
        raise VerificationFailed(
            f"{wrong!r} is not in the sample, or is no contact of the instance",
            "A sample holds 0 or 1 for each contact",
        )
    return made(graph, sample)


def made(graph: BindingGraph, sample: Sample) -> Pose:
    """The pose of a sample that may leave contacts out: these are not made."""
    for name, bit in sample.items():
        if bit not in (0, 1) or name not in graph.place:
            raise VerificationFailed(f"{name!r}: {bit!r} is no answer to a contact of the instance")
    return Pose(contacts=tuple(name for name in graph.names if sample.get(name, 0)))


def violations(graph: BindingGraph, pose: Pose) -> list[str]:
    """What a structural chemist would object to; empty when all contacts can hold at once."""
    found = [f"there is no contact {name}" for name in pose.contacts if name not in graph.place]
    counts = Counter(pose.contacts)
    found += [f"contact {name} is counted {k} times" for name, k in counts.items() if k > 1]
    places = np.array([graph.place[name] for name in counts if name in graph.place], dtype=np.intp)
    clash = np.triu(~graph.adjacency[np.ix_(places, places)], 1)
    pairs = np.argwhere(clash)
    for u, v in pairs[:TOLD].tolist():
        names = graph.names[places[u]], graph.names[places[v]]
        found.append(f"contacts {names[0]} and {names[1]} cannot hold at once")
    if len(pairs) > TOLD:
        found.append(f"{len(pairs) - TOLD} more pairs of contacts cannot hold at once")
    return found


def objective(graph: BindingGraph, pose: Pose) -> float:
    """How strongly the pose binds: the weights of its contacts."""
    weight = {c.name: c.weight for c in graph.contacts}
    return math.fsum(weight[name] for name in pose.contacts)
