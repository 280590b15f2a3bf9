"""What a vendor's file is written with; runs in the vendor's environment, standard library only.

A vendor is a file in this folder and a requirements list beside it. The file declares literals
that are read without running it, and `open(device, settings)`, which gives an `Adapter`. Where it
has a `tabled(device)` too, that one is asked for `describe` and `estimate` where no credentials are
set.
"""

from __future__ import annotations

import itertools
import time
from typing import Any


class Told(Exception):
    """An error of the vendor's in our words; `kind` names the class that the framework raises."""

    def __init__(self, kind: str, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.kind, self.what, self.retry_after = kind, what, retry_after


class Adapter:
    """One machine of a vendor.

    Work is `circuits`, texts in OpenQASM 3, with `shots` for each, a `seed` and the transpiler's
    `optimization_level`; or a binary quadratic model: `variables`, `linear`, `quadratic`, `vartype`
    and `offset`, with `reads` and a `seed`.

    A result has a `value`: for each circuit the counts by strings of all classical bits, the first
    bit last; or pairs of strings and reads, a bit for each variable. It has the seconds of the
    `machine`, and may have those `compiled` and `queued`, `circuits` as `sizes` tells, and
    `provenance`.
    """

    words: dict[str, str] = {}  # noqa: RUF012 - the framework's class variables are not at hand
    """The vendor's status words → queued, running, done, failed or cancelled."""

    def describe(self) -> dict[str, Any]:
        """qubits, gates, dynamic, most_shots, most_circuits, equal_shots, source, version.

        most_circuits of a job, which have equal_shots or one number each. None, or nothing, where
        there is no limit.
        """
        raise NotImplementedError

    def run(self, work: dict[str, Any]) -> dict[str, Any]:
        """Of a machine that answers at once: the result of the work."""
        raise NotImplementedError

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        """amount, currency, basis, source and machine_seconds of the work; nothing is sent."""
        return {"amount": 0.0, "currency": "EUR", "basis": "unknown", "source": ""}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        """The machine's id of the work, handed in under our tag."""
        raise NotImplementedError

    def find(self, tag: str, since: float = 0.0) -> str | None:
        """The job under a tag, not submitted before `since`, seconds of the epoch.

        Raises Told("Unresolved", ...) where the vendor cannot say.
        """
        raise Told("Unresolved", "this vendor's interface has no field to find a job by")

    def status(self, job: str) -> tuple[str, str]:
        """The vendor's own word for the job, and its reason where it failed."""
        raise NotImplementedError

    def said(self, job: str) -> dict[str, Any]:
        """The vendor's word for the job and what its words mean."""
        word, reason = self.status(job)
        return {"words": self.words, "word": word, "reason": reason}

    def ended(self, job: str, vendor: str) -> bool:
        """Whether the job is done; raises Told("JobFailed", ...) where it ended otherwise.

        `vendor` says so: "IQM says".
        """
        word, reason = self.status(job)
        state = self.words.get(word)
        if state in ("failed", "cancelled"):
            raise Told("JobFailed", f"{vendor} {word}: {reason}")
        return state == "done"

    def collect(self, job: str) -> dict[str, Any] | None:
        """The result of the work, or None while it waits; bits never measured may be left out."""
        raise NotImplementedError

    def cancel(self, job: str) -> None:
        """Asks the machine to drop the job."""
        raise NotImplementedError

    def billed(self, job: str) -> float | None:
        """What the ended job was charged; None where the vendor does not tell."""
        return None

    def noise(self) -> dict[str, Any]:
        """qubits, gates (name → the places at which each acts) and Aer's errors, of a twin."""
        raise Told("BackendUnavailable", "it has no noise model that Aer could take")

    def queue(self) -> str:
        """How much waits at the machine, in words; nothing where it does not tell."""
        return ""

    def provenance(self) -> dict[str, str]:
        """calibration, calibrated, firmware and others, where the machine tells them."""
        return {}


def plain(counts: dict[str, int]) -> dict[str, int]:
    """Counts without the blanks that part registers."""
    return {key.replace(" ", ""): int(count) for key, count in counts.items()}


def loaded(texts: list[str]) -> list[Any]:
    """Circuits from their OpenQASM 3 text."""
    from qiskit import qasm3

    return [qasm3.loads(text) for text in texts]


def single(work: dict[str, Any]) -> tuple[Any, int]:
    """The circuit, and its shots, of work for a machine whose jobs have one."""
    (circuit,), (shots,) = loaded(work["circuits"]), work["shots"]
    return circuit, int(shots)


def transpiled(backend: Any, circuits: list[Any], work: dict[str, Any]) -> list[Any]:
    """The circuits in the gates and couplings of a machine; parameters were bound long before."""
    from qiskit.transpiler import generate_preset_pass_manager

    level, seed = work["optimization_level"], work["seed"]
    manager = generate_preset_pass_manager(level, backend=backend, seed_transpiler=seed)
    found: list[Any] = manager.run(circuits)
    return found


def chunks(circuits: list[Any], each: list[int], most: int | None) -> Any:
    """Circuits that are run together: neighbours of equal shots, at most so many."""
    pairs = list(zip(circuits, each, strict=True))
    for shots, group in itertools.groupby(pairs, key=lambda pair: pair[1]):
        together = [circuit for circuit, _ in group]
        step = most or len(together)
        for begin in range(0, len(together), step):
            yield together[begin : begin + step], shots


class QiskitTwin(Adapter):
    """A machine with Qiskit's interface that answers at once, read by its counts alone."""

    seeded = True
    """Whether `run` takes seed_simulator."""
    dynamic = True
    version = ""

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": self.backend.num_qubits,
            "gates": sorted(self.backend.operation_names),
            "dynamic": self.dynamic,
            "most_shots": None,
            "source": "simulated",
            "seeded": self.seeded,
            "version": self.version,
        }

    def prepared(self, circuits: list[Any], work: dict[str, Any]) -> list[Any]:
        """The circuits as this machine takes them."""
        return transpiled(self.backend, circuits, work)

    def counts(self, circuits: list[Any], shots: int, seed: int) -> list[dict[str, int]]:
        """The counts of circuits that are run together."""
        how = {"seed_simulator": seed} if self.seeded else {}
        one = circuits if len(circuits) > 1 else circuits[0]
        result = self.backend.run(one, shots=shots, **how).result()
        return [result.get_counts(k) for k in range(len(circuits))]

    def run(self, work: dict[str, Any]) -> dict[str, Any]:
        begun = time.perf_counter()
        circuits = loaded(work["circuits"])
        ready = self.prepared(circuits, work)
        started = time.perf_counter()
        tables: list[dict[str, int]] = []
        most = getattr(self.backend, "max_circuits", None)
        for number, (some, shots) in enumerate(chunks(ready, work["shots"], most)):
            tables += self.counts(some, shots, work["seed"] + number)
        return {
            "value": [plain(table) for table in tables],
            "machine": time.perf_counter() - started,
            "compiled": started - begun,
            "circuits": sizes(circuits, ready),
            "provenance": self.provenance(),
        }


