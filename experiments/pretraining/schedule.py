"""How an embedding is pretrained: steps, rates, checkpoints."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Literal, get_args

import jax.numpy as jnp

from embedlab import sparse
from embedlab.checks import finite_fields, require, require_count
from experiments.checks import MOST, require_choice, require_counts

Optimizer = Literal["sgd", "adagrad", "row_adagrad", "adam"]
_LEAST = 1e-4  # of the rate, where it ends, as in word2vec


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How an embedding is pretrained; the rate falls in a line, to a ten-thousandth in the end.

    Attributes:
        optimizer: what takes the steps: sgd, as word2vec does, adagrad as GloVe does, row_adagrad with one
            number a row, or adam for rows that a step reads.
        rate: learning rate of the first step; losses are summed over a step, not averaged.
        limit: greatest length of the gradient of a row of the embedding in a step, with sgd; none for no
            limit. In a step a frequent word may have so many pairs that their sum overshoots, and that of its
            contexts after it. The other optimizers, whose steps do not grow with it, take no heed of it.
        epochs: passes over the text.
        batch: positions of the text a step, or pairs of GloVe; more are faster on an accelerator, and each
            row moves less often.
        checkpoint_seconds: seconds between two checkpoints; none are written where 0.

    Raises:
        ValueError: a rate or a limit that is no positive number, or a count below 1.

    Example:
        >>> Schedule(rate=0.025, epochs=5).optimizer
        'sgd'

    Reference: Mikolov et al. 2013.
    """

    optimizer: Optimizer = "sgd"
    rate: float = 0.045
    limit: float | None = 40.0
    epochs: int = 1
    batch: int = 128
    checkpoint_seconds: int = 60

    def __post_init__(self) -> None:
        require_choice("optimizer", self.optimizer, get_args(Optimizer))
        finite_fields(self, "rate")
        require(self.rate > 0, "rate", self.rate, "give a rate above 0")
        if self.limit is not None:
            finite_fields(self, "limit")
            require(self.limit > 0, "limit", self.limit, "give a length above 0, or none")
        require_counts(self, MOST, "epochs", "batch")
        require_count("checkpoint_seconds", self.checkpoint_seconds, least=0)

    def rows(self, steps: float, tables: Iterable[str]) -> dict[str, sparse.RowOptimizer]:
        """The optimizer of each table.

        Args:
            steps: that will be taken in all, about.
            tables: their names; those of the embedding begin with `words`.

        Example:
            >>> found = Schedule(limit=20.0).rows(1000, ["words.table", "outputs.table"])
            >>> found["words.table"].rule, found["outputs.table"].rule
            (ClippedSgd(limit=20.0), Sgd())
        """
        made: Any = getattr(sparse, self.optimizer)
        plain = made(Falling(self.rate, steps))
        if self.limit is None or self.optimizer != "sgd":
            return dict.fromkeys(tables, plain)
        limited = made(Falling(self.rate, steps), limit=self.limit)
        return {name: limited if name.startswith("words.") else plain for name in tables}


@dataclasses.dataclass(frozen=True)
class Falling:
    """`rate · max(1 − t / steps, 10⁻⁴)`, t the steps taken before.

    Attributes:
        rate: of the first step.
        steps: where it has fallen.

    Example:
        >>> float(Falling(0.1, 100)(50))
        0.05000000074505806
    """

    rate: float
    steps: float

    def __call__(self, count: Any) -> Any:
        return self.rate * jnp.maximum(1 - count / self.steps, _LEAST)
