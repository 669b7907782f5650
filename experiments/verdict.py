"""What a table shows, in words that its intervals support and no more."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.bootstrap import Interval
from experiments.row import Row

#: One point of accuracy: how far below the full table still counts as keeping up with it.
MARGIN = 0.01
_FEW_SEEDS = 5


def verdict(rows: Sequence[Row], reference: Row | None, baseline: Row | None, test_rows: int) -> str:
    """States which embedding is best, how it stands to the reference and the baseline, and with what doubt.

    Where some embeddings are smaller than the reference, the best is sought among those alone. An order
    is stated as found only where an interval excludes the contrary; otherwise it is called open.

    Args:
        rows: all rows of the table.
        reference: the full table, among the rows; None if there is none.
        baseline: the row to beat, among the rows; None if there is none.
        test_rows: how many rows the accuracies are of.

    Returns:
        A few sentences.

    Example:
        >>> score = (0.8, 0.5, 0.03)
        >>> full = Row("dense", "embedding", Interval(0.85, 0.83, 0.87), *score, None, 100, 400, 0, 1.0, 3)
        >>> loss = Interval(-0.005, -0.008, 0.001)
        >>> cut = Row("cut", "embedding", Interval(0.845, 0.82, 0.86), *score, loss, 25, 100, 0, 1.0, 3)
        >>> print(verdict([full, cut], full, None, 1000))
        At 25 % of dense's trainable bytes, cut gets 84.5 % of the 1,000 test rows right, dense 85.0 %: a
        difference of -0.50 points (95 % interval -0.80 to +0.10). That is within 1 point of dense, and the
        interval rules out a loss of more than 1 point. 3 seeds are few: the intervals understate what
        another seed would change.

    Source: the margin is the project's own measure; the wording follows the intervals of `bootstrap`.
    """
    embeddings = [row for row in rows if not row.is_baseline]
    if not embeddings:
        return "No embedding was run: the table holds baselines alone."
    rivals = [row for row in embeddings if reference is not None and row.name != reference.name]
    smaller = [row for row in rivals if reference and row.trainable_bytes < reference.trainable_bytes]
    pool = sorted(smaller or rivals or embeddings, key=lambda row: -row.accuracy.mean)
    best = pool[0]
    sentences = [_opening(pool, reference if rivals else None, bool(smaller), test_rows)]
    if reference and rivals and best.difference:
        sentences.append(_within_a_point(best.difference, reference.name))
    if len(pool) > 1:
        sentences.append(_runner_up(best, pool[1]))
    if baseline:
        sentences.append(_against_baseline(best, baseline))
    sentences.append(_doubt(pool))
    return " ".join(sentence for sentence in sentences if sentence)


def _opening(pool: list[Row], reference: Row | None, smaller: bool, test_rows: int) -> str:
    best, right = pool[0], f"of the {test_rows:,} test rows right"
    which = f"{best.name} is the best of {len(pool)} embeddings" if len(pool) > 1 else best.name
    gets = f"{which} and gets" if len(pool) > 1 else f"{which} gets"
    if reference is None:
        low, high = _percent(best.accuracy.low), _percent(best.accuracy.high)
        return f"{gets} {_percent(best.accuracy.mean)} {right} (95 % interval {low} to {high})."
    share = _share_of_bytes(pool, reference)
    start = f"At {share} of {reference.name}'s trainable bytes, " if smaller else ""
    gap = f": a difference of {_points(best.difference)}" if best.difference else ""
    other = f"{reference.name} {_percent(reference.accuracy.mean)}"
    both = f"{_percent(best.accuracy.mean)} {right}, {other}{gap}."
    index = f" Its index, {best.index_bytes / 1e6:.1f} MB more, can be computed from the words."
    return f"{start}{gets} {both}{index if best.index_bytes else ''}"


def _share_of_bytes(pool: list[Row], reference: Row) -> str:
    shares = [round(100 * row.trainable_bytes / reference.trainable_bytes) for row in pool]
    low, high = min(shares), max(shares)
    return f"{low} %" if low == high else f"{low} to {high} %"


def _within_a_point(difference: Interval, reference: str) -> str:
    if difference.low > 0:
        return f"The whole interval lies above {reference}."
    near = f"within 1 point of {reference}" if difference.mean <= MARGIN else f"above {reference}"
    if difference.low >= -MARGIN:
        return f"That is {near}, and the interval rules out a loss of more than 1 point."
    if difference.mean >= -MARGIN:
        return (
            f"The estimate is {near}, but the interval reaches more than 1 point below it: "
            "whether it keeps within 1 point is undecided."
        )
    if difference.high >= -MARGIN:
        return (
            f"The estimate is more than 1 point below {reference}, but the interval reaches nearer: "
            "whether it keeps within 1 point is undecided."
        )
    return f"It is not within 1 point of {reference}: the whole interval lies more than 1 point below."


def _runner_up(best: Row, second: Row) -> str:
    gap = f"{second.name} follows with {_percent(second.accuracy.mean)}"
    if best.accuracy.low > second.accuracy.high:
        return f"{gap}, and their intervals do not overlap."
    return f"{gap}; their intervals overlap, so the order of these two is open."


def _against_baseline(best: Row, baseline: Row) -> str:
    start = f"{baseline.name}, without an embedding, gets {_percent(baseline.accuracy.mean)}"
    paired = best.over_baseline
    if paired:
        above, below = paired.low > 0, paired.high < 0
        start = f"{start}; {best.name} less it is {_points(paired)}"
    else:
        above = best.accuracy.low > baseline.accuracy.high
        below = best.accuracy.high < baseline.accuracy.low
    if above or below:
        side = "above" if above else "below"
        return f"{start}: {best.name} is {side} it by more than the intervals leave in doubt."
    return f"{start}: which of the two is better is open."


def _doubt(pool: list[Row]) -> str:
    seeds = min(row.seeds or 1 for row in pool)
    said = ""
    if seeds == 1:
        said = "With one seed the intervals are over test rows alone and say nothing of other seeds."
    elif seeds <= _FEW_SEEDS:
        said = f"{seeds} seeds are few: the intervals understate what another seed would change."
    if len(pool) > 1:
        said += " The best was picked on these same test rows, which flatters it a little."
    return said.strip()


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(difference: Interval) -> str:
    """Two decimals, so that what is said of a whole point agrees with the number shown."""
    mean, low, high = (
        f"{round(100 * value, 2) + 0.0:+.2f}" for value in (difference.mean, difference.low, difference.high)
    )
    return f"{mean} points (95 % interval {low} to {high})"
