"""Several labels a text, or none: a sigmoid each and binary cross-entropy."""

from __future__ import annotations

import copy
import dataclasses
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
from experiments.tasks.judge import Headline, Metric
from experiments.tasks.names import require_declared
from experiments.tasks.weights import require_weights, weights_of

_MOST_PASSES = 100  # of the solver over the documents, for each label
_SMALLEST = 1e-12  # a probability in the loss of an evaluation


@Task.register_subclass("labels")
@dataclasses.dataclass(frozen=True)
class Labels(Task):
    """Each text has any number of labels, none among them: `p_l = sigmoid(output_l)`.

    The loss of a text is `−mean_l (w_l · y_l ln p_l + (1 − y_l) ln(1 − p_l))`, with y_l 1 for its labels and
    0 for the others. The score of a text is the F1 of its labels, `2 |A ∩ B| / (|A| + |B|)` of those it has,
    A, and those predicted, B; 1 where there are none and none are predicted.

    Attributes:
        threshold: probability in (0, 1) from which on a label is predicted.
        separator: what stands between labels where they are one string; in forms of file that know lists of
            labels (JSONL, Parquet, fastText) those are taken as well.
        balance: how much rare labels are made up for: a text that has a label weighs, for this label, as the
            texts without it over those with it to this power; 0 for none, 1 for as much in all.
        weights: such weights by label, as `spam=2.5`; others have 1. They multiply those of `balance`.

    Raises:
        ValueError: a threshold or balance out of range, no separator, a weight that is none, or a label that
            is weighed twice.

    Example:
        >>> task = Labels(separator="|")
        >>> reader = task.reader()
        >>> for row in ("size|price", "", "price"):
        ...     reader.add(row)
        >>> reader.finish()[0].astype(int).tolist(), reader.finish()[1]
        ([[1, 1], [0, 0], [1, 0]], ('price', 'size'))

    Reference: Zhang and Zhou 2014, "A review on multi-label learning algorithms" (example-based F1).
    """

    also_called = ("multilabel", "multilabels")
    headline = Headline(
        key="sample_f1",
        name="sample F1",
        title=("sample", "F1 %"),
        sentence="has a sample F1 of {score} on the {rows}",
        short="has a sample F1 of {score}",
    )
    columns = (
        Metric("micro_f1", ("micro", "F1 %")),
        Metric("macro_f1", ("macro", "F1 %")),
        Metric("subset_accuracy", ("all", "right %")),
        Metric("mean_average_precision", ("mAP", "%")),
        Metric("hamming_loss", ("Ham-", "ming"), 1, ".3f"),
    )
    guess = "names the most frequent set of labels"

    threshold: float = 0.5
    separator: str = ","
    balance: float = 0.0
    weights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        number = isinstance(self.threshold, int | float) and not isinstance(self.threshold, bool)
        fits = number and 0 < self.threshold < 1
        require(fits, "threshold", self.threshold, "give a probability above 0 and below 1, as 0.5")
        given = isinstance(self.separator, str) and bool(self.separator)
        require(given, "separator", self.separator, "give what stands between two labels, as ','")
        require_weights(self.weights, self.balance)

    def reader(self, names: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> Reader:
        return _Reader(self.separator, names, meant)

    def check(self, targets: np.ndarray, names: Sequence[str]) -> None:
        fits = targets.ndim == 2 and targets.dtype == bool and targets.shape[1] == len(names)
        remedy = f"give bool [rows, {len(names)}], one column a label"
        require(fits, "labels", f"{targets.dtype}{list(targets.shape)}", remedy)

    def require_several(self, targets: np.ndarray, names: Sequence[str]) -> None:
        if not targets.size or (targets == targets[0]).all():
            shown = ", ".join(repr(name) for name, has in zip(names, targets[0], strict=True) if has)
            raise ValueError(
                f"every row has the same labels ({shown or 'none'}), so that there is nothing to learn: "
                "check which column they are read from, and --task.separator"
            )

    def require_learnable(
        self, targets: np.ndarray, names: Sequence[str], sides: Mapping[str, np.ndarray]
    ) -> None:
        weights_of(self.weights, names)  # refuses those of other names
        train = targets[sides["train"]]
        if (train == train[0]).all():
            raise ValueError("every row to train on has the same labels; give more rows")

    def rows_of(self, targets: np.ndarray, names: Sequence[str]) -> Int[np.ndarray, " names"]:
        return targets.sum(0)

    def counted(self, names: int) -> str:
        return f"{names} labels, any number of them a row"

    def outputs(self, names: Sequence[str]) -> int:
        return len(names)

    def constants(self, targets: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
        given = weights_of(self.weights, names)
        if not (self.balance or self.weights):
            return {}
        has = targets.sum(0)
        lack = np.where((has > 0) & (has < len(targets)), (len(targets) - has) / np.maximum(has, 1), 1.0)
        return {"weights": (given * lack ** float(self.balance)).tolist()}

    def encode(self, targets: np.ndarray, constants: Constants) -> Any:
        """The weight of each label that a row has, 0 for those it has not: float32 [rows, labels]."""
        return targets.astype(np.float32) * np.array(constants.get("weights", 1.0), np.float32)

    def losses(self, outputs: Float[jax.Array, "rows outputs"], learnt: Any) -> Float[jax.Array, " rows"]:
        has = learnt > 0
        entropies = optax.sigmoid_binary_cross_entropy(outputs, has.astype(outputs.dtype))
        return (entropies * jnp.where(has, learnt, 1)).mean(-1)

    def link(self, outputs: Float[jax.Array, "rows outputs"]) -> Float[jax.Array, "rows outputs"]:
        return jax.nn.sigmoid(outputs.astype(jnp.float32))

    def loss(self, linked: Float[np.ndarray, "rows outputs"], learnt: Any) -> float:
        return float((_entropies(linked, learnt > 0) * np.where(learnt > 0, learnt, 1)).mean())

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        from sklearn.metrics import average_precision_score  # here: 2 s that a mistake need not wait for

        named = self._named(predicted)
        either, found = (named | targets).any(0), np.flatnonzero(targets.any(0))
        precisions = [average_precision_score(targets[:, i], predicted[:, i]) for i in found]
        return {
            "sample_f1": float(self.scores(predicted, targets).mean()),
            "micro_f1": float(_f1(named.ravel(), targets.ravel())),
            "macro_f1": float(_f1(named, targets)[either].mean()) if either.any() else 0.0,
            "subset_accuracy": float((named == targets).all(1).mean()),
            "hamming_loss": float((named != targets).mean()),
            "mean_average_precision": float(np.mean(precisions)) if precisions else 0.0,
            "log_loss": float(_entropies(predicted, targets).mean()),
        }

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        named = self._named(predicted)
        both, sizes = (named & targets).sum(1), named.sum(1) + targets.sum(1)
        return np.where(sizes > 0, 2 * both / np.maximum(sizes, 1), 1.0)

    def by_name(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray, names: Sequence[str]
    ) -> dict[str, dict[str, float]]:
        f1 = _f1(self._named(predicted), targets)
        rows = targets.sum(0)
        return {name: {"f1": float(f1[i]), "rows": int(rows[i])} for i, name in enumerate(names)}

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        order = np.argsort(-predicted, axis=1, kind="stable")
        return [
            [(names[i], float(row[i])) for i in places if row[i] >= self.threshold]
            for row, places in zip(predicted, order, strict=True)
        ]

    def fields(self, answer: Any) -> tuple[str, ...]:
        shown = self.separator.join(label for label, _ in answer)
        return shown, self.separator.join(f"{probability:.4f}" for _, probability in answer)

    def constant(
        self, targets: np.ndarray, names: Sequence[str], rows: int
    ) -> Float[np.ndarray, "rows outputs"]:
        """The most frequent set of labels, the first of equals: 1 for its labels, 0 for the others."""
        sets, counts = np.unique(targets, axis=0, return_counts=True)
        return np.tile(sets[counts.argmax()].astype(np.float64), (rows, 1))

    def fits(self, x: Any, targets: np.ndarray, names: Sequence[str]) -> Iterator[tuple[float, Linear]]:
        """Logistic regression, one label against all texts that lack it."""
        from sklearn.linear_model import LogisticRegression

        both = np.flatnonzero(targets.any(0) & ~targets.all(0))  # a label of all texts, or none, is no fit
        model = LogisticRegression(solver="liblinear", max_iter=_MOST_PASSES, random_state=0)
        for C in self.penalties:
            fitted = [copy.deepcopy(model.set_params(C=C).fit(x, targets[:, i])) for i in both]
            yield C, _linear(fitted, both, targets.mean(0), names)

    def _named(self, predicted: np.ndarray) -> np.ndarray:
        return predicted >= self.threshold


class _Reader(Reader):
    """Numbers labels as they come, row after row in one array; sorts them in the end, unless declared."""

    def __init__(
        self, separator: str, declared: Sequence[str] = (), meant: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(declared, meant)
        self._separator = separator
        self._numbers = {name: i for i, name in enumerate(declared)}
        self._rows, self._labels = array("q"), array("i")
        self._count = 0

    def add(self, label: str | Sequence[str]) -> None:
        parts = label.split(self._separator) if isinstance(label, str) else label
        found = [self.meant.get(part.strip(), part.strip()) for part in parts]
        for name in (name for name in found if name):
            if self.declared:
                require_declared(name, self._numbers)
            self._rows.append(self._count)
            self._labels.append(self._numbers.setdefault(name, len(self._numbers)))
        self._count += 1

    def finish(self) -> tuple[np.ndarray, tuple[str, ...]]:
        names = self.declared or tuple(sorted(self._numbers))
        number_of = {name: i for i, name in enumerate(names)}
        renumber = np.array([number_of[name] for name in self._numbers], np.int64)
        targets = np.zeros((self._count, len(names)), bool)
        if len(self._rows):
            targets[np.array(self._rows), renumber[np.array(self._labels)]] = True
        return targets, names


def _f1(named: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The F1 of each column; 0 where nothing is named and nothing there."""
    return 2 * (named & targets).sum(0) / np.maximum(named.sum(0) + targets.sum(0), 1)


def _entropies(probabilities: np.ndarray, has: np.ndarray) -> np.ndarray:
    """The binary cross-entropy of each row and label, float64."""
    right = np.where(has, probabilities, 1 - probabilities.astype(np.float64))
    return -np.log(np.clip(right, _SMALLEST, 1))


def _linear(models: list[Any], fitted: np.ndarray, shares: np.ndarray, names: Sequence[str]) -> Linear:
    """One model of those of several labels; a label that could not be fitted has its share, 0 or 1."""

    def predict(x: Any) -> np.ndarray:
        found = np.tile(shares.astype(np.float32), (x.shape[0], 1))
        for label, model in zip(fitted, models, strict=True):
            found[:, label] = model.predict_proba(x)[:, 1]
        return found

    weights = np.concatenate([model.coef_ for model in models])
    parameters = weights.size + len(models)
    return Linear(predict, weights, tuple(names[i] for i in fitted), parameters, 8 * parameters)
