"""All figures of some runs at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from experiments import figures
from experiments.figures.given import Given, runs_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_all(
    given: Given,
    *,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Figure]:
    """Every figure of which the runs hold something.

    Args:
        given: folders of runs, or runs.
        settings: by the name of a figure, further arguments of its function.
        tell: told the name of each before it is drawn.

    Returns:
        Figures by their names, those of `experiments.figures`.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    runs = runs_of(given)
    found = {}
    for name in figures.FIGURES:
        if tell is not None:
            tell(name)
        figure = getattr(figures, name)(runs, **(settings or {}).get(name, {}))
        if figure is not None:
            found[name] = figure
    return found
