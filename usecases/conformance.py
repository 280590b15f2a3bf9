"""Small cases with known answers, by which algorithms and backends are checked."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import numpy as np
from dimod import BinaryQuadraticModel
from pydantic import ValidationError

from usecases import registry
from usecases.contracts import Backend, JobResult, RemoteBackend, Wrapper
from usecases.executor import Executor
from usecases.models import (
    BQM,
    Choose,
    CostNetwork,
    Evaluated,
    Factor,
    FermionicHamiltonian,
    Incumbent,
    Ising,
    Model,
    Spectrum,
    Structured,
)
from usecases.plan import default_machine
from usecases.programs import (
    AlternatingEnergy,
    AlternatingGradient,
    AlternatingSamples,
    AlternatingState,
    Ansatz,
    Estimate,
    Excitation,
    Expectation,
    FermionicEnergy,
    FermionicGradient,
    FermionicProducts,
    FermionicSamples,
    GroupMixer,
    GroverMixer,
    Occupied,
    Program,
    SampleCircuits,
    SampleModel,
    Split,
    WarmMixer,
    XMixer,
)
from usecases.programs import Factor as AnsatzFactor

SHOTS = 1000


def models(accepts: Sequence[type]) -> Iterator[Model]:
    """An asymmetric model in each language that is accepted."""
    bqm = BinaryQuadraticModel({"z": -1.0, "a": 2.0, "m": 0.5}, {("z", "a"): 1.5}, 0.25, "BINARY")
    network = CostNetwork(
        ("z", "a", "m"), (Factor((0, 1), {1: -1.0, 2: 2.0, 3: 0.5}), Factor((2, 0), {3: 0.7}))
    )
    ising = Ising(("z", "a", "m"), {(): 0.5, (0,): 1.0, (0, 1): -0.5, (0, 1, 2): 0.25})
    known: dict[type, Model] = {
        BQM: bqm,
        CostNetwork: network,
        Ising: ising,
        Evaluated: Evaluated(ising, lambda bits: np.abs(ising.energies(bits))),
        Structured: Structured(bqm, (Choose((0, 2)),)),
        Incumbent: Incumbent(bqm, {"z": 0, "a": 1, "m": 0}),
        FermionicHamiltonian: hubbard_dimer(),
        Spectrum: Spectrum(hubbard_dimer(), 3),
    }
    return (model for kind, model in known.items() if kind in accepts)


def hubbard_dimer(hopping: float = 1.0, repulsion: float = 2.0) -> FermionicHamiltonian:
    """Two sites, two electrons; its energy is (U − √(U² + 16t²)) / 2.

    In the basis of its two mean-field orbitals, bonding first.
    """
    half = repulsion / 2
    two_body = np.zeros((2, 2, 2, 2))
    for p, q, r, s in np.ndindex(2, 2, 2, 2):
        if (p + q + r + s) % 2 == 0:
            two_body[p, q, r, s] = half
    return FermionicHamiltonian(0.0, np.diag([-hopping, hopping]), two_body, 1, 1)


def machine(needs: Sequence[type]) -> Backend | None:
    """A local machine for these programs; none when there are none."""
    if not needs:
        return None
    return registry.backend(default_machine(tuple(needs)))


def execute(backend: Backend, program: Program[Any], tag: str = "check") -> JobResult:
    """Submit and wait, at most a minute."""
    job = backend.submit(program, tag)
    until = time.monotonic() + 60.0
    while (result := backend.collect(job)) is None:
        if time.monotonic() > until:
            raise TimeoutError("no result after a minute")
        time.sleep(0.01)
    return result


def answer(backend: Backend, program: Program[Any]) -> Any:
    """The machine's answer to a program, from as many jobs as it takes."""
    split = Split.none(program)
    if isinstance(backend, RemoteBackend):
        split = backend.split(program)
    return split.joined([part.read(execute(backend, part).value) for part in split.parts])


@dataclass(frozen=True)
class Probe:
    """One program whose most frequent answer, or whose values, are known."""

    name: str
    program: Program[Any]
    expected: Any

    def findings(self, backend: Backend) -> Iterator[str]:
        """What is wrong with the machine's answer."""
        found = answer(backend, self.program)
        if isinstance(self.program, Expectation):
            values = [round(v.value) for v in found]
        elif isinstance(self.program, SampleModel):
            values = max(found, key=lambda r: r.reads).bits
        elif isinstance(self.program, AlternatingSamples | FermionicSamples):
            values = max(found, key=lambda key: found[key])
        else:
            values = [max(c, key=lambda key: c[key]) for c in found]
        if values != self.expected:
            yield f"gives {values} where {self.expected} is right"


