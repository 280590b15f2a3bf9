"""Servers of tests/loopback for the vendors' clients: a machine, and what the client is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

Opened = Iterator[tuple[str, dict[str, str]]]


@contextmanager
def _alice_bob() -> Opened:
    from tests.loopback.alice_bob import TARGET, AliceBob

    with AliceBob().loop as loop:
        yield TARGET, {"ALICE_BOB_API_KEY": "canary-alice", "ALICE_BOB_URL": f"{loop.url}/"}


@contextmanager
def _aqt() -> Opened:
    from tests.loopback import aqt
    from tests.loopback.server import Loopback

    with Loopback(aqt.Machine().rules) as server:
        yield "direct", {"AQT_DIRECT_URL": server.url, "AQT_TOKEN": "canary-of-aqt"}


@contextmanager
def _azure() -> Opened:
    from tests.loopback.azure import Azure

    server = Azure()
    with server.loop:
        yield "ionq.simulator", server.environment


@contextmanager
def _braket() -> Opened:
    from tests.loopback.braket import Aws

    server = Aws()
    with server.loop:
        yield "SV1", server.environment


@contextmanager
def _dwave() -> Opened:
    from tests.loopback.dwave import NAME, Leap

    with Leap().loop as loop:
        address = {"DWAVE_API_ENDPOINT": f"{loop.url}/sapi/v2/"}
        yield NAME, {"DWAVE_API_TOKEN": "canary-of-dwave", **address}


@contextmanager
def _ibm() -> Opened:
    from tests.loopback import ibm
    from tests.loopback.server import Loopback

    places = ("QISKIT_IBM_URL", "IAM_URL", "GLOBAL_SEARCH_URL", "GLOBAL_CATALOG_URL")
    with Loopback(ibm.Cloud().rules) as server:
        keys = {"QISKIT_IBM_TOKEN": "canary-of-ibm", "QISKIT_IBM_INSTANCE": ibm.CRN}
        yield ibm.MACHINE, dict.fromkeys(places, server.url) | keys


@contextmanager
def _ionq() -> Opened:
    from tests.loopback.ionq import IonQ

    with IonQ().loop as loop:
        yield "simulator", {"IONQ_API_KEY": "canary-of-ionq", "IONQ_API_URL": f"{loop.url}/v0.4"}


@contextmanager
def _iqm() -> Opened:
    from tests.loopback.iqm import MACHINE, Iqm

    with Iqm().loop as loop:
        yield MACHINE, {"IQM_TOKEN": "canary-of-iqm", "IQM_SERVER_URL": loop.url}


@contextmanager
def _oqc() -> Opened:
    from tests.loopback.oqc import QPU, Oqc

    server = Oqc()
    with server.loop:
        yield QPU, server.environment


CLOUDS = {
    "alice_bob": _alice_bob,
    "aqt": _aqt,
    "azure": _azure,
    "braket": _braket,
    "dwave": _dwave,
    "ibm": _ibm,
    "ionq": _ionq,
    "iqm": _iqm,
    "oqc": _oqc,
}
