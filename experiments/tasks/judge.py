"""How predictions are judged: the metric that decides, those beside it, and the part each row has in them.

Tables, verdicts, intervals and figures know nothing of what was learnt but this.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int

_ROUNDING = 1e-12  # of sums of floats: no difference


@dataclasses.dataclass(frozen=True)
class Metric:
    """A number of `Judge.metrics`, and how a table shows it.

    Attributes:
        key: its name in summaries.
        title: the head of its column, in lines.
        factor: what it is shown times; 100 for a share in %.
        form: how it is then written.
        undefined: of which predictions there is no such number, in words; empty where there always is one.

    Example:
        >>> Metric("macro_f1", ("macro", "F1 %")).show(0.8123)
        '81.2'
        >>> Metric("rmse", ("RMSE",), 1, ".3g").show(0.01234)
        '0.0123'
        >>> Metric("rank", ("rank",), 1, ",.0f").show(15823.4)
        '15,823'
    """

    key: str
    title: tuple[str, ...]
    factor: float = 100
    form: str = ".1f"
    undefined: str = ""

    def show(self, value: float) -> str:
        """The number as a table writes it; what rounds to zero has no minus sign."""
        shown = format(self.factor * value, self.form)
        return format(0.0, self.form) if float(shown.replace(",", "")) == 0 else shown


@dataclasses.dataclass(frozen=True)
class Headline:
    """The metric that a judge decides by, and its unit.

    It is the mean of a score that each test row has. A *score* is better the greater it is, everywhere: where
    less of a metric is better, it is minus the mean score.

    Attributes:
        key: its name in summaries.
        name: its name in words.
        title: the head of its column, in lines.
        sentence: how a verdict says it, of `{score}` and `{rows}`.
        short: the same, where the rows have been named before.
        least: the smallest mean score that there can be; −∞ where there is none.
        most: the largest.
        chance: the score of every row where nothing tells rows apart: then it is the mean whatever the rows,
            and has no interval. None where there is no such score.
        factor: what the metric is shown times.
        unit: of the metric as it is shown, "" for none; of differences, "%" are points.
        digits: after the point.
        less_is_better: whether it is an error, say.
        margin: how much worse than another still counts as keeping up with it, in the metric's own unit,
            before `factor`.

    Example:
        >>> right = Headline("f1", "F1", ("F1", "%"), "has an F1 of {score} on the {rows}", "has {score}")
        >>> right.sentence.format(score=right.told(0.81), rows="500 test rows")
        'has an F1 of 81.0 % on the 500 test rows'
        >>> unit = {"factor": 1, "unit": "", "digits": 3, "less_is_better": True}
        >>> error = Headline("rmse", "RMSE", ("RMSE",), "has {score}", "has {score}", **unit)
        >>> error.told(error.metric(-0.9213)), error.points
        ('0.921', 'in RMSE')
    """

    key: str
    name: str
    title: tuple[str, ...]
    sentence: str
    short: str
    least: float = 0.0
    most: float = 1.0
    chance: float | None = None
    factor: float = 100
    unit: str = "%"
    digits: int = 1
    less_is_better: bool = False
    margin: float = 0.01

    def bounds(self, scores: np.ndarray) -> tuple[float, float]:
        """The smallest and the largest mean that such scores may have on other rows.

        Args:
            scores: float [seeds, rows].
        """
        if self.chance is not None and (scores == self.chance).all():
            return self.chance, self.chance
        return self.least, self.most

    def metric(self, score: float) -> float:
        """The metric of a mean score, or of a difference of two; and the score of a metric."""
        return -score if self.less_is_better else score

    def number(self, value: float, sign: str = "", more: int = 0) -> str:
        """A metric, or a difference of two, as a number without its unit; zero has no minus sign.

        Args:
            value: in parts of 1, say, before `factor`.
            sign: "+" where numbers above zero have one too.
            more: further digits.
        """
        digits = self.digits + more
        return format(round(self.factor * value, digits) + 0.0, f"{sign}.{digits}f")

    def end(self, value: float, sign: str = "", more: int = 0) -> str:
        """An end of an interval: as `number`, but what lies below zero and rounds to it keeps its minus sign.

        An interval of differences that ends there is not to be taken for one above zero.

        Args:
            value: in parts of 1, say, before `factor`.
            sign: "+" where numbers above zero have one too.
            more: further digits.
        """
        shown = self.number(value, sign, more)
        return f"-{shown.lstrip('+')}" if sign and value < -_ROUNDING and not float(shown) else shown

    def told(self, value: float) -> str:
        """A metric with its unit."""
        return f"{self.number(value)} {self.unit}".rstrip()

    @property
    def named(self) -> str:
        """Its name with its unit, as the title of a column."""
        return f"{self.name} {self.unit}".rstrip()

    def axis(self, of: str = "") -> str:
        """The title of an axis: its name, of what it is, and its unit."""
        return ", ".join(part for part in (f"{self.name} {of}".rstrip(), self.unit) if part)

    @property
    def points(self) -> str:
        """What differences are in, as the title of a column."""
        return f"in {self.difference_unit or self.name}"

    @property
    def difference_unit(self) -> str:
        """The unit of differences; "" where it has none."""
        return "points" if self.unit == "%" else self.unit

    def margin_told(self) -> str:
        """The margin in words."""
        shown = f"{self.factor * self.margin:g}"
        unit = "point" if shown == "1" and self.unit == "%" else self.difference_unit
        return f"{shown} {unit}".rstrip()


class Judge(ABC):
    """Says how good predictions are: a frozen dataclass.

    Predictions are float [rows, outputs], of whatever an application predicts of a row: probabilities of
    classes, a value, the rank of a true answer, the numbers of those recommended. Targets [rows, …] are what
    there really is.

    Attributes:
        headline: the metric that decides.
        ordered: the metrics that are of the order of rows, of which those of two models have none in common.
        majority: the name of the baseline that knows nothing of a row.
        guess: what it does, in words.
    """

    headline: ClassVar[Headline]
    ordered: ClassVar[tuple[str, ...]] = ()
    majority: ClassVar[str] = "majority"
    guess: ClassVar[str] = "names the largest class"

    @property
    @abstractmethod
    def columns(self) -> tuple[Metric, ...]:
        """The metrics that a table shows beside the headline."""

    @abstractmethod
    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        """Finite numbers by name; the headline and those of `columns` are among them, unless undefined."""

    @abstractmethod
    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        """The score of each row, float64 [rows]; their mean is the headline, or minus it if less is better.

        What is no mean over rows, as an area under a curve, is made one by its influence function: the score
        of a row is the metric plus what it changes by as the row's weight grows. Means over resampled rows
        are then those of the metric to first order.
        """

    @abstractmethod
    def counted(self, names: int) -> str:
        """So many classes or labels, in words; what a row is, where there are none."""

    def require_told(  # noqa: B027 (most are defined on any targets)
        self, targets: np.ndarray, which: str, names: Sequence[str] = ()
    ) -> None:
        """Refuses targets [rows, …], one at least, of which the metrics are not defined.

        Args:
            targets: of some rows.
            which: which rows they are, as in "of the test side".
            names: of the classes; none where they have none.

        Raises:
            ValueError: the values are all alike, say.
        """

    def telling(
        self, targets: np.ndarray, groups: Int[np.ndarray, " rows"]
    ) -> Bool[np.ndarray, " rows"] | None:
        """The test rows on which the headline rests: those of the rarer class, say; None for all of them.

        Args:
            targets: of the test rows.
            groups: int [rows], which rows are right or wrong together.
        """
        return None

    def by_name(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray, names: Sequence[str]
    ) -> dict[str, dict[str, float]]:
        """Metrics of each class or label, by its name; none where there are no names."""
        return {}

    @abstractmethod
    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        """What a program is told of each row."""

    @abstractmethod
    def fields(self, answer: Any) -> tuple[str, ...]:
        """An answer as text, in columns."""
