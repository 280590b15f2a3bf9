"""Bundles: nothing changes unseen, nothing escapes, and scores are computed again elsewhere."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shlex
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.helpers import ROOT, usecases
from usecases import bundle, circuits, provenance, run, sources
from usecases.cli import cli
from usecases.errors import BadInstance, UsageError, VerificationFailed
from usecases.records import RunRecord
from usecases.store import Store
from usecases.verify import verify

TOUR = ("logistics/tour", "size=4,seed=1")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[RunRecord]:
    with Store(tmp_path_factory.mktemp("runs") / "store.db") as store:
        return [
            run(*TOUR, "exact", store=store),
            run(*TOUR, "annealing", shots=30, seed=3, store=store),
            run("life_science/ground_state", algorithm="exact", store=store),
        ]


@pytest.fixture(scope="module")
def packed(records: list[RunRecord]) -> bytes:
    files = {"constraints.txt": provenance.constraints(records).encode(), "jobs/a.json": b"[1]"}
    return bundle.pack("three runs", records, files)


def sealed(body: bytes) -> bytes:
    """A zip with the comment that a bundle has, whatever is in it."""
    return body + hashlib.sha256(body).hexdigest().encode()


def archive(files: list[tuple[str, bytes]]) -> bytes:
    """A sealed zip of these files, whatever their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.comment = b"0" * bundle.COMMENT
        for name, data in files:
            made.writestr(name, data)
    return sealed(out.getvalue()[: -bundle.COMMENT])


def test_a_bundle_gives_back_what_was_put_in(records: list[RunRecord], packed: bytes) -> None:
    found = bundle.unpack(packed)
    assert sorted(found.records, key=lambda r: r.id) == sorted(records, key=lambda r: r.id)
    assert found.files["jobs/a.json"] == b"[1]"
    assert b"numpy==" in found.files["constraints.txt"]
    assert bundle.pack("three runs", reversed(records), found.files) == packed
    with pytest.raises(UsageError):
        bundle.pack("none", [], {})
    for name in ("../x.txt", ".profile", "a b.txt", "manifest.json"):
        with pytest.raises(UsageError, match="plain name"):
            bundle.pack("x", records, {name: b""})


