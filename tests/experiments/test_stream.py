"""A set that is read from disk gives what one in memory gives, to the same bits, and takes less memory."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sklearn.feature_extraction.text
import sklearn.linear_model  # noqa: F401, here: its import is not to be counted
from rich.console import Console

import embedlab
from experiments.comparisons import baseline_runs, comparison
from experiments.config import Config, Text, Train
from experiments.data import Csv, texts
from experiments.data.files import equal_pairs
from experiments.documents import corpus
from experiments.documents.material import Material, read
from experiments.encoders import Cnn
from experiments.training import baselines


def config(prose: Path, **fields: object) -> Config:
    start = Config(
        embedlab.Dense(300, 4),
        data=Csv(str(prose)),
        text=Text(max_length=30),
        train=Train(steps=12, evaluate_every=4, batch=16, evaluate_rows=20),
        quality=dataclasses.replace(Config(embedlab.Dense(4, 2)).quality, rows=50),
        seeds=(0,),
    )
    return dataclasses.replace(start, **fields)  # type: ignore[arg-type]


def test_the_same_splits_and_words(prose: Path, tmp_path: Path) -> None:
    held, kept = (read(config(prose, stream=stream), folder=tmp_path) for stream in (False, True))
    assert os.listdir(tmp_path) == []
    assert isinstance(kept.corpus.tokens, np.memmap) and isinstance(held.dataset.texts, tuple)
    assert tuple(kept.dataset.texts) == held.dataset.texts
    np.testing.assert_array_equal(kept.dataset.groups, held.dataset.groups)
    for side in ("train", "valid", "test"):
        np.testing.assert_array_equal(getattr(kept.splits, side), getattr(held.splits, side))
    assert kept.learnt_counts == held.learnt_counts


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            {"rivals": {"sub": embedlab.Subword(300, 4, buckets=200)}, "baselines": True},
            marks=pytest.mark.slow,
        ),
        pytest.param({"encoder": Cnn(widths=(2, 3), maps=4), "baselines": False}, marks=pytest.mark.slow),
    ],
    ids=["bag", "by length"],
)
def test_the_same_metrics_to_the_bit(
    prose: Path, tmp_path: Path, fields: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, tests = [], []
    for stream in (False, True):
        workdir = tmp_path / str(stream)
        comparison.run(config(prose, stream=stream, **fields), workdir, Console(quiet=True))
        lines.append((workdir / "metrics.jsonl").read_text())
        summary = json.loads((workdir / "summary.json").read_text())
        tests.append((summary["test"], summary.get("baselines")))
    assert lines[0] == lines[1] and lines[0].count("valid") >= 3
    assert tests[0] == tests[1]


@pytest.mark.slow
def test_a_sample_of_a_large_set_is_enough_for_tfidf(
    prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline_runs, "_MOST_READ", 100)
    comparison.run(config(prose, stream=True), tmp_path / "w", Console(quiet=True))
    told = json.loads((tmp_path / "w" / "summary.json").read_text())["baselines"]["tfidf-logistic"]["what"]
    assert "learns from 100 of 36" in told


# --- memory ----------------------------------------------------------------------------------------------

FEW, MANY = 500, 2_000
#: Bytes a row, a few dozen for each of what is known of it; its words would take several times as much.
MOST = 100


def allocated(work: Callable[..., object], *given: object) -> int:
    """Bytes that Python and NumPy held at once while something was done, beside what they held before."""
    tracemalloc.start()
    try:
        work(*given)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held of a large set at once, made so small that few rows are a large set."""
    monkeypatch.setattr(texts, "_BLOCK", 2**14)
    monkeypatch.setattr(corpus, "_BLOCK", 2**8)
    monkeypatch.setattr(corpus, "_WORDS", 2**12)
    monkeypatch.setattr(baselines, "_AT_ONCE", 64)


def read_to_test_on(folder: Path, rows: int, seconds: bool) -> Material:
    """So many rows to test on, of sixty words each or twice as many, read from disk."""
    draw, words = np.random.default_rng(0), [f"w{number}" for number in range(50)]
    for name, count in (("train", 200), ("test", rows)):
        drawn = [" ".join(draw.choice(words, 60)) for _ in range(2 * count)]
        lines = zip(drawn[:count], drawn[count:], itertools.cycle("ab"), strict=False)
        rest = [f"{one},{other},{label}\n" for one, other, label in lines]
        (folder / f"{name}.csv").write_text("text,other,label\n" + "".join(rest))
    data = Csv(str(folder / "train.csv"), test_path=str(folder / "test.csv"))
    data = dataclasses.replace(data, second="other" if seconds else "")
    settings = Config(embedlab.Dense(100, 4), data=data, text=Text(max_length=60), stream=True)
    return read(settings, folder=folder)


@pytest.mark.parametrize(
    "seconds", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["texts", "pairs"]
)
def test_rows_to_test_on_take_a_few_dozen_bytes_each(
    tmp_path: Path, small_blocks: None, seconds: bool
) -> None:
    steps: dict[str, Callable[[Material], object]] = {
        "bands": lambda material: material.test_bands,
        "counts": lambda material: material.test_counts,
        "linear": baseline_runs._linear,
    }
    held: dict[str, list[int]] = {name: [] for name in steps}
    for rows in (FEW, MANY):
        material = read_to_test_on(tmp_path, rows, seconds)
        assert len(material.splits.test) == rows and material.train_counts
        for name, step in steps.items():
            held[name].append(allocated(step, material))
    assert all(many - few < MOST * (MANY - FEW) for few, many in held.values()), held


def test_pairs_take_a_few_dozen_bytes_each_where_equal_ones_are_looked_for(
    tmp_path: Path, small_blocks: None
) -> None:
    held = []
    for rows in (FEW, MANY):
        first, second = texts.StoredTexts(tmp_path), texts.StoredTexts(tmp_path)
        for row in range(rows):
            first.append(f"{row % 400} " + "x" * 400)
            second.append("y" * 400)
        held.append(allocated(equal_pairs, first, second))
        assert equal_pairs(first, second).max() == 399
    assert held[1] - held[0] < MOST * (MANY - FEW), held
