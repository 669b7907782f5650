"""What an embedding must be measured against: the majority class, and TF-IDF with logistic regression."""

from __future__ import annotations

import copy
import dataclasses
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

#: Inverse strengths of the L2 penalty that the validation split chooses from.
PENALTIES = (1.0, 10.0, 100.0, 1000.0)
_MAX_FEATURES = 200_000
_MOST_PASSES = 200
_MOST_WORK = 3e9  # of a fit: features of all documents × classes × passes; some 15 s of one core
_KEPT = 1000  # strongest features that a result remembers
_FEW = 100  # so few documents that a feature may well be in one alone


class Feature(NamedTuple):
    """A word or pair of words, and the class that it speaks for.

    Attributes:
        label: the class's name.
        feature: the word, or two words with a space between.
        weight: the logistic weight for that class.

    Example:
        >>> print(Feature("optax", "gradient transformation", 8.125))
        'gradient transformation' → optax (+8.1)
    """

    label: str
    feature: str
    weight: float

    def __str__(self) -> str:
        return f"{self.feature!r} → {self.label} ({self.weight:+.1f})"


@dataclasses.dataclass(frozen=True, eq=False)
class BaselineResult:
    """A fitted baseline's predictions, and what it is made of.

    Attributes:
        valid: float32 [valid rows, classes], probabilities.
        test: float32 [test rows, classes], probabilities.
        C: inverse penalty strength chosen on the validation split.
        valid_accuracy: the validation accuracy at each C.
        features: those that speak most for a class, by falling weight; none that speaks against one.
        num_features: how many features there are.
        passes: over the training documents, in the fit at that C.
        settled: whether the weights had settled by then; else the solver was stopped.
        seconds: for everything: counting, fitting at every C, predicting.
        parameters: weights and intercepts.
        bytes: of the parameters, and of the features' inverse document frequencies.
    """

    valid: Float[np.ndarray, "valid_rows classes"]
    test: Float[np.ndarray, "test_rows classes"]
    C: float
    valid_accuracy: dict[float, float]
    features: tuple[Feature, ...]
    num_features: int
    passes: int
    settled: bool
    seconds: float
    parameters: int
    bytes: int

    @property
    def at_edge(self) -> bool:
        """Whether the weakest penalty tried was chosen, so that a weaker one might be better still."""
        return max(PENALTIES) == self.C


def majority(
    labels: Int[np.ndarray, " train_rows"], classes: int, rows: int
) -> Float[np.ndarray, "rows classes"]:
    """Predicts each class with its share of the training labels, for whatever text.

    Its accuracy is that of always naming the largest class (the first of equals); its log loss is what
    is to be had from the shares alone.

    Args:
        labels: int [training rows], from 0 to classes − 1.
        classes: how many classes there are.
        rows: how many rows to predict.

    Returns:
        float64 [rows, classes], every row the same.

    Raises:
        ValueError: there are no labels.

    Example:
        >>> majority(np.array([1, 1, 1, 0]), classes=3, rows=1)
        array([[0.25, 0.75, 0.  ]])

    Source: the zero-rule classifier.
    """
    if not len(labels):
        raise ValueError("labels is empty: give the training labels")
    return np.tile(np.bincount(labels, minlength=classes) / len(labels), (rows, 1))


