"""What all runs share."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

import embedlab
from embedlab.text import Tokenise
from experiments.config import Config, Text, Train
from experiments.data import Csv
from experiments.documents.material import read, read_folds, whole
from experiments.errors import Mistake
from experiments.sampling import even_sample
from experiments.tasks import Classes, Value


def config(path: Path, **text: int) -> Config:
    return Config(embedlab.Dense(8, 2), data=Csv(path=str(path)), text=Text(**text))  # type: ignore[arg-type]


def test_documents_are_tokens_cut_to_length(prose: Path) -> None:
    told: list[tuple[int, int]] = []
    material = read(config(prose, max_length=5), lambda done, parts: told.append((done, parts)))
    assert len(material.corpus) == len(material.dataset.texts) == 450
    assert material.corpus.lengths.max() == 5
    sides = (material.splits.train, material.splits.valid, material.splits.test)
    assert sorted(np.concatenate(sides)) == list(range(450))
    assert material.side(np.array([3]))[0] == Tokenise()(material.dataset.texts[3])[:5]


def test_counts_and_bands(prose: Path) -> None:
    material = read(config(prose))
    words = [word for document in material.side(material.splits.train) for word in document]
    assert material.train_counts["the"] == words.count("the")
    assert material.train_counts["zzyzzx"] == 0
    assert len(material.test_bands.band) == len(material.splits.test)
    unseen = [any(not material.train_counts[w] for w in x) for x in material.side(material.splits.test)]
    assert material.test_bands.has_oov.tolist() == unseen


def test_documents_that_are_alike_as_read_stay_on_one_side(tmp_path: Path) -> None:
    rows = [f"same words at first then {number},{'xy'[number % 2]}\n" for number in range(40)]
    rows += [f"w{number} v{number},{'xy'[number % 2]}\n" for number in range(200)]
    (tmp_path / "data.csv").write_text("text,label\n" + "".join(rows))
    material = read(config(tmp_path / "data.csv", max_length=5))
    sides = [
        set(side.tolist()) for side in (material.splits.train, material.splits.valid, material.splits.test)
    ]
    assert sum(bool(side & set(range(40))) for side in sides) == 1


def test_a_source_is_asked_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="cannot be read"):
        read(config(tmp_path / "none.csv"))


def test_so_few_values_that_an_evaluation_looks_at_one_alone_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"text {number},{int(number % 10 == 3)}\n" for number in range(400))
    (tmp_path / "data.csv").write_text(f"text,label\n{rows}")
    settings = dataclasses.replace(config(tmp_path / "data.csv"), task=Value())
    material = read(settings)
    assert len(material.watched) == 40 and 0 < material.dataset.labels[material.watched].mean() < 1
    values = material.dataset.labels[material.splits.valid]
    most = next(most for most in range(2, 40) if not values[even_sample(40, most)].any())
    few = dataclasses.replace(settings, train=Train(evaluate_rows=most))
    with pytest.raises(
        Mistake,
        match=rf"^train\.evaluate_rows={most}: all {most} rows looked at in an evaluation have one value "
        r"\(0\), .* more of the 40 validation rows, or at all: none",
    ):
        read(few)
    with pytest.raises(Mistake, match=r"^train\.evaluate_rows=1: the one row looked at"):
        read_folds(dataclasses.replace(few, train=Train(evaluate_rows=1), folds=4))
    assert len(read(dataclasses.replace(few, task=Classes())).watched) == most, "of classes all is defined"


def test_runs_of_words_are_learnt_but_are_no_words(prose: Path) -> None:
    plain, runs = read(config(prose)), read(config(prose, ngrams=2))
    train = plain.splits.train
    assert runs.side(train) == plain.side(train) and runs.train_counts == plain.train_counts
    assert runs.test_bands.band.tolist() == plain.test_bands.band.tolist()
    learnt = runs.learnt_counts
    words = [word for document in plain.side(train) for word in document]
    assert learnt["the"] == words.count("the")
    neighbours = [a + " " + b for x in plain.side(train) for a, b in itertools.pairwise(x)]
    assert learnt["of the"] == neighbours.count("of the") > 1
    assert sum(learnt.values()) == len(words) + len(neighbours)


def test_folds_share_all_but_their_split(prose: Path) -> None:
    settings = dataclasses.replace(config(prose), folds=4)
    made = read_folds(settings)
    assert [each.fold for each in made] == [0, 1, 2, 3]
    assert all(each.corpus is made[0].corpus and each.dataset is made[0].dataset for each in made)
    assert read_folds(config(prose))[0].fold is None
    some = read_folds(dataclasses.replace(settings, only_folds=(3, 1)))
    assert [each.fold for each in some] == [1, 3]
    np.testing.assert_array_equal(some[1].splits.test, made[3].splits.test)


def test_all_folds_together_test_every_row(prose: Path) -> None:
    made = read_folds(dataclasses.replace(config(prose), folds=3))
    together = whole(made)
    np.testing.assert_array_equal(together.splits.test, np.concatenate([x.splits.test for x in made]))
    assert sorted(together.splits.test) == list(range(450))
    learnt = set().union(*[each.splits.train.tolist() for each in made])
    assert together.splits.train.tolist() == sorted(learnt)
    assert together.train_counts["the"] > max(each.train_counts["the"] for each in made)
    assert whole(made[:1]) is made[0]


def test_fewer_documents_are_learnt_from_in_every_fold(prose: Path) -> None:
    whole_config = dataclasses.replace(config(prose), folds=3)
    few_config = dataclasses.replace(whole_config, train=Train(rows=50))
    for all_of_it, few in zip(read_folds(whole_config), read_folds(few_config), strict=True):
        assert len(few.splits.train) == 50 and set(few.splits.train) < set(all_of_it.splits.train)
        np.testing.assert_array_equal(few.splits.test, all_of_it.splits.test)
        np.testing.assert_array_equal(few.splits.valid, all_of_it.splits.valid)
        assert few.train_counts.total() < all_of_it.train_counts.total() / 4
