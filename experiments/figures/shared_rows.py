"""How many words or n-grams share rows of a table: seen, and predicted of a perfect hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.given import Given, begun, embeddings, runs_of
from experiments.figures.style import INK, caption, looks, panels, shorter, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINEAR = 10  # counts up to here are drawn as they are
_OF = {"collisions": "words", "ngram_collisions": "n-grams"}
_PANELS = {"whole": "share all their rows", "partial": "% that share a row", "empty": "rows without any"}


def collisions(given: Given) -> Figure | None:
    """Collisions in the tables that a hash fills, beside what is expected of a hash that spreads evenly.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where no finished run has such a table.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    runs = runs_of(given)
    own = looks(begun(runs))
    shown = [
        (each, name)
        for each in embeddings(runs)
        for name in _OF
        if each.mean("embedding", f"{name}_whole") is not None
    ]
    if not shown:
        return None
    with styled():
        figure, axes = panels(1, len(_PANELS), 0.9 + 0.35 * len(shown))
        for panel, (field, title) in zip(axes, _PANELS.items(), strict=True):
            factor = 100 if field == "partial" else 1
            for place, (result, name) in enumerate(shown):
                seen, expected = (
                    factor * (result.mean("embedding", f"{name}_{field}{end}") or 0)
                    for end in ("", "_predicted")
                )
                look = own[result.label]
                panel.plot([seen, expected], [place, place], color=look.colour, linewidth=0.8)
                panel.plot([expected], [place], "|", color=INK, markersize=9, markeredgewidth=1.2)
                panel.plot([seen], [place], **look.point)
            names = [f"{shorter(result.label, 24)}\n({_OF[name]})" for result, name in shown]
            panel.set_yticks(range(len(shown)), names if panel is axes[0] else [""] * len(shown))
            panel.set_ylim(len(shown) - 0.5, -0.5)
            panel.set(xlabel=title)
            if field == "partial":
                panel.set_xlim(-4, 104)
            else:
                _scale(panel)
        caption(figure, "Coloured point: seen; upright stroke: predicted of a hash that spreads evenly.")
    return figure


def _scale(panel: Axes) -> None:
    """Counts, from none to hundreds of thousands."""
    from matplotlib.ticker import MaxNLocator

    most = max(float(np.asarray(line.get_xdata(), float).max()) for line in panel.lines)
    if most > _LINEAR:
        panel.set_xscale("symlog", linthresh=_LINEAR)
        panel.set_xlim(-0.1 * _LINEAR, 3 * most)
        panel.set_xticks(
            [0, *(10**power for power in range(1, 10) if 10**power < 3 * most)][:: 1 + (most > 1e4)]
        )
    else:
        panel.set_xlim(-0.05 * (most or 1), 1.1 * (most or 1))
        panel.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