def test_a_thousand_changed_bytes_are_found(packed: bytes) -> None:
    rng = np.random.default_rng(0)
    for place, change in zip(
        rng.integers(len(packed), size=1000), rng.integers(1, 256, size=1000), strict=True
    ):
        changed = bytearray(packed)
        changed[place] ^= change
        with pytest.raises(VerificationFailed):
            bundle.unpack(bytes(changed))
    for cut in (packed[:-1], packed[1:], packed[: len(packed) // 2], b"", packed + b"\n"):
        with pytest.raises(VerificationFailed):
            bundle.unpack(cut)


def test_changed_bytes_of_an_unpacked_bundle_are_found(packed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:  # any program can open it
        opened.extractall(tmp_path)
    assert len(sources.records(str(tmp_path))) == 3
    rng = np.random.default_rng(1)
    for file in sorted(p for p in tmp_path.rglob("*") if p.is_file()):
        content = file.read_bytes()
        for place in rng.integers(len(content), size=40):
            changed = bytearray(content)
            changed[place] ^= int(rng.integers(1, 256))
            file.write_bytes(changed)
            with pytest.raises(VerificationFailed):
                sources.records(str(tmp_path))
        file.write_bytes(content)
    (tmp_path / "stray.txt").write_text("x", "utf-8")
    with pytest.raises(VerificationFailed, match=r"stray\.txt"):
        sources.records(str(tmp_path))
    (tmp_path / "stray.txt").unlink()
    (tmp_path / "link.json").symlink_to("/etc/hostname")
    with pytest.raises(VerificationFailed, match="link"):
        sources.records(str(tmp_path))


@pytest.mark.parametrize(
    "name", ["../x.json", "/etc/x.json", "a/b/c.json", "C:x.json", "a\\b.json"]
)
def test_no_name_in_a_bundle_is_a_path(name: str) -> None:
    with pytest.raises(VerificationFailed, match="holds a file named"):
        bundle.unpack(archive([(name, b"{}")]))


def test_what_swells_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LARGEST_FILE", 10_000)
    with pytest.raises(VerificationFailed, match="too large"):
        bundle.unpack(archive([("a.json", b"0" * 1_000_000)]))
    monkeypatch.setattr(bundle, "LARGEST_WHOLE", 10_000)
    with pytest.raises(VerificationFailed, match="too much"):
        bundle.unpack(archive([("a.json", b"0" * 9000), ("b.json", b"0" * 9000)]))
    with pytest.raises(VerificationFailed, match="no bundle"):
        bundle.unpack(sealed(b"PK\x03\x04 but no zip"))
    with pytest.raises(VerificationFailed, match="manifest"):
        bundle.unpack(archive([("a.json", b"{}")]))
    misled = archive([("a.json", b"{}")])[: -bundle.COMMENT].replace(b"PK\x01\x02", b"PK\x01\x03")
    with pytest.raises(VerificationFailed, match="no bundle"):
        bundle.unpack(sealed(misled))
    directory = misled.index(b"PK\x05\x06") + 16  # where the list of files is said to begin
    with pytest.raises(VerificationFailed, match="no bundle"):
        bundle.unpack(sealed(misled[:directory] + b"\xff\xff\xff\0" + misled[directory + 4 :]))


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_what_bundles_are_compressed_with_is_read(way: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as made:
        made.comment = b"0" * bundle.COMMENT
        made.writestr("a.json", b"{}")
    with pytest.raises(VerificationFailed, match="not compressed as bundles are"):
        bundle.unpack(sealed(out.getvalue()[: -bundle.COMMENT]))


def test_a_better_score_with_fresh_hashes_is_found_by_scoring_again(
    records: list[RunRecord], tmp_path: Path
) -> None:
    """Whoever seals a changed record again passes every hash, and no recomputation."""
    (good,) = (r for r in records if r.algorithm == "annealing")
    assert good.samples is not None
    score = good.score.model_copy(update={"optimal_share": 1.0, "lift": 99.0})
    file = tmp_path / "forged.zip"
    file.write_bytes(bundle.pack("x", [good.model_copy(update={"score": score}).sealed()], {}))
    (forged,) = sources.records(str(file))
    with pytest.raises(VerificationFailed, match="does not follow"):
        verify(forged)


def test_what_contradicts_itself_is_found_without_its_shots(records: list[RunRecord]) -> None:
    (good,) = (r for r in records if r.algorithm == "annealing")
    late = good.timing.model_copy(update={"queue": -1.0})
    lies: list[tuple[str, dict[str, Any]]] = [
        ("keeps no shots", {"samples": None}),
        ("contradict", {"backend": None, "backend_settings": {}}),
        ("contradict", {"calls": ()}),
        ("contradict", {"timing": late}),
    ]
    for says, change in lies:
        with pytest.raises(VerificationFailed, match=says):
            verify(good.model_copy(update=change).sealed())


def test_a_bundle_made_here_verifies_in_another_clone(tmp_path: Path) -> None:
    suite = tmp_path / "s.toml"
    suite.write_text(
        'title = "s"\n[[matrix]]\nusecases = ["logistics/tour"]\n'
        'instances = ["size=4,seed=1"]\nalgorithms = ["annealing"]\nshots = 20\nseeds = [0, 1]\n',
        "utf-8",
    )
    file = tmp_path / "b.zip"
    early = usecases("bundle", "--suite", suite, "-o", file)
    assert early.returncode == 2
    assert "2 runs of" in early.stderr
    assert usecases("bench", suite, "--workers", 1).returncode == 0
    (tmp_path / "note.txt").write_text("made by hand", "utf-8")
    made = usecases("bundle", "--suite", suite, "-o", file, "--add", tmp_path / "note.txt")
    assert made.returncode == 0, made.stderr
    clone = tmp_path / "clone"
    for package in ("usecases", "logistics"):
        shutil.copytree(ROOT / package, clone / package)
    (clone / "elsewhere").mkdir()
    options = {"cwd": clone, "path": clone, "USECASES_HOME": str(clone / "elsewhere")}
    checked = usecases("verify", file, **options)
    assert checked.returncode == 0, checked.stderr
    assert "2 records" in checked.stdout
    spoilt = bytearray(file.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    file.write_bytes(spoilt)
    assert usecases("verify", file, **options).returncode == 10


def test_files_and_folders_of_records(records: list[RunRecord], tmp_path: Path) -> None:
    texts = [record.model_dump_json() for record in records]
    (tmp_path / "one.json").write_text(texts[0], "utf-8")
    (tmp_path / "two.json").write_text(f"[{texts[1]}, {texts[2]}]", "utf-8")
    assert len(sources.records(str(tmp_path))) == 3
    assert sources.records(str(tmp_path / "two.json")) == tuple(records[1:])
    (tmp_path / "bad.json").write_text(json.dumps([json.loads(texts[0]) | {"x": 1}]), "utf-8")
    with pytest.raises(BadInstance, match="x"):
        sources.records(str(tmp_path))
    with pytest.raises(BadInstance):
        sources.records(str(tmp_path / "none.zip"))


def test_the_commands_of_the_benchmarking_page_do_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "benchmarking.md").read_text("utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    lines = "".join(re.findall(r"```sh\n(.*?)```", page, re.S)).splitlines()
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "usecases"
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, (line, done.output, done.exception)
    assert len(list((tmp_path / "submission").rglob("*_summary.csv"))) == 2
    assert {"mine.zip", "mine.csv", "mine.parquet", "results.json"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_circuits_are_bundled_and_counted_again(records: list[RunRecord], tmp_path: Path) -> None:
    file = tmp_path / "bell.qasm"
    file.write_text('OPENQASM 3;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\n'
                    "cx q[0], q[1];\nc = measure q;\n")  # fmt: skip
    with Store(tmp_path / "store.db") as store:
        bell = circuits.run(circuits.prepare(file, "aer", shots=50), store=store)
    (tmp_path / "b.zip").write_bytes(bundle.pack("both", [*records, bell], {}))
    found = sources.records(str(tmp_path / "b.zip"))
    assert bell in found
    assert any("50 shots" in line for line in verify(bell))
    (tmp_path / "b.json").write_text(bell.model_dump_json())
    assert sources.records(str(tmp_path / "b.json")) == (bell,)
    with pytest.raises(UsageError, match="no score"):
        sources.scored(str(tmp_path / "b.zip"))
    out = tmp_path / "b.csv"
    words = ["export", "runs", str(tmp_path / "b.json"), "--format", "csv", "-o", str(out)]
    assert CliRunner().invoke(cli, words).exit_code == 0
    lines = list(csv.DictReader(io.StringIO(out.read_text())))
    assert {line["bits"]: int(line["count"]) for line in lines} == bell.tallies[0].counts
    (tally,) = bell.tallies
    for change in (
        {"counts": tally.counts | {"00": 1}},
        {"counts": {"000": 50}},
        {"text": tally.text.replace("cx", "cz")},
        {"registers": (("d", 2),)},
    ):
        changed = tally.model_copy(update=change)
        if "text" not in change:
            changed = changed.of(changed.text, changed.registers, changed.counts)
        if "counts" in change and "00" in change["counts"]:
            changed = changed.model_copy(update={"shots": 50})
        with pytest.raises(VerificationFailed):
            verify(bell.model_copy(update={"tallies": (changed,)}).sealed())


def test_what_cannot_be_written_is_told(records: list[RunRecord], tmp_path: Path) -> None:
    """A second file of a name that is in the bundle already; a folder that is not there."""
    run, mine = tmp_path / "run.json", tmp_path / "constraints.txt"
    run.write_text(records[0].model_dump_json())
    mine.write_text("mine")
    words = ["bundle", str(run), "--add", str(mine), "-o"]
    twice = CliRunner().invoke(cli, [*words, str(tmp_path / "b.zip")])
    assert isinstance(twice.exception, UsageError)
    assert "constraints.txt is in the bundle already" in str(twice.exception)
    assert not (tmp_path / "b.zip").exists()
    nowhere = str(tmp_path / "none" / "b.zip")
    for line in ([*words[:2], "-o"], ["export", "runs", str(run), "--format", "csv", "-o"]):
        told = CliRunner().invoke(cli, [*line, nowhere])
        assert isinstance(told.exception, UsageError)
        assert "is not a folder" in str(told.exception)
