"""The config of a recommender."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, get_args

from embedlab.checks import require
from experiments.checks import finite, require_choice
from experiments.config import Study
from experiments.recommend.data import Data, Files
from experiments.recommend.models import Factorisation, Model
from experiments.recommend.parts import By


@dataclasses.dataclass(frozen=True)
class Holdout:
    """Which rows are tested on.

    Attributes:
        by: rows, any of them, in random order, as errors of ratings are published; users, whole ones, of whom
            a training knows nothing; last, those of each user that are last in time; moment, all after one;
            or auto: rows where ratings are told, last where items are ranked.
        test: share of rows, or users, that are tested on; with `folds` the folds say it.
        valid: share of rows, or users, by which a training is stopped.

    Raises:
        ValueError: another way, or shares that are none.

    Example:
        >>> Holdout("last").test
        0.2
    """

    by: By = "auto"
    test: float = 0.2
    valid: float = 0.05

    def __post_init__(self) -> None:
        require_choice("by", self.by, get_args(By))
        for field in ("test", "valid"):
            value = getattr(self, field)
            require(finite(value) and 0 < value < 1, field, value, "give a share above 0 and below 1")
        require(self.test + self.valid < 1, "test", self.test, "with valid it is all; give less")


@dataclasses.dataclass(frozen=True)
class Recommend(Study):
    """A recommender: an embedding of the words of users and items, a model of it, and how it is measured.

    Attributes:
        data: where interactions come from.
        model: what is made of the vectors; it says whether ratings are told or items are ranked.
        holdout: which rows are tested on.
        liked: of rankings, the rating from which on an item counts as liked; none where every row is one.
        min_count: training rows that a word needs to have an id.

    Raises:
        ValueError: as `Study`; a field of another type, vectors with no room beside the bias, folds of rows
            that are parted by time, `liked` for ratings.

    Example:
        >>> import embedlab
        >>> Recommend(embedlab.Dense(3000, 32), folds=5).by
        'rows'
    """

    honours: ClassVar[tuple[str, ...]] = ("evaluate_rows",)

    data: Data = Files()
    model: Model = Factorisation()
    holdout: Holdout = Holdout()
    liked: float | None = None
    min_count: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"data": Data, "model": Model, "holdout": Holdout}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        for name, spec in {"embedding": self.embedding, **self.rivals}.items():
            where = name if name == "embedding" else f"rivals.{name}"
            require(spec.dim >= 2, f"{where}.dim", spec.dim, "the last component is a bias; give 2 or more")
        require(self.liked is None or finite(self.liked), "liked", self.liked, "give a number, or none")
        ranks = self.model.goal == "ranking"
        remedy = "this is for rankings; take --model.type bpr or two_tower, or leave it out"
        require(self.liked is None or ranks, "liked", self.liked, remedy)
        require(self.min_count >= 1, "min_count", self.min_count, "give a count of 1 or more")
        remedy = f"holdout.by is {self.by}, which leaves one split; give folds=0, or --holdout.by rows"
        require(not self.folds_run or self.by in ("rows", "users"), "folds", self.folds, remedy)

    @property
    def by(self) -> str:
        """How rows are held out, in the end."""
        if self.holdout.by != "auto":
            return self.holdout.by
        return "last" if self.model.goal == "ranking" else "rows"
