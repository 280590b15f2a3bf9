"""Finding things by name: a name is a file, and packages are found by entry point.

`logistics/vehicle_routing` is the file (or folder) vehicle_routing in a package that declares
the entry point "logistics" in the group "usecases.packages". Algorithms and backends are the
files of the packages in "usecases.algorithms" and "usecases.backends". Listing imports none
of them.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from usecases.errors import MissingExtra, UnknownName, UsageError
from usecases.secrets import cleaned

if TYPE_CHECKING:
    from pydantic import BaseModel

    from usecases.contracts import Algorithm, Backend, UseCase

KINDS = {"usecase": "packages", "algorithm": "algorithms", "backend": "backends"}


@dataclass(frozen=True)
class Entry:
    """A thing that can be named, and where it is declared."""

    name: str
    module: str
    path: Path

    @property
    def title(self) -> str:
        """The first heading of the page, or the first line of the docstring; nothing is run."""
        text = self.path.read_text(encoding="utf-8")
        for line in text.splitlines()[:20]:
            if line.startswith("# # "):
                return line.removeprefix("# # ").strip()
        doc = ast.get_docstring(ast.parse(text)) or ""
        return doc.split("\n", 1)[0].rstrip(".")


@cache
def entries(kind: str) -> Mapping[str, Entry]:
    """Everything of a kind that is installed, by name, in alphabetical order."""
    found: dict[str, Entry] = {}
    for point in entry_points(group=f"usecases.{KINDS[kind]}"):
        spec = _placed(point.value)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for path in _pages(Path(folder)):
                stem = path.parent.name if path.name == "__init__.py" else path.stem
                name = f"{point.name}/{stem}" if kind == "usecase" else stem
                entry = Entry(name, f"{point.value}.{stem}", path)
                if found.setdefault(name, entry) != entry:
                    raise UsageError(
                        f"two packages declare the {kind} {name}: {found[name].path} and {path}",
                        "Uninstall one of them or rename its file",
                    )
    return dict(sorted(found.items()))


def _placed(package: str) -> ModuleSpec | None:
    """Where a package is installed, whatever folders of its name stand in the working directory.

    Python takes such a folder for the package itself before it looks at an editable installation,
    so that one is imported here and found from then on.
    """
    spec = find_spec(package)
    if spec is None or spec.origin:
        return spec
    others = (finder for finder in sys.meta_path if finder is not PathFinder)
    specs = (finder.find_spec(package, None) for finder in others)
    installed = next((found for found in specs if found and found.loader and found.origin), None)
    if installed is None or installed.loader is None:
        return spec
    module = module_from_spec(installed)
    sys.modules[package] = module
    installed.loader.exec_module(module)
    return installed


def _pages(folder: Path) -> list[Path]:
    files = [p for p in folder.glob("*.py") if not p.name.startswith("_")]
    folders = [p for p in folder.glob("*/__init__.py") if not p.parent.name.startswith("_")]
    return files + folders


def names(kind: str) -> list[str]:
    """The names of a kind: "usecase", "algorithm" or "backend"."""
    return list(entries(kind))


def usecase(name: str) -> UseCase[Any, Any, Any, Any]:
    """The use case of this name; its last part is enough where it is unique.

    NAME:FORMULATION is the use case in another of its formulations.
    """
    plain, colon, formulation = full_name(name).partition(":")
    found: UseCase[Any, Any, Any, Any] = declared("usecase", plain)
    return found.formulated(formulation) if colon else found


def full_name(name: str) -> str:
    """The use case's name with its sector, and its formulation where one is named."""
    plain, colon, formulation = name.partition(":")
    short = [n for n in entries("usecase") if n.rpartition("/")[2] == plain]
    return (short[0] if len(short) == 1 else plain) + colon + formulation


def algorithm(name: str, parameters: Mapping[str, Any] | None = None) -> Algorithm:
    """The algorithm of this name with these hyperparameters.

    Some may follow the name, "qaoa layers=4 objective=cvar"; `parameters` go before them. A
    parameter that is itself an algorithm is given by name, its own parameters as "solver.x".
    """
    plain, *own = name.split() or [name]
    given = assigned(own, name) | dict(parameters or {})
    return built(declared("algorithm", plain), plain, given)  # type: ignore[no-any-return]


def fields(kind: str, name: str) -> set[str]:
    """What can be set on the algorithm or backend of this name."""
    return set(declared(kind, name.split(" ", maxsplit=1)[0]).model_fields)


def assigned(texts: Iterable[str], where: str) -> dict[str, Any]:
    """Settings given as key=value; a value is JSON where it can be, else text.

    Raises UsageError that says where it stands.
    """
    found: dict[str, Any] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise UsageError(f"{where}: {text!r} is not of the form key=value")
        try:
            found[key] = json.loads(value)
        except (ValueError, RecursionError):
            found[key] = value
    return found


