"""A number a text: regression."""

from __future__ import annotations

import dataclasses
import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float

from embedlab.checks import require
from experiments.tasks.base import Constants, Linear, Reader, Task
from experiments.tasks.judge import Headline, Metric
from experiments.tasks.names import is_number, one_label

_MOST = 1e30  # predictions are of float32, whose largest is 3e38


@Task.register_subclass("value")
@dataclasses.dataclass(frozen=True)
class Value(Task):
    """Each text has a number, of which the model's one output is the standardised form.

    With m and s the mean and the standard deviation of the training texts' numbers, `ŷ = m + s · output`, and
    the loss of a text is the square of `e = (y − ŷ) / s`, or beyond `|e| = δ` the line `δ (2 |e| − δ)`, where
    `huber` gives a δ. m and s are kept with the run.

    The score of a text is `1 − (y − ŷ)² / var(y)`, with the variance over the texts judged: their mean is R²,
    of which the constant guess of the mean has 0.

    Attributes:
        huber: error, in standard deviations of the training texts' numbers, from which on it counts
            linearly; none for squares throughout.

    Raises:
        ValueError: huber is no finite number above 0.

    Example:
        >>> task = Value()
        >>> task.metrics(np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 2.0, 3.0]))["r2"]
        0.5

    Reference: Huber 1964, "Robust estimation of a location parameter".
    """

    also_called = ("regression", "regressor", "score")
    headline = Headline(
        key="r2",
        name="R²",
        title=("R²", "%"),
        sentence="has an R² of {score} on the {rows}",
        short="has an R² of {score}",
        least=-math.inf,
    )
    columns = (
        Metric("rmse", ("RMSE",), 1, ".3g"),
        Metric("mae", ("MAE",), 1, ".3g"),
        Metric("pearson", ("Pear-", "son"), 1, ".3f"),
        Metric("spearman", ("Spear-", "man"), 1, ".3f"),
    )
    majority = "mean"
    guess = "tells the training rows' mean"
    linear = "tfidf-ridge"
    penalties = (0.01, 0.1, 1.0, 10.0, 100.0)

    huber: float | None = None

    def __post_init__(self) -> None:
        number = isinstance(self.huber, int | float) and not isinstance(self.huber, bool)
        fits = self.huber is None or (number and math.isfinite(self.huber) and self.huber > 0)
        remedy = "give a finite number of standard deviations above 0, or none"
        require(fits, "huber", self.huber, remedy)

    def reader(self, names: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> Reader:
        if names:
            shown = ", ".join(map(repr, names[:5])) + (", …" if len(names) > 5 else "")
            raise ValueError(
                f"--task.type value: the labels are the names of classes ({shown}), no numbers; leave "
                "--data.classes out, or choose --task.type classes"
            )
        return _Reader((), meant)

    def check(self, targets: np.ndarray, names: Sequence[str]) -> None:
        fits = targets.ndim == 1 and targets.dtype == np.float64 and np.isfinite(targets).all()
        remedy = "give finite numbers, float64 [rows]"
        require(fits, "labels", f"{targets.dtype}{list(targets.shape)}", remedy)

    def require_several(self, targets: np.ndarray, names: Sequence[str]) -> None:
        if 0 < np.ptp(targets) < 1 / _MOST:
            raise ValueError(
                f"the values differ by {np.ptp(targets):g} at most, of which float32 can tell nothing; give "
                "them in a smaller unit"
            )
        if targets.min() == targets.max():
            raise ValueError(
                f"every row has the value {targets[0]:g}, so that there is nothing to learn: check which "
                "column it is read from"
            )

    def require_learnable(
        self, targets: np.ndarray, names: Sequence[str], sides: Mapping[str, np.ndarray]
    ) -> None:
        for side, rows in sides.items():
            try:
                self.require_told(targets[rows], f"of the {side} side")
            except ValueError as error:
                raise ValueError(f"{error}; give more rows") from None

    def require_told(self, targets: np.ndarray, which: str, names: Sequence[str] = ()) -> None:
        if targets.min() == targets.max():
            one = f"the one row {which} has"
            alike = f"all {len(targets):,} rows {which} have one value ({targets[0]:g}), of which there is"
            raise ValueError(f"{alike if len(targets) > 1 else one} no variance to tell")

    def counted(self, names: int) -> str:
        return "a value a row"

    def outputs(self, names: Sequence[str]) -> int:
        return 1

    def constants(self, targets: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
        return {"mean": float(targets.mean()), "std": float(targets.std())}

    def encode(self, targets: np.ndarray, constants: Constants) -> Any:
        return ((targets - constants["mean"]) / constants["std"]).astype(np.float32)

    def losses(self, outputs: Float[jax.Array, "rows outputs"], learnt: Any) -> Float[jax.Array, " rows"]:
        errors = outputs[:, 0] - learnt
        return jnp.square(errors) if self.huber is None else 2 * optax.huber_loss(errors, delta=self.huber)

    def link(self, outputs: Float[jax.Array, "rows outputs"]) -> Float[jax.Array, "rows outputs"]:
        return outputs.astype(jnp.float32)

    def loss(self, linked: Float[np.ndarray, "rows outputs"], learnt: Any) -> float:
        errors = np.abs(linked[:, 0].astype(np.float64) - learnt)
        near = errors if self.huber is None else np.minimum(errors, self.huber)
        return float((near * (2 * errors - near)).mean())

    def decode(
        self, linked: Float[np.ndarray, "rows outputs"], constants: Constants
    ) -> Float[np.ndarray, "rows outputs"]:
        return constants["mean"] + constants["std"] * linked.astype(np.float64)

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        from scipy.stats import rankdata  # here: 2 s that a mistake need not wait for

        values = predicted[:, 0].astype(np.float64)
        errors = values - targets
        return {
            "r2": float(self.scores(predicted, targets).mean()),
            "rmse": float(np.sqrt(np.square(errors).mean())),
            "mae": float(np.abs(errors).mean()),
            "pearson": _correlation(values, targets),
            "spearman": _correlation(rankdata(values), rankdata(targets)),
        }

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        variance = float(np.var(targets))
        if not variance:
            raise ValueError("the values judged are all alike, so that R² is not defined; give more rows")
        return 1 - np.square(predicted[:, 0].astype(np.float64) - targets) / variance

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return [float(row[0]) for row in predicted]

    def fields(self, answer: Any) -> tuple[str, ...]:
        return (f"{answer:.6g}",)

    def constant(
        self, targets: np.ndarray, names: Sequence[str], rows: int
    ) -> Float[np.ndarray, "rows outputs"]:
        return np.full((rows, 1), targets.mean())

    def fits(self, x: Any, targets: np.ndarray, names: Sequence[str]) -> Iterator[tuple[float, Linear]]:
        """Ridge regression, of penalty 1 / C."""
        from sklearn.linear_model import Ridge

        for C in self.penalties:
            model = Ridge(alpha=1 / C, solver="lsqr", random_state=0).fit(x, targets)
            weights = np.stack([model.coef_, -model.coef_])
            size = model.coef_.size + 1
            yield C, Linear(_predict(model), weights, ("higher", "lower"), size, model.coef_.itemsize * size)


class _Reader(Reader):
    """Numbers, one after the other."""

    def __init__(self, declared: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> None:
        super().__init__(declared, meant)
        self._values = array("d")

    def add(self, label: str | Sequence[str]) -> None:
        label = one_label(label).strip()
        label = self.meant.get(label, label)
        if not is_number(label):
            other = " with a point, as 3.5" if re.fullmatch(r"[+-]?\d+,\d+", label) else ", as 3.5 or 1e-3"
            raise ValueError(
                f"label {label!r} is no finite number; write it{other}, or choose --task.type classes"
            )
        if abs(float(label)) > _MOST:
            raise ValueError(f"label {label!r} is beyond ±{_MOST:g}; give the values in a larger unit")
        self._values.append(float(label))

    def finish(self) -> tuple[np.ndarray, tuple[str, ...]]:
        return np.array(self._values, np.float64), ()


def _predict(model: Any) -> Any:
    return lambda x: model.predict(x)[:, None]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's; 0 where one of the two is all alike, and so tells nothing of the other."""
    if not (np.ptp(a) and np.ptp(b)):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
