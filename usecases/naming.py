"""What runs are called: an algorithm and a machine, with what was set on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from usecases import registry
from usecases.errors import UsageError
from usecases.records import RunRecord


def label(record: RunRecord) -> str:
    """The algorithm, and in brackets what its answer also owes something to."""
    return f"{record.algorithm} ({_inner(record)})" if _inner(record) else record.algorithm


def machine(record: RunRecord) -> str:
    """The backend with the settings that are not its defaults: noise must be seen."""
    return with_settings(record.backend, record.backend_settings) if record.backend else "–"


def with_settings(backend: str, settings: Mapping[str, Any]) -> str:
    """A backend, and in brackets what was set on it and on the machine that it wraps."""
    plain = _declared("backend", backend)
    usual = {
        k: to_jsonable_python(plain[k].default)
        for k in settings
        if k in plain and not plain[k].is_required()
    }
    changed = [
        f"{k}={with_settings(v['name'], _but_name(v)) if isinstance(v, dict) else v}"
        for k, v in settings.items()
        if k not in usual or v != usual[k]
    ]
    return f"{backend} ({', '.join(changed)})" if changed else backend


def _but_name(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in kept.items() if k != "name"}


def made_by(record: RunRecord) -> str:
    """Who answered and from what kind of source, for captions."""
    if record.backend is None:
        return f"{record.algorithm} (classical)"
    return f"{record.algorithm} on {machine(record)} ({record.source})"


def _inner(record: RunRecord) -> str:
    """What an answer also owes something to: inner solvers, and settings that are no defaults."""
    usual = _declared("algorithm", record.algorithm)
    found = []
    for name, value in record.parameters.items():
        kind = value.get("name") or value.get("kind") if isinstance(value, dict) else value
        if name in ("solver", "start", "polish"):
            found += [str(kind) if name == "solver" else f"{name} {kind}"] if value else []
        elif name in usual and name != "shots" and value != _default(usual[name]):
            found.append(f"{name}={kind}")
    return ", ".join(found)


def _declared(kind: str, name: str) -> Mapping[str, FieldInfo]:
    """The settings that are known; none of what made a record elsewhere and is not installed."""
    try:
        found: Mapping[str, FieldInfo] = registry.declared(kind, name).model_fields
    except UsageError:
        return {}
    return found


def _default(about: FieldInfo) -> Any:
    """A setting's default as a record keeps it; what has none is always told."""
    return None if about.is_required() else to_jsonable_python(about.default)
