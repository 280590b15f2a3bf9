"""How secrets look where they are written, and texts without them."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from urllib.parse import quote

HIDDEN = "[secret]"

_SHAPED = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
"""A signed web token (RFC 7519), which logins hand out in exchange for a key."""

_ABRIDGED = re.compile(r"input_value=.*?, input_type=", re.DOTALL)
"""What pydantic quotes of a reply. It leaves out the middle, and half a secret may stand there."""


_PARTS = re.compile(r"(?i)\w*(?:key|token|secret|password|pwd)=([^;]+)|://[^/\s:@]*:([^/\s@]+)@")
"""What is secret of a connection string (`Endpoint=...;ApiKey=...`) and of an address."""


def parts(secret: str) -> set[str]:
    """The secrets within one that has parts, which a server may repeat alone."""
    return {part for found in _PARTS.findall(secret) for part in found if part}


def forms(known: Iterable[str]) -> set[str]:
    """Secrets as plain text, JSON, Python, URL and base64 without what its neighbours change."""
    found = set(known)
    for secret in tuple(found):
        found |= {json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
        for shift in range(3):
            coded = b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
            found.add(coded[(0, 2, 3)[shift] : -1])
    return found


def without(hidden: Sequence[str], text: str) -> str:
    """The text without what is hidden, nor what is told by its shape alone."""
    for form in hidden:
        if form in text:
            text = text.replace(form, HIDDEN)
    return _SHAPED.sub(HIDDEN, _ABRIDGED.sub("input_type=", text))
