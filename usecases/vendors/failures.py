"""A vendor's error as one of the framework's, with what to do next."""

from __future__ import annotations

from typing import Any

from usecases import errors, secrets
from usecases.vendors.catalogue import Vendor

NEXT: dict[type[errors.UsecasesError], str] = {
    errors.JobFailed: "See at the vendor what became of it",
    errors.Unresolved: "",  # whoever looks for a job knows its tag, and says what to do
    errors.BackendUnavailable: "Choose another machine: usecases backends",
    errors.TooLarge: "Take a smaller instance, or another machine: usecases backends",
    errors.Refused: "Nothing of it was taken: change what it names, or choose another machine",
    errors.Unreachable: (
        "Check the network, any address set for the vendor, and its status page. Then give the"
        " same command again: nothing is sent twice"
    ),
}
"""Each kind that is raised as the vendor's file tells it, and what to do then."""


def failure(vendor: Vendor, device: str, error: dict[str, Any]) -> errors.UsecasesError:
    """What to raise for an error that a vendor's process has told of a device."""
    name, told = f"{vendor.name}/{device}", error["kind"]
    what = secrets.scrub(str(error["what"]))  # a server may repeat what it was sent
    if told == "UnknownName":
        known = [f"{vendor.name}/{near}" for near in what.split(", ")]
        return errors.UnknownName("backend", name, known)
    if told == "MissingExtra":
        return errors.BackendUnavailable(
            f"{vendor.title} is not wholly installed: {what} is missing",
            f"Install it with: usecases backends add {vendor.name}",
        )
    if told == "AuthenticationFailed":
        return errors.AuthenticationFailed(f"{name}: {what}", _missing(vendor, what))
    for again in (errors.Refused, errors.Unreachable):
        if told == again.__name__:
            return again(f"{name}: {what}", NEXT[again], retry_after=error.get("retry_after"))
    for kind, hint in NEXT.items():
        if told == kind.__name__:
            return kind(f"{name}: {what}", hint)
    return errors.BackendUnavailable(
        f"{name}: {what} ({error.get('where', '')})",
        f"Try another setting or machine, or see that {vendor.title} works here:"
        f" usecases backends check {name}",
    )


def _missing(vendor: Vendor, what: str) -> str:
    """Which of the vendor's credentials are nowhere, and which variable its words ask for."""
    secret = [name for name in vendor.credentials if not secrets.present(name)]
    plain = [name for name in vendor.variables if name in what]
    parts = [f"{', '.join(secret)} in the environment, a keyring or the secrets file"] * bool(
        secret
    )
    parts += [f"{name} in the environment" for name in plain]
    return f"Set {'; '.join(parts)}" if parts else f"Check {', '.join(vendor.credentials)}"
