"""Which switches of a feeder are open: distribution network reconfiguration."""

from __future__ import annotations

from energy.network_reconfiguration.diagram import plot
from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.feeders import baran_wu, demo, example, workshop
from energy.network_reconfiguration.matpower import parse_matpower
from energy.network_reconfiguration.pandapower_file import SHIPPED, shipped
from energy.network_reconfiguration.program import (
    interpret,
    interpret_switches,
    model,
    quadratic,
    switches,
)
from energy.network_reconfiguration.reading import Configuration, objective, violations
from energy.network_reconfiguration.reference import reference
from usecases.contracts import Catalogue, Formulation, UseCase

usecase = UseCase(
    title="Network reconfiguration: which switches of a feeder are open",
    unit="kW",
    instance=Feeder,
    instances={"demo": demo, "workshop": workshop, "frontier": baran_wu},
    example=example,
    tiny=8,
    model=model,
    interpret=interpret,
    violations=violations,
    objective=objective,
    reference=reference,
    plot=plot,
    formats={".m": parse_matpower},
    catalogue=Catalogue(
        title="feeders of one voltage level that pandapower carries",
        names=lambda: SHIPPED,
        instance=shipped,
    ),
    formulations={
        "surrogate": Formulation(
            title="quadratic surrogate with penalties",
            model=quadratic,
            interpret=interpret,
            tiny=8,
            algorithms=("annealing",),
            stored=("demo", "workshop"),
        ),
        "switches": Formulation(
            title="one qubit per switch, radiality priced",
            model=switches,
            interpret=interpret_switches,
            tiny=8,
            algorithms=("qaoa",),
            stored=("demo",),
        ),
    },
    algorithms=("qaoa layers=4",),
    sources=("x",),
)
