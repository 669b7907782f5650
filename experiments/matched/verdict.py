"""What a difference to the reference is called: no more than the adjusted p-values allow."""

from __future__ import annotations

from experiments.matched.difference import Difference
from experiments.reports.bootstrap import LEVEL
from experiments.tasks import CLASSES, Headline


def verdict(found: Difference, p_zero: float, p_margin: float, headline: Headline = CLASSES.headline) -> str:
    """The words for a difference.

    Args:
        found: the difference.
        p_zero: adjusted p-value of there being none.
        p_margin: adjusted p-value of its being a loss of just the margin.
        headline: what the scores are of, which has the margin.

    Returns:
        A word or a sentence.

    Example:
        >>> import numpy as np
        >>> apart = Difference(-0.004, np.linspace(-0.008, 0.0, 1000), 500, True, True)
        >>> verdict(apart, 0.3, 0.001), verdict(apart, 0.3, 0.2)
        ('no difference was found; not below by more than 1 point', 'undecided: the interval is too wide')
    """
    alpha = 1 - LEVEL
    differs, sided = p_zero <= alpha, p_margin <= alpha
    better, worse = ("lower", "higher") if headline.less_is_better else ("above", "below")
    point = headline.margin_told()
    if differs and found.mean > 0:
        return better
    if differs and sided:
        more = found.mean < -headline.margin
        return f"{worse} by more than {point}" if more else f"{worse}, by no more than {point}"
    if differs:
        return f"{worse}; by more than {point} or not is undecided"
    if sided and found.mean > -headline.margin:
        return f"no difference was found; not {worse} by more than {point}"
    return "undecided: the interval is too wide"
