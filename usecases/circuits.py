"""Circuits of one's own on any machine: a run like others, with a record that holds the counts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usecases import provenance, registry
from usecases.circuit_record import CIRCUIT, CircuitRecord, Tally
from usecases.contracts import Backend, RemoteBackend, Wrapper, innermost
from usecases.errors import BadInstance
from usecases.executor import Executor
from usecases.lowering import fits
from usecases.patience import Patience
from usecases.plan import GATES, again, kept
from usecases.programs import SampleCircuits
from usecases.qasm import parse as qasm
from usecases.records import RunRecord, Timing, sha256
from usecases.registry import name_of
from usecases.runner import Progress, carried, perform, when
from usecases.store import Store

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

WIDER = "Take a machine of more qubits, see usecases list backends, or a smaller circuit"


@dataclass(frozen=True, kw_only=True)
class CircuitPlan:
    """Circuits before they are run; `shots` of each."""

    name: str
    texts: tuple[str, ...]
    shots: tuple[int, ...]
    seed: int
    backend: Backend
    trainer: Backend | None = None
    file: str = ""
    given: tuple[QuantumCircuit, ...] | None = None
    """The circuits themselves, where they were built here and not read."""

    @property
    def request(self) -> dict[str, Any]:
        """What the run asks for; equal requests are the same work."""
        return {
            "usecase": CIRCUIT,
            "instance": self.name,
            "instance_sha256": sha256("\0".join(self.texts)),
            "instance_data": {"texts": list(self.texts)},
            "algorithm": "sample",
            "parameters": {"shots": list(self.shots)},
            "backend": kept(self.backend),
            "train_on": None,
            "seed": self.seed,
        }

    @cached_property
    def circuits(self) -> tuple[QuantumCircuit, ...]:
        """The circuits, parsed with limits. Raises BadInstance or TooLarge."""
        return self.given or tuple(map(_measuring, self.texts))

    @property
    def program(self) -> SampleCircuits:
        return SampleCircuits(self.circuits, self.shots, self.seed)


def _measuring(text: str) -> QuantumCircuit:
    circuit = qasm.parse(text)
    if not circuit.num_clbits:
        raise BadInstance("circuit", "measures nothing", "Add: bit[N] c = measure q;")
    return circuit


def prepare(
    source: Path | Sequence[QuantumCircuit],
    backend: str | Backend | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    shots: int | Sequence[int] = 1000,
    seed: int = 0,
    name: str = "",
) -> CircuitPlan:
    """The plan for an OpenQASM file, or for circuits that were built here."""
    machine = backend
    if not isinstance(machine, Backend):
        machine = registry.backend(machine or GATES, settings)
    texts: tuple[str, ...]
    if isinstance(source, Path):
        texts, given, name = (qasm.read(source),), None, name or source.name
    else:
        given = tuple(source)
        texts = SampleCircuits(given, 1, 0).texts
    each = (shots,) * len(texts) if isinstance(shots, int) else tuple(shots)
    file = source.name if isinstance(source, Path) else ""
    return CircuitPlan(
        name=name or CIRCUIT,
        texts=texts,
        shots=each,
        seed=seed,
        backend=machine,
        file=file,
        given=given,
    )


def run(plan: CircuitPlan, **how: Any) -> CircuitRecord:
    """Run the circuits and keep the record; `how` are the options of `runner.perform`."""

    def made(identity: str, executor: Executor, progress: Progress) -> CircuitRecord:
        return _recorded(plan, identity, executor, progress)

    return carried(plan, made, **how)


def once(plan: CircuitPlan, **how: Any) -> CircuitRecord:
    """As `run`; what was run already on a machine elsewhere is not paid for again, but read."""
    if isinstance(innermost(plan.backend), RemoteBackend):
        with Store() as store:
            standing = store.standing(plan.request)
            if standing.done:
                return store.circuits(standing.id)
    return run(plan, **how)


def take_up(
    store: Store,
    start: str,
    *,
    max_wait: float | None = None,
    progress: Progress = lambda stage, calls: None,
    **how: Any,
) -> RunRecord | CircuitRecord:
    """The record of a run of either kind by the start of its id; it goes on where it stopped.

    Another process that is at it is waited for. Raises StillQueued when `max_wait` seconds were
    not enough.
    """
    identity = store.identity(start)
    patience = Patience(identity, max_wait, lambda words: progress(words, 0))
    while store.busy(identity, elsewhere=False):
        patience.pause(1.0, f"another process is at run {identity}")
    if store.status(identity) == "done":
        return store.any_record(identity)
    request = store.request(identity)
    how |= {"resume": identity, "store": store, "max_wait": max_wait, "progress": progress}
    if request["usecase"] != CIRCUIT:
        return perform(again(request), **how)
    plan = CircuitPlan(
        name=request["instance"],
        texts=tuple(request["instance_data"]["texts"]),
        shots=tuple(request["parameters"]["shots"]),
        seed=request["seed"],
        backend=registry.backend(request["backend"]["name"], request["backend"]["settings"]),
    )
    return run(plan, **how)


def _unmitigated(plan: CircuitPlan) -> dict[str, str]:
    """A warning where a machine around the machine leaves counts as they are."""
    if not isinstance(plan.backend, Wrapper):
        return {}
    words = "mitigates expectation values; these counts are as the machine gave them"
    return {"warning: mitigation": f"{name_of(plan.backend)} {words}"}


def _recorded(
    plan: CircuitPlan, identity: str, executor: Executor, progress: Progress
) -> CircuitRecord:
    started = time.perf_counter()
    progress("model", 0)
    program = plan.program
    parsed = time.perf_counter() - started
    fits(plan.backend, program.qubits, WIDER)
    progress("solve", 0)
    tables = executor(program)
    pairs = zip(plan.texts, program.circuits, tables, strict=True)
    return CircuitRecord(
        id=identity,
        name=plan.name,
        backend=name_of(plan.backend),
        backend_settings=kept(plan.backend)["settings"],
        seed=plan.seed,
        qubits=program.qubits,
        tallies=tuple(
            Tally.of(text, tuple((r.name, r.size) for r in circuit.cregs), counts)
            for text, circuit, counts in pairs
        ),
        calls=tuple(executor.calls),
        timing=Timing(
            model=parsed,
            compile=executor.compiled,
            queue=executor.queued,
            machine=executor.machine,
            classical=0.0,
            reference=0.0,
            score=0.0,
        ),
        circuits=executor.circuits,
        versions=provenance.versions(),
        provenance=provenance.code() | dict(executor.provenance) | _unmitigated(plan) | when(),
        source=plan.backend.source,
    ).sealed()
