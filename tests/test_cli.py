"""The command as people use it: answers, exit codes, one-line errors."""

import json
import re
from pathlib import Path

import pytest

from tests.helpers import ROOT, record, usecases
from usecases.cli.widths import widths

SMALL = ("energy/unit_commitment", "-i", "size=4,seed=1")


def test_help_names_every_command() -> None:
    done = usecases("--help")
    assert done.returncode == 0
    from usecases.cli import COMMANDS

    for name in COMMANDS:
        assert re.search(rf"^  {name} ", done.stdout, re.M)
        assert usecases(name, "--help").returncode == 0


def test_help_and_list_load_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = ["qiskit", "pennylane", "matplotlib", "scipy", "numpy", "dimod", "pydantic"]
    for words in (["--help"], ["list"]):
        script = (
            "import sys; from usecases.cli import main\n"
            f"sys.argv = ['usecases', *{words!r}]\n"
            "try: main()\nexcept SystemExit: pass\n"
            f"print('loaded', [m for m in {heavy!r} if m in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "loaded []", words


def test_list_and_show() -> None:
    found = json.loads(usecases("list", "--json").stdout)
    assert set(found) == {"usecases", "algorithms", "backends"}
    assert {"exact", "chance", "annealing", "qaoa", "vqe"} <= set(found["algorithms"])
    assert {"aer", "lightning", "neal"} <= set(found["backends"])
    assert all(found["usecases"].values())
    for name in found["usecases"]:
        shown = usecases("show", name)
        assert shown.returncode == 0
        assert f"usecases run {name}" in shown.stdout
    rows = json.loads(usecases("list", "instances", "unit_commitment", "--json").stdout)
    assert {"name": "demo", "qubits": "10"} in rows


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("frobnicate",), 2, "no command named"),
        (("run",), 2, "Missing argument"),
        (("run", "energy/unit_commitmint"), 2, "Did you mean energy/unit_commitment"),
        (("run", *SMALL, "-a", "qaao"), 2, "Did you mean qaoa"),
        (("run", *SMALL, "-b", "air"), 2, "Did you mean aer"),
        (("run", "unit_commitment", "-i", "demmo"), 2, "Did you mean demo"),
        (("run", *SMALL, "-p", "layers"), 2, "key=value"),
        (("run", *SMALL, "-p", "depth=3"), 2, "qaoa has no setting depth. qaoa can be"),
        (("run", *SMALL, "-p", "layers=0"), 2, "layers"),
        (("run", *SMALL, "-p", "layers=two"), 2, "layers"),
        (("run", *SMALL, "-p", "layers.x=1"), 2, "layers.x"),
        (("run", *SMALL, "-p", "angles=steep"), 2, "angles is 'steep' and can be 'ramp', 'fixed'"),
        (
            ("run", *SMALL, "-p", "angles=trained", "-p", "angles.phase=1"),
            2,
            "angles=trained has no setting phase",
        ),
        (("run", *SMALL, "-p", "angles=ramp", "-p", "objective=cvar"), 2, "train the angles"),
        (("run", *SMALL, "-p", "mixer=ring"), 2, "declares no groups"),
        (("run", *SMALL, "-s", "noise=nowhere"), 2, "noise model"),
        (("run", *SMALL, "-s", "colour=red"), 2, "aer can be set by"),
        (("run", *SMALL, "--shots", "0"), 2, "--shots"),
        (("run", *SMALL, "--seed", "-1"), 2, "--seed"),
        (("run", *SMALL, "-a", "vqe"), 2, "FermionicHamiltonian"),
        (
            ("run", *SMALL, "-a", "annealing", "-b", "aer"),
            5,
            "cannot run what annealing",
        ),
        (("run", *SMALL, "--resume", "zz"), 2, "not a run's id"),
        (("run", *SMALL, "--resume", "0000"), 2, "no single run"),
        (("run", "unit_commitment", "-i", "nowhere.json"), 3, "cannot be read"),
        (("jobs", "show", "0123"), 2, "no single run"),
        (("verify", "nothing.json"), 3, "cannot be read"),
        (("new", "usecase", "Bad Name"), 2, "small letters"),
        (("list", "instances"), 2, "whose instances"),
        (("demo", "-o", "/nowhere/at/all.html"), 2, "not a folder"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_mistakes_are_one_line_with_the_way_out(
    words: tuple[str, ...], code: int, says: str
) -> None:
    done = usecases(*words)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    ours = [line for line in done.stderr.splitlines() if line.startswith("usecases:")]
    assert len(ours) <= 1
    assert done.stdout == ""


def test_a_command_that_ends_itself_gives_its_exit_code() -> None:
    import click

    from usecases.cli import _outcome, cli

    @click.command("end")
    @click.argument("code", type=int)
    @click.pass_context
    def end(ctx: click.Context, code: int) -> None:
        ctx.exit(code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "get_command", lambda ctx, name: end)
        patch.setattr(cli, "resolve_command", lambda ctx, args: ("end", end, args[1:]))
        assert [_outcome(["end", str(code)]) for code in (0, 3, 9)] == [0, 3, 9]


def test_an_inner_failure_is_told_apart_and_traced_on_demand() -> None:
    words = ("run", *SMALL, "-a", "exact")
    import os
    import subprocess
    import sys

    script = (
        "import sys, usecases.judge as judge\n"
        "def broken(*_): raise KeyError('lost')\n"
        "judge.assess = broken\n"
        "from usecases.cli import main\n"
        "sys.argv = ['usecases', *sys.argv[1:]]\nmain()"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "KeyError" in done.stderr
    assert "Traceback" not in done.stderr
    done = subprocess.run(
        [*command, "--debug", *words], capture_output=True, text=True, check=False, env=os.environ
    )
    assert "Traceback" in done.stderr


def test_json_is_the_record_and_nothing_else(tmp_path: Path) -> None:
    found = record(*SMALL, "-a", "annealing", "--shots", 20)
    kept = json.loads(usecases("jobs", "show", found["id"], "--json").stdout)
    assert kept == found
    path = tmp_path / "record.json"
    path.write_text(json.dumps(found))
    assert usecases("verify", found["id"], path).returncode == 0
    path.write_text(json.dumps(found | {"seed": 5}))
    done = usecases("verify", path)
    assert done.returncode == 10
    path.write_text("{")
    assert usecases("verify", path).returncode == 3


def test_jobs_lists_runs_with_and_without_a_machine() -> None:
    for algorithm in ("exact", "annealing"):
        record(*SMALL, "-a", algorithm)
    record("ground_state", "-a", "vqe", "-s", "noise=manila", "-p", "iterations=1")
    done = usecases("jobs")
    assert done.returncode == 0, done.stderr
    assert "aer (noise=manila)" in done.stdout
    assert "neal" in done.stdout
    assert "exact" in done.stdout


def test_noise_is_seen_in_the_table_and_on_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "noisy.svg"
    words = ("-s", "noise=manila", "-p", "angles.iterations=0", "--plot", path)
    done = usecases("run", *SMALL, "-a", "qaoa", *words)
    assert done.returncode == 0, done.stderr
    assert "noise=manila" in done.stdout


@pytest.mark.parametrize(
    "name", ["energy/unit_commitment", "life_science/ground_state", "logistics/vehicle_routing"]
)
def test_show_gives_a_file_to_start_from(name: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(usecases("show", name, "--example", "demo").stdout)
    found, named = record(name, "-i", path, "-a", "exact"), record(name, "-a", "exact")
    assert found["instance"]["sha256"] == named["instance"]["sha256"]
    assert json.loads(usecases("show", name, "--schema").stdout)["properties"]


def test_show_says_what_can_be_set() -> None:
    assert "-s noise=" in usecases("show", "aer").stdout
    assert "-p layers=" in usecases("show", "qaoa").stdout


def test_an_unknown_key_is_named_before_what_it_causes(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    text = usecases("show", "unit_commitment", "--example", "demo").stdout
    path.write_text(text.replace('"p_max"', '"pmax"', 1))
    done = usecases("run", "unit_commitment", "-i", path)
    assert "units.0.pmax: Extra inputs are not permitted; units.0.p_max" in done.stderr


def test_dry_run_runs_nothing() -> None:
    done = usecases("run", *SMALL, "-n", "--json")
    found = json.loads(done.stdout)
    assert found["qubits"] == 4
    assert found["statevector_bytes"] == 48 << 4  # two states and two tables of costs
    assert json.loads(usecases("jobs", "--json").stdout) == []


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_plot_writes_the_picture(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{suffix}"
    done = usecases("run", *SMALL, "-a", "exact", "--plot", path)
    assert done.returncode == 0, done.stderr
    assert path.stat().st_size > 1000


def test_a_picture_of_an_unknown_kind_is_refused_before_the_run(tmp_path: Path) -> None:
    done = usecases("run", *SMALL, "-a", "exact", "--plot", tmp_path / "figure.xyz")
    assert done.returncode == 2
    assert ".png, .svg or .pdf" in done.stderr
    assert json.loads(usecases("jobs", "--json").stdout) == []


def test_compare_stands_beside_reference_and_chance() -> None:
    done = usecases("compare", *SMALL, "-a", "exact,annealing", "-p", "layers=2")
    assert done.returncode == 2
    assert "none of exact, annealing has layers" in done.stderr
    done = usecases("compare", *SMALL, "-a", "exact,annealing,chance", "--shots", 20)
    assert done.returncode == 0, done.stderr
    assert "reference (optimal)" in done.stdout
    assert "chance" in done.stdout
    both = usecases(
        *("compare", *SMALL, "-a", "qaoa,annealing", "-b", "aer,lightning", "--json"),
        *("-i", "size=4,seed=1"),
    )
    pairs = [(r["algorithm"], r["backend"]) for r in json.loads(both.stdout)]
    assert pairs == [("qaoa", "aer"), ("qaoa", "lightning"), ("annealing", "neal")]


def test_compare_refuses_what_cannot_be_used_and_keeps_what_is_done() -> None:
    idle = usecases("compare", *SMALL, "-a", "qaoa", "-b", "neal")
    assert idle.returncode == 2
    assert "neal can run none" in idle.stderr
    mixed = ("-a", "annealing,exact", "-s", "sweeps=50", "-p", "seconds=9", "--train-on", "neal")
    assert usecases("compare", *SMALL, *mixed).returncode == 0
    partial = usecases("compare", *SMALL, "-a", "lns solver=exact,exact", "--json")
    assert partial.returncode == 9
    assert "1 of 2 runs failed" in partial.stderr
    assert [r["algorithm"] for r in json.loads(partial.stdout)] == ["exact"]


def test_doctor_finds_this_machine_well() -> None:
    found = json.loads(usecases("doctor", "--json").stdout)
    assert all(item["ok"] for item in found.values()), found


def test_a_store_that_cannot_be_opened_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USECASES_HOME", str(ROOT / "pyproject.toml"))
    done = usecases("jobs")
    assert done.returncode == 2
    assert "USECASES_HOME" in done.stderr


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    import os

    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    for words in (("verify", pipe), ("run", "unit_commitment", "-i", pipe)):
        done = usecases(*words, timeout=60)
        assert done.returncode == 3
        assert "is not a file" in done.stderr


def test_records_are_read_as_strictly_as_instances(tmp_path: Path) -> None:
    found = record(*SMALL, "-a", "annealing", "--shots", 20)
    path = tmp_path / "record.json"
    text = json.dumps(found)
    for old, new in [('"seed": 0', '"seed": 1, "seed": 0'), ('"seed": 0', '"seed": "0"')]:
        assert old in text
        path.write_text(text.replace(old, new))
        assert usecases("verify", path).returncode == 3


def test_terminals_are_not_steered_by_names(tmp_path: Path) -> None:
    path = tmp_path / "red\x1b[31m.json"
    path.write_text("{}")
    done = usecases("run", "unit_commitment", "-i", path)
    assert done.returncode == 3
    assert "\x1b" not in done.stderr


def test_somebody_elses_repository_is_not_our_revision(tmp_path: Path) -> None:
    plain = record(*SMALL, "-a", "exact")["provenance"]["git_revision"]
    hooked = record(*SMALL, "-a", "exact", GIT_DIR=str(tmp_path))["provenance"]["git_revision"]
    assert hooked == plain


def test_nobody_listening_is_no_failure() -> None:
    import subprocess
    import sys

    command = f"{sys.executable} -c 'from usecases.cli import main; main()' jobs"
    for where, code in (("| head -c 0", 0), ("> /dev/full", 2), ("2>&- >/dev/null", 0)):
        done = subprocess.run(
            ["bash", "-c", f"{command} {where}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr


def test_new_refuses_names_that_are_taken(tmp_path: Path) -> None:
    for name in ("json/x", "usecases/x", "energy/x", "town/class"):
        done = usecases("new", "usecase", name, cwd=tmp_path)
        assert done.returncode == 2, name
    (tmp_path / "pyproject.toml").write_text('[project.entry-points]\n"usecases.packages" = {}\n')
    done = usecases("new", "usecase", "town/x", cwd=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "town").exists()


@pytest.mark.parametrize(
    ("room", "told"), [(60, [6, 19, 11]), (30, [6, 13, 11]), (20, [6, 9, 5]), (19, None)]
)
def test_the_widest_column_is_narrowed_first_and_no_word_is_cut(
    room: int, told: list[int] | None
) -> None:
    rows = [["vendor", "twins", "price"], ["aqt\nAQT of", "aqt/ideal aqt/noisy", "dated table"]]
    assert widths(rows, room) == told
