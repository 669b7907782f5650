"""Maps of embeddings: where the most frequent words lie in the plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures.given import Given, embeddings, runs_of
from experiments.figures.style import CLASS_COLOURS, caption, legend, panels, shorter, styled
from experiments.page.layouts import aligned, lay_out, require_layout
from experiments.runs.found_run import FoundRun

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAMED = 12  # words that are written into a panel
_OTHER = "#BBBBBB"
_CALLED = {"pca": "First two principal components", "tsne": "t-SNE", "umap": "UMAP"}


def embedding_map(
    given: Given,
    *,
    layout: str = "pca",
    points: int = 3000,
    most: int = 6,
    seed: int = 0,
    tell: Callable[[int, int], None] = lambda done, whole: None,
) -> Figure | None:
    """The most frequent words of each embedding in the plane, one panel each.

    A word has the colour of the class whose training documents hold it most, or of its kind, where that is
    known, and is the darker the more frequent it is elsewhere. Distances mean what the layout makes of them:
    PCA shows two directions of many, t-SNE and UMAP who is near whom.

    Args:
        given: folders of runs, or runs; of several seeds the first is shown.
        layout: "pca", "tsne" or "umap".
        points: words of a panel, at most; where counts are not known, evenly taken.
        most: panels, at most.
        seed: of the layout.
        tell: told how far a slow layout is.

    Returns:
        The figure; None where no finished run has vectors.

    Raises:
        Mistake: a library is not installed; there is no such layout; a folder holds no run.
    """
    require_layout(layout)
    found = [
        (each.label, each.runs[0]) for each in embeddings(runs_of(given)) if each.runs[0].vectors is not None
    ]
    shown = found[:most]
    if not shown:
        return None
    columns = min(len(shown), 3)
    with styled():
        figure, axes = panels(-(-len(shown) // columns), columns, min(6.5 / columns + 0.1, 4.5))
        first: tuple[np.ndarray, list[str]] | None = None
        for panel, (label, run) in zip(axes, shown, strict=False):
            words, matrix, rows = _frequent(run, points)
            places = lay_out(matrix, layout, seed=seed, tell=tell)
            places = places if first is None else aligned(places, words, *first)
            first = first or (places, words)
            _draw(panel, run, words, places, rows)
            panel.set_title(shorter(label, 40))
        for panel in axes[len(shown) :]:
            panel.set_axis_off()
        _key(figure, axes[0], shown[0][1])
        left = len(found) - len(shown)
        more = f" {left} further embeddings are not shown." if left else ""
        caption(
            figure,
            f"{_CALLED[layout]} of at most {points:,} words, the most frequent; {_meant(shown)}.{more}",
        )
    return figure


def _meant(shown: Sequence[tuple[str, FoundRun]]) -> str:
    if shown[0][1].labels is not None and shown[0][1].labels_are_kinds:
        return "colour: the kind of the word"
    if shown[0][1].labels is not None:
        return "colour: the class whose training texts hold the word most"
    return "darker: more frequent" if shown[0][1].counts is not None else "darker: earlier in their file"


def _frequent(run: FoundRun, points: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The words of a panel, their vectors [points, dim], their rows: the first, which are most frequent."""
    assert run.vectors is not None
    rows = np.flatnonzero(np.isfinite(run.vectors.matrix[:points]).all(1))
    return [run.vectors.words[row] for row in rows], run.vectors.matrix[rows], rows


def _draw(panel: Axes, run: FoundRun, words: list[str], places: np.ndarray, rows: np.ndarray) -> None:
    from matplotlib.patheffects import withStroke

    x, y = places[::-1].T  # frequent ones over rare ones
    colours = _colours(run, rows[::-1])
    panel.scatter(x, y, s=2.5, linewidths=0, alpha=0.8, rasterized=True, **colours)
    panel.update_datalim(places)
    for word in _apart(places):
        halo = [withStroke(linewidth=1.5, foreground="white")]
        text = shorter(words[word], 16)
        beside: Any = {"xytext": (0, 2), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        panel.annotate(text, places[word], fontsize=6, path_effects=halo, **beside)
    panel.set(xticks=[], yticks=[])
    panel.set_aspect("equal", adjustable="datalim")
    panel.grid(visible=False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color("#BBBBBB")


def _apart(places: np.ndarray) -> list[int]:
    """The most frequent words that lie apart from each other, so that their names can be read."""
    least = np.ptp(places, axis=0) * (0.22, 0.06) if len(places) else np.zeros(2)
    chosen: list[int] = []
    for number, place in enumerate(places):
        if all((np.abs(place - places[other]) > least).any() for other in chosen):
            chosen.append(number)
        if len(chosen) == _NAMED:
            break
    return chosen


def _colours(run: FoundRun, rows: np.ndarray) -> Any:
    """How points are coloured, as `scatter` takes it."""
    if run.labels is not None:
        return {"c": [_colour(label) for label in run.labels[rows].tolist()]}
    rank = np.log1p(rows)
    return {"c": -rank, "cmap": "Greys", "vmin": -1.6 * float(rank.max() or 1), "vmax": 0}


def _colour(label: int) -> str:
    """Of a class: grey for a word of none, and for the classes that are more than the colours."""
    return CLASS_COLOURS[label] if 0 <= label < len(CLASS_COLOURS) else _OTHER


def _key(figure: Figure, panel: Axes, run: FoundRun) -> None:
    """The names of classes below the panels."""
    if run.labels is None:
        return
    classes = list(run.label_names)
    for number, name in enumerate(classes[: len(CLASS_COLOURS)]):
        panel.scatter([], [], s=12, color=CLASS_COLOURS[number], label=shorter(str(name), 22))
    more = len(classes) > len(CLASS_COLOURS)
    panel.scatter([], [], s=12, color=_OTHER, label="other, or none" if more else "none")
    legend(figure, panel)
