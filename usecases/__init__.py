"""The sandbox: use case × algorithm × backend → run record.

from usecases import run
record = run("logistics/vehicle_routing", "demo", "qaoa", "aer")
record.score
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from usecases.checkup import doctor
    from usecases.comparison import compare
    from usecases.handle import attach, run
    from usecases.levels import Tour
    from usecases.plan import load
    from usecases.plots import plot
    from usecases.registry import names
    from usecases.rows import table
    from usecases.scan import curve

__all__ = [
    "Tour",
    "attach",
    "compare",
    "curve",
    "doctor",
    "load",
    "names",
    "plot",
    "run",
    "table",
]

_HOMES = {
    "Tour": "usecases.levels",
    "attach": "usecases.handle",
    "compare": "usecases.comparison",
    "curve": "usecases.scan",
    "doctor": "usecases.checkup",
    "load": "usecases.plan",
    "names": "usecases.registry",
    "plot": "usecases.plots",
    "run": "usecases.handle",
    "table": "usecases.rows",
}


def __getattr__(name: str) -> Any:
    """Verbs are imported when they are first used: nothing heavy is loaded before (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'usecases' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
