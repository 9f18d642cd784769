"""A few dozen mutated inputs of every kind; more on demand: `python -m tests.fuzz`."""

from pathlib import Path
from random import Random

import pytest

from tests.fuzz.kinds import KINDS, Keep, Kind, Unchanged
from tests.fuzz.running import Census, run, run_one

SEED = 20
INPUTS = 24
"""Of each kind."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_input_ends_in_a_result_or_an_error_with_a_code(kind: Kind, tmp_path: Path) -> None:
    census = run(SEED, lambda number: number < INPUTS, tmp_path / "kept", (kind,))
    assert census.failures == [], "\n".join(census.lines())
    assert census.ends[kind.name].total() == INPUTS
    assert len(census.ends[kind.name]) > 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_original_ends_in_a_result(kind: Kind, tmp_path: Path) -> None:
    assert {kind.attempt(Unchanged(seed), tmp_path, lambda _: None) for seed in range(6)} <= {"result", "problems"}


def test_another_exception_and_endless_work_are_failures_and_their_inputs_are_kept(tmp_path: Path) -> None:
    def wrong(_: Random, _folder: Path, keep: Keep) -> str:
        keep(b"an input")
        raise KeyError("a mistake")

    def endless(_: Random, _folder: Path, keep: Keep) -> str:
        keep(b"another")
        while True:
            len("")

    census = Census(SEED)
    for kind in (Kind("wrong", wrong), Kind("endless", endless)):
        run_one(kind, 3, census, tmp_path, tmp_path / "kept", most=10_000)
    assert [failure.kind for failure in census.failures] == ["wrong", "endless"]
    assert [failure.what.split(":")[0] for failure in census.failures] == ["KeyError", "TooMuchWork"]
    assert [failure.file.read_bytes() for failure in census.failures if failure.file] == [b"an input", b"another"]
