"""`usecases widget`: the page for rooms where no code is typed, served by Voilà or JupyterLab."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import tempfile
import webbrowser
from pathlib import Path

import click

NOTEBOOK = "widget.ipynb"
CELL = "from usecases.widget import show\n\nshow()"
AT_HOME = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
"""What the browser may load: nothing from elsewhere, such as the fonts that Voilà links to."""


@click.command("widget")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--address", default="127.0.0.1", show_default=True, metavar="IP",
              help="0.0.0.0 serves to other computers, too.")  # fmt: skip
@click.option("--lab", is_flag=True, help="Open it as a notebook in JupyterLab instead.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def command(port: int, address: str, lab: bool, no_browser: bool) -> None:
    """Serve a page to choose a use case, size, algorithm, backend and depth with the mouse.

    The page is served on this computer only, unless --address says otherwise, and only to who
    has the token in its link.
    """
    from importlib.util import find_spec

    from usecases.errors import MissingExtra

    for package in ("ipywidgets", "voila"):
        if not find_spec(package):
            raise MissingExtra(package, "widget")
    with tempfile.TemporaryDirectory(prefix="usecases-widget-") as folder:
        path = notebook(Path(folder))
        if lab:
            words = ["--no-browser"] if no_browser else []
            subprocess.run([sys.executable, "-m", "jupyterlab", str(path), *words], check=False)  # noqa: S603
        else:
            serve(path, address, free(port), browser=not no_browser)


def notebook(folder: Path) -> Path:
    """The page as a notebook of one cell in the folder."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(CELL)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    found = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = folder / NOTEBOOK
    nbformat.write(found, path)
    return path


def free(port: int) -> int:
    """The port, or any free one for 0. Raises UsageError where somebody listens on it."""
    from usecases.errors import UsageError

    try:
        with socket.create_server(("127.0.0.1", port)) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        hint = "Choose another, or leave out --port"
        raise UsageError(f"port {port} cannot be used ({error.strerror})", hint) from None


def serve(path: Path, address: str, port: int, *, browser: bool) -> None:
    """Serve the notebook as a page until the command is stopped.

    The token is handed over in this process, so that no list of processes shows it.
    """
    from voila.app import Voila

    token = secrets.token_urlsafe(24)
    link = f"http://127.0.0.1:{port}/?token={token}"
    page = Voila(token=token, ip=address, port=port, open_browser=False, log_level="WARN")
    page.tornado_settings = {"headers": {"Content-Security-Policy": AT_HOME}}
    page.initialize([str(path)])
    click.echo(f"The page: {link}\nStop it with Ctrl-C.")
    if browser:
        webbrowser.open(link)
    page.start()


__all__ = ["command"]
