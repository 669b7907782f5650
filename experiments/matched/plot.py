"""The figure of a comparison: score against trainable bytes, and which embeddings no other one dominates."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embedlab.files import write_whole
from experiments.errors import placed
from experiments.matched.cells import part
from experiments.matched.comparison import Comparison
from experiments.matched.results import Found, Result
from experiments.reports.sizes import size
from experiments.reports.units import in_metric

MISSING = (
    "No figure was drawn, since matplotlib is missing: pip install 'embedlab[report]', and the same command "
    "draws it."
)
_MARKS = "osD^vP*Xh<>8p"


def write(workdir: Path, comparison: Comparison, found: Sequence[Found]) -> bool:
    """Writes compare.svg and compare.png; returns whether matplotlib is there to draw them.

    Args:
        workdir: where they are written.
        comparison: what was compared.
        found: the results by data set.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    import matplotlib

    columns = min(2, len(found))
    rows = -(-len(found) // columns)
    with matplotlib.rc_context({"svg.hashsalt": "embedlab"}):  # the same results make the same bytes
        figure = Figure(figsize=(6.4 * columns, 4.4 * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis, one in zip(axes, found, strict=False):
            _draw(axis, comparison, one)
        for axis in axes[len(found) :]:
            axis.set_visible(False)
        for name, metadata in (("compare.svg", {"Date": None}), ("compare.png", {"Software": None})):
            _save(workdir / name, figure, metadata)
    return True


def pareto(results: Sequence[Result]) -> list[Result]:
    """The results that no other has both fewer trainable bytes and a better score than, by their bytes."""
    made = [each for each in results if each.score is not None]
    kept: list[Result] = []
    for each in sorted(made, key=lambda one: (_bytes(one), -_score(one))):
        if not kept or _score(each) > _score(kept[-1]):
            kept.append(each)
    return kept


def _draw(axis: Any, comparison: Comparison, found: Found) -> None:
    kinds = [comparison.reference, *comparison.kinds]
    for place, kind in enumerate(kinds):
        of_kind = [each for each in found.results if each.made.cell.kind == kind and each.score is not None]
        if of_kind:
            _points(axis, found, kind, place, of_kind, _shift(place, len(kinds) - 1))
    front = pareto(found.results)
    at, score = [_bytes(each) for each in front], [_shown(found, _score(each)) for each in front]
    axis.step(at, score, where="post", color="0.6", linewidth=1, zorder=0, label="none better at its bytes")
    axis.set_xscale("log")
    sizes = {each.made.cell.budget: _bytes(each) for each in found.results}
    axis.set_xticks(list(sizes.values()), [f"{size(at)}\n{part(budget)}" for budget, at in sizes.items()])
    axis.minorticks_off()
    apart = "" if len(kinds) == 2 else "; those of one part side by side"
    axis.set_xlabel(f"trainable bytes of the embedding, and part of the reference's{apart}")
    axis.set_ylabel(found.headline.axis())
    axis.set_title(found.data)
    axis.legend(fontsize="small")


def _shift(place: int, kinds: int) -> float:
    """The factor by which a kind stands beside its bytes: those of one budget would hide each other.

    Args:
        place: of the kind, from 1; 0 for the reference, which is alone.
        kinds: how many there are beside the reference.
    """
    return float(1.03 ** (place - (kinds + 1) / 2)) if place else 1.0


def _points(axis: Any, found: Found, kind: str, place: int, results: Sequence[Result], shift: float) -> None:
    factor = found.headline.factor
    scores = [in_metric(found.headline, each.score) for each in results if each.score is not None]
    means = [factor * each.mean for each in scores]
    below = [factor * max(0.0, each.mean - each.low) for each in scores]
    above = [factor * max(0.0, each.high - each.mean) for each in scores]
    at = [shift * _bytes(each) for each in results]
    look = {"fmt": _MARKS[place % len(_MARKS)], "color": f"C{place % 10}", "capsize": 3, "linewidth": 1}
    axis.errorbar(at, means, yerr=[below, above], label=kind, **look)


def _shown(found: Found, score: float) -> float:
    return found.headline.factor * found.headline.metric(score)


def _bytes(result: Result) -> int:
    return result.made.trainable_bytes


def _score(result: Result) -> float:
    assert result.score is not None  # those that failed are left out before
    return result.score.mean


def _save(path: Path, figure: Any, metadata: dict[str, None]) -> None:
    drawn = io.BytesIO()
    figure.savefig(drawn, format=path.suffix[1:], dpi=150, metadata=metadata)
    with placed(path):
        write_whole({path: lambda file: file.write(drawn.getvalue())})
