"""What a table shows, in words that its intervals support and no more."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.config import BAG
from experiments.reports.bootstrap import Interval
from experiments.reports.row import Row
from experiments.reports.units import in_metric
from experiments.tasks import CLASSES, Headline

_FEW_SEEDS = 5
#: Groups of test rows below which a difference of a few points cannot be told from none.
_FEW_ROWS = 300
#: The same of the rarer class, where the score is an area under a curve.
_FEW_OF_A_CLASS = 100
#: Vectors a word from which on a table is called too large for its text.
_SPARE = 1.5
#: Part of the reference's bytes up to which a table counts as smaller, not as one of as many.
_LESS = 0.95


def verdict(
    rows: Sequence[Row],
    reference: Row | None,
    test_rows: int,
    *,
    headline: Headline = CLASSES.headline,
    test_groups: int | None = None,
    telling: int | None = None,
    words: int | None = None,
    ngrams: int = 1,
) -> str:
    """States which embedding is best, how it stands to the reference and the baselines, and with what doubt.

    Where some embeddings are smaller than the reference, it is of the best of those, which is told beside
    the reference; else of the reference itself, beside the best of the others. An order is stated as found
    only where the interval of a paired difference excludes the contrary; otherwise it is called open.

    Args:
        rows: all rows of the table.
        reference: the full table, among the rows; None if there is none.
        test_rows: how many rows the scores are of.
        headline: how the score is told.
        test_groups: how many groups of near-duplicates they form; None where each is its own.
        telling: how many of the groups the score rests on, those of the rarer class, say; None for all.
        words: how many distinct words the training text holds; None if not known.
        ngrams: up to how many words in a run count as a word of their own.

    Returns:
        Two to five sentences.

    Example:
        >>> full = Row("dense", "embedding", Interval(0.85, 0.83, 0.87), {}, None, 100, 400, 0, 1.0, 3)
        >>> loss = Interval(-0.0052, -0.0084, 0.0012)
        >>> cut = Row("cut", "embedding", Interval(0.845, 0.82, 0.86), {}, loss, 25, 100, 0, 1.0, 3)
        >>> print(verdict([full, cut], full, 1000))
        At 25 % of dense's trainable bytes, cut gets 84.5 % of the 1,000 test rows right, dense 85.0 %: a
        difference of -0.5 points (95 % interval -0.8 to +0.1), so it is within 1 point of dense. Read
        this with care: 3 seeds are few.

    Source: the margin is the project's own measure; the wording follows the intervals of `bootstrap`.
    """
    embeddings = [row for row in rows if not row.is_baseline]
    if not embeddings:
        return "No embedding was run: the table holds baselines alone."
    rivals = [row for row in embeddings if reference is None or row.name != reference.name]
    smaller = [row for row in rivals if reference and _share(row, reference) <= _LESS]
    pool = sorted(smaller or rivals, key=lambda row: -row.score.mean)
    if smaller and reference:
        best, beside = pool[0], _beside(pool[1:], None)
        opening = _beside_the_full(pool, reference, test_rows, headline)
    elif reference:
        best, beside = reference, _beside(pool, reference)
        opening = _alone(best.name, best, test_rows, headline)
    else:
        best, beside = pool[0], _beside(pool[1:], None)
        opening = _alone(_best_of(pool), best, test_rows, headline)
    sentences = [
        opening,
        _over_folds(best, headline),
        _others(best, beside, rows, headline),
        _too_large(pool or [best], reference if rivals else None, words, ngrams),
        _doubt(rows, len(pool) > 1, test_rows, test_groups or test_rows, telling),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _share(row: Row, reference: Row) -> float:
    """Its part of the reference's trainable bytes; of no bytes, all of them."""
    return row.trainable_bytes / reference.trainable_bytes if reference.trainable_bytes else 1.0


def _gets(which: str, row: Row, test_rows: int, headline: Headline) -> str:
    score, rows = headline.told(headline.metric(row.score.mean)), _counted(test_rows, "test row")
    return f"{which} {headline.sentence.format(score=score, rows=rows)}"


def _best_of(pool: list[Row]) -> str:
    best = pool[0].name
    return f"{best} is the best of {len(pool)} embeddings and" if len(pool) > 1 else best


