"""Baselines on real text, and at the edges."""

from __future__ import annotations

import csv
import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from embedlab.text import Tokenise
from experiments.tasks import Classes
from experiments.tasks.evaluate import evaluate
from experiments.training.baselines import BaselineResult, Feature, strongest, tfidf_linear

CLASSES = ("World", "Sports", "Business", "Sci/Tech")


@pytest.fixture(scope="module")
def news(data_dir: Path) -> tuple[list[str], np.ndarray]:
    """Headlines and leads of news, and their class."""
    with (data_dir / "ag_news_test" / "test.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return [f"{title} {lead}" for _, title, lead in rows], np.array([int(row[0]) - 1 for row in rows])


def split_and_fit(texts: list[str], labels: np.ndarray) -> BaselineResult:
    return tfidf_linear(
        texts[:2000],
        labels[:2000],
        texts[2000:2500],
        labels[2000:2500],
        texts[2500:4000],
        names=CLASSES,
        tokenise=Tokenise(),
    )


@pytest.fixture(scope="module")
def fitted(news: tuple[list[str], np.ndarray]) -> BaselineResult:
    return split_and_fit(*news)


def test_is_as_good_as_a_converged_solver(news: tuple[list[str], np.ndarray], fitted: BaselineResult) -> None:
    texts, labels = news
    vectoriser = TfidfVectorizer(
        tokenizer=Tokenise(), token_pattern=None, ngram_range=(1, 2), sublinear_tf=True, min_df=2
    )
    # L-BFGS; at its default tolerance it stops far from the optimum where the penalty is weak.
    model = LogisticRegression(C=fitted.C, max_iter=5000, tol=1e-8)
    features = vectoriser.fit_transform(texts[:2000])
    with threadpool_limits(1):  # threads that wait for each other on a busy machine are slower than one
        model.fit(features, labels[:2000])
    converged = model.score(vectoriser.transform(texts[2500:4000]), labels[2500:4000])
    found = evaluate(fitted.test, labels[2500:4000])["accuracy"]
    assert found > 0.8
    assert found == pytest.approx(converged, abs=0.005)


def test_penalty_is_the_best_on_validation(
    news: tuple[list[str], np.ndarray], fitted: BaselineResult
) -> None:
    assert tuple(fitted.valid_scores) == Classes.penalties
    assert fitted.valid_scores[fitted.C] == max(fitted.valid_scores.values())
    assert evaluate(fitted.valid, news[1][2000:2500])["accuracy"] == fitted.valid_scores[fitted.C]


def test_sizes_are_those_of_the_model(fitted: BaselineResult) -> None:
    assert fitted.test.shape == (1500, 4)
    assert fitted.parameters == 4 * (fitted.num_features + 1)
    assert fitted.bytes == 4 * (fitted.parameters + fitted.num_features)  # float32, and one idf a feature
    assert fitted.seconds > 0


def test_same_data_same_bits(news: tuple[list[str], np.ndarray], fitted: BaselineResult) -> None:
    again = split_and_fit(*news)
    assert np.array_equal(again.test, fitted.test)
    assert again.features == fitted.features


def test_strongest_features_speak_for_their_class(fitted: BaselineResult) -> None:
    features = strongest(fitted, 10)
    weights = [abs(feature.weight) for feature in features]
    assert len(features) == 10
    assert weights == sorted(weights, reverse=True)
    assert ("Sci/Tech", "microsoft") in {(f.label, f.feature) for f in strongest(fitted, 30)}


def test_a_leak_is_the_strongest_feature(news: tuple[list[str], np.ndarray]) -> None:
    texts, labels = news
    leaking = [f"{text} zyx" if label == 2 else text for text, label in zip(texts, labels, strict=True)]
    first = strongest(split_and_fit(leaking, labels), 1)[0]
    assert (first.label, first.feature) == ("Business", "zyx")
    assert first.weight > 0


def test_tokens_and_texts_give_the_same() -> None:
    texts, labels = ["A good film!", "A bad film."] * 60, np.array([1, 0] * 60)
    sides = {"train_targets": labels, "valid_targets": labels[:2], "names": ("bad", "good")}
    tokens = [Tokenise()(text) for text in texts]
    of_texts = tfidf_linear(texts, valid=texts[:2], test=texts[:4], tokenise=Tokenise(), **sides)
    of_tokens = tfidf_linear(tokens, valid=tokens[:2], test=tokens[:4], **sides)
    assert np.array_equal(of_texts.test, of_tokens.test)
    assert "film !" in {feature.feature for feature in of_tokens.features}


def test_of_two_classes_each_feature_names_the_one_it_speaks_for() -> None:
    texts, labels = ["great film", "dull film"] * 60, np.array([1, 0] * 60)
    result = tfidf_linear(
        texts, labels, texts[:2], labels[:2], texts[:2], names=("bad", "good"), tokenise=str.split
    )
    found = {feature.feature: (feature.label, feature.weight > 0) for feature in result.features}
    assert found["great"] == ("good", True)
    assert found["dull"] == ("bad", True)
    assert result.parameters == result.num_features + 1


def test_a_class_that_training_lacks_gets_no_probability() -> None:
    texts = ["red apple", "green pear"] * 3
    result = tfidf_linear(
        texts,
        np.array([0, 2] * 3),
        ["red"],
        np.array([1]),
        ["pear", "never seen"],
        names=("apple", "plum", "pear"),
        tokenise=str.split,
    )
    assert result.test[:, 1].tolist() == [0, 0]
    assert result.test[0].argmax() == 2
    assert result.test.sum(1) == pytest.approx(1, abs=1e-6)
    assert {feature.label for feature in result.features} == {"apple", "pear"}


def test_equal_accuracies_take_the_smallest_penalty_strength() -> None:
    texts, labels = ["great film", "dull film"] * 6, np.array([1, 0] * 6)
    result = tfidf_linear(texts, labels, texts, labels, texts, names=("bad", "good"), tokenise=str.split)
    assert set(result.valid_scores.values()) == {1.0}
    assert result.C == 1


@pytest.mark.parametrize(
    ("labels", "valid", "message"),
    [
        ([1, 1], ["a"], "every row is of class 'b'; a classifier needs two classes or more"),
        ([0, 1], [], "valid is empty: give documents to choose"),
    ],
)
def test_what_cannot_be_fitted_is_refused(labels: list[int], valid: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tfidf_linear(
            ["a", "b"],
            np.array(labels),
            valid,
            np.zeros(len(valid), int),
            ["a"],
            names=("a", "b"),
            tokenise=str.split,
        )


def test_majority_says_the_shares_of_training() -> None:
    found = Classes().constant(np.array([2, 2, 0, 2]), tuple("abcd"), rows=3)
    assert found.tolist() == [[0.25, 0.0, 0.75, 0.0]] * 3
    scores = evaluate(found, np.array([2, 2, 0]))
    assert scores["accuracy"] == 2 / 3
    assert scores["log_loss"] == pytest.approx(-np.log([0.75, 0.75, 0.25]).mean())


def test_a_feature_prints_what_one_looks_for() -> None:
    feature = Feature("optax", "gradient transformation", 8.26)
    assert str(feature) == "'gradient transformation' → optax (+8.3)"


def test_what_a_class_lacks_is_no_strong_feature() -> None:
    """'args' in every document but those of one class: its largest weight by far is against that class."""
    texts = [f"args {word}" for word in ("red", "green")] * 20 + ["blue", "blue sky"] * 20
    labels = np.array([0, 1] * 20 + [2] * 40)
    result = tfidf_linear(texts, labels, texts, labels, texts, names=("a", "b", "c"), tokenise=str.split)
    assert all(feature.weight > 0 for feature in result.features)
    assert ("c", "args") not in {(feature.label, feature.feature) for feature in result.features}
    assert strongest(result, 1)[0].feature == "blue"


def test_a_choice_at_the_edge_of_the_grid_is_owned_up_to(fitted: BaselineResult) -> None:
    at = {C: dataclasses.replace(fitted, C=C).at_edge for C in Classes.penalties}
    assert at == {C: C == 1000 for C in (1, 10, 100, 1000)}


@pytest.mark.slow
def test_ten_thousand_documents_take_seconds(news: tuple[list[str], np.ndarray]) -> None:
    texts, labels = news
    # Ten classes and 12,000 documents out of four and 7,600: a class in three parts by its letters.
    order = np.resize(np.random.default_rng(0).permutation(len(texts)), 12_000)
    lengths = np.array([len(text) for text in texts])
    parts = np.minimum(3 * labels + np.digitize(lengths, np.quantile(lengths, [1 / 3, 2 / 3])), 9)
    drawn, labelled = [texts[place] for place in order], parts[order]
    train, valid, test = slice(10_000), slice(10_000, 11_000), slice(11_000, None)
    started = time.process_time()  # of this process, so that others on the machine do not count
    tfidf_linear(
        drawn[train],
        labelled[train],
        drawn[valid],
        labelled[valid],
        drawn[test],
        names=[str(number) for number in range(10)],
        tokenise=Tokenise(),
    )
    assert time.process_time() - started < 12


def test_large_data_are_given_fewer_passes_and_it_is_said(
    news: tuple[list[str], np.ndarray], fitted: BaselineResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fitted.settled and fitted.passes < 200
    features = 2000 * 60  # of the training documents, about
    monkeypatch.setattr("experiments.tasks.classes._MOST_WORK", 8.0 * features * len(CLASSES))
    stopped = split_and_fit(*news)
    assert 5 <= stopped.passes < 12 and not stopped.settled
    assert abs((stopped.test.argmax(1) == fitted.test.argmax(1)).mean() - 1) < 0.05
    monkeypatch.setattr("experiments.tasks.classes._MOST_WORK", 1.0)
    assert split_and_fit(*news).passes == 5