def noise_of(backend: Any, model: Any) -> dict[str, Any]:
    """A Qiskit machine's gates and couplings, and Aer's model of its noise, as plain data."""
    gates = {}
    for name in backend.target.operation_names:
        places = [at for at in backend.target[name] or () if at is not None]
        wide = backend.target.operation_from_name(name).num_qubits
        gates[name] = places or list(itertools.permutations(range(backend.num_qubits), wide))
    errors = model.to_dict(serializable=True)["errors"]
    return {"qubits": backend.num_qubits, "gates": gates, "errors": errors}


def sizes(before: list[Any], after: list[Any]) -> dict[str, int]:
    """The deepest circuit before and after compilation, measurements left out."""
    old, new = max(zip(before, after, strict=True), key=lambda pair: _entangling(pair[1]))
    return {
        "qubits": old.num_qubits,
        "depth": _depth(old),
        "two_qubit_gates": _entangling(old),
        "compiled_depth": _depth(new),
        "compiled_two_qubit_gates": _entangling(new),
    }


def _depth(circuit: Any) -> int:
    depth: int = circuit.depth(lambda item: item.operation.name not in ("measure", "barrier"))
    return depth


def _entangling(circuit: Any) -> int:
    return sum(len(i.qubits) == 2 and i.operation.name != "barrier" for i in circuit.data)
