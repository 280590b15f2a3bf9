"""The last words of a process, which say why it died."""

from __future__ import annotations

import threading
from collections import deque
from typing import IO

from usecases.errors import printable
from usecases.secrets import scrub

LINES = 5
LONGEST = 300
"""Characters that are told of a line."""


class Tail:
    """The last lines that a process has written, read as they come so that it never waits."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lines: deque[bytes] = deque(maxlen=LINES)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._stream:
            for line in iter(lambda: self._stream.readline(1 << 16), b""):
                if line.strip():
                    self._lines.append(line)

    def said(self) -> str:
        """The lines as one text without secrets, once the process has ended; often nothing."""
        self._reader.join(1.0)
        lines = [scrub(line.decode("utf-8", "replace")).strip() for line in self._lines]
        return " | ".join(printable(line[:LONGEST]) for line in lines)
