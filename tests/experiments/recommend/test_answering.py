"""A stored recommender: it answers as it predicted, for those it knows, and for others as is declared."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.recommend.answering import Recommending
from experiments.recommend.config import Recommend
from experiments.recommend.data import Files
from experiments.recommend.interactions import Interactions
from experiments.recommend.learning import RecommendLearning
from experiments.recommend.models import Bpr, Machine, Model
from experiments.recommend.split import RecommendSplit
from experiments.study.application import Stored
from tests.experiments.recommend import drawn


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Interactions:
    folder = drawn.write(tmp_path_factory.mktemp("plays"))
    sides = {"user_features": ("likes", "age"), "item_features": ("genre",), "item_title": "title"}
    files = {"users": str(folder / "listeners.csv"), "items": str(folder / "albums.csv")}
    columns = {"user": "listener", "item": "album", "rating": "stars"}
    return Files(path=str(folder / "plays.csv"), **columns, **files, **sides).load()  # type: ignore[arg-type]


def stored(data: Interactions, model: Model) -> tuple[RecommendSplit, RecommendLearning, Recommending, Any]:
    """A split, what learns it, the model as it comes back from disk, and parameters."""
    spec = embedlab.Dense(200, 8)
    config = Recommend(spec, model=model)
    split = RecommendSplit(config, data, None)
    learning = RecommendLearning(split, spec, "embedding")
    kept = {name: _from_json(value) for name, value in learning.kept().items()}
    parameters = learning.learner.init(jax.random.key(0), learning.buffers)
    return split, learning, Recommending(Stored(config, learning.vocabulary, (), kept)), parameters


def _from_json(value: Any) -> Any:
    return value if isinstance(value, np.ndarray) else json.loads(json.dumps(value))


def test_a_rating_is_what_was_predicted(data: Interactions) -> None:
    split, learning, model, parameters = stored(data, Machine())
    predicted = learning.tested(parameters)[:5, 0]
    rows = split.parts.test[:5]
    lines = [f"{data.users.names[data.user[r]]}\t{data.items.names[data.item[r]]}" for r in rows]
    answers = [float(number) for (number,) in model.answers(parameters, lines)]
    np.testing.assert_allclose(answers, predicted, rtol=1e-3)


def test_a_list_is_what_was_predicted_with_titles_and_falling_scores(data: Interactions) -> None:
    split, learning, model, parameters = stored(data, Bpr(features=True))
    predicted = learning.tested(parameters)[:4, :10].astype(int)
    lines = [data.users.names[user] for user in split.asked["test"][:4]]
    for answer, items in zip(model.answers(parameters, lines), predicted, strict=True):
        assert list(answer[::2]) == [data.items.title(item) for item in items]
        scores = [float(score) for score in answer[1::2]]
        assert scores == sorted(scores, reverse=True)


def test_an_unknown_user_may_be_told_by_words(data: Interactions) -> None:
    _, _, model, parameters = stored(data, Bpr(features=True))
    answers = model.answers(parameters, ["nobody", "likes=jazz", "likes=punk", "likes=polka", "u3\tno item"])
    nobody, jazz, punk, polka, rating = answers
    assert len(jazz) == 20 and nobody == polka and len({nobody, jazz, punk}) == 3
    assert len(rating) == 1 and np.isfinite(float(rating[0]))


def test_numbers_of_an_unknown_user_are_binned_and_an_item_may_follow(data: Interactions) -> None:
    _, _, model, parameters = stored(data, Bpr(features=True))
    edges, told = data.users.bins["age"]
    number = 29
    (word,) = {
        bin_
        for low, bin_, high in zip((-np.inf, *edges), told, (*edges, np.inf), strict=True)
        if low <= number < high
    }
    lines = [
        f"age={number}",
        f"age={word}",
        "age=old",
        "likes=jazz\tage=29",
        "who",
    ]
    by_number, by_word, unknown, both, nobody = model.answers(parameters, lines)
    assert by_number == by_word != unknown and unknown == nobody
    assert both not in (by_number, nobody) and len(both) == 20
    item = both[0].replace("Album No.", "album")  # their titles and their ids
    assert list(model.answers(parameters, [f"likes=jazz\tage=29\t{item}"])) == [(both[1],)]


def test_values_may_have_spaces(data: Interactions) -> None:
    users = dataclasses.replace(
        data.users,
        features=tuple(tuple(w.replace("jazz", "free jazz") for w in words) for words in data.users.features),
    )
    _, _, model, parameters = stored(dataclasses.replace(data, users=users), Bpr(features=True))
    free, nobody = model.answers(parameters, ["likes=free jazz", "nobody"])
    assert free != nobody


def test_a_feature_that_is_none_is_refused(data: Interactions) -> None:
    _, _, model, parameters = stored(data, Bpr(features=True))
    with pytest.raises(ValueError, match="line 2: 'lieks' is no feature of users; there are 'likes', 'age'"):
        list(model.answers(parameters, ["u1", "lieks=jazz"]))


def test_without_features_words_tell_nothing(data: Interactions) -> None:
    _, _, model, parameters = stored(data, Bpr())
    nobody, jazz = model.answers(parameters, ["nobody", "likes=jazz"])
    assert nobody == jazz and len(nobody) == 20


@pytest.mark.parametrize(("line", "said"), [("", "line 2: 1 fields"), ("a\tb\tc", "line 2: 3 fields")])
def test_a_line_that_is_no_question(data: Interactions, line: str, said: str) -> None:
    _, _, model, parameters = stored(data, Bpr())
    with pytest.raises(ValueError, match=said):
        list(model.answers(parameters, ["u1", line]))


def test_what_is_kept_is_small(data: Interactions) -> None:
    _, learning, _, _ = stored(data, Bpr())
    kept: Mapping[str, Any] = learning.kept()
    assert "user_features" not in kept and len(kept["seen_items"]) <= 840 + 1
