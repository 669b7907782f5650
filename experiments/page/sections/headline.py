"""What came of it: the tables that the runs wrote, with intervals drawn, doubts and verdicts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.errors import mistakes
from experiments.page.kept import comparison
from experiments.page.markdown import Grid, parts
from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind, Work
from experiments.runs.found_run import FINISHED
from experiments.tasks import CLASSES, Judge

__all__ = ["CLASSES", "intervals", "section"]

_WIDTH = 160  # of the drawn intervals
_EDGE = 6
_EARLY = ("folds", "vs ", "difference", "trainable", "index", "seconds")


def section(given: Given, options: Options) -> Section | None:
    """A table a workdir; of a comparison at the same bytes there is one already."""
    made = [_work(given, each) for each in given.works]
    works = [each for each in made if each["blocks"] or each["states"]]
    return Section("results", "Results", "headline.html.j2", {"works": works}) if works else None


def _work(given: Given, work: Work) -> dict[str, Any]:
    written = parts(work.text("table.md"))
    kinds = [kind for kind in given.kinds if kind.work is work]
    is_comparison = bool(written) and work.is_judged
    verdict = written.pop() if is_comparison and isinstance(written[-1], str) else ""
    with mistakes(f"{work.path / 'table.csv'}: it was altered"):
        drawn = intervals(work.text("table.csv"), work.task) if is_comparison else {}
    blocks = _compared(written, drawn) if is_comparison else _plain(written or [_unfinished(kinds, work)])
    if comparison(work.path) is not None:
        blocks = []
    return {
        "title": work.title,
        "verdict": verdict,
        "blocks": blocks,
        "undecided": any(run.undecided for run in work.runs),
        "states": [(run.label, run.state, run.reason) for run in work.runs if run.state != FINISHED],
    }


def _plain(written: Sequence[Grid | str]) -> list[dict[str, Any]]:
    return [{"text": each} if isinstance(each, str) else _shown(each) for each in written]


def _shown(grid: Grid, **more: Any) -> dict[str, Any]:
    return {"grid": grid, "intervals": {}, "folded": "", "below": "", **more}


def _compared(written: list[Grid | str], drawn: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The table of scores, beside each its interval; that of the vectors is folded away, with its caption."""
    blocks: list[dict[str, Any]] = []
    for each in written:
        if isinstance(each, Grid) and not blocks:
            blocks.append(_shown(_reordered(each), intervals=drawn))
        elif isinstance(each, Grid):
            blocks.append(_shown(each, folded=f"Quality of the vectors, {len(each.rows)} metrics"))
        elif blocks and blocks[-1].get("folded"):
            blocks[-1]["below"] = each
        else:
            blocks.append({"text": each})
    return blocks


def _reordered(grid: Grid) -> Grid:
    """Score, difference and costs right behind the name, where a narrow screen begins; other scores later."""
    if len(grid.head) < 3:
        return grid
    first = [0, 2, *(at for at, title in enumerate(grid.head) if title.startswith(_EARLY))]
    order = list(dict.fromkeys([*first, *range(2, len(grid.head)), 1]))

    def moved(cells: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(cells[place] for place in order)

    return Grid(moved(grid.head), tuple(moved(row) for row in grid.rows), moved(grid.right))


def intervals(text: str, task: Judge) -> dict[str, dict[str, float]]:
    """Where each row's interval is drawn, by its name: `low`, `mean` and `high` on one scale.

    The guess of the largest class has none: on a scale that reaches it the others would lie on each other.

    Args:
        text: a run's `table.csv`.
        task: what judged it.

    Example:
        >>> rows = "majority,0.1,0.1,0.1\\na,0.5,0.4,0.6\\nb,0.9,0.8,1.0\\n"
        >>> found = intervals("name,accuracy,accuracy_low,accuracy_high\\n" + rows, CLASSES)
        >>> found["a"]["low"], found["b"]["high"], "majority" in found
        (6.0, 154.0, False)
    """
    key = task.headline.key
    columns = (f"{key}_low", key, f"{key}_high")
    rows = {row.get("name", ""): row for row in csv.DictReader(io.StringIO(text))}
    ends = {
        name: [float(row[column]) for column in columns]
        for name, row in rows.items()
        if all(row.get(column) for column in columns)
        and (name != task.majority or row.get("kind", "baseline") != "baseline")
    }
    if not ends:
        return {}
    low, high = (choose(value for each in ends.values() for value in each) for choose in (min, max))
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return round(_EDGE + (value - low) / span * (_WIDTH - 2 * _EDGE), 1)

    return {
        name: dict(zip(("low", "mean", "high"), map(place, each), strict=True)) for name, each in ends.items()
    }


def _unfinished(kinds: list[Kind], work: Work) -> Grid:
    """Of a workdir whose table is not written: what its finished runs say, without intervals."""
    if work.program == "pretrain":
        return _pretrained(kinds)
    headline, undecided = work.task.headline, any(run.undecided for run in work.runs)
    side = "valid" if undecided else "test"
    rows = []
    for kind in kinds:
        scores = [run.summary[side][headline.key] for run in kind.finished if side in run.summary]
        sizes = kind.first.summary
        shown = headline.number(sum(scores) / len(scores)) if scores else ""
        rows.append(
            (
                kind.runs[0].name,
                "baseline" if kind.is_baseline else "embedding",
                shown,
                _number(sizes.get("trainable_bytes")),
                f"{len(kind.finished)} of {len(kind.runs)}",
            )
        )
    score = f"validation {headline.named}" if undecided else f"{headline.named} (no interval yet)"
    head = ("name", "kind", score, "trainable bytes", "runs finished")
    return Grid(head, tuple(rows), (False, False, True, True, True))


def _pretrained(kinds: list[Kind]) -> Grid:
    """What pretrainings came to."""
    rows = []
    for kind in kinds:
        found = kind.first.summary
        told = [
            f"{title}: {each['spearman']:.3f} [{each['low']:.3f}, {each['high']:.3f}] ({each['pairs']} pairs)"
            for title, each in (found.get("similarity") or {}).items()
        ]
        speed = found.get(f"{found.get('unit')}_per_second")
        rows.append(
            (
                kind.runs[0].name,
                _number(found.get("words")),
                _number(found.get("dim")),
                f"{found['loss']:.4g}" if "loss" in found else "",
                "; ".join(told),
                f"{found['seconds']['total']:.1f}" if found else "",
                f"{speed:,.0f} {found['unit']}" if speed else "",
            )
        )
    head = ("embedding", "words", "dim", "last loss", "Spearman [95 % interval]", "seconds", "a second")
    return Grid(head, tuple(rows), (False, True, True, True, False, True, True))


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,}"
