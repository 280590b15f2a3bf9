"""A run before it is done: which machine answers, which one trains, and what is refused."""

from typing import Any

import numpy as np
import pytest

from usecases import registry
from usecases.ansatze import determinant
from usecases.backends.aer import Aer
from usecases.backends.determinants import Determinants
from usecases.backends.zne import ZNE
from usecases.comparison import planned
from usecases.errors import BackendUnavailable, TooLarge, UsageError, UsecasesError
from usecases.handle import run
from usecases.models import FermionicHamiltonian
from usecases.plan import prepare
from usecases.programs import FermionicEnergy
from usecases.registry import name_of

MOLECULE, UNITS = "life_science/ground_state", "energy/unit_commitment"
NOISE = {"noise": "manila"}
MACHINE = {"machine": "aer", "machine.noise": "manila"}


@pytest.mark.parametrize(
    ("algorithm", "backend", "shots", "settings", "answers", "trains"),
    [
        ("exact", None, None, {}, None, None),
        ("vqe", None, None, {}, "determinants", "determinants"),
        ("vqe", None, 1000, {}, "aer", "determinants"),
        ("vqe", None, None, NOISE, "aer", "determinants"),
        ("vqe", "aer", None, {}, "aer", "determinants"),
        ("vqe", "aer", 1000, NOISE, "aer", "determinants"),
        ("vqe", "zne", 1000, MACHINE, "zne", "determinants"),
        ("vqe", "readout", 1000, MACHINE, "readout", "determinants"),
        ("lucj", None, None, {}, "determinants", "determinants"),
        ("lucj", "ffsim", None, {}, "ffsim", "determinants"),
        ("lucj", "lightning", 1000, {}, "lightning", "determinants"),
        ("sqd", None, 1000, {}, "ffsim", "ffsim"),
        ("sqd", "determinants", 1000, {}, "determinants", "determinants"),
        ("sqd", "aer", 1000, NOISE, "aer", "aer"),
        ("qpe", None, 1000, {}, "aer", "determinants"),
        ("qpe", "lightning", 1000, {}, "lightning", "determinants"),
        ("qse", "zne", 1000, MACHINE, "zne", "determinants"),
        ("qaoa", None, None, {}, "statevector", "statevector"),
        ("qaoa", None, 1000, NOISE, "aer", "aer"),
        ("qaoa", "mps", 1000, {}, "mps", "mps"),
        ("annealing", None, 1000, {}, "neal", "neal"),
    ],
)
def test_who_answers_and_who_trains(
    algorithm: str,
    backend: str | None,
    shots: int | None,
    settings: dict[str, Any],
    answers: str | None,
    trains: str | None,
) -> None:
    case = UNITS if algorithm in ("qaoa", "annealing") else MOLECULE
    plan = prepare(case, "demo", algorithm, backend, shots=shots, settings=settings)
    found = [machine and name_of(machine) for machine in (plan.backend, plan.trainer)]
    assert found == [answers, trains]


@pytest.mark.parametrize(
    ("algorithm", "backend", "shots", "settings", "error", "words"),
    [
        ("vqe", "neal", None, {}, BackendUnavailable, "neal cannot run what vqe asks for"),
        ("vqe", "statevector", None, {}, BackendUnavailable, "statevector cannot run"),
        ("qpe", "determinants", None, {}, BackendUnavailable, "determinants cannot run"),
        ("vqe", "determinants", 1000, {}, BackendUnavailable, "from shots. Leave out --shots"),
        ("lucj", "ffsim", 1000, {}, BackendUnavailable, "estimates none from shots"),
        ("vqe", "zne", None, MACHINE, UsageError, "and vqe asks for none. Give --shots"),
        ("vqe", "readout", None, MACHINE, UsageError, "and vqe asks for none. Give --shots"),
        ("sqd", "zne", 1000, MACHINE, UsageError, "an algorithm that estimates energies"),
        ("qpe", "readout", 1000, MACHINE, UsageError, "an algorithm that estimates energies"),
        ("qaoa", "zne", 1000, MACHINE, UsageError, "qaoa asks for none. Choose an algorithm"),
        ("vqe", ZNE(machine=Aer()), None, {}, UsageError, "Give --shots"),
        ("vqe", Determinants(), 1000, {}, BackendUnavailable, "estimates none from shots"),
    ],
)
def test_what_cannot_be_answered_is_refused_before_anything_is_trained(
    algorithm: str,
    backend: Any,
    shots: int | None,
    settings: dict[str, Any],
    error: type[UsecasesError],
    words: str,
) -> None:
    case = UNITS if algorithm == "qaoa" else MOLECULE
    with pytest.raises(error, match=words) as told:
        prepare(case, "demo", algorithm, backend, shots=shots, settings=settings)
    assert "\n" not in str(told.value)


