"""How a recommender is judged: RMSE of ratings, NDCG@10 of lists."""

from __future__ import annotations

import numpy as np

from experiments.recommend.config import Recommend
from experiments.tasks import Judge
from experiments.tasks.rmse import Rmse
from experiments.tasks.top import TopK


def judge_of(config: Recommend) -> Judge:
    """The judge of a config.

    Args:
        config: the settings.
    """
    return TopK() if config.model.goal == "ranking" else Rmse()


def padded(user: np.ndarray, item: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """What each of some users took, int64 [asked, most], −1 beyond.

    Args:
        user: int [rows].
        item: int [rows].
        asked: int [asked], users in rising order; rows of others do not count.

    Example:
        >>> padded(np.array([7, 3, 7]), np.array([1, 2, 0]), np.array([3, 7]))
        array([[ 2, -1],
               [ 0,  1]])
    """
    kept = np.isin(user, asked)
    user, item = user[kept], item[kept]
    order = np.lexsort((item, user))
    places = np.searchsorted(asked, user[order])
    counts = np.bincount(places, minlength=len(asked))
    starts = np.cumsum(counts) - counts
    found = np.full((len(asked), counts.max(initial=1)), -1, np.int64)
    found[places, np.arange(len(order)) - starts[places]] = item[order]
    return found
