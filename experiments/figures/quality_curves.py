"""What becomes of the embedding's quality while it is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.figures.given import Given, begun, runs_of
from experiments.figures.learning import draw, series
from experiments.figures.style import caption, legend, looks, panels, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SPLITS = ("embedding", "final")
_METRICS = {
    "effective_rank": "effective rank",
    "partition_isotropy": "partition isotropy",
    "uniformity": "uniformity",
    "hubness": "hubness",
    "silhouette": "silhouette by class",
    "neighbour_overlap": "neighbours kept from look to look",
}


def quality(given: Given) -> Figure | None:
    """Six metrics of the vectors by step, those of the finished model last; `embedlab.quality` defines them.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where no run logged any.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    every = begun(runs_of(given))
    values = {
        metric: {each.label: steps for each in every if (steps := series(each, _SPLITS, metric))}
        for metric in _METRICS
    }
    drawn = {metric: found for metric, found in values.items() if found}
    if not drawn:
        return None
    own = looks(every)
    labels = [each.label for each in every if any(each.label in found for found in drawn.values())]
    with styled():
        columns = min(3, len(drawn))
        figure, axes = panels(-(-len(drawn) // columns), columns, 1.8)
        for panel, (metric, found) in zip(axes, drawn.items(), strict=False):
            for label in labels:
                draw(panel, found.get(label, {}), own[label], label)
            panel.set(title=_METRICS[metric], xlabel="step")
        for panel in axes[len(drawn) :]:
            panel.set_axis_off()
        legend(figure, axes[0])
        caption(
            figure,
            "Mean over runs; shaded: from the least to the greatest. The last is of the finished model.",
        )
    return figure
