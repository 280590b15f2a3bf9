"""The sandbox: use case × algorithm × backend → run record.

from usecases import run
record = run("logistics/vehicle_routing", "demo", "qaoa", "aer")
record.score
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from usecases.checkup import doctor
    from usecases.compare import compare, table
    from usecases.handle import attach, run
    from usecases.levels import Tour
    from usecases.plan import load
    from usecases.plots import plot
    from usecases.registry import names
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
    "compare": "usecases.compare",
    "curve": "usecases.scan",
    "doctor": "usecases.checkup",
    "load": "usecases.plan",
    "names": "usecases.registry",
    "plot": "usecases.plots",
    "run": "usecases.handle",
    "table": "usecases.compare",
}


def __getattr__(name: str) -> Any:
    """Verbs are imported when they are first used: nothing heavy is loaded before (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'usecases' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """On the package `compare` is the verb, although a module has its name.

    Python binds a module to its package when it is imported, over whatever stood there.
    """

    @property
    def compare(self) -> Any:
        return import_module("usecases.compare").compare

    @compare.setter
    def compare(self, module: ModuleType) -> None:
        """The verb stays."""


sys.modules[__name__].__class__ = _Package
