"""Where the user's data lives on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """The user's data folder; `USECASES_HOME` moves it."""
    if chosen := os.environ.get("USECASES_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", str(Path.home()))
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))
    return Path(base) / "usecases"
