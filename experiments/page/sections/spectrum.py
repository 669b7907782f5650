"""The variance of each table by principal components: how many directions carry it."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.figures.spectra import variances
from experiments.page.charts import Series, chart
from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind

_MOST_ROWS = 24


def section(given: Given, options: Options) -> Section | None:
    """A line a kind, and the same as a table."""
    found = [(kind, values) for kind in given.kinds if (values := _values(kind)) is not None]
    series = [
        Series(kind.label, kind.number, tuple(enumerate((100 * values).tolist(), 1)))
        for kind, values in found
    ]
    made = chart("% of the variance in each principal component", series, "component", log=True)
    if made is None:
        return None
    legend = [{"number": kind.number, "colour": kind.number % 8, "label": kind.label} for kind, _ in found]
    return Section(
        "spectrum", "Spectrum", "spectrum.html.j2", {"chart": made, "table": _table(found), "legend": legend}
    )


def _values(kind: Kind) -> np.ndarray | None:
    """The share of the variance of each principal component, as the figure of a paper has it."""
    vectors = kind.first.vectors
    if vectors is None or not vectors.matrix.size:
        return None
    return variances(vectors.matrix)


def _table(found: list[tuple[Kind, np.ndarray]]) -> dict[str, Any]:
    longest = max(len(values) for _, values in found)
    every = -(-longest // _MOST_ROWS)
    rows = [
        (
            str(place + 1),
            *(f"{100 * values[place]:.3g}" if place < len(values) else "" for _, values in found),
        )
        for place in range(0, longest, every)
    ]
    return {"head": ["component", *(kind.label for kind, _ in found)], "rows": rows, "of": longest}
