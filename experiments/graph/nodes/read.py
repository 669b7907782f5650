"""From numbers of nodes to predictions: of classes by a regression or softmax, of links by inner products."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod

import numpy as np
from jaxtyping import Float

from experiments.graph.nodes.links import Pairs
from experiments.graph.nodes.seen import Seen
from experiments.study.logistic import fits
from experiments.tasks import CLASSES, Auc

#: The inverse strengths of the penalty that validation chooses from.
STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4)
_PASSES = 500
LINKS = Auc(probabilities=False)


@dataclasses.dataclass(frozen=True, eq=False)
class Classes(ABC):
    """Chances of classes, of the outputs that a model has for all nodes.

    Attributes:
        seen: what may be seen of the graph.
        classes: how many there are.
        test: the nodes to test on.
    """

    seen: Seen
    classes: int
    test: np.ndarray

    @abstractmethod
    def chances(self, outputs: Float[np.ndarray, "nodes width"]) -> Float[np.ndarray, "nodes classes"]:
        """The chances of each class for all nodes."""

    def watched(self, outputs: Float[np.ndarray, "nodes width"]) -> tuple[np.ndarray, float]:
        """Those of the validation nodes, and their loss."""
        found = self.chances(outputs)[self.seen.valid]
        return found, CLASSES.loss(found, self.seen.labels[self.seen.valid])

    def tested(self, outputs: Float[np.ndarray, "nodes width"]) -> np.ndarray:
        """Those of the test nodes."""
        return self.chances(outputs)[self.test]


class Softmax(Classes):
    """Outputs are logits."""

    def chances(self, outputs: Float[np.ndarray, "nodes width"]) -> Float[np.ndarray, "nodes classes"]:
        """Their softmax."""
        high = np.exp(outputs - outputs.max(1, keepdims=True))
        return (high / high.sum(1, keepdims=True)).astype(np.float32)


class Logistic(Classes):
    """A logistic regression learns of the training nodes' outputs; validation chooses its penalty."""

    def chances(self, outputs: Float[np.ndarray, "nodes width"]) -> Float[np.ndarray, "nodes classes"]:
        """What the regression says, fitted anew."""
        seen = self.seen
        known = seen.labels[seen.train]
        return logistic(outputs, seen.train, known, seen.valid, seen.labels[seen.valid], self.classes)[0]


def logistic(
    x: np.ndarray,
    train: np.ndarray,
    labels: np.ndarray,
    valid: np.ndarray,
    valid_labels: np.ndarray,
    classes: int,
) -> tuple[Float[np.ndarray, "rows classes"], float]:
    """Chances of all rows by a logistic regression on some of them, the penalty chosen on others.

    Args:
        x: float [rows, features], dense or sparse.
        train: rows to learn from.
        labels: their classes.
        valid: rows to choose on.
        valid_labels: their classes.
        classes: how many there are.

    Returns:
        float32 [rows, classes], and the inverse strength of the penalty with the least loss on validation.

    Example:
        >>> x = np.array([[0.0], [1.0], [0.1], [0.9]])
        >>> found, _ = logistic(x, np.arange(2), np.array([0, 1]), np.array([2, 3]), np.array([0, 1]), 2)
        >>> found.argmax(1)
        array([0, 1, 0, 1])
    """
    best: tuple[float, float, np.ndarray] | None = None
    for strength, model in fits(x[train], labels, STRENGTHS, _PASSES, warm=True):
        found = np.zeros((x.shape[0], classes), np.float32)
        found[:, model.classes_] = model.predict_proba(x)
        loss = CLASSES.loss(found[valid], valid_labels)
        if best is None or loss < best[0]:
            best = loss, strength, found
    assert best is not None
    return best[2], best[1]


@dataclasses.dataclass(frozen=True, eq=False)
class Links:
    """Scores of pairs: the inner products of the outputs of their nodes.

    Attributes:
        valid: pairs to validate on.
        test: pairs to test on; none of a stored model.
    """

    valid: Pairs
    test: Pairs

    def watched(self, outputs: Float[np.ndarray, "nodes width"]) -> tuple[np.ndarray, float]:
        """Scores of the validation pairs, and 1 − AUC, which early stopping goes by."""
        found = scores(outputs, self.valid.nodes)
        return found, 1 - float(LINKS.scores(found, self.valid.linked).mean())

    def tested(self, outputs: Float[np.ndarray, "nodes width"]) -> np.ndarray:
        """Scores of the test pairs."""
        return scores(outputs, self.test.nodes)


def scores(outputs: Float[np.ndarray, "nodes width"], pairs: np.ndarray) -> Float[np.ndarray, "pairs 1"]:
    """The inner products of pairs of rows, float32 [pairs, 1].

    Args:
        outputs: float [nodes, width].
        pairs: integers [pairs, 2].

    Example:
        >>> scores(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0, 1]]))
        array([[11.]], dtype=float32)
    """
    first, second = outputs[pairs[:, 0]], outputs[pairs[:, 1]]
    return (first.astype(np.float64) * second).sum(1, keepdims=True).astype(np.float32)
