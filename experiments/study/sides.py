"""The sides of labelled rows, as a study asks for them: one split, or one a fold."""

from __future__ import annotations

import numpy as np

from experiments.config import Study
from experiments.data import Dataset, Splits, folds, split


def sides(dataset: Dataset, config: Study) -> list[tuple[int | None, Splits]]:
    """Number of the fold, or None, and its sides; those of the folds that are run, in order.

    Args:
        dataset: the rows, with groups that stay on one side, and the sides that came by themselves.
        config: how many folds there are, which are run, and the seed.

    Raises:
        ValueError: as `experiments.data.split` and `experiments.data.folds`.

    Example:
        >>> import embedlab
        >>> rows = np.arange(40, dtype=np.int32)
        >>> data = Dataset("forty", ("text",) * 40, rows % 2, ("even", "odd"), rows)
        >>> study = Study(embedlab.Dense(9, 2), folds=4, only_folds=(3, 1))
        >>> [(fold, len(found.test)) for fold, found in sides(data, study)]
        [(1, 10), (3, 10)]
    """
    if not config.folds_run:
        return [(None, split(dataset, seed=config.split_seed))]
    every = folds(dataset, count=config.folds, seed=config.split_seed)
    return [(fold, every[fold]) for fold in config.folds_run]


def counts(dataset: Dataset, splits: Splits) -> str:
    """How many rows are on which side, in a sentence.

    Args:
        dataset: the rows.
        splits: their sides.

    Example:
        >>> rows = np.arange(100, dtype=np.int32)
        >>> data = Dataset("hundred", ("text",) * 100, rows % 2, ("even", "odd"), rows)
        >>> counts(data, split(data, seed=0))
        'hundred: 100 rows of 2 classes; 80 to train, 10 to validate, 10 to test on.'
    """
    sizes = (
        f"{len(splits.train):,} to train, {len(splits.valid):,} to validate, {len(splits.test):,} to test on"
    )
    dropped = (
        f"; {len(splits.dropped):,} dropped, whose like the test or validation set holds"
        if len(splits.dropped)
        else ""
    )
    classes = f" of {len(dataset.classes)} classes" if dataset.classes else ""
    return f"{dataset.name}: {len(dataset.texts):,} rows{classes}; {sizes}{dropped}."


def known(groups: np.ndarray, splits: Splits) -> int:
    """How many test rows have a row of their group among the training rows.

    Args:
        groups: int [rows], which are alike.
        splits: the sides.

    Example:
        >>> known(np.array([0, 0, 1]), Splits(np.array([0]), np.array([0]), np.array([1, 2])))
        1
    """
    return int(np.isin(groups[splits.test], groups[splits.train]).sum())
