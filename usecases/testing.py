"""Does a use case, an algorithm or a backend keep its contract? For us and for third parties.

Each check returns its findings, one sentence each; an empty list means that the contract is
kept:

    assert check_usecase(usecase) == []
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from usecases import conformance, judge, metrics, registry
from usecases.budget import Limit, limited, most
from usecases.contracts import (
    Algorithm,
    Backend,
    Family,
    NonVariational,
    Outcome,
    UseCase,
    unit_of,
)
from usecases.convert import translate
from usecases.errors import BadInstance, BudgetExceeded, UsecasesError
from usecases.executor import Executor
from usecases.instances import content_hash, member, parse_json
from usecases.models import (
    FermionicHamiltonian,
    Model,
    Spectrum,
    Structured,
    all_bits,
    energies,
    qubits,
    variables,
)
from usecases.observe import outcomes
from usecases.plan import needs, parameters_of
from usecases.records import Record, Reference
from usecases.secrets import scrub
from usecases.spaces import in_space, of_model

Case = UseCase[Any, Any, Any, Any]
Findings = Iterator[str]

SEEDS = (0, 1, 2)
LARGEST = {"demo": 12, "workshop": 24}
"""Qubits that a named instance may take, so that a laptop holds its statevector."""


def check_usecase(case: Case) -> list[str]:
    """Check a use case at its tiny size for three seeds, and its named instances.

    The model's exact optimum, read back, must be feasible and attain the independent
    reference; nothing feasible may beat it; examples must be reproducible, survive JSON and
    be told from one another; corrupted solutions must not pass for better ones.
    """
    found = [
        *_words(case),
        *_named(case),
        *_families(case),
        *_catalogue(case),
        *_formats(case),
        *_writers(case),
        *_examples(case),
    ]
    for name in case.formulations:
        other = _examples(case.formulated(name))
        found += [f"formulation {name}: {text}" for text in other]
    return found


def _examples(case: Case) -> Findings:
    for seed in SEEDS:
        yield from _guarded(partial(_tiny, case, seed), f"example({case.tiny}, {seed})")


def _guarded(check: Callable[[], Findings], where: str) -> list[str]:
    """The findings of a check; an exception is one as well."""
    try:
        return [f"{where}: {text}" for text in check()]
    except Exception as error:
        return [f"{where}: raises {type(error).__name__}: {scrub(str(error))}"]


def _words(case: Case) -> Findings:
    if not case.title.strip():
        yield "title is empty"
    if not case.sources:
        yield "sources are missing: say where the data and the formulation come from"
    if not case.algorithms:
        yield "no algorithm is suggested"


def _named(case: Case) -> Findings:
    for name in ("demo", "workshop", "frontier"):
        if name not in case.instances:
            yield f"there is no instance named {name}"
    for name, make in case.instances.items():
        yield from _guarded(partial(_named_one, case, name, make), f"instance {name}")


def _named_one(case: Case, name: str, make: Callable[[], Record]) -> Findings:
    instance = make()
    if not unit_of(case, instance).strip():
        yield "has no unit"
    yield from _round_trip(case, instance)
    if content_hash(make()) != content_hash(instance):
        yield "differs from call to call"
    limit = LARGEST.get(name)
    if limit and (size := qubits(case.model(instance))) > limit:
        yield f"takes {size} qubits where at most {limit} are allowed"


def _catalogue(case: Case) -> Findings:
    if case.catalogue is None:
        return
    names = list(case.catalogue.names())
    if not names or len({*names, *case.instances}) < len(names) + len(case.instances):
        yield "the catalogue is empty, or a name in it is taken"
    for name in {*names[:1], *names[-1:]}:
        make = partial(case.catalogue.instance, name)
        yield from _guarded(partial(_named_one, case, name, make), f"instance {name}")


def _families(case: Case) -> Findings:
    for name, along in case.families.items():
        yield from _guarded(partial(_family, case, name, along), f"family {name}")


def _family(case: Case, name: str, along: Family[Any]) -> Findings:
    if not (along.parameter.strip() and along.unit.strip() and along.quantity.strip()):
        yield "has no words for its parameter, its unit or its quantity"
    if len(along.points) < 2 or list(along.points) != sorted(set(along.points)):
        yield "has no ascending points"
    values = sorted({*along.limits, *along.points})
    found = [member(case, name, value) for value in values]
    if not all(isinstance(one, case.instance) for one in found):
        yield "gives something else than the use case's instances"
    hashes = [content_hash(one) for one in found]
    if len({*hashes}) < len(values):
        yield "does not depend on its parameter"
    if hashes != [content_hash(member(case, name, value)) for value in values]:
        yield "differs from call to call"
    yield from _round_trip(case, found[0])


def _round_trip(case: Case, instance: Record) -> Findings:
    text = json.dumps(instance.model_dump(mode="json"), allow_nan=False)
    if content_hash(parse_json(case.instance, text)) != content_hash(instance):
        yield "does not survive JSON"


def _formats(case: Case) -> Findings:
    for suffix, parse in case.formats.items():
        if suffix != suffix.lower():
            yield f"format {suffix} is not lower case"
        for text in ("", "\x01\x02", "nan nan nan\n" * 3, "{"):
            try:
                parse(text)
            except (BadInstance, ValueError):
                continue
            except Exception as error:
                yield f"format {suffix}: nonsense raises {type(error).__name__}, not BadInstance"
            else:
                yield f"format {suffix}: nonsense is read as an instance"


def _writers(case: Case) -> Findings:
    for suffix in case.writers:
        if suffix != suffix.lower():
            yield f"format {suffix} is not lower case"
        for make in (case.instances["demo"], partial(case.example, case.tiny, 0)):
            yield from _guarded(partial(_written, case, suffix, make), f"writing {suffix}")


def _written(case: Case, suffix: str, make: Callable[[], Record]) -> Findings:
    """What is written and read back has the same model."""
    text = case.writers[suffix](make())
    if suffix not in case.formats:
        return
    if not _same(case.model(case.formats[suffix](text)), case.model(make())):
        yield "an instance is another one when it is read again"


def _same(one: Model, other: Model) -> bool:
    """Whether two models are the same; binary ones by their energies of random strings."""
    if isinstance(one, FermionicHamiltonian | Spectrum):
        return one == other
    if isinstance(other, FermionicHamiltonian | Spectrum) or variables(one) != variables(other):
        return False
    bits = np.random.default_rng(0).integers(0, 2, (64, qubits(one)), dtype=np.int8)
    return np.array_equal(energies(one, bits), energies(other, bits))


def _tiny(case: Case, seed: int) -> Findings:
    instance = case.example(case.tiny, seed)
    if content_hash(case.example(case.tiny, seed)) != content_hash(instance):
        yield "is not reproducible"
    if content_hash(case.example(case.tiny, seed + 1000)) == content_hash(instance):
        yield "does not depend on the seed"
    yield from _round_trip(case, instance)
    model = case.model(instance)
    reference = case.reference(instance)
    if reference.kind != "optimal":
        yield f"the reference is {reference.kind}, not proven optimal"
        return
    lowest = _lowest(model)
    yield from _in_groups(model, lowest)
    wrong = [text for o in lowest for text in _attains(case, instance, o, reference)]
    if wrong:
        many = f" ({len(wrong)} of {len(lowest)} strings that tie)" if len(lowest) > 1 else ""
        yield wrong[0] + many
    yield from _unbeaten(case, instance, model, reference)
    yield from _corrupted(case, instance, lowest[0], reference)
    if case.plot is not None:
        from matplotlib.figure import Figure

        if not isinstance(case.plot(instance, case.interpret(instance, lowest[0].value)), Figure):
            yield "plot returns no matplotlib Figure"


def _in_groups(model: Model, lowest: list[Outcome[Any]]) -> Findings:
    """A mixer never leaves the declared groups, so an optimum must lie within."""
    if isinstance(model, Structured):
        names = variables(model)
        rows = np.array([[o.value[v] for v in names] for o in lowest], dtype=np.int8)
        if not in_space(of_model(model), rows).all():
            yield "an optimum breaks the rules of the groups that the model declares"


def _lowest(model: Model) -> list[Outcome[Any]]:
    """All answers of lowest energy."""
    if isinstance(model, FermionicHamiltonian | Spectrum):
        exact = registry.algorithm("exact").solve(model, Executor(None, None), _rng(0))
        return list(exact)
    bits = all_bits(qubits(model))
    values = energies(model, bits)
    near = np.flatnonzero(values <= values.min() + metrics.TIE * max(abs(values.min()), 1.0))
    return outcomes(model, bits[near[:64]])


def _attains(case: Case, instance: Record, outcome: Outcome[Any], reference: Reference) -> Findings:
    judged = judge.assess(case, instance, outcome)
    if judged.objective is None:
        yield f"the model's optimum is infeasible: {judged.violations[0]}"
    elif not metrics.ties(judged.objective, reference.value, _close(case)):
        yield (
            f"the model's optimum is worth {judged.objective:.10g} {unit_of(case, instance)},"
            f" the reference {reference.value:.10g}"
        )


def _close(case: Case) -> float:
    """How near an exact energy must come: a thousandth of what the field tolerates."""
    return (case.tolerance or 0.0) / 1000


def _unbeaten(case: Case, instance: Record, model: Model, reference: Reference) -> Findings:
    strings = all_bits(of_model(model).bits if isinstance(model, Spectrum) else qubits(model))
    for outcome in outcomes(model, strings):
        judged = judge.assess(case, instance, outcome)
        if _beats(case, judged.objective, reference):
            yield f"a feasible answer worth {judged.objective:.10g} beats the reference"
            return


def _beats(case: Case, value: float | None, reference: Reference) -> bool:
    if value is None or metrics.ties(value, reference.value, _close(case)):
        return False
    return metrics.worse_by(value, reference.value, case.sense) < 0


def _corrupted(
    case: Case, instance: Record, outcome: Outcome[Any], reference: Reference
) -> Findings:
    """Lists of the solution shortened or lengthened: broken rules must be noticed."""
    solution = case.interpret(instance, outcome.value)
    if not isinstance(solution, Record):
        return
    plain = solution.model_dump(mode="json")
    for path, broken in _mutations(plain):
        try:
            wrong = type(solution).model_validate_json(json.dumps(broken))
            passed = not case.violations(instance, wrong)
            if passed and _beats(case, float(case.objective(instance, wrong)), reference):
                yield f"a solution with {path} corrupted passes as feasible and better"
        except (UsecasesError, ValueError, LookupError):
            continue  # refused: as good as a violation


def _mutations(plain: Any, path: str = "it") -> Iterator[tuple[str, Any]]:
    """The data with one list shortened, emptied or lengthened, for every list in it."""
    if isinstance(plain, list):
        if plain:
            yield path, plain[1:]
            yield path, [*plain, plain[-1]]
            yield path, []
        for k, item in enumerate(plain[:4]):
            for where, broken in _mutations(item, f"{path}[{k}]"):
                yield where, [*plain[:k], broken, *plain[k + 1 :]]
    elif isinstance(plain, dict):
        for key, item in plain.items():
            for where, broken in _mutations(item, f"{path}.{key}"):
                yield where, plain | {key: broken}


def check_algorithm(algorithm: Algorithm) -> list[str]:
    """Check an algorithm on a small model of each language that it accepts.

    Outcomes must carry the model's own energies, add up to the shots and follow from the
    seed alone; settings must survive JSON.
    """
    found: list[str] = []
    if not algorithm.accepts:
        found.append("accepts no model language")
    kept = json.loads(json.dumps(parameters_of(algorithm), allow_nan=False))
    if registry.built(type(algorithm), "it", kept) != algorithm:
        found.append("settings do not survive JSON")
    for model in conformance.models(algorithm.accepts):
        name = type(model).__name__
        found += _guarded(partial(_solves, algorithm, model), name)
    return found


def _solves(algorithm: Algorithm, model: Model) -> Findings:
    first, again = (_solved(algorithm, model) for _ in range(2))
    if not first:
        yield "returns no outcome"
    if _plain(first) != _plain(again):
        yield "the same seed gives other outcomes: all randomness must come from rng"
    shots = getattr(algorithm, "shots", None)
    if shots and all(o.stderr is None for o in first) and sum(o.count for o in first) != shots:
        yield f"the counts do not add up to {shots} shots"
    if needs(algorithm) and any(isinstance(o.value, NonVariational) for o in first):
        yield "what a machine observes is a state's energy, and must be a bound"
    if isinstance(model, FermionicHamiltonian | Spectrum):
        return
    names = variables(model)
    for outcome in first:
        if set(outcome.value) != set(names):
            yield "an outcome does not name every variable"
            return
        row = np.array([[outcome.value[v] for v in names]], dtype=np.int8)
        if not metrics.ties(outcome.energy, float(energies(model, row)[0])):
            yield "an outcome's energy is not the model's"
            return
    yield from _bounds(model, first)


def _bounds(model: Model, found: list[Outcome[Any]]) -> Findings:
    """What is proven must hold for every string of the small model."""
    low = float(energies(model, all_bits(qubits(model))).min())
    for bound in [o.bound for o in found if o.bound is not None]:
        if bound > low and not metrics.ties(bound, low):
            yield f"claims that no energy is below {bound}, and one is {low}"
            return


def _solved(algorithm: Algorithm, model: Model) -> list[Outcome[Any]]:
    machine = conformance.machine(needs(algorithm))
    work, back = translate(model, algorithm.accepts)
    for _ in range(2):  # a package may draw when it is first imported, as jax does: look again
        state = _global_state()
        executor = Executor(machine, machine)
        found = back(algorithm.solve(work, executor, _rng(7)))
        if np.array_equal(state, _global_state()):
            break
    else:
        raise AssertionError("uses numpy's global random state, not rng")
    low = min((o.energy for o in found), default=0.0)
    if executor.improvements and executor.improvements[-1].energy < low - 1e-9 * max(abs(low), 1.0):
        raise AssertionError("tells of an improvement to an energy that no outcome has")
    return found


def _global_state() -> Any:
    """The state of numpy's global generator, which nobody should touch."""
    return np.random.get_state(legacy=False)["state"]["key"]


