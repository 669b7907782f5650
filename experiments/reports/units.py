"""Scores and their differences, with intervals, in the unit of the metric that they are of.

Scores are better the greater they are; of a metric of which less is better they are the negative.
"""

from __future__ import annotations

from experiments.reports.bootstrap import Interval
from experiments.tasks.judge import Headline


def in_metric(headline: Headline, scores: Interval) -> Interval:
    """An interval of a mean score, or of a difference of two, as one of the metric.

    Args:
        headline: the metric.
        scores: the interval.

    Example:
        >>> unit = {"factor": 1, "unit": "", "digits": 3, "less_is_better": True}
        >>> rmse = Headline("rmse", "RMSE", ("RMSE",), "has {score}", "has {score}", **unit)
        >>> in_metric(rmse, Interval(-0.92, -0.93, -0.91))
        Interval(mean=0.92, low=0.91, high=0.93)
    """
    return scores.negated if headline.less_is_better else scores


def span(headline: Headline, scores: Interval, sign: str = "") -> str:
    """An interval of a mean score, or of a difference, as tables show it: without the unit.

    Of one without width, which holds whatever the rows, the number alone.

    Args:
        headline: the metric.
        scores: the interval.
        sign: "+" for a difference.

    Example:
        >>> from experiments.tasks import CLASSES
        >>> span(CLASSES.headline, Interval(-0.0052, -0.0084, 0.0012), "+")
        '-0.5 [-0.8, +0.1]'
    """
    found = in_metric(headline, scores)
    mean, low, high = (
        headline.number(found.mean, sign),
        *(headline.end(x, sign) for x in (found.low, found.high)),
    )
    return f"{mean} [{low}, {high}]" if found.low < found.high else mean
