"""What came of an embedding over its seeds and folds is what the table of its comparison says."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments.figures.tables import tables
from experiments.reports.bootstrap import mean_interval
from experiments.runs.found import found
from experiments.runs.results import results
from experiments.runs.run import RunDirectory
from experiments.runs.targets import Targets, read, write
from experiments.tasks import Auc, AveragePrecision, Judge


def test_results_are_those_of_the_table(comparison: Path) -> None:
    made = {each.name: each for each in results(found([comparison]))}
    with (comparison / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(made) == [row["name"] for row in rows] and len(rows) == 4
    for row in rows:
        result = made[row["name"]]
        assert result.interval is not None and result.label == result.name
        ends = (result.interval.mean, result.interval.low, result.interval.high)
        assert ends == pytest.approx([float(row[f"accuracy{end}"]) for end in ("", "_low", "_high")])
        assert result.seconds == pytest.approx(float(row["seconds"]))
        assert result.mean("trainable_bytes") == float(row["trainable_bytes"])
        assert result.is_baseline == (row["kind"] == "baseline")
    assert made["small"].kind == "hashed" and made["majority"].kind == "baseline"
    assert made["majority"].mean("embedding", "hubness") is None


def test_without_targets_there_is_a_score_and_no_interval(comparison: Path, tmp_path: Path) -> None:
    workdir = Path(shutil.copytree(comparison, tmp_path / "w"))
    (workdir / "targets.npz").write_bytes(b"damaged")
    dense = results(found([workdir]))[2]
    assert dense.interval is None and dense.tested is None and read(workdir) is None
    assert dense.score == dense.mean("test", "accuracy")


def test_two_workdirs_are_told_apart(comparison: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(comparison / "dense" / "seed-0", tmp_path / "other"))
    made = results(found([comparison, other]))
    assert [each.label for each in made if each.name == "dense"] == ["comparison: dense", "other: dense"]


@pytest.fixture
def folds(tmp_path: Path) -> list[bool]:
    """Writes one seed on two folds; gives what is right on which row."""
    rng = np.random.default_rng(0)
    config = {"embedding": {"type": "dense"}, "task": {"type": "classes"}, "seeds": [0], "folds": 2}
    (tmp_path / "w").mkdir()
    RunDirectory(tmp_path / "w").write("config.json", config)
    right = []
    for fold, rows in ((0, 5), (1, 8)):
        folder = tmp_path / "w" / f"fold-{fold}"
        (folder / "dense" / "seed-0").mkdir(parents=True)
        targets, predicted = rng.integers(0, 3, rows), rng.random((rows, 3)).astype(np.float32)
        right += (predicted.argmax(1) == targets).tolist()
        np.savez(folder / "targets.npz", targets=targets, groups=np.arange(rows) + 10 * fold)
        np.savez(folder / "dense" / "seed-0" / "predictions.npz", test=predicted)
        directory = RunDirectory(folder / "dense" / "seed-0")
        directory.write("config.json", config)
        directory.finish({"seed": 0, "test": {"accuracy": 0.0}}, "predictions.npz")
    return right


def test_folds_are_taken_together(folds: list[bool], tmp_path: Path) -> None:
    (result,) = results(found([tmp_path]))
    assert result.counted == 2
    assert len(result.runs) == 2 and result.tested is not None and result.interval is not None
    assert result.tested[0].shape == (1, 13, 3)
    assert result.interval.mean == pytest.approx(np.mean(folds))


@pytest.mark.parametrize("kind", [Auc, AveragePrecision])
def test_a_judge_that_orders_rows_orders_those_of_a_fold_alone(
    folds: list[bool], tmp_path: Path, kind: type[Judge]
) -> None:
    """A constant that a fold's model adds to all it predicts says nothing of its rows."""
    found_scores = []
    for added in (0.0, 10.0):
        for fold, positive in ((0, [0, 1, 1, 0, 1]), (1, [0, 0, 1, 0, 1, 0, 0, 1])):
            folder = tmp_path / "w" / f"fold-{fold}"
            targets = np.array(positive)
            np.savez(folder / "targets.npz", targets=targets, groups=np.arange(len(targets)))
            directory = RunDirectory(folder / "dense" / "seed-0")
            predicted = np.linspace(0, 1, len(targets), dtype=np.float32)[:, None] + fold * added
            np.savez(directory.path / "predictions.npz", test=predicted)
            directory.finish({"seed": 0, "test": {"accuracy": 0.0}}, "predictions.npz")
        (result,) = results(found([tmp_path]))
        scores = result.scores(kind())
        assert scores is not None and scores.shape == (1, 13)
        found_scores.append(scores)
    assert np.allclose(*found_scores)


@pytest.mark.parametrize("across", [None, False, True])
def test_groups_of_the_data_are_one_in_all_folds(
    folds: list[bool], tmp_path: Path, across: bool | None
) -> None:
    for fold, groups in ((0, [4, 4, 7, 8, 8]), (1, [4, 4, 4, 8, 8, 9, 9, 9])):
        path = tmp_path / "w" / f"fold-{fold}" / "targets.npz"
        known = {} if across is None else {"across": np.bool_(across)}  # None: as earlier versions wrote it
        np.savez(path, targets=np.load(path)["targets"], groups=np.array(groups), **known)
    (result,) = results(found([tmp_path]))
    groups = [4, 4, 7, 8, 8, 4, 4, 4, 8, 8, 9, 9, 9] if across else [0, 0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5]
    assert result.interval == mean_interval(np.array([folds], float), np.array(groups))
    assert result.tested is not None and len(np.unique(result.tested[2])) == len(set(groups))


def test_what_an_earlier_version_wrote_of_groups_is_mended(tmp_path: Path) -> None:
    rows = np.arange(3)
    np.savez(tmp_path / "targets.npz", targets=rows, groups=rows)
    old = read(tmp_path)
    assert old is not None and old.across is False
    write(tmp_path, Targets(rows, rows, across=True))
    new = read(tmp_path)
    assert new is not None and new.across is True


def test_a_seed_without_a_fold_is_told_not_to_count(folds: list[bool], tmp_path: Path) -> None:
    first = tmp_path / "w" / "fold-0" / "dense"
    shutil.copytree(first / "seed-0", first / "seed-1")
    (result,) = results(found([tmp_path]))
    assert len(result.runs) == 3 and result.counted == 2 and result.interval is not None
    assert result.interval.mean == pytest.approx(np.mean(folds))
    made = tables(found([tmp_path]))["results"]
    assert made.rows[0][-1] == "2 of 3" and "of how many the interval is" in made.note
