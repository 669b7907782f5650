"""How well texts of rare words fare beside those of frequent ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.given import Given, begun, runs_of
from experiments.figures.style import caption, legend, looks, panels, styled
from experiments.runs.results import Result, results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BANDS = {
    "rare": "rare",
    "middle": "middling",
    "frequent": "frequent",
    "with_oov": "with words\nnever learnt",
}


def frequency(given: Given) -> Figure | None:
    """The headline on test rows by how frequent their words are in training, a third of the rows each.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where no finished run tells them apart.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    runs = runs_of(given)
    made = results(runs)
    if not made:
        return None
    headline, own = made[0].task.headline, looks(begun(runs))
    shown = [each for each in made if any(_of(each, band) for band in _BANDS)]
    if not shown:
        return None
    with styled():
        figure, (panel,) = panels(1, 1, 2.8)
        for number, result in enumerate(shown):
            apart = 0.5 * ((number + 0.5) / len(shown) - 0.5)
            for place, band in enumerate(_BANDS):
                if values := _of(result, band):
                    mean = float(np.mean(values))
                    ends = [[mean - min(values)], [max(values) - mean]]
                    first = result.label if place == 0 else None
                    panel.errorbar(
                        [place + apart], [mean], ends, label=first, elinewidth=0.8, **own[result.label].point
                    )
        counts = [shown[0].mean("test", f"rows_{band}") for band in _BANDS]
        names = [
            f"{name}\n({count:,.0f} rows)" if count else name
            for name, count in zip(_BANDS.values(), counts, strict=True)
        ]
        panel.set_xticks(range(len(_BANDS)), names)
        panel.grid(visible=False, axis="x")
        panel.set_ylabel(headline.axis())
        panel.set_xlabel("words of the text, by how often training holds them")
        legend(figure, panel)
        caption(
            figure, "Mean over runs; bars: from the least to the greatest run (no interval for other rows)."
        )
    return figure


def _of(result: Result, band: str) -> list[float]:
    """Of each run, as it is shown."""
    headline = result.task.headline
    found = [run.summary.get("test", {}).get(f"{headline.key}_{band}") for run in result.runs]
    return [headline.factor * value for value in found if isinstance(value, int | float)]
