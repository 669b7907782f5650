"""What an embedding must be measured against: a linear model on TF-IDF."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import sparse

from experiments.tasks import CLASSES, Linear, Task

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

#: What the features are, in words.
NGRAMS = "words and pairs of words"
_MAX_FEATURES = 200_000
_KEPT = 1000  # strongest features that a result remembers
_AT_ONCE = 2**14  # documents whose features are held, where they are predicted
_FEW = 100  # so few documents that a feature may well be in one alone


class Feature(NamedTuple):
    """A word or pair of words, and what it speaks for.

    Attributes:
        label: the class's name, say.
        feature: the word, or two words with a space between.
        weight: its weight in the linear model, for that class.

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
        valid: [valid rows, outputs], predictions.
        test: [test rows, outputs], predictions.
        C: inverse penalty strength chosen on the validation split.
        valid_scores: the mean score on the validation split at each C.
        features: those that speak most for a class, by falling weight; none that speaks against one.
        num_features: how many features there are.
        passes: over the training documents, in the fit at that C; None where it is solved at once.
        settled: whether the weights had settled by then; else the solver was stopped.
        seconds: for everything: counting, fitting at every C, predicting.
        parameters: weights and intercepts.
        bytes: of the parameters, and of the features' inverse document frequencies.
    """

    valid: Float[np.ndarray, "valid_rows outputs"]
    test: Float[np.ndarray, "test_rows outputs"]
    C: float
    valid_scores: dict[float, float]
    features: tuple[Feature, ...]
    num_features: int
    passes: int | None
    settled: bool
    seconds: float
    parameters: int
    bytes: int

    @property
    def at_edge(self) -> bool:
        """Whether the weakest penalty tried was chosen, so that a weaker one might be better still."""
        return max(self.valid_scores) == self.C


def tfidf_linear(
    train: Sequence[Any],
    train_targets: np.ndarray,
    valid: Sequence[Any],
    valid_targets: np.ndarray,
    test: Sequence[Any],
    *,
    names: Sequence[str],
    task: Task = CLASSES,
    tokenise: Callable[[Any], list[str]] | None = None,
) -> BaselineResult:
    """A linear model on the TF-IDF of words and pairs of words: logistic regression, of classes.

    A feature t of document d weighs `(1 + ln tf(t, d)) · (1 + ln((1 + n)/(1 + df(t))))`, and a document
    is scaled to length 1. Features of a single training document are left out (if there are 100 documents
    or more, and a feature is in two of them), and all but the 200,000 most frequent. The C of
    `task.penalties` with the best mean score on validation is kept, the smallest of equals.

    For classes the solver is SAGA, which starts at each C from the weights of the one before: the four fits
    to 11,900 documents of at most 64 words and 9 classes take 15, 26, 53 and 116 passes, 7 s of one core. It
    stops where no weight changes by more than a thousandth of the largest, by when accuracy has settled; or
    after 200 passes, on large data after fewer: as many as make 3 · 10⁹ products of a feature and a class,
    but five at least.

    Args:
        train: training documents: lists of tokens; or texts, if `tokenise` is given; or pairs of such, of
            which both have features of their own, side by side.
        train_targets: [training rows, …]; of classes int, places in `names`.
        valid: validation documents.
        valid_targets: [validation rows, …].
        test: test documents, of which slices are read.
        names: of classes or labels.
        task: what is learnt; its `fits` makes the models.
        tokenise: text → tokens, if documents are not lists of tokens already.

    Returns:
        Predictions for the validation and test documents, and the strongest features.

    Raises:
        ValueError: the training targets are all alike, or there is no validation document.

    Example:
        >>> texts = ["a good film", "a bad film"] * 4
        >>> result = tfidf_linear(
        ...     texts, np.array([1, 0] * 4), texts[:2], np.array([1, 0]), ["good"],
        ...     names=("negative", "positive"), tokenise=str.split)
        >>> result.test.argmax(1), result.C, strongest(result, 1)[0].label
        (array([1]), 1.0, 'positive')

    Reference: Defazio, Bach, Lacoste-Julien, "SAGA", 2014; scikit-learn's TfidfVectorizer.
    """
    task.require_several(train_targets, names)
    if not len(valid):
        raise ValueError("valid is empty: give documents to choose the strength of the penalty by")
    started = time.perf_counter()
    counters, train_x = _counted(tokenise or _as_it_is, train)
    valid_x = _transformed(counters, valid)
    models = dict(task.fits(train_x, train_targets, names))
    scores = {
        C: float(task.scores(model.predict(valid_x), valid_targets).mean()) for C, model in models.items()
    }
    C = max(models, key=lambda candidate: scores[candidate])
    model, features = models[C], _features(counters)
    return BaselineResult(
        valid=model.predict(valid_x),
        test=_predicted(model, counters, test),
        C=C,
        valid_scores=scores,
        features=_strongest(model, features),
        num_features=len(features),
        passes=model.passes,
        settled=model.settled,
        seconds=time.perf_counter() - started,
        parameters=model.parameters,
        bytes=model.bytes + sum(counter.idf_.nbytes for counter in counters),
    )


def strongest(result: BaselineResult, n: int = 10) -> list[Feature]:
    """The features with the largest weights for any class: where a leak would show.

    A word that names its class has a large weight for it. A large negative weight is no leak: it is what
    the class lacks and others have.

    Args:
        result: from `tfidf_linear`.
        n: how many, at most 1000.

    Returns:
        Class, feature and weight, the strongest first.

    Example:
        See `tfidf_linear`.
    """
    return list(result.features[:n])


def _as_it_is(document: Any) -> Any:
    return document


def _counted(tokenise: Callable[[Any], list[str]], train: Sequence[Any]) -> tuple[list[TfidfVectorizer], Any]:
    """A fitted vectoriser for each text of a document, and the features of the training documents."""
    found = [_counted_one(tokenise, part) for part in _parts(train)]
    return [counter for counter, _ in found], sparse.hstack([x for _, x in found], format="csr")


def _parts(documents: Sequence[Any]) -> list[Sequence[Any]]:
    """The documents; of pairs the first texts, and the second ones."""
    if len(documents) and isinstance(documents[0], tuple):
        return [list(part) for part in zip(*documents, strict=True)]
    return [documents]


def _transformed(counters: list[TfidfVectorizer], documents: Sequence[Any]) -> Any:
    parts = _parts(documents)
    if len(parts) < len(counters):  # of no documents
        parts = [documents] * len(counters)
    return sparse.hstack([c.transform(part) for c, part in zip(counters, parts, strict=True)], format="csr")


def _predicted(model: Linear, counters: list[TfidfVectorizer], documents: Sequence[Any]) -> np.ndarray:
    """What the model says of documents, some at a time: there may be more than fit in memory."""
    firsts = range(0, max(len(documents), 1), _AT_ONCE)
    return np.concatenate(
        [model.predict(_transformed(counters, documents[i : i + _AT_ONCE])) for i in firsts]
    )


def _features(counters: list[TfidfVectorizer]) -> np.ndarray:
    """Their names; of pairs with the text that they are of."""
    names = [counter.get_feature_names_out() for counter in counters]
    if len(names) == 1:
        return names[0]
    named = zip(("first", "second"), names, strict=True)
    return np.array([f"{which}: {name}" for which, part in named for name in part])


def _counted_one(tokenise: Callable[[Any], list[str]], train: Sequence[Any]) -> tuple[TfidfVectorizer, Any]:
    """A fitted vectoriser, and the features of the training documents."""
    vectoriser = _vectoriser(tokenise, 2 if len(train) >= _FEW else 1)
    try:
        return vectoriser, vectoriser.fit_transform(train)
    except ValueError:  # no two documents share a word
        vectoriser = _vectoriser(tokenise, 1)
        return vectoriser, vectoriser.fit_transform(train)


def _vectoriser(tokenise: Callable[[Any], list[str]], least: int) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer  # here: 2 s that a mistake need not wait for

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


def _strongest(model: Linear, features: np.ndarray) -> tuple[Feature, ...]:
    order = np.argsort(-model.weights, axis=None, kind="stable")[:_KEPT]
    found = [
        Feature(model.directions[row], str(features[column]), float(model.weights[row, column]))
        for row, column in zip(*np.unravel_index(order, model.weights.shape), strict=True)
    ]
    return tuple(feature for feature in found if feature.weight > 0)
