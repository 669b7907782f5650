"""How a model is trained."""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

import embedlab
from embedlab.checks import require
from experiments.checks import MOST, finite, require_bool, require_choice, require_counts, require_limit

Optimizer = Literal["adam", "adagrad", "sgd", "momentum", "row_adagrad", "row_adam"]
Update = Literal["auto", "sparse", "dense"]
Rounding = Literal["nearest", "stochastic"]
Schedule = Literal["constant", "linear", "cosine"]

_MOST_STEPS = 2**31 - 1  # steps are counted in 32 bits


@dataclasses.dataclass(frozen=True)
class Train:
    """How a model is trained.

    Attributes:
        optimizer: what takes the steps; momentum is SGD with 0.9 of it, and the row_ kinds keep one number
            a row where the others keep one an entry.
        rate: learning rate.
        table_rate: that of tables, which warms up and falls as the other does; none for `rate`.
        rows: documents that are learnt from, at most, evenly taken of all classes; none for all of them.
            Those to validate and to test on stay as they are.
        update: how tables are trained: sparse, where a step costs what it reads; dense, where it costs a
            pass over the table; or auto, dense for those with fewer rows than 8 ids a document read in a
            batch, and sparse for all others and with settings that are for rows. Embeddings of an application
            that are compared are all trained as auto has it for the largest table of the reference.
        exact: whether adam and momentum move rows in steps that do not read them, as dense updates do;
            else a row rests until it is read, as with torch's SparseAdam.
        weight_decay: part of every weight that a step takes away, times the rate, as in AdamW; below
            1 / rate, 0 for none.
        l2: factor of the L2 penalty on the rows that a batch uses; 0 for none.
        l2_layers: factor of the L2 penalty on the matrices of encoder and head, biases aside; 0 for none.
        clip: greatest norm of all gradients together; none for no limit.
        max_norm: greatest length of a table's row after its update; none for no limit.
        warmup: steps in which the rate rises to its height; 0 for none.
        schedule: what the rate does after the warm-up: constant, or fall to nothing by the last of `steps`,
            linear as a line or cosine as half a wave. Early stopping may end the training on the way.
        freeze_until: step before which tables rest, and the encoder alone is trained; 0 for none.
        rounding: how an update is rounded to a table of bfloat16; stochastic lets small ones through on
            average.
        batch: documents a step.
        steps: steps at most; early stopping may end the training before.
        evaluate_every: steps between two evaluations on the validation documents.
        evaluate_rows: validation documents that an evaluation looks at, evenly taken; none for all of them.
        patience: evaluations without a lower validation loss after which training stops.
        checkpoint_seconds: seconds between two checkpoints; 0 for one at every evaluation.
        dropout: words and components dropped in training.

    Raises:
        ValueError: a rate that is not a positive finite number, a count below 1, a batch above 2²⁰, steps
            that 32 bits can't count, another value that its field does not take, or one that needs another
            `update`, `optimizer` or `rate`, or more `steps`.

    Example:
        >>> Train(rate=0.02, steps=300).rate
        0.02
    """

    optimizer: Optimizer = "adam"
    rate: float = 0.01
    table_rate: float | None = None
    rows: int | None = None
    update: Update = "auto"
    exact: bool = False
    weight_decay: float = 0.0
    l2: float = 0.0
    l2_layers: float = 0.0
    clip: float | None = None
    max_norm: float | None = None
    warmup: int = 0
    schedule: Schedule = "constant"
    freeze_until: int = 0
    rounding: Rounding = "nearest"
    batch: int = 256
    steps: int = 600
    evaluate_every: int = 50
    evaluate_rows: int | None = None
    patience: int = 4
    checkpoint_seconds: float = 60.0
    dropout: embedlab.Dropout = embedlab.Dropout()

    def __post_init__(self) -> None:
        named = {"optimizer": Optimizer, "update": Update, "rounding": Rounding, "schedule": Schedule}
        for field, kind in named.items():
            require_choice(field, getattr(self, field), get_args(kind))
        for field in ("rate", "table_rate"):
            value = getattr(self, field)
            fits = (finite(value) and value > 0) or (field == "table_rate" and value is None)
            require(fits, field, value, "give a finite number above 0")
        require_bool("exact", self.exact)
        require_counts(self, MOST, "batch")
        require_counts(self, _MOST_STEPS, "steps", "evaluate_every", "patience")
        for field in ("rows", "evaluate_rows"):
            if getattr(self, field) is not None:
                require_counts(self, _MOST_STEPS, field)
        require_counts(self, _MOST_STEPS, "warmup", "freeze_until", least=0)
        for field in ("checkpoint_seconds", "l2", "l2_layers", "weight_decay"):
            value = getattr(self, field)
            require(finite(value) and value >= 0, field, value, "give a finite number of at least 0")
        for field in ("clip", "max_norm"):
            require_limit(field, getattr(self, field))
        is_dropout = isinstance(self.dropout, embedlab.Dropout)
        require(is_dropout, "dropout", self.dropout, "give an embedlab.Dropout(words=…, components=…)")
        self._require_fitting()

    @property
    def for_rows(self) -> tuple[str, ...]:
        """The fields whose values a table has to be trained by rows for."""
        usual = {"max_norm": None, "freeze_until": 0, "rounding": "nearest"}
        found = tuple(field for field, value in usual.items() if getattr(self, field) != value)
        return ("optimizer", *found) if self.optimizer.startswith("row_") else found

    @property
    def tied_to_steps(self) -> tuple[str, ...]:
        """The fields whose values make what a step does depend on how many `steps` there are.

        Example:
            >>> Train(schedule="cosine").tied_to_steps, Train(warmup=9).tied_to_steps
            (('schedule',), ())
        """
        return () if self.schedule == "constant" else ("schedule",)

    def _require_fitting(self) -> None:
        """Refuses what can't be had together."""
        able = not (self.exact and self.optimizer == "row_adam")
        require(able, "exact", self.exact, "row_adam has no exact form; take adam, or exact=False")
        # With a warm-up too, where no optimizer can see it: a step would take more than the whole weight.
        highest = max(self.rate, self.table_rate or 0)
        named = "rate" if highest == self.rate else "table_rate"
        remedy = f"give less than 1 / {named} = {1 / highest:.4g}"
        require(highest * self.weight_decay < 1, "weight_decay", self.weight_decay, remedy)
        falls = self.schedule == "constant" or self.warmup < self.steps
        remedy = f"the rate is to fall after it; give fewer than steps={self.steps}, or schedule='constant'"
        require(falls, "warmup", self.warmup, remedy)
        for field in self.for_rows if self.update == "dense" else ():
            require(False, field, getattr(self, field), "this is for rows; take update='auto' or 'sparse'")
