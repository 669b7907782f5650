"""The rows of a table: pairs, groups, and what the verdict needs to know."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import embedlab
from experiments.config import Config, Text
from experiments.data import Dataset, Splits
from experiments.documents.corpus import gathered
from experiments.documents.material import Material
from experiments.reports.bootstrap import mean_interval, paired_difference
from experiments.reports.mcnemar import mcnemar
from experiments.reports.rows import table
from experiments.runs.outcome import Outcome

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
        "seconds": {"compile": 1.0, "train": 2.0, "inspect": 4.0, "finish": 8.0},
    }
    return Outcome(name, right, [summary | {"best_step": step} for step in (best, 100)])


@pytest.fixture
def outcomes() -> list[Outcome]:
    return [outcome("dense", 0.9, 512), outcome("cut", 0.8, 128, 100), outcome("narrow", 0.7, 64)]


def test_differences_are_paired_and_grouped(material: Material, outcomes: list[Outcome]) -> None:
    made = table(material, [], outcomes)
    dense, cut, narrow = made.rows
    groups = GROUPS[40:]
    assert cut.score == mean_interval(outcomes[1].scores, groups)
    assert cut.score != mean_interval(outcomes[1].scores)
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
    summary = {**plain.summaries[0], "seconds": 1.5, "C": 10.0, "settled": False, "passes": 78}
    del summary["best_step"]
    linear = Outcome("tfidf-logistic", plain.scores[:1], [summary])
    made = table(material, [linear], outcomes[:1])
    row, dense = made.rows
    assert row.score == mean_interval(linear.scores, GROUPS[40:])
    assert dense.over == {row.name: paired_difference(outcomes[0].scores, linear.scores, GROUPS[40:])}
    assert made.reference == "dense" and dense.difference is None
    assert row.difference is not None and row.difference.mean == -dense.over[row.name].mean
    assert (row.difference.low, row.difference.high) == (
        -dense.over[row.name].high,
        -dense.over[row.name].low,
    )
    assert (row.seeds, row.vectors, row.seconds) == (None, None, 1.5)
    assert "tfidf-logistic reads words and pairs of words, C = 10, stopped after 78 passes." in made.caption()


def test_a_bag_among_the_baselines_has_seeds(material: Material, outcomes: list[Outcome]) -> None:
    made = table(material, [outcome("bag", 0.85, 512, best=100)], outcomes)
    bag = made.rows[0]
    assert (bag.kind, bag.seeds, bag.vectors, bag.improving) == ("baseline", 2, 64, 2)
    assert (
        "bag is dense in a plain bag, untuned: the encoder's own rate, batch, steps and dropout of words, "
        "without dropout or max-norm in the head." in made.caption()
    )
    assert "bag, dense in a plain bag, is" in made.verdict()


def test_one_seed_against_one_is_mcnemar_s(material: Material, outcomes: list[Outcome]) -> None:
    single = [
        dataclasses.replace(each, scores=each.scores[:1].astype(float), summaries=each.summaries[:1])
        for each in outcomes[:2]
    ]
    dense, cut, narrow = table(material, [], [*single, outcomes[2]]).rows
    assert dense.mcnemar == {"cut": mcnemar(single[0].scores[0], single[1].scores[0], GROUPS[40:])}
    assert dense.mcnemar["cut"].first == cut.mcnemar["dense"].second > 0
    assert narrow.mcnemar == {}
    shares = dataclasses.replace(single[1], scores=single[1].scores / 2)  # no row is right, or wrong
    assert table(material, [], [single[0], shares]).rows[0].mcnemar == {}
