"""How much of the vectors' variance each direction holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.given import Given, begun, embeddings, runs_of
from experiments.figures.style import caption, legend, looks, panels, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEAST = 1e-8  # of the variance: below is rounding


def spectrum(given: Given) -> Figure | None:
    """The share of the variance of each principal component of all words' vectors, greatest first.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where no finished run has vectors.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    runs = runs_of(given)
    own = looks(begun(runs))
    found = {
        each.label: [variances(run.vectors.matrix) for run in each.runs if run.vectors is not None]
        for each in embeddings(runs)
    }
    found = {label: each for label, each in found.items() if each}
    if not found:
        return None
    with styled():
        figure, axes = panels(1, 2, 2.6)
        for label, each in found.items():
            shortest = min(map(len, each))
            mean = np.mean([share[:shortest] for share in each], axis=0)
            places = np.arange(1, shortest + 1)
            every = max(1, shortest // 8)
            axes[0].semilogy(
                places, np.maximum(mean, _LEAST), label=label, markevery=every, **own[label].line
            )
            axes[1].plot(places, 100 * np.cumsum(mean), label=label, markevery=every, **own[label].line)
        axes[0].yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}")
        axes[0].yaxis.set_minor_formatter(lambda *_: "")
        axes[0].set(xlabel="principal component", title="% of the variance in each")
        axes[1].set(xlabel="principal components", title="% of the variance in so many", ylim=(0, 102))
        legend(figure, axes[0])
        caption(figure, "Of the vectors of all words, about their mean; mean over runs.")
    return figure


def variances(matrix: np.ndarray) -> np.ndarray:
    """The share of the variance of each principal component, the greatest first.

    Args:
        matrix: float [words, dim]; rows that are not finite are left out.

    Returns:
        float64 [dim]; zeros where all vectors are the same.

    Example:
        >>> variances(np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0], [3.0, 1.0]])).round(2)
        array([0.9, 0.1])
    """
    finite = matrix[np.isfinite(matrix).all(1)].astype(np.float64)
    centred = finite - (finite.mean(0) if len(finite) else 0.0)
    found = np.maximum(np.linalg.eigvalsh(centred.T @ centred)[::-1], 0)
    return found / found.sum() if found.sum() > 0 else found
