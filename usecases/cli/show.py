"""`usecases show`: what a use case is about, and what can be set on an algorithm or backend."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_args

import click

from usecases import registry
from usecases.cli.shared import echo_fields, echo_json
from usecases.errors import UnknownName
from usecases.vendors.catalogue import Vendor, machines, vendor, vendors

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from usecases.contracts import Family


@click.command("show")
@click.argument("name")
@click.option("--example", metavar="INSTANCE", help="Print an instance as a file to start from.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of the instance's file.")
def command(name: str, example: str | None, schema: bool) -> None:
    """Show the use case, algorithm or backend NAME: what it is, reads and can be set to."""
    machine = "/" in name and name.partition("/")[0] in vendors()
    for kind in ("algorithm", "backend"):
        if name in registry.entries(kind) or (machine and kind == "backend"):
            _settings(kind, name)
            return
    full = registry.full_name(name)
    if full.partition(":")[0] not in registry.entries("usecase"):
        others = [*registry.entries("algorithm"), *registry.entries("backend"), *machines()]
        known = [*registry.entries("usecase"), *others]
        raise UnknownName("use case, algorithm or backend", name, known)
    case = registry.usecase(full)
    if example is not None:
        from usecases.instances import load

        echo_json(load(case, example).instance.model_dump(mode="json", exclude_defaults=True))
    elif schema:
        echo_json(case.instance.model_json_schema())
    else:
        _usecase(full, case)


def _usecase(name: str, case: Any) -> None:
    from usecases.contracts import unit_of

    click.echo(click.style(case.title, bold=True))
    click.echo(_opening(registry.entries("usecase")[name.partition(":")[0]]))
    goal = "as low as possible" if case.sense == "min" else "as high as possible"
    echo_fields(
        {
            "name": name,
            "objective": f"{unit_of(case, case.instances['demo']())}, {goal}",
            "instances": ", ".join(case.instances),
            "formulations": "; ".join(
                f"{name}:{form} ({about.title})" for form, about in case.formulations.items()
            )
            or "–",
            "more instances": case.catalogue.title if case.catalogue else "–",
            "families": "; ".join(_family(*item) for item in case.families.items()) or "–",
            "files": ", ".join([".json", *case.formats]),
            "exports": ", ".join([".json", *case.writers]),
            "fields": ", ".join(case.instance.model_fields),
            "try first": ", ".join(case.algorithms),
        }
    )
    click.echo(f"\n{inspect.getdoc(case.instance)}\n")
    for source in case.sources:
        click.echo(f"  · {source}")
    click.echo(f"Run it: usecases run {name}")
    click.echo(f"A file to start from: usecases show {name} --example demo > mine.json")


def _family(name: str, along: Family[Any]) -> str:
    low, high = along.limits
    return f"{name} ({along.parameter}, {low:g} to {high:g} {along.unit})"


def _settings(kind: str, name: str) -> None:
    """What an algorithm or backend does, and each of its settings with its default."""
    found: type[BaseModel] = registry.declared(kind, name)
    of, slash, device = name.partition("/")
    title = _machine(vendor(of), device) if slash else registry.entries(kind)[name].title
    click.echo(click.style(title, bold=True))
    click.echo(inspect.getdoc(found) or "")
    option = "-p" if kind == "algorithm" else "-s"
    gates = not slash or vendor(of).work == "circuits"
    named = {"vendor", "device"} if slash else set()  # which the name says already
    named |= set() if gates else {"optimization_level"}
    for field, about in found.model_fields.items():
        if field in named:
            continue
        click.echo(f"  {option} {field}=...  {_described(about)}")
        for value in _kinds(about):
            for own, inner in value.model_fields.items():
                if own != "kind":
                    name = value.model_fields["kind"].default
                    click.echo(f"    {option} {field}.{own}=...  {_described(inner)} ({name})")


def _machine(of: Vendor, device: str) -> str:
    """What is known of a vendor's machine without asking it."""
    from usecases.vendors import environments

    where = "offline twin" if of.is_twin(device) else f"cloud, price: {of.price}"
    runs = "circuits" if of.work == "circuits" else "binary quadratic models"
    here = environments.installed(of) or f"not installed: usecases backends add {of.name}"
    where += "" if device in of.examples else f" · not among its examples {', '.join(of.examples)}"
    return f"{of.title} {device} · {where} · runs {runs} · SDK {here}"


def _described(about: FieldInfo) -> str:
    """A setting's values, limits and default in words."""
    kinds = [str(kind.model_fields["kind"].default) for kind in _kinds(about)]
    inner = [value for part in get_args(about.annotation) for value in get_args(part) or (part,)]
    words = kinds or [value for value in inner if isinstance(value, str)]
    plain = getattr(about.annotation, "__name__", str(about.annotation))
    limits = [(name, getattr(limit, name)) for limit in about.metadata for name in _LIMITS
              if hasattr(limit, name)]  # fmt: skip
    bounds = "".join(f" {_LIMITS[name]} {value}" for name, value in limits)
    default = getattr(about.default, "kind", about.default)
    return f"{' | '.join(words) or plain + bounds}, " + (
        "required" if about.is_required() else f"default {default}"
    )


_LIMITS = {"ge": "from", "gt": "above", "le": "to", "lt": "below", "max_length": "up to length"}


def _kinds(about: FieldInfo) -> list[type[BaseModel]]:
    """The values with settings of their own that a setting chooses among."""
    return [
        kind for kind in get_args(about.annotation) if "kind" in getattr(kind, "model_fields", ())
    ]


def _opening(entry: registry.Entry) -> str:
    """The page's first paragraph."""
    lines = entry.path.read_text(encoding="utf-8").splitlines()
    paragraph: list[str] = []
    for line in lines[2:]:
        text = line.removeprefix("#").strip()
        if paragraph and (not text or line.startswith("# %%")):
            break
        if text and not line.startswith("# %%"):
            paragraph.append(text)
    return " ".join(paragraph)
