"""The table that a comparison ends in: for the terminal, for a page, for a spreadsheet, and in words."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import rich.table
from rich import box
from rich.text import Text

from experiments.reports.bootstrap import Interval
from experiments.reports.row import Row
from experiments.reports.units import in_metric, span
from experiments.reports.verdict import verdict
from experiments.tasks import CLASSES, Judge, Metric

__all__ = ["Row", "Table"]

_SHORT_NAME = 15  # letters of a reference that still fit above its column


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows on the same test rows, and how to show them.

    Attributes:
        rows: the lines, in the order shown.
        reference: name of the row that differences are to, the full table; None if there is none.
        classes: how many classes or labels the data have; 0 for values.
        test_rows: how many rows the scores are of.
        data: name of the data.
        test_groups: how many groups the test rows form, drawn whole; None where each is its own.
        groups_of: what the rows of a group are.
        telling: how many of the groups the headline rests on, those of the rarer class, say; None for all.
        words: how many distinct words the training text holds; None if not known.
        ngrams: up to how many words in a run count as a word of their own.
        max_length: how many tokens of a document are read; None if all are.
        cut: how many test documents are longer than that; None if not known.
        folds: how many parts the data were cut in, where rows are of folds; None for one split.
        task: what judged it, which names the scores.
        notes: what the caption says of the training and of the baselines.
        doubts: what it says of the data, in sentences.
        facts: the same as values, for a summary.

    Raises:
        ValueError: no rows, two of one name, or a reference that is not among them.

    Example:
        >>> score, others = Interval(0.85, 0.83, 0.87), {"macro_f1": 0.8, "log_loss": 0.5, "ece": 0.03}
        >>> row = Row("dense", "embedding", score, others, None, 640, 2560, 0, 1, 3)
        >>> table = Table((row,), reference=None, classes=4, test_rows=1000, data="news")
        >>> print(table.markdown().splitlines()[2][:40])
        | dense | embedding | 85.0 [83.0, 87.0]
        >>> table.verdict()
        'dense gets 85.0 % of the 1,000 test rows right (95 % interval 83.0 % to 87.0 %). Read this with care:
        3 seeds are few.'

    Source: none; the columns are this experiment's own.
    """

    rows: tuple[Row, ...]
    reference: str | None
    classes: int
    test_rows: int
    data: str
    test_groups: int | None = None
    groups_of: str = "(near-)duplicates"
    telling: int | None = None
    words: int | None = None
    ngrams: int = 1
    max_length: int | None = None
    cut: int | None = None
    folds: int | None = None
    task: Judge = CLASSES
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [row.name for row in self.rows]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"rows are named {names}: give at least one, each with a name of its own")
        if self.reference is not None and self.reference not in names:
            raise ValueError(
                f"reference={self.reference!r} is no row: choose one of {', '.join(names)}, or None"
            )

    def markdown(self) -> str:
        """A Markdown table, aligned as plain text too, with a line below on what it shows."""
        columns = [*_NAMES, *self._scores(), *self._over_folds(), *self._difference(), *_COSTS]
        header = [" ".join(column.title) for column in columns]
        body = [[column.show(row).replace("|", "\\|") for column in columns] for row in self.rows]
        widths = [max(map(len, cells)) for cells in zip(header, *body, strict=True)]
        rules = [
            "-" * (width + 1) + ":" if column.right else "-" * (width + 2)
            for column, width in zip(columns, widths, strict=True)
        ]
        lines = [_line(cells, columns, widths) for cells in [header, *body]]
        lines.insert(1, f"|{'|'.join(rules)}|")
        return "\n".join([*lines, "", self.caption()])

    def csv(self) -> str:
        """Comma-separated values, unrounded: shares in parts of 1, sizes in bytes."""
        text = io.StringIO()
        lines = [dict(self._values(row)) for row in self.rows]
        writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        return text.getvalue()

    def rich(self, width: int = 100) -> rich.table.Table:
        """For a terminal of that width; columns that matter less are left out where it is narrow."""
        # The caption tells the seeds.
        scores = self._scores()
        columns = [_NAMES[0], *scores, *self._over_folds(), *self._difference(), *_COSTS[:-1]]
        for column in _left_out_first(scores[1:]):
            if column in columns and sum(self._width(c) + 1 for c in columns) > width + 1:
                columns.remove(column)
        shown = rich.table.Table(
            box=box.SIMPLE_HEAD, padding=0, show_edge=False, caption=Text(self.caption())
        )
        shown.caption_justify = "left"
        for column in columns:
            # Text, since brackets in a string would be markup.
            title = Text("\n".join(column.title))
            shown.add_column(
                title,
                justify="right" if column.right else "left",
                vertical="bottom",
                no_wrap=column.right,
                overflow="fold",
            )
        for row, following in zip(self.rows, [*self.rows[1:], self.rows[-1]], strict=True):
            cells = [Text(column.show(row)) for column in columns]
            shown.add_row(*cells, end_section=row.is_baseline != following.is_baseline)
        return shown

    def caption(self) -> str:
        """What the numbers are of."""
        counts = sorted({row.seeds or 1 for row in self.rows if not row.is_baseline})
        seeds = " to ".join(dict.fromkeys(str(count) for count in (counts[0], counts[-1]))) if counts else ""
        runs = f" {seeds} seed{'' if seeds == '1' else 's'} an embedding." if seeds else ""
        grouped = self.test_groups is not None and self.test_groups < self.test_rows
        groups = f" in {self.test_groups:,} groups of {self.groups_of}" if grouped else ""
        doubts = "".join(f" {sentence}" for sentence in self.doubts)
        notes = f" {'; '.join(self.notes)}." if self.notes else ""
        return (
            f"{self.data}: {self.test_rows:,} test rows{groups}, {self.task.counted(self.classes)}."
            f"{self._folded()}{self._read()}{doubts}{runs} "
            f"[95 % intervals] by bootstrap over {'these groups' if grouped else 'test rows'} and seeds; "
            f"seconds are of preparing and training one, with compilation and evaluations."
            f"{self._undefined()}{notes}"
        )

    def _undefined(self) -> str:
        """Why a row lacks a metric."""
        lacking = [
            f" No {metric.key.replace('_', ' ')} where {metric.undefined}."
            for metric in self.task.columns
            if any(metric.key not in row.metrics for row in self.rows)
        ]
        return "".join(lacking)

    def _read(self) -> str:
        """How much of the documents is read, by whatever reads them."""
        if not self.max_length:
            return ""
        too = ", by the baselines too" if any(row.is_baseline for row in self.rows) else ""
        longer = ""
        if self.cut is not None:
            count = f"{self.cut:,} of the {self.test_rows:,}" if self.cut else "no"
            longer = f"; {count} test document{'s are' if self.cut else ' is'} longer"
        return f" Documents are read up to {self.max_length:,} tokens{too}{longer}."

    def _folded(self) -> str:
        """How the rows came to be test rows, where there are folds."""
        if self.folds is None:
            return ""
        run = len(self.rows[0].by_fold)
        which = f"{self.folds} folds" if run == self.folds else f"{run} of {self.folds} folds"
        return f" Each is predicted once a seed, by the model of its fold ({which})."

    def verdict(self) -> str:
        """What the table shows, with the doubt that it deserves; see `experiments.reports.verdict`."""
        return verdict(
            self.rows,
            self._row(self.reference),
            self.test_rows,
            headline=self.task.headline,
            test_groups=self.test_groups,
            telling=self.telling,
            words=self.words,
            ngrams=self.ngrams,
        )

    def _width(self, column: _Column) -> int:
        return max(len(cell) for cell in (*column.title, *(column.show(row) for row in self.rows)))

    def _row(self, name: str | None) -> Row | None:
        return next((row for row in self.rows if row.name == name), None)

    def _scores(self) -> list[_Column]:
        """The task's headline, and the other metrics."""
        headline = _Column(self.task.headline.title, lambda row: span(self.task.headline, row.score))
        return [headline, *(_Column(metric.title, _showing(metric)) for metric in self.task.columns)]

    def _over_folds(self) -> list[_Column]:
        """The column of means over folds; none where there are not several."""
        headline = self.task.headline

        def show(row: Row) -> str:
            if row.over_folds is None:
                return ""
            mean, spread = row.over_folds
            return f"{headline.number(headline.metric(mean))} ± {headline.number(spread)}"

        return [_Column(("folds", "mean ± sd"), show)] if any(row.over_folds for row in self.rows) else []

    def _difference(self) -> list[_Column]:
        """The column of differences; none where no row has one."""

        def show(row: Row) -> str:
            if row.name == self.reference:
                return "reference"
            return span(self.task.headline, row.difference, "+") if row.difference else ""

        named = self.reference and len(self.reference) <= _SHORT_NAME
        title = (f"vs {self.reference}" if named else "difference", self.task.headline.points)
        return [_Column(title, show)] if any(row.difference for row in self.rows) else []

    def _values(self, row: Row) -> Iterator[tuple[str, object]]:
        for field in dataclasses.fields(Row):
            value = getattr(row, field.name)
            if field.name in ("over", "mcnemar"):  # a pair of rows each: the verdict's and the summary's
                continue
            if field.name == "by_fold":
                mean, spread = row.over_folds or (None, None)
                yield "fold_mean", None if mean is None else self.task.headline.metric(mean)
                yield "fold_sd", spread
            elif field.name == "metrics":
                yield from (dict.fromkeys(metric.key for metric in self.task.columns) | value).items()
            elif field.name in ("score", "difference"):
                name = self.task.headline.key if field.name == "score" else field.name
                yield from self._ends(name, value)
            else:
                yield field.name, value
        for baseline in (each.name for each in self.rows if each.is_baseline):
            yield from self._ends(f"over_{baseline}", row.over.get(baseline))
        for name in ("data", "classes", "test_rows", "test_groups", "words", "max_length", "cut", "folds"):
            yield name, getattr(self, name)

    def _ends(self, name: str, interval: Interval | None) -> Iterator[tuple[str, object]]:
        """An interval of scores as three values of the metric; empty ones where there is none."""
        found = in_metric(self.task.headline, interval) if interval else None
        for end in ("mean", "low", "high"):
            yield (name if end == "mean" else f"{name}_{end}"), getattr(found, end) if found else None


