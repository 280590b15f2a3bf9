# %% [markdown]
# # Tail assignment: which aircraft flies which flights
#
# An airline has published its timetable. Which aircraft (known by the number on its tail) flies
# which flights today, one after the other, so that every flight is flown exactly once?
#
# Every airline solves this *tail assignment problem* each day, and its sibling *crew pairing*
# for the people on board. Both are exact covers: a day is cut into routes that fit together
# without gap or overlap. Exact cover is NP-complete (Karp 1972); classical codes price millions
# of routes by column generation (Grönkvist 2005). Vikstål et al. (arXiv:1912.10499) took
# instances of an airline's planning system down to 8, 15 and 25 routes, a qubit for each.

# %%
from __future__ import annotations

from functools import partial

import numpy as np

from logistics.tail_assignment.answers import interpret, objective, violations
from logistics.tail_assignment.cover import build, exclusive, grouped, partition, rows
from logistics.tail_assignment.cover import sufficient_weight
from logistics.tail_assignment.data import Plan, TailAssignment
from logistics.tail_assignment.drawing import draw
from logistics.tail_assignment.feasibility import first_plan
from logistics.tail_assignment.proof import count, prove
from logistics.tail_assignment.routes import listed
from logistics.tail_assignment.timetable import example, exact_covers, synthetic
from logistics.tail_assignment.timetable_csv import parse_timetable
from usecases.contracts import Formulation, UseCase


def demo() -> TailAssignment:
    """Six flights from Copenhagen and back, three aircraft."""
    return synthetic(3, 24, bases=1, stations=2)


def workshop() -> TailAssignment:
    """Twelve flights from Copenhagen and Billund, four aircraft, a check due after 430 minutes."""
    return synthetic(6, 37, bases=2, stations=3, away=1500, check=430)


def frontier() -> TailAssignment:
    """Forty-four flights from three Danish airports to four British ones, eleven aircraft."""
    return synthetic(22, 1, bases=3, stations=4, away=1500, check=640)


CREW = """## Two days of a crew base, in the format that .csv files are read in
# timetable: synthetic timetable
# kind: crew
# bases: CPH
flight,origin,destination,departure,arrival
S201,CPH,LHR,06:30,08:15
S202,LHR,CPH,09:05,10:50
S203,CPH,EDI,12:30,14:15
S204,EDI,CPH,15:00,16:45
S205,CPH,LHR,17:00,18:45
S206,CPH,MAN,16:50,18:35
S207,LHR,CPH,07:00+1,08:45+1
S208,MAN,CPH,07:15+1,09:00+1
S209,CPH,EDI,09:45+1,11:30+1
S210,EDI,CPH,12:20+1,14:05+1
"""


def crew() -> TailAssignment:
    """Pairings of crews based in Copenhagen, two of whose nights may be in Britain."""
    return parse_timetable(CREW)


usecase = UseCase(
    title="Tail assignment: which aircraft flies which flights",
    unit="€",
    instance=TailAssignment,
    instances={
        "demo": demo,
        "workshop": workshop,
        "frontier": frontier,
        "crew": crew,
        "unique": partial(exact_covers, 37),
        "several": partial(exact_covers, 139),
    },
    example=example,
    tiny=4,
    model=build,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=prove,
    plot=draw,
    formats={".csv": parse_timetable},
    formulations={
        "groups": Formulation(
            title="as many routes of each group as it needs, kept by the mixer",
            model=grouped,
            interpret=interpret,
            tiny=4,
            algorithms=("qaoa", "annealing"),
            stored=("demo", "workshop", "unique", "several", "crew"),
        )
    },
    algorithms=("qaoa objective=cvar layers=4", "annealing"),
    stored=("demo", "workshop", "unique", "several", "crew"),
    sources=("",),
)
