"""The tables of a paper: what each embedding gets right and costs, and what its vectors are like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from experiments.figures.latex import latex, markdown
from experiments.reports.sizes import size
from experiments.runs.found_run import FoundRun
from experiments.runs.results import Result, results

_QUALITY = {
    "effective_rank": "effective rank",
    "partition_isotropy": "isotropy",
    "uniformity": "uniformity",
    "hubness": "hubness",
    "silhouette": "silhouette",
    "neighbour_overlap": "neighbours kept",
    "collisions_whole": "words with the same rows",
    "ngram_collisions_whole": "n-grams with the same rows",
}


class PaperTable(NamedTuple):
    """A table as plain text.

    Attributes:
        heads: of its columns.
        rows: of cells.
        note: what has to be known to read it.
    """

    heads: list[str]
    rows: list[list[str]]
    note: str

    def latex(self) -> str:
        """As LaTeX, for booktabs."""
        return latex(self.heads, self.rows, note=self.note)

    def markdown(self) -> str:
        """As Markdown."""
        return markdown(self.heads, self.rows, note=self.note)


def tables(runs: Sequence[FoundRun]) -> dict[str, PaperTable]:
    """By name, the tables of which some runs hold anything: `results`, and the `quality` of the vectors.

    Args:
        runs: of `experiments.runs.found`.
    """
    made = results(runs)
    found = {"results": _results(made), "quality": _quality(made)}
    return {name: each for name, each in found.items() if each.rows}


def _results(made: Sequence[Result]) -> PaperTable:
    scored = [each for each in made if each.score is not None]
    if not scored:
        return PaperTable([], [], "")
    task = scored[0].task
    columns: dict[str, Callable[[Result], str]] = {
        f"{task.headline.named} [95 %]": _score,
        **{" ".join(each.title): _metric(each.key, each.show) for each in task.columns},
        "parameters": lambda each: _number(each.mean("parameters"), ",.0f"),
        "trainable": lambda each: _size(each, "trainable_bytes"),
        "index": lambda each: _size(each, "index_bytes"),
        "seconds": lambda each: _number(each.seconds, ".1f"),
        "runs": _runs,
    }
    rows = [[each.label, *(cell(each) for cell in columns.values())] for each in scored]
    others = {each.label for each in scored if type(each.task) is not type(task)}
    note = (
        "Test rows; means over runs, intervals by bootstrap over seeds and groups of rows that belong "
        "together. Seconds of preparing and training, without what a run was looked at."
    )
    if any(each.interval is not None and each.counted < len(each.runs) for each in scored):
        note += (
            " Runs: of how many the interval is, of those that are there; seeds without a fold that the "
            "first has, or without predictions, are not in it."
        )
    mixed = f" Of another task: {', '.join(sorted(others))}." if others else ""
    return PaperTable(["name", *columns], rows, note + mixed)


def _quality(made: Sequence[Result]) -> PaperTable:
    shown = [each for each in made if each.mean("embedding", "effective_rank") is not None]
    names = [name for name in _QUALITY if any(each.mean("embedding", name) is not None for each in shown)]
    rows = [
        [each.label, *(_number(each.mean("embedding", name), _form(name)) for name in names)]
        for each in shown
    ]
    note = "Means over runs, each of the words that the embedding itself has; metrics as in embedlab.quality."
    return PaperTable(["name", *(_QUALITY[name] for name in names)], rows, note)


def _form(name: str) -> str:
    return ",.0f" if name.endswith("_whole") else ".3g"


def _score(result: Result) -> str:
    headline, found = result.task.headline, result.interval
    if found is None:
        return "" if result.score is None else headline.number(result.score)
    mean, low, high = (headline.number(end) for end in (found.mean, found.low, found.high))
    return f"{mean} [{low}, {high}]"


def _runs(result: Result) -> str:
    """How many runs there are, and of how many the interval is where it is not of all."""
    runs = len(result.runs)
    return f"{runs}" if result.interval is None or result.counted == runs else f"{result.counted} of {runs}"


def _metric(key: str, show: Callable[[float], str]) -> Callable[[Result], str]:
    def cell(result: Result) -> str:
        value = result.mean("test", key)
        return "" if value is None else show(value)

    return cell


def _size(result: Result, name: str) -> str:
    value = result.mean(name)
    return size(value) if value else ""


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