def test_comparisons_leave_out_what_a_wrapper_does_not_mitigate() -> None:
    cells = planned(
        *(MOLECULE, "demo", ["vqe", "sqd"], ["aer", "zne"]), settings={"machine": "aer"}, shots=2000
    )
    pairs = [(name_of(c.algorithm), c.backend and name_of(c.backend)) for c in cells]
    assert pairs == [("vqe", "aer"), ("vqe", "zne"), ("sqd", "aer")]


def test_a_comparison_says_why_a_machine_has_nothing_to_do() -> None:
    with pytest.raises(UsageError, match=r"zne can run none .* Give --shots") as told:
        planned(MOLECULE, "demo", ["exact", "vqe"], ["zne"], settings=MACHINE)
    assert "\n" not in str(told.value)


def test_shots_are_discarded_only_where_there_are_shots() -> None:
    with pytest.raises(UsageError, match="verified discards shots: give shots as well"):
        prepare(MOLECULE, "demo", "vqe", parameters={"verified": True})
    plan = prepare(MOLECULE, "demo", "vqe", parameters={"verified": True}, shots=1000)
    assert plan.algorithm.verified  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="give shots as well"):
        registry.algorithm("upccgsd", {"verified": True})


def test_a_machine_without_gradients_of_electrons_answers_what_others_train() -> None:
    found, expected = (
        run(
            *(MOLECULE, "h4", "lucj", machine),
            parameters={"starts": 1, "iterations": 5},
            store=None,
        )
        for machine in ("ffsim", "determinants")
    )
    assert found.answer.energy == pytest.approx(expected.answer.energy, abs=1e-10)
    assert found.calls[-1].backend == "ffsim"
    assert {call.backend for call in found.calls[:-1]} == {"determinants"}


def test_phase_estimation_starts_from_a_state_that_determinants_train() -> None:
    found = run(
        *(MOLECULE, "demo", "qpe"),
        parameters={"start": "uccsd", "bits": 3},
        shots=100,
        store=None,
    )
    assert found.calls[-1].backend == "aer"
    assert {call.backend for call in found.calls[:-1]} == {"determinants"}


def test_exact_noisy_values_that_do_not_fit_can_be_estimated() -> None:
    h = FermionicHamiltonian(0.0, np.zeros((7, 7)), np.zeros((7, 7, 7, 7)), 1, 1)
    energy = FermionicEnergy(h, determinant(h), ())
    with pytest.raises(TooLarge, match="Give --shots, or take a smaller active space"):
        Aer(noise="fez").check(energy)
    Aer(noise="fez").check(FermionicEnergy(h, determinant(h), (), shots=1000))


def test_a_machine_that_is_too_small_is_named_alike_before_and_behind_a_wrapper() -> None:
    h = FermionicHamiltonian(0.0, np.zeros((3, 3)), np.zeros((3, 3, 3, 3)), 1, 1)
    energy = FermionicEnergy(h, determinant(h), (), shots=1000)
    for machine in (Aer(noise="manila"), ZNE(machine=Aer(noise="manila"))):
        with pytest.raises(TooLarge, match="Name a larger one as its noise"):
            machine.check(energy)
