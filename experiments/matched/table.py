"""The tables of a comparison: for the terminal and a page, a spreadsheet, and a paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from experiments.figures.latex import escaped
from experiments.intrinsic.grid import Grid
from experiments.matched.cells import part
from experiments.matched.comparison import Comparison
from experiments.matched.results import Found, Result
from experiments.reports import trained
from experiments.reports.bootstrap import Interval
from experiments.reports.sizes import size
from experiments.reports.units import in_metric, span
from experiments.tasks import Headline

_EDGES = {"lowest": "↓", "highest": "↑"}
#: Columns that a terminal has no room for: they are told below the table.
_BELOW = ("size", "verdict")


def grid(comparison: Comparison, found: Found) -> Grid:
    """The table of one data set, for a page."""
    header = (
        *("kind", "bytes", "size", "rate", "trained", "index"),
        *(f"{found.headline.named} [95 %]", "difference [95 %]", "p, adj.", "verdict", "s"),
    )
    rows = tuple(_cells(each, found.headline) for each in found.results)
    return Grid(found.data, header, rows, caption(comparison, found), left=(0, 9))


def narrow(comparison: Comparison, found: Found) -> Grid:
    """The table of one data set for a terminal of 100 columns, with sizes and verdicts below it."""
    whole = grid(comparison, found)
    kept = [
        place
        for place, name in enumerate(whole.header)
        if name not in _BELOW and any(row[place] for row in whole.rows)
    ]
    verdicts = [
        f"{each.made.cell.name}{f' ({solved})' if (solved := _solved(each)) else ''}: {each.verdict}."
        for each in found.results
        if not each.made.cell.is_reference or each.made.reason
    ]
    return Grid(
        whole.title,
        tuple(whole.header[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in whole.rows),
        "\n".join([*verdicts, "", whole.caption]),
    )


def caption(comparison: Comparison, found: Found) -> str:
    """What the table is of, and how it is to be read."""
    of = f", in {found.folds} folds, each with rates chosen by itself" if found.folds else ""
    shared = (
        " Rows of one fold share a model, what it was trained on and its rate, which resampling rows and "
        "seeds does not see: intervals may be too narrow."
        if found.folds
        else ""
    )
    seeds = len(comparison.seeds)
    many = f"{seeds} seeds" if seeds > 1 else "1 seed, so that nothing is seen of chance between seeds"
    lines = [
        f"{found.title}: {found.test_rows:,} test rows in {found.test_groups:,} groups of (near-)duplicates"
        f"{of}. {many}.{shared} bytes: part of the reference's trainable bytes, met within "
        f"{100 * comparison.tolerance:g} %; index buffers are not among them.",
        f"rate: the best of {len(comparison.rates)} on validation, the same for all "
        f"({', '.join(f'{rate:g}' for rate in comparison.rates)}); the other settings are alike, and tuned "
        "for none.",
    ]
    runs = {each.made.cell.name: each.made.summaries for each in found.results}
    said = trained.told(runs, auto=comparison.data[found.data].train.update == "auto")
    if said:
        lines.append(f"{said[0].upper()}{said[1:]}.")
    edges = [each for each in found.results if any(one.edge for one in each.made.tuned)]
    if edges:
        names = ", ".join(each.made.cell.name for each in edges)
        lines.append(f"↓ and ↑: at the edge of the rates, so that one beyond might be better: {names}.")
    full = found.results[0].made.cell.solved.spec
    rows = getattr(full, "vocabulary", None)
    if rows is not None and rows > 1.02 * (found.words + 2):
        lines.append(
            f"The reference has {rows:,} rows for {found.words:,} words: part of its bytes is spare, and "
            "budgets are wider than they seem."
        )
    return " ".join(lines)


def footing(comparison: Comparison, found: Sequence[Found]) -> str:
    """What holds for all tables of a comparison."""
    compared = sum(each.against is not None for one in found for each in one.results)
    return (
        f"Differences are paired, by bootstrap over groups of test rows and seeds; p is of no difference, "
        f"adjusted by Holm over the {2 * compared} questions of this comparison (of each of {compared} "
        f"embeddings: is there a difference, and is it a loss of more than {_margins(found)}). A verdict "
        "says what these adjusted values support; intervals in the tables are each for itself."
        + _few(len(comparison.seeds))
    )


def _margins(found: Sequence[Found]) -> str:
    return " or ".join(dict.fromkeys(one.headline.margin_told() for one in found))


def _few(seeds: int) -> str:
    if seeds < 2:
        return ""
    return f" Of the variance between seeds, {seeds} of them show {seeds - 1}/{seeds}."


def markdown(comparison: Comparison, found: Sequence[Found]) -> str:
    """All tables as a page."""
    tables = [grid(comparison, each).markdown() for each in found]
    return "\n\n".join([*tables, footing(comparison, found)]) + "\n"


def spreadsheet(found: Sequence[Found]) -> str:
    """All cells as comma-separated values, unrounded: shares in parts of 1, sizes in bytes."""
    text = io.StringIO()
    lines = [_values(one, each) for one in found for each in one.results]
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def latex(comparison: Comparison, found: Sequence[Found]) -> str:
    """All tables for LaTeX with the package booktabs."""
    parts = []
    for one in found:
        made = grid(comparison, one)
        columns = "".join("l" if place in made.left else "r" for place in range(len(made.header)))
        lines = [
            r"\begin{table}",
            rf"\caption{{{escaped(made.caption)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            _row(made.header),
            r"\midrule",
            *map(_row, made.rows),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, f"% {footing(comparison, found)}"]) + "\n"


def _row(cells: Sequence[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"


def _cells(result: Result, headline: Headline) -> tuple[str, ...]:
    cell, against = result.made.cell, result.against
    return (
        cell.kind,
        "1" if cell.is_reference else part(cell.budget),
        _solved(result),
        _rates(result),
        size(result.made.trainable_bytes),
        size(index) if (index := result.made.index_bytes) else "",
        "" if result.score is None else _span(headline, result.score),
        "" if against is None else _span(headline, against.interval, "+"),
        "" if against is None else _p(against.p_adjusted),
        result.verdict,
        "" if result.score is None else f"{result.made.seconds:.1f}",
    )


def _solved(result: Result) -> str:
    solved = result.made.cell.solved
    return f"{solved.field}={solved.size:,}" if solved.field else ""


def _rates(result: Result) -> str:
    """The chosen rate, or the least and the greatest of all folds, with a mark where one is at the edge."""
    rates = [each.rate for each in result.made.tuned if each.rate is not None]
    ends = "–".join(f"{rate:g}" for rate in dict.fromkeys([min(rates), max(rates)])) if rates else ""
    return ends + "".join(sign for edge, sign in _EDGES.items() if _is_at(result, edge))


def _is_at(result: Result, edge: str) -> bool:
    return any(each.edge == edge for each in result.made.tuned)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _span(headline: Headline, interval: Interval, sign: str = "") -> str:
    return span(headline, interval, sign).replace("-", "−")


def _values(found: Found, result: Result) -> dict[str, object]:
    made, cell, against = result.made, result.made.cell, result.against
    values: dict[str, object] = {
        "data": found.data,
        "kind": cell.kind,
        "budget": cell.budget,
        "field": cell.solved.field,
        "size": cell.solved.size or "",
        "trainable_bytes": made.trainable_bytes,
        "index_bytes": made.index_bytes,
        "rate": " ".join(f"{each.rate:g}" for each in made.tuned if each.rate is not None),
        "edge": " ".join(each.edge for each in made.tuned if each.edge),
    }
    intervals = {
        "score": result.score,
        "difference": against.interval if against else None,
        "simultaneous": against.simultaneous if against else None,
    }
    for name, interval in intervals.items():
        values |= _named(name, None if interval is None else in_metric(found.headline, interval))
    for name in ("p", "p_adjusted", "p_margin_adjusted"):
        values[name] = "" if against is None else getattr(against, name)
    return values | {
        "verdict": result.verdict,
        "seconds": "" if result.score is None else made.seconds,
    }


def _named(name: str, interval: Interval | None) -> dict[str, object]:
    found = ("", "", "") if interval is None else (interval.mean, interval.low, interval.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))