def backend(name: str, settings: Mapping[str, Any] | None = None) -> Backend:
    """The machine of this name with these settings.

    Some may follow the name, "aer noise=manila"; `settings` go before them. VENDOR/DEVICE is a
    machine of a vendor, such as ibm/fake_manila. A machine that it wraps is given by name, its
    own settings as "machine.x".
    """
    plain, *own = name.split() or [name]
    given = assigned(own, name) | dict(settings or {})
    vendor, slash, device = plain.partition("/")
    if slash and given.keys() & {"vendor", "device"}:
        raise UsageError(f"{plain} names its vendor and device", "Leave them out of the settings")
    if slash:
        given |= {"vendor": vendor, "device": device}
    return built(declared("backend", plain), plain, given)  # type: ignore[no-any-return]


def declared(kind: str, name: str) -> Any:
    """What the file of this name declares: a use case, or the class of an algorithm or backend.

    Raises UnknownName, or MissingExtra when a package that the file needs is not installed.
    """
    if kind == "backend" and "/" in name:
        from usecases.vendors.machine import kind as door

        return door(name)
    entry = entries(kind).get(name)
    if entry is None:
        from usecases.vendors.catalogue import machines

        known = [*entries(kind), *(machines() if kind == "backend" else ())]
        raise UnknownName(kind.replace("usecase", "use case"), name, known)
    try:
        return getattr(import_module(entry.module), kind)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing in sys.modules or missing == entry.module.split(".")[0]:
            raise
        raise MissingExtra(missing, name.split("/", maxsplit=1)[0]) from None


def name_of(thing: Algorithm | Backend) -> str:
    """The name of the file that declares an algorithm or a backend, or VENDOR/DEVICE."""
    from usecases.vendors.door import Door

    return thing.name if isinstance(thing, Door) else type(thing).__module__.rpartition(".")[2]


def built(kind: type[BaseModel], name: str, settings: Mapping[str, Any]) -> Any:
    """An algorithm or backend from its class and settings, as typed or as a record keeps them.

    Raises UsageError that names the setting and lists those there are.
    """
    from pydantic import ValidationError

    given = dict(settings)
    if cleaned(given) != given:
        raise UsageError(
            f"{name}: a setting holds a secret, and settings are recorded",
            "Leave it out: secrets come from the environment, a keyring or a file of mode 0600",
        )
    for field, named in _named_fields(kind).items():
        inner = {k.split(".", 1)[1]: given.pop(k) for k in list(given) if k.startswith(f"{field}.")}
        if isinstance(given.get(field), Mapping):  # as a record keeps it
            inner = dict(given[field])
            given[field] = inner.pop("name", None)
        if isinstance(given.get(field), str):
            given[field] = named(given[field], inner)
        elif inner:
            hint = f"Give {field}=NAME as well"
            raise UsageError(f"{field}.{next(iter(inner))} needs {field} itself", hint)
    _nest(kind, given)
    try:
        return kind(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its settings"
        known = ", ".join(kind.model_fields) or "none"
        if first["type"] == "extra_forbidden" and len(first["loc"]) == _OF_A_KIND:
            setting, chosen, strange = first["loc"]
            raise UsageError(
                f"{name}: {setting}={chosen} has no setting {strange}",
                f"Give another {setting} first; usecases show {name} lists what each has",
            ) from None
        raise UsageError(
            f"{name}{_wrong(where, first)}", f"{name} can be set by: {known}"
        ) from None


def _wrong(where: str, error: Any) -> str:
    """What is wrong with a setting, without pydantic's words for names that are not there."""
    if error["type"] == "extra_forbidden":
        return f" has no setting {where}"
    if error["type"] == "union_tag_invalid":
        return f": {where} is {error['ctx']['tag']!r} and can be {error['ctx']['expected_tags']}"
    return f": {where}: {error['msg'].removeprefix('Value error, ')}"


_OF_A_KIND = 3
"""Steps to a setting of a setting, as pydantic counts them: the setting, its kind, the name."""


def _nest(kind: type[BaseModel], given: dict[str, Any]) -> None:
    """Settings of a setting, "angles.starts", as one value that keeps its other settings."""
    for key in [k for k in given if "." in k]:
        field, _, name = key.partition(".")
        if field not in kind.model_fields:
            continue
        chosen = given.get(field, kind.model_fields[field].default)
        if isinstance(chosen, str):
            chosen = {"kind": chosen}
        elif not hasattr(chosen, "kind") and not isinstance(chosen, Mapping):
            continue  # a plain setting has none of its own: the key is refused as it stands
        whole = dict(chosen)
        given[field] = whole | {name: given.pop(key)}


@cache
def _named_fields(kind: type[Any]) -> dict[str, Callable[[str, Mapping[str, Any]], Any]]:
    """The fields that hold another algorithm or backend, and what finds that by its name."""
    from usecases.contracts import Algorithm, Backend

    hints = get_type_hints(kind)
    finders = ((Algorithm, algorithm), (Backend, backend))
    return {
        field: find
        for field in kind.model_fields
        for base, find in finders
        if isinstance(hints.get(field), type) and issubclass(hints[field], base)
    }
