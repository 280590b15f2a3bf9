"""`usecases new`: a working template to start from."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from usecases.errors import UsageError

SUFFIX = {"usecase": "", "algorithm": "_algorithms", "backend": "_backends"}
GROUP = {"usecase": "packages", "algorithm": "algorithms", "backend": "backends"}


@click.command("new")
@click.argument("kind", type=click.Choice(list(SUFFIX)))
@click.argument("name", metavar="PACKAGE/NAME")
def command(kind: str, name: str) -> None:
    """Start a use case, algorithm or backend: PACKAGE/NAME becomes a working file here."""
    package, stem = _parts(name)
    folder = Path(package + SUFFIX[kind])
    page = folder / f"{stem}.py"
    if page.exists():
        raise UsageError(f"{page} exists already", "Choose another name")
    words = {
        "name": name,
        "title": stem.replace("_", " ").capitalize(),
        "Name": "".join(part.capitalize() for part in stem.split("_")),
        "package": package,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").touch()
    page.write_text(_filled(kind, words), encoding="utf-8")
    project = Path("pyproject.toml")
    if not project.exists():
        project.write_text(_filled("pyproject", words), encoding="utf-8")
    _declare(project, f"usecases.{GROUP[kind]}", package, folder.name)
    checked = name if kind == "usecase" else stem
    click.echo(f"{page} works as it stands. Next:")
    click.echo("  pip install -e .")
    click.echo(f"  usecases check {kind} {checked}")


def _parts(name: str) -> tuple[str, str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}/[a-z][a-z0-9_]{0,40}", name):
        raise UsageError(
            f"{name!r} is not PACKAGE/NAME in small letters",
            "For example: usecases new usecase town/parking",
        )
    package, _, stem = name.partition("/")
    if keyword.iskeyword(stem) or keyword.iskeyword(package):
        raise UsageError(f"{name!r} holds a word that Python keeps for itself")
    return package, stem


def _filled(template: str, words: dict[str, str]) -> str:
    text = (files("usecases") / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(words)


def _declare(project: Path, group: str, name: str, module: str) -> None:
    """Add the entry point by which the package is found, unless it is there."""
    text = project.read_text(encoding="utf-8")
    header, line = f'[project.entry-points."{group}"]', f'{name} = "{module}"'
    if line in text:
        return
    text = (
        text.replace(header, f"{header}\n{line}")
        if header in text
        else (f"{text.rstrip()}\n\n{header}\n{line}\n")
    )
    project.write_text(text, encoding="utf-8")
