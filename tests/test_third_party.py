"""The recipes of CONTRIBUTING.md work, word for word."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT, THIRD_PARTY, build, third_party, usecases


def recipes() -> dict[str, list[str]]:
    """The shell commands of each recipe."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        blocks = re.findall(r"```sh\n(.*?)```", body, flags=re.S)
        found[title] = [line for block in blocks for line in block.splitlines() if line]
    return found


def follow(commands: list[str], work: Path, site: Path) -> None:
    """Do what a recipe says; installing means building the wheel and unpacking it."""
    for command in commands:
        words = command.split()
        if words[:2] == ["pip", "install"]:
            shutil.rmtree(site, ignore_errors=True)
            build(work, site)
            shutil.rmtree(work / "wheels")
            shutil.rmtree(work / "build", ignore_errors=True)
            continue
        assert words[0] == "usecases"
        done = usecases(*words[1:], cwd=work, path=site)
        assert done.returncode == 0, f"{command}: {done.stderr}{done.stdout}"


def test_the_three_recipes_work(tmp_path: Path) -> None:
    found = recipes()
    titles = [t for t in found if t.startswith("Recipe")]
    assert [t.split(": ")[1] for t in titles] == ["a use case", "an algorithm", "a backend"]
    work, site = tmp_path / "work", tmp_path / "site"
    work.mkdir()
    for title in titles:
        assert len(found[title]) >= 4
        follow(found[title], work, site)


def test_the_third_party_package_keeps_its_contracts(tmp_path: Path) -> None:
    site = third_party()
    folders = [f"folder={tmp_path / name}" for name in ("a", "b")]
    for words in (
        ("usecase", "municipality/bin_lorries"),
        ("algorithm", "descent"),
        ("backend", "spool", "-s", folders[0], "-c", folders[1]),
    ):
        done = usecases("check", *words, path=site)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "municipality/bin_lorries" in usecases("list", path=site).stdout
    assert THIRD_PARTY.is_dir()


def test_a_package_that_is_missing_is_named_with_its_extra(tmp_path: Path) -> None:
    """As on a machine without the logistics extra."""
    script = (
        "import sys\n"
        "sys.modules['ortools'] = None\n"
        "from usecases.cli import main\n"
        "sys.argv = ['usecases', 'run', 'vehicle_routing', '-i', 'frontier', '-a', 'exact']\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 2
    assert 'pip install -c constraints.txt -e ".[exact]"' in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_of_a_sectors_name_hides_no_use_case(tmp_path: Path) -> None:
    """Such as `notebooks`, where the pages stand by sector."""
    (tmp_path / "logistics").mkdir()
    asked = "from usecases.registry import usecase; print(usecase('vehicle_routing').title)"
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip()