def _plain(found: list[Outcome[Any]]) -> list[tuple[Any, ...]]:
    return [(str(o.value), round(o.energy, 9), o.count) for o in found]


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def check_backend(
    backend: Backend, changes: Mapping[str, Any] | None = None, *, max_cost: Limit = 0.0
) -> list[str]:
    """Check a machine: bit order, shots, seeds, job ids, and that every setting matters.

    `changes` gives another value for each setting; those of simple types are found alone.
    Raises BudgetExceeded, before anything is sent, when the check costs more than `max_cost`.
    """
    allowed = limited(max_cost)
    for currency, cost in conformance.price(backend).items():
        if cost > most(allowed, currency):
            raise BudgetExceeded(
                f"this check would cost {cost:.2f} {currency} and"
                f" {most(allowed, currency):.2f} may be spent",
                "Nothing was sent. Raise the cap with --max-cost",
            )
    found: list[str] = []
    for probe in conformance.probes(backend):
        found += _guarded(partial(probe.findings, backend), probe.name)
    for field in type(backend).model_fields.keys() - {*backend.named}:
        found += _guarded(
            partial(conformance.setting_matters, backend, field, changes or {}), f"setting {field}"
        )
    return found


__all__ = ["check_algorithm", "check_backend", "check_usecase"]
