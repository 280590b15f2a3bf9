"""A first tour to improve: quick, and proving nothing."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.tour.data import TravellingSalesman
from logistics.tour.pieces import Order
from usecases.errors import MissingExtra

ONE_WAY = 300
"""Up to this many cities Or-opt moves take seconds where distances depend on the direction."""

WHOLE_NUMBERS = 2.0**53
"""Below it a float holds every whole number, and so every sum of legs."""


def nearest_neighbour(instance: TravellingSalesman) -> Order:
    """From each city to the nearest that is left (Rosenkrantz, Stearns & Lewis 1977)."""
    d, calls, here = instance.matrix.copy(), [], 0
    for _ in range(len(d) - 1):
        d[:, here] = np.inf
        here = int(d[here].argmin())
        calls.append(here)
    return tuple(calls)


def local_optimum(instance: TravellingSalesman) -> Order:
    """A tour that the moves of OR-Tools no longer shorten.

    It is Christofides' with Lin–Kernighan moves, a second or two for a thousand cities; where
    distances depend on the direction, the cheapest continuation with Or-opt moves, or beyond 300
    cities the nearest neighbour's tour as it is. Raises MissingExtra without OR-Tools.
    """
    symmetric = np.array_equal(instance.matrix, instance.matrix.T)
    if not symmetric and len(instance.cities) > ONE_WAY:
        return nearest_neighbour(instance)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its wrapper's types are told of as deprecated
            from ortools.constraint_solver import pywrapcp, routing_enums_pb2
            from ortools.util import optional_boolean_pb2
    except ImportError:
        raise MissingExtra("ortools", "logistics") from None
    begins = routing_enums_pb2.FirstSolutionStrategy
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = (
        begins.CHRISTOFIDES if symmetric else begins.PATH_CHEAPEST_ARC
    )
    settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    moves, wanted = (
        settings.local_search_operators,
        "use_lin_kernighan" if symmetric else "use_or_opt",
    )
    for field in moves.DESCRIPTOR.fields:  # most of them exchange calls between vehicles
        setattr(moves, field.name, optional_boolean_pb2.BOOL_FALSE)
    setattr(moves, wanted, optional_boolean_pb2.BOOL_TRUE)
    legs, _ = in_whole_numbers(instance)
    manager = pywrapcp.RoutingIndexManager(len(legs), 1, 0)
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(legs.tolist()))
    found = routing.SolveWithParameters(settings)
    return tuple(_followed(routing, manager, found)) if found else nearest_neighbour(instance)


def _followed(routing: Any, manager: Any, found: Any) -> list[int]:
    calls, index = [], found.Value(routing.NextVar(routing.Start(0)))
    while not routing.IsEnd(index):
        calls.append(manager.IndexToNode(index))
        index = found.Value(routing.NextVar(index))
    return calls


def in_whole_numbers(instance: TravellingSalesman) -> tuple[NDArray[np.int64], float]:
    """The distances times a power of ten, and that power: the least that leaves no fractions.

    Where none does, the largest for which every tour is still counted exactly.
    """
    d = instance.matrix
    longest = len(d) * float(d.max()) or 1.0
    for digits in range(16):
        scale = 10.0**digits
        legs = np.round(d * scale)
        if np.array_equal(legs / scale, d) or longest * scale * 10.0 > WHOLE_NUMBERS:
            break
    return legs.astype(np.int64), scale