def tfidf_logistic(
    train: Sequence[Any],
    train_labels: Int[np.ndarray, " train_rows"],
    valid: Sequence[Any],
    valid_labels: Int[np.ndarray, " valid_rows"],
    test: Sequence[Any],
    *,
    classes: Sequence[str],
    tokenise: Callable[[Any], list[str]] | None = None,
) -> BaselineResult:
    """Logistic regression on the TF-IDF of words and pairs of words; C chosen by validation accuracy.

    A feature t of document d weighs `(1 + ln tf(t, d)) · (1 + ln((1 + n)/(1 + df(t))))`, and a document
    is scaled to length 1. Features of a single training document are left out (if there are 100 documents
    or more, and a feature is in two of them), and all but the 200,000 most frequent. The C of `PENALTIES`
    with the best validation accuracy is kept, the smallest of equals.

    The solver is SAGA, which starts at each C from the weights of the one before: the four fits to 11,900
    documents of at most 64 words and 9 classes take 15, 26, 53 and 116 passes, 7 s of one core. It stops
    where no weight changes by more than a thousandth of the largest, by when accuracy has settled; or after
    200 passes, on large data after fewer: as many as make 3 · 10⁹ products of a feature and a class, but five
    at least.

    Args:
        train: training documents: lists of tokens; or texts, if `tokenise` is given.
        train_labels: int [training rows], places in `classes`.
        valid: validation documents.
        valid_labels: int [validation rows].
        test: test documents.
        classes: names of the classes.
        tokenise: text → tokens, if documents are not lists of tokens already.

    Returns:
        Probabilities for the validation and test documents, and the strongest features.

    Raises:
        ValueError: the training labels name fewer than two classes, or there is no validation document.

    Example:
        >>> texts = ["a good film", "a bad film"] * 4
        >>> result = tfidf_logistic(
        ...     texts, np.array([1, 0] * 4), texts[:2], np.array([1, 0]), ["good"],
        ...     classes=("negative", "positive"), tokenise=str.split)
        >>> result.test.argmax(1), result.C, strongest(result, 1)[0].label
        (array([1]), 1.0, 'positive')

    Reference: Defazio, Bach, Lacoste-Julien, "SAGA", 2014; scikit-learn's TfidfVectorizer.
    """
    if len(np.unique(train_labels)) < 2 or not len(valid):
        raise ValueError(
            f"{len(np.unique(train_labels))} class(es) in the training labels and {len(valid)} validation "
            "documents: logistic regression needs two classes or more, and documents to choose C by"
        )
    started = time.perf_counter()
    vectoriser, train_x = _counted(tokenise or _as_it_is, train)
    valid_x, test_x = vectoriser.transform(valid), vectoriser.transform(test)
    models = dict(_fits(train_x, train_labels))
    accuracy = {C: float(model.score(valid_x, valid_labels)) for C, model in models.items()}
    C = max(PENALTIES, key=lambda candidate: accuracy[candidate])
    model, names = models[C], vectoriser.get_feature_names_out()
    passes = int(np.max(model.n_iter_))
    return BaselineResult(
        valid=_probabilities(model, valid_x, len(classes)),
        test=_probabilities(model, test_x, len(classes)),
        C=C,
        valid_accuracy=accuracy,
        features=_strongest(model, names, classes),
        num_features=len(names),
        passes=passes,
        settled=passes < _most_passes(train_x, len(model.classes_)),
        seconds=time.perf_counter() - started,
        parameters=model.coef_.size + model.intercept_.size,
        bytes=model.coef_.nbytes + model.intercept_.nbytes + vectoriser.idf_.nbytes,
    )


def strongest(result: BaselineResult, n: int = 10) -> list[Feature]:
    """The features with the largest weights for any class: where a leak would show.

    A word that names its class has a large weight for it. A large negative weight is no leak: it is what
    the class lacks and others have.

    Args:
        result: from `tfidf_logistic`.
        n: how many, at most 1000.

    Returns:
        Class, feature and weight, the strongest first.

    Example:
        See `tfidf_logistic`.
    """
    return list(result.features[:n])


def _as_it_is(document: Any) -> Any:
    return document


def _counted(tokenise: Callable[[Any], list[str]], train: Sequence[Any]) -> tuple[TfidfVectorizer, Any]:
    """A fitted vectoriser, and the features of the training documents."""
    vectoriser = _vectoriser(tokenise, 2 if len(train) >= _FEW else 1)
    try:
        return vectoriser, vectoriser.fit_transform(train)
    except ValueError:  # no two documents share a word
        vectoriser = _vectoriser(tokenise, 1)
        return vectoriser, vectoriser.fit_transform(train)


def _vectoriser(tokenise: Callable[[Any], list[str]], least: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=_as_it_is,
        tokenizer=tokenise,
        token_pattern=None,
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=least,
        max_features=_MAX_FEATURES,
        dtype=np.float32,
    )


def _fits(x: Any, labels: np.ndarray) -> Iterator[tuple[float, LogisticRegression]]:
    """A model for each C, from the strongest penalty to the weakest, each begun where the last ended."""
    most = _most_passes(x, len(np.unique(labels)))
    model = LogisticRegression(solver="saga", tol=1e-3, max_iter=most, random_state=0, warm_start=True)
    for C in PENALTIES:
        with warnings.catch_warnings():
            # On larger data a weak penalty may reach the limit; accuracy, which C is chosen by, has settled.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(C=C).fit(x, labels)
        yield C, copy.deepcopy(model)


def _most_passes(x: Any, classes: int) -> int:
    """How many passes a fit may take, so that large data take no hours."""
    return int(np.clip(_MOST_WORK / max(x.nnz * classes, 1), 5, _MOST_PASSES))


def _probabilities(model: LogisticRegression, x: Any, classes: int) -> Float[np.ndarray, "rows classes"]:
    """The model knows only classes that training has; the others get probability 0."""
    found = np.zeros((x.shape[0], classes), np.float32)
    found[:, model.classes_] = model.predict_proba(x)
    return found


def _strongest(model: LogisticRegression, names: np.ndarray, classes: Sequence[str]) -> tuple[Feature, ...]:
    weights = model.coef_
    if len(weights) == 1:  # of two classes: positive weights speak for the second, negative for the first
        weights = np.concatenate([-weights, weights])
    order = np.argsort(-weights, axis=None, kind="stable")[:_KEPT]
    found = [
        Feature(classes[model.classes_[row]], str(names[column]), float(weights[row, column]))
        for row, column in zip(*np.unravel_index(order, weights.shape), strict=True)
    ]
    return tuple(feature for feature in found if feature.weight > 0)