@dataclass(frozen=True)
class SeedProbe(Probe):
    """The same program twice: what says that it takes a seed repeats itself, and heeds another."""

    other: Program[Any]

    def findings(self, backend: Backend) -> Iterator[str]:
        if not backend.seeded:
            return
        first, again = (execute(backend, self.program).value for _ in range(2))
        if first != again:
            yield "the same seed gives other counts"
        if execute(backend, self.other).value == first:
            yield "another seed gives the same counts"


@dataclass(frozen=True)
class NativeProbe(Probe):
    """A program that the machine runs natively must give what its circuits give on a simulator."""

    def findings(self, backend: Backend) -> Iterator[str]:
        found = self.program.read(execute(backend, self.program).value)
        simulator = registry.backend("aer")
        expected = Executor(simulator, simulator)(self.program)
        numbers, wanted = (np.hstack([*map(np.atleast_1d, x)]) for x in (found, expected))
        if np.abs(numbers - wanted).max() > 1e-5:
            yield f"gives {found} where its circuit gives {expected}"


@dataclass(frozen=True)
class TagProbe(Probe):
    """A remote machine must find a job by our tag, and only by it."""

    def findings(self, backend: Backend) -> Iterator[str]:
        if not isinstance(backend, RemoteBackend):
            return
        tag = f"{self.expected}-{secrets.token_hex(4)}"  # an earlier check's job is another
        job = backend.submit(self.program, tag)
        if backend.find(tag) != job:
            yield "find does not return the job that was submitted under the tag"
        if backend.find(f"not-{tag}") is not None:
            yield "find returns a job for a tag that was never used"
        if backend.estimate(self.program).amount < 0:
            yield "estimates a negative price"
        backend.cancel(job)


def probes(backend: Backend) -> list[Probe]:
    """The probes for the kinds of program that the machine runs."""
    found: list[Probe] = []
    if SampleCircuits in backend.runs:
        found += _sampling(SHOTS)
    if Expectation in backend.runs:
        found.append(_expectation())
    if SampleModel in backend.runs:
        found += _annealing()
    if AlternatingEnergy in backend.runs:
        found += _native(backend)
    if AlternatingSamples in backend.runs:
        found += _native_samples()
    if FermionicSamples in backend.runs:
        found += _electrons(backend)
    return found


def price(backend: Backend) -> dict[str, float]:
    """What all probes and the comparison of settings would cost on a remote machine."""
    if not isinstance(backend, RemoteBackend):
        return {}
    programs = [part for p in probes(backend) for part in backend.split(p.program).parts]
    programs += [*_telling(backend)] * (1 + 4 * len(type(backend).model_fields))
    found: dict[str, float] = {}
    for quote in map(backend.estimate, programs):
        found[quote.currency] = found.get(quote.currency, 0.0) + quote.amount
    return found


def _sampling(shots: int) -> list[Probe]:
    from qiskit import QuantumCircuit

    circuits = _basis_circuits()
    known = [
        Probe(name, SampleCircuits((circuit,), shots, 11), [key])
        for name, (circuit, key) in circuits.items()
    ]
    together = SampleCircuits(tuple(c for c, _ in circuits.values()), shots, 11)
    known.append(Probe("several circuits", together, [key for _, key in circuits.values()]))
    spread = QuantumCircuit(4)
    spread.h(range(4))
    spread.measure_all()
    seeds = [SampleCircuits((spread,), shots, seed) for seed in (5, 6)]
    known.append(SeedProbe("seed", seeds[0], None, seeds[1]))
    known.append(TagProbe("tag", SampleCircuits((spread,), shots, 7), "probe-tag"))
    return known


