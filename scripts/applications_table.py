"""The README's table of applications, made of the runs of `scripts/applications.py`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from applications_rows import MEASURES, Measure

from experiments.errors import Mistake
from experiments.reports.bootstrap import Interval, paired_difference
from experiments.runs.found import found
from experiments.runs.results import Result, results
from experiments.settings import codec
from experiments.study import registry
from experiments.tasks import AveragePrecision, Headline, Judge

#: What stands before the table and after it in the README.
BEGINS, ENDS = "<!-- table: applications -->", "<!-- end of table -->"
_Kept = TypeVar("_Kept")
_HEAD = (
    "application, `-m experiments.…`",
    "data, `configs/…`",
    "embedding",
    "hashed, same bytes",
    "beside, on the same rows",
    "published, to reach",
    "time",
)


def table(workdir: Path, measures: Sequence[Measure] = MEASURES) -> list[str]:
    """The lines of the table, in Markdown; rows that were not run are left out.

    Args:
        workdir: where the rows were run, each in a folder of its name.
        measures: the rows.
    """
    lines = [f"| {' | '.join(_HEAD)} |", "|" + " --- |" * len(_HEAD)]
    before = ""
    for measure in measures:
        folder = workdir / measure.name
        if (folder / "table.csv").is_file():
            cells = list(_cells(measure, folder, first=measure.application != before))
            lines.append(f"| {' | '.join(cells)} |")
            before = measure.application
    return lines


def replaced(text: str, lines: Sequence[str]) -> str:
    """A page with the table in the place of the one that it has.

    Raises:
        ValueError: the page does not have the two marks.
    """
    before, begins, rest = text.partition(f"{BEGINS}\n")
    _, ends, after = rest.partition(f"{ENDS}\n")
    if not begins or not ends:
        raise ValueError(f"a line {BEGINS} and a later one {ENDS} are wanted")
    return "".join((before, begins, "\n", "\n".join(lines), "\n\n", ends, after))


def _cells(measure: Measure, folder: Path, *, first: bool) -> Iterator[str]:
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    headline = _headline(folder)
    main = next(row for row in rows.values() if row["kind"] == "embedding")
    page = f"[{measure.application}](docs/applications/{measure.application}.md)"
    yield f"{page} `{measure.program}`" if first else ""
    yield f"{measure.data}, `{measure.config}`"
    seeds = int(main["seeds"])
    unit = " %" if headline.unit == "%" else ""
    yield (
        f"{headline.name}{unit} **{_span(main, headline.key, headline)}**, "
        f"{seeds} {'seed' if seeds == 1 else 'seeds'}"
    )
    yield _hashed(measure, rows, headline, folder)
    yield "; ".join(_beside(measure, rows, main, headline, folder))
    yield measure.wanted
    yield _time(sum(_seconds(folder)))


def _hashed(measure: Measure, rows: Mapping[str, dict[str, str]], headline: Headline, folder: Path) -> str:
    if measure.hashed not in rows:
        return ""
    own = rows[measure.hashed]
    shown = _span(own, headline.key, headline)
    if not measure.drawn:
        return f"{shown}: {_span(own, 'difference', headline, '+')}"
    drawn = _span(_of(rows, measure.drawn, folder), headline.key, headline)
    runs = {result.name: result for result in results(found([folder]))}
    of_hashed, of_drawn = (_of(runs, name, folder) for name in (measure.hashed, measure.drawn))
    judge, tested = of_hashed.task, of_hashed.tested
    assert tested is not None, folder
    apart = paired_difference(_scores(of_hashed, judge), _scores(of_drawn, judge), tested[2])
    return f"{shown}: {_ends(apart, headline, '+')} from as many rows drawn, {measure.drawn} {drawn}"


def _beside(
    measure: Measure,
    rows: Mapping[str, dict[str, str]],
    main: dict[str, str],
    headline: Headline,
    folder: Path,
) -> Iterator[str]:
    for name in measure.beside:
        own = _of(rows, name, folder)
        yield (
            f"{name} {_span(own, headline.key, headline)}, so {_span(main, f'over_{name}', headline, '+')}"
        )
    if measure.also:
        one, *others = _also(folder, [main["name"], *measure.beside])
        yield f"average precision {one}, {', '.join(others)}"


def _also(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """Average precision of the first, and of the others, each with the difference to it."""
    judge = AveragePrecision()
    runs = {result.runs[0].name: result for result in results(found([folder]))}
    scores = {name: _scores(_of(runs, name, folder), judge) for name in names}
    first, headline = scores[names[0]], judge.headline
    tested = runs[names[0]].tested
    assert tested is not None, folder
    yield headline.number(float(first.mean()))
    for name in names[1:]:
        telling = judge.telling(tested[1], tested[2])
        apart = _ends(paired_difference(first, scores[name], tested[2], telling=telling), headline, "+")
        yield f"{name} {headline.number(float(scores[name].mean()))}, so {apart}"


def _of(known: Mapping[str, _Kept], name: str, folder: Path) -> _Kept:
    """What is kept of an embedding or baseline.

    Raises:
        Mistake: nothing is, as where its folder was removed.
    """
    if name not in known:
        raise Mistake(
            f"{folder}: there is nothing of {name}, of which the table tells; give {folder.name} without "
            "--table, which runs what is missing"
        )
    return known[name]


def _scores(result: Result, judge: Judge) -> np.ndarray:
    scores = result.scores(judge)
    if scores is None:
        raise Mistake(
            f"{result.workdir}: predictions or targets of {result.name} are missing; give its name without "
            "--table, which runs what is missing"
        )
    return scores


def _headline(folder: Path) -> Headline:
    raw: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    if registry.KEY in raw:
        application, config = registry.decode(raw)
        return application.judge(config).headline
    return codec.decode(raw).task.headline


def _span(row: Mapping[str, str], name: str, headline: Headline, sign: str = "") -> str:
    return _ends(Interval(*(float(row[name + end]) for end in ("", "_low", "_high"))), headline, sign)


def _ends(ends: Interval, headline: Headline, sign: str) -> str:
    mean, low, high = (
        headline.number(ends.mean, sign),
        *(headline.end(x, sign) for x in (ends.low, ends.high)),
    )
    return f"{mean} [{low}, {high}]".replace("-", "−")


def _seconds(folder: Path) -> Iterator[float]:
    """What each run below a folder took, and the reading of the data: of several calls, all of them."""
    for path in sorted(folder.rglob("summary.json")):
        found = json.loads(path.read_text("utf-8")).get("seconds", 0.0)
        if isinstance(found, dict):  # phases of a run, or of a comparison, whose runs are met by themselves
            yield from (seconds for phase, seconds in found.items() if phase != "total")
        else:
            yield found


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
