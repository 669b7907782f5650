"""What an embedding learns of a split: ids of words, who is unknown, what is recommended."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.recommend import facts
from experiments.recommend.catalogue import NONE
from experiments.recommend.config import Holdout, Recommend
from experiments.recommend.data import Files
from experiments.recommend.halves import halves, of_numbers
from experiments.recommend.interactions import Interactions
from experiments.recommend.learning import RecommendLearning
from experiments.recommend.models import Bpr, Factorisation, Machine, Model
from experiments.recommend.recommender import CATALOGUE
from experiments.recommend.split import LISTED, RecommendSplit
from experiments.runs.outcome import groups_together
from tests.experiments.recommend import drawn

SPEC = embedlab.Dense(200, 8)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Interactions:
    folder = drawn.write(tmp_path_factory.mktemp("plays"))
    return Files(
        path=str(folder / "plays.csv"),
        user="listener",
        item="album",
        rating="stars",
        time="when",
        users=str(folder / "listeners.csv"),
        user_features=("likes", "age"),
        items=str(folder / "albums.csv"),
        item_features=("genre",),
    ).load()


def split_of(data: Interactions, model: Model, by: Any = "auto", **more: Any) -> RecommendSplit:
    return RecommendSplit(Recommend(SPEC, model=model, holdout=Holdout(by), **more), data, None)


def learning_of(split: RecommendSplit, spec: Any = SPEC) -> RecommendLearning:
    found = split.learning(spec, "embedding")
    assert isinstance(found, RecommendLearning)
    return found


def parameters_of(learning: RecommendLearning) -> dict[str, Any]:
    return learning.learner.init(jax.random.key(0), learning.buffers)


def test_words_of_unknown_users_are_no_words(data: Interactions) -> None:
    split = split_of(data, Machine(), "users")
    learning = learning_of(split)
    ids = learning.train.buffers[CATALOGUE].user_words
    learnt = np.unique(data.user[split.parts.train])
    known = np.isin(np.arange(len(data.users)), learnt)
    assert ((np.asarray(ids)[:, 0] == NONE) == ~known).all()
    assert (np.asarray(ids)[:, 1] != NONE).all()  # what they like is known of others
    assert [learning.vocabulary.words[i] for i in np.asarray(ids)[learnt[0]]] == list(
        data.users.bag(learnt[0])
    )


def test_words_cut_off_share_the_row_of_the_unknown(data: Interactions) -> None:
    learning = learning_of(split_of(data, Factorisation()), embedlab.Dense(50, 8))
    ids = np.asarray(learning.train.buffers[CATALOGUE].user_words)
    assert (ids == 1).any() and not (ids == NONE).any() and ids.max() < 50


def test_an_unknown_user_is_told_what_is_known_of_items(data: Interactions) -> None:
    """By matrix factorisation: the mean and the bias of the item, the same for each of them."""
    split = split_of(data, Factorisation(), "users")
    learning = learning_of(split)
    parameters = parameters_of(learning)
    table = np.asarray(parameters["tables"]["table"])
    items = np.asarray(learning.train.buffers[CATALOGUE].item_words)[:, 0]
    wanted = learning.mean + learning.scale * table[items[data.item[split.parts.test]], -1]
    np.testing.assert_allclose(learning.tested(parameters)[:, 0], np.clip(wanted, 1, 5), rtol=1e-5)


def test_hashed_ids_need_no_vocabulary_and_unknown_ones_have_vectors_too(data: Interactions) -> None:
    spec = embedlab.Hashed(None, 8, buckets=100)
    learning = learning_of(split_of(data, Factorisation(), "users"), spec)
    ids = np.asarray(learning.train.buffers[CATALOGUE].user_words)[:, 0]
    assert len(set(ids.tolist())) == len(data.users) and (ids >= 0).all()
    parameters = parameters_of(learning)
    users, items = (
        halves(learning.learner, parameters, learning.train.buffers, side) for side in ("user", "item")
    )
    found = of_numbers(users, items, np.arange(9), np.zeros(9, int))
    assert len(set(found.tolist())) == 9


def test_what_a_user_had_is_not_recommended(data: Interactions) -> None:
    split = split_of(data, Bpr())
    learning = learning_of(split)
    lists = learning.tested(parameters_of(learning)).astype(int)
    had = np.concatenate([split.parts.train, split.parts.valid])
    pairs = set(zip(data.user[had].tolist(), data.item[had].tolist(), strict=True))
    assert lists.shape == (len(split.asked["test"]), LISTED)
    for user, items in zip(split.asked["test"].tolist(), lists.tolist(), strict=True):
        shown = [item for item in items if item >= 0]
        assert len(shown) == len(data.items) - sum(one == user for one, _ in pairs)
        assert not any((user, item) in pairs for item in shown)


@pytest.mark.parametrize("model", [Factorisation(), Bpr()], ids=lambda model: type(model).__name__)
def test_few_may_be_watched(data: Interactions, model: Model) -> None:
    split = split_of(data, model, train=Train(evaluate_rows=7))
    learning = learning_of(split)
    predicted, loss = learning.watched(parameters_of(learning))
    assert len(predicted) == len(split.valid_targets) == 7 and np.isfinite(loss)
    assert len(split.targets) > 7


def test_liked_rows_alone_are_learnt_and_tested(data: Interactions) -> None:
    split = split_of(data, Bpr(), liked=4.0)
    assert data.rating is not None
    assert (data.rating[split.liked.train] >= 4).all() and len(split.liked.train) < len(split.parts.train)
    learning = learning_of(split)
    assert len(learning.train) == len(split.liked.train)
    assert (split.targets >= 0).sum() == (data.rating[split.parts.test] >= 4).sum()


def test_what_was_only_rated_low_is_not_learnt_from(data: Interactions) -> None:
    assert data.rating is not None
    item = data.item[split_of(data, Bpr(), liked=4.0).liked.test[0]]
    low = dataclasses.replace(data, rating=data.rating.copy())
    plain = split_of(data, Bpr(), liked=4.0)
    low.rating[np.setdiff1d(np.flatnonzero(data.item == item), plain.parts.test)] = 1  # type: ignore[index]
    split = split_of(low, Bpr(), liked=4.0)
    assert (low.item[split.parts.train] == item).any(), "it has training rows, none of which was liked"
    there = np.flatnonzero(low.item[split.liked.test] == item)
    assert len(there) and facts.looked_at(low, split.liked).new_item[there].all()
    assert f"{len(there):,} (" in next(text for text in split.about if "that are not learnt from" in text)


def test_a_negative_may_be_what_was_not_liked(data: Interactions) -> None:
    """But never what was: the catalogue's lists hold the liked rows that are learnt from."""
    split = split_of(data, Bpr(), liked=4.0)
    seen = learning_of(split).train.buffers[CATALOGUE].seen
    found = seen.holds(data.user[split.parts.train], data.item[split.parts.train])
    np.testing.assert_array_equal(found, np.isin(split.parts.train, split.liked.train))


