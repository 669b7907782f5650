"""One class a text: softmax and cross-entropy."""

from __future__ import annotations

import copy
import dataclasses
import warnings
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Int

from embedlab.checks import require
from experiments.tasks.base import Constants, Linear, Reader, Task
from experiments.tasks.evaluate import evaluate
from experiments.tasks.judge import Headline, Metric
from experiments.tasks.names import is_number, one_label, require_declared, some
from experiments.tasks.weights import require_weights, weights_of

_MOST_PASSES = 200
_MOST_WORK = 3e9  # of a fit: features of all documents × classes × passes; some 15 s of one core
_SMALLEST = 1e-12  # a probability in the loss of an evaluation

_FEW = 10  # rows: with fewer it says little that classes are nearly as many


@Task.register_subclass("classes")
@dataclasses.dataclass(frozen=True)
class Classes(Task):
    """Each text has one class of several: `p = softmax(outputs)`, loss `−Σ_c q_c ln p_c · w_y`.

    Here q is 1 for the text's class y and 0 for the others, or `(1 − s) · [c = y] + s / classes` with label
    smoothing s; w_y is the weight of a class. Weights are scaled so that their mean over the training
    texts is 1, and the learning rate means the same with them as without.

    Attributes:
        smoothing: part of the label that is spread over all classes alike, in [0, 1); 0 for none.
        balance: how much rare classes are made up for: a class with n texts weighs as 1/n to this power; 0
            for none, 1 for every class as much in all as any other.
        weights: weights of classes by name, as `spam=2.5`; others have 1. They multiply those of `balance`.

    Raises:
        ValueError: smoothing or balance out of range, a weight that is none, or a class that is weighed
            twice.

    Example:
        >>> task = Classes(balance=1.0)
        >>> task.constants(np.array([0, 0, 0, 1]), ("ham", "spam"))
        {'weights': [0.6666666666666666, 2.0]}

    Reference: Szegedy et al. 2016, "Rethinking the Inception architecture" (label smoothing).
    """

    also_called = ("classification", "multiclass", "binary")
    headline = Headline(
        key="accuracy",
        name="accuracy",
        title=("accuracy", "%"),
        sentence="gets {score} of the {rows} right",
        short="gets {score}",
    )
    columns = (
        Metric("macro_f1", ("macro", "F1 %")),
        Metric("log_loss", ("log", "loss"), 1, ".3f"),
        Metric("ece", ("ECE", "%")),
    )

    smoothing: float = 0.0
    balance: float = 0.0
    weights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        number = isinstance(self.smoothing, int | float) and not isinstance(self.smoothing, bool)
        fits = number and 0 <= self.smoothing < 1
        require(fits, "smoothing", self.smoothing, "give a part of at least 0 and below 1, as 0.1")
        require_weights(self.weights, self.balance)

    def reader(self, names: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> Reader:
        return _Reader(names, meant)

    def check(self, targets: np.ndarray, names: Sequence[str]) -> None:
        bad = targets[(targets < 0) | (targets >= len(names))]
        remedy = f"out of range; give numbers of 0 … {len(names) - 1}"
        require(targets.ndim == 1 and not len(bad), "labels", bad[:5].tolist(), remedy)

    def require_several(self, targets: np.ndarray, names: Sequence[str]) -> None:
        present = np.unique(targets)
        if len(present) < 2:
            raise ValueError(
                f"every row is of class {names[present[0]]!r}; a classifier needs two classes or more: check "
                "which column the label is read from"
            )

    def require_learnable(
        self, targets: np.ndarray, names: Sequence[str], sides: Mapping[str, np.ndarray]
    ) -> None:
        weights_of(self.weights, names)  # refuses those of other names
        absent = np.setdiff1d(np.arange(len(names)), targets[sides["train"]])
        if len(absent):
            shown = some([names[c] for c in absent])
            raise ValueError(
                f"{len(absent)} of {len(names)} classes have no row to train on ({shown}); give rows of "
                "them, mend the label if it is mistyped, or leave them out"
            )

    def require_shared(self, targets: np.ndarray, names: Sequence[str]) -> None:
        present, counts = np.unique(targets, return_counts=True)
        if len(targets) >= _FEW and 2 * (counts == 1).sum() > len(present):
            found = [names[c] for c in present]
            other = "check which column the label is read from (--data.label)"
            if all(map(is_number, found)):
                other = f"to learn them as numbers choose --task.type value; else {other}"
            raise ValueError(
                f"{len(found):,} classes in {len(targets):,} rows ({some(found)}): most have one row alone, "
                f"of which nothing can be learnt; {other}"
            )

    def rows_of(self, targets: np.ndarray, names: Sequence[str]) -> Int[np.ndarray, " names"]:
        return np.bincount(targets, minlength=len(names))

    def strata(self, targets: np.ndarray) -> Int[np.ndarray, " rows"]:
        return targets

    def owners(self, targets: np.ndarray) -> Int[np.ndarray, " rows"] | None:
        return targets

    def counted(self, names: int) -> str:
        return f"{names} classes"

    def outputs(self, names: Sequence[str]) -> int:
        return len(names)

    def constants(self, targets: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
        given = weights_of(self.weights, names)
        if not (self.balance or self.weights):
            return {}
        counts = np.bincount(targets, minlength=len(names))
        weights = given * np.maximum(counts, 1) ** -float(self.balance)
        return {"weights": (weights * len(targets) / (weights @ counts)).tolist()}

    def encode(self, targets: np.ndarray, constants: Constants) -> Any:
        if "weights" not in constants:
            return targets
        return targets, np.array(constants["weights"], np.float32)[targets]

    def losses(self, outputs: Float[jax.Array, "rows outputs"], learnt: Any) -> Float[jax.Array, " rows"]:
        labels, weights = learnt if isinstance(learnt, tuple) else (learnt, None)
        if self.smoothing:
            hard = jax.nn.one_hot(labels, outputs.shape[-1], dtype=outputs.dtype)
            losses = optax.softmax_cross_entropy(outputs, optax.smooth_labels(hard, self.smoothing))
        else:
            losses = optax.softmax_cross_entropy_with_integer_labels(outputs, labels)
        return losses if weights is None else losses * weights

    def link(self, outputs: Float[jax.Array, "rows outputs"]) -> Float[jax.Array, "rows outputs"]:
        return jax.nn.softmax(outputs.astype(jnp.float32))

    def loss(self, linked: Float[np.ndarray, "rows outputs"], learnt: Any) -> float:
        labels, weights = learnt if isinstance(learnt, tuple) else (learnt, None)
        chosen = linked[np.arange(len(labels)), labels].astype(np.float64)
        losses = -np.log(np.clip(chosen, _SMALLEST, 1))
        return float((losses if weights is None else losses * weights).mean())

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        return evaluate(predicted, targets)

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        return (predicted.argmax(1) == targets).astype(np.float64)

    def by_name(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray, names: Sequence[str]
    ) -> dict[str, dict[str, float]]:
        from sklearn.metrics import f1_score

        numbers = range(len(names))
        f1 = f1_score(targets, predicted.argmax(1), labels=numbers, average=None, zero_division=0)
        rows = np.bincount(targets, minlength=len(names))
        return {name: {"f1": float(f1[c]), "rows": int(rows[c])} for c, name in enumerate(names)}

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return [(names[row.argmax()], float(row.max())) for row in predicted]

    def fields(self, answer: Any) -> tuple[str, ...]:
        label, probability = answer
        return label, f"{probability:.4f}"

    def constant(
        self, targets: np.ndarray, names: Sequence[str], rows: int
    ) -> Float[np.ndarray, "rows outputs"]:
        return np.tile(np.bincount(targets, minlength=len(names)) / len(targets), (rows, 1))

    def fits(self, x: Any, targets: np.ndarray, names: Sequence[str]) -> Iterator[tuple[float, Linear]]:
        """Multinomial logistic regression by SAGA, each begun where the last ended."""
        from sklearn.exceptions import ConvergenceWarning  # here: 2 s that a mistake need not wait for
        from sklearn.linear_model import LogisticRegression

        most = most_passes(x, len(np.unique(targets)))
        model = LogisticRegression(solver="saga", tol=1e-3, max_iter=most, random_state=0, warm_start=True)
        for C in self.penalties:
            with warnings.catch_warnings():
                # On larger data a weak penalty may reach the limit; accuracy has settled by then.
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.set_params(C=C).fit(x, targets)
            yield C, _linear(copy.deepcopy(model), names, most)


#: Where a task may be left out, this is meant.
CLASSES = Classes()


class _Reader(Reader):
    """Numbers classes as they come; sorts them in the end, unless they were declared."""

    def __init__(self, declared: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> None:
        super().__init__(declared, meant)
        self._numbers = {name: i for i, name in enumerate(declared)}
        self._labels = array("i")

    def add(self, label: str | Sequence[str]) -> None:
        label = one_label(label)
        label = self.meant.get(label, label)
        if self.declared:
            require_declared(label, self._numbers)
        self._labels.append(self._numbers.setdefault(label, len(self._numbers)))

    def finish(self) -> tuple[np.ndarray, tuple[str, ...]]:
        names = self.declared or tuple(sorted(self._numbers))
        number_of = {name: i for i, name in enumerate(names)}
        renumber = np.array([number_of[name] for name in self._numbers], np.int32)
        return renumber[np.array(self._labels)], names


def most_passes(x: Any, classes: int) -> int:
    """How many passes a fit to features [rows, features] may take, so that large data take no hours."""
    return int(np.clip(_MOST_WORK / max(x.nnz * classes, 1), 5, _MOST_PASSES))


def _linear(model: Any, names: Sequence[str], most: int) -> Linear:
    def predict(x: Any) -> np.ndarray:
        """The model knows only classes that training has; the others get probability 0."""
        found = np.zeros((x.shape[0], len(names)), np.float32)
        found[:, model.classes_] = model.predict_proba(x)
        return found

    weights = model.coef_
    if len(weights) == 1:  # of two classes: positive weights speak for the second, negative for the first
        weights = np.concatenate([-weights, weights])
    return Linear(
        predict=predict,
        weights=weights,
        directions=tuple(names[c] for c in model.classes_),
        parameters=model.coef_.size + model.intercept_.size,
        bytes=model.coef_.nbytes + model.intercept_.nbytes,
        passes=int(np.max(model.n_iter_)),
        settled=int(np.max(model.n_iter_)) < most,
    )
