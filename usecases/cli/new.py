"""`usecases new`: a working template to start from."""

from __future__ import annotations

import keyword
import re
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from usecases.errors import UsageError
from usecases.registry import KINDS, entries

SUFFIX = {"usecase": "", "algorithm": "_algorithms", "backend": "_backends"}


@click.command("new")
@click.argument("kind", type=click.Choice(list(SUFFIX)))
@click.argument("name", metavar="PACKAGE/NAME")
def command(kind: str, name: str) -> None:
    """Start a use case, algorithm or backend: PACKAGE/NAME becomes a working file here."""
    package, stem = _parts(name)
    folder, project = Path(package + SUFFIX[kind]), Path("pyproject.toml")
    page = folder / f"{stem}.py"
    if page.exists() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{page} cannot be made, something is there", "Choose another name")
    words = {
        "name": name,
        "title": stem.replace("_", " ").capitalize(),
        "Name": "".join(part.capitalize() for part in stem.split("_")),
        "package": package,
    }
    text = _project(project) if project.exists() else _filled("pyproject", words)
    declared = _declared(text, f"usecases.{KINDS[kind]}", package, folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").touch()
    page.write_text(_filled(kind, words), encoding="utf-8")
    project.write_text(declared, encoding="utf-8")
    checked = name if kind == "usecase" else stem
    click.echo(f"{page} works as it stands. Next:")
    click.echo("  pip install -e .")
    click.echo(f"  usecases check {kind} {checked}")


def _project(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read", "Change to another folder") from None


def _parts(name: str) -> tuple[str, str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}/[a-z][a-z0-9_]{0,40}", name):
        raise UsageError(
            f"{name!r} is not PACKAGE/NAME in small letters",
            "For example: usecases new usecase town/parking",
        )
    package, _, stem = name.partition("/")
    taken = {*sys.stdlib_module_names, "usecases", *_installed()}
    if keyword.iskeyword(stem) or keyword.iskeyword(package) or package in taken:
        raise UsageError(f"the name {package!r} or {stem!r} is taken", "Choose another")
    return package, stem


def _installed() -> set[str]:
    """The packages of use cases that are installed, but for one that is being written here."""
    names = {e.module.split(".")[0] for e in entries("usecase").values()}
    return {n for n in names if not Path(n).is_dir()}


def _filled(template: str, words: dict[str, str]) -> str:
    text = (files("usecases") / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(words)


def _declared(text: str, group: str, name: str, module: str) -> str:
    """The project file with the entry point by which the package is found.

    Raises UsageError when the result would not be the TOML that it should be.
    """
    header, line = f'[project.entry-points."{group}"]', f'{name} = "{module}"'
    if _points(text, group).get(name) == module:
        return text
    if re.search(rf"^{re.escape(header)}$", text, re.M):
        found = re.sub(rf"^{re.escape(header)}$", f"{header}\n{line}", text, flags=re.M)
    else:
        found = f"{text.rstrip()}\n\n{header}\n{line}\n"
    if _points(found, group).get(name) != module:
        raise UsageError(
            "pyproject.toml states its entry points in a way that cannot be added to",
            f"Add it yourself: {header} {line}",
        )
    return found


def _points(text: str, group: str) -> dict[str, str]:
    try:
        project = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError:
        return {}
    points: dict[str, str] = project.get("entry-points", {}).get(group, {})
    return points
