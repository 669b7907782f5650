"""What a task provides: all in which learning classes, labels and values differ.

A run knows nothing of its task but this: how labels are read, how many outputs a model has, what is
minimised, what outputs mean; and how predictions are judged and told, which is in `experiments.tasks.judge`.
A further task is one file beside this one, and one line in `experiments.tasks`.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import draccus
import jax
import numpy as np
from jaxtyping import Float, Int

from experiments.tasks.judge import Judge

#: What a task learns of the training labels beside the model, by name: numbers that JSON can hold.
Constants = Mapping[str, Any]


class Reader(ABC):
    """Takes the labels of a source one after the other, and makes targets of them.

    Attributes:
        declared: the classes or labels that there may be, in the order wanted; empty to take those found.
        meant: what some labels stand for.
    """

    def __init__(self, declared: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> None:
        self.declared, self.meant = tuple(declared), dict(meant or {})

    @abstractmethod
    def add(self, label: str | Sequence[str]) -> None:
        """Takes the label of the next row: one string; or several, where a form of file tells them apart.

        Raises:
            ValueError: it is none that the task can learn; says why, and how to mend it.
        """

    @abstractmethod
    def finish(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """The targets [rows, …], as `Task` says of what form, and the names of classes or labels, if any."""


@dataclasses.dataclass(frozen=True, eq=False)
class Linear:
    """A linear model on sparse features, as a baseline.

    Attributes:
        predict: features [rows, features] → predictions, as `Task.predictions` makes them.
        weights: float [directions, features], what a feature speaks for.
        directions: what each row of the weights is for, in words.
        parameters: how many numbers were fitted.
        bytes: theirs.
        passes: over the documents, that the solver took; None where it solves at once.
        settled: whether the weights had settled by then; else the solver was stopped.
    """

    predict: Any
    weights: np.ndarray
    directions: tuple[str, ...]
    parameters: int
    bytes: int
    passes: int | None = None
    settled: bool = True


class Task(draccus.ChoiceRegistry, Judge):
    """What is learnt: a frozen dataclass, chosen in a config by its registered name.

    Three forms of a row's label have to be told apart. A *target* is what a data set holds, in its own unit:
    `Reader` makes it, metrics compare with it. What is *learnt* is made of targets and constants by `encode`,
    once and on the host: numbers of unit variance, or with a weight beside. A *prediction* is in the unit of
    the targets: `link` takes outputs to where they are compared with what is learnt, and `decode` from
    there to targets.

    Attributes:
        also_called: what others call it, in small letters and digits alone; told to a user who gives it.
        linear: the name of the baseline that is linear in TF-IDF.
        penalties: inverse strengths of the L2 penalty that the linear baseline chooses from.
    """

    also_called: ClassVar[tuple[str, ...]] = ()
    linear: ClassVar[str] = "tfidf-logistic"
    penalties: ClassVar[tuple[float, ...]] = (1.0, 10.0, 100.0, 1000.0)

    @classmethod
    def default_choice_name(cls) -> str:
        """The task that is meant where a config names none."""
        return "classes"

    # --- labels ----------------------------------------------------------------------------------------

    @abstractmethod
    def reader(self, names: Sequence[str] = (), meant: Mapping[str, str] | None = None) -> Reader:
        """What reads a source's labels.

        Args:
            names: the classes or labels that there may be, in the order wanted; empty to take those found,
                sorted.
            meant: labels that stand for others, and those.

        Raises:
            ValueError: names are given to a task that has none.
        """

    @abstractmethod
    def check(self, targets: np.ndarray, names: Sequence[str]) -> None:
        """Refuses targets that are not of the task's form.

        Raises:
            ValueError: shape, type or range are wrong.
        """

    @abstractmethod
    def require_several(self, targets: np.ndarray, names: Sequence[str]) -> None:
        """Refuses targets [rows, …] that are all alike, so that there is nothing to learn.

        Raises:
            ValueError: there is one class only, say.
        """

    @abstractmethod
    def require_learnable(
        self, targets: np.ndarray, names: Sequence[str], sides: Mapping[str, np.ndarray]
    ) -> None:
        """Refuses targets [rows, …] that can't be learnt or measured as they are split.

        Args:
            targets: of all rows.
            names: of classes or labels.
            sides: row numbers of train, valid and test, none of them empty.

        Raises:
            ValueError: a class has no training row, say.
        """

    def require_shared(self, targets: np.ndarray, names: Sequence[str]) -> None:
        """Refuses targets of all rows of which nearly each row has its own, so that none can be learnt.

        Raises:
            ValueError: there are nearly as many classes as rows, say.
        """

    def rows_of(self, targets: np.ndarray, names: Sequence[str]) -> Int[np.ndarray, " names"]:
        """How many rows have each class or label: int [names]; of a task without names, none."""
        return np.zeros(0, np.int64)

    def strata(self, targets: np.ndarray) -> Int[np.ndarray, " rows"]:
        """Which rows a split spreads evenly over its sides: int [rows]; all alike where it makes no sense."""
        return np.zeros(len(targets), np.int32)

    def owners(self, targets: np.ndarray) -> Int[np.ndarray, " rows"] | None:
        """The one class of each row, int [rows], by which words can be told apart; None if there is none."""
        return None

    # --- learning --------------------------------------------------------------------------------------

    @abstractmethod
    def outputs(self, names: Sequence[str]) -> int:
        """How many numbers a model has for a row."""

    def constants(self, targets: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
        """What is known of the training targets [rows, …] and kept with the run: numbers, lists of them."""
        return {}

    @abstractmethod
    def encode(self, targets: np.ndarray, constants: Constants) -> Any:
        """What is learnt of targets [rows, …]: a tree of arrays [rows, …], of which `losses` gets a batch."""

    @abstractmethod
    def losses(self, outputs: Float[jax.Array, "rows outputs"], learnt: Any) -> Float[jax.Array, " rows"]:
        """The loss of each row; pure, under `jit`."""

    @abstractmethod
    def link(self, outputs: Float[jax.Array, "rows outputs"]) -> Float[jax.Array, "rows outputs"]:
        """Outputs as probabilities, say; pure, under `jit`."""

    @abstractmethod
    def loss(self, linked: Float[np.ndarray, "rows outputs"], learnt: Any) -> float:
        """The mean loss that early stopping goes by, of `link`ed outputs, without any smoothing."""

    def decode(
        self, linked: Float[np.ndarray, "rows outputs"], constants: Constants
    ) -> Float[np.ndarray, "rows outputs"]:
        """Predictions, in the unit of the targets."""
        return linked

    # --- baselines -------------------------------------------------------------------------------------

    @abstractmethod
    def constant(
        self, targets: np.ndarray, names: Sequence[str], rows: int
    ) -> Float[np.ndarray, "rows outputs"]:
        """Predictions of a model that knows the training targets and no text, for so many rows."""

    @abstractmethod
    def fits(self, x: Any, targets: np.ndarray, names: Sequence[str]) -> Iterator[tuple[float, Linear]]:
        """A linear model for each of `penalties`, in their order.

        Args:
            x: sparse float [rows, features].
            targets: [rows, …].
            names: of classes or labels.

        Raises:
            ValueError: there is nothing to tell apart.
        """
