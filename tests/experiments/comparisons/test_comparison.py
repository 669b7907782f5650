"""Which runs there are, where they lie, and when all are finished."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import embedlab
from experiments.comparisons import baseline_runs
from experiments.comparisons.comparison import is_finished, kinds
from experiments.config import Config
from experiments.encoders import Dan
from experiments.runs.layout import folder, numbers, run_directories
from experiments.settings import codec

DENSE = embedlab.Dense(100, 8)
ALONE = Config(DENSE, baselines=False)
SEVERAL = Config(DENSE, rivals={"cut": embedlab.Dense(50, 8)}, seeds=(0, 7))


IN_FOLDS = Config(DENSE, folds=5, only_folds=(4, 1))
AVERAGING = Config(DENSE, seeds=(0, 7), encoder=Dan())


def finish(workdir: Path, config: Config) -> list[Path]:
    folders = {workdir, *(directory.path for directory in run_directories(workdir, config).values())}
    for fold in numbers(config):
        for runs in baseline_runs.directories(folder(workdir, fold), config).values():
            folders |= {directory.path for directory in runs}
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
        (each / "summary.json").write_text("{}")
    (workdir / "table.md").write_text("")
    return sorted(each / "summary.json" for each in folders)


def test_kinds_follow_the_order_of_the_runs() -> None:
    baselines = ["majority", "tfidf-logistic", "bag", "bag"]
    assert kinds(AVERAGING) == [*baselines, "embedding", "embedding"]
    assert kinds(IN_FOLDS) == ["majority", "tfidf-logistic", "embedding"] * 2
    streamed = dataclasses.replace(AVERAGING, stream=True)
    assert kinds(streamed) == ["embedding", "embedding", *baselines]
    assert kinds(SEVERAL).count("embedding") == 4


# Beside the workdir: 2 embeddings × 2 seeds and 2 baselines; 2 folds × (1 run and 2 baselines); 2 seeds, of a
# bag as well, and 2 baselines.
@pytest.mark.parametrize(("config", "parts"), [(ALONE, 1), (SEVERAL, 7), (IN_FOLDS, 7), (AVERAGING, 7)])
def test_finished_is_what_lacks_no_part(tmp_path: Path, config: Config, parts: int) -> None:
    assert not is_finished(tmp_path, config)
    files = finish(tmp_path, config)
    assert len(files) == parts and is_finished(tmp_path, config)
    for file in [*files, tmp_path / "table.md"]:
        content = file.read_text()
        file.unlink()
        assert not is_finished(tmp_path, config)
        file.write_text(content)


def test_a_table_is_finished_with_the_baselines_that_are_asked_for(tmp_path: Path) -> None:
    finish(tmp_path, AVERAGING)
    without = dataclasses.replace(AVERAGING, baselines=False)
    for told, finished in ((AVERAGING, (True, False)), (without, (False, True))):
        (tmp_path / "config.json").write_text(json.dumps(codec.encode(told)))
        assert (is_finished(tmp_path, AVERAGING), is_finished(tmp_path, without)) == finished
