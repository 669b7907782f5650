"""One line of the table that a comparison ends in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from experiments.bootstrap import Interval


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: an embedding over its seeds, or a baseline.

    Attributes:
        name: its name.
        kind: "embedding", or "baseline" for what holds no embedding and has no seeds.
        accuracy: on the test rows, in parts of 1.
        macro_f1: mean over seeds, in parts of 1.
        log_loss: mean over seeds, in nats.
        ece: expected calibration error, mean over seeds, in parts of 1.
        difference: accuracy minus the reference's, paired by row; None for the reference itself.
        parameters: trained numbers.
        trainable_bytes: their bytes.
        index_bytes: bytes of buffers that can be computed from the words.
        seconds: of one run, mean over seeds.
        seeds: how many runs; of no meaning for a baseline.
        over_baseline: accuracy minus that of the table's `baseline`, paired by row; None if not known.
        over: accuracy minus that of other embeddings, paired by row, by their names.
        vectors: how many vectors of its width the trained numbers would make; None if not known.
        improving: runs whose best step was their last, so that more steps might have done better.

    Example:
        >>> accuracy = Interval(0.2, 0.18, 0.22)
        >>> Row("majority", "baseline", accuracy, 0.04, 2.1, 0.0, None, 0, 0, 0, 0.0, None).is_baseline
        True

    Source: none; the columns are this experiment's own.
    """

    name: str
    kind: str
    accuracy: Interval
    macro_f1: float
    log_loss: float
    ece: float
    difference: Interval | None
    parameters: int
    trainable_bytes: int
    index_bytes: int
    seconds: float
    seeds: int | None
    over_baseline: Interval | None = None
    over: Mapping[str, Interval] = dataclasses.field(default_factory=dict)
    vectors: int | None = None
    improving: int = 0

    @property
    def is_baseline(self) -> bool:
        """Whether the row holds no embedding."""
        return self.kind == "baseline"
