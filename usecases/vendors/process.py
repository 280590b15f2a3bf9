"""Our side of the door: a vendor's process is asked a line and answers a line."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from usecases import errors, secrets
from usecases.sdks.child import LONGEST
from usecases.vendors.catalogue import Vendor
from usecases.vendors.environments import python
from usecases.vendors.failures import failure
from usecases.vendors.tail import Tail

SECONDS = 600.0
"""The longest that a vendor's answer may take."""

SIMULATING = 3600.0
"""The longest that a twin may simulate."""

MEMORY = 16 << 30
"""Bytes of address space that a vendor's process may use."""

KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "OMP_NUM_THREADS"),
    *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
)
"""What a vendor's process sees of our environment, beside its own variables."""


class Process:
    """One vendor's process, started when it is first asked and again when it has died."""

    def __init__(self, vendor: Vendor, seconds: float = SECONDS) -> None:
        self.vendor, self.seconds = vendor, seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._tail: Tail | None = None
        atexit.register(self.close)

    def ask(self, device: str, settings: dict[str, Any], verb: str, *arguments: Any) -> Any:
        """The answer of a machine's method; what the vendor tells of an error is raised.

        Raises BackendUnavailable when the process dies or does not answer in time.
        """
        asked = {"device": device, "settings": settings, "verb": verb, "arguments": arguments}
        line = json.dumps(asked, allow_nan=False).encode() + b"\n"
        with self._lock:
            answer = self._answer(line, SIMULATING if verb == "run" else self.seconds)
        if "error" in answer:
            raise failure(self.vendor, device, answer["error"])
        return answer["value"]

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream:
                    stream.close()
            self._child = None

    def _answer(self, line: bytes, seconds: float) -> dict[str, Any]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _started(self.vendor)
            assert self._child.stderr  # noqa: S101 - asked for
            self._tail = Tail(self._child.stderr)
        child = self._child
        assert child.stdin  # noqa: S101 - asked for
        try:
            child.stdin.write(line)
            child.stdin.flush()
            found: dict[str, Any] = json.loads(self._line(child, seconds))
        except (OSError, ValueError) as error:
            raise errors.Unreachable(
                f"the process of {self.vendor.title} ended while it worked ({self._why(error)})",
                "It is started anew at the next try; a smaller instance or fewer shots take less",
            ) from None
        return found

    def _why(self, error: Exception) -> str:
        """How the process has ended, or that it was ended, and what it said last."""
        ended = _ended(self._child) if isinstance(error, _SilentError | OSError) else ""
        self.close()
        said = self._tail.said() if self._tail else ""
        return f"{ended or error}; it said last: {said}" if said else str(ended or error)

    def _line(self, child: subprocess.Popen[bytes], seconds: float) -> bytes:
        """One whole line of the child's, read as it comes; raises ValueError without one."""
        assert child.stdout  # noqa: S101 - asked for
        parts: list[bytes] = []
        until, size = time.monotonic() + seconds, 0
        while not (parts and parts[-1].endswith(b"\n")):
            left = until - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                raise ValueError(f"no answer within {seconds:.0f} s")
            part = os.read(child.stdout.fileno(), 1 << 20)
            size += len(part)
            if not part:
                raise _SilentError("no memory, or a crash")
            if size > 2 * LONGEST:
                raise ValueError("too long an answer")
            parts.append(part)
        return b"".join(parts)


class _SilentError(ValueError):
    """The process has closed its output without an answer."""


def _ended(child: subprocess.Popen[bytes] | None) -> str:
    """How a process has ended of itself; nothing while it has not."""
    try:
        code = child.wait(1.0) if child else 0
    except subprocess.TimeoutExpired:
        return ""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


@cache
def process(name: str) -> Process:
    """The process of the vendor of this name; one in all of ours."""
    from usecases.vendors.catalogue import vendor

    return Process(vendor(name))


def _started(vendor: Vendor) -> subprocess.Popen[bytes]:
    """The vendor's process, which sees its own credentials and nobody else's."""
    handed = {*KEPT, *vendor.variables}
    seen = {k: v for k, v in os.environ.items() if k in handed}
    seen |= {name: found for name in vendor.credentials if (found := secrets.read(name))}
    seen["PYTHONHASHSEED"] = "0"  # or a compiler that walks through a set finds other circuits
    child = Path(sys.modules["usecases.sdks.child"].__file__ or "")
    limit = None if sys.platform == "win32" else _limited
    return subprocess.Popen(  # noqa: S603
        [str(python(vendor)), "-u", str(child), str(vendor.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=seen,
        cwd=child.parent,  # where no .env file lies in wait
        preexec_fn=limit,  # noqa: PLW1509 - sets a limit and nothing else
    )


def _limited() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
