"""Which runs there are, what they are called, and where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import embedlab
from experiments.config import Config, Transfer
from experiments.runs.layout import Run, names, run_directory, runs

DENSE = embedlab.Dense(100, 8)
ALONE = Config(DENSE)
SEVERAL = Config(DENSE, rivals={"cut": embedlab.Dense(50, 8)}, seeds=(0, 7))


def embeddings(config: Config) -> dict[str, Any]:
    return {name: own.embedding for name, own in names(config).items()}


def test_the_reference_is_named_after_its_kind() -> None:
    assert embeddings(SEVERAL) == {"dense": DENSE, "cut": embedlab.Dense(50, 8)}
    taken = Config(DENSE, rivals={"dense": embedlab.Dense(50, 8)})
    assert list(names(taken)) == ["dense-reference", "dense"]
    both = Config(DENSE, rivals=dict.fromkeys(("dense", "dense-reference"), embedlab.Dense(50, 8)))
    assert list(names(both)) == ["dense-reference-reference", "dense", "dense-reference"]
    assert embeddings(both)["dense-reference-reference"] == DENSE


def test_modes_of_vectors_are_named_after_themselves(tmp_path: Path) -> None:
    transfer = Transfer("glove-6b-50d", "static", beside=("random", "multichannel"))
    config = Config(DENSE, transfer=transfer, rivals=SEVERAL.rivals)
    found = {name: own.transfer for name, own in names(config).items()}
    assert list(found) == ["static", "random", "multichannel", "cut"]
    assert all(own.mode == name and not own.beside for name, own in list(found.items())[:3])
    assert found["cut"] == Transfer() and embeddings(config)["random"] == DENSE
    assert run_directory(tmp_path, config, Run("random", 0)).path == tmp_path / "random" / "seed-0"
    alone = Config(DENSE, transfer=Transfer("glove-6b-50d"))
    assert run_directory(tmp_path, alone, Run("non-static", 0)).path == tmp_path


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
