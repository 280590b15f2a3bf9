"""Suites: which use cases, instances, algorithms, machines and seeds are run, as data."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import product
from pathlib import Path

from pydantic import Field, NonNegativeInt, PositiveInt, ValidationError

from usecases import registry
from usecases.errors import BadInstance, MissingExtra, UnknownName
from usecases.instances import complaint, parse_json, read_text
from usecases.records import Record, sha256

LARGEST = 2**20
"""Bytes of a suite's file."""

MOST_CELLS = 100_000
"""Runs that one suite may ask for."""

EXAMPLE = "docs/benchmarking.md shows one"

FOLDER = Path(__file__).resolve().parent


class Cell(Record):
    """One run that a suite asks for, by the names that the command line takes."""

    usecase: str
    instance: str
    algorithm: str
    backend: str | None
    train_on: str | None
    seed: int
    shots: int | None

    def __str__(self) -> str:
        where = f" on {self.backend}" if self.backend else ""
        return f"{self.usecase} {self.instance} · {self.algorithm}{where} · seed {self.seed}"


class Matrix(Record):
    """Everything here with everything else here.

    Without `algorithms` those that the use case suggests, without `backends` the algorithm's
    own. Both may carry settings: "qaoa layers=2", "aer noise=lagos". `shots` go to the
    algorithms that take some.
    """

    usecases: tuple[str, ...] = Field(min_length=1)
    instances: tuple[str, ...] = Field(default=("demo",), min_length=1)
    algorithms: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    train_on: str | None = None
    seeds: tuple[NonNegativeInt, ...] = Field(default=(0,), min_length=1)
    shots: PositiveInt | None = None

    def cells(self) -> Iterator[Cell]:
        """Its runs, seeds innermost."""
        for usecase, instance in product(self.usecases, self.instances):
            algorithms = self.algorithms or _suggested(usecase)
            for algorithm, backend, seed in product(
                algorithms, self.backends or (None,), self.seeds
            ):
                yield Cell(
                    usecase=usecase,
                    instance=instance,
                    algorithm=algorithm,
                    backend=backend,
                    train_on=self.train_on,
                    seed=seed,
                    shots=self.shots,
                )


def _suggested(usecase: str) -> tuple[str, ...]:
    try:
        return registry.usecase(usecase).algorithms
    except MissingExtra:
        return ("suggested",)  # the run itself is skipped, and says what is to be installed


class Suite(Record):
    """A title and the matrices of runs; `matrix` is the word in the file, [[matrix]]."""

    title: str = Field(min_length=1, max_length=200)
    matrix: tuple[Matrix, ...] = Field(min_length=1)

    def cells(self) -> list[Cell]:
        """Every run that is asked for, once."""
        return list(dict.fromkeys(cell for matrix in self.matrix for cell in matrix.cells()))

    @property
    def sha256(self) -> str:
        """The hash of what the suite asks for."""
        return sha256(json.dumps([cell.model_dump() for cell in self.cells()], sort_keys=True))


def names() -> list[str]:
    """The suites that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(source: str) -> Suite:
    """A suite by its name, or from a TOML file; instances may be files beside it.

    Raises UnknownName, or BadInstance that names the file and the field.
    """
    path = Path(source)
    if source in names():
        path = FOLDER / f"{source}.toml"
    elif path.suffix != ".toml":
        raise UnknownName("suite", source, [*names(), "FILE.toml"])
    try:
        suite = parse(read_text(path, LARGEST))
    except BadInstance as error:
        raise (error if error.file else error.in_file(path.name)) from None
    return _beside(suite, path.parent)


def parse(text: str) -> Suite:
    """A suite from TOML. Raises BadInstance."""
    try:
        data = json.dumps(tomllib.loads(text))
    except (ValueError, TypeError, RecursionError) as error:  # also thousands of digits
        why = str(error).split(";")[0]
        raise BadInstance("content", f"is not a suite in TOML ({why})", EXAMPLE) from None
    try:
        suite = parse_json(Suite, data)
    except ValidationError as error:
        found = complaint(error)
        raise BadInstance(found.field, found.problem, _hint(found.field)) from None
    asked = sum(_size(matrix) for matrix in suite.matrix)
    if asked > MOST_CELLS:
        raise BadInstance("matrix", f"asks for {asked} runs where at most {MOST_CELLS} are done")
    return suite


def _hint(field: str) -> str:
    """What to do about a field: the word that was meant, or the words that there are."""
    section, _, word = field.rpartition(".")
    known = Matrix.model_fields if section.startswith("matrix") else Suite.model_fields
    if word in known or word.isdecimal():
        return EXAMPLE
    near = get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}"


def _size(m: Matrix) -> int:
    runs = len(m.usecases) * len(m.instances) * max(len(m.algorithms), 1)
    return runs * max(len(m.backends), 1) * len(m.seeds)


def _beside(suite: Suite, folder: Path) -> Suite:
    """The suite with the paths of files that lie beside it."""

    def placed(name: str) -> str:
        path = folder / name
        return str(path) if Path(name).suffix and path.is_file() else name

    matrices = (
        matrix.model_copy(update={"instances": tuple(map(placed, matrix.instances))})
        for matrix in suite.matrix
    )
    return suite.model_copy(update={"matrix": tuple(matrices)})
