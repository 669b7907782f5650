"""Parts rows into folds, for cross-validation."""

from __future__ import annotations

import numpy as np

from embedlab.checks import require, require_count
from experiments.data.base import Dataset, Splits, points, require_learnable


def folds(dataset: Dataset, *, count: int, seed: int, valid: float = 0.1) -> tuple[Splits, ...]:
    """Parts rows into folds, each the test side of one split: every row is tested on once.

    Groups stay whole and classes have equal shares, by the line that `split` draws: of k folds, number i
    takes the groups whose point lies from i/k to (i + 1)/k of their class's line. The other folds are parted
    in training and validation rows in the same way, by a line of their own.

    Args:
        dataset: n rows.
        count: how many folds, 2 or more.
        seed: a whole number; the same seed gives the same folds.
        valid: share in (0, 1) of the rows outside of a fold that its best state is chosen on.

    Returns:
        One split a fold.

    Raises:
        ValueError: fewer than two folds, a share that is none, a data set with a test or validation
            set of its own, a side that stays empty, or a class that a fold's training rows lack.

    Example:
        >>> rows = np.arange(100, dtype=np.int32)
        >>> data = Dataset("hundred", ("text",) * 100, rows % 2, ("even", "odd"), rows)
        >>> [len(fold.test) for fold in folds(data, count=5, seed=0)]
        [20, 20, 20, 20, 20]
        >>> first = folds(data, count=5, seed=0)[0]
        >>> len(first.train), len(first.valid)
        (72, 8)

    Reference: Kim 2014, "Convolutional neural networks for sentence classification" (10 folds where there is
        no test set, 10 % of the training rows to stop by).
    """
    require_count("folds", count, least=2)
    require_count("seed", seed, least=0)
    require(0 < valid < 1, "valid", valid, "give a share of the rows in (0, 1)")
    _require_one_set(dataset, count)
    place = points(dataset.strata, dataset.groups, np.random.default_rng(seed), last_at_end=False)
    fold_of = np.minimum(place * count, count - 1).astype(int)
    made = []
    for number in range(count):
        try:
            made.append(_split(dataset, fold_of, number, seed, valid))
        except ValueError as error:
            raise ValueError(f"fold {number} of {count}: {error}") from None
    return tuple(made)


def _split(dataset: Dataset, fold_of: np.ndarray, number: int, seed: int, valid: float) -> Splits:
    rest = np.flatnonzero(fold_of != number)
    rng = np.random.default_rng([seed, number])
    place = points(dataset.strata[rest], dataset.groups[rest], rng, last_at_end=True)
    test = np.flatnonzero(fold_of == number)
    splits = Splits(train=rest[place >= valid], valid=rest[place < valid], test=test)
    require_learnable(dataset, splits, "give fewer folds, or more data")
    return splits


def _require_one_set(dataset: Dataset, count: int) -> None:
    for what, rows in (("test", dataset.test_rows), ("validation", dataset.valid_rows)):
        if len(rows):
            raise ValueError(
                f"folds={count}: {dataset.name!r} brings a {what} set of its own ({len(rows):,} rows), which "
                f"folds would part anew; leave folds at 0, or give all rows as one set, to be parted"
            )
