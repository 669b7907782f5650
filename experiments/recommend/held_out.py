"""Which rows a config holds out, and what data must have for it.

Source: the rules are the project's own.
"""

from __future__ import annotations

from experiments.recommend import parts
from experiments.recommend.config import Recommend
from experiments.recommend.interactions import Interactions
from experiments.recommend.parts import Parts


def require_told(config: Recommend, data: Interactions) -> None:
    """Refuses data that lack what a model or a split needs.

    Args:
        config: the settings.
        data: all interactions.

    Raises:
        ValueError: there are no ratings, or all are alike; or no times.
    """
    rated = config.model.goal == "ratings" or config.liked is not None
    if rated and data.rating is None:
        raise ValueError(
            "--data.rating: there are no ratings; name their column, or rank items by what users had, with "
            "--model.type bpr or two_tower (and without --liked)"
        )
    if config.model.goal == "ratings" and data.rating is not None and data.rating.min() == data.rating.max():
        raise ValueError(
            f"--data.rating: all {len(data):,} ratings are {data.rating[0]:g}, so there is nothing to learn; "
            "give another column, or rank items, with --model.type bpr and without --data.rating"
        )
    if config.by == "moment" and data.time is None:
        raise ValueError("--data.time: --holdout.by moment needs times; name their column")


def parted(config: Recommend, data: Interactions, fold: int | None) -> Parts:
    """Which rows are on which side.

    Args:
        config: the settings.
        data: all interactions.
        fold: number of the fold that is tested on; None where there is one split.
    """
    shares = config.holdout
    span = (0.0, shares.test) if fold is None else parts.fold_of(fold, config.folds)
    if config.by == "rows":
        return parts.at_random(len(data), config.split_seed, span=span, valid=shares.valid)
    if config.by == "users":
        return parts.of_users(data.user, config.split_seed, span=span, valid=shares.valid)
    if config.by == "last":
        both = {"test": shares.test, "valid": shares.valid}
        return parts.last_of_each(data.user, data.time, config.split_seed, **both)
    assert data.time is not None
    return parts.after_a_moment(data.time, config.split_seed, test=shares.test, valid=shares.valid)