def _alone(which: str, row: Row, test_rows: int, headline: Headline) -> str:
    found = in_metric(headline, row.score)
    gets = _gets(which, row, test_rows, headline)
    return f"{gets} (95 % interval {headline.told(found.low)} to {headline.told(found.high)})."


def _beside(pool: list[Row], reference: Row | None) -> tuple[str, Row] | None:
    """The first of some embeddings, and how it is called: with its bytes, where they are to be told."""
    if not pool or reference is None:
        return (pool[0].name, pool[0]) if pool else None
    share = _share(pool[0], reference)
    of = f", the best of {len(pool)} others" if len(pool) > 1 else ""
    bytes_ = "as many" if share < 2 - _LESS else f"{share:.1f} times as many"
    return f"{pool[0].name}{of}, at {bytes_} bytes,", pool[0]


def _beside_the_full(pool: list[Row], reference: Row, test_rows: int, headline: Headline) -> str:
    best = pool[0]
    gets = _gets(_best_of(pool), best, test_rows, headline)
    start = f"At {_share_of_bytes(pool, reference)} of {reference.name}'s trainable bytes, "
    index = f" (with an index of {best.index_bytes / 1e6:.1f} MB besides, computed from the words)"
    whole = headline.told(headline.metric(reference.score.mean))
    both = f"{gets}{index if best.index_bytes else ''}, {reference.name} {whole}"
    if best.difference is None:
        return f"{start}{both}."
    mean, within = _numbers(best.difference, headline, "+")
    return (
        f"{start}{both}: a difference of {mean} ({within}), "
        f"{_within_the_margin(best.difference, reference.name, headline)}."
    )


def _share_of_bytes(pool: list[Row], reference: Row) -> str:
    shares = [round(100 * _share(row, reference)) for row in pool]
    low, high = min(shares), max(shares)
    return f"{low} %" if low == high else f"{low} to {high} %"


def _within_the_margin(difference: Interval, reference: str, headline: Headline) -> str:
    within = f"within {headline.margin_told()} of {reference}"
    better = "lower" if headline.less_is_better else "above"
    if difference.low > 0:
        return f"so it is {better}{' than' if headline.less_is_better else ''} {reference}"
    if difference.not_below(headline.margin):
        return f"so it is {within}" + f", or {better}" * (difference.high > headline.margin)
    if difference.high >= -headline.margin:
        return f"so whether it is {within} is open"
    return f"so it is not {within}"


def _over_folds(best: Row, headline: Headline) -> str:
    """The numbers that papers give."""
    if best.over_folds is None:
        return ""
    mean, spread = best.over_folds
    told, apart = headline.told(headline.metric(mean)), _in_points(headline.number(spread), headline)
    folds = _counted(len(best.by_fold), "fold")
    return f"Over {folds} the mean is {told} and the standard deviation {apart}."


def _others(best: Row, beside: tuple[str, Row] | None, rows: Sequence[Row], headline: Headline) -> str:
    """Another embedding and the baselines, each as far ahead of the best, or behind, as its pairs show."""
    clauses = []
    if beside:
        called, row = beside
        clauses.append(_standing(called, row, best.over.get(row.name), best.name, headline))
    main = next(row.name for row in rows if not row.is_baseline)
    for row in rows:
        paired = best.over.get(row.name)
        if row.is_baseline and not (_guesses(row) and paired and paired.low > 0):
            name = f"{row.name}, {main} in a plain bag," if row.name == BAG else f"the baseline {row.name}"
            clauses.append(_standing(name, row, paired, best.name, headline))
    text = "; ".join(clauses)
    # Names are as they are written, also where they begin a sentence.
    return f"{text.replace('the ', 'The ', 1) if text.startswith('the ') else text}." if text else ""


def _guesses(row: Row) -> bool:
    """Whether a baseline has learnt nothing: that the best beats it is worth no word."""
    return row.parameters == 0


