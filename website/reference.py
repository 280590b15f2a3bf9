"""The reference, made from the docstrings of the modules that users and contributors call."""

from __future__ import annotations

PAGES = {
    "Running": ("usecases.handle.run", "usecases.handle.attach", "usecases.comparison.compare",
                "usecases.rows.table",
                "usecases.scan.curve", "usecases.plan.load", "usecases.plots.plot",
                "usecases.checkup.doctor"),
    "Contracts": ("usecases.contracts",),
    "Records": ("usecases.records",),
    "Models": ("usecases.models",),
    "Programs": ("usecases.programs",),
    "Scores": ("usecases.metrics",),
    "Store": ("usecases.store",),
    "Checks": ("usecases.testing", "usecases.verify.verify"),
    "Errors": ("usecases.errors",),
}  # fmt: skip
"""Titles of the pages, and what is told on each."""

FIELDS = "\n    options:\n      show_if_no_docstring: true"
"""Of data each field is told, which its class explains together."""

NAMES = tuple(f"reference/{title.lower()}.md" for title in PAGES)


def files() -> dict[str, str]:
    """The pages, which mkdocstrings fills."""
    return {
        f"reference/{title.lower()}.md": f"# {title}\n\n"
        + "\n\n".join(f"::: {name}{FIELDS if title == 'Records' else ''}" for name in told)
        + "\n"
        for title, told in PAGES.items()
    }
