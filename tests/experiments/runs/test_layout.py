"""Which runs there are, what they are called, and where they lie."""

from __future__ import annotations

from pathlib import Path

import embedlab
from experiments.config import Config
from experiments.runs.layout import Run, names, run_directory, runs

DENSE = embedlab.Dense(100, 8)
ALONE = Config(DENSE)
SEVERAL = Config(DENSE, rivals={"cut": embedlab.Dense(50, 8)}, seeds=(0, 7))


def test_the_reference_is_named_after_its_kind() -> None:
    assert names(SEVERAL) == {"dense": DENSE, "cut": embedlab.Dense(50, 8)}
    taken = Config(DENSE, rivals={"dense": embedlab.Dense(50, 8)})
    assert list(names(taken)) == ["dense-reference", "dense"]
    both = Config(DENSE, rivals=dict.fromkeys(("dense", "dense-reference"), embedlab.Dense(50, 8)))
    assert list(names(both)) == ["dense-reference-reference", "dense", "dense-reference"]
    assert names(both)["dense-reference-reference"] == DENSE


def test_a_run_alone_is_the_workdir_itself(tmp_path: Path) -> None:
    assert run_directory(tmp_path, ALONE, Run("dense", 0)).path == tmp_path
    assert run_directory(tmp_path, SEVERAL, Run("cut", 7)).path == tmp_path / "cut" / "seed-7"


def test_each_fold_has_its_folder_though_it_is_alone(tmp_path: Path) -> None:
    config = Config(DENSE, folds=10, only_folds=(3,))
    assert list(runs(config)) == [Run("dense", 0, 3)]
    assert (
        run_directory(tmp_path, config, Run("dense", 0, 3)).path == tmp_path / "fold-3" / "dense" / "seed-0"
    )


def test_every_fold_has_every_run() -> None:
    found = list(runs(Config(DENSE, rivals=SEVERAL.rivals, seeds=(0, 7), folds=3)))
    assert len(found) == len(set(found)) == 3 * 2 * 2
    assert found[0] == Run("dense", 0, 0) and found[-1] == Run("cut", 7, 2)
    assert [run.fold for run in runs(Config(DENSE, folds=1))] == [None]