def _standing(name: str, row: Row, paired: Interval | None, best: str, headline: Headline) -> str:
    """Where a row stands to the best, of which `paired` is the difference to it."""
    if paired is None:
        return f"{name} {headline.short.format(score=headline.told(headline.metric(row.score.mean)))}"
    known = paired.low > 0 or paired.high < 0
    open_ = "" if known else ", so their order is open"
    if float(headline.number(paired.mean, more=1)) == 0:
        return f"{name} is level with {best} ({_numbers(paired, headline)[1]}){open_}"
    sides = ("lower than", "higher than") if headline.less_is_better else ("ahead of", "behind")
    side = sides[paired.mean > 0]
    # Told as a distance: above zero to the side that is named.
    apart = paired if (paired.mean > 0) != headline.less_is_better else paired.negated
    mean, within = _numbers(apart, headline)
    return f"{name} is {mean} {side} {best} ({within}){open_}"


def _too_large(pool: list[Row], reference: Row | None, words: int | None, ngrams: int) -> str:
    """Owns up where tables have more room than the text has words, so that fewer bytes cost nothing."""
    full, best = reference or pool[0], pool[0]
    if not words or not full.vectors or full.vectors < _SPARE * words:
        return ""
    found = _counted(words, "word") if ngrams == 1 else f"{words:,} words and runs of words"
    if reference and best.vectors and best.vectors >= words:
        return (
            f"The training text holds {found}; {best.name} has room for {best.vectors:,} vectors and "
            f"{full.name} for {full.vectors:,}: bytes are not what limits them, and this says nothing of a "
            "tight budget."
        )
    return f"{full.name} has {full.vectors:,} rows for {found}: bytes are not what limits it."


def _doubt(rows: Sequence[Row], picked: bool, test_rows: int, groups: int, telling: int | None) -> str:
    reasons = []
    if groups < _FEW_ROWS:
        which = (
            _counted(groups, "test row")
            if groups == test_rows
            else _counted(groups, "group", " of test rows")
        )
        reasons.append(f"{which} {'is' if groups == 1 else 'are'} few")
    if telling is not None and telling < min(groups, _FEW_OF_A_CLASS):
        what = "test row" if groups == test_rows else "group"
        are = "is" if telling == 1 else "are"
        reasons.append(f"{_counted(telling, what)} of the rarer class, on which an area rests, {are} few")
    seeds = min(row.seeds or 1 for row in rows if not row.is_baseline)
    if seeds == 1:
        reasons.append("one seed says nothing of what another would change")
    elif seeds <= _FEW_SEEDS:
        reasons.append(f"{seeds} seeds are few")
    if picked:
        reasons.append("the best was picked on these same test rows")
    if unfinished := _improving(rows):
        reasons.append(unfinished)
    if not reasons:
        return ""
    last = f", and {reasons.pop()}" if len(reasons) > 1 else ""
    return f"Read this with care: {', '.join(reasons)}{last}."


def _improving(rows: Sequence[Row]) -> str:
    """How many runs might have done better with more steps; a baseline's too, which then stands too low."""
    trained = [row for row in rows if row.seeds is not None]
    improving = sum(row.improving for row in trained)
    if not improving:
        return ""
    of = [f"{row.improving} of {row.name}" for row in trained if row.is_baseline and row.improving]
    among = f" ({', '.join(of)})" if of else ""
    were = "was still improving when it" if improving == 1 else "were still improving when they"
    return f"{improving} of {_counted(sum(row.runs for row in trained), 'run')}{among} {were} stopped"


def _counted(number: int, what: str, of: str = "") -> str:
    return f"{number:,} {what}{'s' * (number != 1)}{of}"


def _in_points(number: str, headline: Headline) -> str:
    return f"{number} {headline.difference_unit}".rstrip()


def _numbers(difference: Interval, headline: Headline, sign: str = "") -> tuple[str, str]:
    """A difference with its unit, and its interval; a sign at all numbers where it tells two sides apart."""
    found = in_metric(headline, difference)
    ends = (found.mean, found.low, found.high)
    # What is said of the whole margin, or of none, must agree with the number shown: then a digit more.
    telling = {float(headline.number(value)) for value in (0.0, headline.margin)}
    more = int(any(abs(float(headline.number(value))) in telling for value in ends))
    signs = "+" if sign or headline.end(found.low, "+", more).startswith("-") else ""
    mean = headline.number(found.mean, sign, more)
    low, high = (headline.end(value, signs, more) for value in (found.low, found.high))
    return _in_points(mean, headline), f"95 % interval {low} to {high}"