@pytest.mark.parametrize(
    "model",
    [pytest.param(Machine(), marks=pytest.mark.slow), Bpr(features=True)],
    ids=lambda m: type(m).__name__,
)
def test_a_step_by_rows_is_a_dense_step(data: Interactions, model: Model) -> None:
    """Row gradients of the loss are those of the whole table, negatives and all."""
    from embedlab import sparse

    learning = learning_of(split_of(data, model))
    parameters, buffers = parameters_of(learning), learning.train.buffers
    batch = jax.tree.map(lambda x: x[:32], learning.train.arrays)

    def loss(parameters: Any, batch: Any, key: Any) -> Any:
        return learning.learner.loss(parameters, buffers, batch, key, Train())

    key = jax.random.key(1)
    gradient = jax.jit(jax.grad(loss))(parameters, batch, key)["tables"]["table"]
    wanted = np.asarray(parameters["tables"]["table"] - 0.5 * gradient)
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.5))
    state, _ = trainer.step(trainer.init(parameters), batch, key)
    np.testing.assert_allclose(state.params["tables"]["table"], wanted, atol=1e-6)


def test_dropped_words_change_the_loss(data: Interactions) -> None:
    learning = learning_of(split_of(data, Factorisation()))
    parameters, batch = parameters_of(learning), learning.train.arrays
    loss = jax.jit(learning.learner.loss, static_argnums=4)
    losses = [
        float(loss(parameters, learning.train.buffers, batch, jax.random.key(0), settings))
        for settings in (Train(), Train(dropout=embedlab.Dropout(words=0.5)))
    ]
    assert losses[0] != losses[1]