def _basis_circuits() -> dict[str, tuple[Any, str]]:
    """Circuits with one certain answer, each of which has caught a machine out."""
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

    permuted = QuantumCircuit(3, 3)
    permuted.x(0)
    permuted.measure([0, 1, 2], [2, 0, 1])
    partial = QuantumCircuit(3, 1)
    partial.x(1)
    partial.measure(1, 0)
    gap = QuantumCircuit(2, 3)
    gap.x(0)
    gap.measure(0, 2)
    one, two = ClassicalRegister(1, "a"), ClassicalRegister(2, "b")
    registers = QuantumCircuit(QuantumRegister(3), one, two)
    registers.x(0)
    registers.x(2)
    registers.measure([0, 1, 2], [0, 1, 2])
    return {
        "permuted bits": (permuted, "100"),
        "partial measurement": (partial, "1"),
        "unmeasured bits": (gap, "100"),
        "two registers": (registers, "101"),
    }


def _expectation() -> Probe:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

    circuit = QuantumCircuit(3)
    circuit.x(0)
    circuit.h(2)
    labels = ("IIZ", "IZI", "XII", "XZZ")
    program = Expectation(circuit, tuple(SparsePauliOp(label) for label in labels))
    return Probe("expectation values", program, [-1, 1, 1, -1])


def _native(backend: Backend) -> list[Probe]:
    """States with a cost of degree three, for machines that know such states themselves.

    With every mixer whose states the machine claims to understand.
    """
    cost = Ising(("z", "a", "m"), {(): 0.5, (0,): 1.0, (0, 1): -0.5, (0, 1, 2): 0.25})
    group = (Choose((0, 2)),)
    found: list[Probe] = []
    for mixer in (XMixer(), GroupMixer(group), GroverMixer(group), WarmMixer((0.4, 1.0, 2.0))):
        state = AlternatingState(cost, mixer, (0.4, -0.3), (0.2, 0.6))
        programs = (AlternatingEnergy(state), AlternatingGradient(state))
        found += [
            NativeProbe(f"{type(p).__name__}, {type(mixer).__name__}", p, None)
            for p in programs
            if isinstance(p, backend.runs) and backend.understands(p)
        ]
    return found


def _native_samples() -> list[Probe]:
    """Angles that leave one string, each bit in its field; then a spread, for the seeds."""
    cost = Ising(("z", "a", "m"), {(0,): 1.0, (1,): -1.0, (2,): -1.0})
    certain = AlternatingState(cost, XMixer(), (math.pi / 4,), (math.pi / 4,))
    spread = AlternatingState(cost, XMixer(), (0.0,), (0.0,))
    seeds = [AlternatingSamples(spread, SHOTS, seed) for seed in (5, 6)]
    return [
        Probe("alternating samples", AlternatingSamples(certain, SHOTS, 3), "001"),
        SeedProbe("alternating seed", seeds[0], None, seeds[1]),
    ]


def _electrons(backend: Backend) -> list[Probe]:
    """Three electrons in three orbitals without any symmetry, moved, turned and counted.

    With pairs of electrons too where the machine understands them.
    """
    rng = np.random.default_rng(3)
    one, pair = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    one, pair = one + one.T, pair + pair.T
    h = FermionicHamiltonian(0.3, one, np.einsum("pq,rs->pqrs", pair, pair), 2, 1, 2)
    turns = Ansatz(3, (0, 1, 3), ()).then(
        [
            AnsatzFactor(Excitation((1,), (2,)), 0),
            AnsatzFactor(Excitation((3,), (4,)), 1, -2.0),
            AnsatzFactor(Occupied((2, 4)), 2),
            AnsatzFactor(Excitation((4,), (5,)), 0),
            AnsatzFactor(Excitation((0,), (1,)), None, 0.4),
        ]
    )
    double = turns.then([AnsatzFactor(Excitation((1, 3), (2, 4)), 1)])
    asked: list[Program[Any]] = [
        kind(h, ansatz, (0.4, -0.3, 0.7))
        for kind in (FermionicEnergy, FermionicGradient)
        for ansatz in (turns, double)
    ]
    operators = (Excitation((0, 3), (2, 5)), Excitation((2,), (1,)))
    asked.append(FermionicProducts(h, turns, (0.4, -0.3, 0.7), operators))
    certain = Ansatz(3, (0, 1, 3), (AnsatzFactor(Excitation((3,), (5,)), None, math.pi / 2),))
    seeds = [FermionicSamples(turns, (0.4, -0.3, 0.7), SHOTS, seed) for seed in (5, 6)]
    return [
        *(NativeProbe(f"{type(p).__name__}", p, None) for p in asked if backend.understands(p)),
        Probe("electrons", FermionicSamples(certain, (), SHOTS, 3), "100011"),
        SeedProbe("electrons' seed", seeds[0], None, seeds[1]),
    ]


