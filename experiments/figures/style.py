"""How figures look: one style, and for each embedding one colour, marker and dash in all of them.

Source: the colours are those of Okabe and Ito, "Color universal design", 2008, which the colour-blind can
tell apart; their yellow is left out, since it is too pale on paper.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.extras import needed
from experiments.runs.results import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
#: Of classes, of which there are often more: all but the last are of alike weight on paper.
CLASS_COLOURS = (*COLOURS[:-1], "#882255", "#999933", "#332288", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h")
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (5, 1.5, 1.5, 1.5)))
_GREYS = ("#555555", "#8C8C8C", "#B0B0B0")
WIDTH = 6.5  # inches: of the text of a page
_LETTERS, _HANDLE = 105, 8  # letters of a legend's line, and the room of a name's sample in them
INK, PALE = "#222222", "#DDDDDD"

_RC = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    # Text stays text in vector files: it can be searched, and edited.
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "svg.hashsalt": "embedlab",  # the same file each time
}


class Look(NamedTuple):
    """How one embedding or baseline is drawn."""

    colour: str
    marker: str
    dash: Any

    @property
    def line(self) -> dict[str, Any]:
        """Of a line with its points."""
        return {"color": self.colour, "marker": self.marker, "linestyle": self.dash}

    @property
    def point(self) -> dict[str, Any]:
        """Of points alone."""
        return {"color": self.colour, "marker": self.marker, "linestyle": "none"}


def looks(results: Sequence[Result]) -> dict[str, Look]:
    """A look for each, by its label: colours for embeddings, grey for baselines."""
    found: dict[str, Look] = {}
    numbers = {True: 0, False: 0}
    for result in results:
        number = numbers[result.is_baseline]
        numbers[result.is_baseline] += 1
        colours = _GREYS if result.is_baseline else COLOURS
        dash = ":" if result.is_baseline else _DASHES[number % len(_DASHES)]
        found[result.label] = Look(colours[number % len(colours)], _MARKERS[number % len(_MARKERS)], dash)
    return found


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Within, figures are made, and written, in this style; nothing of it stays."""
    matplotlib = needed("matplotlib", "report", "A figure")
    with matplotlib.rc_context(_RC):
        yield


def panels(rows: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure as wide as a page's text, and its panels, row by row.

    Args:
        rows: of panels.
        columns: of panels.
        height: of one row, in inches.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, rows * height))
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def legend(figure: Figure, axes: Axes) -> None:
    """Names below the panels, where no line can lie beneath them, in as many columns as find room."""
    handles, labels = axes.get_legend_handles_labels()
    labels = [shorter(label, 48) for label in labels]
    longest = max((len(label) for label in labels), default=1)
    columns = max(1, min(len(labels), _LETTERS // (longest + _HANDLE)))
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def caption(figure: Figure, text: str) -> None:
    """A small line above the panels: what has to be known to read them."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=7, color="#555555", wrap=True)


def shorter(text: str, most: int = 28) -> str:
    """A text cut in its middle to so many letters, line breaks gone.

    Example:
        >>> shorter("a very long name of a class", 11)
        'a ver…class'
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[:half]}…{text[len(text) - (most - 1 - half) :]}"
