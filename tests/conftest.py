"""What every test gets: a data folder of its own, one thread, and no network."""

from __future__ import annotations

import atexit
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import third_party
from tests.loopback.opening import cloud  # noqa: F401 - a fixture
from usecases import registry
from usecases.home import home as home_of_the_user

os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
# Fixtures of a module run before any test's own folder is there: never in the user's store.
os.environ.setdefault("USECASES_VENDORS", str(home_of_the_user() / "vendors"))
_ours = tempfile.TemporaryDirectory(prefix="usecases-tests-", ignore_cleanup_errors=True)
os.environ["USECASES_HOME"] = _ours.name
atexit.register(_ours.cleanup)  # left to itself it warns

_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> Any:
    if self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost"):
        return _connect(self, address)
    raise OSError(f"tests have no network: {address}")


@pytest.fixture
def municipality(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The third-party package, as if it were installed beside ours in this process."""
    monkeypatch.syspath_prepend(third_party())
    registry.entries.cache_clear()
    yield
    registry.entries.cache_clear()


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder, and no connection but to this machine."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("USECASES_HOME", str(home))
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)
    return home
