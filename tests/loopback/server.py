"""A server with a table of replies; it keeps what it was asked."""

from __future__ import annotations

import json
import re
import threading
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]]
Rule = tuple[str, str, Callable[[re.Match[str], Any], Reply]]
"""Method, pattern of the path, and the answer: status, JSON or bytes, and further headers."""


class Loopback:
    """Answers on 127.0.0.1 until it is closed; `asked` lists what came, in order."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.asked: list[tuple[str, str]] = []
        self._rules = list(rules)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, method: str, path: str, body: Any) -> Reply:
        """The first rule's answer."""
        self.asked.append((method, path))
        for verb, pattern, answer in self._rules:
            found = re.search(pattern, path)
            if verb == method and found:
                try:
                    return answer(found, body)
                except Exception as error:  # a mistake here must not look like a broken line
                    return 500, {"message": f"the loopback failed: {error!r}"}
        return 404, {"message": f"no rule for {method} {path}"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                status, said, *more = loop.reply(self.command, self.path, self._body())
                raw = isinstance(said, bytes)
                data = said if raw else json.dumps(said).encode()
                accepted = self.headers.get("Accept") or ""
                kind = "application/octet-stream" if raw else "application/json"
                self.send_response(status)
                self.send_header("Content-Type", accepted if "vnd." in accepted else kind)
                self.send_header("Content-Length", str(len(data)))
                for name, value in (more[0] if more else {}).items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    with suppress(BrokenPipeError):  # the client waits no longer
                        self.wfile.write(data)

            def _body(self) -> Any:
                sent = self._sent()
                if self.headers.get("Content-Encoding") == "deflate":
                    sent = zlib.decompress(sent)
                try:
                    return json.loads(sent) if sent else None
                except ValueError:
                    return sent

            def _sent(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        for verb in ("GET", "POST", "PUT", "DELETE", "HEAD"):
            setattr(Handler, f"do_{verb}", Handler.answer)
        return Handler
