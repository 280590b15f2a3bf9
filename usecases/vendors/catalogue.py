"""The vendors there are: each is a file and a requirements list, read without running either.

Vendors are found in the folders of packages that declare the entry point group
"usecases.vendors", ours among them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from usecases.errors import BackendUnavailable, UnknownName, UsageError
from usecases.vendors.versions import Versions, tested

ADDING = "docs/backends.md"


@dataclass(frozen=True)
class Vendor:
    """What a vendor's file says of itself."""

    name: str
    path: Path
    title: str
    work: Literal["circuits", "model"]
    package: str
    """The import that shows that the vendor's SDK is installed."""
    twin: tuple[str, ...]
    """How the names of devices begin that answer here, offline; none where there are none."""
    examples: tuple[str, ...]
    credentials: tuple[str, ...]
    """Secrets that the SDK reads from the environment."""
    price: str
    """How a price is known."""
    variables: tuple[str, ...] = ()
    """What else it reads there; of our environment it is handed these and its secrets alone."""

    @property
    def requirements(self) -> Path:
        """The pinned list that its environment is made of."""
        return self.path.with_suffix(".txt")

    @property
    def pins(self) -> tuple[str, ...]:
        """Names and versions that were tried together."""
        return pins(self.requirements.read_text("utf-8"))

    @property
    def pinned(self) -> str:
        """The version of the SDK that its environment is made with."""
        return self.pins[0].partition("==")[2]

    @property
    def tested(self) -> Versions:
        """The versions of the SDK that its machines were checked with."""
        return tested(self.requirements.read_text("utf-8"), self.pinned)

    def is_twin(self, device: str) -> bool:
        """Whether the device answers here, without a network and without a bill."""
        return bool(self.twin) and device.startswith(self.twin)


def pins(listed: str) -> tuple[str, ...]:
    """The lines of a list that are no comments."""
    return tuple(line for line in listed.splitlines() if line and not line.startswith("#"))


@cache
def vendors() -> Mapping[str, Vendor]:
    """All vendors by name, in alphabetical order."""
    found: dict[str, Vendor] = {}
    for point in entry_points(group="usecases.vendors"):
        for folder in _folders(point.value):
            for path in sorted(Path(folder).glob("*.py")):
                if path.with_suffix(".txt").exists():
                    found.setdefault(path.stem, _read(path))
    return dict(sorted(found.items()))


def _folders(package: str) -> list[str]:
    """Where the package is. Raises UsageError where there is none."""
    with suppress(ModuleNotFoundError):
        if spec := find_spec(package):
            return [*(spec.submodule_search_locations or ())]
    raise UsageError(
        f"the entry point of vendors names {package!r}, which is no package here",
        f"{ADDING} says how it is written; then install its package again",
    )


def machines() -> dict[str, str]:
    """Machines by name, VENDOR/DEVICE, that vendors' files give as examples; what they are."""
    return {
        f"{of.name}/{device}": f"{of.title}: {'offline twin' if of.is_twin(device) else 'cloud'}"
        for of in vendors().values()
        for device in of.examples
    }


def vendor(name: str) -> Vendor:
    """The vendor of this name. Raises UnknownName."""
    known = declared()
    if name not in known:
        raise UnknownName("vendor", name, known)
    return known[name]


def declared() -> Mapping[str, Vendor]:
    """All vendors by name. Raises BackendUnavailable where the installation declares none."""
    if not vendors():
        raise BackendUnavailable(
            "this installation declares no vendors: it is older than its code",
            "Install it again: pip install -c constraints.txt -e .",
        )
    return vendors()


def _read(path: Path) -> Vendor:
    """The literals at the top of a vendor's file. Raises UsageError that names the file."""
    try:
        said = _literals(path)
        twin = said.get("TWIN") or ()
        found = Vendor(
            name=path.stem,
            path=path,
            title=said["TITLE"],
            work=said["WORK"],
            package=said["PACKAGE"],
            twin=(twin,) if isinstance(twin, str) else tuple(twin),
            examples=tuple(said["EXAMPLES"]),
            credentials=tuple(said["CREDENTIALS"]),
            variables=tuple(said.get("VARIABLES", ())),
            price=said["PRICE"],
        )
    except KeyError as error:
        raise _unreadable(path, f"does not declare {error.args[0]}") from None
    except (SyntaxError, TypeError) as error:
        raise _unreadable(path, f"cannot be read ({error})") from None
    if found.work not in ("circuits", "model"):
        raise _unreadable(path, 'has another WORK than "circuits" or "model"')
    if not found.pins or not found.pinned:
        raise _unreadable(found.requirements, "does not begin with NAME==VERSION of the SDK")
    return found


def _literals(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if re.fullmatch(r"[A-Z]+", name):
                with suppress(ValueError):  # a table that only the vendor's own code reads
                    said[name] = ast.literal_eval(node.value)
    return said


def _unreadable(path: Path, why: str) -> UsageError:
    return UsageError(f"the vendor's file {path} {why}", f"{ADDING} says what a vendor is")