def _annealing() -> list[Probe]:
    biases = {"z": -2.0, "a": 1.0, "m": 0.5, "b": -1.0}
    model = BinaryQuadraticModel(biases, {("z", "b"): -0.5}, 0.0, "BINARY")
    right = {"z": "1", "a": "0", "m": "0", "b": "1"}
    expected = "".join(right[v] for v in model.variables)
    seeds = [SampleModel(_rugged(), 50, seed) for seed in (5, 6)]
    return [
        Probe("variable order", SampleModel(model, 50, 3), expected),
        SeedProbe("seed", seeds[0], None, seeds[1]),
    ]


def setting_matters(backend: Backend, field: str, changes: Mapping[str, Any]) -> Iterator[str]:
    """A setting that is recorded but changes nothing in the executed work is a lie."""
    others = [changes[field]] if field in changes else _others(backend, field)
    if not others:
        yield "give another value for it in `changes`, so that it can be checked"
        return
    # A setting that is refused alone is one of another: then that one is changed beforehand.
    rest = {name: value for name, value in changes.items() if name != field}
    for base in (backend, type(backend)(**(dict(backend) | rest))):
        made = [changed for v in others if (changed := _changed(base, field, v))]
        before = _traces(base) if made else []
        if any(_traces(changed) != before for changed in made):
            return
        if made:
            break
    yield f"changed from {getattr(backend, field)!r} to {others[-1]!r}, it changes nothing"


def _changed(backend: Backend, field: str, value: Any) -> Backend | None:
    try:
        return type(backend)(**(dict(backend) | {field: value}))
    except ValidationError:
        return None


def _others(backend: Backend, field: str) -> list[Any]:
    """Other values of a setting of a simple type."""
    value = getattr(backend, field)
    kind = type(backend).model_fields[field].annotation
    if get_origin(kind) is Literal:
        return [v for v in get_args(kind) if v != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value - 1, max(value // 100, 1), value * 100]
    return []


def _traces(backend: Backend) -> list[Any]:
    """What can be seen of the work that a machine did on a few telling programs."""
    results = [execute(backend, program) for program in _telling(backend)]
    seen: list[Any] = [(r.value, r.circuits, dict(r.provenance)) for r in results]
    if isinstance(backend, Wrapper):  # it changes what is asked, which no job of its own shows
        executor = Executor(backend, backend)
        seen += [executor(_estimate()), executor.circuits, executor.provenance]
    return seen


def _estimate() -> Estimate:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

    circuit = QuantumCircuit(2)
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    return Estimate(circuit, (SparsePauliOp(["ZI", "ZZ", "XX"], [0.5, 0.8, -0.7]),), 4000, 9)


def _telling(backend: Backend) -> list[Program[Any]]:
    """Programs whose results depend on noise, precision, compilation and effort."""
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

    rng = np.random.default_rng(4)
    found: list[Program[Any]] = []
    circuit = QuantumCircuit(4)
    for _ in range(6):
        for qubit in range(4):
            circuit.rx(float(rng.normal()), qubit)
            circuit.rz(float(rng.normal()), qubit)
        circuit.cx(0, 3)
        circuit.cx(0, 3)
        circuit.rzz(float(rng.normal()), 0, 2)
        circuit.swap(1, 2)
    if Expectation in backend.runs:
        found.append(Expectation(circuit, (SparsePauliOp(["ZZIZ", "XIYI"], [0.7, 0.3]),)))
    if SampleCircuits in backend.runs:
        found.append(SampleCircuits((circuit.measure_all(inplace=False),), 500, 9))
    if SampleModel in backend.runs:
        found.append(SampleModel(_rugged(), 20, 9))
    if AlternatingEnergy in backend.runs:
        found += [probe.program for probe in _native(backend)]
    return found


def _rugged() -> BQM:
    """A Sherrington–Kirkpatrick glass: many answers, hard to tell apart."""
    rng, n = np.random.default_rng(4), 40
    pairs = {(i, j): float(rng.normal()) for j in range(n) for i in range(j)}
    return BinaryQuadraticModel({}, pairs, 0.0, "SPIN").change_vartype("BINARY", inplace=False)
