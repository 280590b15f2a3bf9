"""Secrets: where they come from, and how they are kept out of what is written.

A secret is read from the environment, else from the system's keyring, else from the file
`secrets` in the data folder, one NAME=VALUE a line, which nobody else may read (mode 0600).
Whoever writes something for others to see passes it through `scrub` first.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from usecases.disguises import forms, parts, without
from usecases.errors import AuthenticationFailed, UsageError
from usecases.home import home

E = TypeVar("E", bound=BaseException)

SERVICE = "quantum-usecases"
"""Under which the keyring keeps our secrets."""

SHORTEST = 8
"""Characters; what is shorter is no secret, and replacing it would spoil ordinary words."""
LARGEST_FILE = 64 * 1024
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_TELLING = re.compile(r"TOKEN|SECRET|PASSW(OR)?D|CREDENTIAL|CONNECTION_STRING|(API|ACCESS)_?KEY")
_PLACE = re.compile(r"(FILE|PATH|DIR|URL|ENDPOINT)$")

_WORDS = ("strerror", "filename", "msg", "reason")
"""What errors of Python's own say outside their `args`."""

_read: set[str] = set()


def read(name: str) -> str | None:
    """The secret of this name, or None where there is none.

    Raises AuthenticationFailed where the file may be read by others, UsageError for a bad name.
    """
    found = os.environ.get(_checked(name)) or _in_keyring(name) or _in_file().get(name)
    if found:
        _read.add(found)
    return found


def present(name: str) -> str | None:
    """Where the secret of this name is: "environment", "keyring" or "file"; None where nowhere."""
    if os.environ.get(_checked(name)):
        return "environment"
    if _in_keyring(name):
        return "keyring"
    return "file" if _in_file().get(name) else None


def place(name: str, value: str) -> str:
    """Keep a secret in the keyring, or in the file where there is no keyring; where it went.

    Raises UsageError for a value of several lines.
    """
    if not value or not value.isprintable():
        raise UsageError(f"the value of {_checked(name)} is empty or has signs that no secret has")
    _read.add(value)
    if _to_keyring(_checked(name), value):
        return "keyring"
    kept = _in_file() | {name: value}
    path = home() / "secrets"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    spare = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{key}={secret}\n" for key, secret in kept.items())
    spare.replace(path)
    return "file"


def scrub(text: str) -> str:
    """The text with every known secret replaced, also where it is written as JSON, URL or base64.

    Known are those that were read or placed, those in the file, and the values of environment
    variables that are called token, secret, password or key; keys within a connection string and
    passwords within an address as well. What a vendor's client was handed for them is nowhere
    known, and is told by its shape.
    """
    return without(_longest(), text)


def cleaned(value: Any) -> Any:
    """Lists, mappings and texts, as JSON knows them, with every text scrubbed."""
    hidden = _longest()

    def clean(one: Any) -> Any:
        if isinstance(one, str):
            return without(hidden, one)
        if isinstance(one, dict):
            return {clean(key): clean(within) for key, within in one.items()}
        return type(one)(map(clean, one)) if type(one) in (list, tuple) else one

    return clean(value)


@cache
def quiet_logs() -> None:
    """Scrub what any package logs from now on in this process."""
    import logging

    make = logging.getLogRecordFactory()

    def scrubbing(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        with suppress(Exception):  # a wrong format is logging's own complaint
            record.msg, record.args = scrub(record.getMessage()), None
        return record

    logging.setLogRecordFactory(scrubbing)


def scrubbed(error: E) -> E:
    """The error without secrets in it, in what it stems from and in its notes."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.args = tuple(scrub(a) if isinstance(a, str) else a for a in one.args)
        for name in (*vars(one), *_WORDS):
            value = getattr(one, name, None)
            if isinstance(value, str | list):
                setattr(one, name, cleaned(value))
        rest += (one.__cause__, one.__context__, *getattr(one, "exceptions", ()))
    return error


def _longest() -> list[str]:
    """All forms of all secrets, the longest first: one may hold another."""
    return sorted(forms(_known()), key=len, reverse=True)


def _known() -> set[str]:
    telling = {v for k, v in os.environ.items() if _TELLING.search(k) and not _PLACE.search(k)}
    filed: set[str] = set()
    with suppress(AuthenticationFailed):  # what is refused is not used either
        filed = {*_in_file().values()}
    whole = telling | filed | _read
    within = {part for secret in (*whole, *os.environ.values()) for part in parts(secret)}
    return {s for s in whole | within if len(s) >= SHORTEST}


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name[:40]!r} is not a secret's name", "Write it like IBM_TOKEN")
    return name


def _in_file() -> dict[str, str]:
    """The secrets of the file. Raises AuthenticationFailed unless only its owner may read it."""
    path = home() / "secrets"
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise AuthenticationFailed(
                    f"others may read the secrets in {path} (mode {mode:04o})",
                    f"Nothing of it is used. Close it with: chmod 600 {path}",
                )
            text = file.read(LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeError) as error:
        raise AuthenticationFailed(f"{path} cannot be read ({type(error).__name__})") from None
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, sign, value in lines if sign and value.strip()}


def _in_keyring(name: str) -> str | None:
    try:
        import keyring

        found: str | None = keyring.get_password(SERVICE, name)
    except Exception:  # not installed, no service, locked: the file is next
        return None
    return found


def _to_keyring(name: str, value: str) -> bool:
    try:
        import keyring

        keyring.set_password(SERVICE, name, value)
    except Exception:
        return False
    return True