@pytest.mark.parametrize(
    ("change", "model", "more", "said"),
    [
        ({"rating": None}, Factorisation(), {}, r"--data\.rating: there are no ratings"),
        ({"rating": None}, Bpr(), {"liked": 4.0}, r"--data\.rating: there are no ratings"),
        ({"rating": np.full(840, 3.0)}, Factorisation(), {}, "all 840 ratings are 3"),
        ({"time": None}, Factorisation(), {"holdout": Holdout("moment")}, r"--data\.time"),
        ({}, Bpr(), {"liked": 6.0}, "no liked row is on the side 'train'"),
    ],
)
def test_data_that_lack_what_is_needed(
    data: Interactions, change: dict[str, Any], model: Model, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        RecommendSplit(Recommend(SPEC, model=model, **more), dataclasses.replace(data, **change), None)


def test_if_nothing_of_a_tested_row_is_known_it_is_refused(data: Interactions) -> None:
    item = np.where(data.user < 30, 0, 1 + data.user % 3).astype(np.int32)
    time = np.where(data.user < 30, 0.0, 1.0) + np.arange(len(data)) / len(data) / 2
    strange = dataclasses.replace(data, item=item, time=time)
    config = Recommend(SPEC, holdout=Holdout("moment", test=0.5))
    with pytest.raises(ValueError, match="no tested row has a user or an item that is learnt from"):
        RecommendSplit(config, strange, None)
    RecommendSplit(dataclasses.replace(config, model=Machine()), strange, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"folds": 5, "holdout": Holdout("last")}, "folds=5: holdout.by is last"),
        ({"liked": 4.0}, r"liked=4\.0: this is for rankings"),
        ({"embedding": embedlab.Dense(9, 1)}, r"embedding\.dim=1: the last component is a bias"),
        ({"model": 3}, "model=3: give an instance of Model"),
    ],
)
def test_settings_that_do_not_fit(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Recommend(**{"embedding": SPEC, **given})


def test_shares_that_are_none() -> None:
    for wrong in ({"test": 0.0}, {"valid": 1.0}, {"test": 0.6, "valid": 0.4}, {"by": "day"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Holdout(**wrong)  # type: ignore[arg-type]


def test_two_splits_of_folds_test_all_rows(data: Interactions) -> None:
    config = Recommend(SPEC, folds=2)
    splits = [RecommendSplit(config, data, fold) for fold in config.folds_run]
    rows = np.concatenate([split.parts.test for split in splits])
    assert np.array_equal(np.sort(rows), np.arange(len(data)))
    assert splits[0].fingerprint["sides"] != splits[1].fingerprint["sides"]


@pytest.mark.parametrize(("model", "by"), [(Factorisation(), "rows"), (Bpr(), "users")])
def test_a_users_number_is_that_of_all_folds(data: Interactions, model: Model, by: Any) -> None:
    config = Recommend(SPEC, model=model, holdout=Holdout(by), folds=3)
    splits = [RecommendSplit(config, data, fold) for fold in config.folds_run]
    assert all(split.groups_across for split in splits)
    groups = groups_together([split.groups for split in splits], across=True)
    tested = [np.unique(data.user[split.parts.test]) for split in splits]
    users, of_folds = len(np.unique(np.concatenate(tested))), sum(map(len, tested))
    assert len(np.unique(groups)) == users
    assert users == of_folds if by == "users" else users < of_folds / 2
