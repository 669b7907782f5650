"""Tables as large as the data ask."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import embedlab
from experiments.runs import layout
from experiments.runs.run import RunDirectory
from experiments.study import comparison, fitting
from experiments.study.learnings import Learnings
from experiments.study.stored import load
from tests.experiments.study import toy
from tests.experiments.study.toy import APPLICATION, Toy

WORDS = 2 + 2 * 12  # padding, the unknown, and twelve ids a column


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.registered(monkeypatch)


def study(**fields: object) -> Toy:
    small = dataclasses.replace(APPLICATION.default().train, steps=20, evaluate_every=10)
    whole = {"embedding": embedlab.Dense(5000, 8), "train": small, "fitted": True, "baselines": False}
    return dataclasses.replace(APPLICATION.default(), **{**whole, **fields})


def run(config: Toy, workdir: Path) -> dict[str, dict[str, object]]:
    comparison.run(APPLICATION, config, workdir, Console(file=io.StringIO()))
    return {run.name: found.summary for run, found in layout.run_directories(workdir, config).items()}


def test_a_row_a_word_and_as_many_bytes_hashed(tmp_path: Path) -> None:
    found = run(study(), tmp_path)
    assert found["dense"]["sizes"] == {"vocabulary": WORDS}
    assert found["hashed"]["sizes"] == {"dim": 8, "buckets": WORDS}
    assert {each["trainable_bytes"] for each in found.values()} == {WORDS * 8 * 4}
    for name in ("dense", "hashed"):
        assert [len(answer) for answer in load(tmp_path / name / "seed-0").predict(["3\t4", "99\t1"])] == [
            2,
            2,
        ]


def test_a_smaller_vocabulary_stays_and_its_rival_is_as_small(tmp_path: Path) -> None:
    rivals = {"hashed": embedlab.Hashed(None, 32, buckets=6, importance=4)}
    found = run(study(embedding=embedlab.Dense(10, 8), rivals=rivals), tmp_path)
    assert found["dense"]["sizes"] == {}
    assert found["hashed"]["sizes"] == {"dim": 8, "buckets": 9}  # ten rows less the weights of importance
    assert found["hashed"]["trainable_bytes"] == 9 * 8 * 4 + 4 * 2 * 4 <= found["dense"]["trainable_bytes"]


def test_unless_it_is_asked_for_sizes_are_as_given(tmp_path: Path) -> None:
    found = run(study(fitted=False), tmp_path)
    assert [each["sizes"] for each in found.values()] == [{}, {}]
    assert found["dense"]["trainable_bytes"] == 5000 * 8 * 4


def test_a_rival_is_as_large_where_the_reference_is_trained_already(tmp_path: Path) -> None:
    (split,) = APPLICATION.read(study(), lambda done, whole: None)
    sizes = Learnings(tmp_path, [split]).of(split, "hashed").sizes
    trained = RunDirectory(tmp_path / "dense" / "seed-0")
    trained.claim({})
    trained.finish({"steps": 20})
    assert trained.finished(20) is not None
    assert Learnings(tmp_path, [split]).of(split, "hashed").sizes == sizes == {"dim": 8, "buckets": WORDS}


@pytest.mark.parametrize("dim", [1, 7, 64])
def test_never_more_bytes_and_less_than_a_row_fewer(dim: int) -> None:
    for trainable in np.random.default_rng(dim).integers(4 * dim, 10**6, 20).tolist():
        spec = embedlab.Hashed(None, 3, buckets=99)
        found = fitting.resized(spec, fitting.as_large(spec, dim, trainable))
        assert 0 <= trainable - fitting.trainable_bytes(found) < 4 * dim
