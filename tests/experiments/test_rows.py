"""The rows of a table: pairs, groups, and what the verdict needs to know."""

from __future__ import annotations

import numpy as np
import pytest

import embedlab
from experiments.bootstrap import mean_interval, paired_difference
from experiments.config import Config, Text
from experiments.corpus import gathered
from experiments.data import Dataset, Splits
from experiments.material import Material
from experiments.outcome import Outcome
from experiments.rows import table

ROWS = 120
GROUPS = np.arange(ROWS, dtype=np.int32) // 4


@pytest.fixture
def material() -> Material:
    rows = np.arange(ROWS, dtype=np.int32)
    dataset = Dataset("toy", ("text",) * ROWS, rows % 2, ("a", "b"), GROUPS)
    config = Config(
        embedlab.Dense(64, 8),
        rivals={"cut": embedlab.Dense(16, 8), "narrow": embedlab.Dense(16, 4)},
        text=Text(min_count=2, max_length=7),
    )
    splits = Splits(train=rows[:20], valid=rows[20:40], test=rows[40:])
    return Material(
        config, dataset, splits, gathered([["one", "two"], ["two", "three"], *[["two"]] * (ROWS - 2)])
    )


def outcome(name: str, share: float, parameters: int, best: int = 50) -> Outcome:
    right = np.random.default_rng(int(100 * share)).random((2, ROWS - 40)) < share
    summary = {
        "test": {"macro_f1": 0.5, "log_loss": 1.0, "ece": 0.1},
        "parameters": parameters,
        "trainable_bytes": 4 * parameters,
        "index_bytes": 0,
        "steps": 100,
        "seconds": {"train": 2.0, "finish": 1.0},
    }
    return Outcome(name, right, [summary | {"best_step": step} for step in (best, 100)])


@pytest.fixture
def outcomes() -> list[Outcome]:
    return [outcome("dense", 0.9, 512), outcome("cut", 0.8, 128, 100), outcome("narrow", 0.7, 64)]


def test_differences_are_paired_and_grouped(material: Material, outcomes: list[Outcome]) -> None:
    made = table(material, [], outcomes)
    dense, cut, narrow = made.rows
    groups = GROUPS[40:]
    assert cut.accuracy == mean_interval(outcomes[1].scores, groups)
    assert cut.accuracy != mean_interval(outcomes[1].scores)
    assert cut.difference == cut.over["dense"]
    assert cut.difference == paired_difference(outcomes[1].scores, outcomes[0].scores, groups)
    assert dense.difference is None and set(dense.over) == {"cut", "narrow"}
    assert narrow.over["cut"].mean == -cut.over["narrow"].mean
    assert made.test_groups == 20 and made.max_length == 7


def test_what_the_verdict_needs(material: Material, outcomes: list[Outcome]) -> None:
    made = table(material, [], outcomes)
    assert [row.improving for row in made.rows] == [1, 2, 1]
    assert [row.vectors for row in made.rows] == [64, 16, 16]
    assert made.words == 1  # "two": the others occur once
    assert [row.seconds for row in made.rows] == [3.0] * 3
    assert "4 of 6 runs were still improving when they stopped" in made.verdict()


def test_one_embedding_has_no_reference(material: Material, outcomes: list[Outcome]) -> None:
    made = table(material, [], outcomes[:1])
    assert made.reference is None and made.rows[0].over == {}


def test_baselines_are_judged_by_groups_too(material: Material, outcomes: list[Outcome]) -> None:
    plain = outcome("tfidf", 0.85, 10)
    linear = Outcome("tfidf", plain.scores[:1], [plain.summaries[0] | {"seconds": 1.5}])
    made = table(material, [linear], outcomes)
    assert made.rows[0].accuracy == mean_interval(linear.scores, GROUPS[40:])
    assert made.rows[1].over_baseline == paired_difference(outcomes[0].scores, linear.scores, GROUPS[40:])
