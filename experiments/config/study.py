"""What the config of every application of an embedding layer has."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import embedlab
from embedlab.checks import require
from experiments.checks import require_bool
from experiments.config import common
from experiments.config.quality import Quality
from experiments.config.train import Train


@dataclasses.dataclass(frozen=True)
class Study:
    """One application: an embedding, how it is trained, and what it is compared with.

    A subclass adds what its data are and what its model is, and calls `__post_init__` of this class first.

    Attributes:
        honours: the fields of `train` that say how many rows are looked at, `rows` and `evaluate_rows`, which
            this application knows of; the others are refused.
        embedding: the embedding that the runs are about; its ids are words of one vocabulary, whatever they
            stand for: users, values of columns, entities, k-mers.
        train: how a model is trained.
        quality: how much of an embedding its intrinsic metrics look at.
        rivals: further embeddings, by name, trained beside `embedding` on the same split.
        fitted: whether tables are as large as the data ask: a vocabulary is then the most that it may have,
            and a table has a row for each word there is; hashed rivals are as wide as `embedding`, and have
            as many bytes.
        baselines: whether what it must be measured against is run as well. It may change in a workdir.
        seeds: one whole training for each, of every embedding.
        split_seed: of the split into training, validation and test.
        folds: parts for cross-validation, each in turn the test side; 0 for one split.
        only_folds: numbers of the folds that are run, from 0 on; none of them for all.

    Raises:
        ValueError: a field of another type, a rival's name that is no plain word, seeds or folds that are
            none, `train.l2` for tables that are not trained by rows, or rows that are not looked at alone.

    Example:
        >>> Study(embedlab.Dense(vocabulary=100, dim=8), seeds=(0, 1)).train.optimizer
        'adam'
    """

    honours: ClassVar[tuple[str, ...]] = ()

    embedding: embedlab.Embedding
    train: Train = Train()
    quality: Quality = Quality()
    rivals: dict[str, embedlab.Embedding] = dataclasses.field(default_factory=dict)
    fitted: bool = False
    baselines: bool = True
    seeds: tuple[int, ...] = (0,)
    split_seed: int = 0
    folds: int = 0
    only_folds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        common.require_embeddings(self.embedding, self.rivals)
        for field, kind in {"train": Train, "quality": Quality}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require(
            "baselines" not in self.rivals, "rivals", "baselines", "this is a folder's name; give another"
        )
        common.require_rounding(self.train, {"embedding": self.embedding, **self.rivals})
        require_bool("fitted", self.fitted)
        require_bool("baselines", self.baselines)
        common.require_seeds(self.seeds, self.split_seed)
        common.require_folds(self.folds, self.only_folds)
        for field in ("rows", "evaluate_rows"):
            value = getattr(self.train, field)
            remedy = "this application looks at all rows; give none, and fewer rows in the data"
            require(value is None or field in self.honours, f"train.{field}", value, remedy)
        by_rows = not self.train.l2 or self.train.update == "sparse"
        remedy = (
            "this is a penalty on the rows that a batch uses; add --train.update sparse, or take weight_decay"
        )
        require(by_rows, "train.l2", self.train.l2, remedy)

    @property
    def folds_run(self) -> tuple[int, ...]:
        """The numbers of the folds that are run, in order; empty where there is one split."""
        return common.folds_run(self.folds, self.only_folds)