@dataclasses.dataclass(frozen=True)
class _Column:
    """A column's title, in lines, and what it shows of a row."""

    title: tuple[str, ...]
    show: Callable[[Row], str]
    right: bool = True


def _line(cells: list[str], columns: list[_Column], widths: list[int]) -> str:
    padded = [
        cell.rjust(width) if column.right else cell.ljust(width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ]
    return f"| {' | '.join(padded)} |"


def _number(value: float, form: str) -> str:
    """Formats a number; what rounds to zero has no minus sign."""
    digits = int(form.strip("+.f"))
    return format(round(value, digits) + 0.0, form)


def _short(number: float, unit: str = "") -> str:
    """Three digits and a decimal prefix: 1 kB is 1,000 bytes."""
    for prefix in ("", "k", "M", "G"):
        if abs(number) < 999.5 or prefix == "G":
            break
        number /= 1000
    digits = f"{number:.0f}" if not prefix or number >= 99.95 else f"{number:.3g}"
    return f"{digits} {prefix}{unit}".strip()


_NAMES = (
    _Column(("name",), lambda row: row.name, right=False),
    _Column(("kind",), lambda row: row.kind, right=False),
)
_COSTS = (
    _Column(("para-", "meters"), lambda row: _short(row.parameters)),
    _Column(("train-", "able"), lambda row: _short(row.trainable_bytes, "B")),
    _Column(("index",), lambda row: _short(row.index_bytes, "B")),
    _Column(("sec-", "onds"), lambda row: _number(row.seconds, ".1f")),
    _Column(("seeds",), lambda row: "" if row.seeds is None else str(row.seeds)),
)


def _showing(metric: Metric) -> Callable[[Row], str]:
    return lambda row: metric.show(row.metrics[metric.key]) if metric.key in row.metrics else ""


def _left_out_first(metrics: list[_Column]) -> Iterator[_Column]:
    """What a narrow terminal goes without, in this order; the files hold everything."""
    costs = [_COSTS[0], _COSTS[3], _COSTS[2]]
    for metric, cost in itertools.zip_longest(reversed(metrics), costs):
        yield from (column for column in (metric, cost) if column)
