"""What came of one set of vectors, or of two side by side, as tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from embedlab.quality import Interval, Section
from experiments.intrinsic.beside import NEIGHBOURS, Beside
from experiments.intrinsic.grid import Grid
from experiments.intrinsic.measure import Measured, Options, parts

#: What two sets of vectors are called in tables.
SIDES = ("A", "B")
_NOTHING = "–"
_GEOMETRY = {
    "effective_rank": "effective rank",
    "rankme": "RankMe",
    "partition_isotropy": "partition isotropy",
    "mean_cosine": "mean cosine",
    "uniformity": "uniformity",
    "hubness": "hubness",
    "norm_mean": "norm, mean",
    "norm_std": "norm, standard deviation",
    "norm_median": "norm, median",
    "norm_max_over_median": "norm, largest over median",
    "norm_zero_share": "share of zero vectors",
}


def tables(
    measured: Sequence[Measured],
    compared: Beside | None,
    options: Options,
    words: Sequence[str] = (),
    k: int = 10,
) -> Iterator[Grid]:
    """The tables, in the order shown; one that would be empty is left out.

    Args:
        measured: what came of one set of vectors, or of two, which are called A and B.
        compared: of the two; None of one.
        options: how it was asked.
        words: whose neighbours are shown.
        k: how many of them.

    Source: none; the columns are this program's own.
    """
    names = SIDES if len(measured) > 1 else ("",)
    yield from _similarity(names, measured, compared, options)
    yield from _analogies(names, measured, compared, options)
    yield from _categories(names, measured)
    yield from _outliers(names, measured)
    yield from _neighbours(names, measured, words, k)
    yield from _geometry(names, measured)
    if compared is not None:
        yield from _alike(compared)


def _similarity(
    names: Sequence[str], measured: Sequence[Measured], compared: Beside | None, options: Options
) -> Iterator[Grid]:
    header = ["set", "pairs"]
    for name in names:
        header += [_of(name, "known"), "Spearman"]
        header += [] if compared else ["Pearson"]
    header += ["A − B"] if compared else []
    rows = []
    for title, first in measured[0].similarity.items():
        row = [title, f"{len(first.judged):,}"]
        for found in (each.similarity[title] for each in measured):
            row += [_percent(found.coverage), _interval(found.spearman)]
            row += [] if compared else [_percent(found.pearson)]
        row += [_interval(compared.similarity[title], "+")] if compared else []
        rows.append(tuple(row))
    how = {
        "skip": "pairs with an unknown word do not count",
        "zero": "pairs with an unknown word have similarity 0",
        "mean": "an unknown word has the mean vector",
    }
    caption = f"Known: % of pairs. Brackets: 95 % interval, pairs resampled; {how[options.unknown]}."
    if compared:
        caption += " A − B: of Spearman's, on the pairs that count for both."
    if rows:
        yield Grid("Word similarity: correlations × 100", tuple(header), tuple(rows), caption)


def _analogies(
    names: Sequence[str], measured: Sequence[Measured], compared: Beside | None, options: Options
) -> Iterator[Grid]:
    for title in measured[0].analogies:
        found = [each.analogies[title] for each in measured]
        header = ["section", "questions"]
        for name in names:
            header += [_of(name, "asked"), "right %"]
        header += ["A − B"] if compared else []
        lines: list[tuple[str, list[Section]]] = [("all", [each.total for each in found])]
        groups = [parts(each) for each in found]
        lines += [(part, [group[part] for group in groups]) for part in groups[0]]
        if len(found[0].sections) > 1:
            lines += [(name, [each.sections[name] for each in found]) for name in found[0].sections]
        rows = []
        for number, (section, counts) in enumerate(lines):
            row = [section, f"{_questions(counts[0], options):,}"]
            for count in counts:
                row += [f"{count.asked:,}", f"{100 * count.accuracy:.1f}" if count.asked else _NOTHING]
            if compared:
                row.append(_interval(compared.analogies[title], "+") if number == 0 else "")
            rows.append(tuple(row))
        caption = f"{options.method}, exact; the words of a question are no answers."
        if options.unknown != "skip":
            caption += " A question with an unknown word is wrong."
        if compared:
            caption += " A − B: in points, on the questions that are asked of both."
        yield Grid(f"Analogies: {title}", tuple(header), tuple(rows), caption)


def _questions(count: Section, options: Options) -> int:
    return count.asked + (count.unknown if options.unknown == "skip" else 0)


def _categories(names: Sequence[str], measured: Sequence[Measured]) -> Iterator[Grid]:
    header = ["set", "categories"]
    for name in names:
        header += [_of(name, "words"), "unknown", "purity"]
    rows = []
    for title, first in measured[0].categories.items():
        row = [title, str(first.categories)]
        for found in (each.categories[title] for each in measured):
            row += [f"{found.words:,}", f"{found.unknown:,}", _number(found.purity)]
        rows.append(tuple(row))
    if rows:
        caption = "k-means of unit vectors, as many clusters as categories."
        yield Grid("Categories", tuple(header), tuple(rows), caption)


def _outliers(names: Sequence[str], measured: Sequence[Measured]) -> Iterator[Grid]:
    rows = tuple(
        (
            name or "these",
            f"{found.asked:,}",
            f"{found.unknown:,}",
            _percent(found.accuracy),
            _percent(found.opp),
        )
        for name, found in zip(names, (each.outliers for each in measured), strict=True)
        if found is not None
    )
    if rows:
        header = ("vectors", "outliers", "unknown", "accuracy %", "OPP %")
        yield Grid("Outliers", header, rows, "OPP: the outlier position percentage.")


def _neighbours(
    names: Sequence[str], measured: Sequence[Measured], words: Sequence[str], k: int
) -> Iterator[Grid]:
    for name, each in zip(names, measured, strict=True):
        if not words:
            return
        known = [word for word in words if word in each.vectors]
        found = dict(zip(known, each.vectors.neighbours(known, k), strict=True))
        shown = [[f"{other} {cosine:.2f}" for other, cosine in found.get(word, [])] for word in words]
        longest = max(1, *map(len, shown))
        rows = tuple(tuple(some[i] if i < len(some) else _NOTHING for some in shown) for i in range(longest))
        notes = " ".join(_missing(word, each) for word in words if word not in found)
        title = f"Neighbours in {name}, with cosines" if name else "Neighbours, with cosines"
        yield Grid(title, tuple(words), rows, notes, tuple(range(len(words))))


def _missing(word: str, each: Measured) -> str:
    try:
        each.vectors.row(word)
    except KeyError as error:
        return f"{error}."
    return ""


def _geometry(names: Sequence[str], measured: Sequence[Measured]) -> Iterator[Grid]:
    rows = tuple(
        (shown, *(_plain(each.geometry.get(key)) for each in measured))
        for key, shown in _GEOMETRY.items()
        if any(key in each.geometry for each in measured)
    )
    if rows:
        caption = "Of an even sample of at most 2,000 words; the metrics are defined in embedlab.quality."
        yield Grid("Geometry", ("metric", *(name or "value" for name in names)), rows, caption)


def _alike(compared: Beside) -> Iterator[Grid]:
    found = compared.alike
    if found is None:
        return
    rows = (
        ("words that both have", f"{found.shared:,}"),
        (f"mean cosine once turned, of {found.turned:,} words", _number(found.cosine)),
        ("residual of that", _number(found.residual)),
        (f"shared of {NEIGHBOURS} neighbours %, of {found.compared:,} words", _percent(found.overlap)),
    )
    caption = "Turned by orthogonal Procrustes, every word's vector of length 1: residual from 0 to √2."
    yield Grid("How alike they are", ("", "value"), rows, caption)


def _of(name: str, title: str) -> str:
    return f"{name}: {title}" if name else title


def _interval(found: Interval, sign: str = "") -> str:
    """In parts of 100."""
    if math.isnan(found.value):
        return _NOTHING
    value, low, high = (format(round(100 * x, 1) + 0.0, f"{sign}.1f") for x in found)
    return f"{value} [{low}, {high}]"


def _number(value: float) -> str:
    return _NOTHING if math.isnan(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return _NOTHING if math.isnan(value) else f"{100 * value:.1f}"


def _plain(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3g}"
